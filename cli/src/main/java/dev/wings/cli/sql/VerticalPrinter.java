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

import dev.wings.cli.output.CellText;
import dev.wings.common.text.PlainValues;
import dev.wings.common.text.ValueText;
import java.io.PrintWriter;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// See [OutputFormat#VERTICAL].
final class VerticalPrinter implements ResultPrinter {

    private final PrintWriter out;
    private int width;
    private long row;

    VerticalPrinter(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void start(Schema schema) {
        for (Field field : schema.getFields()) {
            width = Math.max(width, CellText.width(CellText.printable(field.getName())));
        }
    }

    @Override
    public void rows(VectorSchemaRoot rows) {
        for (int i = 0; i < rows.getRowCount(); i++) {
            row++;
            out.println("─[ row " + row + " ]" + "─".repeat(width));
            for (FieldVector vector : rows.getFieldVectors()) {
                @Nullable Object value = PlainValues.at(vector, i);
                String name = CellText.printable(vector.getName());
                String text = value == null ? TablePrinter.NULL : CellText.printable(ValueText.of(value));
                out.println(name + " ".repeat(width - CellText.width(name)) + " │ " + text);
            }
        }
    }

    @Override
    public void end() {
        out.flush();
    }
}
