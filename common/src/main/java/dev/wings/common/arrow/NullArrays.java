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

import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import java.util.ArrayList;
import java.util.List;

/// Canonical arrays of nothing but nulls, for members of structs that are not there.
final class NullArrays {

    private NullArrays() {}

    /// Nulls of no type, as a producer sends them.
    static ArrayData untyped(int length) {
        return new ArrayData(Layout.NULL, 0, length, length, Buf.EMPTY, List.of(), List.of());
    }

    static ArrayData of(FieldType type, int length, BatchMemory memory) {
        Buf validity = memory.allocateZeros(Bits.bytes(length));
        return switch (type) {
            case FieldType.Primitive primitive -> of(primitive, length, validity, memory);
            case FieldType.Decimal ignored -> fixed(NumberCasts.DECIMAL_BYTES, length, validity, memory);
            case FieldType.Fixed fixed -> fixed(fixed.length(), length, validity, memory);
            case FieldType.Struct struct ->
                new ArrayData(
                        Layout.STRUCT,
                        0,
                        length,
                        length,
                        validity,
                        List.of(),
                        members(struct.fields(), length, memory));
            case FieldType.ListOf list ->
                list(length, validity, of(list.element().type(), 0, memory), memory);
            case FieldType.MapOf map -> {
                List<ArrayData> members = members(map.children(), 0, memory);
                ArrayData entries = new ArrayData(Layout.STRUCT, 0, 0, 0, Buf.EMPTY, List.of(), members);
                yield list(length, validity, entries, memory);
            }
        };
    }

    private static ArrayData of(FieldType.Primitive type, int length, Buf validity, BatchMemory memory) {
        return switch (type) {
            case BOOLEAN ->
                new ArrayData(
                        Layout.BITS,
                        0,
                        length,
                        length,
                        validity,
                        List.of(memory.allocateZeros(Bits.bytes(length))),
                        List.of());
            case INT, FLOAT, DATE -> fixed(Integer.BYTES, length, validity, memory);
            case LONG, DOUBLE, TIME, TIMESTAMP, TIMESTAMPTZ -> fixed(Long.BYTES, length, validity, memory);
            case UUID -> fixed(ArrowSchemas.UUID_BYTES, length, validity, memory);
            case STRING, BINARY ->
                new ArrayData(
                        Layout.VARIABLE,
                        0,
                        length,
                        length,
                        validity,
                        List.of(offsets(length, memory), Buf.EMPTY),
                        List.of());
        };
    }

    private static ArrayData fixed(int width, int length, Buf validity, BatchMemory memory) {
        Buf values = memory.allocateZeros((long) length * width);
        return new ArrayData(Layout.FIXED, width, length, length, validity, List.of(values), List.of());
    }

    private static ArrayData list(int length, Buf validity, ArrayData elements, BatchMemory memory) {
        return new ArrayData(
                Layout.LIST, 0, length, length, validity, List.of(offsets(length, memory)), List.of(elements));
    }

    private static List<ArrayData> members(List<TopicField> fields, int length, BatchMemory memory) {
        List<ArrayData> members = new ArrayList<>(fields.size());
        for (TopicField field : fields) {
            members.add(of(field.type(), length, memory));
        }
        return members;
    }

    private static Buf offsets(int length, BatchMemory memory) {
        return memory.allocateZeros((length + 1L) * Integer.BYTES);
    }
}
