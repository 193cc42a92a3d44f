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
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/// The rows of a text file, to be read once: as values for a topic, or to guess the topic's fields. Fails with
/// INVALID, naming the line, for what cannot be taken as it is. Closing it closes the file.
abstract sealed class TextRows implements AutoCloseable {

    /// @param in the text, not compressed
    static TextRows open(FileFormat format, InputStream in) throws IOException {
        return switch (format) {
            case CSV -> new Csv(new CsvRecords(in));
            case NDJSON -> new Json(new JsonFactory().createParser(in));
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
        private final List<String> header = new ArrayList<>();
        private final List<ValueWriter> columns = new ArrayList<>();

        Csv(CsvRecords records) {
            this.records = records;
        }

        @Override
        List<Field> findFields(TopicSchema topic) throws IOException {
            readHeader();
            return header.stream()
                    .map(column -> topic.find(column).orElseThrow(() -> RowFile.noSuchField(column)))
                    .toList();
        }

        @Override
        void bind(List<Field> fields, List<FieldVector> vectors, OnLoss onLoss) {
            for (int i = 0; i < fields.size(); i++) {
                Field field = fields.get(i);
                columns.add(ValueWriter.of(field.name(), field.type(), vectors.get(i), onLoss));
            }
        }

        @Override
        boolean writeNext(int index) throws IOException {
            if (!nextRow()) {
                return false;
            }
            for (int column = 0; column < columns.size(); column++) {
                if (!records.isEmpty(column)) {
                    columns.get(column).writeText(index, records.text(column));
                }
            }
            return true;
        }

        @Override
        Map<String, String> guessAll() throws IOException {
            readHeader();
            List<TypeGuess> guesses =
                    header.stream().map(column -> new TypeGuess()).toList();
            while (nextRow()) {
                for (int column = 0; column < guesses.size(); column++) {
                    if (!records.isEmpty(column)) {
                        guesses.get(column).addText(records.text(column));
                    }
                }
            }
            Map<String, String> types = new LinkedHashMap<>();
            for (int column = 0; column < guesses.size(); column++) {
                types.put(header.get(column), guesses.get(column).type());
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

        private void readHeader() throws IOException {
            if (!records.next()) {
                throw WingsException.invalid("there is no first line that names the fields");
            }
            Set<String> names = new HashSet<>();
            for (int column = 0; column < records.fields(); column++) {
                String columnName = records.text(column);
                if (columnName.isEmpty()) {
                    throw WingsException.invalid(
                            "the first line must name the fields: there is no name for column " + (column + 1));
                }
                if (!names.add(Field.folded(columnName))) {
                    throw WingsException.invalid(
                            "the first line names a field twice: field=" + ValueWriter.quoted(columnName));
                }
                header.add(columnName);
            }
        }

        private boolean nextRow() throws IOException {
            while (records.next()) {
                if (records.fields() == header.size()) {
                    return true;
                }
                // a line with nothing on it is no row, unless a row is one field
                if (records.fields() > 1 || !records.isEmpty(0)) {
                    throw WingsException.invalid("the line has not as many fields as the first line names: expected="
                            + header.size() + ", found=" + records.fields());
                }
            }
            return false;
        }
    }

    /// Objects, one after the other or in one array.
    private static final class Json extends TextRows {

        private final JsonParser json;
        private boolean started;
        private boolean inArray;
        private @Nullable Members columns;

        Json(JsonParser json) {
            this.json = json;
        }

        @Override
        List<Field> findFields(TopicSchema topic) {
            return topic.fields();
        }

        @Override
        void bind(List<Field> fields, List<FieldVector> vectors, OnLoss onLoss) {
            columns = new Members("", fields, vectors, onLoss);
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
            TypeGuess row = new TypeGuess();
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
