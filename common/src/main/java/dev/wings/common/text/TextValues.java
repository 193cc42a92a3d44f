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
package dev.wings.common.text;

import dev.wings.common.schema.FieldType;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;

/// How text becomes a value of each simple type: exactly, or not at all.
///
/// | type | text |
/// |---|---|
/// | boolean | `true` or `false`, in any case |
/// | int, long, decimal(p, s) | a decimal number, also with an exponent, that the type holds to its last digit: `1.0`
/// is a long, `1.5` is not |
/// | float, double | a decimal number that the type holds to its last digit (see [Digits]); `nan`, `inf`, `infinity` |
/// | date | `2001-02-03` |
/// | time | `04:05`, `04:05:06`, `04:05:06.123456` |
/// | timestamp | a date, or a date and a time with a blank or `T` between them; no time zone |
/// | timestamptz | a timestamp, and `Z`, `UTC`, `+01`, `+01:00` or `+0100`; without them it is UTC |
/// | string | any |
/// | binary, fixed(n) | `\x` and hex digits |
/// | uuid | `123e4567-e89b-12d3-a456-426614174000` |
///
/// Blanks around the text do not count, except in a string. Methods fail with [IllegalArgumentException] for text
/// that is no value of the type.
public final class TextValues {

    /// Puts the value of a text into a vector.
    @FunctionalInterface
    public interface Writer {
        void write(int index, String text);
    }

    /// The most digits of a number, which is more than any needs: longer ones take time that grows with their
    /// square.
    private static final int MAX_NUMBER_LENGTH = 1000;

    private static final int LONG_DIGITS = 19;
    private static final int MICRO_DIGITS = 6;
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND;

    private static final int UUID_LENGTH = "123e4567-e89b-12d3-a456-426614174000".length();
    private static final String UTC = "UTC";
    private static final int DATE_LENGTH = "2001-02-03".length();
    private static final int MINUTE_LENGTH = "04:05".length();
    private static final int SECOND_LENGTH = "04:05:06".length();

    private TextValues() {}

    /// What a message says that a text of the type looks like.
    public static String expected(FieldType type) {
        return switch (type) {
            case FieldType.Primitive.DATE -> "date as 2001-02-03";
            case FieldType.Primitive.TIME -> "time as 04:05:06.123456";
            case FieldType.Primitive.TIMESTAMP -> "timestamp as 2001-02-03 04:05:06.123456";
            case FieldType.Primitive.TIMESTAMPTZ -> "timestamptz as 2001-02-03 04:05:06.123456Z";
            case FieldType.Primitive.BINARY -> "binary as \\x and hex digits";
            case FieldType.Fixed fixed -> fixed + " as \\x and hex digits";
            default -> type.toString();
        };
    }

    /// The writer of values of a simple type into its canonical vector.
    ///
    /// @param onLoss what it does with a number or a point in time of more digits than the type has
    public static Writer writer(FieldType type, FieldVector vector, OnLoss onLoss) {
        Writer writer = exactWriter(type, vector, onLoss);
        if (onLoss != OnLoss.NULL) {
            return writer;
        }
        return (index, text) -> {
            try {
                writer.write(index, text);
            } catch (LossException e) {
                vector.setNull(index);
            }
        };
    }

    private static Writer exactWriter(FieldType type, FieldVector vector, OnLoss onLoss) {
        return switch (type) {
            case FieldType.Primitive primitive -> writer(primitive, vector, onLoss);
            case FieldType.Decimal decimal -> {
                DecimalVector decimals = (DecimalVector) vector;
                yield (index, text) ->
                        decimals.setSafe(index, exact(text.strip(), decimal.precision(), decimal.scale(), onLoss));
            }
            case FieldType.Fixed fixed -> {
                FixedSizeBinaryVector binaries = (FixedSizeBinaryVector) vector;
                yield (index, text) -> binaries.setSafe(index, checkLength(binary(text.strip()), fixed.length()));
            }
            case FieldType.Struct nested -> throw new IllegalStateException("not a simple type: " + nested);
            case FieldType.ListOf nested -> throw new IllegalStateException("not a simple type: " + nested);
            case FieldType.MapOf nested -> throw new IllegalStateException("not a simple type: " + nested);
        };
    }

