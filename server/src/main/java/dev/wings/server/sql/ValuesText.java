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
package dev.wings.server.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads the rows of `VALUES (...), (...)` as the texts of their expressions.
public final class ValuesText {

    private static final String VALUES = "values";

    private final String text;
    private final List<List<String>> rows = new ArrayList<>();
    private List<String> row = new ArrayList<>();
    private boolean open;
    private boolean other;
    private boolean rowExpected = true;
    private int start;

    private ValuesText(String text) {
        this.text = text;
    }

    /// Returns the rows, if the text is such a list and nothing else. Comments count as blanks.
    public static Optional<List<List<String>>> rows(String sql) {
        String text = SqlText.withoutComments(sql).stripTrailing();
        if (!SqlText.firstWord(text).equals(VALUES)) {
            return Optional.empty();
        }
        int begin = text.length() - text.stripLeading().length() + VALUES.length();
        ValuesText reading = new ValuesText(text);
        SqlText.scan(text, begin, text.length(), reading::at);
        return reading.other || reading.open || reading.rowExpected ? Optional.empty() : Optional.of(reading.rows);
    }

    /// Returns the parameters that make up the only row of such a list, counted from 0, in the order of its
    /// columns. Returns nothing if the list has anything else in it, or a parameter twice.
    public static Optional<List<Integer>> parametersOnly(String sql) {
        List<List<String>> rows = rows(sql).orElse(List.of());
        if (rows.size() != 1) {
            return Optional.empty();
        }
        List<Integer> parameters = new ArrayList<>();
        for (String cell : rows.getFirst()) {
            int parameter = cell.equals("?") ? parameters.size() : numbered(cell);
            if (parameter < 0 || parameters.contains(parameter)) {
                return Optional.empty();
            }
            parameters.add(parameter);
        }
        return Optional.of(parameters);
    }

    /// Returns the number of a parameter, which is 0 for `$1`, or -1 for what is no parameter.
    private static int numbered(String cell) {
        return cell.matches("\\$[1-9][0-9]{0,3}") ? Integer.parseInt(cell.substring(1)) - 1 : -1;
    }

    private void at(int from, int to, int depth) {
        char c = text.charAt(from);
        if (depth == 0) {
            betweenRows(c, to);
        } else if (depth == 1 && c == ',') {
            cell(from);
            start = to;
        } else if (depth < 0) {
            other = true;
        }
    }

    private void betweenRows(char c, int to) {
        if (c == '(' && rowExpected) {
            open = true;
            rowExpected = false;
            start = to;
        } else if (c == ')' && open) {
            cell(to - 1);
            rows.add(row);
            row = new ArrayList<>();
            open = false;
        } else if (c == ',' && !open && !rowExpected) {
            rowExpected = true;
        } else if (!Character.isWhitespace(c)) {
            other = true;
        }
    }

    private void cell(int end) {
        String expression = text.substring(start, end).strip();
        other |= expression.isEmpty();
        row.add(expression);
    }
}
