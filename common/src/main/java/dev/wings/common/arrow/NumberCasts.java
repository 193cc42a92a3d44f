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

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.util.List;

/// Casts between numbers.
final class NumberCasts {

    static final int DECIMAL_BYTES = 16;

    static final Cast HALF_TO_FLOAT = (source, context) -> {
        Buf result = context.memory().allocate((long) source.length() * Float.BYTES);
        MemorySegment from = source.memory(0);
        MemorySegment to = result.segment();
        for (long i = 0; i < source.length(); i++) {
            to.set(ArrayData.FLOAT, i * Float.BYTES, Float.float16ToFloat(from.get(ArrayData.SHORT, i * Short.BYTES)));
        }
        return fixed(source, result, Float.BYTES);
    };

    static final Cast HALF_TO_DOUBLE = (source, context) -> {
        Buf result = context.memory().allocate((long) source.length() * Double.BYTES);
        MemorySegment from = source.memory(0);
        MemorySegment to = result.segment();
        for (long i = 0; i < source.length(); i++) {
            to.set(
                    ArrayData.DOUBLE,
                    i * Double.BYTES,
                    Float.float16ToFloat(from.get(ArrayData.SHORT, i * Short.BYTES)));
        }
        return fixed(source, result, Double.BYTES);
    };

    static final Cast FLOAT_TO_DOUBLE = (source, context) -> {
        Buf result = context.memory().allocate((long) source.length() * Double.BYTES);
        MemorySegment from = source.memory(0);
        MemorySegment to = result.segment();
        for (long i = 0; i < source.length(); i++) {
            to.set(ArrayData.DOUBLE, i * Double.BYTES, from.get(ArrayData.FLOAT, i * Float.BYTES));
        }
        return fixed(source, result, Double.BYTES);
    };

    /// Any byte but 0 is true.
    static final Cast BYTE_TO_BOOLEAN = (source, context) -> {
        Buf result = context.memory().allocateZeros(Bits.bytes(source.length()));
        for (int i = 0; i < source.length(); i++) {
            if (source.memory(0).get(ValueLayout.JAVA_BYTE, i) != 0) {
                Bits.set(result.segment(), i);
            }
        }
        return source.with(Layout.BITS, List.of(result), List.of());
    };

    private NumberCasts() {}

    /// Decimal digits that an integer of that many bits can have.
    static int digits(int bits, boolean signed) {
        return BigInteger.TWO.pow(signed ? bits - 1 : bits).toString().length();
    }

    /// Widens integers, and decimals that are kept as integers, to 4, 8 or 16 bytes.
    static Cast integer(boolean signed, int targetBytes) {
        return (source, context) -> {
            Buf result = context.memory().allocate((long) source.length() * targetBytes);
            MemorySegment to = result.segment();
            for (int i = 0; i < source.length(); i++) {
                long value = integer(source, i, signed);
                switch (targetBytes) {
                    case Integer.BYTES -> to.set(ArrayData.INT, (long) i * Integer.BYTES, (int) value);
                    case Long.BYTES -> to.set(ArrayData.LONG, (long) i * Long.BYTES, value);
                    default -> setDecimal(to, i, value >> 63, value);
                }
            }
            return fixed(source, result, targetBytes);
        };
    }

    /// Integers that may be too large for 4 or 8 bytes: those that are fail.
    static Cast checkedInteger(SourceField field, boolean signed, int targetBytes) {
        return (source, context) -> {
            Buf result = context.memory().allocate((long) source.length() * targetBytes);
            MemorySegment to = result.segment();
            for (int i = 0; i < source.length(); i++) {
                long value = integer(source, i, signed);
                boolean fits = (signed || value >= 0) && (targetBytes == Long.BYTES || value == (int) value);
                if (!fits && !source.isNull(i)) {
                    context.bad(field, "the number does not fit into " + targetBytes * Byte.SIZE + " bits", source, i);
                }
                if (targetBytes == Long.BYTES) {
                    to.set(ArrayData.LONG, (long) i * Long.BYTES, value);
                } else {
                    to.set(ArrayData.INT, (long) i * Integer.BYTES, (int) value);
                }
            }
            return fixed(source, result, targetBytes);
        };
    }

