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
package dev.wings.server.write;

import dev.wings.common.duckdb.ParquetFiles;
import dev.wings.common.error.WingsException;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.SqlTypes;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The query of an `INSERT`, with its values cast to the types of the columns.
///
/// @param text of the query
/// @param parts where in the text which value is cast, for failures
record CastQuery(String text, List<Part> parts) {

    /// Matches what the engine says of a value that cannot be cast, and where that value is.
    private static final Pattern FAILURE = Pattern.compile(
            "(?:SQL: )?(?:Conversion|Invalid Input|Out of Range) Error: (?<reason>[^\n]*?)"
                    + "(?: when casting from source column \\w+)?"
                    + "; line=(?<line>\\d{1,9}), column=(?<column>\\d{1,9})(?:\n.*)?",
            Pattern.DOTALL);

    /// The failure of a check begins with this.
    private static final String LOSS = "the value of a parameter does not fit without loss";

    private static final Pattern PARAMETER = Pattern.compile("\\?|\\$\\w+");

    /// A range of the text, `[start, end)`, and what stands in it.
    record Part(int start, int end, String what) {}

    CastQuery {
        parts = List.copyOf(parts);
    }

    /// Returns a query of the rows of `VALUES`. Each value is cast by itself, since values of one column may be
    /// written in different ways.
    ///
    /// @param checked whether values of parameters must fit without loss. A statement that is only described
    ///     has no values yet, and its casts tell which types they should have
    static CastQuery ofValues(List<List<String>> rows, List<TopicField> targets, boolean checked) {
        StringBuilder text = new StringBuilder("SELECT * FROM (VALUES ");
        List<Part> parts = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            text.append(row == 0 ? "(" : ", (");
            for (int i = 0; i < targets.size(); i++) {
                TopicField field = targets.get(i);
                String value = rows.get(row).get(i);
                text.append(i == 0 ? "" : ", ");
                int start = text.length();
                text.append(value(value, field, checked));
                parts.add(new Part(start, text.length(), "row=" + (row + 1) + ", " + column(field)));
            }
            text.append(')');
        }
        text.append(") AS inserted(")
                .append(String.join(", ", identifiers(targets)))
                .append(')');
        return new CastQuery(text.toString(), parts);
    }

    private static String value(String value, TopicField field, boolean checked) {
        String type = SqlTypes.text(field.type());
        if (value.equalsIgnoreCase("default")) {
            return "CAST("
                    + field.defaults()
                            .later()
                            .map(constant -> ParquetFiles.text(constant.duckDbText()))
                            .orElse("NULL")
                    + " AS " + type + ")";
        }
        if (!checked || !PARAMETER.matcher(value).matches() || !mayLose(field.type())) {
            return "CAST((" + value + ") AS " + type + ")";
        }
        String cast = "CAST(v AS " + type + ")";
        return "(SELECT CASE WHEN " + cast + " IS NOT DISTINCT FROM v THEN " + cast
                + " ELSE error('" + LOSS + ": "
                + column(field).replace("'", "''")
                + ": CAST it in the statement') END FROM (SELECT " + value + " AS v))";
    }

    private static boolean mayLose(FieldType type) {
        return switch (type) {
            case FieldType.Primitive primitive ->
                switch (primitive) {
                    case INT, LONG, FLOAT, DOUBLE, DATE, TIME, TIMESTAMP, TIMESTAMPTZ -> true;
                    case BOOLEAN, STRING, BINARY, UUID -> false;
                };
            case FieldType.Decimal ignored -> true;
            default -> false;
        };
    }

    private static String column(TopicField field) {
        return "column=" + TopicField.printable(field.name()) + ", type=" + SqlTypes.text(field.type());
    }

    /// Returns a query whose columns are cast and named as those of the table. It leaves out the offset and the
    /// timestamp that a row has in another topic, which `*` includes.
    ///
    /// @param found the names of the query's columns
    static CastQuery ofQuery(String query, List<String> found, List<TopicField> targets) {
        StringBuilder text = new StringBuilder("SELECT ");
        List<Part> parts = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (String name : found) {
            if (TopicSchema.isOfEachTopic(name)) {
                names.add(SqlTypes.identifier(name));
                continue;
            }
            TopicField field = targets.get(parts.size());
            String column = SqlTypes.identifier(field.name());
            names.add(column);
            text.append(parts.isEmpty() ? "" : ", ");
            int start = text.length();
            text.append("CAST(inserted.")
                    .append(column)
                    .append(" AS ")
                    .append(SqlTypes.text(field.type()))
                    .append(')');
            parts.add(new Part(start, text.length(), column(field)));
            text.append(" AS ").append(column);
        }
        text.append(" FROM (")
                .append(query)
                .append("\n) AS inserted(")
                .append(String.join(", ", names))
                .append(')');
        return new CastQuery(text.toString(), parts);
    }

    static List<String> identifiers(List<TopicField> fields) {
        return fields.stream().map(field -> SqlTypes.identifier(field.name())).toList();
    }

    /// Puts a failure of this query in terms that its user knows: it names the row and the column, in place of
    /// a position in a text that the user has never seen.
    WingsException explain(WingsException failure) {
        String message = String.valueOf(failure.getMessage());
        int loss = message.indexOf(LOSS);
        if (loss >= 0) {
            return new WingsException(failure.kind(), message.substring(loss), failure);
        }
        Matcher matcher = FAILURE.matcher(message);
        if (!matcher.matches()) {
            return failure;
        }
        return at(position(Integer.parseInt(matcher.group("line")), Integer.parseInt(matcher.group("column"))))
                .map(found ->
                        new WingsException(failure.kind(), matcher.group("reason") + ": " + found.what(), failure))
                .orElse(failure);
    }

    private Optional<Part> at(int position) {
        return parts.stream()
                .filter(part -> part.start() <= position && position < part.end())
                .findFirst();
    }

    /// @param line from 1
    /// @param column from 1
    private int position(int line, int column) {
        int start = 0;
        for (int i = 1; i < line && start >= 0; i++) {
            start = text.indexOf('\n', start) + 1;
            if (start == 0) {
                return -1;
            }
        }
        return start + column - 1;
    }
}
