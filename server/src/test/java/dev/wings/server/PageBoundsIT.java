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
import dev.wings.common.proto.Topic;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.server.testing.AllTypes;
import dev.wings.server.testing.FlightSql;
import dev.wings.server.testing.ServerFixture;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pages are left out by the bounds of their columns, and no row is lost by it.
class PageBoundsIT {

    private static final int PAGES = 12;
    private static final int PAGE_ROWS = 500;
    private static final int CONDITIONS = 160;

    private static final TopicSchema TEXTS = new TopicSchema(
            0, List.of(TopicField.required(1, "n", Primitive.LONG), TopicField.optional(2, "s", Primitive.STRING)), 2);

    /// Columns with values that SQL compares, and how their texts become values again.
    private static final Map<String, String> COLUMNS = Map.ofEntries(
            Map.entry("n", "BIGINT"),
            Map.entry("bool", "BOOLEAN"),
            Map.entry("i", "INTEGER"),
            Map.entry("l", "BIGINT"),
            Map.entry("f", "FLOAT"),
            Map.entry("d", "DOUBLE"),
            Map.entry("small", "DECIMAL(9,2)"),
            Map.entry("middle", "DECIMAL(18,4)"),
            Map.entry("large", "DECIMAL(38,10)"),
            Map.entry("day", "DATE"),
            Map.entry("clock", "TIME"),
            Map.entry("local", "TIMESTAMP"),
            Map.entry("instant", "TIMESTAMPTZ"),
            Map.entry("text", "VARCHAR"),
            Map.entry("bytes", "BLOB"),
            Map.entry("uid", "UUID"));

    private static final List<String> OPERATORS = List.of("=", "<", "<=", ">", ">=", "<>", "IS NOT DISTINCT FROM");

    @TempDir
    private Path directory;

    @Test
    void noRowIsLostWhateverTheTypes() throws Exception {
        Random random = new Random(11);
        List<Map.Entry<String, String>> columns =
                COLUMNS.entrySet().stream().sorted(Map.Entry.comparingByKey()).toList();
        compare(AllTypes.SCHEMA, AllTypes::open, duckDb -> {
            Map.Entry<String, String> column = columns.get(random.nextInt(columns.size()));
            return condition(duckDb, column.getKey(), column.getValue(), random);
        });
    }

    @Test
    void noRowIsLostHoweverTextsBegin() throws Exception {
        Random random = new Random(12);
        compare(TEXTS, (allocator, start, end) -> texts(allocator, start, end, new Random(start)), duckDb -> {
            String condition = condition(duckDb, "s", "VARCHAR", random);
            return random.nextInt(4) > 0
                    ? condition
                    : "s LIKE " + value(duckDb, "left(s, " + random.nextInt(1, 20) + ")", "VARCHAR", random)
                            + " || '%'";
        });
    }

    @Test
    void pagesWithoutTheRowAreNotRead() throws Exception {
        try (ServerFixture server = new ServerFixture(directory, Map.of());
                FlightSql sql = new FlightSql(server.port())) {
            push(server, server.createTopic("t", AllTypes.SCHEMA, ""), AllTypes::open);
            assertThat(explained(sql, "n = 1234")).contains("pages=1 of " + PAGES);
            assertThat(explained(sql, "n between 900 and 1100")).contains("pages=2 of " + PAGES);
            assertThat(explained(sql, "day > date '1984-01-01'")).contains("pages=2 of " + PAGES);
            assertThat(explained(sql, "n < 0")).contains("pages=0 of " + PAGES);
            assertThat(explained(sql, "n = 1 or n = 5999")).contains("pages=2 of " + PAGES);
            assertThat(explained(sql, "bool")).contains("pages=" + PAGES + " of " + PAGES);
            assertThat(sql.query("select n from t where n = 1234")).containsExactly("1234");
        }
    }

    private static String explained(FlightSql sql, String condition) throws Exception {
        return sql.query("explain select * from t where " + condition).getFirst();
    }

    private interface Rows {
        VectorSchemaRoot open(BufferAllocator allocator, int start, int end);
    }

    private interface Conditions {
        String next(DuckDb duckDb);
    }

    private static void push(ServerFixture server, Topic topic, Rows rows) {
        for (int page = 0; page < PAGES; page++) {
            int start = page * PAGE_ROWS;
            int middle = start + PAGE_ROWS / 3;
            try (VectorSchemaRoot first = rows.open(server.allocator(), start, middle);
                    VectorSchemaRoot second = rows.open(server.allocator(), middle, start + PAGE_ROWS)) {
                server.push(topic, "", List.of(first, second));
            }
        }
    }

