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

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GatheredColumnTest {

    /// Some chunks, the last not full, and not a multiple of eight.
    private static final int ROWS = 5 * 2048 + 413;

    /// Nulls are everywhere, nowhere, only late, or only early; lists and texts have various lengths.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "n",
                "n % 2 = 0, CASE WHEN n % 3 > 0 THEN n % 2 = 0 END, CASE WHEN n < 9000 THEN n % 3 = 0 END",
                "CASE WHEN n % 3 > 0 THEN (n % 100)::TINYINT END, n::SMALLINT, CASE WHEN n > 5000 THEN n::UINTEGER END",
                "n::HUGEINT, n::DECIMAL(9, 2), n::DECIMAL(38, 3), n::FLOAT, CASE WHEN n < 100 THEN n::DOUBLE END",
                "DATE '2026-01-01' + n::INTEGER, TIME '00:00:00' + to_seconds(n), TIMESTAMP '2026-01-01' + to_days(n::INTEGER)",
                "to_days(n::INTEGER), NULL, TIMESTAMPTZ '2026-01-01 00:00:00+00' + to_seconds(n)",
                "'text ' || n, CASE WHEN n > 4000 THEN 'late' END, CASE WHEN n < 4000 THEN 'early' END",
                "CASE WHEN n % 5 > 1 THEN repeat('x', n::INTEGER % 50) END, ''",
                "CASE WHEN n % 5 > 1 THEN ('b' || n)::BLOB END, n::BIT",
                "range(n % 7), CASE WHEN n % 9 = 0 THEN []::INTEGER[] WHEN n % 9 > 2 THEN [n, NULL] END",
                "CASE WHEN n % 5 > 1 THEN list_transform(range(n % 7), lambda x: CASE WHEN x <> 3 THEN 'e' || x || n END) END",
                "list_transform(range(n % 4), lambda x: range(x))",
                "{'a': n, 'b': CASE WHEN n % 2 = 0 THEN 'x' || n END, 'c': [n, NULL]}",
                "CASE WHEN n % 4 > 0 AND n > 3000 THEN {'a': n % 3 = 0, 'b': {'c': n}} END",
                "MAP {'k' || n: n, 'l': NULL}, CASE WHEN n % 3 > 0 THEN MAP {n: ['v' || n]} END",
                "[n, NULL, n + 1]::INTEGER[3], CASE WHEN n % 3 > 0 THEN ['a', 'b' || n]::VARCHAR[2] END",
                "CASE WHEN n % 2 = 0 THEN union_value(num := n)::UNION(num BIGINT, str VARCHAR)"
                        + " ELSE union_value(str := 'u' || n)::UNION(num BIGINT, str VARCHAR) END",
                "uuid_extract_timestamp(NULL), '00000000-0000-7000-8000-000000000001'::UUID",
                "CASE WHEN n % 20 = 0 THEN 'a'::ENUM('a', 'b') ELSE 'b' END, CASE WHEN n = 10652 THEN repeat('z', 3000000) END"
            })
    void rowsOfManyChunksAreThoseOfEachChunk(String columns) {
        try (BufferAllocator allocator = new RootAllocator();
                DuckDb duckDb = DuckDb.open(Map.of("threads", "2"))) {
            List<List<String>> expected = new ArrayList<>();
            for (int start = 0; start < ROWS; start += 64) {
                expected.addAll(
                        rows(duckDb, columns, "range(" + start + ", " + Math.min(ROWS, start + 64) + ")", allocator));
            }
            assertThat(rows(duckDb, columns, "range(" + ROWS + ")", allocator)).isEqualTo(expected);
        }
    }

    private static List<List<String>> rows(DuckDb duckDb, String columns, String range, BufferAllocator allocator) {
        List<List<String>> rows = new ArrayList<>();
        try (Statement statement = duckDb.prepare("SELECT " + columns + " FROM " + range + " t(n)");
                Results results = statement.execute(allocator)) {
            while (results.next()) {
                for (int row = 0; row < results.root().getRowCount(); row++) {
                    int position = row;
                    rows.add(results.root().getFieldVectors().stream()
                            .map(vector -> text(vector, position))
                            .toList());
                }
            }
        }
        return rows;
    }

    private static String text(FieldVector vector, int row) {
        Object value = vector.getObject(row);
        return value instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : String.valueOf(value);
    }
}
