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
package dev.wings.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.duckdb.DuckDb;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.PartitionTransform;
import dev.wings.common.proto.TablePartitionField;
import dev.wings.common.proto.TablePartitioning;
import dev.wings.common.proto.Topic;
import dev.wings.server.lake.TestTable;
import dev.wings.server.testing.FlightSql;
import dev.wings.server.testing.Flights;
import dev.wings.server.testing.ServerFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// However the rows of a topic are split between segments and pages, the server answers what DuckDB answers that has
/// them in a table of its own.
@Timeout(240)
class UnionDifferentialIT {

    private static final int PAGES = 8;
    private static final int PAGE_ROWS = 500;

    @TempDir
    private Path directory;

    @ParameterizedTest(name = "seed {0}, partitioned by {1}")
    @CsvSource({
        "1, none, ''",
        "2, none, ''",
        "3, day, departure_hour=2023-11-14-22 departure_hour=2023-11-14-23",
        "4, late, late=false late=true"
    })
    void answersAreThoseOfDuckDbHoweverTheRowsAreSplit(long seed, String partitioning, String partitions)
            throws Exception {
        Random random = new Random(seed);
        Path scratch = Files.createDirectories(directory.resolve("scratch"));
        try (ServerFixture server = new ServerFixture(directory, Map.of());
                FlightSql sql = new FlightSql(server.port());
                BufferAllocator allocator = new RootAllocator();
                DuckDb duckDb = DuckDb.open(Map.of("threads", "1"))) {
            Topic topic = server.createTopic("flights", Flights.SCHEMA, "");
            for (int page = 0; page < PAGES; page++) {
                int start = page * PAGE_ROWS;
                try (VectorSchemaRoot batch = Flights.open(server.allocator(), start, start + PAGE_ROWS, "")) {
                    server.push(topic, "", List.of(batch));
                }
            }
            duckDb.run("SET TimeZone = 'UTC'");
            duckDb.addTable("pushed", new DifferentialIT.AllFlights(allocator, PAGES * PAGE_ROWS), allocator);
            duckDb.run("CREATE TABLE flights AS SELECT *, number::BIGINT AS __offset__, make_timestamptz("
                    + ServerFixture.TIMESTAMP_MICROS + ") AS __timestamp__ FROM pushed");
            duckDb.dropTable("pushed");
            TestTable table = new TestTable(server.store(), server.storeRoot(), topic, spec(partitioning));
            int compacted = 0;
            while (compacted < PAGES) {
                int pages = Math.min(PAGES - compacted, random.nextInt(1, 5));
                compact(duckDb, table, partitioning, compacted * PAGE_ROWS, (compacted + pages) * PAGE_ROWS, scratch);
                server.controlPlane().compacted(topic.getUid(), "", pages, table.location());
                compacted += pages;
                for (String query : DifferentialIT.QUERIES) {
                    assertThat(sql.query(query))
                            .as("%d of %d pages in segments: %s", compacted, PAGES, query)
                            .isEqualTo(DifferentialIT.rows(duckDb, query, allocator));
                }
            }
            assertThat(server.metric("wings.cache.bytes", "result", "hit")).isPositive();
            assertThat(sql.query("select distinct table_partition from system.segments order by 1"))
                    .containsExactly(partitions.split(" "));
        }
    }

    private static LakeSpec spec(String partitioning) {
        TablePartitionField.Builder field = switch (partitioning) {
            case "none" -> null;
            case "day" -> TablePartitionField.newBuilder().setFieldId(6).setTransform(PartitionTransform.HOUR);
            case "late" -> TablePartitionField.newBuilder().setFieldId(7).setTransform(PartitionTransform.IDENTITY);
            default -> throw new IllegalArgumentException(partitioning);
        };
        LakeSpec.Builder spec = LakeSpec.newBuilder().setTargetSegmentBytes(1 << 20);
        return (field == null
                        ? spec
                        : spec.setPartitioning(TablePartitioning.newBuilder().addFields(field)))
                .build();
    }

    /// One segment for each partition of the table, with small row groups.
    private static void compact(DuckDb duckDb, TestTable table, String partitioning, int start, int end, Path scratch) {
        List<String> parts = switch (partitioning) {
            case "none" -> List.of("true");
            case "day" ->
                List.of("hour(departure) = 22 and day(departure) = 14", "hour(departure) = 23 and day(departure) = 14");
            case "late" -> List.of("late", "not late");
            default -> throw new IllegalArgumentException(partitioning);
        };
        for (String part : parts) {
            String query = "SELECT * FROM flights WHERE __offset__ >= " + start + " AND __offset__ < " + end + " AND "
                    + part + " ORDER BY __offset__";
            String count = duckDb.text("SELECT count(*)::VARCHAR FROM (" + query + ") WHERE ? <> ''", "x");
            if (!count.equals("0")) {
                table.append(duckDb, query, ", ROW_GROUP_SIZE 2048", scratch);
            }
        }
    }
}
