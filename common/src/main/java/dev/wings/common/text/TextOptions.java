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
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How text is read where they are not what is expected of them.
///
/// @param nulls texts that are nulls, in CSV unless they stand in quotes
/// @param delimiter stands between CSV's fields; guessed if empty
/// @param quote stands around CSV's fields; [#NO_QUOTE] for none
/// @param escapes whether backslashes escape in CSV's fields, between which are tabs: as `wings sql -o tsv` writes them
/// @param header whether the first line of CSV names the columns
/// @param names the names of CSV's columns, instead of those of the first line; none if empty
/// @param types the types of a new topic's fields, as a schema in text, instead of what is guessed
/// @param skip so many lines at the start of CSV are left out
/// @param comment lines of CSV that start with it are left out
/// @param decimal what stands before the digits behind the point
/// @param thousands what may stand between groups of three digits of numbers
/// @param dateFormats formats of dates and times, beside those of ISO 8601
/// @param skipBadLines whether lines that cannot be taken are left out
/// @param advice what messages add
public record TextOptions(
        Set<String> nulls,
        Optional<Character> delimiter,
        char quote,
        boolean escapes,
        boolean header,
        List<String> names,
        String types,
        int skip,
        Optional<Character> comment,
        Charset encoding,
        char decimal,
        Optional<Character> thousands,
        List<DateFormat> dateFormats,
        boolean skipBadLines,
        Advice advice) {

    public static final char NO_QUOTE = '\0';

    public static final TextOptions DEFAULT = new TextOptions(
            Set.of(),
            Optional.empty(),
            '"',
            false,
            true,
            List.of(),
            "",
            0,
            Optional.empty(),
            StandardCharsets.UTF_8,
            '.',
            Optional.empty(),
            List.of(),
            false,
            Advice.NONE);

    private static final Pattern DECIMAL_NUMBER = Pattern.compile("[-+]?[0-9]*[^0-9a-zA-Z][0-9]+([eE][-+]?[0-9]+)?");

    public TextOptions {
        nulls = Set.copyOf(nulls);
        names = List.copyOf(names);
        dateFormats = List.copyOf(dateFormats);
    }

    /// What messages add that can be done; empty for nothing.
    ///
    /// @param loss where digits would be lost
    /// @param encoding where the text is not UTF-8
    public record Advice(String loss, String encoding) {

        static final Advice NONE = new Advice("", "");
    }

    /// The same with other advice.
    public TextOptions withAdvice(Advice advice) {
        return new TextOptions(
                nulls,
                delimiter,
                quote,
                escapes,
                header,
                names,
                types,
                skip,
                comment,
                encoding,
                decimal,
                thousands,
                dateFormats,
                skipBadLines,
                advice);
    }

    /// Whether the text stands for a null.
    public boolean isNull(String text) {
        return !nulls.isEmpty() && nulls.contains(text);
    }

    /// The text as it is written by default, for a value of a type.
    public String plain(FieldType type, String text) {
        return switch (type) {
            case FieldType.Decimal ignored -> number(text);
            case FieldType.Primitive primitive ->
                switch (primitive) {
                    case INT, LONG, FLOAT, DOUBLE -> number(text);
                    case DATE, TIME, TIMESTAMP, TIMESTAMPTZ -> time(text);
                    case BOOLEAN, STRING, BINARY, UUID -> text;
                };
            default -> text;
        };
    }

    /// As [#plain(FieldType, String)], where the type is not known: a text that could be of several types stays
    /// as it stands.
    public String plain(String text) {
        String bare = text.strip();
        String joined = joined(bare);
        if (!joined.equals(bare)
                || (decimal != '.'
                        && text.indexOf(decimal) >= 0
                        && DECIMAL_NUMBER.matcher(bare).matches())) {
            return number(bare);
        }
        return time(text);
    }

    private String number(String text) {
        String joined = joined(text);
        if (decimal == '.') {
            return joined;
        }
        // A point would mean something else: it is replaced by a sign that no number has.
        return joined.replace('.', '\'').replace(decimal, '.');
    }

    /// A number without what stands between its thousands. If that stands elsewhere, it is the text as it
    /// stands, which is no number.
    private String joined(String text) {
        if (thousands.isEmpty() || text.indexOf(thousands.get()) < 0) {
            return text;
        }
        String bare = text.strip();
        int start = !bare.isEmpty() && (bare.charAt(0) == '-' || bare.charAt(0) == '+') ? 1 : 0;
        int point = bare.indexOf(decimal);
        int end = point < 0 ? bare.length() : point;
        for (int i = start; i < end; i++) {
            // Positions are counted from the point: the sign stands at each fourth, and never before the first
            // digit.
            boolean between = (end - i) % 4 == 0;
            if (between ? i == start || bare.charAt(i) != thousands.get() : !isDigit(bare.charAt(i))) {
                return text;
            }
        }
        String sign = thousands.get().toString();
        return bare.substring(end).contains(sign)
                ? text
                : bare.substring(0, end).replace(sign, "") + bare.substring(end);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private String time(String text) {
        for (DateFormat format : dateFormats) {
            Optional<String> found = format.iso(text.strip());
            if (found.isPresent()) {
                return found.get();
            }
        }
        return text;
    }

    /// One way to write dates and times.
    public record DateFormat(java.time.format.DateTimeFormatter formatter) {

        /// The text as ISO 8601 has it: a date, a time, or both, with a zone if it has one.
        private Optional<String> iso(String text) {
            TemporalAccessor found;
            try {
                found = formatter.parse(text);
            } catch (DateTimeException e) {
                return Optional.empty();
            }
            @Nullable LocalDate date = found.query(java.time.temporal.TemporalQueries.localDate());
            @Nullable LocalTime time = found.query(java.time.temporal.TemporalQueries.localTime());
            if (date == null) {
                return Optional.ofNullable(time).map(LocalTime::toString);
            }
            String zone = found.isSupported(ChronoField.OFFSET_SECONDS)
                    ? ZoneOffset.ofTotalSeconds(found.get(ChronoField.OFFSET_SECONDS))
                            .getId()
                    : "";
            return Optional.of(date + (time == null ? "" : " " + time + zone));
        }
    }
}
