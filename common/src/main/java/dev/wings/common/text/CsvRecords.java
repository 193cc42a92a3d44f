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

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dev.wings.common.error.WingsException;
import java.io.BufferedReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The records of CSV, as RFC 4180 has them, in UTF-8. Nothing is guessed except what separates fields:
/// it is the one of comma, tab, semicolon and bar that stands in the first line most often.
///
/// Fails with INVALID for what is not a record. Closing it closes the stream.
public final class CsvRecords implements AutoCloseable {

    /// The longest that a field may be; keeps a quote that is never closed from taking in the rest of a large file.
    private static final int MAX_FIELD_CHARS = 16 << 20;

    private static final String SEPARATOR_LINE = "sep=";
    private static final int FIRST_LINE_CHARS = 1 << 16;
    private static final int NO_COMMENT = -2;

    /// A quote that no file has: FastCSV wants one also where there are no quotes.
    private static final char UNUSED = '\u0001';

    /// How FastCSV names the line on which a record starts, at the end of its messages.
    private static final Pattern STARTED = Pattern.compile(" \\((?:record starting at )?line ([0-9]+)\\)");

    private static final char[] SEPARATORS = {',', '\t', ';', '|'};
    private static final String BYTE_ORDER_MARK = bytes("\uFEFF");

    private static final String NULL = "\\N";

    /// What each letter behind a backslash stands for.
    private static final Map<Character, Character> ESCAPES =
            Map.of('t', '\t', 'n', '\n', 'r', '\r', 'b', '\b', 'f', '\f', '\\', '\\');

    private final boolean escapes;
    private final TextOptions.Advice advice;
    private final CountedStream in;
    private final CsvReader<Row> reader;
    private final Iterator<Row> rows;
    private final int skipped;
    private Row row = new Row(0, List.of(), new BitSet());

    /// @param in the text as UTF-8
    public CsvRecords(InputStream in, TextOptions options) throws IOException {
        this.advice = options.advice();
        this.escapes = options.escapes();
        this.in = new CountedStream(in);
        // Each byte is read as a character. Fields are decoded one by one, so that what is not UTF-8 has its
        // line.
        BufferedReader text =
                new BufferedReader(new InputStreamReader(this.in, StandardCharsets.ISO_8859_1), FIRST_LINE_CHARS);
        skipByteOrderMark(text);
        int leftOut = skipLines(text, options.skip());
        @Nullable Character said = escapes ? Character.valueOf('\t') : separatorLine(text);
        this.skipped = leftOut + (said == null || escapes ? 0 : 1);
        int comment = options.comment().map(c -> (int) c).orElse(NO_COMMENT);
        this.reader = CsvReader.builder()
                .fieldSeparator(
                        options.delimiter().isPresent()
                                ? options.delimiter().get()
                                : said != null ? said : guessSeparator(text, comment))
                .quoteCharacter(options.quote())
                .commentStrategy(comment == NO_COMMENT ? CommentStrategy.NONE : CommentStrategy.SKIP)
                .commentCharacter(comment == NO_COMMENT ? UNUSED : (char) comment)
                .skipEmptyLines(false)
                .allowUnclosedQuote(false)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .maxBufferSize(MAX_FIELD_CHARS)
                .build(new RowHandler(), text);
        this.rows = reader.iterator();
    }

    private static void skipByteOrderMark(BufferedReader text) throws IOException {
        text.mark(BYTE_ORDER_MARK.length());
        char[] first = new char[BYTE_ORDER_MARK.length()];
        int read = text.read(first);
        if (read != first.length || !new String(first).equals(BYTE_ORDER_MARK)) {
            text.reset();
        }
    }

    /// How many lines there were to leave out.
    private static int skipLines(BufferedReader text, int lines) throws IOException {
        int skipped = 0;
        while (skipped < lines && text.readLine() != null) {
            skipped++;
        }
        return skipped;
    }

    /// The separator that a first line says as Excel has it, `sep=;`; null if it is no such line.
    private static @Nullable Character separatorLine(BufferedReader text) throws IOException {
        text.mark(SEPARATOR_LINE.length() + 3);
        char[] start = new char[SEPARATOR_LINE.length() + 1];
        int read = text.read(start);
        if (read == start.length && new String(start, 0, SEPARATOR_LINE.length()).equalsIgnoreCase(SEPARATOR_LINE)) {
            int end = text.read();
            if (end == '\n' || (end == '\r' && text.read() == '\n')) {
                return start[SEPARATOR_LINE.length()];
            }
        }
        text.reset();
        return null;
    }

