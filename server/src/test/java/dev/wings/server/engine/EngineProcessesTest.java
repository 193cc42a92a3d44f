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
package dev.wings.server.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.duckdb.ArrowTable;
import dev.wings.common.duckdb.DuckDbException;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.time.Scheduler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class EngineProcessesTest {

    private static final long MEMORY_BYTES = 64L << 20;

    private static final Map<String, String> SETTINGS =
            Map.of("threads", "2", "memory_limit", MEMORY_BYTES + "B", "max_expression_depth", "250");

    private static final Schema NUMBERS = new Schema(
            List.of(Field.nullable("n", new ArrowType.Int(64, true)), Field.nullable("s", ArrowType.Utf8.INSTANCE)));

    @TempDir
    private Path directory;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Scheduler scheduler = Scheduler.system();
    private final BufferAllocator allocator = new RootAllocator(512L << 20);
    private EngineProcesses processes;

    @BeforeEach
    void open() {
        processes = new EngineProcesses(directory, scheduler, registry);
    }

    @AfterEach
    void close() {
        processes.close();
        scheduler.close();
        allocator.close();
        assertThat(processes.running()).isZero();
    }

    @Test
    void runsStatements() {
        try (SqlEngine engine = openEngine()) {
            engine.run("CREATE TABLE t AS SELECT range AS i FROM range(10)");
            assertThat(rows(engine, "SELECT sum(i)::BIGINT AS s FROM t WHERE i >= ?", 5L))
                    .containsExactly("[35]");
            assertThat(engine.text("SELECT 'a' || ?", "b")).isEqualTo("ab");
            assertThat(engine.text("SELECT 'a' || ?", "c")).isEqualTo("ac");
            assertThat(engine.isUsable()).isTrue();
        }
    }

    /// The path of a socket has about a hundred bytes at most, whatever characters these are.
    @Test
    void directoryMayHaveALongName() throws IOException {
        int room = 86 - directory.toString().length();
        for (String name : List.of("\u00e9".repeat(room), "[x] *'\"%20#$=")) {
            Path place = Files.createDirectories(directory.resolve(name));
            try (EngineProcesses there = new EngineProcesses(place, scheduler, new SimpleMeterRegistry());
                    SqlEngine engine = there.open("a", true, SETTINGS, MEMORY_BYTES, 32L << 20)) {
                assertThat(engine.text("SELECT 'a' || ?", "b")).isEqualTo("ab");
            }
        }
    }

    /// On Linux, each thread has its own place in line.
    @Test
    @EnabledOnOs(OS.LINUX)
    void otherEnginesOfAnOwnerStandBack() throws Exception {
        Map<String, String> settings = new HashMap<>(SETTINGS);
        settings.put("threads", "3");
        int own = steps(Files.readString(Path.of("/proc/self/stat")));
        for (boolean first : List.of(true, false)) {
            try (SqlEngine engine = processes.open("a", first, settings, MEMORY_BYTES, 32L << 20)) {
                assertThat(engine.text("SELECT 'a' || ?", "b")).isEqualTo("ab");
                assertThat(awaitThread("engine-task-1")).singleElement().satisfies(process -> {
                    for (String thread : List.of("engine", "engine-task-0", "engine-task-1")) {
                        assertThat(steps(process, thread))
                                .as(thread)
                                .contains(first ? own : Math.min(own + Processors.STEPS_BACK, 19));
                    }
                });
            }
        }
    }

    /// How far a thread of a process stands back; empty if it has none of this name.
    /// The processes of engines that have a thread of this name. A thread gets its name some time after it was
    /// started.
    private static List<ProcessHandle> awaitThread(String name) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            List<ProcessHandle> found = ProcessHandle.current()
                    .descendants()
                    .filter(each -> steps(each, "engine").isPresent()
                            && steps(each, name).isPresent())
                    .toList();
            if (!found.isEmpty() || System.nanoTime() > end) {
                return found;
            }
            Thread.onSpinWait();
        }
    }

    private static Optional<Integer> steps(ProcessHandle process, String thread) {
        Path threads = Path.of("/proc", Long.toString(process.pid()), "task");
        try (Stream<Path> each = Files.list(threads)) {
            for (Path task : each.toList()) {
                String stat = Files.readString(task.resolve("stat"));
                if (stat.contains("(" + thread + ")")) {
                    // the seventeenth after the name
                    return Optional.of(Integer.valueOf(
                            stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[16]));
                }
            }
        } catch (IOException e) {
            // it has just ended
        }
        return Optional.empty();
    }

    /// The seventeenth after the name.
    private static int steps(String stat) {
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[16]);
    }

    @Test
    void describesStatements() {
        try (SqlEngine engine = openEngine();
                SqlEngine.Prepared statement = engine.prepare("SELECT 1 AS one, 'x' AS x WHERE 5 < ?::BIGINT")) {
            assertThat(statement.columns(allocator).orElseThrow().getFields())
                    .extracting(Field::getName)
                    .containsExactly("one", "x");
            assertThat(statement.parameters(allocator)).hasSize(1);
        }
    }

    @Test
    void valuesOfParametersArriveAsTheyAre() {
        Instant time = Instant.parse("2026-01-02T03:04:05.678901Z");
        try (SqlEngine engine = openEngine()) {
            assertThat(rows(
                            engine,
                            "SELECT ?::VARCHAR, ?::VARCHAR, ?::VARCHAR, ?::VARCHAR, ?::VARCHAR, epoch_us(?)::VARCHAR,"
                                    + " ?::VARCHAR",
                            null,
                            true,
                            -7,
                            new BigDecimal("-12345678901234567890.125"),
                            LocalDate.of(-5, 1, 2),
                            time,
                            "\u0000ä𝄞"))
                    .containsExactly("[null, true, -7, -12345678901234567890.125, 0006-01-02 (BC), 1767323045678901,"
                            + " \u0000ä𝄞]");
        }
    }

    /// The failure of what is not answered comes with the next answer, and is no longer there after it.
    @Test
    void failuresAreThoseOfDuckDb() {
        try (SqlEngine engine = openEngine()) {
            assertThatThrownBy(() -> rows(engine, "SELECT nothing"))
                    .isInstanceOfSatisfying(
                            DuckDbException.class, e -> assertThat(e.kind()).isEqualTo(DuckDbException.Kind.STATEMENT))
                    .hasMessageStartingWith("Binder Error");
            engine.run("CREATE TABLE x AS SELECT y");
            engine.run("CREATE TABLE z AS SELECT 1");
            assertThatThrownBy(() -> rows(engine, "SELECT 1")).hasMessageContaining("\"y\"");
            assertThat(rows(engine, "SELECT 1")).containsExactly("[1]");
            assertThatThrownBy(() -> rows(engine, "SELECT * FROM range(5000) t(i) WHERE error('at ' || i) IS NULL"))
                    .hasMessageContaining("at 0");
            assertThat(rows(engine, "SELECT 2")).containsExactly("[2]");
        }
    }

    /// Rows are read by several scans at once, too.
    @Test
    void rowsOfTablesAreRead() {
        try (SqlEngine engine = openEngine()) {
            engine.addTable("t0", NUMBERS);
            for (int round = 1; round <= 2; round++) {
                engine.attach("t0", new Numbers(100, 1000, new AtomicBoolean()), allocator);
                assertThat(rows(engine, "SELECT count(*), sum(n)::BIGINT, min(s), max(s) FROM t0"))
                        .containsExactly("[100000, 4999950000, s0, s99999]");
                assertThat(rows(engine, "SELECT count(*) FROM t0 a JOIN t0 b ON a.n = b.n JOIN t0 c ON c.n = b.n"))
                        .containsExactly("[100000]");
                assertThat(rows(engine, "SELECT n FROM t0 LIMIT 1")).containsExactly("[0]");
                engine.detach("t0");
            }
            engine.dropTable("t0");
            assertThat(engine.isUsable()).isTrue();
        }
    }

    @Test
    void failureOfATableIsItsReader() {
        AtomicBoolean fails = new AtomicBoolean(true);
        try (SqlEngine engine = openEngine()) {
            engine.addTable("t0", NUMBERS);
            engine.attach("t0", new Numbers(3, 10, fails), allocator);
            assertThatThrownBy(() -> rows(engine, "SELECT sum(n) FROM t0")).isInstanceOf(DuckDbException.class);
            assertThat(engine.tableFailure())
                    .hasValueSatisfying(e -> assertThat(e).hasMessage("no more rows"));
        }
    }

    @Test
    void rowsThatAreNotReadAreLetGo() {
        try (SqlEngine engine = openEngine()) {
            try (SqlEngine.Prepared statement = engine.prepare("SELECT i, 'x' FROM range(1000000000) t(i)");
                    SqlEngine.Rows rows = statement.execute(allocator)) {
                assertThat(rows.next()).isTrue();
            }
            assertThat(engine.isUsable()).isFalse();
        }
        try (SqlEngine next = openEngine()) {
            assertThat(rows(next, "SELECT 3")).containsExactly("[3]");
        }
    }

    @Test
    void memoryIsBounded() {
        for (String bomb : List.of(
                "SELECT length(repeat('x', 3000000000))",
                "WITH a AS (SELECT repeat('x', 100000000) s), b AS (SELECT s || s || s || s AS s FROM a)"
                        + " SELECT length(s || s || s || s || s || s || s || s) FROM b",
                "SELECT length(string_agg(repeat('x', 10000000), '')) FROM range(1000)")) {
            try (SqlEngine engine = openEngine()) {
                assertThatThrownBy(() -> rows(engine, bomb))
                        .as(bomb)
                        .satisfies(e -> assertThat(isMemory(e)).as(e.toString()).isTrue());
                assertThat(engine.isUsable()).isFalse();
            }
        }
        assertThat(registry.get("wings.engines.ended")
                        .tag("reason", "memory")
                        .counter()
                        .count())
                .isEqualTo(3);
    }

    private static boolean isMemory(Throwable e) {
        return (e instanceof DuckDbException known && known.kind() == DuckDbException.Kind.OUT_OF_MEMORY)
                || (e instanceof WingsException wings && wings.kind() == ErrorKind.EXHAUSTED);
    }

    /// Nothing interrupts the comparison of two texts.
    @Test
    void whatDoesNotEndIsKilled() {
        try (SqlEngine engine = openEngine()) {
            rows(engine, "SELECT 1");
            scheduler.schedule(Duration.ofMillis(200), engine::kill);
            assertThatThrownBy(() -> rows(engine, "SELECT levenshtein(repeat('a', 1000000), repeat('b', 1000000))"))
                    .isInstanceOf(WingsException.class);
            assertThat(engine.isUsable()).isFalse();
        }
        assertThat(processes.running()).isLessThanOrEqualTo(1);
    }

    @Test
    void interruptEndsAStatement() {
        Thread user = Thread.currentThread();
        try (SqlEngine engine = openEngine()) {
            rows(engine, "SELECT 1");
            scheduler.schedule(Duration.ofMillis(200), () -> engine.interrupt(user));
            assertThatThrownBy(() -> rows(engine, "SELECT count(*) FROM range(1000000000000) a(i) WHERE i % 7 = 8"))
                    .isInstanceOfSatisfying(
                            DuckDbException.class,
                            e -> assertThat(e.kind()).isEqualTo(DuckDbException.Kind.INTERRUPTED));
        }
        assertThat(Thread.interrupted()).isFalse();
    }

    /// A crash is told to the client by its signal, what the kernel ends for want of memory as that.
    @Test
    void processThatDiesIsReported() throws Exception {
        for (Map.Entry<String, String> signal : Map.of("SEGV", "signal=SIGSEGV", "ABRT", "signal=6", "KILL", "memory")
                .entrySet()) {
            try (SqlEngine engine = openEngine()) {
                for (long id : processes.processIds()) {
                    Optional<ProcessHandle> process = ProcessHandle.of(id);
                    if (process.isPresent()) {
                        end(process.get(), signal.getKey());
                    }
                }
                assertThatThrownBy(() -> rows(engine, "SELECT 1"))
                        .hasMessageContaining(signal.getValue())
                        .isInstanceOfSatisfying(
                                WingsException.class,
                                e -> assertThat(e.kind())
                                        .isEqualTo(
                                                signal.getKey().equals("KILL")
                                                        ? ErrorKind.EXHAUSTED
                                                        : ErrorKind.INVALID));
            }
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString()).toList())
                    .allMatch(name -> name.startsWith("libduckdb") || name.matches("e\\d+\\.(log|sock)"));
        }
    }

    /// They are sent to the group of the server, which lets queries end.
    @Test
    void signalsThatEndTheServerDoNotEndEngines() throws Exception {
        try (SqlEngine engine = openEngine()) {
            for (String signal : List.of("INT", "TERM", "HUP")) {
                for (long id : processes.processIds()) {
                    send(ProcessHandle.of(id).orElseThrow(), signal);
                }
                assertThat(rows(engine, "SELECT 1")).containsExactly("[1]");
            }
        }
    }

    private static void end(ProcessHandle process, String signal) throws Exception {
        send(process, signal);
        process.onExit().join();
    }

    private static void send(ProcessHandle process, String signal) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private SqlEngine openEngine() {
        return processes.open("a", true, SETTINGS, MEMORY_BYTES, 32L << 20);
    }

    private List<String> rows(SqlEngine engine, String sql, @Nullable Object... parameters) {
        List<String> found = new ArrayList<>();
        try (SqlEngine.Prepared statement = engine.prepare(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.bind(i + 1, parameters[i]);
            }
            try (SqlEngine.Rows rows = statement.execute(allocator)) {
                while (rows.next()) {
                    VectorSchemaRoot root = rows.root();
                    for (int row = 0; row < root.getRowCount(); row++) {
                        int at = row;
                        found.add(root.getFieldVectors().stream()
                                .map(vector -> vector.getObject(at))
                                .toList()
                                .toString());
                    }
                }
            }
        }
        return found;
    }

    private final class Numbers implements ArrowTable {

        private final int batches;
        private final int rows;
        private final AtomicBoolean fails;

        Numbers(int batches, int rows, AtomicBoolean fails) {
            this.batches = batches;
            this.rows = rows;
            this.fails = fails;
        }

        @Override
        public Schema schema() {
            return NUMBERS;
        }

        @Override
        public Scan openScan() {
            VectorSchemaRoot root = VectorSchemaRoot.create(NUMBERS, allocator);
            return new Scan() {
                private int batch;

                @Override
                public @Nullable VectorSchemaRoot next() {
                    if (batch == batches) {
                        if (fails.get()) {
                            throw new IllegalStateException("no more rows");
                        }
                        return null;
                    }
                    root.clear();
                    for (int row = 0; row < rows; row++) {
                        int n = batch * rows + row;
                        ((BigIntVector) root.getVector(0)).setSafe(row, n);
                        ((VarCharVector) root.getVector(1)).setSafe(row, ("s" + n).getBytes(StandardCharsets.UTF_8));
                    }
                    root.setRowCount(rows);
                    batch++;
                    return root;
                }

                @Override
                public void close() {
                    root.close();
                }
            };
        }
    }
}
