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

import dev.wings.benchmarks.load.FlightMessages;
import dev.wings.benchmarks.load.PutLoad;
import dev.wings.benchmarks.load.PutPlan;
import dev.wings.benchmarks.process.DevProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// How soon a new `wings dev` has its first rows.
public final class StartBenchmark {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int ROWS = 100;

    /// How many runs of a command one round has; its value is their median.
    private static final int RUNS = 5;

    private final Bench bench;

    public StartBenchmark(Bench bench) {
        this.bench = bench;
    }

    public void run() throws Exception {
        if (bench.wants(FigureKind.START)) {
            platform();
        }
        if (bench.wants(FigureKind.CLI_START)) {
            commands();
        }
    }

    /// A command that asks one question of a platform that is there.
    private void commands() throws Exception {
        try (DevProcess wings = DevProcess.start(bench.root(), Map.of())) {
            Topics.create(wings.controlPlanePort(), "bench_listed");
            List<String> command = List.of(
                    bench.root().resolve("wings").toString(),
                    "topic",
                    "list",
                    "--port-offset",
                    String.valueOf(wings.portOffset()));
            List<String> nothing = List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-version");
            Rounds rounds = new Rounds();
            for (int round = 0; round <= bench.scale().rounds(); round++) {
                Rounds runs = new Rounds();
                for (int run = 0; run < RUNS; run++) {
                    double floor = seconds(nothing);
                    runs.add(seconds(command), floor);
                }
                bench.tell("cli-start, round %d: %.2f s, floor %.2f s".formatted(round, runs.value(), runs.floor()));
                if (round > 0) {
                    rounds.add(runs.value(), runs.floor());
                }
            }
            bench.report(new Figure(FigureKind.CLI_START, rounds, Map.of()));
        }
    }

    private static double seconds(List<String> command) throws Exception {
        long start = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        int status = process.waitFor();
        if (status != 0) {
            throw new IllegalStateException("a command failed: status=" + status + ", command=" + command);
        }
        return secondsSince(start);
    }

    private void platform() throws Exception {
        FlightMessages messages = FlightMessages.ofSampleRows(0, 1, ROWS);
        Rounds rounds = new Rounds();
        List<Double> ready = new ArrayList<>();
        for (int round = 0; round <= bench.scale().rounds(); round++) {
            long start = System.nanoTime();
            try (DevProcess wings = DevProcess.start(bench.root(), Map.of())) {
                double readySeconds = secondsSince(start);
                Topics.create(wings.controlPlanePort(), "bench_first");
                PutLoad.push(PutPlan.exactly(wings.ingestorPort(), "bench_first", messages, 1, 1), LIMIT);
                double seconds = secondsSince(start);
                bench.tell("start, round %d: %.2f s, ready after %.2f s".formatted(round, seconds, readySeconds));
                if (round > 0) {
                    rounds.add(seconds);
                    ready.add(readySeconds);
                }
            }
        }
        bench.report(new Figure(FigureKind.START, rounds, Map.of("ready_s", Rounds.median(ready))));
    }

    private static double secondsSince(long startNanos) {
        return (System.nanoTime() - startNanos) / 1e9;
    }
}
