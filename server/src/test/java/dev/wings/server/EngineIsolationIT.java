/*
 * Copyright 2026 the Wings authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *     https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */
package dev.wings.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.server.testing.FlightSql;
import dev.wings.server.testing.Flights;
import dev.wings.server.testing.ServerFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever a statement wants, it ends, what it takes is bounded, and others do not notice.
class EngineIsolationIT {

    private static final long MIB = 1 << 20;

    /// What docs/operations/monitoring.md says of a process, at the default limits and two threads: what it has when
    /// it starts, the memory of a query, half of that for rows, the overhead, and the stacks.
    private static final long MAX_PROCESS_BYTES = (160 + 256 + 128 + 96 + 3 * 8) * MIB;

    /// What docs/operations/monitoring.md says of all of them: those for queries of topics, for those of the schema
    /// `system`, for planning, and two in reserve.
    private static final long MAX_ALL_BYTES = (4 * 664 + 4 * 528 + 4 * 400 + 2 * 65) * MIB;

    private static final String ENGINE = "dev.wings.server.engine.EngineMain";

    private static final int MAX_ATTEMPTS = 10;

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /// How much longer something may take that should take two seconds: a machine that does much else may be
    /// slow.
    private static final Duration MAX_DELAY = Duration.ofSeconds(20);

    private static final Duration NEW_TENANT_EVERY = Duration.ofSeconds(10);

    private static final Set<FlightStatusCode> BOUNDED = EnumSet.of(
            FlightStatusCode.OK,
            FlightStatusCode.RESOURCE_EXHAUSTED,
            FlightStatusCode.TIMED_OUT,
            // a function that this engine does not have in this form
            FlightStatusCode.INVALID_ARGUMENT);

    /// What does not end by itself in the time of a test.
    private static final Map<String, String> LONG = Map.of(
            "cross join",
            "select count(*) from range(1000000) a(i), range(1000000) b(j) where i * j % 7 = 8",
            "recursion",
            "with recursive t(n) as (select 1 union all select n + 1 from t where n < 100000000) select max(n) from t",
            "many CTEs",
            Objects.requireNonNull(Bombs.all().get("many CTEs")),
            "sort",
            "select count(*) from (select md5(i::text) as h from range(100000000) t(i) order by h limit 1000000)",
            "regular expressions",
            "select count(*) from range(10000000) t(i) where regexp_matches(repeat('ab', 10000) || i, '(a|b)*c')");

    @TempDir
    private Path directory;

    private ServerFixture server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicBoolean over = new AtomicBoolean();

    @BeforeEach
    void open() {
        server = new ServerFixture(
                directory,
                Map.of(
                        "WINGS_SERVER_ENGINE_PROCESSES", "true",
                        "WINGS_SERVER_QUERY_TIMEOUT", Long.toString(TIMEOUT.toSeconds()) + "s",
                        "WINGS_SERVER_QUERY_THREADS", "2",
                        "WINGS_SERVER_SPILL_BYTES", "256MiB"));
        server.createTopic("flights", Flights.SCHEMA, "");
    }

    @AfterEach
    void close() {
        over.set(true);
        server.close();
        threads.close();
    }

    /// Throws every so many of the bombs, as the properties say: all of them would take long.
    @Test
    @Tag("full")
    void bombsHurtNobody() throws Exception {
        List<Map.Entry<String, String>> all = List.copyOf(Bombs.all().entrySet());
        assertThat(all).hasSizeGreaterThanOrEqualTo(134);
        List<Map.Entry<String, String>> picked = new ArrayList<>();
        for (int i = Integer.getInteger("wings.bombs.first", 0);
                i < all.size();
                i += Integer.getInteger("wings.bombs.each", 16)) {
            picked.add(all.get(i));
        }
        run(picked);
    }

    /// Planning a statement takes longer than its client wants to wait: the place is given back soon.
    @Test
    void planningEndsWithItsCall() throws Exception {
        String slow = Objects.requireNonNull(Bombs.all().get("many CTEs"));
        try (FlightSql sql = new FlightSql(server.port())) {
            sql.query("select 1");
            assertThatThrownBy(() -> sql.query(slow, CallOptions.timeout(300, TimeUnit.MILLISECONDS)))
                    .isInstanceOfSatisfying(
                            FlightRuntimeException.class,
                            e -> assertThat(e.status().code()).isEqualTo(FlightStatusCode.TIMED_OUT));
            long start = System.nanoTime();
            while (server.metric("wings.queries.running", "of", "planning") > 0) {
                LockSupport.parkNanos(10_000_000);
                // half of what planning may take
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
            }
            assertThat(sql.query("select 2")).containsExactly("2");
        }
    }

