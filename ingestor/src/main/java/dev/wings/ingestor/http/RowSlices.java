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
import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Optional;

/// The rows of one topic in a body that has those of many: objects of JSON, each where it stands in the body.
final class RowSlices {

    /// The start, the end, the line and the column of each.
    private static final int NUMBERS = 4;

    private final byte[] body;
    private int[] places = new int[NUMBERS];
    private int count;

    RowSlices(byte[] body) {
        this.body = body;
    }

    /// @param start where the object starts in the body; `end` is behind it
    void add(int start, int end, int line, int column) {
        if (body[start] != '{' || body[end - 1] != '}') {
            throw new IllegalStateException("no object is there: start=" + start + ", end=" + end);
        }
        if (places.length == count * NUMBERS) {
            places = Arrays.copyOf(places, 2 * places.length);
        }
        int at = count * NUMBERS;
        places[at] = start;
        places[at + 1] = end;
        places[at + 2] = line;
        places[at + 3] = column;
        count++;
    }

    BodyRows open() {
        return new Rows();
    }

    private final class Rows implements BodyRows {
        private int row;

        @Override
        public boolean next() {
            row++;
            return row <= count;
        }

        @Override
        public long row() {
            return row;
        }

        @Override
        public Optional<String> text() {
            return Optional.of(JsonText.cut(body, place(0), place(1)));
        }

        private int place(int number) {
            return places[(row - 1) * NUMBERS + number];
        }

        @Override
        public void write(TopicColumns columns, int index) throws BadRowException {
            int start = place(0);
            try (JsonParser json = JsonText.FACTORY.createParser(body, start, place(1) - start)) {
                try {
                    json.nextToken();
                    columns.members().writeJson(index, json);
                } catch (WingsException e) {
                    throw bad(json.currentTokenLocation(), e.getMessage());
                } catch (IOException e) {
                    throw bad(JsonText.place(e, json), JsonText.notJson(e));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /// @param inRow where in the row it is
        private BadRowException bad(JsonLocation inRow, String reason) {
            boolean first = inRow.getLineNr() <= 1;
            return new BadRowException(
                    new RowFailure(
                            row,
                            place(2) + (first ? 0 : inRow.getLineNr() - 1),
                            inRow.getColumnNr() + (first ? place(3) - 1 : 0),
                            reason),
                    false);
        }

        @Override
        public void close() {}
    }
}
