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
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.text.CsvRecords;
import dev.wings.common.text.OnLoss;
import dev.wings.common.text.TextOptions;
import dev.wings.common.text.ValueWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/// Rows of CSV: the first line names the fields, and each other line is a row.
final class CsvRows extends TextRows {

    private final CsvRecords records;
    private final List<String> header = new ArrayList<>();
    private final List<ValueWriter> columns = new ArrayList<>();
    private final List<ValueWriter> trial = new ArrayList<>();
    private boolean rowIsRead;

    CsvRows(CsvRecords records, TextOptions options, Consumer<String> notes) {
        super(options, notes);
        this.records = records;
    }

    @Override
    List<TopicField> findFields(TopicSchema topic) throws IOException {
        readHeader(topic);
        return header.stream()
                .map(column -> topic.find(column).orElseThrow(() -> ValueWriter.noSuchField(column)))
                .toList();
    }

    @Override
    void bind(List<TopicField> fields, List<FieldVector> vectors, OnLoss onLoss) {
        bind(fields, vectors, onLoss, columns);
        if (options.skipBadLines()) {
            bind(fields, openTried(vectors), onLoss, trial);
        }
    }

    private void bind(List<TopicField> fields, List<FieldVector> vectors, OnLoss onLoss, List<ValueWriter> writers) {
        for (int i = 0; i < fields.size(); i++) {
            TopicField field = fields.get(i);
            writers.add(ValueWriter.of(field.name(), field.type(), vectors.get(i), onLoss, options));
        }
    }

    @Override
    boolean writeNext(int index) throws IOException {
        while (nextRow()) {
            try {
                write(trial, 0);
            } catch (WingsException e) {
                skip(e);
                continue;
            }
            write(columns, index);
            return true;
        }
        return false;
    }

    private void write(List<ValueWriter> writers, int index) throws IOException {
        for (int column = 0; column < writers.size(); column++) {
            if (!isNull(column)) {
                writers.get(column).writeText(index, records.text(column));
            }
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
        Map<String, String> types = new LinkedHashMap<>();
        for (int column = 0; column < guesses.size(); column++) {
            types.put(header.get(column), guesses.get(column).type());
            guesses.get(column).tell(header.get(column), notes);
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
        super.close();
        records.close();
    }

    /// Finds the names of the columns.
    ///
    /// @param topic the topic that the rows are for, if there is one
    private void readHeader(@Nullable TopicSchema topic) throws IOException {
        do {
            if (!records.next()) {
                throw WingsException.invalid(
                        options.header() ? "there is no first line that names the fields" : "there is no line");
            }
            // an empty line before the names is not the first line
        } while (options.header() && records.isBlank());
        rowIsRead = !options.header();
        List<String> found = options.names().isEmpty() ? names(topic) : options.names();
        if (found.size() != records.fields()) {
            throw WingsException.invalid("the line has not as many fields as there are names: names=" + found.size()
                    + ", found=" + records.fields());
        }
        Set<String> names = new HashSet<>();
        for (String name : found) {
            if (!names.add(TopicField.folded(name))) {
                throw WingsException.invalid("the first line names a field twice: field=" + ValueWriter.quoted(name)
                        + "; --names gives the columns other names");
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
            return topic.fields().stream().map(TopicField::name).toList();
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
            String text = records.text(column);
            String name = records.isQuoted(column) ? text : text.strip();
            names.add(name);
            taken.add(TopicField.folded(name));
        }
        if (looksLikeRow(names)) {
            notes.accept("the first line looks like a row (" + TopicField.printable(String.join(", ", names))
                    + "): --no-header takes it for one");
        }
        for (int column = 0; column < count; column++) {
            if (names.get(column).isEmpty()) {
                // pandas and R write such a name before the first column
                String name = column == 0 && taken.add("index") ? "index" : "column_" + (column + 1);
                names.set(column, name);
                notes.accept("column " + (column + 1) + " has no name and is called " + name);
            }
        }
        return names;
    }

    /// Whether names look like values: all of them, or the first, which is often an id, or one that is more than a
    /// whole number. (Years are whole numbers, and names.)
    private boolean looksLikeRow(List<String> names) {
        for (int column = 0; column < names.size(); column++) {
            String name = names.get(column);
            boolean telling = column == 0 || !name.matches("\\d+");
            if (telling && !name.isEmpty() && TypeGuess.isValue(name, options)) {
                return true;
            }
        }
        return false;
    }

    private boolean nextRow() throws IOException {
        while (rowIsRead || records.next()) {
            rowIsRead = false;
            if (records.fields() == header.size()) {
                return true;
            }
            // An empty line is no row, unless a row has one field.
            if (!records.isBlank()) {
                skip(WingsException.invalid("the line has not as many fields as "
                        + (options.header() ? "the first line names" : "the first line has") + ": expected="
                        + header.size() + ", found=" + records.fields() + whereNamesMayBe()
                        + (options.skipBadLines() ? "" : "; --bad-lines skip leaves out such lines")));
            }
        }
        return false;
    }

    /// Says what helps if the first line does not name columns.
    private String whereNamesMayBe() {
        if (header.size() > 1 || !options.header()) {
            return "";
        }
        return header.getFirst().startsWith("#")
                ? "; --comment '#' leaves out the lines before the names"
                : "; --skip LINES leaves out lines before that with the names";
    }
}
