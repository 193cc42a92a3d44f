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
package dev.wings.server.plan;

import dev.wings.common.schema.TopicField;
import dev.wings.server.sql.Origins;
import dev.wings.server.sql.ParsedQuery;
import dev.wings.server.table.SqlColumn;
import dev.wings.server.table.SqlTable;
import dev.wings.server.table.TableRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.arrow.flight.sql.FlightSqlColumnMetadata;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/// What clients are told of columns, in the metadata that Flight SQL has for it. It is the same in the list of
/// tables, before a query runs and with its rows.
public final class ResultColumns {

    /// The key of what the tools of databases call a comment; Flight SQL has it in its list of tables.
    private static final String REMARKS = "ARROW:FLIGHT:SQL:REMARKS";

    private ResultColumns() {}

    /// Describes a column of a table for the list of tables: as in a result, with its remarks. (In results they
    /// would be the column's label for the JDBC driver, which then does not find it by its name.)
    public static org.apache.arrow.vector.types.pojo.Field of(TableRef table, SqlColumn column, String as) {
        org.apache.arrow.vector.types.pojo.Field field = of(table, column, as, column.nullable(), column.shown());
        if (column.doc().isEmpty()) {
            return field;
        }
        Map<String, String> metadata = new LinkedHashMap<>(field.getMetadata());
        metadata.put(REMARKS, column.doc());
        return new org.apache.arrow.vector.types.pojo.Field(
                as, new FieldType(field.isNullable(), field.getType(), null, metadata), field.getChildren());
    }

    private static org.apache.arrow.vector.types.pojo.Field of(
            TableRef table,
            SqlColumn column,
            String as,
            boolean nullable,
            org.apache.arrow.vector.types.pojo.Field shown) {
        Map<String, String> metadata = metadata(
                shown.getType(),
                column.sqlType(),
                new FlightSqlColumnMetadata.Builder()
                        .catalogName(TableRef.CATALOG)
                        .schemaName(table.schema())
                        .tableName(table.table()));
        return new org.apache.arrow.vector.types.pojo.Field(
                as, new FieldType(nullable, shown.getType(), null, metadata), shown.getChildren());
    }

    private static Map<String, String> metadata(
            ArrowType type, String typeName, FlightSqlColumnMetadata.Builder builder) {
        builder.typeName(typeName)
                .isAutoIncrement(false)
                .isCaseSensitive(type instanceof ArrowType.Utf8)
                .isReadOnly(true)
                .isSearchable(true);
        if (type instanceof ArrowType.Decimal decimal) {
            builder.precision(decimal.getPrecision()).scale(decimal.getScale());
        }
        return new LinkedHashMap<>(builder.build().getMetadataMap());
    }

    /// Returns the columns of a result with all that is known of them.
    ///
    /// @param columns the columns as the engine has them
    public static Schema described(Schema columns, ParsedQuery query, Map<TableRef, SqlTable> tables) {
        List<Optional<Known>> known =
                query.origins().map(origins -> known(origins, tables)).orElse(List.of());
        boolean fits = known.size() == columns.getFields().size();
        boolean rowsOfTables =
                query.origins().map(Origins.Columns::rowsOfTables).orElse(false);
        List<org.apache.arrow.vector.types.pojo.Field> described = new ArrayList<>();
        for (int i = 0; i < columns.getFields().size(); i++) {
            org.apache.arrow.vector.types.pojo.Field field = columns.getFields().get(i);
            described.add((fits ? known.get(i) : Optional.<Known>empty())
                    .filter(column -> isAlike(field, column.column().shown()))
                    .map(column -> of(
                            column.table(),
                            column.column(),
                            field.getName(),
                            column.column().nullable() || !rowsOfTables,
                            field.getType().equals(column.column().shown().getType())
                                    ? column.column().shown()
                                    : field))
                    .orElseGet(() -> computed(field)));
        }
        return new Schema(described, columns.getCustomMetadata());
    }

    /// Returns columns of which nothing but the type is known.
    public static Schema described(Schema columns) {
        return new Schema(
                columns.getFields().stream().map(ResultColumns::computed).toList(), columns.getCustomMetadata());
    }

    private static org.apache.arrow.vector.types.pojo.Field computed(org.apache.arrow.vector.types.pojo.Field field) {
        Map<String, String> metadata =
                metadata(field.getType(), typeName(field), new FlightSqlColumnMetadata.Builder());
        return new org.apache.arrow.vector.types.pojo.Field(
                field.getName(),
                new FieldType(field.isNullable(), field.getType(), field.getDictionary(), metadata),
                field.getChildren());
    }

    private record Known(TableRef table, SqlColumn column) {}

