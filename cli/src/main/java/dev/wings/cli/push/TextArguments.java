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

import dev.wings.common.error.WingsException;
import dev.wings.common.text.TextOptions;
import dev.wings.common.text.TextOptions.DateFormat;
import dev.wings.common.text.ValueWriter;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.format.SignStyle;
import java.time.temporal.ChronoField;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/// The options of commands that read text files.
public final class TextArguments {

    private enum BadLines {
        REJECT,
        SKIP;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// The first year that is meant by two digits, as C has it.
    private static final int FIRST_SHORT_YEAR = 1969;

    private static final String TYPES = "--types";

    @Option(
            names = "--null",
            paramLabel = "TEXT",
            description = "CSV, NDJSON: this text is a null, as 'NA'; may be given more than once.")
    private List<String> nulls = List.of();

    @Option(
            names = "--delimiter",
            paramLabel = "C",
            description =
                    "CSV: what separates fields; \\t for a tab (default: the one of , ; | and tab that is found).")
    private Optional<String> delimiter = Optional.empty();

    @Option(
            names = "--quote",
            paramLabel = "C",
            description = "CSV: what stands around fields; none for nothing (default: ${DEFAULT-VALUE}).")
    private String quote = "\"";

    @Option(
            names = "--escapes",
            description = {
                "CSV: fields are between tabs and have \\t, \\n and \\\\ for what they stand for and \\N for null, as "
                        + "'wings sql -o tsv' writes them."
            })
    private boolean escapes;

    @Option(names = "--no-header", description = "CSV: the first line is a row, and names no columns.")
    private boolean noHeader;

    @Option(names = "--header", description = "CSV: the first line names the columns (the default).")
    private boolean header;

    @Option(
            names = "--names",
            split = ",",
            paramLabel = "NAME",
            description = "CSV: names of the columns, instead of those of the first line: 'id,kind'.")
    private List<String> names = List.of();

    @Option(
            names = TYPES,
            paramLabel = "TYPES",
            description = "CSV, NDJSON: types of a new topic's fields, instead of guessed ones: 'a double, b string'.")
    private String types = "";

    @Option(names = "--skip", paramLabel = "LINES", description = "CSV: leave out so many lines at the start.")
    private int skip;

    @Option(names = "--comment", paramLabel = "C", description = "CSV: leave out lines that start with it.")
    private Optional<String> comment = Optional.empty();

    @Option(
            names = "--encoding",
            paramLabel = "NAME",
            description = "CSV, NDJSON: how the text is written, as latin1 or utf-16 (default: ${DEFAULT-VALUE}).")
    private String encoding = "utf-8";

    @Option(
            names = "--decimal",
            paramLabel = "C",
            description = "CSV, NDJSON: what numbers have for a decimal point (default: ${DEFAULT-VALUE}).")
    private String decimal = ".";

    @Option(
            names = "--thousands",
            paramLabel = "C",
            description = "CSV, NDJSON: what stands between the thousands of numbers, as the point in 1.234,5.")
    private Optional<String> thousands = Optional.empty();

    @Option(
            names = "--date-format",
            paramLabel = "FORMAT",
            description = {
                "CSV, NDJSON: how dates and times are written beside ISO 8601, as '%%d.%%m.%%Y' or 'dd.MM.yyyy HH:mm'; "
                        + "may be given more than once."
            })
    private List<String> dateFormats = List.of();

    @Option(
            names = "--bad-lines",
            paramLabel = "WHAT",
            description = {
                "CSV, NDJSON: what becomes of lines that cannot be taken: reject ends the push, skip leaves them out and "
                        + "tells how many there were (default: ${DEFAULT-VALUE})."
            })
    private BadLines badLines = BadLines.REJECT;

    /// The option that says how a new topic is, if it was given.
    Optional<String> givenForNew() {
        return types.isEmpty() ? Optional.empty() : Optional.of(TYPES);
    }