    private static Writer writer(FieldType.Primitive type, FieldVector vector, OnLoss onLoss) {
        return switch (type) {
            case BOOLEAN -> {
                BitVector booleans = (BitVector) vector;
                yield (index, text) -> booleans.setSafe(index, bool(text.strip()) ? 1 : 0);
            }
            case INT -> {
                IntVector ints = (IntVector) vector;
                yield (index, text) -> ints.setSafe(index, checkInt(integer(text.strip(), onLoss)));
            }
            case LONG -> {
                BigIntVector longs = (BigIntVector) vector;
                yield (index, text) -> longs.setSafe(index, integer(text.strip(), onLoss));
            }
            case FLOAT -> {
                Float4Vector floats = (Float4Vector) vector;
                yield (index, text) -> floats.setSafe(index, float32(text.strip(), onLoss));
            }
            case DOUBLE -> {
                Float8Vector doubles = (Float8Vector) vector;
                yield (index, text) -> doubles.setSafe(index, float64(text.strip(), onLoss));
            }
            case DATE -> {
                DateDayVector dates = (DateDayVector) vector;
                yield (index, text) ->
                        dates.setSafe(index, (int) date(text.strip()).toEpochDay());
            }
            case TIME -> {
                TimeMicroVector times = (TimeMicroVector) vector;
                yield (index, text) -> times.setSafe(index, time(text.strip(), onLoss));
            }
            case TIMESTAMP -> {
                TimeStampMicroVector timestamps = (TimeStampMicroVector) vector;
                yield (index, text) -> timestamps.setSafe(index, timestamp(text.strip(), onLoss));
            }
            case TIMESTAMPTZ -> {
                TimeStampMicroTZVector instants = (TimeStampMicroTZVector) vector;
                yield (index, text) -> instants.setSafe(index, timestamptz(text.strip(), onLoss));
            }
            case STRING -> {
                VarCharVector strings = (VarCharVector) vector;
                yield (index, text) -> strings.setSafe(index, utf8(text));
            }
            case BINARY -> {
                VarBinaryVector binaries = (VarBinaryVector) vector;
                yield (index, text) -> binaries.setSafe(index, binary(text.strip()));
            }
            case UUID -> {
                FixedSizeBinaryVector uuids = (FixedSizeBinaryVector) vector;
                yield (index, text) -> uuids.setSafe(index, uuid(text.strip()));
            }
        };
    }

    public static boolean bool(String text) {
        if (text.equalsIgnoreCase("true")) {
            return true;
        }
        if (text.equalsIgnoreCase("false")) {
            return false;
        }
        throw mismatch();
    }

    public static long integer(String text, OnLoss onLoss) {
        int digits = text.startsWith("-") ? text.length() - 1 : text.length();
        if (digits > 0 && digits < LONG_DIGITS && isDigits(text, text.length() - digits)) {
            return Long.parseLong(text);
        }
        BigDecimal number = exact(text, LONG_DIGITS, 0, onLoss);
        try {
            return number.longValueExact();
        } catch (ArithmeticException e) {
            throw new LossException("beyond the range");
        }
    }

    /// The number with that scale, if it needs neither more digits than `precision` nor more behind the point.
    static BigDecimal exact(String text, int precision, int scale, OnLoss onLoss) {
        return Digits.decimal(number(text), precision, scale, onLoss, RoundingMode.DOWN);
    }

    static float float32(String text, OnLoss onLoss) {
        return endsWithLetter(text) ? (float) notFinite(text) : signed(text, Digits.float32(number(text), onLoss));
    }

    public static double float64(String text, OnLoss onLoss) {
        return endsWithLetter(text) ? notFinite(text) : signed(text, Digits.float64(number(text), onLoss));
    }

    /// The number with its sign: minus zero is a number of its own only as a `float` or `double`.
    private static float signed(String text, float number) {
        return number == 0 && text.startsWith("-") ? -0.0f : number;
    }

    private static double signed(String text, double number) {
        return number == 0 && text.startsWith("-") ? -0.0 : number;
    }

    public static BigDecimal number(String text) {
        return new BigDecimal(checkNumber(text));
    }

    public static LocalDate date(String text) {
        check(text.length() == DATE_LENGTH && text.charAt(4) == '-' && text.charAt(7) == '-');
        int month = digits(text, 5, 7);
        int day = digits(text, 8, 10);
        check(month >= 1 && month <= 12 && day >= 1);
        LocalDate first = LocalDate.of(digits(text, 0, 4), month, 1);
        check(day <= first.lengthOfMonth());
        return first.withDayOfMonth(day);
    }

    /// Microseconds since midnight.
    public static long time(String text, OnLoss onLoss) {
        int length = text.length();
        check(length >= MINUTE_LENGTH && text.charAt(2) == ':');
        check(length == MINUTE_LENGTH || (length >= SECOND_LENGTH && text.charAt(5) == ':'));
        check(length <= SECOND_LENGTH || (length > SECOND_LENGTH + 1 && text.charAt(8) == '.'));
        int hour = digits(text, 0, 2);
        int minute = digits(text, 3, 5);
        int second = length == MINUTE_LENGTH ? 0 : digits(text, 6, 8);
        check(hour <= 23 && minute <= 59 && second <= 59);
        return (hour * 3600L + minute * 60L + second) * MICROS_PER_SECOND + fraction(text, SECOND_LENGTH + 1, onLoss);
    }

