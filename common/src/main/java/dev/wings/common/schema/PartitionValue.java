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
package dev.wings.common.schema;

import dev.wings.common.error.WingsException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;

/// The canonical text of a partition key's value: the name of a partition. Equal values have equal texts and
/// different values different ones.
///
/// | type | text |
/// |---|---|
/// | boolean | `true`, `false` |
/// | int, long | decimal: `-17` |
/// | decimal | plain, with all digits of the scale: `10.50` |
/// | date | `2026-01-31` |
/// | time | `08:30:00`, `08:30:00.25`: the fraction has no zeros at its end |
/// | timestamp | `2026-01-31T08:30:00` |
/// | timestamptz | `2026-01-31T08:30:00Z` |
/// | string | itself; U+0000 is refused |
/// | uuid | `8-4-4-4-12` lower-case hexadecimal digits |
/// | binary, fixed | lower-case hexadecimal digits |
///
/// Years outside of 0000 to 9999 carry a sign, as ISO 8601 wants it.
public final class PartitionValue {

    /// The value of the only partition of a topic that has no partition key.
    public static final String NONE = "";

    /// The most bytes that a value has in UTF-8; longer values are refused.
    public static final int MAX_BYTES = 1024;

    private static final long MICROS_PER_SECOND = 1_000_000;

    private PartitionValue() {}

    /// The text of one cell of a column that has the canonical Arrow type of `type`. Fails with INVALID if the
    /// cell is null, or its text is too long or holds U+0000 (which PostgreSQL cannot store).
    public static String of(FieldType type, FieldVector column, int row) {
        if (column.isNull(row)) {
            throw WingsException.invalid("null in the partition key: field=\"" + column.getName() + "\", type=" + type
                    + ", " + RowNumber.text(row));
        }
        String text = switch (type) {
            case FieldType.Primitive primitive -> ofCell(primitive, column, row);
            case FieldType.Decimal ignored ->
                ((DecimalVector) column).getObject(row).toPlainString();
            case FieldType.Fixed ignored -> ofBytes(column, ((FixedSizeBinaryVector) column).get(row));
            case FieldType.Struct ignored -> throw notAKey(type);
            case FieldType.ListOf ignored -> throw notAKey(type);
            case FieldType.MapOf ignored -> throw notAKey(type);
        };
        if (!isLegal(text)) {
            throw WingsException.invalid(
                    text.indexOf('\0') >= 0
                            ? "the partition key's value holds U+0000: field=\"" + column.getName() + "\", "
                                    + RowNumber.text(row)
                            : tooLong(column));
        }
        return text;
    }

    /// The text of a literal of a query; empty if no row can have that value in a field of that type, so that
    /// no partition has it.
    ///
    /// `literal` is a `Boolean`, `Byte`, `Short`, `Integer`, `Long`, `BigDecimal`, `LocalDate`, `LocalTime`,
    /// `LocalDateTime` (timestamp), `Instant` (timestamptz), `String`, `UUID` or `byte[]`. Fails with
    /// `IllegalArgumentException` if it is of a class that does not go with the type.
    public static Optional<String> ofLiteral(FieldType type, Object literal) {
        return switch (type) {
            case FieldType.Primitive primitive -> ofLiteral(primitive, literal).filter(PartitionValue::isLegal);
            case FieldType.Decimal decimal -> ofDecimal(decimal, number(type, literal));
            case FieldType.Fixed fixed ->
                literal instanceof byte[] bytes
                        ? (bytes.length == fixed.length() ? hex(bytes) : Optional.empty())
                        : mismatch(type, literal);
            case FieldType.Struct ignored -> throw notAKey(type);
            case FieldType.ListOf ignored -> throw notAKey(type);
            case FieldType.MapOf ignored -> throw notAKey(type);
        };
    }

    /// Whether a partition can have this value: short enough, and storable.
    public static boolean isLegal(String value) {
        return value.length() <= MAX_BYTES
                && value.indexOf('\0') < 0
                && value.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES;
    }