    /// Whatever a statement is doing: its client goes away, and nothing works for it soon after.
    @Test
    @Tag("full")
    void workEndsWithItsCall() throws Exception {
        Map<String, Long> millis = new LinkedHashMap<>();
        try (FlightSql sql = new FlightSql(server.port())) {
            sql.query("select 1");
            for (Map.Entry<String, String> bomb : LONG.entrySet()) {
                assertThatThrownBy(() -> sql.query(bomb.getValue(), CallOptions.timeout(1, TimeUnit.SECONDS)))
                        .isInstanceOfSatisfying(
                                FlightRuntimeException.class,
                                e -> assertThat(e.status().code())
                                        .as("%s: %s", bomb.getKey(), e.getMessage())
                                        .isEqualTo(FlightStatusCode.TIMED_OUT));
                long start = System.nanoTime();
                while (worksForQueries()) {
                    LockSupport.parkNanos(5_000_000);
                    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(MAX_DELAY);
                }
                millis.put(bomb.getKey(), (System.nanoTime() - start) / 1_000_000);
            }
        }
        Files.writeString(Path.of("target", "engine-ends.txt"), millis + "\n");
    }

    private boolean worksForQueries() {
        return Stream.of("planning", "topics", "system")
                .anyMatch(of -> server.metric("wings.queries.running", "of", of) > 0);
    }

    /// Drivers and dashboards write such lists.
    @Test
    void longListsArePlanned() throws Exception {
        String numbers = IntStream.range(0, 25_000).mapToObj(Integer::toString).collect(Collectors.joining(","));
        String texts = IntStream.range(0, 20_000).mapToObj(i -> "'n" + i + "'").collect(Collectors.joining(","));
        try (FlightSql sql = new FlightSql(server.port())) {
            assertThat(sql.query("select count(*) from range(30000) where range in (" + numbers + ")"))
                    .containsExactly("25000");
            assertThat(sql.query("select count(*) from range(30000) where 'n' || range in (" + texts + ")"))
                    .containsExactly("20000");
        }
    }

    /// How a statement ended, and after how long.
    private record End(String bomb, FlightStatusCode code, String message, long millis) {}

