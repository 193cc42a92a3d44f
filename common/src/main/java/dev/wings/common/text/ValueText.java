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

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Values (see [PlainValues]) as text and as JSON.
public final class ValueText {

    private static final JsonFactory FACTORY = new JsonFactory();
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .appendPattern("HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .toFormatter();
    private static final double PLAIN_FROM = 1e-5;
    private static final double PLAIN_TO = 1e15;

    private ValueText() {}

    /// The value as SQL users write it; null is empty, values inside lists, structs and maps are JSON.
    public static String of(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case BigDecimal number -> number.toPlainString();
            case Float number -> decimal(number, Float.toString(number));
            case Double number -> decimal(number, Double.toString(number));
            case LocalTime time -> TIME.format(time);
            case LocalDateTime time -> time.toLocalDate() + " " + TIME.format(time);
            case OffsetDateTime time -> of(time.toLocalDateTime()) + time.getOffset();
            case List<?> list -> json(list);
            case Map<?, ?> map -> json(map);
            default -> value.toString();
        };
    }

    /// As [#of(Object)]; a point in time has at least so many digits of a second.
    public static String of(@Nullable Object value, int digits) {
        String text = of(value);
        int missing = digits - secondDigits(value);
        if (missing <= 0 || secondDigits(value) < 0) {
            return text;
        }
        String offset = value instanceof OffsetDateTime time ? time.getOffset().toString() : "";
        String bare = text.substring(0, text.length() - offset.length());
        return bare + (missing == digits ? "." : "") + "0".repeat(missing) + offset;
    }

    /// How many digits of a second the text of the value has; -1 if it is no point in time.
    public static int secondDigits(@Nullable Object value) {
        int nanos = switch (value) {
            case LocalTime time -> nanos(time);
            case LocalDateTime time -> nanos(time);
            case OffsetDateTime time -> nanos(time);
            case null, default -> -1;
        };
        int digits = nanos < 0 ? -1 : 9;
        for (int rest = nanos; digits > 0 && rest % 10 == 0; rest /= 10) {
            digits--;
        }
        return digits;
    }

    private static int nanos(TemporalAccessor time) {
        return time.get(ChronoField.NANO_OF_SECOND);
    }

    /// The value as a field of CSV: null is nothing, empty text is in quotes, as is what has a comma, a quote
    /// or the end of a line in it.
    public static String csv(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        String text = of(value);
        boolean quote = text.isEmpty() || text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return quote ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }

    /// Appends the value to JSON. Numbers that JSON has no form for are strings.
    public static void write(JsonGenerator json, @Nullable Object value) throws IOException {
        write(json, value, false);
    }

    /// As [#write(JsonGenerator,Object)].
    ///
    /// @param numbersAsText whether numbers are strings that a double may not hold: integers of 64 bits and
    ///     more, and decimals
    public static void write(JsonGenerator json, @Nullable Object value, boolean numbersAsText) throws IOException {
        switch (value) {
            case null -> json.writeNull();
            case Boolean bool -> json.writeBoolean(bool);
            case Integer number -> json.writeNumber(number);
            case Short number -> json.writeNumber(number);
            case Byte number -> json.writeNumber(number);
            case Long number when numbersAsText -> json.writeString(number.toString());
            case Long number -> json.writeNumber(number);
            case BigInteger number when numbersAsText -> json.writeString(number.toString());
            case BigInteger number -> json.writeNumber(number);
            case BigDecimal number when numbersAsText -> json.writeString(number.toPlainString());
            case BigDecimal number -> json.writeNumber(number.toPlainString());
            case Float number when Float.isFinite(number) -> json.writeNumber(number);
            case Double number when Double.isFinite(number) -> json.writeNumber(number);
            case LocalDateTime time -> json.writeString(time.toLocalDate() + "T" + TIME.format(time));
            case OffsetDateTime time ->
                json.writeString(time.toLocalDate() + "T" + TIME.format(time) + time.getOffset());
            case List<?> list -> {
                json.writeStartArray();
                for (Object element : list) {
                    write(json, element, numbersAsText);
                }
                json.writeEndArray();
            }
            case Map<?, ?> map -> {
                json.writeStartObject();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    json.writeFieldName(String.valueOf(entry.getKey()));
                    write(json, entry.getValue(), numbersAsText);
                }
                json.writeEndObject();
            }
            default -> json.writeString(of(value));
        }
    }

    private static String json(Object value) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            write(json, value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /// The shortest digits that give the number again, without an exponent for numbers of a common size.
    private static String decimal(double number, String digits) {
        double size = Math.abs(number);
        return digits.indexOf('E') >= 0 && size >= PLAIN_FROM && size < PLAIN_TO
                ? new BigDecimal(digits).toPlainString()
                : digits;
    }
}
