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
import dev.wings.common.schema.RowNumber;
import dev.wings.common.schema.TopicField;
import java.util.List;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/// A field as the producer sends it, made ready for the reading of many batches.
///
/// @param path for messages: names joined by points
/// @param nested whether a row of the batch is not a value of this field: it lies in a list
/// @param type of the values: for a dictionary-encoded field that of the dictionary
/// @param layout of the array in the batch: for a dictionary-encoded field that of the indices
/// @param width bytes per value for [Layout#FIXED], values per list for [Layout#FIXED_LIST]
/// @param children in the batch: none for a dictionary-encoded field
/// @param dictionary where the values are; null if they are in the batch
record SourceField(
        String path,
        boolean nested,
        Field field,
        ArrowType type,
        Layout layout,
        int width,
        List<SourceField> children,
        @Nullable Dictionary dictionary) {

    /// @param id the producer's name for the dictionary
    /// @param signed whether the indices are signed
    /// @param values the field of the dictionary's only column
    record Dictionary(long id, boolean signed, SourceField values) {}

    static SourceField of(Field field, String path, boolean nested) {
        DictionaryEncoding encoding = field.getDictionary();
        if (encoding != null) {
            ArrowType.Int index = encoding.getIndexType();
            SourceField values = plain(field, path, true);
            Dictionary dictionary = new Dictionary(encoding.getId(), index.getIsSigned(), values);
            int width = bytes(index.getBitWidth(), path, field);
            return new SourceField(path, nested, field, values.type(), Layout.FIXED, width, List.of(), dictionary);
        }
        return plain(field, path, nested);
    }

    /// Whether the values are text.
    boolean isText() {
        return type instanceof ArrowType.Utf8
                || type instanceof ArrowType.LargeUtf8
                || type instanceof ArrowType.Utf8View;
    }

    /// Which row, or which "position=17" inside of lists.
    String at(long position) {
        return nested ? "position=" + position : RowNumber.text(position);
    }

    WingsException invalid(String what) {
        return WingsException.invalid(what + ": field=\"" + path + "\"");
    }

    WingsException invalidAt(String what, long position) {
        return WingsException.invalid(what + ": field=\"" + path + "\", " + at(position));
    }

    private static SourceField plain(Field field, String path, boolean nested) {
        ArrowType type = SourceTypes.storage(field);
        return switch (type) {
            case ArrowType.Null ignored -> leaf(Layout.NULL, 0, field, path, nested);
            case ArrowType.Bool ignored -> leaf(Layout.BITS, 0, field, path, nested);
            case ArrowType.Int number -> fixed(bytes(number.getBitWidth(), path, field), field, path, nested);
            case ArrowType.FloatingPoint number -> {
                int width = switch (number.getPrecision()) {
                    case HALF -> Short.BYTES;
                    case SINGLE -> Integer.BYTES;
                    case DOUBLE -> Long.BYTES;
                };
                yield fixed(width, field, path, nested);
            }
            case ArrowType.Decimal decimal -> {
                int bits = decimal.getBitWidth();
                if (bits != 32 && bits != 64 && bits != 128 && bits != 256) {
                    throw ArrowSchemas.unsupported(path, field);
                }
                yield fixed(bits / Byte.SIZE, field, path, nested);
            }
            case ArrowType.Date date -> {
                int width = switch (date.getUnit()) {
                    case DAY -> Integer.BYTES;
                    case MILLISECOND -> Long.BYTES;
                };
                yield fixed(width, field, path, nested);
            }
            case ArrowType.Time time -> {
                boolean coarse = time.getUnit() == TimeUnit.SECOND || time.getUnit() == TimeUnit.MILLISECOND;
                if (time.getBitWidth() != (coarse ? 32 : 64)) {
                    throw ArrowSchemas.unsupported(path, field);
                }
                yield fixed(coarse ? Integer.BYTES : Long.BYTES, field, path, nested);
            }
            case ArrowType.Timestamp ignored -> fixed(Long.BYTES, field, path, nested);
            case ArrowType.FixedSizeBinary binary ->
                fixed(nonNegative(binary.getByteWidth(), path, field), field, path, nested);
            case ArrowType.Utf8 ignored -> leaf(Layout.VARIABLE, 0, field, path, nested);
            case ArrowType.Binary ignored -> leaf(Layout.VARIABLE, 0, field, path, nested);
            case ArrowType.LargeUtf8 ignored -> leaf(Layout.LARGE_VARIABLE, 0, field, path, nested);
            case ArrowType.LargeBinary ignored -> leaf(Layout.LARGE_VARIABLE, 0, field, path, nested);
            case ArrowType.Utf8View ignored -> leaf(Layout.VIEW, 0, field, path, nested);
            case ArrowType.BinaryView ignored -> leaf(Layout.VIEW, 0, field, path, nested);
            case ArrowType.List ignored -> list(Layout.LIST, 0, field, path, nested);
            case ArrowType.LargeList ignored -> list(Layout.LARGE_LIST, 0, field, path, nested);
            case ArrowType.ListView ignored -> list(Layout.LIST_VIEW, 0, field, path, nested);
            case ArrowType.LargeListView ignored -> list(Layout.LARGE_LIST_VIEW, 0, field, path, nested);
            case ArrowType.FixedSizeList list ->
                list(Layout.FIXED_LIST, nonNegative(list.getListSize(), path, field), field, path, nested);
            case ArrowType.Struct ignored -> {
                List<SourceField> members = field.getChildren().stream()
                        .map(member -> of(member, path + "." + TopicField.printable(member.getName()), nested))
                        .toList();
                yield new SourceField(path, nested, field, type, Layout.STRUCT, 0, members, null);
            }
            case ArrowType.Map ignored -> {
                Field entries = SourceTypes.entries(field, path);
                SourceField key = of(entries.getChildren().get(0), path + ".key", true);
                SourceField value = of(entries.getChildren().get(1), path + ".value", true);
                SourceField struct = new SourceField(
                        path + ".entries",
                        true,
                        entries,
                        entries.getType(),
                        Layout.STRUCT,
                        0,
                        List.of(key, value),
                        null);
                yield new SourceField(path, nested, field, type, Layout.LIST, 0, List.of(struct), null);
            }
            default -> throw ArrowSchemas.unsupported(path, field);
        };
    }

    private static SourceField leaf(Layout layout, int width, Field field, String path, boolean nested) {
        return new SourceField(path, nested, field, SourceTypes.storage(field), layout, width, List.of(), null);
    }

    private static SourceField fixed(int width, Field field, String path, boolean nested) {
        return leaf(Layout.FIXED, width, field, path, nested);
    }

    private static SourceField list(Layout layout, int size, Field field, String path, boolean nested) {
        SourceField element = of(SourceTypes.element(field, path), path + ".element", true);
        return new SourceField(path, nested, field, SourceTypes.storage(field), layout, size, List.of(element), null);
    }

    private static int bytes(int bitWidth, String path, Field field) {
        if (bitWidth != 8 && bitWidth != 16 && bitWidth != 32 && bitWidth != 64) {
            throw ArrowSchemas.unsupported(path, field);
        }
        return bitWidth / Byte.SIZE;
    }

    private static int nonNegative(int value, String path, Field field) {
        if (value < 0) {
            throw ArrowSchemas.unsupported(path, field);
        }
        return value;
    }
}
