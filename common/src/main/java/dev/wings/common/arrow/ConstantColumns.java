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

import dev.wings.common.schema.DefaultValue;
import dev.wings.common.schema.FieldType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;

/// Columns that have the same value in all rows.
public final class ConstantColumns {

    private ConstantColumns() {}

    /// A canonical array of the value.
    static ArrayData of(DefaultValue value, int length, BatchMemory memory) {
        byte[] bytes = value.arrowBytes();
        if (value.type() == FieldType.Primitive.BOOLEAN) {
            Buf bits = memory.allocate(Bits.bytes(length));
            bits.segment().fill((byte) (bytes[0] == 0 ? 0 : -1));
            return new ArrayData(Layout.BITS, 0, length, 0, Buf.EMPTY, List.of(bits), List.of());
        }
        Buf values = memory.allocate((long) length * bytes.length);
        repeat(bytes, values.segment());
        if (!isVariable(value.type())) {
            return new ArrayData(Layout.FIXED, bytes.length, length, 0, Buf.EMPTY, List.of(values), List.of());
        }
        Buf offsets = memory.allocate((length + 1L) * Integer.BYTES);
        for (int i = 0; i <= length; i++) {
            offsets.segment().set(ArrayData.INT, (long) i * Integer.BYTES, Math.multiplyExact(i, bytes.length));
        }
        return new ArrayData(Layout.VARIABLE, 0, length, 0, Buf.EMPTY, List.of(offsets, values), List.of());
    }

    /// How many bytes a row takes.
    public static long rowBytes(DefaultValue value) {
        return 1L + value.arrowBytes().length + (isVariable(value.type()) ? Integer.BYTES : 0);
    }

    /// Fills an empty vector of the canonical type with `rows` times the value.
    public static void fill(FieldVector vector, DefaultValue value, int rows) {
        byte[] bytes = value.arrowBytes();
        switch (vector) {
            case BitVector bits -> {
                bits.allocateNew(rows);
                Memory.of(bits.getDataBuffer()).fill((byte) (bytes[0] == 0 ? 0 : -1));
            }
            case BaseFixedWidthVector fixed -> {
                fixed.allocateNew(rows);
                repeat(bytes, start(fixed.getDataBuffer(), (long) rows * bytes.length));
            }
            case BaseVariableWidthVector texts -> {
                texts.allocateNew((long) rows * bytes.length, rows);
                repeat(bytes, start(texts.getDataBuffer(), (long) rows * bytes.length));
                for (int i = 0; i <= rows; i++) {
                    texts.getOffsetBuffer().setInt((long) i * Integer.BYTES, Math.multiplyExact(i, bytes.length));
                }
                texts.setLastSet(rows - 1);
            }
            default -> throw new IllegalStateException("no default is of this type: " + vector.getField());
        }
        vector.getValidityBuffer().setOne(0, Bits.bytes(rows));
        vector.setValueCount(rows);
    }

    private static MemorySegment start(ArrowBuf buffer, long bytes) {
        return Memory.of(buffer).asSlice(0, bytes);
    }

    /// Fills all of `into`, each time with twice as much as there is.
    private static void repeat(byte[] bytes, MemorySegment into) {
        long size = into.byteSize();
        if (size == 0) {
            return;
        }
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, into, 0, bytes.length);
        for (long filled = bytes.length; filled < size; filled *= 2) {
            MemorySegment.copy(into, 0, into, filled, Math.min(filled, size - filled));
        }
    }

    private static boolean isVariable(FieldType type) {
        return type == FieldType.Primitive.STRING || type == FieldType.Primitive.BINARY;
    }
}
