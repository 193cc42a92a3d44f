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
package dev.wings.server.flight;

import dev.wings.common.resource.NamespaceName;
import dev.wings.server.catalog.Catalog;
import dev.wings.server.catalog.Views;
import dev.wings.server.plan.ResultColumns;
import dev.wings.server.system.SystemTables;
import dev.wings.server.table.PlanBudget;
import dev.wings.server.table.PlanMemory;
import dev.wings.server.table.SqlColumn;
import dev.wings.server.table.TableRef;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.arrow.flight.sql.FlightSqlProducer.Schemas;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetDbSchemas;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetTables;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Schema;

/// Lists catalogs, schemas and tables, in the columns that Flight SQL wants. Each `open` makes rows that the
/// caller closes.
final class MetadataRoots {

    static final String TABLE = "TABLE";
    static final String VIEW = "VIEW";

    /// SQL itself calls a table by this type, and some clients ask for no other.
    private static final String BASE_TABLE = "BASE TABLE";

    static final String SYSTEM_TABLE = "SYSTEM TABLE";

    private final Catalog catalog;
    private final Views views;
    private final SystemTables system;
    private final BufferAllocator allocator;
    private final PlanBudget budget;

    /// @param budget bounds what calls list
    MetadataRoots(Catalog catalog, Views views, SystemTables system, BufferAllocator allocator, PlanBudget budget) {
        this.catalog = catalog;
        this.views = views;
        this.system = system;
        this.allocator = allocator;
        this.budget = budget;
    }

    VectorSchemaRoot openCatalogs() {
        return open(Schemas.GET_CATALOGS_SCHEMA, List.of(List.of(TableRef.CATALOG)));
    }

    VectorSchemaRoot openTableTypes() {
        return open(Schemas.GET_TABLE_TYPES_SCHEMA, List.of(List.of(SYSTEM_TABLE), List.of(TABLE), List.of(VIEW)));
    }

    VectorSchemaRoot openEmpty(Schema schema) {
        return open(schema, List.of());
    }

    VectorSchemaRoot openSchemas(String tenant, CommandGetDbSchemas command) {
        List<List<Object>> rows = new ArrayList<>();
        try (PlanMemory memory = budget.open(tenant)) {
            if (!command.hasCatalog() || command.getCatalog().equals(TableRef.CATALOG)) {
                LikePattern filter =
                        LikePattern.of(command.hasDbSchemaFilterPattern() ? command.getDbSchemaFilterPattern() : "%");
                Consumer<String> row = schema -> {
                    if (filter.matches(schema)) {
                        memory.add(PlanMemory.bytesOf(TableRef.CATALOG, schema), "schemas");
                        rows.add(List.of(TableRef.CATALOG, schema));
                    }
                };
                catalog.namespaces(tenant, row);
                row.accept(TableRef.SYSTEM);
                rows.sort(Comparator.comparing(schema -> (String) schema.getLast()));
            }
            return open(Schemas.GET_SCHEMAS_SCHEMA, rows);
        }
    }

    VectorSchemaRoot openTables(String tenant, CommandGetTables command) {
        List<List<Object>> rows = new ArrayList<>();
        try (PlanMemory memory = budget.open(tenant)) {
            if (!command.hasCatalog() || command.getCatalog().equals(TableRef.CATALOG)) {
                LikePattern schemas =
                        LikePattern.of(command.hasDbSchemaFilterPattern() ? command.getDbSchemaFilterPattern() : "%");
                LikePattern names =
                        LikePattern.of(command.hasTableNameFilterPattern() ? command.getTableNameFilterPattern() : "%");
                Consumer<Entry> row = entry -> {
                    if (schemas.matches(entry.schema()) && names.matches(entry.name())) {
                        List<Object> values =
                                new ArrayList<>(List.of(TableRef.CATALOG, entry.schema(), entry.name(), entry.type()));
                        if (command.getIncludeSchema()) {
                            values.add(serialized(schemaOf(entry)));
                        }
                        memory.add(PlanMemory.bytesOf(values.toArray()), "tables");
                        rows.add(values);
                    }
                };
                entries(tenant, command.getTableTypesList(), row);
                // the protocol wants them ordered by type within a schema within the catalog
                rows.sort(Comparator.<List<Object>, String>comparing(values -> (String) values.get(1))
                        .thenComparing(values -> (String) values.get(2))
                        .thenComparing(values -> (String) values.get(3)));
            }
            return open(
                    command.getIncludeSchema() ? Schemas.GET_TABLES_SCHEMA : Schemas.GET_TABLES_SCHEMA_NO_SCHEMA, rows);
        }
    }

    private record Entry(String schema, String name, String type, Supplier<List<SqlColumn>> columns) {}

    private void entries(String tenant, List<String> types, Consumer<Entry> consumer) {
        if (isWanted(types, TABLE) || isWanted(types, BASE_TABLE)) {
            catalog.topics(
                    tenant,
                    topic -> consumer.accept(
                            new Entry(topic.name().namespace(), topic.name().topic(), TABLE, topic::columns)));
        }
        if (isWanted(types, VIEW)) {
            catalog.namespaces(
                    tenant,
                    namespace -> views.names(
                            new NamespaceName(tenant, namespace),
                            view -> consumer.accept(
                                    new Entry(view.namespace(), view.view(), VIEW, () -> views.columns(view)))));
        }
        if (isWanted(types, SYSTEM_TABLE)) {
            for (String name : system.names()) {
                system.find(name)
                        .ifPresent(table ->
                                consumer.accept(new Entry(TableRef.SYSTEM, name, SYSTEM_TABLE, table::columns)));
            }
        }
    }

    /// Says whether a type is asked for, in upper or lower case, since clients differ in how they write types.
    private static boolean isWanted(List<String> types, String type) {
        return types.isEmpty() || types.stream().anyMatch(type::equalsIgnoreCase);
    }

    private static Schema schemaOf(Entry entry) {
        TableRef table = new TableRef(entry.schema(), entry.name());
        return new Schema(entry.columns().get().stream()
                .map(column -> ResultColumns.of(table, column, column.name()))
                .toList());
    }

    /// Returns the encapsulated message of a schema.
    static byte[] serialized(Schema schema) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            MessageSerializer.serialize(new WriteChannel(Channels.newChannel(bytes)), schema);
        } catch (IOException e) {
            throw new IllegalStateException("memory cannot be written", e);
        }
        return bytes.toByteArray();
    }

    /// @param rows values that are `String` or `byte[]`
    private VectorSchemaRoot open(Schema schema, List<? extends List<?>> rows) {
        VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator);
        try {
            root.allocateNew();
            for (int row = 0; row < rows.size(); row++) {
                for (int column = 0; column < rows.get(row).size(); column++) {
                    switch (rows.get(row).get(column)) {
                        case String text ->
                            ((VarCharVector) root.getVector(column))
                                    .setSafe(row, text.getBytes(StandardCharsets.UTF_8));
                        case byte[] bytes -> ((VarBinaryVector) root.getVector(column)).setSafe(row, bytes);
                        default -> throw new IllegalStateException("metadata is text or bytes");
                    }
                }
            }
            root.setRowCount(rows.size());
            return root;
        } catch (Throwable t) {
            root.close();
            throw t;
        }
    }
}
