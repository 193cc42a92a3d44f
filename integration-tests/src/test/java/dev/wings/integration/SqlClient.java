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

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/// Runs statements over Flight SQL and returns rows as plain objects.
public final class SqlClient implements AutoCloseable {

    private final BufferAllocator allocator = new RootAllocator();
    private final FlightSqlClient client;

    public SqlClient(int port) {
        client = new FlightSqlClient(FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", port))
                .build());
    }

    /// All rows; values as `FieldVector.getObject` gives them, text as `String`.
    public List<List<Object>> query(String sql) {
        List<List<Object>> rows = new ArrayList<>();
        forEachRow(sql, (vectors, row) -> {
            List<Object> values = new ArrayList<>();
            for (FieldVector vector : vectors) {
                Object value = vector.getObject(row);
                values.add(value instanceof org.apache.arrow.vector.util.Text text ? text.toString() : value);
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
    public void close() throws Exception {
        client.close();
        allocator.close();
    }

    private interface RowVisitor {
        void visit(List<FieldVector> vectors, int row);
    }

    private void forEachRow(String sql, RowVisitor visitor) {
        for (FlightEndpoint endpoint : client.execute(sql).getEndpoints()) {
            try (FlightStream stream = client.getStream(endpoint.getTicket())) {
                while (stream.next()) {
                    for (int row = 0; row < stream.getRoot().getRowCount(); row++) {
                        visitor.visit(stream.getRoot().getFieldVectors(), row);
                    }
                }
            } catch (Exception e) {
                throw new IllegalStateException("query failed: sql=" + sql, e);
            }
        }
    }
}
