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
package dev.wings.client;

import dev.wings.common.resource.ResourceId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ReadChannel;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/// A session of the SQL server: it keeps the schema and the time zone that a statement sets for those that
/// follow. Any thread may start a query. The caller closes it, after all results.
public final class SqlSession implements AutoCloseable {

    private final BufferAllocator allocator;
    private final FlightConnection connection;
    private final FlightSqlClient client;

    private SqlSession(BufferAllocator allocator, FlightConnection connection) {
        this.allocator = allocator;
        this.connection = connection;
        this.client = new FlightSqlClient(connection.client());
    }

    /// Makes a session, which connects at the first query.
    public static SqlSession open(Endpoint server) {
        BufferAllocator allocator = new RootAllocator();
        return new SqlSession(allocator, FlightConnection.open(server, allocator));
    }

    /// The connection of the session, for requests that this class has no method for.
    public FlightConnection connection() {
        return connection;
    }

    /// Starts a query. The caller closes the result before the session.
    public SqlResult query(String sql) {
        return open(() -> client.execute(sql, connection.options()));
    }

    /// The namespaces of the tenant, and the schemas that the server adds.
    public List<String> schemas() {
        List<String> names = new ArrayList<>();
        read(() -> client.getSchemas(null, null, connection.options()), rows -> {
            for (int row = 0; row < rows.getRowCount(); row++) {
                names.add(String.valueOf(rows.getVector("db_schema_name").getObject(row)));
            }
        });
        return names;
    }

    /// All topics of the tenant, and the tables that the server adds.
    public List<TableName> tables() {
        List<TableName> names = new ArrayList<>();
        read(() -> client.getTables(null, null, null, null, false, connection.options()), rows -> {
            for (int row = 0; row < rows.getRowCount(); row++) {
                names.add(new TableName(
                        String.valueOf(rows.getVector("db_schema_name").getObject(row)),
                        String.valueOf(rows.getVector("table_name").getObject(row)),
                        String.valueOf(rows.getVector("table_type").getObject(row))));
            }
        });
        return names;
    }

    /// The columns of a topic, named by `namespace.topic` or its bare id; none if there is no such topic.
    public List<Field> columns(String name) {
        int dot = name.indexOf('.');
        String schema = dot < 0 ? ResourceId.DEFAULT : name.substring(0, dot);
        String table = name.substring(dot + 1);
        List<Field> columns = new ArrayList<>();
        read(() -> client.getTables(null, pattern(schema), pattern(table), null, true, connection.options()), rows -> {
            if (rows.getRowCount() > 0 && columns.isEmpty()) {
                byte[] schemaBytes = ((VarBinaryVector) rows.getVector("table_schema")).get(0);
                columns.addAll(deserialize(schemaBytes).getFields());
            }
        });
        return columns;
    }

    /// A name as it stands in a LIKE pattern.
    private static String pattern(String name) {
        return name.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%");
    }

    private static Schema deserialize(byte[] schema) {
        try {
            return MessageSerializer.deserializeSchema(
                    new ReadChannel(Channels.newChannel(new ByteArrayInputStream(schema))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(Supplier<FlightInfo> request, Consumer<VectorSchemaRoot> reader) {
        try (SqlResult result = open(request)) {
            while (result.next()) {
                reader.accept(result.rows());
            }
        }
    }

    private SqlResult open(Supplier<FlightInfo> request) {
        try {
            return new SqlResult(connection, request.get().getEndpoints());
        } catch (FlightRuntimeException e) {
            throw connection.endpoint().failure(e);
        }
    }

    /// A table as the server lists it.
    ///
    /// @param schema the namespace of a topic, or a schema that the server adds
    /// @param table the id of a topic, or the name of a table that the server adds
    /// @param type what Flight SQL calls the type of the table
    public record TableName(String schema, String table, String type) {}

    @Override
    public void close() {
        connection.close();
        allocator.close();
    }
}
