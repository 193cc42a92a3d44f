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

import java.util.Optional;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.util.ByteFunctionHelpers;
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
/// @param bounded whether bounds are known: not beside NaN, and not of long texts
/// @param min a `Long`, a `Double` or a `byte[]`, as [ColumnFacts] compares them; null if there are no values
record VectorFacts(
        long nulls,
        boolean bounded,
        @Nullable Object min,
        @Nullable Object max) {

    /// Empty for lists and maps.
    ///
    /// @param outer the struct that the vector is in; where that is null, its fields are
    static Optional<VectorFacts> of(FieldVector vector, @Nullable StructVector outer) {
        if (vector instanceof BaseRepeatedValueVector) {
            // also where it has only nulls: files tell of what is in it, and nothing of the list itself
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
            // counted in each batch, as they are in those with nothing but nulls
            default -> Optional.of(new VectorFacts(nullCount, false, null, null));
        };
    }

    private static boolean isNull(boolean[] nulls, int row) {
        return nulls.length > 0 && nulls[row];
    }

    private static VectorFacts ints(ArrowBuf data, int rows, boolean[] nulls, long nullCount) {
        int min = Integer.MAX_VALUE;
        int max = Integer.MIN_VALUE;
        for (int i = 0; i < rows; i++) {
            if (!isNull(nulls, i)) {
                int value = data.getInt((long) i * Integer.BYTES);
                min = Math.min(min, value);
                max = Math.max(max, value);
            }
        }
        return new VectorFacts(nullCount, true, (long) min, (long) max);
    }

    private static VectorFacts longs(ArrowBuf data, int rows, boolean[] nulls, long nullCount) {
        long min = Long.MAX_VALUE;
        long max = Long.MIN_VALUE;
        for (int i = 0; i < rows; i++) {
            if (!isNull(nulls, i)) {
                long value = data.getLong((long) i * Long.BYTES);
                min = Math.min(min, value);
                max = Math.max(max, value);
            }
        }
        return new VectorFacts(nullCount, true, min, max);
    }

    private static VectorFacts doubles(ArrowBuf data, int width, int rows, boolean[] nulls, long nullCount) {
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < rows; i++) {
            if (!isNull(nulls, i)) {
                double value = width == Float.BYTES
                        ? data.getFloat((long) i * Float.BYTES)
                        : data.getDouble((long) i * Double.BYTES);
                if (Double.isNaN(value)) {
                    return new VectorFacts(nullCount, false, null, null);
                }
                min = Math.min(min, value);
                max = Math.max(max, value);
            }
        }
        return new VectorFacts(nullCount, true, min, max);
    }

    private static VectorFacts texts(BaseVariableWidthVector vector, int rows, boolean[] nulls, long nullCount) {
        ArrowBuf data = vector.getDataBuffer();
        int min = -1;
        int max = -1;
        long minHead = 0;
        long maxHead = 0;
        for (int i = 0; i < rows; i++) {
            if (isNull(nulls, i)) {
                continue;
            }
            if (vector.getValueLength(i) > ColumnFacts.MAX_TEXT_BYTES) {
                return new VectorFacts(nullCount, false, null, null);
            }
            long head = head(vector, data, i);
            int toMin = min < 0 ? -1 : Long.compareUnsigned(head, minHead);
            if (toMin < 0 || (toMin == 0 && compare(vector, i, min) < 0)) {
                min = i;
                minHead = head;
            }
            int toMax = max < 0 ? 1 : Long.compareUnsigned(head, maxHead);
            if (toMax > 0 || (toMax == 0 && compare(vector, i, max) > 0)) {
                max = i;
                maxHead = head;
            }
        }
        return new VectorFacts(nullCount, true, bytes(vector, min), bytes(vector, max));
    }

    /// The first eight bytes as a number that is ordered as they are; what is not there counts as zeros.
    private static long head(BaseVariableWidthVector vector, ArrowBuf data, int row) {
        int start = vector.getStartOffset(row);
        int length = vector.getValueLength(row);
        if (length >= Long.BYTES) {
            return Long.reverseBytes(data.getLong(start));
        }
        long head = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            head = (head << Byte.SIZE) | (i < length ? data.getByte(start + i) & 0xFF : 0);
        }
        return head;
    }

    private static int compare(BaseVariableWidthVector vector, int row, int other) {
        return ByteFunctionHelpers.compare(
                vector.getDataBuffer(),
                vector.getStartOffset(row),
                vector.getEndOffset(row),
                vector.getDataBuffer(),
                vector.getStartOffset(other),
                vector.getEndOffset(other));
    }

    private static byte[] bytes(BaseVariableWidthVector vector, int row) {
        byte[] bytes = new byte[vector.getValueLength(row)];
        vector.getDataBuffer().getBytes(vector.getStartOffset(row), bytes);
        return bytes;
    }
}
