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
package dev.wings.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import dev.wings.common.error.WingsException;
import dev.wings.common.http.Problem;
import dev.wings.common.text.PlainValues;
import dev.wings.common.text.ValueText;
import dev.wings.server.write.Writes;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// Writes an object for each row, on a line of its own. A failure in the middle is the last line.
final class JsonLinesWriter implements ResultWriter {

    /// The member that a line has instead of values when there are no more rows because of a failure.
    private static final String PROBLEM = "__problem__";

    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .rootValueSeparator("")
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
            .build();

    private final OutputStream out;
    private final JsonGenerator json;
    private final ResultOptions options;
    private @Nullable VectorSchemaRoot rows;
    private @Nullable Schema shown;

    JsonLinesWriter(Outgoing out, ResultOptions options) {
        this.out = out;
        this.json = generator(out);
        this.options = options;
    }

    /// Writes to `out`, but only flushes itself.
    static JsonGenerator generator(OutputStream out) {
        try {
            return FACTORY.createGenerator(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void start(VectorSchemaRoot root, Schema columns) {
        Set<String> names = new HashSet<>();
        for (Field column : columns.getFields()) {
            if (!names.add(column.getName())) {
                throw WingsException.invalid("two columns have one name, which an object cannot have: column="
                        + column.getName() + ": name one with AS, or ask for another type");
            }
        }
        rows = root;
        shown = columns;
    }

    @Override
    public void accept() {
        VectorSchemaRoot root = Objects.requireNonNull(rows, "rows come after the start");
        Schema columns = Objects.requireNonNull(shown, "rows come after the start");
        try {
            for (int row = 0; row < root.getRowCount(); row++) {
                json.writeStartObject();
                for (int i = 0; i < columns.getFields().size(); i++) {
                    FieldVector vector = root.getVector(i);
                    json.writeFieldName(columns.getFields().get(i).getName());
                    ValueText.write(json, PlainValues.at(vector, row), options.numbersAsText());
                }
                json.writeEndObject();
                json.writeRaw('\n');
            }
            json.flush();
        } catch (IOException e) {
            throw Outgoing.gone(e);
        }
    }

    @Override
    public void end(Optional<Writes.Outcome> outcome) throws IOException {
        json.flush();
    }

    @Override
    public void fail(Problem problem) throws IOException {
        if (!json.getOutputContext().inRoot()) {
            // the client would take the problem for a part of the row
            return;
        }
        json.writeStartObject();
        json.writeFieldName(PROBLEM);
        json.flush();
        out.write(':');
        out.write(problem.answer().body());
        out.write('}');
        out.write('\n');
    }
}
