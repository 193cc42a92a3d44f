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
package dev.wings.server.plan;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wings.server.table.Condition;
import dev.wings.server.table.SqlColumn;
import dev.wings.server.table.SqlTable;
import dev.wings.server.table.TableNeeds;
import dev.wings.server.table.TableRef;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a query needs of its tables, for any values of its parameters.
///
/// @param columns the names of the columns to read, by table
/// @param filters the filters that reach the only scan of a table
/// @param unread the tables of which no row matters, since the query's conditions contradict each other
record TableScans(Map<TableRef, Set<String>> columns, Map<TableRef, List<Filter>> filters, Set<TableRef> unread) {

    static final TableScans NONE = new TableScans(Map.of(), Map.of(), Set.of());

    TableScans {
        unread = Set.copyOf(unread);
        columns = Map.copyOf(columns);
        filters = Map.copyOf(filters);
    }

    /// A filter, as a serialized plan has it: it may compare with parameters.
    ///
    /// @param columns the columns that its references count; null for what is no column of the table
    record Filter(List<@Nullable String> columns, JsonNode tree) {

        /// How many bytes a tree takes for each character of its text.
        private static final long BYTES_PER_CHARACTER = 8;

        long bytes() {
            return BYTES_PER_CHARACTER * tree.toString().length();
        }
    }

    TableNeeds needs(TableRef name, SqlTable table, List<@Nullable Object> parameters) {
        if (unread.contains(name)) {
            return new TableNeeds(table, List.of(), new Condition.Never());
        }
        Set<String> wanted = columns.getOrDefault(name, Set.of());
        List<SqlColumn> needed = table.columns().stream()
                .filter(column -> wanted.contains(column.name()))
                .toList();
        List<Condition> conditions = filters.getOrDefault(name, List.of()).stream()
                .map(filter -> new Filters(parameters, filter.columns()).condition(filter.tree()))
                .toList();
        Condition condition = Condition.all(conditions);
        // The value that a client sends for a parameter need not be of the column's type yet.
        return new TableNeeds(
                table, needed, parameters.isEmpty() && condition.isContradictory() ? new Condition.Never() : condition);
    }

    /// Returns about how much memory the filters take.
    long bytes() {
        return filters.values().stream()
                .flatMap(List::stream)
                .mapToLong(Filter::bytes)
                .sum();
    }
}
