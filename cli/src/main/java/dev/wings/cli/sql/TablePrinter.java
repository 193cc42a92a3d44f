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
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// See [OutputFormat#TABLE]. The width of a column is that of its widest value in the first block of rows; on a
/// terminal, columns at the end that do not fit are left out. Times of one column have the same number of
/// digits of a second.
final class TablePrinter implements ResultPrinter {

    private static final int BLOCK_ROWS = 1000;
    private static final int MAX_TERMINAL_CELL = 80;
    static final String NULL = "NULL";

    private final PrintWriter out;
    private final OptionalInt terminal;
    private final List<String> names = new ArrayList<>();
    private final List<Boolean> right = new ArrayList<>();
    private final List<@Nullable Object[]> block = new ArrayList<>();

    /// The most digits of a second that each column has in its first block.
    private int @Nullable [] digits;

    private int @Nullable [] widths;
    private int shown;

    /// @param terminal how many columns it has; empty if there is none
    TablePrinter(PrintWriter out, OptionalInt terminal) {
        this.out = out;
        this.terminal = terminal;
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
            @Nullable Object[] values = new Object[names.size()];
            for (int column = 0; column < values.length; column++) {
                values[column] = PlainValues.at(rows.getVector(column), row);
            }
            block.add(values);
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
        if (shown < names.size()) {
            List<String> left = names.subList(shown, names.size());
            out.println(left.size() + (left.size() == 1 ? " column is" : " columns are")
                    + " left out, for want of room: " + cut(String.join(", ", left))
                    + "  (\\x at the prompt, -o vertical)");
        }
        out.flush();
    }

    private void printBlock() {
        if (digits == null) {
            digits = measureDigits();
        }
        List<List<String>> lines = new ArrayList<>(block.size());
        for (@Nullable Object[] values : block) {
            List<String> cells = new ArrayList<>(values.length);
            for (int column = 0; column < values.length; column++) {
                Object value = values[column];
                cells.add(value == null ? NULL : cut(CellText.printable(ValueText.of(value, digits[column]))));
            }
            lines.add(cells);
        }
        int[] known = widths;
        if (known == null) {
            known = measure(lines);
            widths = known;
            shown = fitting(known);
            printLine(names, known);
            printRule(known);
        }
        for (List<String> cells : lines) {
            printLine(cells, known);
        }
        block.clear();
        out.flush();
    }

    private int[] measureDigits() {
        int[] measured = new int[names.size()];
        for (@Nullable Object[] values : block) {
            for (int column = 0; column < measured.length; column++) {
                measured[column] = Math.max(measured[column], ValueText.secondDigits(values[column]));
            }
        }
        return measured;
    }

    private int[] measure(List<List<String>> lines) {
        int[] measured = new int[names.size()];
        for (int column = 0; column < measured.length; column++) {
            measured[column] = CellText.width(names.get(column));
            for (List<String> cells : lines) {
                measured[column] = Math.max(measured[column], CellText.width(cells.get(column)));
            }
        }
        return measured;
    }

    /// How many columns fit, at least one.
    private int fitting(int[] columnWidths) {
        int width = -2;
        for (int column = 0; column < columnWidths.length; column++) {
            width += columnWidths[column] + 3;
            if (column > 0 && terminal.isPresent() && width > terminal.getAsInt()) {
                return column;
            }
        }
        return columnWidths.length;
    }

    private void printLine(List<String> cells, int[] columnWidths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < shown; column++) {
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
        for (int column = 0; column < shown; column++) {
            line.append(column == 0 ? "" : "┼").repeat('─', columnWidths[column] + 2);
        }
        out.println(line);
    }

    private String cut(String text) {
        return terminal.isPresent() && text.length() > MAX_TERMINAL_CELL
                ? text.substring(0, MAX_TERMINAL_CELL - 1) + "…"
                : text;
    }

    private static boolean isNumber(ArrowType type) {
        return type instanceof ArrowType.Int
                || type instanceof ArrowType.FloatingPoint
                || type instanceof ArrowType.Decimal;
    }
}
