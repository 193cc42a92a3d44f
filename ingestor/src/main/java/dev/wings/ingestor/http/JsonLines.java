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
package dev.wings.ingestor.http;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The rows of NDJSON: an object on each line. Empty lines are no rows. Each line stands for itself: what is
/// wrong in one says nothing of the next.
final class JsonLines implements BodyRows {

    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long EIGHT_ONES = 0x0101010101010101L;
    private static final long EIGHT_ENDS = '\n' * EIGHT_ONES;
    private static final long EIGHT_HIGHEST_BITS = 0x8080808080808080L;

    private final byte[] text;
    private int start;
    private int end = -1;
    private long row;
    private long line;

    JsonLines(byte[] text) {
        this.text = text;
    }

    @Override
    public boolean next() {
        while (end < text.length) {
            start = end + 1;
            if (start >= text.length) {
                break;
            }
            end = endOfLine(start);
            line++;
            if (!isBlank()) {
                row++;
                return true;
            }
        }
        return false;
    }

    private int endOfLine(int from) {
        int next = from;
        while (next <= text.length - Long.BYTES && !hasEndOfLine((long) EIGHT_BYTES.get(text, next))) {
            next += Long.BYTES;
        }
        while (next < text.length && text[next] != '\n') {
            next++;
        }
        return next;
    }

    /// Whether one of eight bytes ends a line: with each of them compared, that is a zero, and a zero alone
    /// borrows from what is above it.
    private static boolean hasEndOfLine(long bytes) {
        long compared = bytes ^ EIGHT_ENDS;
        return ((compared - EIGHT_ONES) & ~compared & EIGHT_HIGHEST_BITS) != 0;
    }

    private boolean isBlank() {
        for (int i = start; i < end; i++) {
            if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r') {
                return false;
            }
        }
        return true;
    }

    @Override
    public long row() {
        return row;
    }

    @Override
    public Optional<String> text() {
        return Optional.of(JsonText.cut(text, start, end));
    }

    @Override
    public void write(TopicColumns columns, int index) throws BadRowException {
        try (JsonParser json = JsonText.FACTORY.createParser(text, start, end - start)) {
            try {
                if (json.nextToken() != JsonToken.START_OBJECT) {
                    throw bad(json, "a row is a JSON object: found=" + JsonText.found(json));
                }
                columns.members().writeJson(index, json);
                @Nullable JsonToken after = json.nextToken();
                if (after != null) {
                    throw bad(json, "one object is expected on each line: found=" + JsonText.found(json) + " after it");
                }
            } catch (WingsException e) {
                throw bad(json, e.getMessage());
            } catch (IOException e) {
                throw bad(JsonText.place(e, json), JsonText.notJson(e));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private BadRowException bad(JsonParser json, String reason) {
        return bad(json.currentTokenLocation(), reason);
    }

    private BadRowException bad(JsonLocation place, String reason) {
        return new BadRowException(new RowFailure(row, line, place.getColumnNr(), reason), false);
    }

    @Override
    public void close() {}
}
