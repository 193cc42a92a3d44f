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
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.SortField;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/// How much a server reads of the object store to find one account in a table that is sorted by it, when it has never
/// read of that table before: blocks of segments, and, as an upper bound, all of the table's metadata files.
public final class LookupBenchmark {

    private static final String MISSED_BYTES = "wings_cache_bytes_total{result=\"miss\"";
    private static final long ACCOUNT = 54_321;

    private final Bench bench;

    public LookupBenchmark(Bench bench) {
        this.bench = bench;
    }

    public void run() throws Exception {
        if (!bench.wants(FigureKind.LAKE_LOOKUP)) {
            return;
        }
        Rounds rounds = new Rounds();
        double blocks = 0;
        double metadata = 0;
        double table = 0;
        double millis = 0;
        try (DevProcess wings = DevProcess.start(bench.root(), Map.of());
                SqlClient sql = SqlClient.open(wings.serverPort())) {
            for (int round = 1; round <= Math.min(3, bench.scale().rounds()); round++) {
                String topic = "bench_sorted_" + round;
                Topics.create(
                        wings.controlPlanePort(),
                        topic,
                        DataSet.EVENTS,
                        LakeSpec.newBuilder()
                                .addSortOrder(SortField.newBuilder().setField("account"))
                                .build());
                SegmentQueryBenchmark.push(wings, topic, 0, bench.scale().lookupBatches());
                Lake.awaitSettled(sql, topic);
                table = Lake.segmentBytes(sql, topic);
                metadata = metadataBytes(wings.data().resolve("objects"), topic);
                double before = wings.serverMetric(MISSED_BYTES);
                millis = sql.seconds("select * from %s where account = %d".formatted(topic, ACCOUNT + round)) * 1e3;
                blocks = wings.serverMetric(MISSED_BYTES) - before;
                rounds.add((blocks + metadata) / table * 100);
                bench.tell("lake-lookup, round %d: %,.0f bytes of segments and %,.0f of metadata, of %,.0f"
                        .formatted(round, blocks, metadata, table));
            }
        }
        bench.report(new Figure(
                FigureKind.LAKE_LOOKUP,
                rounds,
                Map.of(
                        "segment_bytes_read", blocks,
                        "metadata_bytes", metadata,
                        "table_bytes", table,
                        "query_ms", millis)));
    }

    private static double metadataBytes(Path objects, String topic) throws IOException {
        try (Stream<Path> files = Files.walk(objects)) {
            return files.filter(file -> file.toString().contains("/" + topic + "-")
                            && file.toString().contains("/metadata/")
                            && Files.isRegularFile(file))
                    .mapToDouble(file -> file.toFile().length())
                    .sum();
        }
    }
}
