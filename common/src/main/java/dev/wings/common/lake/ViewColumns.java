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
package dev.wings.common.lake;

import dev.wings.common.proto.ViewColumn;
import dev.wings.common.schema.SqlTypes;
import dev.wings.common.schema.TypeText;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/// The columns of views as Iceberg's, and back.
public final class ViewColumns {

    private static final String ANY = "VARCHAR";

    private ViewColumns() {}

    /// Fails with INVALID for a type that topics do not have.
    public static Schema toIceberg(List<ViewColumn> columns) {
        AtomicInteger ids = new AtomicInteger();
        List<NestedField> fields = new ArrayList<>();
        for (ViewColumn column : columns) {
            NestedField.Builder field = column.getRequired()
                    ? NestedField.required(column.getName())
                    : NestedField.optional(column.getName());
            field.withId(ids.incrementAndGet())
                    .ofType(TypeUtil.assignFreshIds(
                            LakeTypes.type(TypeText.parse(column.getType())), ids::incrementAndGet));
            if (!column.getDoc().isEmpty()) {
                field.withDoc(column.getDoc());
            }
            fields.add(field.build());
        }
        return new Schema(fields);
    }

    public static List<ViewColumn> of(Schema schema) {
        return schema.columns().stream()
                .map(field -> ViewColumn.newBuilder()
                        .setName(field.name())
                        .setType(isKnown(field.type()) ? text(field.type()) : ANY)
                        .setRequired(field.isRequired())
                        .setDoc(field.doc() == null ? "" : field.doc())
                        .build())
                .toList();
    }

    private static boolean isKnown(Type type) {
        return switch (type.typeId()) {
            case BOOLEAN, INTEGER, LONG, FLOAT, DOUBLE, DATE, TIME, TIMESTAMP, STRING, BINARY, FIXED, UUID, DECIMAL ->
                true;
            case LIST -> isKnown(type.asListType().elementType());
            case MAP ->
                isKnown(type.asMapType().keyType()) && isKnown(type.asMapType().valueType());
            case STRUCT -> type.asStructType().fields().stream().allMatch(field -> isKnown(field.type()));
            default -> false;
        };
    }

    /// @param type a known one
    private static String text(Type type) {
        return switch (type.typeId()) {
            case BOOLEAN -> "BOOLEAN";
            case INTEGER -> "INTEGER";
            case LONG -> "BIGINT";
            case FLOAT -> "FLOAT";
            case DOUBLE -> "DOUBLE";
            case DATE -> "DATE";
            case TIME -> "TIME";
            case TIMESTAMP ->
                ((Types.TimestampType) type).shouldAdjustToUTC() ? "TIMESTAMP WITH TIME ZONE" : "TIMESTAMP";
            case BINARY, FIXED -> "BLOB";
            case UUID -> "UUID";
            case DECIMAL ->
                "DECIMAL(" + ((Types.DecimalType) type).precision() + "," + ((Types.DecimalType) type).scale() + ")";
            case LIST -> text(type.asListType().elementType()) + "[]";
            case MAP ->
                "MAP(" + text(type.asMapType().keyType()) + ", "
                        + text(type.asMapType().valueType()) + ")";
            case STRUCT ->
                type.asStructType().fields().stream()
                        .map(field -> SqlTypes.identifier(field.name()) + " " + text(field.type()))
                        .collect(Collectors.joining(", ", "STRUCT(", ")"));
            default -> ANY;
        };
    }
}
