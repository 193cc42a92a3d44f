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

import dev.wings.server.table.TableRef;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A query that may run.
///
/// @param sql the text that DuckDB is given: as written, except that `default` is quoted and `system` has its
///     catalog
/// @param parameters the parameters, in the order in which they are in `sql`
/// @param tables the tables that it reads, each once
/// @param tableFunctions folded names of the table functions that it calls
/// @param columns names that may be columns, in lower case; a column with another name is not read. Empty if
///     any column may be read
/// @param projection set if the query does nothing but pick columns of one table
/// @param described set if the query does nothing but describe one table
/// @param onlyCounts whether the query does nothing but count the rows of one table
/// @param picksRows whether the query does nothing but pick rows and columns of one table
/// @param timeless whether the parts of it that are constant have the same value at any time
/// @param places where tables are named first, in words for people; some tables have no place
/// @param origins what the columns of the result are, as far as the text tells
public record ParsedQuery(
        String sql,
        List<Parameter> parameters,
        Set<TableRef> tables,
        Set<String> tableFunctions,
        Optional<Set<String>> columns,
        Optional<Projection> projection,
        Optional<TableRef> described,
        boolean onlyCounts,
        boolean picksRows,
        boolean timeless,
        Explain explain,
        Map<TableRef, String> places,
        Optional<Origins.Columns> origins) {

    /// Says what is asked about the query, rather than for its rows.
    public enum Explain {
        NOTHING,
        /// The client asks how the query would run.
        PLAN,
        /// The client asks how the query has run.
        RUN
    }

    public ParsedQuery {
        parameters = List.copyOf(parameters);
        tables = Set.copyOf(tables);
        tableFunctions = Set.copyOf(tableFunctions);
        columns = columns.map(Set::copyOf);
        places = Map.copyOf(places);
    }

    /// Returns the same text for a query in which some names are those of views. It reads what the views are
    /// made of, too, and says nothing of where columns of the result come from.
    ///
    /// @param all the tables that are read
    /// @param views the queries of the views
    public ParsedQuery over(Set<TableRef> all, List<ParsedQuery> views) {
        Set<String> functions = new HashSet<>(tableFunctions);
        Optional<Set<String>> names = columns.map(HashSet::new);
        boolean always = timeless;
        for (ParsedQuery view : views) {
            functions.addAll(view.tableFunctions());
            names = names.flatMap(known -> view.columns().map(more -> {
                Set<String> both = new HashSet<>(known);
                both.addAll(more);
                return both;
            }));
            always &= view.timeless();
        }
        return new ParsedQuery(
                sql,
                parameters,
                all,
                functions,
                names,
                Optional.empty(),
                Optional.empty(),
                false,
                false,
                always,
                explain,
                places,
                Optional.empty());
    }

    /// Returns the question how this query runs.
    ParsedQuery explained(Explain how) {
        return new ParsedQuery(
                sql,
                parameters,
                tables,
                tableFunctions,
                columns,
                Optional.empty(),
                Optional.empty(),
                onlyCounts,
                picksRows,
                timeless,
                how,
                places,
                Optional.empty());
    }

    public boolean isExplain() {
        return explain != Explain.NOTHING;
    }

    /// Returns the same query in other words, without parameters.
    public ParsedQuery rewritten(String other) {
        return new ParsedQuery(
                other,
                List.of(),
                tables,
                tableFunctions,
                columns,
                projection,
                described,
                onlyCounts,
                picksRows,
                timeless,
                explain,
                places,
                Optional.empty());
    }

    /// Returns the text with the same value, as SQL writes it, in place of all parameters.
    public String sqlWith(String value) {
        byte[] utf8 = sql.getBytes(StandardCharsets.UTF_8);
        StringBuilder out = new StringBuilder();
        int from = 0;
        for (Parameter parameter : parameters) {
            out.append(new String(utf8, from, parameter.position() - from, StandardCharsets.UTF_8))
                    .append(value);
            from = parameter.position() + parameter.length();
        }
        return out.append(new String(utf8, from, utf8.length - from, StandardCharsets.UTF_8))
                .toString();
    }

    /// A parameter, `?` or `$1`. Its place is counted in bytes of UTF-8.
    ///
    /// @param name the name without the `$`, or the number of a `?`
    /// @param nullTested whether the query asks at this place whether the parameter is null
    /// @param beside if so, the names of the other parameters of the same condition, the nearest first
    public record Parameter(int position, int length, String name, boolean nullTested, List<String> beside) {

        public Parameter {
            beside = List.copyOf(beside);
        }

        Parameter moved(int bytes) {
            return new Parameter(position + bytes, length, name, nullTested, beside);
        }
    }

    /// A query of the form `SELECT columns FROM table [LIMIT n]`.
    ///
    /// @param columns the columns that are picked; an empty list means all columns of the table
    /// @param limit the most rows that are wanted, or [Long#MAX_VALUE] if there is no limit
    public record Projection(TableRef table, List<Column> columns, long limit) {

        public Projection {
            columns = List.copyOf(columns);
        }

        /// @param name the name of the column, without regard to case
        /// @param as its name in the result
        public record Column(String name, String as) {}
    }
}
