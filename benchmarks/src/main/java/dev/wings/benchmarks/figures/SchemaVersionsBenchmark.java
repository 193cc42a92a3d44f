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
import dev.wings.benchmarks.process.DevProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// What it costs a query that the rows in pages were written under many versions of the topic's schema, next to
/// the same rows in a topic whose schema never changed.
public final class SchemaVersionsBenchmark {

    private static final int VERSIONS = 20;
    private static final String CHANGED = "bench_changed";
    private static final String UNCHANGED = "bench_unchanged";
    private static final String QUERY =
            "select kind, count(*) as n, sum(quantity) as sold, avg(amount) as mean, count(extra_1) as extras from %s"
                    + " group by kind order by kind";

    private final Bench bench;

    public SchemaVersionsBenchmark(Bench bench) {
        this.bench = bench;
    }

    public void run() throws Exception {
        if (!bench.wants(FigureKind.SCHEMA_VERSIONS)) {
            return;
        }
        try (DevProcess wings = DevProcess.start(bench.root(), Lake.WITHOUT_COMPACTION);
                SqlClient sql = SqlClient.open(wings.serverPort())) {
            Topics.create(wings.controlPlanePort(), CHANGED, DataSet.EVENTS, Lake.freshness(Duration.ofDays(1)));
            Topics.create(wings.controlPlanePort(), UNCHANGED, DataSet.EVENTS, Lake.freshness(Duration.ofDays(1)));
            for (int version = 1; version < VERSIONS; version++) {
                change(sql, UNCHANGED, version);
            }
            int batches = bench.scale().largeBatches();
            bench.tell("pushing %,d rows to each of two topics"
                    .formatted(bench.scale().largeRows()));
            SegmentQueryBenchmark.push(wings, UNCHANGED, 0, batches);
            for (int version = 0; version < VERSIONS; version++) {
                if (version > 0) {
                    change(sql, CHANGED, version);
                }
                SegmentQueryBenchmark.push(
                        wings, CHANGED, batches * version / VERSIONS, batches * (version + 1) / VERSIONS);
            }
            measure(sql);
        }
    }

    /// Each change adds a column; one in the middle makes another one wider, too.
    private static void change(SqlClient sql, String topic, int version) {
        String wider = version == VERSIONS / 2 ? ", alter quantity type bigint" : "";
        List<List<String>> ignored =
                sql.rows("alter table default." + topic + " add column extra_" + version + " bigint" + wider);
    }

    private void measure(SqlClient sql) throws Exception {
        if (!sql.rows(QUERY.formatted(CHANGED)).equals(sql.rows(QUERY.formatted(UNCHANGED)))) {
            throw new IllegalStateException("the two topics do not have the same rows");
        }
        Rounds rounds = new Rounds();
        for (int round = 0; round <= bench.scale().rounds(); round++) {
            double floor = sql.seconds(QUERY.formatted(UNCHANGED));
            double seconds = sql.seconds(QUERY.formatted(CHANGED));
            bench.tell("schema-versions, round %d: %.3f s, floor %.3f s".formatted(round, seconds, floor));
            if (round > 0) {
                rounds.add(seconds, floor);
            }
        }
        bench.report(new Figure(FigureKind.SCHEMA_VERSIONS, rounds, Map.of("versions", (double) VERSIONS)));
    }
}
