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
package dev.wings.common.arrow;

import dev.wings.common.error.WingsException;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/// Finds the topic schema that an Arrow schema widens into. One use per schema: it counts the field ids.
final class SchemaInference {

    private int lastFieldId;

    private SchemaInference() {}

    static TopicSchema infer(Schema schema) {
        SchemaInference inference = new SchemaInference();
        List<TopicField> fields = new ArrayList<>();
        for (Field field : schema.getFields()) {
            fields.add(inference.field(field, field.getName(), TopicField.printable(field.getName()), 1));
        }
        return new TopicSchema(0, fields, inference.lastFieldId);
    }

    private TopicField field(Field field, String name, String path, int depth) {
        return field(field, name, !field.isNullable(), path, depth);
    }

    private TopicField field(Field field, String name, boolean required, String path, int depth) {
        if (depth > TopicSchema.MAX_DEPTH) {
            throw WingsException.invalid(
                    "fields are nested too deeply: field=\"" + path + "\", limit=" + TopicSchema.MAX_DEPTH);
        }
        lastFieldId++;
        if (lastFieldId > TopicSchema.MAX_FIELDS) {
            throw WingsException.invalid("the schema has too many fields: limit=" + TopicSchema.MAX_FIELDS);
        }
        int id = lastFieldId;
        return new TopicField(id, name, required, type(field, path, depth), "");
    }

    private FieldType type(Field field, String path, int depth) {
        return switch (SourceTypes.storage(field)) {
            case ArrowType.Bool ignored -> FieldType.Primitive.BOOLEAN;
            case ArrowType.Int ignored when SourceTypes.isByteBoolean(field) -> FieldType.Primitive.BOOLEAN;
            case ArrowType.Int type -> integer(type);
            case ArrowType.FloatingPoint type ->
                type.getPrecision() == FloatingPointPrecision.DOUBLE
                        ? FieldType.Primitive.DOUBLE
                        : FieldType.Primitive.FLOAT;
            case ArrowType.Decimal type -> decimal(type, field, path);
            case ArrowType.Date ignored -> FieldType.Primitive.DATE;
            case ArrowType.Time ignored -> FieldType.Primitive.TIME;
            case ArrowType.Timestamp type ->
                SourceTypes.isZoned(type) ? FieldType.Primitive.TIMESTAMPTZ : FieldType.Primitive.TIMESTAMP;
            case ArrowType.Utf8 ignored -> FieldType.Primitive.STRING;
            case ArrowType.LargeUtf8 ignored -> FieldType.Primitive.STRING;
            case ArrowType.Utf8View ignored -> FieldType.Primitive.STRING;
            case ArrowType.Binary ignored -> FieldType.Primitive.BINARY;
            case ArrowType.LargeBinary ignored -> FieldType.Primitive.BINARY;
            case ArrowType.BinaryView ignored -> FieldType.Primitive.BINARY;
            case ArrowType.FixedSizeBinary type -> fixed(type, field, path);
            case ArrowType.Struct ignored -> struct(field, path, depth);
            case ArrowType.List ignored -> list(field, path, depth);
            case ArrowType.LargeList ignored -> list(field, path, depth);
            case ArrowType.ListView ignored -> list(field, path, depth);
            case ArrowType.LargeListView ignored -> list(field, path, depth);
            case ArrowType.FixedSizeList ignored -> list(field, path, depth);
            case ArrowType.Map ignored -> map(field, path, depth);
            default -> throw ArrowSchemas.unsupported(path, field);
        };
    }

    private static FieldType integer(ArrowType.Int type) {
        int bits = type.getBitWidth() + (type.getIsSigned() ? 0 : 1);
        if (bits <= 32) {
            return FieldType.Primitive.INT;
        }
        return bits <= 64 ? FieldType.Primitive.LONG : new FieldType.Decimal(SourceTypes.MAX_UINT64_DIGITS, 0);
    }

    private static FieldType decimal(ArrowType.Decimal type, Field field, String path) {
        int precision = type.getPrecision();
        int scale = type.getScale();
        if (precision < 1 || precision > FieldType.Decimal.MAX_PRECISION || scale < 0 || scale > precision) {
            throw ArrowSchemas.unsupported(path, field);
        }
        return new FieldType.Decimal(precision, scale);
    }

    private static FieldType fixed(ArrowType.FixedSizeBinary type, Field field, String path) {
        int length = type.getByteWidth();
        if (SourceTypes.isUuid(field)) {
            return FieldType.Primitive.UUID;
        }
        if (length < 1) {
            throw ArrowSchemas.unsupported(path, field);
        }
        return length <= FieldType.Fixed.MAX_LENGTH ? new FieldType.Fixed(length) : FieldType.Primitive.BINARY;
    }

    private FieldType struct(Field field, String path, int depth) {
        List<TopicField> members = new ArrayList<>();
        for (Field member : field.getChildren()) {
            members.add(
                    field(member, member.getName(), path + "." + TopicField.printable(member.getName()), depth + 1));
        }
        return new FieldType.Struct(members);
    }

    private FieldType list(Field field, String path, int depth) {
        Field element = SourceTypes.element(field, path);
        String name = FieldType.ListOf.ELEMENT;
        return new FieldType.ListOf(field(element, name, path + "." + name, depth + 1));
    }

    private FieldType map(Field field, String path, int depth) {
        Field entries = SourceTypes.entries(field, path);
        String key = FieldType.MapOf.KEY;
        String value = FieldType.MapOf.VALUE;
        return new FieldType.MapOf(
                field(entries.getChildren().get(0), key, true, path + "." + key, depth + 1),
                field(entries.getChildren().get(1), value, path + "." + value, depth + 1));
    }
}
