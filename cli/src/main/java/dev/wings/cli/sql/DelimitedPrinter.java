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
package dev.wings.cli.sql;

import dev.wings.common.text.PlainValues;
import dev.wings.common.text.ValueText;
import java.io.PrintWriter;
import java.util.StringJoiner;
import java.util.function.Function;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// A line for each row, with something between its values: see [OutputFormat#CSV] and [OutputFormat#TSV].
final class DelimitedPrinter implements ResultPrinter {

    private final PrintWriter out;
    private final String delimiter;
    private final Function<@Nullable Object, String> cell;

    private DelimitedPrinter(PrintWriter out, String delimiter, Function<@Nullable Object, String> cell) {
        this.out = out;
        this.delimiter = delimiter;
        this.cell = cell;
    }

    static DelimitedPrinter csv(PrintWriter out) {
        return new DelimitedPrinter(out, ",", ValueText::csv);
    }

    static DelimitedPrinter tsv(PrintWriter out) {
        return new DelimitedPrinter(out, "\t", DelimitedPrinter::escaped);
    }

    @Override
    public void start(Schema schema) {
        StringJoiner line = new StringJoiner(delimiter);
        for (Field field : schema.getFields()) {
            line.add(cell.apply(field.getName()));
        }
        out.println(line);
    }

    @Override
    public void rows(VectorSchemaRoot rows) {
        for (int row = 0; row < rows.getRowCount(); row++) {
            StringJoiner line = new StringJoiner(delimiter);
            for (FieldVector vector : rows.getFieldVectors()) {
                line.add(cell.apply(PlainValues.at(vector, row)));
            }
            out.println(line);
        }
    }

    @Override
    public void end() {
        out.flush();
    }

    private static String escaped(@Nullable Object value) {
        if (value == null) {
            return "\\N";
        }
        return ValueText.of(value)
                .replace("\\", "\\\\")
                .replace("\t", "\\t")
                .replace("\n", "\\n")
                .replace("\r", "\\r");
    }
}
