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

import dev.wings.benchmarks.floor.ParquetFloor;
import dev.wings.benchmarks.load.DataSet;
import dev.wings.benchmarks.load.EventRows;
import dev.wings.benchmarks.load.FlightMessages;
import dev.wings.benchmarks.load.GetLoad;
import dev.wings.benchmarks.load.PutLoad;
import dev.wings.benchmarks.load.PutPlan;
import dev.wings.benchmarks.process.DevProcess;
import dev.wings.common.proto.LakeSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// How fast a warm server answers from segments, next to DuckDB on the same files with as many threads and as much
/// memory.
public final class SegmentQueryBenchmark {

    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final String TOPIC = "bench_events";
    private static final long QUERY_MEMORY_BYTES = 256L << 20;

    /// How many runs of each query one round has; its value is their median.
    private static final int RUNS = 5;

    /// How many of the scale's warm-ups come before a query is measured.
    private static final int WARM_UPS = 4;

    private final Bench bench;

    public SegmentQueryBenchmark(Bench bench) {
        this.bench = bench;
    }

    public void run() throws Exception {
        Map<FigureKind, String> queries = queries(bench.scale().eventRows());
        boolean wanted = bench.wants(FigureKind.LAKE_ONE_ROW, FigureKind.LAKE_NEEDLE, FigureKind.RESULTS);
        if (!wanted && queries.keySet().stream().noneMatch(bench::wants)) {
            return;
        }
        int threads = Runtime.getRuntime().availableProcessors();
        Map<String, String> settings = Map.of(
                "WINGS_SERVER_QUERY_THREADS", String.valueOf(threads),
                "WINGS_SERVER_QUERY_MEMORY_BYTES", String.valueOf(QUERY_MEMORY_BYTES));
        try (DevProcess wings = DevProcess.start(bench.root(), settings);
                SqlClient sql = SqlClient.open(wings.serverPort())) {
            bench.tell("pushing %,d rows".formatted(bench.scale().eventRows()));
            Topics.create(wings.controlPlanePort(), TOPIC, DataSet.EVENTS, LakeSpec.getDefaultInstance());
            push(wings, TOPIC, 0, bench.scale().eventBatches());
            bench.tell("waiting for the compactor");
            Lake.awaitSettled(sql, TOPIC);
            List<String> files = Lake.segments(sql, TOPIC);
            try (ParquetFloor duckDb = new ParquetFloor(files, threads, QUERY_MEMORY_BYTES)) {
                for (Map.Entry<FigureKind, String> query : queries.entrySet()) {
                    measure(query.getKey(), List.of(query.getValue()), sql, duckDb, files.size());
                }
                long rows = bench.scale().eventRows();
                measure(FigureKind.LAKE_ONE_ROW, eachTime(sql, TOPIC, rows), sql, duckDb, files.size());
                measure(FigureKind.LAKE_NEEDLE, eachSession(sql, TOPIC, rows), sql, duckDb, files.size());
                if (bench.wants(FigureKind.RESULTS)) {
                    results(wings, sql, duckDb);
                }
            }
        }
    }

    /// Queries of one row each, with `%s` for the table, by the times of rows.
    static List<String> eachTime(SqlClient sql, String topic, long rows) throws Exception {
        return each(sql, topic, rows, "epoch_us(ts)", "select * from %%s where ts = make_timestamptz(%s)");
    }

    private static List<String> eachSession(SqlClient sql, String topic, long rows) throws Exception {
        return each(sql, topic, rows, "session", "select * from %%s where session = '%s'");
    }

    private static List<String> each(SqlClient sql, String topic, long rows, String value, String query)
            throws Exception {
        List<String> queries = new ArrayList<>();
        for (int i = 0; i < RUNS; i++) {
            long offset = rows / RUNS * i + rows / (2 * RUNS);
            queries.add(query.formatted(sql.rows("select " + value + " from " + topic + " where __offset__ = " + offset)
                    .getFirst()
                    .getFirst()));
        }
        return queries;
    }

