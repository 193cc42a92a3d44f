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
import dev.wings.server.table.Condition;
import dev.wings.server.table.SqlTable;
import dev.wings.server.table.TableNeeds;
import dev.wings.server.table.TableRef;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// All that is known of a query before its rows are read. It holds for the tables as they were: whoever reads
/// them checks that they still are so.
///
/// @param tables the tables that the names in the query stand for
/// @param views those that the query uses, each behind the ones that it uses
/// @param direct the result if it is made without an engine
/// @param scans what the query needs of its tables
public record QueryPlan(
        ParsedQuery query,
        Map<TableRef, SqlTable> tables,
        List<ViewUse> views,
        Description description,
        Optional<DirectResult> direct,
        TableScans scans) {

    /// What a plan takes in addition to its text, and what each column of its tables takes: generous guesses.
    private static final long BYTES = 2 << 10;

    private static final long COLUMN_BYTES = 1 << 10;

    /// Returns the statements that make the views in an engine, in this order.
    public Map<TableRef, String> viewStatements() {
        Map<TableRef, String> statements = new LinkedHashMap<>();
        views.forEach(use -> statements.put(use.view().ref(), use.statement()));
        return statements;
    }

    /// Whether the query uses a view of this name.
    public boolean uses(TableRef view) {
        return views.stream().anyMatch(use -> use.view().ref().equals(view));
    }

    /// Whether the query reads tables, and all of them tell of the system itself.
    public boolean ofSystemOnly() {
        return !tables.isEmpty()
                && tables.keySet().stream().allMatch(table -> table.schema().equals(TableRef.SYSTEM));
    }

    /// Returns what is needed of each table when the parameters have these values.
    public Map<TableRef, TableNeeds> needs(List<@Nullable Object> parameters) {
        Map<TableRef, TableNeeds> needs = new LinkedHashMap<>();
        tables.forEach((name, table) -> {
            TableNeeds ofTable = direct.map(result -> new TableNeeds(table, result.columns(), Condition.none()))
                    .orElseGet(() -> scans.needs(name, table, parameters));
            needs.put(
                    name,
                    query.isExplain() ? ofTable.explainedToo() : query.onlyCounts() ? ofTable.counted() : ofTable);
        });
        return needs;
    }

    /// Returns about how much memory the plan takes.
    long bytes() {
        long columns = tables.values().stream()
                .mapToLong(table -> table.columns().size())
                .sum();
        long texts = views.stream()
                .mapToLong(use -> use.sql().length() + use.view().sql().length())
                .sum();
        return BYTES + 4L * (query.sql().length() + texts) + COLUMN_BYTES * columns + scans.bytes();
    }
}
