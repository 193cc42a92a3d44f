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
package dev.wings.common.duckdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DuckDbTest {

    private final BufferAllocator allocator = new RootAllocator();
    private final DuckDb duckDb = DuckDb.open(Map.of("threads", "2", "memory_limit", "256MB"));

    @AfterEach
    void nothingLeaks() {
        duckDb.close();
        allocator.close();
    }

    @Test
    void tableIsReadAnewByEachScanOfAPlan() {
        Numbers numbers = new Numbers(5, 1000);
        duckDb.addTable("t", numbers, allocator);
        assertThat(rows("SELECT count(*), sum(n) FROM t")).containsExactly("5000\t12497500");
        assertThat(rows("SELECT count(*) FROM t a JOIN t b ON a.n = b.n")).containsExactly("5000");
        assertThat(rows("SELECT (SELECT n FROM t ORDER BY n LIMIT 1), (SELECT max(n) FROM t)"))
                .containsExactly("0\t4999");
        assertThat(rows("SELECT count(*) FROM (SELECT * FROM t LIMIT 1) a, t b"))
                .containsExactly("5000");
        assertThat(rows("""
                WITH RECURSIVE r AS (SELECT 0::BIGINT AS n UNION ALL SELECT t.n FROM r JOIN t ON t.n = r.n + 1 WHERE t.n < 20)
                SELECT count(*) FROM r""")).containsExactly("20");
        duckDb.dropTable("t");
        assertThat(numbers.openScans).hasValue(0);
    }

    /// Texts of up to twelve bytes are kept in the place of the value itself.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4, 11, 12, 13, 100_000})
    void aTextOfAnyLengthIsRead(int length) {
        String text = "\u00e9" + "x".repeat(length);
        String sql = "SELECT substr(?::VARCHAR, 2)";
        assertThat(duckDb.text(sql, text)).isEqualTo("x".repeat(length));
        assertThat(duckDb.<Integer>text(sql, text, ByteBuffer::remaining)).isEqualTo(length);
        assertThat(duckDb.text("SELECT ?::VARCHAR", text)).isEqualTo(text);
    }

    @Test
    void aTextThatIsNotThereFails() {
        assertThatThrownBy(() -> duckDb.text("SELECT error(?::VARCHAR)", "no"))
                .isInstanceOf(DuckDbException.class)
                .hasMessageContaining("no");
        assertThatThrownBy(() -> duckDb.text("SELECT nullif(?::VARCHAR, 'x')", "x"))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> duckDb.text("SELECT ?::VARCHAR WHERE false", "x"))
                .isInstanceOf(IllegalStateException.class);
        assertThat(duckDb.text("SELECT ?::VARCHAR", "x")).isEqualTo("x");
    }

    @Test
    void everyFilterAndColumnIsApplied() {
        duckDb.addTable("t", new Numbers(3, 1000), allocator);
        assertThat(rows("SELECT twice FROM t WHERE n = 7")).containsExactly("14");
        assertThat(rows("SELECT sum(twice) FROM t")).containsExactly("8997000");
        assertThat(rows("SELECT count(*) FROM t WHERE twice >= 5990")).containsExactly("5");
        assertThat(rows("SELECT n FROM t WHERE twice IN (2, 4, 7) AND n > 1")).containsExactly("2");
    }

    /// More columns than one struct has, and more rows than one part of a result has.
    @Test
    void tableMayHaveManyColumns() {
        duckDb.addTable("t", new Numbers(200, 3, 1500), allocator);
        List<String> rows = rows("SELECT * FROM t WHERE n % 3 > 0 ORDER BY times200 DESC");
        assertThat(rows).hasSize(3000);
        for (int i = 0; i < rows.size(); i++) {
            long number = 4499 - (i / 2 * 3L + i % 2);
            assertThat(rows.get(i))
                    .isEqualTo(LongStream.rangeClosed(1, 200)
                            .mapToObj(times -> String.valueOf(times * number))
                            .collect(Collectors.joining("\t")));
        }
        assertThat(rows("SELECT times64, times65, times130 FROM t WHERE times129 = 129 * 7"))
                .containsExactly("448\t455\t910");
        assertThat(rows("SELECT count(*), sum(a.times200) FROM t a JOIN t b ON a.times65 = b.times65"))
                .containsExactly("4500\t2024550000");
    }

    @Test
    void failureOfAScanIsKept() {
        duckDb.addTable("t", new Numbers(-1, 10), allocator);
        assertThatThrownBy(() -> rows("SELECT sum(n) FROM t")).isInstanceOf(DuckDbException.class);
        assertThat(duckDb.tableFailure())
                .get()
                .isInstanceOfSatisfying(
                        IllegalStateException.class, e -> assertThat(e).hasMessage("broken on purpose"));
    }

    @Test
    void reasonOfAFailureBeforeTheFirstRowIsTold() {
        assertThatThrownBy(() -> rows("SELECT CAST('x' || range AS INTEGER) FROM range(10)"))
                .hasMessageContaining("Could not convert string 'x0'");
        assertThatThrownBy(() -> rows("SELECT list(a) FROM range(100000000) t(a)"))
                .isInstanceOfSatisfying(
                        DuckDbException.class, e -> assertThat(e.kind()).isEqualTo(DuckDbException.Kind.OUT_OF_MEMORY));
    }

    @Test
    void streamIsInterrupted() {
        try (Statement statement = duckDb.prepare("SELECT range, 'x' || range FROM range(100000000000)");
                Results results = statement.execute(allocator)) {
            assertThat(results.next()).isTrue();
            Thread.ofPlatform().start(duckDb::interrupt);
            assertThatThrownBy(() -> {
                        while (results.next()) {
                            assertThat(results.root().getRowCount()).isPositive();
                        }
                    })
                    .isInstanceOfSatisfying(
                            DuckDbException.class,
                            e -> assertThat(e.kind()).isEqualTo(DuckDbException.Kind.INTERRUPTED));
        }
        assertThat(rows("SELECT 1")).containsExactly("1");
    }

    @Test
    void everyKindOfParameterIsBound() {
        List<Object> values = List.of(
                true,
                7,
                1L << 40,
                1.5f,
                2.5,
                new BigDecimal("-12345678901234567890.123"),
                LocalDate.of(2026, 1, 31),
                LocalTime.of(8, 30, 0, 250_000_000),
                LocalDateTime.of(2026, 1, 31, 8, 30),
                Instant.parse("2026-01-31T08:30:00Z"),
                "grün",
                UUID.fromString("00000000-0000-7000-8000-000000000001"),
                new byte[] {1, 0, 2});
        duckDb.run("SET TimeZone = 'UTC'");
        try (Statement statement = duckDb.prepare("""
                SELECT concat_ws('|', ?::BOOLEAN, ?::INTEGER, ?::BIGINT, ?::FLOAT, ?::DOUBLE, ?::DECIMAL(30, 3), ?::DATE,
                    ?::TIME, ?::TIMESTAMP, ?::TIMESTAMPTZ, ?::VARCHAR, ?::UUID, hex(?::BLOB))""")) {
            for (int i = 0; i < values.size(); i++) {
                statement.bind(i + 1, values.get(i));
            }
            assertThat(rows(statement))
                    .containsExactly("true|7|1099511627776|1.5|2.5|-12345678901234567890.123|2026-01-31|08:30:00.25|"
                            + "2026-01-31 08:30:00|2026-01-31 08:30:00+00|grün|00000000-0000-7000-8000-000000000001|"
                            + "010002");
        }
        try (Statement statement = duckDb.prepare("SELECT ?")) {
            statement.bind(1, null);
            assertThat(rows(statement)).containsExactly("null");
        }
    }

    /// A list has the type of its elements: what is compared with them is not cast to another type.
    @Test
    void listsAreBound() {
        Map<List<Object>, String> lists = new LinkedHashMap<>();
        lists.put(Arrays.asList(1L << 40, null, 7L), "1099511627776, NULL, 7|BIGINT[]");
        lists.put(List.of(1, 2), "1, 2|INTEGER[]");
        lists.put(List.of(true), "true|BOOLEAN[]");
        lists.put(List.of("it's", "grün"), "it's, grün|VARCHAR[]");
        lists.put(List.of(1.5, 0.1), "1.5, 0.1|DOUBLE[]");
        lists.put(List.of(new BigDecimal("1.25"), new BigDecimal("123.4")), "1.25, 123.40|DECIMAL(5,2)[]");
        lists.put(List.of(7L, new BigDecimal("18446744073709551615")), "7, 18446744073709551615|DECIMAL(20,0)[]");
        lists.put(List.of(LocalDate.parse("2026-01-31")), "2026-01-31|DATE[]");
        lists.put(List.of(Instant.parse("2026-01-31T08:30:00Z")), "2026-01-31 08:30:00+00|TIMESTAMP WITH TIME ZONE[]");
        lists.put(List.of(List.of(1L), List.of(), List.of(2L, 3L)), "[1], [], [2, 3]|BIGINT[][]");
        duckDb.run("SET TimeZone = 'UTC'");
        try (Statement statement = duckDb.prepare("""
                SELECT array_to_string(list_transform(x, lambda e: coalesce(e::VARCHAR, 'NULL')), ', ') || '|' || typeof(x)
                FROM (SELECT ? AS x)""")) {
            lists.forEach((list, expected) -> {
                statement.bind(1, list);
                assertThat(rows(statement)).containsExactly(expected);
            });
        }
        try (Statement statement = duckDb.prepare("SELECT n FROM range(5) t(n) WHERE n = any(?) ORDER BY n")) {
            statement.bind(1, List.of(1L, 3L, 9L));
            assertThat(rows(statement)).containsExactly("1", "3");
            statement.bind(1, List.of());
            assertThat(rows(statement)).isEmpty();
            statement.bind(1, Arrays.asList(null, null));
            assertThat(rows(statement)).isEmpty();
        }
        try (Statement statement = duckDb.prepare("SELECT n FROM range(5) t(n) WHERE n IN ? ORDER BY n")) {
            statement.bind(1, List.of(1L, 3L, 9L));
            assertThat(rows(statement)).containsExactly("1", "3");
            assertThatThrownBy(() -> statement.bind(1, List.of(1L, "x"))).hasMessageContaining("different types");
        }
    }

    /// Arrow's own import would keep the rows in native memory for ever, and a part of the allocator.
    @Test
    void rowsThatThereIsNoRoomForAreLetGo() {
        try (BufferAllocator small = allocator.newChildAllocator("small", 0, 1 << 18);
                Statement statement = duckDb.prepare(
                        "SELECT range, [{'a': 'x' || range, 'b': repeat('y', 1000)}], 'z' || range FROM range(2000)")) {
            try (Results results = statement.execute(small)) {
                assertThatThrownBy(results::next).isInstanceOf(OutOfMemoryException.class);
            }
            assertThat(small.getAllocatedMemory()).isZero();
        }
        assertThat(rows("SELECT 1")).containsExactly("1");
    }

    /// The first of these values are there once in DuckDB.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "repeat('y', 100000)",
                "repeat('y', 100000)::BLOB",
                "repeat('y', 100000) || n",
                "range(20000)",
                "range(15000 - n)",
                "list_filter(range(5000), lambda x: x % 2 = n % 2)",
                "list_transform(range(100), lambda x: repeat('y', 500) || x || n)",
                "list_sort(list_transform(range(100), lambda x: repeat('y', 500) || x || n), 'DESC')[2:90]",
                "[repeat('y', 50000), NULL, repeat('z', 50000) || n]",
                "{'a': n, 'b': {'c': repeat('y', 100000), 'd': [n]}}",
                "MAP {'k' || n: repeat('y', 100000), 'x': NULL}",
                "[repeat('y', 50000), 'short', repeat('z', n)]::VARCHAR[3]",
                "union_value(str := repeat('y', 100000) || n)",
                "CASE WHEN n % 3 = 0 THEN NULL ELSE repeat('y', 200000) || n END",
                "CASE WHEN n % 3 = 0 THEN NULL ELSE [{'a': repeat('y', 200000), 'b': n}] END",
                "CASE WHEN n > 500 THEN 'short' || n ELSE repeat('y', 150000) || n END"
            })
    void wideRowsComeInPartsOfABoundedSize(String value) {
        String sql = "SELECT n, " + value + " AS v FROM range(1000) t(n)";
        duckDb.run("SET external_threads = 1; SET threads = 1");
        int parts = 0;
        long next = 0;
        List<String> lengths = new ArrayList<>();
        try (Statement statement = duckDb.prepare(sql);
                Results results = statement.execute(allocator)) {
            while (results.next()) {
                parts++;
                VectorSchemaRoot root = results.root();
                assertThat(allocator.getAllocatedMemory()).isBetween(1L, 6L << 20);
                for (int row = 0; row < root.getRowCount(); row++) {
                    assertThat(root.getVector(0).getObject(row)).isEqualTo(next);
                    Object object = root.getVector(1).getObject(row);
                    if (next % 50 == 0) {
                        lengths.add(next + ":" + length(object));
                    }
                    next++;
                }
            }
        }
        assertThat(parts).isGreaterThan(2);
        assertThat(next).isEqualTo(1000);
        List<String> lengthsAlone = new ArrayList<>();
        for (long n = 0; n < 1000; n += 50) {
            try (Statement statement =
                            duckDb.prepare("SELECT " + value + " AS v FROM (SELECT " + n + "::BIGINT AS n)");
                    Results results = statement.execute(allocator)) {
                assertThat(results.next()).isTrue();
                Object object = results.root().getVector(0).getObject(0);
                lengthsAlone.add(n + ":" + length(object));
            }
        }
        assertThat(lengths).isEqualTo(lengthsAlone);
    }

    private static int length(@Nullable Object value) {
        return switch (value) {
            case null -> -1;
            case byte[] bytes -> bytes.length;
            default -> value.toString().length();
        };
    }

    @Test
    void everyKindOfTypeIsTaken() {
        assertThat(rows("""
                SELECT true, 1::TINYINT, 2::USMALLINT, 3, 4::HUGEINT, 1.5::FLOAT, 2.5, 12.34::DECIMAL(30, 2), 'text', 'b'::BLOB,
                    DATE '2026-01-31', TIME '08:30:00', TIMESTAMP_NS '2026-01-31 08:30:00', INTERVAL 3 DAY, '101'::BIT,
                    [1, NULL, 3], ['a', 'bc', NULL], {'a': 1, 'b': ['x']}, MAP {'k': 1.5::DOUBLE}, [1, 2, 3]::INTEGER[3],
                    ['a', 'b']::VARCHAR[2], union_value(num := 7)::UNION(num INTEGER, str VARCHAR), NULL,
                    []::INTEGER[], '00000000-0000-7000-8000-000000000001'::UUID""")).singleElement().asString().contains("text", "bc");
        assertThat(rows("SELECT NULL::VARCHAR, [NULL]::VARCHAR[], NULL::STRUCT(a INTEGER, b VARCHAR[]) FROM range(3)"))
                .hasSize(3);
        assertThat(rows("SELECT 'x' FROM range(10) WHERE range < 0")).isEmpty();
    }

    /// These numbers are refused because a client would get another number.
    @Test
    void numberOfTooManyDigitsIsRefusedWhereverItIs() {
        String largest = "9".repeat(38);
        assertThat(rows("SELECT " + largest + "::HUGEINT")).containsExactly(largest);
        assertThat(rows("SELECT -" + largest + "::HUGEINT")).containsExactly("-" + largest);
        assertThat(rows("SELECT " + largest + "::UHUGEINT")).containsExactly(largest);
        assertThat(rows("SELECT sum(n) FROM (VALUES (9223372036854775807), (1)) t(n)"))
                .containsExactly("9223372036854775808");
        List<String> tooLarge = List.of(
                "1" + "0".repeat(38) + "::HUGEINT",
                "-1" + "0".repeat(38) + "::HUGEINT",
                "170141183460469231731687303715884105727::HUGEINT",
                "'-170141183460469231731687303715884105728'::HUGEINT",
                "1" + "0".repeat(38) + "::UHUGEINT",
                "340282366920938463463374607431768211455::UHUGEINT");
        for (String value : tooLarge) {
            for (String query : List.of(
                    "SELECT ?",
                    "SELECT if(range = 2999, ?, NULL) FROM range(3000)",
                    "SELECT [NULL, ?]",
                    "SELECT {'a': 1, 'b': ?}",
                    "SELECT MAP {?: 'x'}",
                    "SELECT [[{'a': [?]}]]",
                    "SELECT [?, NULL]::HUGEINT[2]",
                    "SELECT 'x', union_value(num := ?)")) {
                String sql = query.replace("?", value)
                        .replace("HUGEINT[2]", value.substring(value.indexOf("::") + 2) + "[2]");
                assertThatThrownBy(() -> rows(sql))
                        .as(sql)
                        .isInstanceOf(DuckDbException.class)
                        .hasMessageContaining("more than the 38 digits");
            }
        }
        // a value that is not there does not count
        assertThat(rows("SELECT n, s FROM (SELECT range % 2 = 0 AS even, if(even, NULL, 5::HUGEINT) AS n,"
                        + " if(even, NULL, {'a': 5::UHUGEINT}) AS s FROM range(4000))"))
                .hasSize(4000);
    }

    @Test
    void shapeOfAStatementIsKnownWithoutRunningIt() {
        try (Statement statement =
                duckDb.prepare("SELECT range AS n, 'x' AS y FROM range(10) WHERE range > ? AND 'x' = $2")) {
            assertThat(statement.parameters(allocator))
                    .extracting(Field::getName, Field::getType)
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple("1", new ArrowType.Int(64, true)),
                            org.assertj.core.groups.Tuple.tuple("2", ArrowType.Utf8.INSTANCE));
            assertThat(statement.columns(allocator).orElseThrow().toString())
                    .isEqualTo("Schema<n: Int(64, true), y: Utf8>");
        }
        try (Statement statement = duckDb.prepare("SELECT ?")) {
            assertThat(statement.columns(allocator)).isEqualTo(Optional.empty());
        }
    }

    private List<String> rows(String sql) {
        try (Statement statement = duckDb.prepare(sql)) {
            return rows(statement);
        }
    }

    private List<String> rows(Statement statement) {
        List<String> rows = new ArrayList<>();
        try (Results results = statement.execute(allocator)) {
            while (results.next()) {
                VectorSchemaRoot root = results.root();
                rows.addAll(root.contentToTSVString().lines().skip(1).toList());
            }
        }
        return rows;
    }

    /// The numbers from 0 in batches, and their multiples in further columns; fails at the first batch if `batches` is
    /// negative.
    private final class Numbers implements ArrowTable {
        private final int columns;
        private final int batches;
        private final int rowsPerBatch;
        private final AtomicInteger openScans = new AtomicInteger();

        Numbers(int batches, int rowsPerBatch) {
            this(2, batches, rowsPerBatch);
        }

        Numbers(int columns, int batches, int rowsPerBatch) {
            this.columns = columns;
            this.batches = batches;
            this.rowsPerBatch = rowsPerBatch;
        }

        @Override
        public Schema schema() {
            return new Schema(IntStream.range(0, columns)
                    .mapToObj(column -> column == 0 ? "n" : column == 1 ? "twice" : "times" + (column + 1))
                    .map(name -> Field.nullable(name, new ArrowType.Int(64, true)))
                    .toList());
        }

        @Override
        public Scan openScan() {
            openScans.incrementAndGet();
            VectorSchemaRoot root = VectorSchemaRoot.create(schema(), allocator);
            return new Scan() {
                private int batch;
                private boolean closed;

                @Override
                public @Nullable VectorSchemaRoot next() {
                    if (batches < 0) {
                        throw new IllegalStateException("broken on purpose");
                    }
                    if (batch == batches) {
                        return null;
                    }
                    root.clear();
                    for (int column = 0; column < columns; column++) {
                        BigIntVector multiples = (BigIntVector) root.getVector(column);
                        multiples.allocateNew(rowsPerBatch);
                        for (int i = 0; i < rowsPerBatch; i++) {
                            multiples.set(i, (column + 1L) * (batch * rowsPerBatch + i));
                        }
                    }
                    root.setRowCount(rowsPerBatch);
                    batch++;
                    return root;
                }

                @Override
                public void close() {
                    if (!closed) {
                        closed = true;
                        root.close();
                        openScans.decrementAndGet();
                    }
                }
            };
        }
    }
}
