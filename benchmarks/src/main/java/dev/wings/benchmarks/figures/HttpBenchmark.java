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
package dev.wings.benchmarks.figures;

import dev.wings.benchmarks.load.HttpLoad;
import dev.wings.benchmarks.load.JsonRows;
import dev.wings.benchmarks.process.DevProcess;
import dev.wings.benchmarks.process.ProcessTree;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// How many rows of JSON are acknowledged a second over HTTP, client and database on the same machine.
public final class HttpBenchmark {

    private static final int DISTINCT_BODIES = 8;
    private static final int SMALL_CONNECTIONS = 96;
    private static final int SMALL_ROWS = 100;
    private static final int LARGE_CONNECTIONS = 8;
    private static final int LARGE_ROWS = 4_000;

    private final Bench bench;

    public HttpBenchmark(Bench bench) {
        this.bench = bench;
    }

    public void run() throws Exception {
        if (!bench.wants(FigureKind.HTTP_BATCHES, FigureKind.HTTP_LINES)) {
            return;
        }
        try (DevProcess wings = DevProcess.start(bench.root(), Lake.WITHOUT_COMPACTION)) {
            if (bench.wants(FigureKind.HTTP_BATCHES)) {
                measure(
                        FigureKind.HTTP_BATCHES,
                        wings,
                        "application/json",
                        number -> JsonRows.array((long) number * SMALL_ROWS, SMALL_ROWS),
                        SMALL_ROWS,
                        SMALL_CONNECTIONS);
            }
            if (bench.wants(FigureKind.HTTP_LINES)) {
                measure(
                        FigureKind.HTTP_LINES,
                        wings,
                        "application/x-ndjson",
                        number -> JsonRows.lines((long) number * LARGE_ROWS, LARGE_ROWS),
                        LARGE_ROWS,
                        LARGE_CONNECTIONS);
            }
        }
    }

    private void measure(
            FigureKind kind, DevProcess wings, String type, IntFunction<byte[]> body, int rows, int connections)
            throws Exception {
        String topic = kind.id().replace('-', '_');
        Topics.create(wings.controlPlanePort(), topic, JsonRows.topicSchema(), Lake.freshness(Duration.ofDays(1)));
        List<byte[]> bodies = IntStream.range(0, DISTINCT_BODIES).mapToObj(body).toList();
        Rounds rounds = new Rounds();
        List<Double> cores = new ArrayList<>();
        ProcessTree tree = wings.processes();
        for (int round = 1; round <= bench.scale().rounds(); round++) {
            try (HttpLoad load =
                    HttpLoad.open(wings.ingestorHttpPort(), "/v1/default/" + topic, type, bodies, rows, connections)) {
                load.rowsPerSecond(bench.scale().warmUp());
                double before = tree.usage().cpuSeconds();
                long start = System.nanoTime();
                rounds.add(load.rowsPerSecond(bench.scale().window()));
                cores.add((tree.usage().cpuSeconds() - before) / ((System.nanoTime() - start) / 1e9));
                load.finish();
            }
            wings.removeFolios();
            bench.tell("%s, round %d: %.0f rows/s, %.1f cores"
                    .formatted(kind.id(), round, rounds.values().getLast(), cores.getLast()));
        }
        double bytes = bodies.stream().mapToLong(each -> each.length).average().orElseThrow() / rows;
        bench.report(new Figure(
                kind,
                rounds,
                Map.of(
                        "bytes_of_a_row",
                        bytes,
                        "mb_per_s",
                        rounds.value() * bytes / 1e6,
                        "wings_cores_used",
                        Rounds.median(cores))));
    }
}
