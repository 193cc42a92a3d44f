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

import dev.wings.benchmarks.load.DataSet;
import dev.wings.benchmarks.load.FlightMessages;
import dev.wings.benchmarks.load.PutLoad;
import dev.wings.benchmarks.load.PutPlan;
import dev.wings.benchmarks.process.DevProcess;
import dev.wings.benchmarks.process.DiskProbe;
import dev.wings.benchmarks.process.FloorProcess;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/// How long a producer at a steady rate waits for acknowledgements. Latency counts from the time at which a batch was
/// due, so a stall is felt by every batch that it holds up.
public final class LatencyBenchmark {

    private static final int STREAMS = 4;
    private static final int BATCH_ROWS = 1_000;
    private static final double BYTES_PER_SECOND = 5e6;
    private static final double NANOS_PER_MILLI = 1e6;

    private final Bench bench;

    public LatencyBenchmark(Bench bench) {
        this.bench = bench;
    }

    public void run() throws Exception {
        if (!bench.wants(FigureKind.ACK_P50, FigureKind.ACK_P99)) {
            return;
        }
        Map<String, String> settings = new HashMap<>(Lake.WITHOUT_COMPACTION);
        settings.put("WINGS_INGESTOR_FLUSH_LINGER", "5ms");
        try (FloorProcess floor = FloorProcess.start(bench.root(), 1, 1);
                DevProcess wings = DevProcess.start(bench.root(), settings)) {
            Topics.create(
                    wings.controlPlanePort(), "bench_steady", DataSet.SENSORS, Lake.freshness(Duration.ofDays(1)));
            FlightMessages messages = FlightMessages.ofSampleRows(0, Scale.DISTINCT_BATCHES, BATCH_ROWS);
            PutPlan floorPlan = PutPlan.paced(floor.port(), "bench_steady", messages, STREAMS, BYTES_PER_SECOND);
            PutPlan wingsPlan =
                    PutPlan.paced(wings.ingestorPort(), "bench_steady", messages, STREAMS, BYTES_PER_SECOND);
            measure(floorPlan);
            measure(wingsPlan);
            Rounds p50 = new Rounds();
            Rounds p99 = new Rounds();
            Histogram all = new Histogram(3);
            Histogram disk = new Histogram(3);
            for (int round = 1; round <= bench.scale().rounds(); round++) {
                disk.add(DiskProbe.syncsNanos(bench.scale().window()));
                Histogram dropped = measure(floorPlan);
                Histogram stored = measure(wingsPlan);
                p50.add(millis(stored, 50), millis(dropped, 50));
                p99.add(millis(stored, 99), millis(dropped, 99));
                all.add(stored);
                bench.tell("ack, round %d: p50 %.1f ms, p99 %.1f ms, max %.1f ms"
                        .formatted(round, millis(stored, 50), millis(stored, 99), millis(stored, 100)));
            }
            Topics.create(
                    wings.controlPlanePort(),
                    "bench_steady_compacting",
                    DataSet.SENSORS,
                    Lake.freshness(Duration.ofSeconds(2)));
            Histogram compacting = measure(PutPlan.paced(
                    wings.ingestorPort(), "bench_steady_compacting", messages, STREAMS, BYTES_PER_SECOND));
            Map<String, Double> details = Map.of(
                    "while_compacting_p50_ms", millis(compacting, 50),
                    "while_compacting_p99_ms", millis(compacting, 99),
                    "p90_ms", millis(all, 90),
                    "p999_ms", millis(all, 99.9),
                    "max_ms", millis(all, 100),
                    "disk_syncs_p50_ms", millis(disk, 50),
                    "disk_syncs_p99_ms", millis(disk, 99));
            bench.report(new Figure(FigureKind.ACK_P50, p50, details));
            bench.report(new Figure(FigureKind.ACK_P99, p99, details));
        }
    }

    private Histogram measure(PutPlan plan) throws Exception {
        return PutLoad.run(plan, bench.scale().warmUp(), bench.scale().window()).ackNanos();
    }

    private static double millis(Histogram nanos, double percentile) {
        return nanos.getValueAtPercentile(percentile) / NANOS_PER_MILLI;
    }
}
