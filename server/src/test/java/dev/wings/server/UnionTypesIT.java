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

import dev.wings.common.duckdb.ArrowTable;
import dev.wings.common.duckdb.DuckDb;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.Topic;
import dev.wings.server.lake.TestTable;
import dev.wings.server.testing.AllTypes;
import dev.wings.server.testing.FlightSql;
import dev.wings.server.testing.ServerFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Every type comes out of segments as it comes out of pages, and no filter on it loses a row.
@Timeout(240)
class UnionTypesIT {

    private static final int ROWS = 1200;
    private static final int PAGES = 4;

    private static final List<String> COLUMNS = List.of(
            "bool", "i", "l", "f", "d", "small", "middle", "large", "day", "clock", "local", "instant", "text", "bytes",
            "code", "uid");

    private static final String ALL = "select * replace (hex(bytes) as bytes, hex(code) as code) from t order by n";

    @TempDir
    private Path directory;

    @Test
    void everyTypeIsReadAndFilteredAsInDuckDb() throws Exception {
        Path scratch = Files.createDirectories(directory.resolve("scratch"));
        try (ServerFixture server = new ServerFixture(directory, Map.of());
                FlightSql sql = new FlightSql(server.port());
                BufferAllocator allocator = new RootAllocator();
                DuckDb duckDb = DuckDb.open(Map.of("threads", "1"))) {
            Topic topic = server.createTopic("t", AllTypes.SCHEMA, "");
            int pageRows = ROWS / PAGES;
            for (int page = 0; page < PAGES; page++) {
                try (VectorSchemaRoot batch =
                        AllTypes.open(server.allocator(), page * pageRows, (page + 1) * pageRows)) {
                    server.push(topic, "", List.of(batch));
                }
            }
            duckDb.run("SET TimeZone = 'UTC'");
            duckDb.addTable("pushed", new AllRows(allocator), allocator);
            duckDb.run("CREATE TABLE t AS SELECT *, n AS __offset__, make_timestamptz(" + ServerFixture.TIMESTAMP_MICROS
                    + ") AS __timestamp__ FROM pushed");
            duckDb.dropTable("pushed");
            List<String> onlyPages = sql.query(ALL);
            TestTable table = new TestTable(
                    server.store(),
                    server.storeRoot(),
                    topic,
                    LakeSpec.newBuilder().setTargetSegmentBytes(1 << 20).build());
            for (int page = 0; page < PAGES; page++) {
                // the order of another column, so that bounds of row groups are wide for some and narrow for others
                table.append(
                        duckDb,
                        "SELECT * FROM t WHERE n >= " + page * pageRows + " AND n < " + (page + 1) * pageRows
                                + " ORDER BY " + (page % 2 == 0 ? "n" : "text"),
                        ", ROW_GROUP_SIZE 100",
                        scratch);
                server.controlPlane().compacted(topic.getUid(), "", 1, table.location());
                if (page == 1 || page == PAGES - 1) {
                    assertThat(sql.query(ALL)).isEqualTo(onlyPages);
                    for (String query : queries(duckDb)) {
                        assertThat(sql.query(query)).as(query).isEqualTo(DifferentialIT.rows(duckDb, query, allocator));
                    }
                }
            }
        }
    }

    /// Each column compared with values that it has, in every way.
    private static List<String> queries(DuckDb duckDb) {
        List<String> queries = new ArrayList<>(List.of(
                ALL,
                "select sum(hash(t)) from t",
                "select sum(hash(point)), sum(hash(list)), sum(hash(points)), sum(hash(map)) from t",
                "select n, point.x, points[1].y, map['3'] from t where point.x between 40 and 60 order by n",
                "select count(*) from t where f = 0 and d = '-0'::double",
                "select n from t where d > 1e308 order by n",
                "select n from t where d = 'nan' or f < -70 order by n",
                "select n from t where f = '-inf' order by n",
                "select n from t where f <= '-inf'::float or d <= '-inf' order by n",
                "select n from t where f < -3e38::float order by n",
                "select n from t where f = 'inf' or d = 'inf' order by n",
                "select n from t where isnan(d) order by n"));
        for (String column : COLUMNS) {
            for (int row : new int[] {10, 611}) {
                String literal = duckDb.text(
                        "SELECT '''' || max(" + column + ")::VARCHAR || '''::' || max(typeof(" + column
                                + ")) FROM t WHERE n IN (" + row + ", " + (row + 1) + ") AND ? <> ''",
                        "x");
                for (String operator : new String[] {"=", "<", ">="}) {
                    queries.add("select count(*), sum(n) from t where " + column + " " + operator + " " + literal);
                }
                queries.add("select count(*), sum(n) from t where " + column + " in (" + literal + ", (select max("
                        + column + ") from t))");
            }
            queries.add("select count(*), sum(n) from t where " + column + " is null");
            queries.add("select count(*), min(" + column + ")::varchar, max(" + column + ")::varchar from t");
        }
        return queries;
    }

    private record AllRows(BufferAllocator allocator) implements ArrowTable {

        @Override
        public Schema schema() {
            return ServerFixture.pageSchema(AllTypes.SCHEMA);
        }

        @Override
        public Scan openScan() {
            VectorSchemaRoot all = AllTypes.open(allocator, 0, ROWS);
            return new Scan() {
                private boolean done;

                @Override
                public @Nullable VectorSchemaRoot next() {
                    VectorSchemaRoot batch = done ? null : all;
                    done = true;
                    return batch;
                }

                @Override
                public void close() {
                    all.close();
                }
            };
        }
    }
}
