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

import dev.wings.common.http.Problem;
import dev.wings.common.text.PlainValues;
import dev.wings.common.text.ValueText;
import dev.wings.server.write.Writes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.StringJoiner;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// Writes CSV as `wings sql -o csv` does: a line of names, nulls as nothing, empty text in quotes.
final class CsvWriter implements ResultWriter {

    private final Outgoing out;
    private @Nullable VectorSchemaRoot rows;

    CsvWriter(Outgoing out) {
        this.out = out;
    }

    @Override
    public void start(VectorSchemaRoot root, Schema columns) {
        rows = root;
        StringJoiner line = new StringJoiner(",");
        for (Field column : columns.getFields()) {
            line.add(ValueText.csv(column.getName()));
        }
        write(line);
    }

    @Override
    public void accept() {
        VectorSchemaRoot root = Objects.requireNonNull(rows, "rows come after the start");
        for (int row = 0; row < root.getRowCount(); row++) {
            StringJoiner line = new StringJoiner(",");
            for (FieldVector vector : root.getFieldVectors()) {
                line.add(ValueText.csv(PlainValues.at(vector, row)));
            }
            write(line);
        }
    }

    private void write(StringJoiner line) {
        byte[] bytes = line.add("\n").toString().getBytes(StandardCharsets.UTF_8);
        try {
            // without the comma before the end of the line
            out.write(bytes, 0, bytes.length - 2);
            out.write('\n');
        } catch (IOException e) {
            throw Outgoing.gone(e);
        }
    }

    @Override
    public void end(Optional<Writes.Outcome> outcome) {
        // the last line ends
    }

    @Override
    public void fail(Problem problem) {
        // a line would be taken for a row
    }
}
