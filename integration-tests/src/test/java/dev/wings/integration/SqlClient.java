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
package dev.wings.integration;

import dev.wings.client.Address;
import dev.wings.client.Endpoint;
import dev.wings.client.SqlResult;
import dev.wings.client.SqlSession;
import dev.wings.common.error.WingsException;
import dev.wings.common.resource.ResourceId;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.util.Text;
import org.jspecify.annotations.Nullable;

/// Runs statements over Flight SQL and returns rows as plain objects.
public final class SqlClient implements AutoCloseable {

    private final SqlSession session;

    public SqlClient(int port) {
        session = SqlSession.open(Endpoint.of(new Address("SQL server", "127.0.0.1", port), ResourceId.DEFAULT));
    }

    /// All rows; values as `FieldVector.getObject` gives them, text as `String`.
    public List<List<Object>> query(String sql) {
        List<List<Object>> rows = new ArrayList<>();
        forEachRow(sql, (vectors, row) -> {
            List<Object> values = new ArrayList<>();
            for (FieldVector vector : vectors) {
                Object value = vector.getObject(row);
                values.add(value instanceof Text text ? text.toString() : value);
            }
            rows.add(values);
        });
        return rows;
    }

    /// All rows, as [RowText] has them.
    public List<List<@Nullable String>> texts(String sql) {
        List<List<@Nullable String>> rows = new ArrayList<>();
        forEachRow(sql, (vectors, row) -> {
            List<@Nullable String> values = new ArrayList<>();
            for (FieldVector vector : vectors) {
                values.add(RowText.of(vector, row));
            }
            rows.add(values);
        });
        return rows;
    }

    /// The only value of the only row.
    public long count(String sql) {
        return ((Number) query(sql).getFirst().getFirst()).longValue();
    }

    @Override
    public void close() {
        session.close();
    }

    private interface RowVisitor {
        void visit(List<FieldVector> vectors, int row);
    }

    private void forEachRow(String sql, RowVisitor visitor) {
        try (SqlResult result = session.query(sql)) {
            while (result.next()) {
                for (int row = 0; row < result.rows().getRowCount(); row++) {
                    visitor.visit(result.rows().getFieldVectors(), row);
                }
            }
        } catch (WingsException e) {
            throw new IllegalStateException("query failed: sql=" + sql, e);
        }
    }
}
