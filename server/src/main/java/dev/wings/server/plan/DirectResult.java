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

import dev.wings.server.sql.ParsedQuery;
import dev.wings.server.table.SqlColumn;
import dev.wings.server.table.SqlTable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/// The result of a query that only picks columns of a table. It is made without an engine: its batches are sent
/// as they are read.
///
/// @param columns the columns to read, in the order in which they are shown
/// @param schema the names and types that they are shown with
/// @param limit how many rows there are at most
public record DirectResult(List<SqlColumn> columns, Schema schema, long limit) {

    public DirectResult {
        columns = List.copyOf(columns);
    }

    /// Returns the direct result of a query. It is empty if the query does more, if a column is not laid out as
    /// it is shown, or if a column is there twice.
    static Optional<DirectResult> of(ParsedQuery.Projection projection, SqlTable table) {
        List<SqlColumn> columns = new ArrayList<>();
        List<Field> shown = new ArrayList<>();
        for (ParsedQuery.Projection.Column wanted : projection.columns()) {
            Optional<SqlColumn> column = table.find(wanted.name());
            if (column.isEmpty()) {
                return Optional.empty();
            }
            columns.add(column.get());
            shown.add(column.get().shownAs(wanted.as().isEmpty() ? column.get().name() : wanted.as()));
        }
        if (columns.isEmpty()) {
            columns.addAll(table.columns());
            table.columns().forEach(column -> shown.add(column.shownAs(column.name())));
        }
        Set<String> seen = new HashSet<>();
        boolean plain = columns.stream().allMatch(column -> column.shownAsStored() && seen.add(column.name()));
        return plain ? Optional.of(new DirectResult(columns, new Schema(shown), projection.limit())) : Optional.empty();
    }
}
