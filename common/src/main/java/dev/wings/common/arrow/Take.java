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
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/// Picks values out of a canonical array by their positions, in any order and any number of times.
final class Take {

    /// A position that gives null.
    static final int NONE = -1;

    private Take() {}

    /// The array of the values at `positions`, each a position of `source` or [#NONE]. The result is no part of
    /// `source`.
    static ArrayData take(ArrayData source, int[] positions, BatchMemory memory) {
        int nulls = countNulls(source, positions);
        Buf validity = nulls == 0 ? Buf.EMPTY : validity(source, positions, memory);
        return switch (source.layout()) {
            case BITS ->
                result(source, positions.length, nulls, validity, List.of(bits(source, positions, memory)), List.of());
            case FIXED ->
                result(source, positions.length, nulls, validity, List.of(fixed(source, positions, memory)), List.of());
            case VARIABLE ->
                result(source, positions.length, nulls, validity, variable(source, positions, memory), List.of());
            case STRUCT -> {
                List<ArrayData> members = new ArrayList<>(source.children().size());
                for (ArrayData member : source.children()) {
                    members.add(take(member, positions, memory));
                }
                yield result(source, positions.length, nulls, validity, List.of(), members);
            }
            case LIST -> list(source, positions, nulls, validity, memory);
            case NULL, LARGE_VARIABLE, VIEW, LARGE_LIST, LIST_VIEW, LARGE_LIST_VIEW, FIXED_LIST ->
                throw new IllegalStateException("not a canonical array: layout=" + source.layout());
        };
    }

    private static ArrayData result(
            ArrayData source, int length, int nulls, Buf validity, List<Buf> buffers, List<ArrayData> children) {
        return new ArrayData(source.layout(), source.width(), length, nulls, validity, buffers, children);
    }

    private static int countNulls(ArrayData source, int[] positions) {
        int nulls = 0;
        for (int position : positions) {
            if (position == NONE || source.isNull(position)) {
                nulls++;
            }
        }
        return nulls;
    }

    private static Buf validity(ArrayData source, int[] positions, BatchMemory memory) {
        Buf validity = memory.allocateZeros(Bits.bytes(positions.length));
        for (int i = 0; i < positions.length; i++) {
            if (positions[i] != NONE && !source.isNull(positions[i])) {
                Bits.set(validity.segment(), i);
            }
        }
        return validity;
    }

    private static Buf bits(ArrayData source, int[] positions, BatchMemory memory) {
        Buf result = memory.allocateZeros(Bits.bytes(positions.length));
        MemorySegment from = source.memory(0);
        for (int i = 0; i < positions.length; i++) {
            if (positions[i] != NONE && Bits.isSet(from, positions[i])) {
                Bits.set(result.segment(), i);
            }
        }
        return result;
    }

    private static Buf fixed(ArrayData source, int[] positions, BatchMemory memory) {
        int width = source.width();
        Buf result = memory.allocate((long) positions.length * width);
        MemorySegment from = source.memory(0);
        MemorySegment to = result.segment();
        for (int i = 0; i < positions.length; i++) {
            long at = (long) i * width;
            if (positions[i] == NONE) {
                to.asSlice(at, width).fill((byte) 0);
                continue;
            }
            long taken = (long) positions[i] * width;
            if (width == Integer.BYTES) {
                to.set(ArrayData.INT, at, from.get(ArrayData.INT, taken));
            } else if (width == Long.BYTES) {
                to.set(ArrayData.LONG, at, from.get(ArrayData.LONG, taken));
            } else {
                MemorySegment.copy(from, taken, to, at, width);
            }
        }
        return result;
    }

    private static List<Buf> variable(ArrayData source, int[] positions, BatchMemory memory) {
        Buf offsets = memory.allocate((positions.length + 1L) * Integer.BYTES);
        MemorySegment from = source.memory(0);
        long end = 0;
        offsets.segment().set(ArrayData.INT, 0, 0);
        for (int i = 0; i < positions.length; i++) {
            if (positions[i] != NONE && !source.isNull(positions[i])) {
                end += length(from, positions[i]);
            }
            offsets.segment().set(ArrayData.INT, (i + 1L) * Integer.BYTES, checkedOffset(end));
        }
        Buf data = memory.allocate(end);
        long at = 0;
        for (int i = 0; i < positions.length; i++) {
            if (positions[i] != NONE && !source.isNull(positions[i])) {
                int length = length(from, positions[i]);
                copy(source.memory(1), offset(from, positions[i]), data.segment(), at, length);
                at += length;
            }
        }
        return List.of(offsets, data);
    }

    private static ArrayData list(ArrayData source, int[] positions, int nulls, Buf validity, BatchMemory memory) {
        Buf offsets = memory.allocate((positions.length + 1L) * Integer.BYTES);
        MemorySegment from = source.memory(0);
        long end = 0;
        offsets.segment().set(ArrayData.INT, 0, 0);
        for (int i = 0; i < positions.length; i++) {
            if (positions[i] != NONE && !source.isNull(positions[i])) {
                end += length(from, positions[i]);
            }
            offsets.segment().set(ArrayData.INT, (i + 1L) * Integer.BYTES, checkedOffset(end));
        }
        memory.charge(end * Integer.BYTES);
        int[] elements = new int[(int) end];
        int at = 0;
        for (int position : positions) {
            if (position != NONE && !source.isNull(position)) {
                int start = offset(from, position);
                for (int i = 0; i < length(from, position); i++) {
                    elements[at++] = start + i;
                }
            }
        }
        ArrayData child = take(source.children().get(0), elements, memory);
        return result(source, positions.length, nulls, validity, List.of(offsets), List.of(child));
    }

    /// Short values are what tables are made of; for them a loop is faster than a call.
    static void copy(MemorySegment from, long fromOffset, MemorySegment to, long toOffset, int length) {
        if (length > 2 * Long.BYTES) {
            MemorySegment.copy(from, fromOffset, to, toOffset, length);
            return;
        }
        int i = 0;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            to.set(ArrayData.LONG, toOffset + i, from.get(ArrayData.LONG, fromOffset + i));
        }
        for (; i < length; i++) {
            to.set(ValueLayout.JAVA_BYTE, toOffset + i, from.get(ValueLayout.JAVA_BYTE, fromOffset + i));
        }
    }

    /// An offset of the canonical types, which have 32 bits for it.
    static int checkedOffset(long offset) {
        if (offset >= Integer.MAX_VALUE) {
            throw WingsException.invalid("the batch is too large: a column has 2 GiB of values or more");
        }
        return (int) offset;
    }

    private static int offset(MemorySegment offsets, int position) {
        return offsets.get(ArrayData.INT, (long) position * Integer.BYTES);
    }

    private static int length(MemorySegment offsets, int position) {
        return offset(offsets, position + 1) - offset(offsets, position);
    }
}
