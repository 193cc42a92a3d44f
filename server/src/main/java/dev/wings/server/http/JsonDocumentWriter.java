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

import com.fasterxml.jackson.core.JsonGenerator;
import dev.wings.common.http.Problem;
import dev.wings.common.text.PlainValues;
import dev.wings.common.text.ValueText;
import dev.wings.server.write.Writes;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import org.apache.arrow.flight.sql.FlightSqlColumnMetadata;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// Writes one document: the columns, the rows as arrays, and at the end how many there are.
final class JsonDocumentWriter implements ResultWriter {

    private final JsonGenerator json;
    private final ResultOptions options;
    private @Nullable VectorSchemaRoot rows;
    private long count;

    JsonDocumentWriter(Outgoing out, ResultOptions options) {
        this.json = JsonLinesWriter.generator(out);
        this.options = options;
    }

    @Override
    public void start(VectorSchemaRoot root, Schema columns) {
        rows = root;
        try {
            json.writeStartObject();
            json.writeArrayFieldStart("columns");
            for (Field column : columns.getFields()) {
                json.writeStartObject();
                json.writeStringField("name", column.getName());
                json.writeStringField("type", new FlightSqlColumnMetadata(column.getMetadata()).getTypeName());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("rows");
        } catch (IOException e) {
            throw Outgoing.gone(e);
        }
    }

    @Override
    public void accept() {
        VectorSchemaRoot root = Objects.requireNonNull(rows, "rows come after the start");
        try {
            for (int row = 0; row < root.getRowCount(); row++) {
                json.writeStartArray();
                for (FieldVector vector : root.getFieldVectors()) {
                    ValueText.write(json, PlainValues.at(vector, row), options.numbersAsText());
                }
                json.writeEndArray();
                count++;
            }
        } catch (IOException e) {
            throw Outgoing.gone(e);
        }
    }

    @Override
    public void end(Optional<Writes.Outcome> outcome) throws IOException {
        json.writeEndArray();
        json.writeNumberField("row_count", count);
        if (outcome.isPresent()) {
            json.writeNumberField("update_count", outcome.get().rows());
        }
        json.writeEndObject();
        json.flush();
    }

    @Override
    public void fail(Problem problem) {
        // a document that ends in the middle is none
    }
}