    /// The microseconds that the digits from `start` are, of which those beyond the sixth must be zeros.
    private static long fraction(String text, int start, OnLoss onLoss) {
        long micros = 0;
        boolean lost = false;
        int end = Math.max(text.length(), start + MICRO_DIGITS);
        for (int i = start; i < end; i++) {
            int digit = i < text.length() ? digits(text, i, i + 1) : 0;
            if (i < start + MICRO_DIGITS) {
                micros = micros * 10 + digit;
            } else if (digit != 0 && onLoss != OnLoss.TRUNCATE) {
                lost = true;
            }
        }
        if (lost) {
            throw new LossException("more than six digits of a second");
        }
        return micros;
    }

    /// Microseconds since 1970 on the same clock.
    public static long timestamp(String text, OnLoss onLoss) {
        if (text.length() <= DATE_LENGTH) {
            return micros(date(text), 0);
        }
        char separator = text.charAt(DATE_LENGTH);
        check(separator == ' ' || separator == 'T' || separator == 't');
        return micros(date(text.substring(0, DATE_LENGTH)), time(text.substring(DATE_LENGTH + 1), onLoss));
    }

    /// Microseconds since 1970 UTC.
    public static long timestamptz(String text, OnLoss onLoss) {
        int zone = zone(text);
        if (zone < 0) {
            return timestamp(text, onLoss);
        }
        return timestamp(text.substring(0, zone).stripTrailing(), onLoss)
                - offsetSeconds(text.substring(zone)) * MICROS_PER_SECOND;
    }

    /// Where the time zone starts; -1 if there is none.
    public static int zone(String text) {
        int utc = text.length() - UTC.length();
        if (utc > DATE_LENGTH && text.regionMatches(true, utc, UTC, 0, UTC.length())) {
            return utc;
        }
        for (int i = text.length() - 1; i > DATE_LENGTH; i--) {
            char c = text.charAt(i);
            if (c == '+' || c == '-' || c == 'Z' || c == 'z') {
                return i;
            }
        }
        return -1;
    }

    private static long offsetSeconds(String zone) {
        if (zone.equalsIgnoreCase("z") || zone.equalsIgnoreCase(UTC)) {
            return 0;
        }
        int length = zone.length();
        check(length == 3 || length == 5 || (length == 6 && zone.charAt(3) == ':'));
        int hours = digits(zone, 1, 3);
        int minutes = length == 3 ? 0 : digits(zone, length - 2, length);
        check(hours <= 18 && minutes <= 59);
        return (zone.startsWith("-") ? -1 : 1) * (hours * 3600L + minutes * 60L);
    }

    private static long micros(LocalDate date, long microsOfDay) {
        return date.toEpochDay() * MICROS_PER_DAY + microsOfDay;
    }

    private static byte[] utf8(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        // JSON can escape half of a pair, which has no bytes and would become a question mark
        if (!new String(bytes, StandardCharsets.UTF_8).equals(text)) {
            throw mismatch();
        }
        return bytes;
    }

    private static byte[] binary(String text) {
        if (!text.startsWith("\\x")) {
            throw mismatch();
        }
        return HexFormat.of().parseHex(text, 2, text.length());
    }

    private static byte[] uuid(String text) {
        check(text.length() == UUID_LENGTH);
        for (int i = 0; i < UUID_LENGTH; i++) {
            char c = text.charAt(i);
            boolean hyphen = i == 8 || i == 13 || i == 18 || i == 23;
            check(hyphen ? c == '-' : HexFormat.isHexDigit(c));
        }
        UUID uuid = UUID.fromString(text);
        return ByteBuffer.allocate(16)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array();
    }

    private static int checkInt(long number) {
        if (number != (int) number) {
            throw new LossException("beyond the range");
        }
        return (int) number;
    }

    private static byte[] checkLength(byte[] bytes, int length) {
        check(bytes.length == length);
        return bytes;
    }

    private static String checkNumber(String text) {
        check(text.length() <= MAX_NUMBER_LENGTH);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            check((c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E');
        }
        return text;
    }

    private static int digits(String text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            check(c >= '0' && c <= '9');
            number = number * 10 + c - '0';
        }
        return number;
    }

    private static boolean isDigits(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    private static boolean endsWithLetter(String text) {
        return !text.isEmpty() && Character.isLetter(text.charAt(text.length() - 1));
    }

    private static double notFinite(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "nan" -> Double.NaN;
            case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
            case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
            default -> throw mismatch();
        };
    }

    private static void check(boolean fits) {
        if (!fits) {
            throw mismatch();
        }
    }

    private static IllegalArgumentException mismatch() {
        return new IllegalArgumentException("not a value of the type");
    }
}
