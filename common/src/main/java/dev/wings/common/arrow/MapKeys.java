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
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Finds keys that stand twice in one map. Engines refuse to read such a map, or keep one of the entries only.
///
/// Keys are the same as engines take them: NaN is NaN whatever its bits, 0.0 is -0.0, null inside of a key is null.
/// Arrays are canonical and of the same type. Used for one batch by one thread.
final class MapKeys {

    /// So few keys are compared with each other.
    private static final int FEW = 8;

    /// What sorting costs for each key that is kept on the heap: a reference and what it refers to.
    private static final int SORTED_KEY_BYTES = 24;

    private static final long HASH_FACTOR = 0x9E3779B97F4A7C15L;

    private final FieldType type;
    private final ArrayData keys;
    private final BatchMemory memory;
    private long[] hashes = {};

    /// @param keys of all maps of an array
    /// @param memory counts what looking at large maps takes
    MapKeys(FieldType type, ArrayData keys, BatchMemory memory) {
        this.type = type;
        this.keys = keys;
        this.memory = memory;
    }

    /// Whether a key stands twice in `[start, end)`.
    boolean isTwice(int start, int end) {
        int count = end - start;
        if (count < 2) {
            return false;
        }
        if (count <= FEW) {
            for (int i = start + 1; i < end; i++) {
                for (int j = start; j < i; j++) {
                    if (compare(type, keys, i, j) == 0) {
                        return true;
                    }
                }
            }
            return false;
        }
        return haveSameHashes(start, count) && haveSame(start, count);
    }

    /// Same keys have the same hash; others hardly ever have.
    private boolean haveSameHashes(int start, int count) {
        if (hashes.length < count) {
            memory.charge((long) (count - hashes.length) * Long.BYTES);
            hashes = new long[count];
        }
        for (int i = 0; i < count; i++) {
            hashes[i] = hash(type, keys, start + i);
        }
        Arrays.sort(hashes, 0, count);
        for (int i = 1; i < count; i++) {
            if (hashes[i] == hashes[i - 1]) {
                return true;
            }
        }
        return false;
    }

    /// Takes no longer for keys that somebody has chosen for their hashes.
    private boolean haveSame(int start, int count) {
        memory.charge((long) count * SORTED_KEY_BYTES);
        List<Integer> sorted = IntStream.range(start, start + count)
                .boxed()
                .sorted((a, b) -> compare(type, keys, a, b))
                .toList();
        for (int i = 1; i < count; i++) {
            if (compare(type, keys, sorted.get(i - 1), sorted.get(i)) == 0) {
                return true;
            }
        }
        return false;
    }

    /// An order of all values, null included: any, as long as 0 means the same.
    private static int compare(FieldType type, ArrayData array, int a, int b) {
        if (array.isNull(a) || array.isNull(b)) {
            return Boolean.compare(array.isNull(b), array.isNull(a));
        }
        return switch (type) {
            case FieldType.Primitive primitive ->
                switch (primitive) {
                    case STRING, BINARY -> compareVariable(array, a, b);
                    case UUID -> compareFixed(array, a, b);
                    default -> Long.compare(number(primitive, array, a), number(primitive, array, b));
                };
            case FieldType.Decimal ignored -> compareFixed(array, a, b);
            case FieldType.Fixed ignored -> compareFixed(array, a, b);
            case FieldType.Struct struct -> compareMembers(struct.children(), array.children(), a, b);
            case FieldType.ListOf list -> compareElements(list, array, a, b);
            case FieldType.MapOf map -> compareElements(map, array, a, b);
        };
    }

