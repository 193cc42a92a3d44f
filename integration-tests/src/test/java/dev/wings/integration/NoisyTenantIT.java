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
package dev.wings.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.process.PortOffset;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// I9: at default settings, what one tenant does makes no push, query or request of another fail or wait for
/// long, and no probe.
///
/// It prints how long a quiet tenant waits beside each kind of noise, whose clients are a process of their own
/// that gets the processors only when the platform leaves them, as if they ran elsewhere.
/// `-Dwings.noise.rounds=N` says how many pushes and queries are made, `-Dwings.noise.kinds=A,B` leaves only
/// some kinds: the times of few pushes mean little.
@Tag("full")
@Timeout(300)
class NoisyTenantIT {

    private static final int ROUNDS = Integer.getInteger("wings.noise.rounds", 1);

    /// Far more than a slow machine takes.
    private static final double PATIENCE_MILLIS = 30_000;

    private static final List<String> TABLE = new ArrayList<>();

    private static WingsProcess wings;
    private static TenantClients quiet;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        wings = WingsProcess.start(directory.resolve("data"), PortOffset.claim());
        for (String tenant : List.of("noisy", "quiet")) {
            TenantClients.create(
                    wings.ports(), tenant, directory.resolve("stores").toUri());
        }
        quiet = new TenantClients(wings.ports(), "quiet");
        quiet.push(1000);
        try (TenantClients noisy = new TenantClients(wings.ports(), "noisy")) {
            noisy.push(100_000);
        }
        TABLE.add(row("noise", "push p50", "push p99", "query p50", "query p99"));
        // what comes first is slow: classes, plans, connections
        measure(ROUNDS, new Times());
    }

    @AfterAll
    static void stop() throws Exception {
        System.out.println(String.join("\n", TABLE));
        HTTP.close();
        quiet.close();
        wings.close();
    }

    static Stream<Noise.Kind> kinds() {
        List<String> wanted =
                List.of(System.getProperty("wings.noise.kinds", "").split(","));
        return Stream.of(Noise.Kind.values())
                .filter(kind -> wanted.equals(List.of("")) || kind == Noise.Kind.NONE || wanted.contains(kind.name()));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void quietTenantIsServed(Noise.Kind kind) throws Exception {
        try (NoiseProcess noise = NoiseProcess.start(kind, wings.ports(), "noisy")) {
            noise.await();
            Times times = new Times();
            measure(ROUNDS, times);
            serveAll(kind.name().toLowerCase(Locale.ROOT).replace('_', '-'));
            TABLE.add(row(kind, times));
            assertThat(times.pushes).allMatch(millis -> millis < PATIENCE_MILLIS);
            assertThat(times.queries).allMatch(millis -> millis < PATIENCE_MILLIS);
        }
    }

    /// Everything else that a tenant may ask for, once.
    private static void serveAll(String name) throws Exception {
        quiet.listTables();
        quiet.queryWithParameters(1);
        assertThat(quiet.queryOverHttp("select count(*) from numbers")).isEqualTo(200);
        quiet.changeTopics(name);
        quiet.awaitFollower();
        assertThat(get(wings.catalogUri() + "/v1/quiet/namespaces")).isEqualTo(200);
        for (int port : wings.ports().management()) {
            assertThat(get("http://127.0.0.1:" + port + "/livez")).isEqualTo(200);
            assertThat(get("http://127.0.0.1:" + port + "/readyz")).isEqualTo(200);
        }
    }

    private static int get(String uri) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(uri))
                .timeout(Duration.ofSeconds(60))
                .build();
        HttpResponse<Void> response = HTTP.send(request, BodyHandlers.discarding());
        return response.statusCode();
    }

    private record Times(List<Double> pushes, List<Double> queries) {
        Times() {
            this(new ArrayList<>(), new ArrayList<>());
        }
    }

    private static void measure(int rounds, Times times) throws Exception {
        for (int round = 0; round < rounds; round++) {
            long start = System.nanoTime();
            quiet.push(1);
            long pushed = System.nanoTime();
            assertThat(quiet.query("select count(*) from numbers where n >= 0")).isEqualTo(1);
            times.pushes.add((pushed - start) / 1e6);
            times.queries.add((System.nanoTime() - pushed) / 1e6);
        }
    }

    private static String row(Noise.Kind kind, Times times) {
        return row(
                kind.name().toLowerCase(Locale.ROOT),
                percentile(times.pushes, 50),
                percentile(times.pushes, 99),
                percentile(times.queries, 50),
                percentile(times.queries, 99));
    }

    private static String row(String noise, String... values) {
        return String.format(
                Locale.ROOT, "%-20s %10s %10s %10s %10s", noise, values[0], values[1], values[2], values[3]);
    }

    private static String percentile(List<Double> times, int percent) {
        List<Double> sorted = new ArrayList<>(times);
        Collections.sort(sorted);
        double millis = sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
        return String.format(Locale.ROOT, "%.1f", millis);
    }
}
