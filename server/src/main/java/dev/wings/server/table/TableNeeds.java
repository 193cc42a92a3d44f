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
package dev.wings.server.table;

import java.util.List;

/// What a query needs of a table.
///
/// @param columns the columns in the order in which they are to be read; none if only the number of rows matters
/// @param condition the condition that rows which matter meet
/// @param onlyCounted whether nothing but the number of all rows matters
/// @param explained whether it is also asked how much there is that does not matter
public record TableNeeds(
        SqlTable table, List<SqlColumn> columns, Condition condition, boolean onlyCounted, boolean explained) {

    public TableNeeds(SqlTable table, List<SqlColumn> columns, Condition condition) {
        this(table, columns, condition, false, false);
    }

    public TableNeeds {
        columns = List.copyOf(columns);
    }

    /// Returns the same needs; they are only about the number of all rows if neither columns nor rows are
    /// chosen.
    public TableNeeds counted() {
        return new TableNeeds(table, columns, condition, columns.isEmpty() && condition.isNone(), explained);
    }

    /// Returns the same needs, with the question how much there is that does not matter.
    public TableNeeds explainedToo() {
        return new TableNeeds(table, columns, condition, onlyCounted, true);
    }

    /// Returns what the condition says of one column by itself.
    public Restriction restriction(String column) {
        return condition.of(column);
    }
}