    private static String ofCell(FieldType.Primitive type, FieldVector column, int row) {
        return switch (type) {
            case BOOLEAN -> ((BitVector) column).get(row) != 0 ? "true" : "false";
            case INT -> Integer.toString(((IntVector) column).get(row));
            case LONG -> Long.toString(((BigIntVector) column).get(row));
            case DATE -> LocalDate.ofEpochDay(((DateDayVector) column).get(row)).toString();
            case TIME -> ofTime(((TimeMicroVector) column).get(row));
            case TIMESTAMP -> ofTimestamp(((TimeStampVector) column).get(row));
            case TIMESTAMPTZ -> ofTimestamp(((TimeStampVector) column).get(row)) + "Z";
            case STRING -> {
                VarCharVector strings = (VarCharVector) column;
                checkLength(column, strings.getValueLength(row), MAX_BYTES);
                yield new String(strings.get(row), StandardCharsets.UTF_8);
            }
            case BINARY -> {
                VarBinaryVector binaries = (VarBinaryVector) column;
                checkLength(column, binaries.getValueLength(row), MAX_BYTES / 2);
                yield ofBytes(column, binaries.get(row));
            }
            case UUID -> {
                ByteBuffer bytes = ByteBuffer.wrap(((FixedSizeBinaryVector) column).get(row));
                yield new UUID(bytes.getLong(), bytes.getLong()).toString();
            }
            case FLOAT, DOUBLE -> throw notAKey(type);
        };
    }

    private static Optional<String> ofLiteral(FieldType.Primitive type, Object literal) {
        return switch (type) {
            case BOOLEAN -> literal instanceof Boolean value ? Optional.of(value.toString()) : mismatch(type, literal);
            case INT -> ofInteger(number(type, literal), Integer.MIN_VALUE, Integer.MAX_VALUE);
            case LONG -> ofInteger(number(type, literal), Long.MIN_VALUE, Long.MAX_VALUE);
            case DATE -> literal instanceof LocalDate value ? Optional.of(value.toString()) : mismatch(type, literal);
            case TIME ->
                literal instanceof LocalTime value
                        ? (value.toNanoOfDay() % 1000 == 0
                                ? Optional.of(ofTime(value.toNanoOfDay() / 1000))
                                : Optional.empty())
                        : mismatch(type, literal);
            case TIMESTAMP ->
                literal instanceof LocalDateTime value
                        ? micros(value.toInstant(ZoneOffset.UTC)).map(PartitionValue::ofTimestamp)
                        : mismatch(type, literal);
            case TIMESTAMPTZ ->
                literal instanceof Instant value
                        ? micros(value).map(micros -> ofTimestamp(micros) + "Z")
                        : mismatch(type, literal);
            case STRING -> literal instanceof String value ? Optional.of(value) : mismatch(type, literal);
            case BINARY -> literal instanceof byte[] value ? hex(value) : mismatch(type, literal);
            case UUID -> literal instanceof UUID value ? Optional.of(value.toString()) : mismatch(type, literal);
            case FLOAT, DOUBLE -> throw notAKey(type);
        };
    }

    private static BigDecimal number(FieldType type, Object literal) {
        return switch (literal) {
            case BigDecimal value -> value;
            case Byte value -> BigDecimal.valueOf(value);
            case Short value -> BigDecimal.valueOf(value);
            case Integer value -> BigDecimal.valueOf(value);
            case Long value -> BigDecimal.valueOf(value);
            default -> throw mismatched(type, literal);
        };
    }

    private static Optional<String> ofInteger(BigDecimal value, long min, long max) {
        // The number is compared before it is printed: 1e999999999 is a legal BigDecimal.
        boolean inRange =
                value.compareTo(BigDecimal.valueOf(min)) >= 0 && value.compareTo(BigDecimal.valueOf(max)) <= 0;
        if (!inRange || value.stripTrailingZeros().scale() > 0) {
            return Optional.empty();
        }
        return Optional.of(Long.toString(value.longValueExact()));
    }