    private void compare(TopicSchema schema, Rows rows, Conditions conditions) throws Exception {
        try (ServerFixture server = new ServerFixture(directory, Map.of());
                FlightSql sql = new FlightSql(server.port());
                BufferAllocator allocator = new RootAllocator();
                DuckDb duckDb = DuckDb.open(Map.of("threads", "1"))) {
            push(server, server.createTopic("t", schema, ""), rows);
            duckDb.run("SET TimeZone = 'UTC'");
            duckDb.addTable("pushed", new AllRows(allocator, schema, rows), allocator);
            duckDb.run("CREATE TABLE t AS SELECT * FROM pushed");
            duckDb.dropTable("pushed");
            int found = 0;
            for (int i = 0; i < CONDITIONS; i++) {
                String query = "SELECT count(*), min(n), max(n), sum(n) FROM t WHERE " + conditions.next(duckDb);
                List<String> expected = DifferentialIT.rows(duckDb, query, allocator);
                assertThat(sql.query(query)).as(query).isEqualTo(expected);
                found += expected.getFirst().startsWith("0|") ? 0 : 1;
            }
            assertThat(found).as("conditions that some row meets").isGreaterThan(CONDITIONS / 2);
        }
    }

    private static String condition(DuckDb duckDb, String column, String type, Random random) {
        String value = value(duckDb, column, type, random);
        return switch (random.nextInt(10)) {
            case 0 -> column + " IS NULL";
            case 1 -> column + " IS NOT NULL AND n < " + random.nextInt(PAGES * PAGE_ROWS);
            case 2 -> column + " BETWEEN " + value + " AND " + value(duckDb, column, type, random);
            case 3 -> column + " IN (" + value + ", " + value(duckDb, column, type, random) + ")";
            case 4 -> column + " = " + value + " OR n = " + random.nextInt(PAGES * PAGE_ROWS);
            case 5 -> "NOT (" + column + " " + operator(random) + " " + value + ")";
            default -> column + " " + operator(random) + " " + value;
        };
    }

    private static String operator(Random random) {
        return OPERATORS.get(random.nextInt(OPERATORS.size()));
    }

    /// Returns a value that some row has.
    private static String value(DuckDb duckDb, String expression, String type, Random random) {
        String text = duckDb.text(
                "SELECT (" + expression + ")::VARCHAR FROM t WHERE n >= ?::INTEGER AND (" + expression
                        + ") IS NOT NULL ORDER BY n LIMIT 1",
                Integer.toString(random.nextInt(PAGES * PAGE_ROWS - 20)));
        return "'" + text.replace("'", "''") + "'::" + type;
    }

    /// Texts of which each page has another range, with beginnings that are as long as bounds are, or longer.
    private static VectorSchemaRoot texts(BufferAllocator allocator, int start, int end, Random random) {
        VectorSchemaRoot root = VectorSchemaRoot.create(ServerFixture.pageSchema(TEXTS), allocator);
        BigIntVector numbers = (BigIntVector) root.getVector("n");
        VarCharVector texts = (VarCharVector) root.getVector("s");
        String[] letters = {"a", "ä", "\uD7FF", "\uFFFD", "\uD83D\uDE00", "\uDBFF\uDFFF"};
        String common = letters[start / PAGE_ROWS % letters.length].repeat(random.nextInt(1, 18));
        for (int number = start; number < end; number++) {
            numbers.setSafe(number - start, number);
            if (random.nextInt(9) > 0) {
                String text = common
                        + letters[random.nextInt(letters.length)]
                        + random.nextInt(50)
                        + "x".repeat(random.nextInt(5) == 0 ? 0 : 150);
                texts.setSafe(number - start, text.getBytes(StandardCharsets.UTF_8));
            }
        }
        root.setRowCount(end - start);
        return root;
    }

    private record AllRows(BufferAllocator allocator, TopicSchema topic, Rows rows) implements ArrowTable {

        @Override
        public Schema schema() {
            return ServerFixture.pageSchema(topic);
        }

        @Override
        public Scan openScan() {
            List<VectorSchemaRoot> batches = new ArrayList<>();
            for (int page = 0; page < PAGES; page++) {
                int start = page * PAGE_ROWS;
                int middle = start + PAGE_ROWS / 3;
                batches.add(rows.open(allocator, start, middle));
                batches.add(rows.open(allocator, middle, start + PAGE_ROWS));
            }
            return new Scan() {
                private int next;

                @Override
                public @Nullable VectorSchemaRoot next() {
                    return next == batches.size() ? null : batches.get(next++);
                }

                @Override
                public void close() {
                    batches.forEach(VectorSchemaRoot::close);
                }
            };
        }
    }
}
