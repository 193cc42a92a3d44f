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

import dev.wings.common.schema.DefaultValue;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/// A topic's types as Iceberg's, with the same ids at all depths.
///
/// What columns are in files that do not have them is Iceberg's initial default. What rows get that leave a
/// column out later is not said there: no engine but Wings writes rows of a topic.
///
/// They are the same types with one exception: `fixed` is `binary` in the table, since DuckDB writes no Parquet
/// column of fixed length, and Iceberg's `fixed` is nothing else in Parquet. Lengths were checked when the rows
/// came in.
final class LakeTypes {

    private LakeTypes() {}

    static NestedField field(TopicField field) {
        NestedField.Builder builder =
                field.required() ? NestedField.required(field.name()) : NestedField.optional(field.name());
        builder.withId(field.id()).ofType(type(field.type()));
        if (!field.doc().isEmpty()) {
            builder.withDoc(field.doc());
        }
        field.defaults().initial().ifPresent(value -> builder.withInitialDefault(literal(value)));
        return builder.build();
    }

    private static Literal<?> literal(DefaultValue value) {
        String text = value.text();
        return switch (value.type()) {
            case FieldType.Primitive primitive ->
                switch (primitive) {
                    case BOOLEAN -> Literal.of(Boolean.parseBoolean(text));
                    case INT -> Literal.of(Integer.parseInt(text));
                    case LONG -> Literal.of(Long.parseLong(text));
                    case FLOAT -> Literal.of(Float.parseFloat(text));
                    case DOUBLE -> Literal.of(Double.parseDouble(text));
                    case STRING -> Literal.of(text);
                    case BINARY -> Literal.of(ByteBuffer.wrap(value.arrowBytes()));
                    case UUID -> Literal.of(UUID.fromString(text));
                    case DATE, TIME, TIMESTAMP, TIMESTAMPTZ -> Literal.of(text).to(primitive(primitive));
                };
            case FieldType.Decimal ignored -> Literal.of(new BigDecimal(text));
            case FieldType.Fixed ignored -> Literal.of(ByteBuffer.wrap(value.arrowBytes()));
            default -> throw new IllegalStateException("no default: " + value.type());
        };
    }

    static Type type(FieldType type) {
        return switch (type) {
            case FieldType.Primitive primitive -> primitive(primitive);
            case FieldType.Decimal decimal -> Types.DecimalType.of(decimal.precision(), decimal.scale());
            case FieldType.Fixed ignored -> Types.BinaryType.get();
            case FieldType.Struct struct ->
                Types.StructType.of(
                        struct.fields().stream().map(LakeTypes::field).toList());
            case FieldType.ListOf list -> list(list.element());
            case FieldType.MapOf map -> map(map.key(), map.value());
        };
    }

    private static Type list(TopicField element) {
        Type type = type(element.type());
        return element.required()
                ? Types.ListType.ofRequired(element.id(), type)
                : Types.ListType.ofOptional(element.id(), type);
    }

    private static Type map(TopicField key, TopicField value) {
        Type keyType = type(key.type());
        Type valueType = type(value.type());
        return value.required()
                ? Types.MapType.ofRequired(key.id(), value.id(), keyType, valueType)
                : Types.MapType.ofOptional(key.id(), value.id(), keyType, valueType);
    }

    private static Type primitive(FieldType.Primitive primitive) {
        return switch (primitive) {
            case BOOLEAN -> Types.BooleanType.get();
            case INT -> Types.IntegerType.get();
            case LONG -> Types.LongType.get();
            case FLOAT -> Types.FloatType.get();
            case DOUBLE -> Types.DoubleType.get();
            case DATE -> Types.DateType.get();
            case TIME -> Types.TimeType.get();
            case TIMESTAMP -> Types.TimestampType.withoutZone();
            case TIMESTAMPTZ -> Types.TimestampType.withZone();
            case STRING -> Types.StringType.get();
            case BINARY -> Types.BinaryType.get();
            case UUID -> Types.UUIDType.get();
        };
    }
}
