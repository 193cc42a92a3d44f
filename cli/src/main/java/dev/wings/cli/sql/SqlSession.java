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

import dev.wings.cli.connect.Connection;
import dev.wings.cli.connect.FlightConnection;
import dev.wings.cli.connect.Port;
import dev.wings.common.resource.ResourceId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

/// Runs queries on the SQL server. The caller closes it.
public final class SqlSession implements AutoCloseable {

    private final BufferAllocator allocator;
    private final FlightConnection connection;
    private final FlightSqlClient client;

    private SqlSession(BufferAllocator allocator, FlightConnection connection) {
        this.allocator = allocator;
        this.connection = connection;
        this.client = new FlightSqlClient(connection.client());
    }

    /// Connects to nothing yet.
    public static SqlSession open(Connection connection) {
        BufferAllocator allocator = new RootAllocator();
        return new SqlSession(allocator, FlightConnection.open(connection, Port.SERVER, allocator));
    }

    /// Starts a query. The caller closes the result before the session.
    public SqlResult query(String sql) {
        return open(() -> client.execute(sql, connection.options()));
    }

    /// Runs a query that gives few rows, and reads them all.
    public Answer answer(String sql) {
        try (SqlResult result = query(sql)) {
            Answer.Builder answer = new Answer.Builder(result.schema());
            while (result.next()) {
                answer.add(result.rows());
            }
            return answer.build();
        }
    }

    /// The namespaces of the tenant, and the schemas that the server adds.
    List<String> schemas() {
        List<String> names = new ArrayList<>();
        read(() -> client.getSchemas(null, null, connection.options()), rows -> {
            for (int row = 0; row < rows.getRowCount(); row++) {
                names.add(String.valueOf(rows.getVector("db_schema_name").getObject(row)));
            }
        });
        return names;
    }

    /// All topics of the tenant, and the tables that the server adds.
    List<TableName> tables() {
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
    List<Field> columns(String name) {
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

    /// The type that SQL has for a column, as the server names it, else as Arrow does.
    static String typeName(Field column) {
        Map<String, String> metadata = column.getMetadata();
        String named = metadata == null ? null : metadata.get("ARROW:FLIGHT:SQL:TYPE_NAME");
        return named == null ? column.getType().toString() : named;
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
            throw connection.address().failure(e);
        }
    }

    /// A table as the server lists it.
    record TableName(String schema, String table, String type) {}

    @Override
    public void close() {
        connection.close();
        allocator.close();
    }
}
