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

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.wings.cli.push.ValueWriter.Members;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.schema.Field;
import dev.wings.common.schema.TopicSchema;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/// The rows of a text file, to be read once: as values for a topic, or to guess the topic's fields. Fails with
/// INVALID, naming the line, for what cannot be taken as it is. Closing it closes the file.
abstract sealed class TextRows implements AutoCloseable {

    /// As Python and R write it: with NaN and Infinity.
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    /// @param in the text as UTF-8, not compressed
    /// @param notes takes what may not be meant
    static TextRows open(FileFormat format, InputStream in, TextOptions options, Consumer<String> notes)
            throws IOException {
        return switch (format) {
            case CSV -> new Csv(new CsvRecords(in, options), options, notes);
            case NDJSON -> new Json(JSON.createParser(in), options);
            case PARQUET, ARROW -> throw new IllegalStateException("not a text format: " + format);
        };
    }

    /// The topic's fields that the rows can have.
    final List<Field> fields(TopicSchema topic) throws IOException {
        try {
            return findFields(topic);
        } catch (WingsException e) {
            throw located(e);
        }
    }

    /// Where the values go, in the order of [#fields].
    abstract void bind(List<Field> fields, List<FieldVector> vectors, OnLoss onLoss);

    /// Writes the next row; false if there is none.
    final boolean write(int index) throws IOException {
        try {
            return writeNext(index);
        } catch (WingsException e) {
            throw located(e);
        } catch (JsonProcessingException e) {
            throw notJson(e);
        }
    }

    /// The name and the type, as `SchemaText` reads it, of each field.
    final Map<String, String> guess() throws IOException {
        try {
            return guessAll();
        } catch (WingsException e) {
            throw located(e);
        } catch (JsonProcessingException e) {
            throw notJson(e);
        }
    }

    abstract long bytesRead();

    @Override
    public abstract void close() throws IOException;

    abstract List<Field> findFields(TopicSchema topic) throws IOException;

    abstract boolean writeNext(int index) throws IOException;

    abstract Map<String, String> guessAll() throws IOException;

    /// The last row taken.
    abstract String place();

    private WingsException located(WingsException failure) {
        return new WingsException(failure.kind(), place() + ": " + failure.getMessage(), failure);
    }

    private static WingsException notJson(JsonProcessingException failure) {
        return new WingsException(
                ErrorKind.INVALID,
                place(failure.getLocation()) + ": the text is not JSON: "
                        + Field.printable(failure.getOriginalMessage()),
                failure);
    }

