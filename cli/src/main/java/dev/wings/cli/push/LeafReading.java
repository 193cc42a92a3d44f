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
package dev.wings.cli.push;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.DateMilliVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.TimeMilliVector;
import org.apache.arrow.vector.TimeNanoVector;
import org.apache.arrow.vector.TimeSecVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.jspecify.annotations.Nullable;

/// How the values of a vector are read as numbers that lose nothing.
///
/// @param family what the numbers count: values of another family are never converted
/// @param values the number at a position that is not null; null for one that is not finite
record LeafReading(Family family, Values values) {

    enum Family {
        NUMBER,
        /// Days since 1970.
        DATE,
        /// Microseconds since midnight.
        TIME,
        /// Microseconds since 1970.
        TIMESTAMP,
        TIMESTAMPTZ
    }

    @FunctionalInterface
    interface Values {
        @Nullable
        BigDecimal at(FieldVector vector, int index);
    }

    private static final BigDecimal MICROS_PER_DAY = BigDecimal.valueOf(86_400_000_000L);
    private static final long MILLIS_PER_DAY = 86_400_000L;
    private static final int JULIAN_DAY_OF_1970 = 2_440_588;
    private static final int NANO_DIGITS = 3;

    /// The reading of the bytes of a binary vector by what they mean.
    static LeafReading of(RawLeaf raw) {
        return switch (raw) {
            case RawLeaf.Int96 ignored ->
                new LeafReading(Family.TIMESTAMP, (vector, index) -> int96(bytes(vector, index)));
            case RawLeaf.Instants times ->
                new LeafReading(
                        times.zoned() ? Family.TIMESTAMPTZ : Family.TIMESTAMP,
                        (vector, index) -> micros(((BaseIntVector) vector).getValueAsLong(index), times.unit()));
            case RawLeaf.TimesOfDay times ->
                new LeafReading(
                        Family.TIME,
                        (vector, index) -> micros(((BaseIntVector) vector).getValueAsLong(index), times.unit()));
            case RawLeaf.WideDecimal decimal ->
                new LeafReading(
                        Family.NUMBER,
                        (vector, index) -> new BigDecimal(new BigInteger(bytes(vector, index)), decimal.scale()));
        };
    }

    /// The reading of values of an Arrow type; empty for those that are no numbers or points in time.
    static Optional<LeafReading> of(ArrowType type) {
        return Optional.ofNullable(find(type));
    }

    private static @Nullable LeafReading find(ArrowType type) {
        return switch (type) {
            case ArrowType.Int integer -> new LeafReading(Family.NUMBER, integers(integer));
            case ArrowType.FloatingPoint ignored -> new LeafReading(Family.NUMBER, LeafReading::floatingPoint);
            case ArrowType.Decimal ignored ->
                new LeafReading(Family.NUMBER, (vector, index) -> (BigDecimal) vector.getObject(index));
            case ArrowType.Date date
            when date.getUnit() == DateUnit.MILLISECOND ->
                new LeafReading(Family.DATE, (vector, index) -> days(((DateMilliVector) vector).get(index)));
            case ArrowType.Time time -> new LeafReading(Family.TIME, times(time.getUnit()));
            case ArrowType.Timestamp time -> {
                boolean zoned =
                        time.getTimezone() != null && !time.getTimezone().isEmpty();
                yield new LeafReading(
                        zoned ? Family.TIMESTAMPTZ : Family.TIMESTAMP,
                        (vector, index) -> micros(((TimeStampVector) vector).get(index), time.getUnit()));
            }
            default -> null;
        };
    }

    private static Values integers(ArrowType.Int type) {
        if (type.getIsSigned()) {
            return (vector, index) -> BigDecimal.valueOf(((BaseIntVector) vector).getValueAsLong(index));
        }
        int bits = type.getBitWidth();
        long mask = bits == Long.SIZE ? -1 : (1L << bits) - 1;
        return (vector, index) ->
                new BigDecimal(Long.toUnsignedString(((BaseIntVector) vector).getValueAsLong(index) & mask));
    }

    /// The decimal number that the value is written as, whose digits give the value again.
    private static @Nullable BigDecimal floatingPoint(FieldVector vector, int index) {
        return switch (vector) {
            case Float8Vector doubles -> {
                double value = doubles.get(index);
                yield Double.isFinite(value) ? new BigDecimal(Double.toString(value)) : null;
            }
            case Float4Vector floats -> finite(floats.get(index));
            case Float2Vector halves -> finite(halves.getValueAsFloat(index));
            default -> throw new IllegalStateException("not a vector of floating point numbers: " + vector);
        };
    }

    private static @Nullable BigDecimal finite(float value) {
        return Float.isFinite(value) ? new BigDecimal(Float.toString(value)) : null;
    }

    private static Values times(TimeUnit unit) {
        return switch (unit) {
            case SECOND -> (vector, index) -> micros(((TimeSecVector) vector).get(index), unit);
            case MILLISECOND -> (vector, index) -> micros(((TimeMilliVector) vector).get(index), unit);
            case MICROSECOND ->
                (vector, index) -> micros(((org.apache.arrow.vector.TimeMicroVector) vector).get(index), unit);
            case NANOSECOND -> (vector, index) -> micros(((TimeNanoVector) vector).get(index), unit);
        };
    }

    private static BigDecimal micros(long value, TimeUnit unit) {
        return switch (unit) {
            case SECOND -> BigDecimal.valueOf(value).scaleByPowerOfTen(6);
            case MILLISECOND -> BigDecimal.valueOf(value).scaleByPowerOfTen(3);
            case MICROSECOND -> BigDecimal.valueOf(value);
            case NANOSECOND -> BigDecimal.valueOf(value, NANO_DIGITS);
        };
    }

    private static BigDecimal int96(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        BigDecimal nanos = BigDecimal.valueOf(buffer.getLong(), NANO_DIGITS);
        return BigDecimal.valueOf(buffer.getInt() - (long) JULIAN_DAY_OF_1970)
                .multiply(MICROS_PER_DAY)
                .add(nanos);
    }

    /// The day of some milliseconds. A part of a day counts as half of one: it only has to show that it is
    /// there.
    private static BigDecimal days(long millis) {
        BigDecimal days = BigDecimal.valueOf(Math.floorDiv(millis, MILLIS_PER_DAY));
        return Math.floorMod(millis, MILLIS_PER_DAY) == 0 ? days : days.add(new BigDecimal("0.5"));
    }

    private static byte[] bytes(ValueVector vector, int index) {
        return switch (vector) {
            case org.apache.arrow.vector.VarBinaryVector binaries -> binaries.get(index);
            case org.apache.arrow.vector.LargeVarBinaryVector binaries -> binaries.get(index);
            case org.apache.arrow.vector.FixedSizeBinaryVector binaries -> binaries.get(index);
            default -> throw new IllegalStateException("not a vector of binaries: " + vector.getField());
        };
    }
}