    private void results(DevProcess wings, SqlClient sql, ParquetFloor duckDb) throws Exception {
        long expected = bench.scale().eventRows();
        Rounds rounds = new Rounds();
        for (int round = 0; round <= bench.scale().rounds(); round++) {
            double floor = expected / duckDb.export("select * from rows", expected) / 1e6;
            GetLoad.Result result = GetLoad.read(wings.serverPort(), sql.ticket("select * from " + TOPIC), LIMIT);
            if (result.rows() != expected) {
                throw new IllegalStateException(
                        "a result with other rows than were pushed: rows=" + result.rows() + ", pushed=" + expected);
            }
            double rate = expected / result.seconds() / 1e6;
            bench.tell("results, round %d: %.2f M rows/s, floor %.2f M rows/s".formatted(round, rate, floor));
            if (round > 0) {
                rounds.add(rate, floor);
            }
        }
        bench.report(new Figure(FigureKind.RESULTS, rounds, Map.of("rows", (double) expected)));
    }

    /// Pushes the batches `[start, end)` of events, of which no two are the same.
    static void push(DevProcess wings, String topic, int start, int end) throws Exception {
        for (int first = start; first < end; first += Scale.DISTINCT_BATCHES) {
            int count = Math.min(Scale.DISTINCT_BATCHES, end - first);
            FlightMessages messages = FlightMessages.of(
                    DataSet.EVENTS, (long) first * Scale.LARGE_BATCH_ROWS, count, Scale.LARGE_BATCH_ROWS);
            PutLoad.push(PutPlan.exactly(wings.ingestorPort(), topic, messages, 1, count), LIMIT);
        }
    }

    /// The queries, with `%s` for the table. The time range is a twentieth of all rows.
    private static Map<FigureKind, String> queries(long rows) {
        Map<FigureKind, String> queries = new EnumMap<>(FigureKind.class);
        queries.put(FigureKind.LAKE_COUNT, "select count(*) from %s");
        queries.put(
                FigureKind.LAKE_GROUP_BY,
                "select kind, count(*) as n, avg(amount) as mean, max(quantity) as top from %s group by kind"
                        + " order by kind");
        queries.put(
                FigureKind.LAKE_TOP_10,
                "select account, count(*) as n, sum(quantity) as total from %s group by account order by n desc, account"
                        + " limit 10");
        queries.put(
                FigureKind.LAKE_TIME_RANGE,
                "select count(*) as n, count(distinct account) as accounts, min(amount) as low, max(amount) as high"
                        + " from %s where ts >= timestamptz '" + EventRows.time(rows / 2) + "' and ts < timestamptz '"
                        + EventRows.time(rows / 2 + rows / 20) + "'");
        return queries;
    }

    /// @param queries the queries, which are run in turn, with `%s` for the table
    private void measure(FigureKind kind, List<String> queries, SqlClient sql, ParquetFloor duckDb, int segments)
            throws Exception {
        if (!bench.wants(kind)) {
            return;
        }
        for (String query : queries) {
            String ofWings = query.formatted(TOPIC);
            checkAnswer(sql.rows(ofWings), duckDb.run(query.formatted("rows")).rows(), ofWings);
        }
        warmUp(sql, queries);
        Rounds rounds = new Rounds();
        for (int round = 0; round <= bench.scale().rounds(); round++) {
            Rounds runs = new Rounds();
            for (int run = 0; run < RUNS; run++) {
                String query = queries.get(run % queries.size());
                double floor = duckDb.run(query.formatted("rows")).seconds();
                runs.add(sql.seconds(query.formatted(TOPIC)) * 1e3, floor * 1e3);
            }
            bench.tell("%s, round %d: %.1f ms, floor %.1f ms".formatted(kind.id(), round, runs.value(), runs.floor()));
            if (round > 0) {
                rounds.add(runs.value(), runs.floor());
            }
        }
        bench.report(new Figure(
                kind, rounds, Map.of("rows", (double) bench.scale().eventRows(), "segments", (double) segments)));
    }

    /// A server that has just started interprets its code; DuckDB comes compiled.
    private void warmUp(SqlClient sql, List<String> queries) throws Exception {
        Duration warmUp = bench.scale().warmUp().multipliedBy(WARM_UPS);
        int run = 0;
        for (long start = System.nanoTime(); System.nanoTime() - start < warmUp.toNanos(); run++) {
            sql.seconds(queries.get(run % queries.size()).formatted(TOPIC));
        }
    }

    private static void checkAnswer(List<List<String>> found, List<List<String>> expected, String sql) {
        if (found.size() != expected.size()
                || !found.getFirst().getFirst().equals(expected.getFirst().getFirst())) {
            throw new IllegalStateException(
                    "Wings and DuckDB do not agree: sql=" + sql + ", wings=" + found + ", duckdb=" + expected);
        }
    }
}