    private static Optional<String> ofDecimal(FieldType.Decimal type, BigDecimal value) {
        BigDecimal bare = value.stripTrailingZeros();
        if (bare.scale() > type.scale() || (long) bare.precision() - bare.scale() > type.precision() - type.scale()) {
            return Optional.empty();
        }
        return Optional.of(bare.setScale(type.scale()).toPlainString());
    }

    /// A time of day, in microseconds, as SQL casts it to text; texts have the order of the times.
    public static String ofTime(long micros) {
        StringBuilder text = new StringBuilder(15);
        appendTime(text, micros);
        return text.toString();
    }

    private static String ofTimestamp(long micros) {
        long microsPerDay = 86_400 * MICROS_PER_SECOND;
        StringBuilder text = new StringBuilder(27);
        text.append(LocalDate.ofEpochDay(Math.floorDiv(micros, microsPerDay))).append('T');
        appendTime(text, Math.floorMod(micros, microsPerDay));
        return text.toString();
    }

    private static void appendTime(StringBuilder text, long microsOfDay) {
        LocalTime time = LocalTime.ofNanoOfDay(microsOfDay * 1000);
        appendDigits(text, time.getHour(), 2);
        appendDigits(text.append(':'), time.getMinute(), 2);
        appendDigits(text.append(':'), time.getSecond(), 2);
        int micros = time.getNano() / 1000;
        if (micros != 0) {
            appendDigits(text.append('.'), micros, 6);
            while (text.charAt(text.length() - 1) == '0') {
                text.setLength(text.length() - 1);
            }
        }
    }

    private static void appendDigits(StringBuilder text, int value, int width) {
        String digits = Integer.toString(value);
        text.repeat('0', width - digits.length()).append(digits);
    }

    private static Optional<Long> micros(Instant instant) {
        if (!instant.truncatedTo(ChronoUnit.MICROS).equals(instant)) {
            return Optional.empty();
        }
        long seconds = instant.getEpochSecond();
        long microsOfSecond = instant.getNano() / 1000;
        try {
            // Away from zero last: else the smallest of all would overflow on the way.
            return Optional.of(
                    seconds < 0
                            ? Math.addExact(
                                    Math.multiplyExact(seconds + 1, MICROS_PER_SECOND),
                                    microsOfSecond - MICROS_PER_SECOND)
                            : Math.addExact(Math.multiplyExact(seconds, MICROS_PER_SECOND), microsOfSecond));
        } catch (ArithmeticException e) {
            return Optional.empty();
        }
    }

    private static String ofBytes(FieldVector column, byte[] bytes) {
        checkLength(column, bytes.length, MAX_BYTES / 2);
        return HexFormat.of().formatHex(bytes);
    }

    private static Optional<String> hex(byte[] bytes) {
        return bytes.length <= MAX_BYTES / 2 ? Optional.of(HexFormat.of().formatHex(bytes)) : Optional.empty();
    }

    private static void checkLength(FieldVector column, int length, int limit) {
        if (length > limit) {
            throw WingsException.invalid(tooLong(column));
        }
    }

    private static String tooLong(FieldVector column) {
        return "the partition key's value is too long: field=\"" + column.getName() + "\", limit=" + MAX_BYTES
                + " bytes of text";
    }

    private static Optional<String> mismatch(FieldType type, Object literal) {
        throw mismatched(type, literal);
    }

    private static IllegalArgumentException mismatched(FieldType type, Object literal) {
        return new IllegalArgumentException("the literal does not go with the type: type=" + type + ", class="
                + literal.getClass().getName());
    }

    private static IllegalArgumentException notAKey(FieldType type) {
        return new IllegalArgumentException("not the type of a partition key: " + type);
    }
}
