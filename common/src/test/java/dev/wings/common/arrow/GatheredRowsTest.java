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
package dev.wings.common.arrow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.duckdb.DuckDb;
import dev.wings.common.duckdb.Results;
import dev.wings.common.duckdb.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GatheredRowsTest {

    /// Lengths whose sums are no multiples of 8, which would be easy for bits.
    private static final int[] PARTS = {3, 1, 0, 13, 64, 7, 0, 256, 5, 8, 100};

    /// A column of each type that an engine has, with and without nulls.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "n",
                "n % 2 = 0",
                "CASE WHEN n % 3 > 0 THEN n % 2 = 0 END",
                "CASE WHEN n % 3 > 0 THEN (n % 100)::TINYINT END",
                "n::HUGEINT, n::DECIMAL(9, 2), n::DECIMAL(38, 3), n::FLOAT",
                "DATE '2026-01-01' + n::INTEGER, TIME '00:00:00' + to_seconds(n), TIMESTAMP '2026-01-01' + to_days(n::INTEGER)",
                "to_days(n::INTEGER), NULL",
                "'text ' || n",
                "CASE WHEN n % 5 > 1 THEN repeat('x', n::INTEGER) END",
                "CASE WHEN n % 5 > 1 THEN ('b' || n)::BLOB END, n::BIT",
                "range(n % 7)",
                "CASE WHEN n % 5 > 1 THEN list_transform(range(n % 7), lambda x: CASE WHEN x <> 3 THEN 'e' || x || n END) END",
                "list_transform(range(n % 4), lambda x: range(x))",
                "{'a': n, 'b': CASE WHEN n % 2 = 0 THEN 'x' || n END, 'c': [n, NULL]}",
                "CASE WHEN n % 4 > 0 THEN {'a': n % 3 = 0, 'b': {'c': n}} END",
                "MAP {'k' || n: n, 'l': NULL}",
                "CASE WHEN n % 3 > 0 THEN MAP {n: ['v' || n]} END",
                "[n, NULL, n + 1]::INTEGER[3]",
                "CASE WHEN n % 3 > 0 THEN ['a', 'b' || n]::VARCHAR[2] END",
                "CASE WHEN n % 2 = 0 THEN union_value(num := n)::UNION(num BIGINT, str VARCHAR)"
                        + " ELSE union_value(str := 'u' || n)::UNION(num BIGINT, str VARCHAR) END",
                "uuid_extract_timestamp(NULL), '00000000-0000-7000-8000-000000000001'::UUID"
            })
    void gatheredRowsAreThoseOfTheParts(String columns) {
        try (BufferAllocator allocator = new RootAllocator();
                DuckDb duckDb = DuckDb.open(Map.of("threads", "1"));
                Statement statement = duckDb.prepare("SELECT " + columns + " FROM range(457) t(n)");
                Results results = statement.execute(allocator)) {
            assertThat(results.next()).isTrue();
            VectorSchemaRoot all = results.root();
            assertThat(all.getRowCount()).isEqualTo(457);
            try (GatheredRows gathered = new GatheredRows(all.getSchema(), allocator);
                    VectorSchemaRoot joined = VectorSchemaRoot.create(all.getSchema(), allocator)) {
                gathered.add(rows(all, 0, 0));
                gathered.moveTo(joined);
                int start = 0;
                for (int rows : PARTS) {
                    assertThat(gathered.hasRoom()).isTrue();
                    gathered.add(rows(all, start, rows));
                    start += rows;
                }
                assertThat(start).isEqualTo(457);
                gathered.moveTo(joined);

                assertThat(gathered.isEmpty()).isTrue();
                assertThat(texts(joined)).isEqualTo(texts(all));
                assertThat(RowBytes.of(joined)).isEqualTo(RowBytes.of(all));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "repeat('x', n::INTEGER)",
                "range(n)",
                "[{'a': repeat('x', n::INTEGER), 'b': [n]}]",
                "n, n % 2 = 0, n::HUGEINT",
                "[n, n]::BIGINT[2]"
            })
    void partThatFitsIsAsLargeAsItCanBe(String columns) {
        try (BufferAllocator allocator = new RootAllocator();
                DuckDb duckDb = DuckDb.open(Map.of("threads", "1"));
                Statement statement = duckDb.prepare("SELECT " + columns + " FROM range(1000) t(n)");
                Results results = statement.execute(allocator)) {
            assertThat(results.next()).isTrue();
            VectorSchemaRoot all = results.root();
            for (long bytes : new long[] {0, 1, 500, 5_000, 20_000, 1 << 20, 1 << 30}) {
                for (int start = 0; start < all.getRowCount(); ) {
                    int rows = RowBytes.fitting(all, start, bytes);
                    assertThat(rows).isPositive();
                    assertThat(rows == 1 || RowBytes.of(all, start, rows) <= bytes)
                            .isTrue();
                    assertThat(start + rows == all.getRowCount() || RowBytes.of(all, start, rows + 1) > bytes)
                            .isTrue();
                    start += rows;
                }
                assertThat(RowBytes.fitting(all, all.getRowCount(), bytes)).isZero();
            }
        }
    }

    private static VectorSchemaRoot rows(VectorSchemaRoot all, int start, int rows) {
        VectorSchemaRoot part =
                VectorSchemaRoot.create(all.getSchema(), all.getVector(0).getAllocator());
        for (int i = 0; i < all.getFieldVectors().size(); i++) {
            all.getVector(i).makeTransferPair(part.getVector(i)).splitAndTransfer(start, rows);
        }
        part.setRowCount(rows);
        return part;
    }

    private static List<List<String>> texts(VectorSchemaRoot root) {
        List<List<String>> texts = new ArrayList<>();
        for (int row = 0; row < root.getRowCount(); row++) {
            int position = row;
            texts.add(root.getFieldVectors().stream()
                    .map(vector -> text(vector.getObject(position)))
                    .toList());
        }
        return texts;
    }

    private static String text(Object value) {
        return value instanceof byte[] bytes ? java.util.HexFormat.of().formatHex(bytes) : String.valueOf(value);
    }
}
