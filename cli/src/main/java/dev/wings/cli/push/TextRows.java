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

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.text.CsvRecords;
import dev.wings.common.text.OnLoss;
import dev.wings.common.text.TextOptions;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/// The rows of a text file, which are read once: as values for a topic, or to guess the topic's fields. A row
/// that cannot be taken as it is fails with INVALID, naming the line; where the user says so, it is left out
/// and counted. Closing this closes the file.
abstract sealed class TextRows implements AutoCloseable permits CsvRows, JsonRows {

    final TextOptions options;
    final Consumer<String> notes;
    private final List<FieldVector> tried = new ArrayList<>();
    private long badLines;
    private String firstBad = "";

    TextRows(TextOptions options, Consumer<String> notes) {
        this.options = options;
        this.notes = notes;
    }

    /// @param in the text as UTF-8, not compressed
    /// @param notes takes what may not be meant
    static TextRows open(FileFormat format, InputStream in, TextOptions options, Consumer<String> notes)
            throws IOException {
        return switch (format) {
            case CSV -> new CsvRows(new CsvRecords(in, options), options, notes);
            case NDJSON -> new JsonRows(JsonObjects.open(in, options.skipBadLines()), options, notes);
            case PARQUET, ARROW -> throw new IllegalStateException("not a text format: " + format);
        };
    }

    /// The fields of the topic that the rows can have.
    final List<TopicField> fields(TopicSchema topic) throws IOException {
        try {
            return findFields(topic);
        } catch (WingsException e) {
            throw located(e);
        }
    }

    /// Says where the values go, in the order of [#fields].
    abstract void bind(List<TopicField> fields, List<FieldVector> vectors, OnLoss onLoss);

    /// Writes the next row; false if there is none.
    final boolean write(int index) throws IOException {
        try {
            boolean written = writeNext(index);
            if (!written && badLines > 0) {
                notes.accept(
                        badLines + (badLines == 1 ? " line was" : " lines were") + " left out, the first: " + firstBad);
            }
            return written;
        } catch (WingsException e) {
            throw located(e);
        } catch (JsonProcessingException e) {
            throw notJson(e);
        }
    }

    /// The name and the type of each field, as `SchemaText` reads it.
    final Map<String, String> guess() throws IOException {
        try {
            // what could not be taken is told when the rows are read
            return guessAll();
        } catch (WingsException e) {
            throw located(e);
        } catch (JsonProcessingException e) {
            throw notJson(e);
        }
    }

    abstract long bytesRead();

    @Override
    public void close() throws IOException {
        tried.forEach(FieldVector::close);
    }

    abstract List<TopicField> findFields(TopicSchema topic) throws IOException;

    abstract boolean writeNext(int index) throws IOException;

    abstract Map<String, String> guessAll() throws IOException;

    /// Where the last row was, for messages.
    abstract String place();

    /// Vectors in which rows are tried that may be left out: what a bad row had written before it failed would
    /// else become a part of the next.
    final List<FieldVector> openTried(List<FieldVector> vectors) {
        vectors.forEach(vector -> tried.add(vector.getField().createVector(vector.getAllocator())));
        return tried;
    }

    /// Counts a bad line; fails if bad lines are not to be left out.
    final void skip(WingsException failure) {
        if (!options.skipBadLines()) {
            throw failure;
        }
        if (badLines++ == 0) {
            firstBad = place() + ": " + failure.getMessage();
        }
    }

    private WingsException located(WingsException failure) {
        return new WingsException(failure.kind(), place() + ": " + failure.getMessage(), failure);
    }

    private WingsException notJson(JsonProcessingException failure) {
        return new WingsException(
                ErrorKind.INVALID, place(failure.getLocation()) + ": " + JsonObjects.notJson(failure), failure);
    }

    static String place(@Nullable JsonLocation location) {
        return location == null
                ? "line unknown"
                : "line " + location.getLineNr() + ", column " + location.getColumnNr();
    }
}