    /// Integers as decimals of that scale, which have digits enough.
    static Cast integerToDecimal(boolean signed, int scale) {
        BigInteger factor = BigInteger.TEN.pow(scale);
        return (source, context) -> {
            Buf result = context.memory().allocate((long) source.length() * DECIMAL_BYTES);
            MemorySegment to = result.segment();
            for (int i = 0; i < source.length(); i++) {
                long value = integer(source, i, signed);
                boolean large = !signed && value < 0;
                if (scale == 0) {
                    setDecimal(to, i, large ? 0 : value >> 63, value);
                } else {
                    BigInteger integer = BigInteger.valueOf(value);
                    BigInteger scaled = (large ? integer.add(BigInteger.TWO.pow(Long.SIZE)) : integer).multiply(factor);
                    setDecimal(to, i, scaled.shiftRight(Long.SIZE).longValue(), scaled.longValue());
                }
            }
            return fixed(source, result, DECIMAL_BYTES);
        };
    }

    /// 256-bit decimals as 128-bit ones: their upper half must be nothing but sign.
    static Cast wideDecimal(SourceField field) {
        return (source, context) -> {
            Buf result = context.memory().allocate((long) source.length() * DECIMAL_BYTES);
            MemorySegment from = source.memory(0);
            for (int i = 0; i < source.length(); i++) {
                long at = (long) i * 2 * DECIMAL_BYTES;
                long low = from.get(ArrayData.LONG, at);
                long high = from.get(ArrayData.LONG, at + Long.BYTES);
                long sign = high >> 63;
                boolean fits = from.get(ArrayData.LONG, at + 2 * Long.BYTES) == sign
                        && from.get(ArrayData.LONG, at + 3 * Long.BYTES) == sign;
                if (!fits && !source.isNull(i)) {
                    context.bad(field, "the decimal has too many digits", source, i);
                }
                setDecimal(result.segment(), i, high, low);
            }
            return fixed(source, result, DECIMAL_BYTES);
        };
    }

    /// The array with other values of that width; nulls stay where they are.
    static ArrayData fixed(ArrayData source, Buf values, int width) {
        return new ArrayData(
                Layout.FIXED,
                width,
                source.length(),
                source.nullCount(),
                source.validity(),
                List.of(values),
                List.of());
    }

    /// The integer at a position of an array of 1, 2, 4 or 8 bytes per value; unsigned ones of 8 bytes come as
    /// they lie.
    static long integer(ArrayData array, int position, boolean signed) {
        MemorySegment from = array.memory(0);
        return switch (array.width()) {
            case Byte.BYTES -> {
                byte value = from.get(ValueLayout.JAVA_BYTE, position);
                yield signed ? value : Byte.toUnsignedLong(value);
            }
            case Short.BYTES -> {
                short value = from.get(ArrayData.SHORT, (long) position * Short.BYTES);
                yield signed ? value : Short.toUnsignedLong(value);
            }
            case Integer.BYTES -> {
                int value = from.get(ArrayData.INT, (long) position * Integer.BYTES);
                yield signed ? value : Integer.toUnsignedLong(value);
            }
            case Long.BYTES -> from.get(ArrayData.LONG, (long) position * Long.BYTES);
            default -> throw new IllegalStateException("not an array of integers: width=" + array.width());
        };
    }

    private static void setDecimal(MemorySegment to, int position, long high, long low) {
        to.set(ArrayData.LONG, (long) position * DECIMAL_BYTES, low);
        to.set(ArrayData.LONG, (long) position * DECIMAL_BYTES + Long.BYTES, high);
    }
}
