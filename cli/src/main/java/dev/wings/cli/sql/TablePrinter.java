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
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// See [OutputFormat#TABLE]. The width of a column is that of its widest value in the first block of rows.
final class TablePrinter implements ResultPrinter {

    private static final int BLOCK_ROWS = 1000;
    private static final int MAX_TERMINAL_CELL = 80;
    private static final String NULL = "NULL";

    private final PrintWriter out;
    private final boolean cut;
    private final List<String> names = new ArrayList<>();
    private final List<Boolean> right = new ArrayList<>();
    private final List<List<String>> block = new ArrayList<>();
    private int @Nullable [] widths;

    TablePrinter(PrintWriter out, boolean cut) {
        this.out = out;
        this.cut = cut;
    }

    @Override
    public void start(Schema schema) {
        for (Field field : schema.getFields()) {
            names.add(CellText.printable(field.getName()));
            right.add(isNumber(field.getType()));
        }
    }

    @Override
    public void rows(VectorSchemaRoot rows) {
        for (int row = 0; row < rows.getRowCount(); row++) {
            List<String> cells = new ArrayList<>(names.size());
            for (FieldVector vector : rows.getFieldVectors()) {
                Object value = Values.at(vector, row);
                cells.add(value == null ? NULL : cut(CellText.printable(ValueText.of(value))));
            }
            block.add(cells);
            if (block.size() == BLOCK_ROWS) {
                printBlock();
            }
        }
    }

    @Override
    public void end() {
        if (widths == null || !block.isEmpty()) {
            printBlock();
        }
        out.flush();
    }

    private void printBlock() {
        int[] known = widths;
        if (known == null) {
            known = measure();
            widths = known;
            printLine(names, known);
            printRule(known);
        }
        for (List<String> cells : block) {
            printLine(cells, known);
        }
        block.clear();
        out.flush();
    }

    private int[] measure() {
        int[] measured = new int[names.size()];
        for (int column = 0; column < measured.length; column++) {
            measured[column] = CellText.width(names.get(column));
            for (List<String> cells : block) {
                measured[column] = Math.max(measured[column], CellText.width(cells.get(column)));
            }
        }
        return measured;
    }

    private void printLine(List<String> cells, int[] columnWidths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < columnWidths.length; column++) {
            String cell = cells.get(column);
            int blanks = Math.max(0, columnWidths[column] - CellText.width(cell));
            line.append(column == 0 ? " " : " │ ");
            if (right.get(column)) {
                line.repeat(' ', blanks).append(cell);
            } else {
                line.append(cell).repeat(' ', blanks);
            }
        }
        out.println(line.toString().stripTrailing());
    }

    private void printRule(int[] columnWidths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < columnWidths.length; column++) {
            line.append(column == 0 ? "" : "┼").repeat('─', columnWidths[column] + 2);
        }
        out.println(line);
    }

    private String cut(String text) {
        return cut && text.length() > MAX_TERMINAL_CELL ? text.substring(0, MAX_TERMINAL_CELL - 1) + "…" : text;
    }

    private static boolean isNumber(ArrowType type) {
        return type instanceof ArrowType.Int
                || type instanceof ArrowType.FloatingPoint
                || type instanceof ArrowType.Decimal;
    }
}
