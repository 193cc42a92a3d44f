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
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The records of a CSV file, as RFC 4180 has them, in UTF-8. Nothing is guessed but what separates fields: the one
/// of comma, tab, semicolon and bar that stands in the first line most often.
///
/// Fails with INVALID for what is not a record. Closing it closes the stream.
final class CsvRecords implements AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 16;

    /// Keeps a quote that is never closed from taking in the rest of a large file.
    private static final int MAX_RECORD_BYTES = 64 << 20;

    private static final byte[] SEPARATORS = {',', '\t', ';', '|'};
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final int END = -1;

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;
    private long bytesRead;
    private final int separator;

    private byte[] record = new byte[1024];
    private int recordLength;
    private int[] ends = new int[16];
    private boolean[] quoted = new boolean[16];
    private int fields;
    private long line;
    private long nextLine = 1;

    CsvRecords(InputStream in) throws IOException {
        this.in = in;
        this.limit = in.readNBytes(buffer, 0, BUFFER_BYTES);
        this.bytesRead = limit;
        if (limit >= BYTE_ORDER_MARK.length
                && Arrays.equals(buffer, 0, BYTE_ORDER_MARK.length, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length)) {
            position = BYTE_ORDER_MARK.length;
        }
        this.separator = guessSeparator();
    }

    /// Goes to the next record; false if there is none.
    boolean next() throws IOException {
        line = nextLine;
        fields = 0;
        recordLength = 0;
        int c = read();
        if (c == END) {
            return false;
        }
        while (true) {
            boolean quote = c == '"';
            int end = quote ? readQuoted() : readPlain(c);
            endField(quote);
            if (end != separator) {
                nextLine++;
                return true;
            }
            c = read();
        }
    }

    int fields() {
        return fields;
    }

    /// Whether there is nothing, not even quotes, between the separators.
    boolean isEmpty(int field) {
        return !quoted[field] && start(field) == ends[field];
    }

    String text(int field) {
        int start = start(field);
        int length = ends[field] - start;
        String text = new String(record, start, length, StandardCharsets.UTF_8);
        // what is not UTF-8 becomes this character, which may also stand there itself
        if (text.indexOf('\uFFFD') >= 0
                && !Arrays.equals(record, start, ends[field], bytes(text), 0, bytes(text).length)) {
            throw WingsException.invalid("the text is not UTF-8: found=" + ValueWriter.quoted(text));
        }
        return text;
    }

    /// The line on which the record starts, from 1.
    long line() {
        return line;
    }

    /// How much was taken from the stream.
    long bytesRead() {
        return bytesRead;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private int readPlain(int first) throws IOException {
        int c = first;
        while (c != separator && c != '\n' && c != END) {
            if (c == '\r') {
                return readLineFeed();
            }
            append(c);
            c = read();
        }
        return c;
    }

    private int readQuoted() throws IOException {
        while (true) {
            int c = read();
            if (c == END) {
                throw WingsException.invalid("a quote is not closed");
            }
            if (c == '"') {
                c = read();
                if (c == '\r') {
                    return readLineFeed();
                }
                if (c == separator || c == '\n' || c == END) {
                    return c;
                }
                if (c != '"') {
                    throw WingsException.invalid(
                            "after a closing quote, a separator or the end of the line is expected");
                }
            } else if (c == '\n') {
                nextLine++;
            }
            append(c);
        }
    }

    private int readLineFeed() throws IOException {
        int c = read();
        if (c != '\n' && c != END) {
            throw WingsException.invalid("a carriage return inside of a line must stand in quotes");
        }
        return c;
    }

    private int start(int field) {
        return field == 0 ? 0 : ends[field - 1];
    }

    private void endField(boolean quote) {
        if (fields == ends.length) {
            ends = Arrays.copyOf(ends, 2 * fields);
            quoted = Arrays.copyOf(quoted, 2 * fields);
        }
        ends[fields] = recordLength;
        quoted[fields] = quote;
        fields++;
    }

    private void append(int c) {
        if (recordLength == record.length) {
            if (recordLength >= MAX_RECORD_BYTES) {
                throw WingsException.invalid(
                        "the record is too long, or a quote is not closed: limit=" + MAX_RECORD_BYTES + " bytes");
            }
            record = Arrays.copyOf(record, 2 * recordLength);
        }
        record[recordLength++] = (byte) c;
    }

    private int read() throws IOException {
        if (position == limit) {
            position = 0;
            limit = Math.max(0, in.read(buffer, 0, BUFFER_BYTES));
            bytesRead += limit;
            if (limit == 0) {
                return END;
            }
        }
        return buffer[position++] & 0xFF;
    }

    private int guessSeparator() {
        int[] counts = new int[SEPARATORS.length];
        boolean inQuotes = false;
        for (int i = position; i < limit && (inQuotes || buffer[i] != '\n'); i++) {
            inQuotes ^= buffer[i] == '"';
            for (int candidate = 0; candidate < SEPARATORS.length && !inQuotes; candidate++) {
                counts[candidate] += buffer[i] == SEPARATORS[candidate] ? 1 : 0;
            }
        }
        int best = 0;
        for (int candidate = 1; candidate < SEPARATORS.length; candidate++) {
            best = counts[candidate] > counts[best] ? candidate : best;
        }
        return SEPARATORS[best];
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
