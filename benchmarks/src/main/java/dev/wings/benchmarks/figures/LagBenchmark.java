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
import dev.wings.common.proto.ListPartitionsRequest;
import dev.wings.common.proto.LogMetadataGrpc;
import dev.wings.common.proto.Partition;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/// How long rows of a steady stream take from their acknowledgement to the Iceberg table.
///
/// This is seen from outside, by asking again and again for the partition's next offset, which moves right
/// before rows are acknowledged, and for its watermark, which moves in the transaction that moves the table's
/// pointer. Each row counts.
public final class LagBenchmark {

    /// Short, so that there are many compactions to see.
    static final Duration FRESHNESS = Duration.ofSeconds(5);

    private static final String TOPIC = "bench_lag";
    private static final String TOPIC_NAME = "tenants/default/namespaces/default/topics/" + TOPIC;
    private static final int STREAMS = 4;
    private static final int BATCH_ROWS = 2_000;
    private static final int BATCHES = 64;
    private static final double BYTES_PER_SECOND = 5e6;
    private static final Duration INTERVAL = Duration.ofMillis(20);

    private final Bench bench;

    public LagBenchmark(Bench bench) {
        this.bench = bench;
    }

    public void run() throws Exception {
        if (!bench.wants(FigureKind.LAKE_LAG)) {
            return;
        }
        try (DevProcess wings = DevProcess.start(bench.root(), Map.of());
                SqlClient sql = SqlClient.open(wings.serverPort())) {
            Topics.create(wings.controlPlanePort(), TOPIC, DataSet.EVENTS, Lake.freshness(FRESHNESS));
            FlightMessages messages = FlightMessages.of(DataSet.EVENTS, 0, BATCHES, BATCH_ROWS);
            PutPlan plan = PutPlan.paced(wings.ingestorPort(), TOPIC, messages, STREAMS, BYTES_PER_SECOND);
            Histogram lagMillis = new Histogram(3);
            AtomicBoolean stop = new AtomicBoolean();
            double before = wings.processes().usage().cpuSeconds();
            long start = System.nanoTime();
            try (PutLoad load = PutLoad.open(plan)) {
                Thread observer = Thread.ofPlatform().name("lag-observer").start(() -> observe(wings, lagMillis, stop));
                load.measure(bench.scale().lagWindow());
                double cores = (wings.processes().usage().cpuSeconds() - before) / ((System.nanoTime() - start) / 1e9);
                load.finish();
                stop.set(true);
                observer.join();
                report(sql, lagMillis, cores);
            }
        }
    }

    private void report(SqlClient sql, Histogram lagMillis, double cores) throws Exception {
        long rows = Lake.number(
                sql, "select coalesce(max(row_count), 0) from system.snapshots where topic = '" + TOPIC + "'");
        long watermark = Lake.number(sql, "select watermark from system.partitions where topic = '" + TOPIC + "'");
        if (rows < lagMillis.getTotalCount() || rows > watermark) {
            throw new IllegalStateException("the table has other rows than its watermark says: rows=" + rows
                    + ", watermark=" + watermark + ", seen=" + lagMillis.getTotalCount());
        }
        Rounds rounds = new Rounds();
        rounds.add(lagMillis.getMaxValue() / 1e3);
        bench.tell("lake-lag: p50 %.1f s, max %.1f s"
                .formatted(lagMillis.getValueAtPercentile(50) / 1e3, lagMillis.getMaxValue() / 1e3));
        bench.report(new Figure(
                FigureKind.LAKE_LAG,
                rounds,
                Map.of(
                        "p50_s",
                        lagMillis.getValueAtPercentile(50) / 1e3,
                        "p99_s",
                        lagMillis.getValueAtPercentile(99) / 1e3,
                        "freshness_s",
                        (double) FRESHNESS.toSeconds(),
                        "snapshots",
                        (double)
                                Lake.number(sql, "select count(*) from system.snapshots where topic = '" + TOPIC + "'"),
                        "segments",
                        (double) Lake.segments(sql, TOPIC).size(),
                        "wings_cores_used",
                        cores)));
    }

    /// A look that found rows which no look before had seen.
    ///
    /// @param nanos when it was made
    /// @param endOffset the offset behind these rows
    private record Arrival(long nanos, long endOffset) {}

    private static void observe(DevProcess wings, Histogram lagMillis, AtomicBoolean stop) {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", wings.controlPlanePort())
                .usePlaintext()
                .build();
        try {
            Deque<Arrival> waiting = new ArrayDeque<>();
            ListPartitionsRequest request =
                    ListPartitionsRequest.newBuilder().setTopic(TOPIC_NAME).build();
            long seen = 0;
            long moved = 0;
            while (!stop.get()) {
                LockSupport.parkNanos(INTERVAL.toNanos());
                for (Partition partition : LogMetadataGrpc.newBlockingStub(channel)
                        .listPartitions(request)
                        .getPartitionsList()) {
                    long now = System.nanoTime();
                    if (partition.getNextOffset() > seen) {
                        seen = partition.getNextOffset();
                        waiting.addLast(new Arrival(now, seen));
                    }
                    while (!waiting.isEmpty() && waiting.getFirst().endOffset() <= partition.getWatermark()) {
                        Arrival arrival = waiting.removeFirst();
                        lagMillis.recordValueWithCount(
                                (now - arrival.nanos()) / 1_000_000, arrival.endOffset() - moved);
                        moved = arrival.endOffset();
                    }
                }
            }
        } finally {
            channel.shutdownNow();
        }
    }
}