    private static int compareMembers(List<TopicField> members, List<ArrayData> arrays, int a, int b) {
        for (int i = 0; i < members.size(); i++) {
            int order = compare(members.get(i).type(), arrays.get(i), a, b);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static int compareElements(FieldType type, ArrayData array, int a, int b) {
        int startA = (int) ArrayChecks.offset(array, a);
        int startB = (int) ArrayChecks.offset(array, b);
        int size = (int) ArrayChecks.offset(array, a + 1) - startA;
        int order = Integer.compare(size, (int) ArrayChecks.offset(array, b + 1) - startB);
        for (int i = 0; i < size && order == 0; i++) {
            order = compareMembers(type.children(), elements(type, array), startA + i, startB + i);
        }
        return order;
    }

    private static int compareVariable(ArrayData array, int a, int b) {
        return compareBytes(
                array.memory(1),
                ArrayChecks.offset(array, a),
                ArrayChecks.offset(array, a + 1),
                ArrayChecks.offset(array, b),
                ArrayChecks.offset(array, b + 1));
    }

    private static int compareFixed(ArrayData array, int a, int b) {
        long width = array.width();
        return compareBytes(array.memory(0), a * width, (a + 1) * width, b * width, (b + 1) * width);
    }

    private static int compareBytes(MemorySegment data, long startA, long endA, long startB, long endB) {
        int order = Long.compare(endA - startA, endB - startB);
        if (order != 0) {
            return order;
        }
        long at = MemorySegment.mismatch(data, startA, endA, data, startB, endB);
        return at < 0 ? 0 : Byte.compare(byteAt(data, startA + at), byteAt(data, startB + at));
    }

    private static byte byteAt(MemorySegment data, long at) {
        return data.get(ValueLayout.JAVA_BYTE, at);
    }

    private static long hash(FieldType type, ArrayData array, int position) {
        if (array.isNull(position)) {
            return 1;
        }
        return switch (type) {
            case FieldType.Primitive primitive ->
                switch (primitive) {
                    case STRING, BINARY ->
                        hashBytes(
                                array.memory(1),
                                ArrayChecks.offset(array, position),
                                ArrayChecks.offset(array, position + 1));
                    case UUID -> hashFixed(array, position);
                    default -> mixed(0, number(primitive, array, position));
                };
            case FieldType.Decimal ignored -> hashFixed(array, position);
            case FieldType.Fixed ignored -> hashFixed(array, position);
            case FieldType.Struct struct -> hashMembers(struct.children(), array.children(), position);
            case FieldType.ListOf list -> hashElements(list, array, position);
            case FieldType.MapOf map -> hashElements(map, array, position);
        };
    }

    private static long hashMembers(List<TopicField> members, List<ArrayData> arrays, int position) {
        long hash = members.size();
        for (int i = 0; i < members.size(); i++) {
            hash = mixed(hash, hash(members.get(i).type(), arrays.get(i), position));
        }
        return hash;
    }

    private static long hashElements(FieldType type, ArrayData array, int position) {
        int end = (int) ArrayChecks.offset(array, position + 1);
        long hash = 0;
        for (int i = (int) ArrayChecks.offset(array, position); i < end; i++) {
            hash = mixed(hash, hashMembers(type.children(), elements(type, array), i));
        }
        return hash;
    }

    private static long hashFixed(ArrayData array, int position) {
        long width = array.width();
        return hashBytes(array.memory(0), position * width, (position + 1) * width);
    }

    private static long hashBytes(MemorySegment data, long start, long end) {
        long hash = end - start;
        long at = start;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            hash = mixed(hash, data.get(ArrayData.LONG, at));
        }
        for (; at < end; at++) {
            hash = mixed(hash, byteAt(data, at));
        }
        return hash;
    }

    private static long mixed(long hash, long value) {
        long product = (hash ^ value) * HASH_FACTOR;
        return product ^ (product >>> 32);
    }

    /// Numbers that are equal where the values are the same.
    private static long number(FieldType.Primitive type, ArrayData array, int position) {
        return switch (type) {
            case BOOLEAN -> Bits.isSet(array.memory(0), position) ? 1 : 0;
            // Adding 0.0 makes 0.0 of -0.0.
            case FLOAT ->
                Float.floatToIntBits(array.memory(0).get(ArrayData.FLOAT, (long) position * Float.BYTES) + 0.0f);
            case DOUBLE ->
                Double.doubleToLongBits(array.memory(0).get(ArrayData.DOUBLE, (long) position * Double.BYTES) + 0.0);
            case INT, LONG, DATE, TIME, TIMESTAMP, TIMESTAMPTZ -> NumberCasts.integer(array, position, true);
            case STRING, BINARY, UUID -> throw new IllegalStateException("not a number: type=" + type);
        };
    }

    /// What the elements of a list, or the entries of a map, consist of.
    private static List<ArrayData> elements(FieldType type, ArrayData array) {
        return type instanceof FieldType.MapOf ? array.children().get(0).children() : array.children();
    }
}
