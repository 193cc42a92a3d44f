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
package dev.wings.compactor.segment;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.complex.BaseRepeatedValueVector;
import org.apache.arrow.vector.complex.StructVector;
import org.jspecify.annotations.Nullable;

/// The nulls and the bounds of the values of one vector.
///
/// @param bounded whether bounds are known: they are not beside NaN, and not for long texts
/// @param min a `Long`, a `Double` or a `byte[]`, as [ColumnFacts] compares them; null if there are no values
record VectorFacts(
        long nulls,
        boolean bounded,
        @Nullable Object min,
        @Nullable Object max) {

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// The facts of a vector; empty for lists and maps.
    ///
    /// @param outer the struct that the vector is in; where that is null, its fields are
    static Optional<VectorFacts> of(FieldVector vector, @Nullable StructVector outer) {
        if (vector instanceof BaseRepeatedValueVector) {
            // This holds also where it has only nulls: files tell of what is in a list, and nothing of the list
            // itself.
            return Optional.empty();
        }
        int rows = vector.getValueCount();
        boolean mayBeNull = vector.getNullCount() > 0 || (outer != null && outer.getNullCount() > 0);
        boolean[] nulls = new boolean[mayBeNull ? rows : 0];
        long nullCount = 0;
        for (int i = 0; i < nulls.length; i++) {
            nulls[i] = vector.isNull(i) || (outer != null && outer.isNull(i));
            nullCount += nulls[i] ? 1 : 0;
        }
        if (nullCount == rows) {
            return Optional.of(new VectorFacts(nullCount, true, null, null));
        }
        return switch (vector) {
            case IntVector it -> Optional.of(ints(it.getDataBuffer(), rows, nulls, nullCount));
            case DateDayVector it -> Optional.of(ints(it.getDataBuffer(), rows, nulls, nullCount));
            case BigIntVector it -> Optional.of(longs(it.getDataBuffer(), rows, nulls, nullCount));
            case TimeMicroVector it -> Optional.of(longs(it.getDataBuffer(), rows, nulls, nullCount));
            case TimeStampVector it -> Optional.of(longs(it.getDataBuffer(), rows, nulls, nullCount));
            case Float4Vector it -> Optional.of(doubles(it.getDataBuffer(), Float.BYTES, rows, nulls, nullCount));
            case Float8Vector it -> Optional.of(doubles(it.getDataBuffer(), Double.BYTES, rows, nulls, nullCount));
            case BaseVariableWidthVector it -> Optional.of(texts(it, rows, nulls, nullCount));
            // These are counted in each batch, as they are in batches with nothing but nulls.
            default -> Optional.of(new VectorFacts(nullCount, false, null, null));
        };
    }

    private static boolean isNull(boolean[] nulls, int row) {
        return nulls.length > 0 && nulls[row];
    }

    private static VectorFacts ints(ArrowBuf buffer, int rows, boolean[] nulls, long nullCount) {
        MemorySegment data = memory(buffer);
        int min = Integer.MAX_VALUE;
        int max = Integer.MIN_VALUE;
        for (int i = 0; i < rows; i++) {
            if (!isNull(nulls, i)) {
                int value = data.get(INT, (long) i * Integer.BYTES);
                min = Math.min(min, value);
                max = Math.max(max, value);
            }
        }
        return new VectorFacts(nullCount, true, (long) min, (long) max);
    }

    private static VectorFacts longs(ArrowBuf buffer, int rows, boolean[] nulls, long nullCount) {
        MemorySegment data = memory(buffer);
        long min = Long.MAX_VALUE;
        long max = Long.MIN_VALUE;
        for (int i = 0; i < rows; i++) {
            if (!isNull(nulls, i)) {
                long value = data.get(LONG, (long) i * Long.BYTES);
                min = Math.min(min, value);
                max = Math.max(max, value);
            }
        }
        return new VectorFacts(nullCount, true, min, max);
    }

    private static VectorFacts doubles(ArrowBuf buffer, int width, int rows, boolean[] nulls, long nullCount) {
        MemorySegment data = memory(buffer);
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < rows; i++) {
            if (!isNull(nulls, i)) {
                double value = width == Float.BYTES
                        ? data.get(FLOAT, (long) i * Float.BYTES)
                        : data.get(DOUBLE, (long) i * Double.BYTES);
                if (Double.isNaN(value)) {
                    return new VectorFacts(nullCount, false, null, null);
                }
                min = Math.min(min, value);
                max = Math.max(max, value);
            }
        }
        return new VectorFacts(nullCount, true, min, max);
    }

    /// The facts of texts. Most values are told apart by their first eight bytes, see [#head].
    private static VectorFacts texts(BaseVariableWidthVector vector, int rows, boolean[] nulls, long nullCount) {
        MemorySegment offsets = memory(vector.getOffsetBuffer());
        MemorySegment data = memory(vector.getDataBuffer());
        int minStart = -1;
        int minLength = 0;
        long minHead = 0;
        int maxStart = -1;
        int maxLength = 0;
        long maxHead = 0;
        int end = offsets.get(INT, 0);
        for (int i = 0; i < rows; i++) {
            int start = end;
            end = offsets.get(INT, (i + 1L) * Integer.BYTES);
            if (isNull(nulls, i)) {
                continue;
            }
            int length = end - start;
            if (length > ColumnFacts.MAX_TEXT_BYTES) {
                return new VectorFacts(nullCount, false, null, null);
            }
            long head = head(data, start, length);
            int toMin = minStart < 0 ? -1 : Long.compareUnsigned(head, minHead);
            if (toMin < 0 || (toMin == 0 && compareRest(data, start, length, minStart, minLength) < 0)) {
                minStart = start;
                minLength = length;
                minHead = head;
            }
            int toMax = maxStart < 0 ? 1 : Long.compareUnsigned(head, maxHead);
            if (toMax > 0 || (toMax == 0 && compareRest(data, start, length, maxStart, maxLength) > 0)) {
                maxStart = start;
                maxLength = length;
                maxHead = head;
            }
        }
        return new VectorFacts(nullCount, true, bytes(data, minStart, minLength), bytes(data, maxStart, maxLength));
    }

    private static byte[] bytes(MemorySegment data, int start, int length) {
        return data.asSlice(start, length).toArray(ValueLayout.JAVA_BYTE);
    }

    /// The first eight bytes as a number that is ordered as they are; missing bytes count as zeros.
    private static long head(MemorySegment data, long start, int length) {
        if (length <= 0) {
            return 0;
        }
        if (start + Long.BYTES <= data.byteSize()) {
            // bytes of the next value may follow
            int others = Math.max(0, Long.BYTES - length) * Byte.SIZE;
            return Long.reverseBytes(data.get(LONG, start)) >>> others << others;
        }
        long head = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            head = (head << Byte.SIZE) | (i < length ? data.get(ValueLayout.JAVA_BYTE, start + i) & 0xFF : 0);
        }
        return head;
    }

    /// Compares two values whose first eight bytes are the same by what follows.
    private static int compareRest(MemorySegment data, int start, int length, int otherStart, int otherLength) {
        for (int i = Long.BYTES; i < Math.max(length, otherLength); i += Long.BYTES) {
            int order = Long.compareUnsigned(
                    head(data, start + i, length - i), head(data, otherStart + i, otherLength - i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(length, otherLength);
    }

    /// The memory of a buffer, checked once, where a buffer of Arrow checks at each value.
    @SuppressWarnings("restricted") // the buffer as it is
    private static MemorySegment memory(ArrowBuf buffer) {
        return MemorySegment.ofAddress(buffer.memoryAddress()).reinterpret(buffer.capacity());
    }
}
