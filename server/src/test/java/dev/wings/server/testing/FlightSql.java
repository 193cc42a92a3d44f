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
package dev.wings.server.testing;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/// A Flight SQL client that gives rows as text.
public final class FlightSql implements AutoCloseable {

    private final BufferAllocator allocator = new RootAllocator();
    private final FlightSqlClient client;

    public FlightSql(int port) {
        client = new FlightSqlClient(FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", port))
                .build());
    }

    public FlightSqlClient client() {
        return client;
    }

    public BufferAllocator allocator() {
        return allocator;
    }

    /// Header that says which tenant acts.
    public static CallOption tenant(String tenant) {
        FlightCallHeaders headers = new FlightCallHeaders();
        headers.insert("wings-tenant", tenant);
        return new HeaderCallOption(headers);
    }

    /// All rows, values joined with `|`.
    public List<String> query(String sql, CallOption... options) throws Exception {
        return rows(client.execute(sql, options), options);
    }

    /// Runs a query with one parameter.
    public List<String> queryPrepared(String sql, int parameter) throws Exception {
        try (FlightSqlClient.PreparedStatement statement = client.prepare(sql);
                IntVector values = new IntVector("1", allocator);
                VectorSchemaRoot parameters = VectorSchemaRoot.of(values)) {
            values.setSafe(0, parameter);
            parameters.setRowCount(1);
            statement.setParameters(parameters);
            return rows(statement.execute());
        }
    }

    public List<String> queryPrepared(String sql, String parameter) throws Exception {
        try (FlightSqlClient.PreparedStatement statement = client.prepare(sql);
                VarCharVector values = new VarCharVector("1", allocator);
                VectorSchemaRoot parameters = VectorSchemaRoot.of(values)) {
            values.setSafe(0, parameter.getBytes(StandardCharsets.UTF_8));
            parameters.setRowCount(1);
            statement.setParameters(parameters);
            return rows(statement.execute());
        }
    }

    public List<String> rows(FlightInfo info, CallOption... options) throws Exception {
        return rows(client, info, options);
    }

    public static List<String> rows(FlightSqlClient client, FlightInfo info, CallOption... options) throws Exception {
        List<String> rows = new ArrayList<>();
        try (FlightStream stream =
                client.getStream(info.getEndpoints().getFirst().getTicket(), options)) {
            while (stream.next()) {
                for (int row = 0; row < stream.getRoot().getRowCount(); row++) {
                    StringBuilder text = new StringBuilder();
                    for (FieldVector vector : stream.getRoot().getFieldVectors()) {
                        text.append(text.isEmpty() ? "" : "|").append(vector.getObject(row));
                    }
                    rows.add(text.toString());
                }
            }
        }
        return rows;
    }

    /// Counts rows without looking at them.
    public long count(String sql) throws Exception {
        long rows = 0;
        try (FlightStream stream =
                client.getStream(client.execute(sql).getEndpoints().getFirst().getTicket())) {
            while (stream.next()) {
                rows += stream.getRoot().getRowCount();
            }
        }
        return rows;
    }

    /// The schema that the stream really has.
    public Schema schema(String sql) throws Exception {
        try (FlightStream stream =
                client.getStream(client.execute(sql).getEndpoints().getFirst().getTicket())) {
            return stream.getSchema();
        }
    }

    @Override
    public void close() throws Exception {
        client.close();
        allocator.close();
    }
}