    static String place(@Nullable JsonLocation location) {
        return location == null
                ? "line unknown"
                : "line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    /// The first line names the fields, and each other one is a row.
    private static final class Csv extends TextRows {

        private final CsvRecords records;
        private final TextOptions options;
        private final Consumer<String> notes;
        private final List<String> header = new ArrayList<>();
        private final List<ValueWriter> columns = new ArrayList<>();
        private List<FieldVector> vectors = List.of();
        private boolean rowIsRead;
        private long badLines;
        private String firstBad = "";

        Csv(CsvRecords records, TextOptions options, Consumer<String> notes) {
            this.records = records;
            this.options = options;
            this.notes = notes;
        }

        @Override
        List<Field> findFields(TopicSchema topic) throws IOException {
            readHeader(topic);
            return header.stream()
                    .map(column -> topic.find(column).orElseThrow(() -> RowFile.noSuchField(column)))
                    .toList();
        }

        @Override
        void bind(List<Field> fields, List<FieldVector> targets, OnLoss onLoss) {
            vectors = targets;
            for (int i = 0; i < fields.size(); i++) {
                Field field = fields.get(i);
                columns.add(ValueWriter.of(field.name(), field.type(), targets.get(i), onLoss, options));
            }
        }

        @Override
        boolean writeNext(int index) throws IOException {
            while (nextRow()) {
                try {
                    for (int column = 0; column < columns.size(); column++) {
                        if (!isNull(column)) {
                            columns.get(column).writeText(index, records.text(column));
                        }
                    }
                    return true;
                } catch (WingsException e) {
                    skip(e);
                    // what the line had before
                    vectors.forEach(vector -> vector.setNull(index));
                }
            }
            if (badLines > 0) {
                notes.accept(
                        badLines + (badLines == 1 ? " line was" : " lines were") + " left out, the first: " + firstBad);
            }
            return false;
        }

        /// Counts a bad line, or fails.
        private void skip(WingsException failure) {
            if (!options.skipBadLines()) {
                throw failure;
            }
            if (badLines++ == 0) {
                firstBad = place() + ": " + failure.getMessage();
            }
        }

        private boolean isNull(int column) {
            return records.isEmpty(column)
                    || (!records.isQuoted(column)
                            && options.isNull(records.text(column).strip()));
        }

        @Override
        Map<String, String> guessAll() throws IOException {
            readHeader(null);
            List<TypeGuess> guesses =
                    header.stream().map(column -> new TypeGuess(options)).toList();
            while (nextRow()) {
                for (int column = 0; column < guesses.size(); column++) {
                    if (!isNull(column)) {
                        guesses.get(column).addText(records.text(column), records.line());
                    }
                }
            }
            // what could not be taken is told when the rows are read
            badLines = 0;
            Map<String, String> types = new LinkedHashMap<>();
            for (int column = 0; column < guesses.size(); column++) {
                types.put(header.get(column), guesses.get(column).type());
                guesses.get(column).note(header.get(column)).ifPresent(notes);
            }
            return types;
        }

        @Override
        String place() {
            return "line " + records.line();
        }

        @Override
        long bytesRead() {
            return records.bytesRead();
        }

        @Override
        public void close() throws IOException {
            records.close();
        }

        /// Finds the names of the columns.
        ///
        /// @param topic that the rows are for, if there is one
        private void readHeader(@Nullable TopicSchema topic) throws IOException {
            if (!records.next()) {
                throw WingsException.invalid(
                        options.header() ? "there is no first line that names the fields" : "there is no line");
            }
            rowIsRead = !options.header();
            List<String> found = options.names().isEmpty() ? names(topic) : options.names();
            if (found.size() != records.fields()) {
                throw WingsException.invalid("the line has not as many fields as there are names: names=" + found.size()
                        + ", found=" + records.fields());
            }
            Set<String> names = new HashSet<>();
            for (String name : found) {
                if (!names.add(Field.folded(name))) {
                    throw WingsException.invalid(
                            "the first line names a field twice: field=" + ValueWriter.quoted(name));
                }
                header.add(name);
            }
        }

        private List<String> names(@Nullable TopicSchema topic) {
            int count = records.fields();
            if (options.header()) {
                return namesOfFirstLine(count);
            }
            if (topic != null && topic.fields().size() == count) {
                return topic.fields().stream().map(Field::name).toList();
            }
            List<String> names = new ArrayList<>();
            for (int column = 1; column <= count; column++) {
                names.add("column_" + column);
            }
            return names;
        }

        private List<String> namesOfFirstLine(int count) {
            List<String> names = new ArrayList<>();
            Set<String> taken = new HashSet<>();
            for (int column = 0; column < count; column++) {
                names.add(records.text(column));
                taken.add(Field.folded(records.text(column)));
            }
            if (names.stream().allMatch(name -> !name.isEmpty() && TypeGuess.isValue(name, options))) {
                notes.accept("the first line looks like a row (" + Field.printable(String.join(", ", names))
                        + "): --no-header takes it for one");
            }
            for (int column = 0; column < count; column++) {
                if (names.get(column).isEmpty()) {
                    // what pandas and R write before the first column
                    String name = column == 0 && taken.add("index") ? "index" : "column_" + (column + 1);
                    names.set(column, name);
                    notes.accept("column " + (column + 1) + " has no name and is called " + name);
                }
            }
            return names;
        }

        private boolean nextRow() throws IOException {
            while (rowIsRead || records.next()) {
                rowIsRead = false;
                if (records.fields() == header.size()) {
                    return true;
                }
                // a line with nothing on it is no row, unless a row is one field
                if (records.fields() > 1 || !records.isEmpty(0)) {
                    skip(WingsException.invalid("the line has not as many fields as "
                            + (options.header() ? "the first line names" : "the first line has") + ": expected="
                            + header.size() + ", found=" + records.fields()));
                }
            }
            return false;
        }
    }

    /// Objects, one after the other or in one array.
    private static final class Json extends TextRows {

        private final JsonParser json;
        private final TextOptions options;
        private boolean started;
        private boolean inArray;
        private @Nullable Members columns;

        Json(JsonParser json, TextOptions options) {
            this.json = json;
            this.options = options;
        }

        @Override
        List<Field> findFields(TopicSchema topic) {
            return topic.fields();
        }

        @Override
        void bind(List<Field> fields, List<FieldVector> vectors, OnLoss onLoss) {
            columns = new Members("", fields, vectors, onLoss, options);
        }

        @Override
        boolean writeNext(int index) throws IOException {
            if (!nextRow()) {
                return false;
            }
            Objects.requireNonNull(columns).writeJson(index, json);
            return true;
        }

        @Override
        Map<String, String> guessAll() throws IOException {
            TypeGuess row = new TypeGuess(options);
            while (nextRow()) {
                row.addMembers(json);
            }
            return row.memberTypes();
        }

        @Override
        String place() {
            return place(json.currentTokenLocation());
        }

        @Override
        long bytesRead() {
            return Math.max(0, json.currentLocation().getByteOffset());
        }

        @Override
        public void close() throws IOException {
            json.close();
        }

        /// Goes to the object that is the next row.
        private boolean nextRow() throws IOException {
            @Nullable JsonToken token = json.nextToken();
            if (!started) {
                started = true;
                inArray = token == JsonToken.START_ARRAY;
                token = inArray ? json.nextToken() : token;
            }
            if (inArray && token == JsonToken.END_ARRAY) {
                inArray = false;
                if (json.nextToken() != null) {
                    throw WingsException.invalid("nothing can stand after the array of rows");
                }
                return false;
            }
            if (token == null) {
                return false;
            }
            if (token != JsonToken.START_OBJECT) {
                throw WingsException.invalid("a row is a JSON object: found=" + Field.printable(json.getText()));
            }
            return true;
        }
    }
}
