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

import com.google.protobuf.ByteString;
import dev.wings.benchmarks.floor.DuckDbFloor;
import dev.wings.benchmarks.load.DataSet;
import dev.wings.benchmarks.load.FlightMessages;
import dev.wings.benchmarks.load.GetLoad;
import dev.wings.benchmarks.load.PutLoad;
import dev.wings.benchmarks.load.PutPlan;
import dev.wings.benchmarks.process.DevProcess;
import dev.wings.benchmarks.process.FloorProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.apache.arrow.flight.impl.Flight.Ticket;

/// How fast rows that lie in pages come back.
public final class QueryBenchmark {

    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final String LARGE = "bench_scan";
    private static final String SMALL = "bench_lookup";
    private static final String FRESH = "bench_fresh";
    private static final int SMALL_BATCHES = 10;
    private static final int SMALL_BATCH_ROWS = 1_000;
    private static final String GROUP_BY =
            "select site, count(*) as n, avg(reading) as mean, max(level) as top from %s group by site";

    private final Bench bench;

    public QueryBenchmark(Bench bench) {
        this.bench = bench;
    }

    public void run() throws Exception {
        if (!bench.wants(FigureKind.SCAN, FigureKind.GROUP_BY, FigureKind.ONE_ROW, FigureKind.FRESH_ONE_ROW)) {
            return;
        }
        Map<String, String> settings = Map.of("WINGS_CONTROL_PLANE_COMPACT_BYTES", String.valueOf(1L << 40));
        try (DevProcess wings = DevProcess.start(bench.root(), settings);
                SqlClient sql = SqlClient.open(wings.serverPort())) {
            if (bench.wants(FigureKind.SCAN, FigureKind.GROUP_BY)) {
                bench.tell("pushing %,d rows".formatted(bench.scale().largeRows()));
                fill(
                        wings,
                        LARGE,
                        Scale.DISTINCT_BATCHES,
                        Scale.LARGE_BATCH_ROWS,
                        bench.scale().largeBatches());
            }
            if (bench.wants(FigureKind.SCAN)) {
                scan(wings, sql);
            }
            if (bench.wants(FigureKind.GROUP_BY)) {
                groupBy(sql);
            }
            if (bench.wants(FigureKind.ONE_ROW)) {
                fill(wings, SMALL, SMALL_BATCHES, SMALL_BATCH_ROWS, SMALL_BATCHES);
                oneRow(sql);
            }
            if (bench.wants(FigureKind.FRESH_ONE_ROW)) {
                freshOneRow(wings, sql);
            }
        }
    }

    private void freshOneRow(DevProcess wings, SqlClient sql) throws Exception {
        int batches = bench.scale().largeBatches();
        Topics.create(wings.controlPlanePort(), FRESH, DataSet.EVENTS, Lake.freshness(Duration.ofDays(1)));
        SegmentQueryBenchmark.push(wings, FRESH, 0, batches);
        List<String> queries =
                SegmentQueryBenchmark.eachTime(sql, FRESH, bench.scale().largeRows());
        try (DuckDbFloor duckDb = new DuckDbFloor(
                DataSet.EVENTS,
                Scale.DISTINCT_BATCHES,
                Scale.LARGE_BATCH_ROWS,
                Runtime.getRuntime().availableProcessors())) {
            Rounds rounds = new Rounds();
            for (int round = 0; round <= bench.scale().rounds(); round++) {
                Rounds runs = new Rounds();
                double floor = duckDb.seconds(queries.getFirst().formatted("rows"), batches) * 1e3;
                for (String query : queries) {
                    runs.add(sql.seconds(query.formatted(FRESH)) * 1e3);
                }
                bench.tell("fresh-one-row, round %d: %.1f ms, floor %.1f ms".formatted(round, runs.value(), floor));
                if (round > 0) {
                    rounds.add(runs.value(), floor);
                }
            }
            bench.report(new Figure(FigureKind.FRESH_ONE_ROW, rounds, Map.of()));
        }
    }

