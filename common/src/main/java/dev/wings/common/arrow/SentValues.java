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
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.jspecify.annotations.Nullable;

/// Values that a producer sent, as text for people: numbers, texts and bytes as they are, times as the number
/// that they are of their unit.
final class SentValues {

    /// More bytes of a value are not read, since they are not shown.
    private static final int MAX_BYTES = 4 * RowFault.MAX_VALUE_LENGTH;

    private SentValues() {}

    /// The value at a position; null for null, and for values that are not made of bytes in a row.
    static @Nullable String text(ArrowType type, ArrayData array, int position) {
        if (array.isNull(position)) {
            return null;
        }
        return switch (array.layout()) {
            case FIXED -> fixed(type, array, position);
            case VARIABLE, LARGE_VARIABLE -> {
                long start = ArrayChecks.offset(array, position);
                yield bytes(type, array.memory(1), start, ArrayChecks.offset(array, position + 1) - start);
            }
            case VIEW -> {
                Views views = Views.of(array);
                yield bytes(type, views.memory(position), views.start(position), views.length(position));
            }
            case BITS -> Boolean.toString(Bits.isSet(array.memory(0), position));
            case NULL, STRUCT, LIST, LARGE_LIST, LIST_VIEW, LARGE_LIST_VIEW, FIXED_LIST -> null;
        };
    }

    private static @Nullable String fixed(ArrowType type, ArrayData array, int position) {
        MemorySegment value = array.memory(0).asSlice((long) position * array.width(), array.width());
        return switch (type) {
            case ArrowType.Int number -> integer(value, number.getIsSigned()).toString();
            case ArrowType.Decimal decimal -> new BigDecimal(integer(value, true), decimal.getScale()).toPlainString();
            case ArrowType.Date date ->
                integer(value, true) + " " + date.getUnit().name().toLowerCase(Locale.ROOT);
            case ArrowType.Time time -> integer(value, true) + " " + unit(time.getUnit());
            case ArrowType.Timestamp time -> integer(value, true) + " " + unit(time.getUnit());
            case ArrowType.FixedSizeBinary ignored -> bytes(type, value, 0, value.byteSize());
            default -> null;
        };
    }

    private static String unit(TimeUnit unit) {
        return switch (unit) {
            case SECOND -> "s";
            case MILLISECOND -> "ms";
            case MICROSECOND -> "us";
            case NANOSECOND -> "ns";
        };
    }

    /// @param value an integer of any width, its lowest byte first
    private static BigInteger integer(MemorySegment value, boolean signed) {
        int width = (int) value.byteSize();
        byte[] bytes = new byte[width];
        for (int i = 0; i < width; i++) {
            bytes[width - 1 - i] = value.get(ValueLayout.JAVA_BYTE, i);
        }
        return signed ? new BigInteger(bytes) : new BigInteger(1, bytes);
    }

    private static String bytes(ArrowType type, MemorySegment data, long start, long length) {
        byte[] bytes = data.asSlice(start, Math.min(length, MAX_BYTES)).toArray(ValueLayout.JAVA_BYTE);
        return switch (type) {
            case ArrowType.Utf8 ignored -> new String(bytes, StandardCharsets.UTF_8);
            case ArrowType.LargeUtf8 ignored -> new String(bytes, StandardCharsets.UTF_8);
            case ArrowType.Utf8View ignored -> new String(bytes, StandardCharsets.UTF_8);
            default -> "\\x" + HexFormat.of().formatHex(bytes);
        };
    }
}
