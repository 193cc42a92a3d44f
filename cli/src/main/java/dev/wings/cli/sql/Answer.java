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
package dev.wings.cli.sql;

import dev.wings.client.SqlResult;
import dev.wings.client.SqlSession;
import dev.wings.common.text.PlainValues;
import dev.wings.common.text.ValueText;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/// The whole answer of a query that gives few rows, as text.
public record Answer(List<String> columns, List<List<String>> rows) {

    public Answer {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
    }

    /// Runs a query and reads its whole answer.
    public static Answer of(SqlSession session, String sql) {
        try (SqlResult result = session.query(sql)) {
            Builder answer = new Builder(result.schema());
            while (result.next()) {
                answer.add(result.rows());
            }
            return answer.build();
        }
    }

    /// Gathers an answer batch by batch.
    public static final class Builder {

        private final List<String> columns;
        private final List<List<String>> rows = new ArrayList<>();

        public Builder(Schema schema) {
            this.columns = schema.getFields().stream().map(Field::getName).toList();
        }

        public void add(VectorSchemaRoot batch) {
            for (int row = 0; row < batch.getRowCount(); row++) {
                List<String> cells = new ArrayList<>(columns.size());
                for (FieldVector vector : batch.getFieldVectors()) {
                    cells.add(ValueText.of(PlainValues.at(vector, row)));
                }
                rows.add(List.copyOf(cells));
            }
        }

        public Answer build() {
            return new Answer(columns, rows);
        }
    }
}
