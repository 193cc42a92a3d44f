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

import com.google.protobuf.Timestamp;
import dev.wings.benchmarks.floor.DuckDbFloor;
import dev.wings.benchmarks.load.DataSet;
import dev.wings.benchmarks.load.FlightMessages;
import dev.wings.benchmarks.process.DevProcess;
import dev.wings.common.proto.ListTasksRequest;
import dev.wings.common.proto.Task;
import dev.wings.common.proto.TaskKind;
import dev.wings.common.proto.TaskState;
import dev.wings.common.proto.TasksGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// How fast pages become segments: one task moves a topic of which nothing is in the lake yet. It starts when
/// the last batch makes the topic large enough, so that nothing else goes on meanwhile.
///
/// The floor is DuckDB that writes the same batches, which lie in its memory, to a Parquet file with the same
/// compression and row groups, with one thread like a task.
public final class CompactionBenchmark {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration INTERVAL = Duration.ofMillis(100);

    /// What the compactor chooses for such rows too.
    private static final int ROW_GROUP_ROWS = 122_880;

    private final Bench bench;

    public CompactionBenchmark(Bench bench) {
        this.bench = bench;
    }

    /// @param cpuSeconds the processor time of all threads
    private record Cost(double seconds, double cpuSeconds) {}

    public void run() throws Exception {
        if (!bench.wants(FigureKind.COMPACTION, FigureKind.COMPACTION_COPY)) {
            return;
        }
        int batches = bench.scale().compactBatches();
        double batchBytes =
                FlightMessages.of(DataSet.EVENTS, 0, 1, Scale.LARGE_BATCH_ROWS).bytesPerBatch();
        double megabytes = batches * batchBytes / 1e6;
        Map<String, String> settings =
                Map.of("WINGS_CONTROL_PLANE_COMPACT_BYTES", String.valueOf(Math.round((batches - 0.5) * batchBytes)));
        Path directory = Files.createTempDirectory("wings-benchmark-");
        Path file = directory.resolve("copy.parquet");
        Rounds perCore = new Rounds();
        Rounds seconds = new Rounds();
        try (DevProcess wings = DevProcess.start(bench.root(), settings);
                DuckDbFloor duckDb = new DuckDbFloor(DataSet.EVENTS, batches, Scale.LARGE_BATCH_ROWS, 1)) {
            for (int round = 0; round <= bench.scale().rounds(); round++) {
                Cost copy = copy(duckDb, batches, file);
                Cost task = compact(wings, "bench_compact_" + round, batches);
                bench.tell("compaction, round %d: %.2f s, %.2f s CPU; floor %.2f s, %.2f s CPU"
                        .formatted(round, task.seconds(), task.cpuSeconds(), copy.seconds(), copy.cpuSeconds()));
                if (round > 0) {
                    perCore.add(megabytes / task.cpuSeconds(), megabytes / copy.cpuSeconds());
                    seconds.add(task.seconds(), copy.seconds());
                }
            }
        } finally {
            Files.deleteIfExists(file);
            Files.delete(directory);
        }
        Map<String, Double> details = Map.of("arrow_mb", megabytes, "wall_mb_per_s", megabytes / seconds.value());
        bench.report(new Figure(FigureKind.COMPACTION, perCore, details));
        bench.report(new Figure(FigureKind.COMPACTION_COPY, seconds, details));
    }

    private static Cost copy(DuckDbFloor duckDb, int batches, Path file) throws Exception {
        long before = processCpuNanos();
        double seconds = duckDb.seconds(
                "COPY (SELECT * FROM rows) TO '" + file + "' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE "
                        + ROW_GROUP_ROWS + ")",
                batches);
        return new Cost(seconds, (processCpuNanos() - before) / 1e9);
    }

    private static long processCpuNanos() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system) {
            return system.getProcessCpuTime();
        }
        throw new IllegalStateException("this JVM does not tell its CPU time");
    }

    /// What a compaction costs: the wall clock from the lease of the task to its end, and what all of `wings
    /// dev` and its PostgreSQL compute from the last batch on.
    private static Cost compact(DevProcess wings, String topic, int batches) throws Exception {
        Topics.create(wings.controlPlanePort(), topic, DataSet.EVENTS, Lake.freshness(Duration.ofDays(1)));
        SegmentQueryBenchmark.push(wings, topic, 0, batches - 1);
        double before = wings.processes().usage().cpuSeconds();
        SegmentQueryBenchmark.push(wings, topic, batches - 1, batches);
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", wings.controlPlanePort())
                .usePlaintext()
                .build();
        try {
            long end = System.nanoTime() + LIMIT.toNanos();
            Optional<Task> running = Optional.empty();
            while (System.nanoTime() < end) {
                Optional<Task> task = findCompaction(channel, topic);
                if (task.isPresent() && task.get().getState() == TaskState.DONE && running.isPresent()) {
                    double seconds = seconds(task.get().getUpdateTime())
                            - seconds(running.get().getUpdateTime());
                    return new Cost(seconds, wings.processes().usage().cpuSeconds() - before);
                }
                if (task.isPresent() && task.get().getState() == TaskState.RUNNING) {
                    running = task;
                }
                LockSupport.parkNanos(INTERVAL.toNanos());
            }
            throw new IllegalStateException("the compaction did not end: topic=" + topic + ", limit=" + LIMIT);
        } finally {
            channel.shutdownNow();
        }
    }

    private static Optional<Task> findCompaction(ManagedChannel channel, String topic) {
        return TasksGrpc.newBlockingStub(channel)
                .listTasks(ListTasksRequest.newBuilder()
                        .setParent("tenants/default")
                        .setPageSize(1_000)
                        .build())
                .getTasksList()
                .stream()
                .filter(task ->
                        task.getKind() == TaskKind.COMPACT && task.getTarget().endsWith("/" + topic))
                .filter(task -> task.getState() != TaskState.WAITING)
                .findFirst();
    }

    private static double seconds(Timestamp time) {
        return time.getSeconds() + time.getNanos() / 1e9;
    }
}
