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

import com.google.flatbuffers.Table;
import dev.wings.common.error.WingsException;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// Reads the flatbuffer of a schema that may be of hostile origin.
///
/// The flatbuffer code of Arrow is not used for the tree itself: offsets of a flatbuffer may form a cycle or
/// share parts, so that few bytes unfold to a tree without end. Here depth, number of fields and length of all
/// texts are bounded. Fails as the flatbuffer code fails, see [HeaderReader].
final class SchemaReader {

    /// A map has one level that the topic's schema does not count.
    private static final int MAX_DEPTH = 2 * TopicSchema.MAX_DEPTH;

    private static final int MAX_FIELDS = 2 * TopicSchema.MAX_FIELDS;

    /// What a text costs however short it is: its place in the flatbuffer.
    private static final int TEXT_COST = 8;

    private int fields;
    private long textBudget;

    private SchemaReader(int headerBytes) {
        // Writers share equal texts at times; more than this only unfolds what is shared on purpose.
        this.textBudget = 4L * headerBytes;
    }

    static Schema read(Table table, int headerBytes) {
        org.apache.arrow.flatbuf.Schema schema = (org.apache.arrow.flatbuf.Schema) table;
        if (schema.endianness() != Endianness.Little) {
            throw WingsException.invalid("the Arrow schema is big-endian: only little-endian data is taken");
        }
        SchemaReader reader = new SchemaReader(headerBytes);
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < schema.fieldsLength(); i++) {
            fields.add(reader.field(schema.fields(i), 1));
        }
        return new Schema(fields);
    }

    private Field field(org.apache.arrow.flatbuf.Field source, int depth) {
        fields++;
        if (fields > MAX_FIELDS || depth > MAX_DEPTH) {
            throw WingsException.invalid("the Arrow schema has too many fields, or they are nested too deeply: fields="
                    + fields + ", depth=" + depth);
        }
        String name = text(source.name());
        ArrowType type = type(source, name);
        if (type instanceof ArrowType.Timestamp timestamp) {
            charge(timestamp.getTimezone());
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        for (int i = 0; i < source.customMetadataLength(); i++) {
            KeyValue entry = source.customMetadata(i);
            metadata.put(text(entry.key()), text(entry.value()));
        }
        List<Field> children = new ArrayList<>();
        for (int i = 0; i < source.childrenLength(); i++) {
            children.add(field(source.children(i), depth + 1));
        }
        return new Field(name, new FieldType(source.nullable(), type, dictionary(source), metadata), children);
    }

    /// Arrow's own conversion, for the types that it converts without allocating what the bytes tell it to.
    private static ArrowType type(org.apache.arrow.flatbuf.Field source, String name) {
        return switch (source.typeType()) {
            case Type.Null,
                    Type.Int,
                    Type.FloatingPoint,
                    Type.Binary,
                    Type.Utf8,
                    Type.Bool,
                    Type.Date,
                    Type.Time,
                    Type.Timestamp,
                    Type.List,
                    Type.Struct_,
                    Type.FixedSizeBinary,
                    Type.FixedSizeList,
                    Type.Map,
                    Type.LargeBinary,
                    Type.LargeUtf8,
                    Type.LargeList,
                    Type.BinaryView,
                    Type.Utf8View,
                    Type.ListView,
                    Type.LargeListView -> ArrowType.getTypeForField(source);
            case Type.Decimal -> {
                // Arrow's own conversion knows no decimals of 32 and 64 bits.
                org.apache.arrow.flatbuf.Decimal decimal = (org.apache.arrow.flatbuf.Decimal)
                        HeaderReader.present(source.type(new org.apache.arrow.flatbuf.Decimal()));
                yield new ArrowType.Decimal(decimal.precision(), decimal.scale(), decimal.bitWidth());
            }
            default ->
                throw WingsException.invalid("no topic can hold a field of this type: field=\""
                        + TopicField.printable(name) + "\", type=" + typeName(source.typeType()));
        };
    }

    private static @Nullable DictionaryEncoding dictionary(org.apache.arrow.flatbuf.Field source) {
        org.apache.arrow.flatbuf.DictionaryEncoding encoding = source.dictionary();
        if (encoding == null) {
            return null;
        }
        org.apache.arrow.flatbuf.Int index = encoding.indexType();
        ArrowType.Int indexType =
                index == null ? new ArrowType.Int(32, true) : new ArrowType.Int(index.bitWidth(), index.isSigned());
        return new DictionaryEncoding(encoding.id(), encoding.isOrdered(), indexType);
    }

    private static String typeName(byte type) {
        return type >= 0 && type < Type.names.length ? Type.name(type) : "unknown (" + type + ")";
    }

    private String text(@Nullable String text) {
        charge(text);
        return text == null ? "" : text;
    }

    private void charge(@Nullable String text) {
        textBudget -= TEXT_COST + (text == null ? 0 : text.length());
        if (textBudget < 0) {
            throw WingsException.invalid("the Arrow schema unfolds to more text than its header has bytes");
        }
    }
}