    private void run(List<Map.Entry<String, String>> bombs) throws Exception {
        List<End> ends = Collections.synchronizedList(new ArrayList<>());
        try (FlightSql sql = new FlightSql(server.port())) {
            // the first statement of all waits until there are engines, whoever it is from
            sql.query("select 1");
            waitFor(() -> server.metric("wings.engines.running") >= 4);
        }
        CompletableFuture<List<Long>> newcomers = CompletableFuture.supplyAsync(this::answersOfNewTenants, threads);
        CompletableFuture<List<Long>> quiet = CompletableFuture.supplyAsync(this::answersOfQuietTenant, threads);
        CompletableFuture<long[]> memory = CompletableFuture.supplyAsync(this::largestMemory, threads);
        Queue<Map.Entry<String, String>> left = new ConcurrentLinkedQueue<>(bombs);
        List<CompletableFuture<Void>> noisy = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            noisy.add(CompletableFuture.runAsync(
                    () -> {
                        for (Map.Entry<String, String> bomb = left.poll(); bomb != null; bomb = left.poll()) {
                            ends.add(end(bomb.getKey(), bomb.getValue()));
                        }
                    },
                    threads));
        }
        try {
            for (CompletableFuture<Void> each : noisy) {
                each.join();
            }
        } finally {
            over.set(true);
        }
        long[] largest = memory.join();
        List<Long> millis = quiet.join();
        List<Long> first = newcomers.join();
        Collections.sort(millis);
        Map<FlightStatusCode, Long> codes = ends.stream()
                .collect(Collectors.groupingBy(
                        End::code, () -> new EnumMap<>(FlightStatusCode.class), Collectors.counting()));
        Files.writeString(
                Path.of("target", "engine-isolation.txt"),
                ends.stream().map(end -> end + "\n").collect(Collectors.joining()) + "statements=" + bombs.size()
                        + ", ends=" + codes + ", largest_process_mib=" + largest[0] / MIB
                        + ", all_processes_mib=" + largest[1] / MIB + ", quiet_queries=" + millis.size()
                        + ", quiet_median_millis=" + millis.get(millis.size() / 2) + ", quiet_p99_millis="
                        + millis.get(millis.size() * 99 / 100) + ", quiet_max_millis=" + millis.getLast()
                        + ", first_queries_of_tenants_millis=" + first + "\n");
        assertThat(largest[0]).isPositive().isLessThanOrEqualTo(MAX_PROCESS_BYTES);
        assertThat(largest[1]).isLessThanOrEqualTo(MAX_ALL_BYTES);
        assertThat(millis).isNotEmpty();
        assertThat(ends).hasSameSizeAs(bombs).allSatisfy(end -> {
            assertThat(end.code()).isIn(BOUNDED);
            assertThat(end.millis()).isLessThan(TIMEOUT.plus(MAX_DELAY).toMillis());
        });
        // every place was given back
        assertThat(server.metric("wings.queries.running", "of", "topics")).isZero();
        try (FlightSql sql = new FlightSql(server.port())) {
            assertThat(sql.query("select count(*) + 1 from flights")).containsExactly("1");
        }
    }

    private End end(String name, String bomb) {
        long start = System.nanoTime();
        FlightStatusCode code = FlightStatusCode.OK;
        String message = "";
        try (FlightSql sql = new FlightSql(server.port())) {
            sql.query(bomb, FlightSql.tenant("noisy"));
        } catch (FlightRuntimeException e) {
            code = e.status().code();
            message = String.valueOf(e.getMessage());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        return new End(
                name,
                code,
                message.substring(0, Math.min(message.length(), 200)),
                (System.nanoTime() - start) / 1_000_000);
    }

    /// How long the first statement of a tenant took that was not there before, in milliseconds.
    private List<Long> answersOfNewTenants() {
        List<Long> millis = new ArrayList<>();
        try (FlightSql sql = new FlightSql(server.port())) {
            pause(System.nanoTime());
            while (!over.get()) {
                long start = System.nanoTime();
                assertThat(sql.query("select 43 - " + millis.size(), FlightSql.tenant("new-" + millis.size())))
                        .hasSize(1);
                millis.add((System.nanoTime() - start) / 1_000_000);
                pause(start);
            }
            return millis;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void pause(long start) {
        while (!over.get() && System.nanoTime() - start < NEW_TENANT_EVERY.toNanos()) {
            LockSupport.parkNanos(10_000_000);
        }
    }

    private static void waitFor(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(10_000_000);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMinutes(2));
        }
    }

    /// How long each took, in milliseconds. Each of them must succeed; on a slow machine it may have to be asked again,
    /// since an engine takes long to start there.
    private List<Long> answersOfQuietTenant() {
        List<Long> millis = new ArrayList<>();
        try (FlightSql sql = new FlightSql(server.port())) {
            while (!over.get()) {
                long start = System.nanoTime();
                // every other one has to be planned
                int number = millis.size();
                String query = "select 41 + " + (number % 2 == 0 ? 0 : number);
                List<String> rows = List.of();
                for (int attempt = 1; rows.isEmpty(); attempt++) {
                    rows = rows(sql, query, attempt < MAX_ATTEMPTS);
                }
                assertThat(rows).hasSize(1);
                millis.add((System.nanoTime() - start) / 1_000_000);
            }
            return millis;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /// None if it took too long and may be asked again.
    private static List<String> rows(FlightSql sql, String query, boolean again) throws Exception {
        try {
            return sql.query(query);
        } catch (FlightRuntimeException e) {
            if (again && e.status().code() == FlightStatusCode.TIMED_OUT) {
                return List.of();
            }
            throw e;
        }
    }

    /// Returns the largest memory of one process, and that of all of them together.
    private long[] largestMemory() {
        long[] largest = new long[2];
        while (!over.get()) {
            long sum = 0;
            for (ProcessHandle process : ProcessHandle.current().children().toList()) {
                long bytes = residentBytes(process.pid());
                largest[0] = Math.max(largest[0], bytes);
                sum += bytes;
            }
            largest[1] = Math.max(largest[1], sum);
            LockSupport.parkNanos(20_000_000);
        }
        return largest;
    }

    private static long residentBytes(long pid) {
        try {
            // until it is an engine's own, the memory of a new process is that of this one
            String command = Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
            String[] pages =
                    Files.readString(Path.of("/proc/" + pid + "/statm")).split(" ", -1);
            return command.contains(ENGINE) ? Long.parseLong(pages[1]) * 4096 : 0;
        } catch (IOException e) {
            // it has ended
            return 0;
        }
    }
}
