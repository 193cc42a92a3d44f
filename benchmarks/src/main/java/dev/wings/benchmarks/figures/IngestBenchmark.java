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
import dev.wings.benchmarks.process.ProcessTree;
import dev.wings.benchmarks.process.UsageSampler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// How much is acknowledged at full speed, in large and in small batches, and the memory it takes.
public final class IngestBenchmark {

    private static final int LARGE_STREAMS = 4;
    private static final int SMALL_STREAMS = 16;
    private static final int SMALL_BATCH_ROWS = 100;
    private static final double MIB = 1 << 20;

    private final Bench bench;

    public IngestBenchmark(Bench bench) {
        this.bench = bench;
    }

    public void run() throws Exception {
        if (!bench.wants(FigureKind.INGEST, FigureKind.SMALL_BATCHES, FigureKind.INGEST_MEMORY)) {
            return;
        }
        try (FloorProcess floor = FloorProcess.start(bench.root(), 1, 1);
                DevProcess wings = DevProcess.start(bench.root(), Lake.WITHOUT_COMPACTION);
                UsageSampler usage = UsageSampler.open(wings.processes())) {
            if (bench.wants(FigureKind.INGEST, FigureKind.INGEST_MEMORY)) {
                large(floor, wings);
            }
            if (bench.wants(FigureKind.SMALL_BATCHES, FigureKind.INGEST_MEMORY)) {
                small(floor, wings);
            }
            Rounds memory = new Rounds();
            memory.add((usage.jvmPeakBytes() + usage.otherPeakBytes()) / MIB);
            bench.report(new Figure(
                    FigureKind.INGEST_MEMORY,
                    memory,
                    Map.of(
                            "wings_dev_mib", usage.jvmPeakBytes() / MIB,
                            "postgresql_mib", usage.otherPeakBytes() / MIB)));
        }
    }

    private void large(FloorProcess floor, DevProcess wings) throws Exception {
        Topics.create(wings.controlPlanePort(), "bench_large", DataSet.SENSORS, Lake.freshness(Duration.ofDays(1)));
        FlightMessages messages = FlightMessages.ofSampleRows(0, Scale.DISTINCT_BATCHES, Scale.LARGE_BATCH_ROWS);
        PutPlan floorPlan = PutPlan.fullSpeed(floor.port(), "bench_large", messages, LARGE_STREAMS);
        PutPlan wingsPlan = PutPlan.fullSpeed(wings.ingestorPort(), "bench_large", messages, LARGE_STREAMS);
        warmUp(floorPlan, wingsPlan);
        Rounds rounds = new Rounds();
        List<Double> disk = new ArrayList<>();
        List<Double> cores = new ArrayList<>();
        List<Double> p50 = new ArrayList<>();
        for (int round = 1; round <= bench.scale().rounds(); round++) {
            disk.add(DiskProbe.megabytesPerSecond(bench.scale().warmUp()));
            PutLoad.Sample dropped = run(floorPlan);
            wings.removeFolios();
            Busy busy = busy(wingsPlan, wings.processes());
            rounds.add(busy.sample().megabytesPerSecond(), dropped.megabytesPerSecond());
            cores.add(busy.cores());
            p50.add(busy.sample().ackNanos().getValueAtPercentile(50) / 1e6);
            bench.tell("ingest, round %d: %.0f MB/s, floor %.0f MB/s, disk %.0f MB/s"
                    .formatted(
                            round, busy.sample().megabytesPerSecond(), dropped.megabytesPerSecond(), disk.getLast()));
        }
        wings.removeFolios();
        Topics.create(
                wings.controlPlanePort(), "bench_compacting", DataSet.SENSORS, Lake.freshness(Duration.ofSeconds(1)));
        PutLoad.Sample compacting =
                run(PutPlan.fullSpeed(wings.ingestorPort(), "bench_compacting", messages, LARGE_STREAMS));
        bench.tell("ingest, while the compactor runs: %.0f MB/s".formatted(compacting.megabytesPerSecond()));
        bench.report(new Figure(
                FigureKind.INGEST,
                rounds,
                Map.of(
                        "while_compacting_mb_per_s", compacting.megabytesPerSecond(),
                        "disk_synced_8mib_files_mb_per_s", Rounds.median(disk),
                        "wings_cores_used", Rounds.median(cores),
                        "ack_p50_ms", Rounds.median(p50))));
    }

    private void small(FloorProcess floor, DevProcess wings) throws Exception {
        Topics.create(wings.controlPlanePort(), "bench_small", DataSet.SENSORS, Lake.freshness(Duration.ofDays(1)));
        FlightMessages messages = FlightMessages.ofSampleRows(0, Scale.DISTINCT_BATCHES, SMALL_BATCH_ROWS);
        PutPlan floorPlan = PutPlan.fullSpeed(floor.port(), "bench_small", messages, SMALL_STREAMS);
        PutPlan wingsPlan = PutPlan.fullSpeed(wings.ingestorPort(), "bench_small", messages, SMALL_STREAMS);
        warmUp(floorPlan, wingsPlan);
        Rounds rounds = new Rounds();
        List<Double> cores = new ArrayList<>();
        List<Double> p50 = new ArrayList<>();
        for (int round = 1; round <= bench.scale().rounds(); round++) {
            PutLoad.Sample dropped = run(floorPlan);
            wings.removeFolios();
            Busy busy = busy(wingsPlan, wings.processes());
            rounds.add(busy.sample().batchesPerSecond(), dropped.batchesPerSecond());
            cores.add(busy.cores());
            p50.add(busy.sample().ackNanos().getValueAtPercentile(50) / 1e6);
            bench.tell("small-batches, round %d: %.0f/s, floor %.0f/s"
                    .formatted(round, busy.sample().batchesPerSecond(), dropped.batchesPerSecond()));
        }
        bench.report(new Figure(
                FigureKind.SMALL_BATCHES,
                rounds,
                Map.of("wings_cores_used", Rounds.median(cores), "ack_p50_ms", Rounds.median(p50))));
    }

    /// Lets compilers do their work on both sides before anything counts.
    private void warmUp(PutPlan floor, PutPlan wings) throws Exception {
        run(floor);
        run(wings);
    }

    private PutLoad.Sample run(PutPlan plan) throws Exception {
        return PutLoad.run(plan, bench.scale().warmUp(), bench.scale().window());
    }

    /// @param cores how many cores the processes kept busy, on average
    private record Busy(PutLoad.Sample sample, double cores) {}

    private Busy busy(PutPlan plan, ProcessTree tree) throws Exception {
        try (PutLoad load = PutLoad.open(plan)) {
            load.measure(bench.scale().warmUp());
            double before = tree.usage().cpuSeconds();
            PutLoad.Sample sample = load.measure(bench.scale().window());
            double cores = (tree.usage().cpuSeconds() - before) / sample.seconds();
            load.finish();
            return new Busy(sample, cores);
        }
    }
}
