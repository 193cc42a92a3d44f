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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/// What a topic's schema is in Arrow, and which topic schema fits an Arrow schema.
///
/// | topic | canonical Arrow type |
/// |---|---|
/// | boolean | Bool |
/// | int, long | Int32, Int64 |
/// | float, double | Float32, Float64 |
/// | decimal(p, s) | Decimal128(p, s) |
/// | date | Date32 |
/// | time | Time64(us) |
/// | timestamp, timestamptz | Timestamp(us), Timestamp(us, "UTC") |
/// | string, binary | Utf8, Binary |
/// | fixed(n) | FixedSizeBinary(n) |
/// | uuid | FixedSizeBinary(16), marked as extension `arrow.uuid` |
/// | struct, list, map | Struct, List, Map |
///
/// Every field of the topic carries its id in its Arrow metadata, under [#FIELD_ID_KEY].
public final class ArrowSchemas {

    /// Metadata key of the field id: the one that Arrow's Parquet readers and writers use.
    public static final String FIELD_ID_KEY = "PARQUET:field_id";

    static final String EXTENSION_NAME_KEY = "ARROW:extension:name";
    static final String EXTENSION_METADATA_KEY = "ARROW:extension:metadata";
    static final String UUID_EXTENSION = "arrow.uuid";
    static final int UUID_BYTES = 16;
    static final String UTC = "UTC";

    private ArrowSchemas() {}

    /// The canonical Arrow schema, columns in the order of the topic.
    public static Schema toArrow(TopicSchema schema) {
        return new Schema(schema.fields().stream().map(ArrowSchemas::toArrow).toList());
    }

    /// The canonical Arrow field, with what is inside it.
    public static Field toArrow(TopicField field) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(FIELD_ID_KEY, Integer.toString(field.id()));
        if (field.type() == FieldType.Primitive.UUID) {
            metadata.put(EXTENSION_NAME_KEY, UUID_EXTENSION);
            metadata.put(EXTENSION_METADATA_KEY, "");
        }
        return arrowField(field.name(), !field.required(), toArrow(field.type()), metadata, children(field.type()));
    }

    /// The canonical Arrow type, without what is inside it.
    public static ArrowType toArrow(FieldType type) {
        return switch (type) {
            case FieldType.Primitive primitive -> toArrow(primitive);
            case FieldType.Decimal decimal -> new ArrowType.Decimal(decimal.precision(), decimal.scale(), 128);
            case FieldType.Fixed fixed -> new ArrowType.FixedSizeBinary(fixed.length());
            case FieldType.Struct ignored -> ArrowType.Struct.INSTANCE;
            case FieldType.ListOf ignored -> ArrowType.List.INSTANCE;
            case FieldType.MapOf ignored -> new ArrowType.Map(false);
        };
    }

    /// The field id that an Arrow field carries; empty if it carries none, or something that is not an id.
    public static OptionalInt fieldId(Field field) {
        String text = field.getMetadata().get(FIELD_ID_KEY);
        if (text == null) {
            return OptionalInt.empty();
        }
        try {
            return OptionalInt.of(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            return OptionalInt.empty();
        }
    }

    /// The topic schema that holds all values of an Arrow schema: each type is the narrowest that the Arrow
    /// type widens into without loss (see [SchemaBinding]); version 0, ids depth first from 1.
    ///
    /// The schema is taken as it stands in IPC: a dictionary-encoded field has the type of its values. Fails
    /// with INVALID, naming the field, for types that no topic can hold.
    public static TopicSchema infer(Schema schema) {
        return SchemaInference.infer(schema);
    }

    private static List<Field> children(FieldType type) {
        if (type instanceof FieldType.MapOf map) {
            return List.of(arrowField(
                    MapVector.DATA_VECTOR_NAME,
                    false,
                    ArrowType.Struct.INSTANCE,
                    Map.of(),
                    List.of(toArrow(map.key()), toArrow(map.value()))));
        }
        return type.children().stream().map(ArrowSchemas::toArrow).toList();
    }

    private static Field arrowField(
            String name, boolean nullable, ArrowType type, Map<String, String> metadata, List<Field> children) {
        return new Field(
                name,
                new org.apache.arrow.vector.types.pojo.FieldType(nullable, type, null, metadata),
                new ArrayList<>(children));
    }

    private static ArrowType toArrow(FieldType.Primitive primitive) {
        return switch (primitive) {
            case BOOLEAN -> ArrowType.Bool.INSTANCE;
            case INT -> new ArrowType.Int(32, true);
            case LONG -> new ArrowType.Int(64, true);
            case FLOAT -> new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
            case DOUBLE -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
            case DATE -> new ArrowType.Date(DateUnit.DAY);
            case TIME -> new ArrowType.Time(TimeUnit.MICROSECOND, 64);
            case TIMESTAMP -> new ArrowType.Timestamp(TimeUnit.MICROSECOND, null);
            case TIMESTAMPTZ -> new ArrowType.Timestamp(TimeUnit.MICROSECOND, UTC);
            case STRING -> ArrowType.Utf8.INSTANCE;
            case BINARY -> ArrowType.Binary.INSTANCE;
            case UUID -> new ArrowType.FixedSizeBinary(UUID_BYTES);
        };
    }

    static WingsException unsupported(String path, Field field) {
        return WingsException.invalid(
                "no topic can hold a field of this type: field=\"" + path + "\", type=" + typeText(field));
    }

    /// The Arrow type as it stands in messages: a time zone may be any text.
    static String typeText(Field field) {
        String type = field.getType().toString();
        return TopicField.printable(field.getDictionary() == null ? type : "dictionary<" + type + ">");
    }
}
