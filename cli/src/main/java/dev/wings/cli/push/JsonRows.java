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

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.wings.common.error.WingsException;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.text.OnLoss;
import dev.wings.common.text.TextOptions;
import dev.wings.common.text.ValueWriter.Members;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/// Rows of JSON: objects, one after the other or in one array.
final class JsonRows extends TextRows {

    /// Does something with the object that the current token starts.
    @FunctionalInterface
    private interface Row {
        void take(JsonParser json) throws IOException;
    }

    private final JsonObjects objects;
    private @Nullable Members columns;
    private @Nullable Members trial;

    JsonRows(JsonObjects objects, TextOptions options, Consumer<String> notes) {
        super(options, notes);
        this.objects = objects;
    }

    @Override
    List<TopicField> findFields(TopicSchema topic) {
        return topic.fields();
    }

    @Override
    void bind(List<TopicField> fields, List<FieldVector> vectors, OnLoss onLoss) {
        columns = new Members("", fields, vectors, onLoss, options);
        if (options.skipBadLines()) {
            trial = new Members("", fields, openTried(vectors), onLoss, options);
        }
    }

    @Override
    boolean writeNext(int index) throws IOException {
        Members tried = trial;
        if (!next(tried == null ? null : json -> tried.writeJson(0, json))) {
            return false;
        }
        Objects.requireNonNull(columns).writeJson(index, objects.row());
        return true;
    }

    /// Goes to the next row; one that is bad is left out where the user says so.
    ///
    /// @param check fails for a row that is bad; then the row is read again
    private boolean next(@Nullable Row check) throws IOException {
        while (true) {
            try {
                if (!objects.next()) {
                    return false;
                }
                if (check != null) {
                    check.take(objects.row());
                    objects.again();
                }
                return true;
            } catch (JsonProcessingException e) {
                if (!options.skipBadLines() || !objects.dropBroken()) {
                    throw e;
                }
                skip(WingsException.invalid(JsonObjects.notJson(e)));
            } catch (WingsException e) {
                if (!options.skipBadLines()) {
                    throw e;
                }
                skip(e);
            }
        }
    }

    @Override
    Map<String, String> guessAll() throws IOException {
        TypeGuess row = new TypeGuess(options);
        // What is bad by itself says nothing of the others.
        Row alone = options.skipBadLines() ? json -> new TypeGuess(options).addMembers(json, objects::line) : null;
        while (next(alone)) {
            row.addMembers(objects.row(), objects::line);
        }
        row.wrapped().ifPresentOrElse(notes, () -> row.tellMembers("", notes));
        return row.memberTypes();
    }

    @Override
    String place() {
        return objects.place();
    }

    @Override
    long bytesRead() {
        return objects.bytesRead();
    }

    @Override
    public void close() throws IOException {
        super.close();
        objects.close();
    }
}