    /// What the user asks for. Fails with INVALID for what makes no sense.
    TextOptions options() {
        if (skip < 0) {
            throw WingsException.invalid("--skip takes a number of lines: found=" + skip);
        }
        if (header && noHeader) {
            throw WingsException.invalid("--header and --no-header say the opposite");
        }
        if (escapes && (!quote.equals("\"") || !nulls.isEmpty())) {
            throw WingsException.invalid("--escapes goes without --quote and --null: nulls are \\N");
        }
        return new TextOptions(
                new HashSet<>(nulls),
                delimiter.map(text -> character("--delimiter", text)),
                escapes || quote.equals("none") ? TextOptions.NO_QUOTE : character("--quote", quote),
                escapes,
                !noHeader,
                names,
                types,
                skip,
                comment.map(text -> character("--comment", text)),
                charset(),
                character("--decimal", decimal),
                thousands.map(this::thousands),
                dateFormats.stream().map(TextArguments::format).toList(),
                badLines == BadLines.SKIP,
                RowFile.ADVICE);
    }

    private static char character(String option, String text) {
        String plain = text.equals("\\t") || text.equalsIgnoreCase("tab") ? "\t" : text;
        if (plain.length() != 1 || plain.charAt(0) >= 128) {
            throw WingsException.invalid(option + " takes one ASCII character: found=" + ValueWriter.quoted(text));
        }
        return plain.charAt(0);
    }

    /// The sign between thousands, which may be one of the spaces that are not ASCII.
    private char thousands(String text) {
        if (text.length() != 1 || Character.isLetterOrDigit(text.charAt(0)) || "+-\"".contains(text)) {
            throw WingsException.invalid("--thousands takes one character that no number begins or ends with: found="
                    + ValueWriter.quoted(text));
        }
        if (text.equals(decimal)) {
            throw WingsException.invalid("--thousands and --decimal are the same: found=" + ValueWriter.quoted(text));
        }
        return text.charAt(0);
    }

    private Charset charset() {
        try {
            return Charset.forName(encoding);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            throw WingsException.invalid("--encoding is not known: found=" + ValueWriter.quoted(encoding));
        }
    }

    /// Reads a format with percent signs, as C and Python have it, or one of Java's.
    private static DateFormat format(String text) {
        try {
            DateTimeFormatterBuilder builder = new DateTimeFormatterBuilder().parseCaseInsensitive();
            if (text.indexOf('%') >= 0) {
                appendPercents(builder, text);
            } else {
                // a year of an era would make no date unless the era is named, too
                builder.appendPattern(text.replace('y', 'u'));
            }
            return new DateFormat(builder.toFormatter(Locale.ENGLISH).withResolverStyle(ResolverStyle.STRICT));
        } catch (IllegalArgumentException e) {
            throw WingsException.invalid(
                    "--date-format is not understood: found=" + ValueWriter.quoted(text) + ": " + e.getMessage());
        }
    }

    private static void appendPercents(DateTimeFormatterBuilder builder, String text) {
        int next = 0;
        while (next < text.length()) {
            char c = text.charAt(next++);
            if (c != '%') {
                builder.appendLiteral(c);
                continue;
            }
            char code = next < text.length() ? text.charAt(next++) : ' ';
            switch (code) {
                case 'Y' -> builder.appendValue(ChronoField.YEAR, 4);
                case 'y' -> builder.appendValueReduced(ChronoField.YEAR, 2, 2, FIRST_SHORT_YEAR);
                case 'm' -> builder.appendValue(ChronoField.MONTH_OF_YEAR, 1, 2, SignStyle.NOT_NEGATIVE);
                case 'd' -> builder.appendValue(ChronoField.DAY_OF_MONTH, 1, 2, SignStyle.NOT_NEGATIVE);
                case 'H' -> builder.appendValue(ChronoField.HOUR_OF_DAY, 1, 2, SignStyle.NOT_NEGATIVE);
                case 'I' -> builder.appendValue(ChronoField.CLOCK_HOUR_OF_AMPM, 1, 2, SignStyle.NOT_NEGATIVE);
                case 'M' -> builder.appendPattern("mm");
                case 'S' -> builder.appendPattern("ss");
                case 'f' -> builder.appendFraction(ChronoField.NANO_OF_SECOND, 1, 9, false);
                case 'p' -> builder.appendPattern("a");
                case 'b' -> builder.appendPattern("MMM");
                case 'B' -> builder.appendPattern("MMMM");
                case 'a' -> builder.appendPattern("EEE");
                case 'A' -> builder.appendPattern("EEEE");
                case 'z' -> builder.appendPattern("XX");
                case '%' -> builder.appendLiteral('%');
                default -> throw new IllegalArgumentException("there is no %" + code);
            }
        }
    }
}