    /// @param comment lines that start with it are no records
    private static char guessSeparator(BufferedReader text, int comment) throws IOException {
        text.mark(FIRST_LINE_CHARS);
        int[] counts = new int[SEPARATORS.length];
        boolean inQuotes = false;
        boolean inComment = false;
        int before = '\n';
        for (int i = 0; i < FIRST_LINE_CHARS; i++) {
            int c = text.read();
            inComment |= before == '\n' && c == comment && !inQuotes;
            before = c;
            if (inComment && c >= 0) {
                inComment = c != '\n';
                continue;
            }
            if (c < 0 || (c == '\n' && !inQuotes)) {
                break;
            }
            inQuotes ^= c == '"';
            for (int candidate = 0; candidate < SEPARATORS.length && !inQuotes; candidate++) {
                counts[candidate] += c == SEPARATORS[candidate] ? 1 : 0;
            }
        }
        text.reset();
        int best = 0;
        for (int candidate = 1; candidate < SEPARATORS.length; candidate++) {
            best = counts[candidate] > counts[best] ? candidate : best;
        }
        return SEPARATORS[best];
    }

    /// Goes to the next record; false if there is none.
    public boolean next() throws IOException {
        try {
            if (!rows.hasNext()) {
                return false;
            }
            row = rows.next();
            return true;
        } catch (CsvParseException e) {
            throw broken(e);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /// The failure for a broken record, with the line on which it started, which FastCSV names.
    private WingsException broken(CsvParseException failure) {
        String message = String.valueOf(failure.getMessage());
        Matcher started = STARTED.matcher(message);
        if (started.find()) {
            row = new Row(Long.parseLong(started.group(1)), List.of(), new BitSet());
        }
        return WingsException.invalid(
                "what starts here is not CSV: " + STARTED.matcher(message).replaceAll(""));
    }

    /// How many fields the record has.
    public int fields() {
        return row.values.size();
    }

    /// Whether there is nothing on the line.
    public boolean isBlank() {
        return fields() == 1 && !row.quoted.get(0) && row.values.getFirst().isEmpty();
    }

    /// Whether there is nothing, not even quotes, between the separators; with escapes, what stands for null.
    public boolean isEmpty(int field) {
        return escapes
                ? row.values.get(field).equals(NULL)
                : !row.quoted.get(field) && row.values.get(field).isEmpty();
    }

    /// Whether the field stood in quotes, or says by escapes what it is.
    public boolean isQuoted(int field) {
        return escapes || row.quoted.get(field);
    }

    /// The text of a field, without what stands around it. Fails with INVALID for what is not UTF-8.
    public String text(int field) {
        String bytes = row.values.get(field);
        String text = new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        // Text that is not UTF-8 becomes this character, which may also stand there itself.
        if (text.indexOf('\uFFFD') >= 0 && !bytes(text).equals(bytes)) {
            throw WingsException.invalid(
                    "the text is not UTF-8: found=" + ValueWriter.quoted(text) + advice.encoding());
        }
        return escapes ? unescaped(text) : text;
    }

    private static String unescaped(String text) {
        int next = text.indexOf('\\');
        if (next < 0) {
            return text;
        }
        StringBuilder plain = new StringBuilder(text.length());
        int from = 0;
        while (next >= 0) {
            Character meant = next + 1 < text.length() ? ESCAPES.get(text.charAt(next + 1)) : null;
            if (meant == null) {
                throw WingsException.invalid("a backslash stands before what it does not escape: found="
                        + ValueWriter.quoted(text.substring(next, Math.min(text.length(), next + 2))));
            }
            plain.append(text, from, next).append(meant.charValue());
            from = next + 2;
            next = text.indexOf('\\', from);
        }
        return plain.append(text, from, text.length()).toString();
    }

    /// The line on which the record starts, from 1.
    public long line() {
        return skipped + row.line;
    }

    /// How many bytes were taken from the stream.
    public long bytesRead() {
        return in.bytes;
    }

    /// The UTF-8 of a text, each byte as a character.
    private static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }

    /// @param quoted the fields that stood in quotes
    private record Row(long line, List<String> values, BitSet quoted) {}

    private static final class RowHandler extends AbstractBaseCsvCallbackHandler<Row> {

        private final List<String> values = new ArrayList<>();
        private BitSet quoted = new BitSet();

        @Override
        protected void handleBegin(long startingLineNumber) {
            values.clear();
            quoted = new BitSet();
        }

        @Override
        protected void handleField(int index, char[] buffer, int offset, int length, boolean inQuotes) {
            values.add(new String(buffer, offset, length));
            quoted.set(index, inQuotes);
        }

        @Override
        protected void handleEmpty() {
            values.add("");
        }

        @Override
        protected Row buildRecord() {
            return new Row(getStartingLineNumber(), List.copyOf(values), quoted);
        }
    }

    private static final class CountedStream extends FilterInputStream {

        private long bytes;

        CountedStream(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            bytes += read < 0 ? 0 : 1;
            return read;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = super.read(into, offset, length);
            bytes += Math.max(0, read);
            return read;
        }
    }
}
