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

import com.google.protobuf.ByteString;
import dev.wings.common.proto.FolioColumn;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/// The nulls of a column in some rows, and the bounds of its other values, of which NaN is none.
///
/// @param bounds null if they are not known
public record ValueBounds(
        int fieldId, Kind kind, long nulls, @Nullable Bounds bounds) {

    /// What orders the values of a column.
    enum Kind {
        INT,
        LONG,
        FLOAT,
        DOUBLE,
        /// The decimal has at most 18 digits.
        DECIMAL,
        TEXT,
        /// Values whose order is not the same for all who read them, and those of nested types.
        NONE
    }

    /// What the values lie between. Merging two never makes them narrower.
    sealed interface Bounds {

        /// There is no value.
        record Empty() implements Bounds {}

        /// Numbers in an order of longs, see [ValueBounds#ordered].
        record Numbers(long least, long greatest) implements Bounds {}

        record Texts(TextHead least, TextHead greatest) implements Bounds {}
    }

    private static final Bounds EMPTY = new Bounds.Empty();

    private static final int DECIMAL_BYTES = 16;

    private static final int MAX_DIGITS = 18;

    /// The bounds of one column of a batch.
    static ValueBounds of(int fieldId, Field field, ArrayData array) {
        Kind kind = kind(field.getType());
        return new ValueBounds(fieldId, kind, array.nullCount(), bounds(kind, array));
    }

    private static Kind kind(ArrowType type) {
        return switch (type) {
            case ArrowType.Int number when number.getBitWidth() == Integer.SIZE -> Kind.INT;
            case ArrowType.Int ignored -> Kind.LONG;
            case ArrowType.Date date -> date.getUnit() == DateUnit.DAY ? Kind.INT : Kind.NONE;
            case ArrowType.Time ignored -> Kind.LONG;
            case ArrowType.Timestamp ignored -> Kind.LONG;
            case ArrowType.FloatingPoint number ->
                number.getPrecision() == FloatingPointPrecision.SINGLE ? Kind.FLOAT : Kind.DOUBLE;
            case ArrowType.Decimal decimal -> decimal.getPrecision() <= MAX_DIGITS ? Kind.DECIMAL : Kind.NONE;
            case ArrowType.Utf8 ignored -> Kind.TEXT;
            default -> Kind.NONE;
        };
    }

    private static @Nullable Bounds bounds(Kind kind, ArrayData array) {
        if (kind != Kind.NONE && array.nullCount() == array.length()) {
            return EMPTY;
        }
        return switch (kind) {
            case INT -> ints(array);
            case LONG -> longs(array, Long.BYTES);
            case DECIMAL -> longs(array, DECIMAL_BYTES);
            case FLOAT -> floats(array);
            case DOUBLE -> doubles(array);
            case TEXT -> texts(array);
            case NONE -> null;
        };
    }

    private static Bounds ints(ArrayData array) {
        MemorySegment values = array.memory(0);
        boolean nulls = array.nullCount() > 0;
        int least = Integer.MAX_VALUE;
        int greatest = Integer.MIN_VALUE;
        for (int i = 0; i < array.length(); i++) {
            if (!nulls || !array.isNull(i)) {
                int value = values.get(ArrayData.INT, (long) i * Integer.BYTES);
                least = Math.min(least, value);
                greatest = Math.max(greatest, value);
            }
        }
        return new Bounds.Numbers(least, greatest);
    }

    /// @param width of each value, of which the first eight bytes say all
    private static Bounds longs(ArrayData array, int width) {
        MemorySegment values = array.memory(0);
        boolean nulls = array.nullCount() > 0;
        long least = Long.MAX_VALUE;
        long greatest = Long.MIN_VALUE;
        for (int i = 0; i < array.length(); i++) {
            if (!nulls || !array.isNull(i)) {
                long value = values.get(ArrayData.LONG, (long) i * width);
                least = Math.min(least, value);
                greatest = Math.max(greatest, value);
            }
        }
        return new Bounds.Numbers(least, greatest);
    }

    private static Bounds floats(ArrayData array) {
        MemorySegment values = array.memory(0);
        boolean nulls = array.nullCount() > 0;
        long least = Long.MAX_VALUE;
        long greatest = Long.MIN_VALUE;
        for (int i = 0; i < array.length(); i++) {
            float value = values.get(ArrayData.FLOAT, (long) i * Float.BYTES);
            if (!Float.isNaN(value) && (!nulls || !array.isNull(i))) {
                long number = ordered(value);
                least = Math.min(least, number);
                greatest = Math.max(greatest, number);
            }
        }
        return least > greatest ? EMPTY : new Bounds.Numbers(least, greatest);
    }

    private static Bounds doubles(ArrayData array) {
        MemorySegment values = array.memory(0);
        boolean nulls = array.nullCount() > 0;
        long least = Long.MAX_VALUE;
        long greatest = Long.MIN_VALUE;
        for (int i = 0; i < array.length(); i++) {
            double value = values.get(ArrayData.DOUBLE, (long) i * Double.BYTES);
            if (!Double.isNaN(value) && (!nulls || !array.isNull(i))) {
                long number = ordered(value);
                least = Math.min(least, number);
                greatest = Math.max(greatest, number);
            }
        }
        return least > greatest ? EMPTY : new Bounds.Numbers(least, greatest);
    }

    private static Bounds texts(ArrayData array) {
        TextHead.Range range = new TextHead.Range(array.memory(1));
        boolean nulls = array.nullCount() > 0;
        long end = ArrayChecks.offset(array, 0);
        for (int i = 0; i < array.length(); i++) {
            long start = end;
            end = ArrayChecks.offset(array, i + 1);
            if (!nulls || !array.isNull(i)) {
                range.add(start, (int) (end - start));
            }
        }
        return new Bounds.Texts(range.least(), range.greatest());
    }

    /// The bits of a number that is not NaN, in the order of numbers: -0.0 before 0.0, as Iceberg has it.
    static long ordered(double value) {
        long bits = Double.doubleToRawLongBits(value);
        return bits ^ (bits >> 63 >>> 1);
    }

    private static double number(long ordered) {
        return Double.longBitsToDouble(ordered ^ (ordered >> 63 >>> 1));
    }

    /// The bounds of the same column of these rows and of others.
    public ValueBounds and(ValueBounds other) {
        if (fieldId != other.fieldId || kind != other.kind) {
            throw new IllegalArgumentException("bounds of different columns: " + this + ", " + other);
        }
        return new ValueBounds(fieldId, kind, nulls + other.nulls, both(bounds, other.bounds));
    }

    private static @Nullable Bounds both(@Nullable Bounds a, @Nullable Bounds b) {
        if (a == null || b == null) {
            return null;
        }
        return switch (a) {
            case Bounds.Empty ignored -> b;
            case Bounds.Numbers numbers ->
                b instanceof Bounds.Numbers others
                        ? new Bounds.Numbers(
                                Math.min(numbers.least, others.least), Math.max(numbers.greatest, others.greatest))
                        : a;
            case Bounds.Texts texts ->
                b instanceof Bounds.Texts others
                        ? new Bounds.Texts(
                                TextHead.least(texts.least, others.least),
                                TextHead.greatest(texts.greatest, others.greatest))
                        : a;
        };
    }

    /// As a folio's footer has it: bounds as Iceberg serializes single values.
    public FolioColumn entry() {
        FolioColumn.Builder entry = FolioColumn.newBuilder().setFieldId(fieldId).setNulls(nulls);
        switch (bounds) {
            case null -> {}
            case Bounds.Empty ignored -> {}
            case Bounds.Numbers numbers ->
                entry.setLower(serialized(numbers.least)).setUpper(serialized(numbers.greatest));
            case Bounds.Texts texts -> {
                entry.setLower(texts.least.lower());
                Optional<ByteString> upper = texts.greatest.upper();
                upper.ifPresent(entry::setUpper);
            }
        }
        return entry.build();
    }

    private ByteString serialized(long value) {
        return switch (kind) {
            case INT -> bytes(Integer.BYTES, buffer -> buffer.putInt((int) value));
            case LONG -> bytes(Long.BYTES, buffer -> buffer.putLong(value));
            case FLOAT -> bytes(Float.BYTES, buffer -> buffer.putFloat((float) number(value)));
            case DOUBLE -> bytes(Double.BYTES, buffer -> buffer.putDouble(number(value)));
            case DECIMAL -> ByteString.copyFrom(BigInteger.valueOf(value).toByteArray());
            case TEXT, NONE -> throw new IllegalStateException("not a number: " + kind);
        };
    }

    private static ByteString bytes(int length, java.util.function.UnaryOperator<ByteBuffer> writer) {
        return ByteString.copyFrom(writer.apply(ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN))
                .flip());
    }
}
