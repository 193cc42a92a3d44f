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

import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.SqlTypes;
import dev.wings.common.schema.TopicField;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

/// Texts of types are read by DuckDB as they were meant.
final class TypeTextTest {

    @Test
    void fieldMayHaveTheNameOfAnyKeyword() {
        try (DuckDb duckDb = DuckDb.open(Map.of())) {
            List<String> keywords = texts(duckDb, "SELECT DISTINCT keyword_name FROM duckdb_keywords() ORDER BY 1");
            assertThat(keywords).contains("select", "left", "between", "abort");
            FieldType.Struct type = new FieldType.Struct(keywords.stream()
                    .map(word -> TopicField.optional(1, word, FieldType.Primitive.INT))
                    .toList());
            // DuckDB shows more of them in quotes than need some
            assertThat(texts(duckDb, "SELECT replace(typeof(NULL::" + SqlTypes.text(type) + "), '\"', '')"))
                    .containsExactly(keywords.stream()
                            .map(word -> word + " INTEGER")
                            .collect(Collectors.joining(", ", "STRUCT(", ")")));
        }
    }

    private static List<String> texts(DuckDb duckDb, String sql) {
        List<String> texts = new ArrayList<>();
        try (BufferAllocator allocator = new RootAllocator();
                Statement statement = duckDb.prepare(sql);
                Results results = statement.execute(allocator)) {
            while (results.next()) {
                for (int row = 0; row < results.root().getRowCount(); row++) {
                    texts.add(String.valueOf(results.root().getVector(0).getObject(row)));
                }
            }
        }
        return texts;
    }
}