    private static List<Optional<Known>> known(Origins.Columns origins, Map<TableRef, SqlTable> tables) {
        List<Optional<Known>> known = new ArrayList<>();
        for (Origins.Item item : origins.items()) {
            switch (item) {
                case Origins.Item.Star(String source) -> {
                    for (Origins.Source each : origins.sources()) {
                        if (source.isEmpty() || each.alias().equals(source)) {
                            columns(each, tables).forEach(column -> known.add(Optional.of(column)));
                        }
                    }
                }
                case Origins.Item.Column(String source, String column) ->
                    known.add(find(origins.sources(), tables, source, column));
                case Origins.Item.Other ignored -> known.add(Optional.empty());
            }
        }
        return known;
    }

    private static List<Known> columns(Origins.Source source, Map<TableRef, SqlTable> tables) {
        SqlTable table = tables.get(source.table());
        return table == null
                ? List.of()
                : table.columns().stream()
                        .map(column -> new Known(source.table(), column))
                        .toList();
    }

    /// Finds the column that a name stands for; empty if there is none, or more than one.
    private static Optional<Known> find(
            List<Origins.Source> sources, Map<TableRef, SqlTable> tables, String source, String column) {
        List<Known> found = sources.stream()
                .filter(each -> source.isEmpty() || each.alias().equals(source))
                .flatMap(each -> columns(each, tables).stream())
                .filter(known -> TopicField.folded(known.column().name()).equals(column))
                .toList();
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    /// Whether rows with one type can be sent as rows with the other: names of elements do not matter, nor do
    /// time zones.
    static boolean isAlike(org.apache.arrow.vector.types.pojo.Field a, org.apache.arrow.vector.types.pojo.Field b) {
        boolean alike;
        if (a.getType() instanceof ArrowType.Timestamp one && b.getType() instanceof ArrowType.Timestamp other) {
            alike = one.getUnit() == other.getUnit() && (one.getTimezone() == null) == (other.getTimezone() == null);
        } else {
            alike = a.getType().equals(b.getType());
        }
        if (!alike || a.getChildren().size() != b.getChildren().size()) {
            return false;
        }
        for (int i = 0; i < a.getChildren().size(); i++) {
            if (!isAlike(a.getChildren().get(i), b.getChildren().get(i))) {
                return false;
            }
        }
        return true;
    }

    /// Returns the schema to send with the engine's rows: the one that was told before, if the rows are of that
    /// kind.
    public static Schema sent(Schema rows, Optional<Schema> told) {
        return told.filter(columns ->
                        columns.getFields().size() == rows.getFields().size() && isAlike(struct(columns), struct(rows)))
                .orElseGet(() -> described(rows));
    }

    private static org.apache.arrow.vector.types.pojo.Field struct(Schema schema) {
        return new org.apache.arrow.vector.types.pojo.Field(
                "row", FieldType.notNullable(ArrowType.Struct.INSTANCE), schema.getFields());
    }

    /// Returns the type as SQL writes it.
    private static String typeName(org.apache.arrow.vector.types.pojo.Field field) {
        List<org.apache.arrow.vector.types.pojo.Field> children = field.getChildren();
        return switch (field.getType()) {
            case ArrowType.Bool ignored -> "BOOLEAN";
            case ArrowType.Int type -> (type.getIsSigned() ? "" : "U") + integer(type.getBitWidth());
            case ArrowType.FloatingPoint type ->
                switch (type.getPrecision()) {
                    case HALF, SINGLE -> "FLOAT";
                    case DOUBLE -> "DOUBLE";
                };
            case ArrowType.Decimal type -> "DECIMAL(" + type.getPrecision() + "," + type.getScale() + ")";
            case ArrowType.Utf8 ignored -> "VARCHAR";
            case ArrowType.LargeUtf8 ignored -> "VARCHAR";
            case ArrowType.Binary ignored -> "BLOB";
            case ArrowType.LargeBinary ignored -> "BLOB";
            case ArrowType.Date ignored -> "DATE";
            case ArrowType.Time ignored -> "TIME";
            case ArrowType.Timestamp type -> type.getTimezone() == null ? "TIMESTAMP" : "TIMESTAMP WITH TIME ZONE";
            case ArrowType.Interval ignored -> "INTERVAL";
            case ArrowType.Duration ignored -> "INTERVAL";
            case ArrowType.Null ignored -> "NULL";
            case ArrowType.List ignored -> typeName(children.getFirst()) + "[]";
            case ArrowType.FixedSizeList type -> typeName(children.getFirst()) + "[" + type.getListSize() + "]";
            case ArrowType.Map ignored ->
                "MAP("
                        + children.getFirst().getChildren().stream()
                                .map(ResultColumns::typeName)
                                .collect(Collectors.joining(", "))
                        + ")";
            case ArrowType.Struct ignored ->
                "STRUCT("
                        + children.stream()
                                .map(child -> TableRef.quote(child.getName()) + " " + typeName(child))
                                .collect(Collectors.joining(", "))
                        + ")";
            default -> field.getType().getTypeID().name();
        };
    }

    private static String integer(int bits) {
        return switch (bits) {
            case 8 -> "TINYINT";
            case 16 -> "SMALLINT";
            case 32 -> "INTEGER";
            default -> "BIGINT";
        };
    }
}