    private static void fill(DevProcess wings, String topic, int distinct, int rowsPerBatch, int batches)
            throws Exception {
        Topics.create(wings.controlPlanePort(), topic, DataSet.SENSORS, Lake.freshness(Duration.ofDays(1)));
        FlightMessages messages = FlightMessages.ofSampleRows(0, distinct, rowsPerBatch);
        PutLoad.push(PutPlan.exactly(wings.ingestorPort(), topic, messages, 1, batches), LIMIT);
    }

    private void scan(DevProcess wings, SqlClient sql) throws Exception {
        try (FloorProcess floor = FloorProcess.start(bench.root(), Scale.DISTINCT_BATCHES, Scale.LARGE_BATCH_ROWS)) {
            Ticket ready = Ticket.newBuilder()
                    .setTicket(
                            ByteString.copyFromUtf8(String.valueOf(bench.scale().largeBatches())))
                    .build();
            Rounds rounds = new Rounds();
            for (int round = 0; round <= bench.scale().rounds(); round++) {
                GetLoad.Result floorResult = checked(GetLoad.read(floor.port(), ready, LIMIT));
                Ticket ticket = sql.ticket("select * from " + LARGE);
                GetLoad.Result result = checked(GetLoad.read(wings.serverPort(), ticket, LIMIT));
                bench.tell("scan, round %d: %.0f MB/s, floor %.0f MB/s"
                        .formatted(round, result.megabytesPerSecond(), floorResult.megabytesPerSecond()));
                if (round > 0) {
                    rounds.add(result.megabytesPerSecond(), floorResult.megabytesPerSecond());
                }
            }
            bench.report(new Figure(FigureKind.SCAN, rounds, Map.of()));
        }
    }

    private GetLoad.Result checked(GetLoad.Result result) {
        if (result.rows() != bench.scale().largeRows()) {
            throw new IllegalStateException("a result with other rows than were pushed: rows=" + result.rows()
                    + ", pushed=" + bench.scale().largeRows());
        }
        return result;
    }

    private void groupBy(SqlClient sql) throws Exception {
        try (DuckDbFloor duckDb = new DuckDbFloor(
                DataSet.SENSORS,
                Scale.DISTINCT_BATCHES,
                Scale.LARGE_BATCH_ROWS,
                Runtime.getRuntime().availableProcessors())) {
            Rounds rounds = new Rounds();
            for (int round = 0; round <= bench.scale().rounds(); round++) {
                double floor =
                        duckDb.seconds(GROUP_BY.formatted("rows"), bench.scale().largeBatches());
                double seconds = sql.seconds(GROUP_BY.formatted(LARGE));
                bench.tell("group-by, round %d: %.3f s, floor %.3f s".formatted(round, seconds, floor));
                if (round > 0) {
                    rounds.add(seconds, floor);
                }
            }
            bench.report(new Figure(FigureKind.GROUP_BY, rounds, Map.of()));
        }
    }

    private void oneRow(SqlClient sql) throws Exception {
        int rows = SMALL_BATCHES * SMALL_BATCH_ROWS;
        Rounds rounds = new Rounds();
        Histogram nanos = new Histogram(3);
        for (int round = 0; round <= bench.scale().rounds(); round++) {
            Histogram ofRound = new Histogram(3);
            for (int query = 0; query < bench.scale().queries(); query++) {
                long id = (query * 7_919L + round) % rows;
                double seconds = sql.seconds("select * from %s where id = %d".formatted(SMALL, id));
                ofRound.recordValue(Math.round(seconds * 1e9));
            }
            bench.tell("one-row, round %d: p50 %.1f ms".formatted(round, ofRound.getValueAtPercentile(50) / 1e6));
            if (round > 0) {
                rounds.add(ofRound.getValueAtPercentile(50) / 1e6);
                nanos.add(ofRound);
            }
        }
        bench.report(new Figure(
                FigureKind.ONE_ROW,
                rounds,
                Map.of(
                        "p90_ms", nanos.getValueAtPercentile(90) / 1e6,
                        "p99_ms", nanos.getValueAtPercentile(99) / 1e6)));
    }
}
