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
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.wings.common.duckdb.DuckDbException;
import dev.wings.common.schema.TopicField;
import dev.wings.server.engine.Engine;
import dev.wings.server.sql.Gate;
import dev.wings.server.sql.ParsedQuery;
import dev.wings.server.table.SqlColumn;
import dev.wings.server.table.SqlTable;
import dev.wings.server.table.TableRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Tells what a query needs of its tables: DuckDB optimizes it over empty ones, and the plan shows which columns each
/// scan reads and which filters reached it.
///
/// This only saves work. What the plan does not tell is read: if there is no plan (some queries cannot be
/// serialized), all columns that the text could mean, and if a filter is not understood, or a table is scanned
/// more than once, all rows.
final class Planner {

    /// How long a plan may be that is looked at: it takes about ten times as much of the heap. A query with a
    /// longer plan reads all files, and all columns that it names.
    private static final int MAX_BYTES = 8 << 20;

    private static final String PLAN = "SELECT json_serialize_plan(?::VARCHAR, optimize := true)";

    private static final JsonNode NOTHING = MissingNode.getInstance();

    private Planner() {}

    /// @param engine the engine in which the tables are declared
    static TableScans plan(Engine engine, ParsedQuery query, Map<TableRef, SqlTable> tables) {
        Optional<JsonNode> plan = serializedPlan(engine, query.sql());
        Found found = new Found();
        plan.ifPresent(root -> collectAll(root, NOTHING, found));
        Map<TableRef, Set<String>> columns = new HashMap<>();
        Map<TableRef, List<TableScans.Filter>> filters = new HashMap<>();
        Set<TableRef> unread = new HashSet<>();
        tables.forEach((name, table) -> {
            List<Scan> ofTable = found.scans.getOrDefault(name, List.of());
            if (found.emptyPart && ofTable.isEmpty()) {
                unread.add(name);
            }
            columns.put(name, plan.isPresent() ? columns(ofTable) : mentioned(table, query));
            filters.put(name, ofTable.size() == 1 ? ofTable.getFirst().filters() : List.of());
        });
        return new TableScans(columns, filters, unread);
    }

    private static Optional<JsonNode> serializedPlan(Engine engine, String sql) {
        try {
            return engine.duckDb()
                    .text(PLAN, sql, MAX_BYTES)
                    .flatMap(Gate::tryParse)
                    .filter(answer -> !answer.path("error").asBoolean())
                    .map(answer -> answer.path("plans"));
        } catch (DuckDbException e) {
            // if anything is wrong with the query, that shows when it is prepared
            return Optional.empty();
        }
    }

    /// One scan of a table in a plan.
    private record Scan(Set<String> columns, List<TableScans.Filter> filters) {}

    /// What was found in a plan.
    private static final class Found {
        private final Map<TableRef, List<Scan>> scans = new HashMap<>();
        /// Whether the engine has found out that some part of the query has no rows: what that part scanned is
        /// not in the plan.
        private boolean emptyPart;
    }

    /// @param above the conditions of the filter right above
    private static void collect(JsonNode node, JsonNode above, Found found) {
        String type = node.path("type").asText("");
        found.emptyPart |= type.equals("LOGICAL_EMPTY_RESULT");
        if (type.equals("LOGICAL_GET") && node.has("column_indexes")) {
            JsonNode function = node.path("function_data");
            if (function.path("catalog").asText("").equals(TableRef.CATALOG)) {
                TableRef table = new TableRef(
                        function.path("schema").asText(), function.path("table").asText());
                found.scans.computeIfAbsent(table, ignored -> new ArrayList<>()).add(scan(node, above));
            }
        }
        JsonNode filter = type.equals("LOGICAL_FILTER") ? node.path("expressions") : NOTHING;
        for (Map.Entry<String, JsonNode> part : node.properties()) {
            JsonNode inside = part.getKey().equals("children") ? filter : NOTHING;
            collectAll(part.getValue(), inside, found);
        }
    }

    private static void collectAll(JsonNode part, JsonNode above, Found found) {
        if (part.isArray()) {
            part.forEach(each -> collectAll(each, above, found));
        } else if (part.isObject()) {
            collect(part, above, found);
        }
    }

    private static Scan scan(JsonNode get, JsonNode above) {
        List<@Nullable String> columns = new ArrayList<>();
        Set<String> needed = new HashSet<>();
        for (JsonNode index : get.path("column_indexes")) {
            // A virtual column, such as the number of the row, has an index beyond the names.
            JsonNode name = get.path("names").path(index.path("index").asInt(-1));
            boolean real = index.path("index").canConvertToInt() && name.isTextual();
            columns.add(real ? name.asText() : null);
            if (real) {
                needed.add(name.asText());
            }
        }
        List<TableScans.Filter> filters = new ArrayList<>();
        for (JsonNode filter : get.path("table_filters").path("filters")) {
            int key = filter.path("key").asInt(-1);
            String column = key >= 0 && key < columns.size() ? columns.get(key) : null;
            if (column != null) {
                filters.add(new TableScans.Filter(List.of(column), filter.path("value")));
            }
        }
        List<@Nullable String> output = output(get, columns);
        for (JsonNode filter : above) {
            // a filter that is about one column has reached the scan
            if (references(filter, new HashSet<>()).size() > 1) {
                filters.add(new TableScans.Filter(output, filter));
            }
        }
        return new Scan(needed, filters);
    }

    private static Set<Integer> references(JsonNode expression, Set<Integer> found) {
        if (expression.path("type").asText("").equals("BOUND_REF")) {
            found.add(expression.path("index").asInt(-1));
        }
        expression.path("children").forEach(child -> references(child, found));
        return found;
    }

    /// Returns the columns that a scan passes on; columns that only its own filters need are not among them.
    private static List<@Nullable String> output(JsonNode get, List<@Nullable String> columns) {
        JsonNode positions = get.path("projection_ids");
        if (positions.isEmpty()) {
            return columns;
        }
        List<@Nullable String> output = new ArrayList<>();
        for (JsonNode position : positions) {
            int index = position.asInt(-1);
            output.add(index >= 0 && index < columns.size() ? columns.get(index) : null);
        }
        return output;
    }

    private static Set<String> columns(List<Scan> scans) {
        return scans.stream().flatMap(scan -> scan.columns().stream()).collect(Collectors.toSet());
    }

    private static Set<String> mentioned(SqlTable table, ParsedQuery query) {
        return table.columns().stream()
                .map(SqlColumn::name)
                .filter(column -> query.columns()
                        .map(names -> names.contains(TopicField.folded(column)))
                        .orElse(true))
                .collect(Collectors.toSet());
    }
}
