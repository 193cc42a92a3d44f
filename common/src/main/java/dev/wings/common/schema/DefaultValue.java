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
import dev.wings.common.schema.FieldType.Primitive;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;

/// A value that a column has where a row says nothing of it: a constant of the column's type.
///
/// The text is canonical, so that equal values have equal texts. It is what [PartitionValue] has for a type,
/// with these differences: binary and fixed begin with `\x`, float and double have the fewest digits that tell
/// them from their neighbours.
///
/// @param text canonical, as [#parse] gives it
public record DefaultValue(FieldType type, String text) {

    /// The most characters of a text.
    public static final int MAX_LENGTH = 1024;

    /// The most digits of a number that is read, which is more than any type has; it bounds what reading takes.
    private static final int MAX_NUMBER_LENGTH = 400;

    private static final int DECIMAL_BYTES = 16;

    private static final String HEX = "\\x";

    /// Reads the text of a value, which the type has to hold to its last digit. Fails with INVALID, which says
    /// how a text of the type looks.
    public static DefaultValue parse(FieldType type, String text) {
        if (text.length() > MAX_LENGTH) {
            throw WingsException.invalid("the default is too long: length=" + text.length() + ", limit=" + MAX_LENGTH);
        }
        try {
            return new DefaultValue(type, canonical(type, text));
        } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
            throw mismatch(type, text, e);
        }
    }

    /// Fails with INVALID if columns of this type have no defaults.
    static void checkType(FieldType type) {
        if (!type.children().isEmpty()) {
            throw WingsException.invalid("a column of this type has no default, only those of simple types have: type="
                    + TopicField.printable(type.toString()));
        }
    }

    private static WingsException mismatch(FieldType type, String text, RuntimeException cause) {
        return new WingsException(
                dev.wings.common.error.ErrorKind.INVALID,
                "the default is no value of the type: expected=" + expected(type) + ", found=\""
                        + TopicField.printable(text) + "\"",
                cause);
    }

    private static String expected(FieldType type) {
        return switch (type) {
            case Primitive.DATE -> "a date as 2001-02-03";
            case Primitive.TIME -> "a time as 04:05:06.123456";
            case Primitive.TIMESTAMP -> "a timestamp as 2001-02-03 04:05:06.123456, without a time zone";
            case Primitive.TIMESTAMPTZ -> "a timestamp with its time zone as 2001-02-03 04:05:06.123456Z";
            case Primitive.BINARY -> "binary as \\x and hex digits";
            case FieldType.Fixed fixed -> fixed + " as \\x and hex digits";
            case Primitive.FLOAT, Primitive.DOUBLE -> "a finite " + type + " to its last digit";
            default -> type + (type instanceof FieldType.Decimal || type != Primitive.STRING ? ", exactly" : "");
        };
    }

    private static String canonical(FieldType type, String text) {
        return switch (type) {
            case Primitive primitive -> canonical(primitive, text);
            case FieldType.Decimal decimal -> {
                BigDecimal number = number(text).setScale(decimal.scale());
                check(number.precision() <= decimal.precision());
                yield number.toPlainString();
            }
            case FieldType.Fixed fixed -> {
                byte[] bytes = bytes(text);
                check(bytes.length == fixed.length());
                yield hex(bytes);
            }
            case FieldType.Struct ignored -> throw new IllegalStateException("no default: " + type);
            case FieldType.ListOf ignored -> throw new IllegalStateException("no default: " + type);
            case FieldType.MapOf ignored -> throw new IllegalStateException("no default: " + type);
        };
    }

    private static String canonical(Primitive type, String text) {
        String bare = text.strip();
        return switch (type) {
            case BOOLEAN -> {
                String lower = bare.toLowerCase(Locale.ROOT);
                check(lower.equals("true") || lower.equals("false"));
                yield lower;
            }
            case INT -> Integer.toString(number(bare).intValueExact());
            case LONG -> Long.toString(number(bare).longValueExact());
            case FLOAT -> {
                BigDecimal number = number(bare);
                float value = Float.parseFloat(bare);
                check(Float.isFinite(value));
                check(number.compareTo(new BigDecimal(Float.toString(value))) == 0
                        || number.compareTo(new BigDecimal(value)) == 0);
                yield Float.toString(value);
            }
            case DOUBLE -> {
                BigDecimal number = number(bare);
                double value = Double.parseDouble(bare);
                check(Double.isFinite(value));
                check(number.compareTo(BigDecimal.valueOf(value)) == 0 || number.compareTo(new BigDecimal(value)) == 0);
                yield Double.toString(value);
            }
            case DATE -> date(LocalDate.parse(bare)).toString();
            case TIME -> PartitionValue.ofTime(micros(LocalTime.parse(bare)));
            case TIMESTAMP -> {
                int blank = LENGTH_OF_DATE;
                boolean timed = bare.length() > blank;
                check(!timed || bare.charAt(blank) == ' ' || bare.charAt(blank) == 'T');
                LocalDate date = date(LocalDate.parse(timed ? bare.substring(0, blank) : bare));
                LocalTime time = timed ? LocalTime.parse(bare.substring(blank + 1)) : LocalTime.MIDNIGHT;
                yield date + "T" + PartitionValue.ofTime(micros(time));
            }
            case TIMESTAMPTZ -> instant(bare);
            case STRING -> {
                byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
                // half of a pair has no bytes; U+0000 cannot stand in SQL
                check(new String(utf8, StandardCharsets.UTF_8).equals(text) && text.indexOf('\0') < 0);
                yield text;
            }
            case BINARY -> hex(bytes(bare));
            case UUID -> {
                UUID uuid = UUID.fromString(bare);
                check(uuid.toString().equalsIgnoreCase(bare));
                yield uuid.toString();
            }
        };
    }

    private static final int LENGTH_OF_DATE = "2001-02-03".length();

    private static String instant(String text) {
        check(text.length() > LENGTH_OF_DATE + 1);
        char separator = text.charAt(LENGTH_OF_DATE);
        check(separator == ' ' || separator == 'T');
        String time = text.substring(LENGTH_OF_DATE + 1)
                .replaceFirst("(?i)\\s*UTC$", "Z")
                .replaceFirst("([+-]\\d\\d)$", "$1:00")
                .replaceFirst("([+-]\\d\\d)(\\d\\d)$", "$1:$2")
                .replaceFirst("\\s+(?=[+-])", "");
        OffsetDateTime utc = OffsetDateTime.parse(text.substring(0, LENGTH_OF_DATE) + "T" + time)
                .withOffsetSameInstant(ZoneOffset.UTC);
        return date(utc.toLocalDate()) + "T" + PartitionValue.ofTime(micros(utc.toLocalTime())) + "Z";
    }

    private static BigDecimal number(String text) {
        String bare = text.strip();
        check(bare.length() <= MAX_NUMBER_LENGTH);
        BigDecimal number = new BigDecimal(bare);
        // 1e999999999 is a legal BigDecimal, and takes as many digits as an integer
        check(Math.abs((long) number.scale()) <= MAX_NUMBER_LENGTH);
        return number;
    }

    private static LocalDate date(LocalDate date) {
        check(date.toEpochDay() >= TimeRange.MIN_DAY && date.toEpochDay() <= TimeRange.MAX_DAY);
        return date;
    }

    private static long micros(LocalTime time) {
        check(time.toNanoOfDay() % 1000 == 0);
        return time.toNanoOfDay() / 1000;
    }

    private static byte[] bytes(String text) {
        check(text.startsWith(HEX));
        return HexFormat.of().parseHex(text, HEX.length(), text.length());
    }

    private static String hex(byte[] bytes) {
        return HEX + HexFormat.of().formatHex(bytes);
    }

    private static void check(boolean fits) {
        if (!fits) {
            throw new IllegalArgumentException("not a value of the type");
        }
    }

    /// The same value in a wider type, as rows that have the value stored have it there.
    DefaultValue widened(FieldType wider) {
        return type == Primitive.FLOAT && wider == Primitive.DOUBLE
                ? new DefaultValue(wider, Double.toString(Float.parseFloat(text)))
                : new DefaultValue(wider, text);
    }

    /// The value as a table has it that keeps times as something else.
    ///
    /// @param kept the type there
    public DefaultValue kept(FieldType kept) {
        if (kept.equals(type)) {
            return this;
        }
        return switch (kept) {
            case Primitive.LONG -> new DefaultValue(kept, Long.toString(number()));
            case Primitive.STRING -> new DefaultValue(kept, text);
            default -> throw new IllegalStateException("no table keeps this type so: type=" + type + ", kept=" + kept);
        };
    }

    /// A boolean as 0 or 1, an integer, days, or microseconds, as Arrow has them.
    private long number() {
        return switch ((Primitive) type) {
            case BOOLEAN -> text.equals("true") ? 1 : 0;
            case INT, LONG -> Long.parseLong(text);
            case FLOAT -> Float.floatToRawIntBits(Float.parseFloat(text));
            case DOUBLE -> Double.doubleToRawLongBits(Double.parseDouble(text));
            case DATE -> LocalDate.parse(text).toEpochDay();
            case TIME -> micros(LocalTime.parse(text));
            case TIMESTAMP -> epochMicros(text);
            case TIMESTAMPTZ -> epochMicros(text.substring(0, text.length() - 1));
            case STRING, BINARY, UUID -> throw new IllegalStateException("not a number: " + type);
        };
    }

    private static long epochMicros(String text) {
        return LocalDate.parse(text.substring(0, LENGTH_OF_DATE)).toEpochDay() * TimeRange.MICROS_PER_DAY
                + micros(LocalTime.parse(text.substring(LENGTH_OF_DATE + 1)));
    }

    /// The bytes of the value as Arrow has them in the canonical vector of the type: little-endian, the bytes
    /// of a text or a binary, and for a boolean a byte that is 0 or 1.
    public byte[] arrowBytes() {
        return switch (type) {
            case Primitive primitive ->
                switch (primitive) {
                    case BOOLEAN -> new byte[] {(byte) number()};
                    case INT, FLOAT, DATE ->
                        ByteBuffer.allocate(Integer.BYTES)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putInt((int) number())
                                .array();
                    case LONG, DOUBLE, TIME, TIMESTAMP, TIMESTAMPTZ ->
                        ByteBuffer.allocate(Long.BYTES)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putLong(number())
                                .array();
                    case STRING -> text.getBytes(StandardCharsets.UTF_8);
                    case BINARY -> bytes(text);
                    case UUID -> {
                        UUID uuid = UUID.fromString(text);
                        yield ByteBuffer.allocate(2 * Long.BYTES)
                                .putLong(uuid.getMostSignificantBits())
                                .putLong(uuid.getLeastSignificantBits())
                                .array();
                    }
                };
            case FieldType.Decimal ignored -> {
                BigInteger unscaled = new BigDecimal(text).unscaledValue();
                byte[] bytes = new byte[DECIMAL_BYTES];
                byte[] found = unscaled.toByteArray();
                for (int i = 0; i < DECIMAL_BYTES; i++) {
                    int from = found.length - 1 - i;
                    bytes[i] = from >= 0 ? found[from] : (byte) (unscaled.signum() < 0 ? -1 : 0);
                }
                yield bytes;
            }
            case FieldType.Fixed ignored -> bytes(text);
            default -> throw new IllegalStateException("no default: " + type);
        };
    }

    /// The value as it stands in SQL: a number, `true`, or a text in quotes.
    public String sql() {
        boolean bare = switch (type) {
            case FieldType.Decimal ignored -> true;
            case Primitive primitive ->
                switch (primitive) {
                    case BOOLEAN, INT, LONG, FLOAT, DOUBLE -> true;
                    default -> false;
                };
            default -> false;
        };
        return bare ? text : "'" + text.replace("'", "''") + "'";
    }

    /// The text from which DuckDB makes the value by a cast to the type.
    public String duckDbText() {
        if (!text.startsWith(HEX) || type == Primitive.STRING) {
            return text;
        }
        StringBuilder escaped = new StringBuilder();
        for (int i = HEX.length(); i < text.length(); i += 2) {
            escaped.append(HEX).append(text, i, i + 2);
        }
        return escaped.toString();
    }
}
