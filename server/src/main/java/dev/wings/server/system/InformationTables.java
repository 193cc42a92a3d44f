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
package dev.wings.server.system;

import static dev.wings.server.table.SystemTable.integer;
import static dev.wings.server.table.SystemTable.text;

import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.ViewName;
import dev.wings.server.catalog.Catalog;
import dev.wings.server.catalog.Views;
import dev.wings.server.table.SqlColumn;
import dev.wings.server.table.SystemTable;
import dev.wings.server.table.TableRef;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.jspecify.annotations.Nullable;

/// The tables that SQL knows as `information_schema`: schemas, tables, views and columns, with those columns
/// that people and tools ask for.
final class InformationTables {

    private static final String TOPIC_TYPE = "BASE TABLE";
    private static final String VIEW_TYPE = "VIEW";
    private static final String SYSTEM_TYPE = "SYSTEM VIEW";

    private final Catalog catalog;
    private final Views views;
    private final Supplier<List<SystemTable>> system;

    /// @param system all tables of the schema `system`, these included
    InformationTables(Catalog catalog, Views views, Supplier<List<SystemTable>> system) {
        this.catalog = catalog;
        this.views = views;
        this.system = system;
    }

    Stream<SystemTable> tables() {
        return Stream.of(schemata(), tables("tables"), views(), columns());
    }

    private SystemTable schemata() {
        return new SystemTable(
                "schemata",
                List.of(text("catalog_name", ""), text("schema_name", "the namespace"), text("schema_owner", "")),
                (tenant, needs, rows) -> {
                    catalog.namespaces(
                            tenant, schema -> rows.accept(new @Nullable Object[] {TableRef.CATALOG, schema, null}));
                    rows.accept(new @Nullable Object[] {TableRef.CATALOG, TableRef.SYSTEM, null});
                });
    }

    private SystemTable tables(String name) {
        return new SystemTable(
                name,
                List.of(
                        text("table_catalog", ""),
                        text("table_schema", "the namespace"),
                        text("table_name", "the topic"),
                        text("table_type", TOPIC_TYPE + ", " + VIEW_TYPE + " or " + SYSTEM_TYPE),
                        text("is_insertable_into", "NO: rows are pushed")),
                (tenant, needs, rows) -> forEach(
                        tenant,
                        (schema, table, type, columns) ->
                                rows.accept(new @Nullable Object[] {TableRef.CATALOG, schema, table, type, "NO"})));
    }

    private SystemTable views() {
        return new SystemTable(
                "views",
                List.of(
                        text("table_catalog", ""),
                        text("table_schema", "the namespace"),
                        text("table_name", "the view"),
                        text("view_definition", "its query; null if that is in the words of another engine")),
                (tenant, needs, rows) -> forEachView(
                        tenant,
                        view -> rows.accept(new @Nullable Object[] {
                            TableRef.CATALOG,
                            view.namespace(),
                            view.view(),
                            views.definition(view).orElse(null)
                        })));
    }

    private SystemTable columns() {
        return new SystemTable(
                "columns",
                List.of(
                        text("table_catalog", ""),
                        text("table_schema", ""),
                        text("table_name", ""),
                        text("column_name", ""),
                        integer("ordinal_position", "from 1"),
                        text("column_default", "what rows get that leave the column out, as in SQL"),
                        text("is_nullable", "YES or NO"),
                        text("data_type", ""),
                        integer("numeric_precision", "of decimals"),
                        integer("numeric_scale", "of decimals"),
                        text("column_comment", "")),
                (tenant, needs, rows) -> forEach(tenant, (schema, table, type, columns) -> {
                    List<SqlColumn> all = columns.get();
                    for (int i = 0; i < all.size(); i++) {
                        rows.accept(row(schema, table, i + 1, all.get(i)));
                    }
                }));
    }

    private static @Nullable Object[] row(String schema, String table, int position, SqlColumn column) {
        boolean decimal = column.shown().getType() instanceof ArrowType.Decimal;
        ArrowType.@Nullable Decimal type =
                decimal ? (ArrowType.Decimal) column.shown().getType() : null;
        return new @Nullable Object[] {
            TableRef.CATALOG,
            schema,
            table,
            column.name(),
            position,
            column.byDefault().orElse(null),
            column.nullable() ? "YES" : "NO",
            column.sqlType(),
            type == null ? null : type.getPrecision(),
            type == null ? null : type.getScale(),
            column.doc().isEmpty() ? null : column.doc()
        };
    }

    private interface Taker {
        void take(String schema, String table, String type, Supplier<List<SqlColumn>> columns);
    }

    private void forEach(String tenant, Taker taker) {
        catalog.topics(
                tenant,
                topic -> taker.take(topic.name().namespace(), topic.name().topic(), TOPIC_TYPE, topic::columns));
        forEachView(tenant, view -> taker.take(view.namespace(), view.view(), VIEW_TYPE, () -> views.columns(view)));
        for (SystemTable table : system.get()) {
            taker.take(TableRef.SYSTEM, table.name(), SYSTEM_TYPE, table::columns);
        }
    }

    private void forEachView(String tenant, Consumer<ViewName> consumer) {
        catalog.namespaces(tenant, namespace -> views.names(new NamespaceName(tenant, namespace), consumer));
    }
}
