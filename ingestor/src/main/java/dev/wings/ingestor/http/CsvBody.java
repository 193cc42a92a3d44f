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

import dev.wings.common.arrow.RowFault;
import dev.wings.common.error.WingsException;
import dev.wings.common.text.CsvRecords;
import dev.wings.common.text.TextOptions;
import dev.wings.common.text.ValueWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The rows of CSV, whose first line names the fields. A field without anything in it, not even quotes, is
/// null.
final class CsvBody implements BodyRows {

    private final CsvRecords records;
    private String @Nullable [] names;

    /// Where the fields are among the columns; null until it is asked for.
    private int @Nullable [] positions;

    private long row;

    CsvBody(byte[] text) {
        try {
            records = new CsvRecords(new ByteArrayInputStream(text), TextOptions.DEFAULT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean next() throws BadRowException {
        if (names == null) {
            names = readNames();
        }
        while (nextRecord()) {
            // an empty line is no row, unless a row has one field
            boolean fits = records.fields() == names.length;
            if (fits || !records.isBlank()) {
                row++;
                if (!fits) {
                    throw bad(
                            "the line has not as many fields as the first line names: expected=" + names.length
                                    + ", found=" + records.fields(),
                            false);
                }
                return true;
            }
        }
        return false;
    }

    private boolean nextRecord() throws BadRowException {
        try {
            return records.next();
        } catch (WingsException e) {
            // a quote that is open takes in what comes after it
            row++;
            throw bad(e.getMessage(), true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String[] readNames() throws BadRowException {
        do {
            if (!nextRecord()) {
                throw bad("there is no first line that names the fields", true);
            }
        } while (records.isBlank());
        String[] found = new String[records.fields()];
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < found.length; i++) {
            found[i] = text(i, true);
            if (!seen.add(found[i])) {
                throw bad("the first line names a field twice: field=" + ValueWriter.quoted(found[i]), true);
            }
        }
        return found;
    }

    private String text(int field, boolean endsBody) throws BadRowException {
        try {
            String text = records.text(field);
            return endsBody && !records.isQuoted(field) ? text.strip() : text;
        } catch (WingsException e) {
            throw bad(e.getMessage(), endsBody);
        }
    }

    @Override
    public long row() {
        return row;
    }

    @Override
    public Optional<String> text() {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < records.fields() && line.length() <= RowFault.MAX_VALUE_LENGTH; i++) {
            if (i > 0) {
                line.append(',');
            }
            try {
                String field = records.text(i);
                line.append(
                        records.isQuoted(i) || field.indexOf(',') >= 0
                                ? '"' + field.replace("\"", "\"\"") + '"'
                                : field);
            } catch (WingsException e) {
                // the field is no text
                return Optional.empty();
            }
        }
        return Optional.of(line.toString());
    }

    @Override
    public void write(TopicColumns columns, int index) throws BadRowException {
        ValueWriter.Members members = columns.members();
        int[] places = positions == null ? findFields(members) : positions;
        try {
            members.startRow();
            for (int i = 0; i < places.length; i++) {
                if (records.isEmpty(i)) {
                    members.writeNull(places[i]);
                } else {
                    members.writeText(places[i], index, records.text(i));
                }
            }
            members.endRow(index);
        } catch (WingsException e) {
            throw bad(e.getMessage(), false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int[] findFields(ValueWriter.Members members) throws BadRowException {
        String[] fields = names == null ? new String[0] : names;
        int[] found = new int[fields.length];
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < found.length; i++) {
            found[i] = members.position(fields[i]);
            if (found[i] < 0) {
                throw new BadRowException(
                        new RowFailure(
                                0, 1, 0, ValueWriter.noSuchField(fields[i]).getMessage()),
                        true);
            }
            if (!seen.add(found[i])) {
                throw new BadRowException(
                        new RowFailure(
                                0, 1, 0, "the first line names a field twice: field=" + ValueWriter.quoted(fields[i])),
                        true);
            }
        }
        positions = found;
        return found;
    }

    private BadRowException bad(String reason, boolean endsBody) {
        return new BadRowException(new RowFailure(row, records.line(), 0, reason), endsBody);
    }

    @Override
    public void close() {
        try {
            records.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
