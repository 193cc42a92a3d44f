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
package dev.wings.server.query;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.wings.common.duckdb.DuckDbException;
import dev.wings.common.error.WingsException;
import dev.wings.server.table.TableRef;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The second wall. The [Gate] has read the text; this is what the engine has made of it, with all macros, views and
/// names replaced by what they stand for. It may scan the tables and call the table functions that the gate has
/// found, and nothing else, so that a gap in the gate lets nobody through.
final class BoundPlan {

    /// What queries are made of. A scan is looked at in detail; the others have their rows from those below them, or
    /// from the text.
    private static final Set<String> OPERATORS = Set.of(
            "LOGICAL_GET",
            "LOGICAL_PROJECTION",
            "LOGICAL_FILTER",
            "LOGICAL_AGGREGATE_AND_GROUP_BY",
            "LOGICAL_WINDOW",
            "LOGICAL_UNNEST",
            "LOGICAL_LIMIT",
            "LOGICAL_ORDER_BY",
            "LOGICAL_TOP_N",
            "LOGICAL_DISTINCT",
            "LOGICAL_SAMPLE",
            "LOGICAL_PIVOT",
            "LOGICAL_CHUNK_GET",
            "LOGICAL_DELIM_GET",
            "LOGICAL_EXPRESSION_GET",
            "LOGICAL_DUMMY_SCAN",
            "LOGICAL_EMPTY_RESULT",
            "LOGICAL_CTE_REF",
            "LOGICAL_JOIN",
            "LOGICAL_DELIM_JOIN",
            "LOGICAL_COMPARISON_JOIN",
            "LOGICAL_ANY_JOIN",
            "LOGICAL_CROSS_PRODUCT",
            "LOGICAL_POSITIONAL_JOIN",
            "LOGICAL_ASOF_JOIN",
            "LOGICAL_DEPENDENT_JOIN",
            "LOGICAL_UNION",
            "LOGICAL_EXCEPT",
            "LOGICAL_INTERSECT",
            "LOGICAL_RECURSIVE_CTE",
            "LOGICAL_MATERIALIZED_CTE");

    /// How a scan of a table of the catalog is called.
    private static final String TABLE_SCAN = "seq_scan";

    /// The engine shows no plan while the type of a parameter is open, or where it wants a constant: then it is asked
    /// with these in place of the parameters. What is scanned is the same.
    private static final List<String> STAND_INS = List.of("NULL", "1", "'1'", "[1]", "TIMESTAMP '2000-01-01'");

    /// A long `UNION` is a deep plan. It is walked without recursion.
    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(100_000)
                            .build())
                    .build())
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private final ParsedQuery query;

    private BoundPlan(ParsedQuery query) {
        this.query = query;
    }

    /// Fails with INVALID unless the query, which can be prepared, reads what it says.
    ///
    /// @param engine in which the tables of the query are declared
    static void check(Engine engine, ParsedQuery query) {
        JsonNode plan = find(engine, query)
                .orElseThrow(
                        () -> WingsException.invalid(
                                query.parameters().isEmpty()
                                        ? "refused: the engine does not show what the statement reads"
                                        : "refused: the engine does not show what the statement reads without knowing its "
                                                + "parameters: give them types, as in CAST(? AS BIGINT), or write their values"));
        new BoundPlan(query).checkNodes(plan);
    }

    private static Optional<JsonNode> find(Engine engine, ParsedQuery query) {
        Optional<JsonNode> plan = bind(engine, query.sql());
        if (query.parameters().isEmpty()) {
            return plan;
        }
        for (int i = 0; plan.isEmpty() && i < STAND_INS.size(); i++) {
            plan = bind(engine, query.sqlWith(STAND_INS.get(i)));
        }
        return plan;
    }

    private static Optional<JsonNode> bind(Engine engine, String sql) {
        try {
            String answer = engine.duckDb().text("SELECT json_serialize_plan(?)", sql);
            // a number that JSON does not have, in the engine's own way
            JsonNode tree = JSON.readTree(answer.replace("\":NAN", "\":null").replace("\":-NAN", "\":null"));
            return Optional.of(tree)
                    .filter(found -> !found.path("error").asBoolean())
                    .map(found -> found.path("plans"));
        } catch (DuckDbException | JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private void checkNodes(JsonNode plan) {
        Deque<JsonNode> nodes = new ArrayDeque<>();
        nodes.add(plan);
        while (!nodes.isEmpty()) {
            JsonNode node = nodes.pop();
            String type = node.path("type").asText("");
            if (type.startsWith("LOGICAL_")) {
                checkOperator(type, node);
            } else if (node.path("expression_class").asText("").startsWith("BOUND_")) {
                checkFunction(path(node));
            }
            node.forEach(nodes::push);
        }
    }

    private void checkOperator(String type, JsonNode node) {
        if (!OPERATORS.contains(type)) {
            throw refused(type);
        }
        if (!type.equals("LOGICAL_GET")) {
            return;
        }
        List<String> function = path(node);
        JsonNode data = node.path("function_data");
        String name = function.isEmpty() ? "" : function.getLast();
        boolean known = name.equals(TABLE_SCAN) ? isTable(data) : isFunction(function) && data.isMissingNode();
        if (!known) {
            throw refused(name.equals(TABLE_SCAN) ? data.path("table").asText() : String.join(".", function));
        }
    }

    private boolean isTable(JsonNode data) {
        return data.path("catalog").asText().equals(SyntaxTree.CATALOG)
                && query.tables()
                        .contains(new TableRef(
                                data.path("schema").asText(), data.path("table").asText()));
    }

    private boolean isFunction(List<String> path) {
        String name = TableRef.folded(path.isEmpty() ? "" : path.getLast());
        return query.tableFunctions().contains(name) && HarmlessFunctions.isTableFunction(name);
    }

    private static void checkFunction(List<String> path) {
        if (!path.isEmpty() && HarmlessFunctions.isRefused(TableRef.folded(path.getLast()))) {
            throw refused(path.getLast());
        }
    }

    private static List<String> path(JsonNode node) {
        List<String> path = new ArrayList<>();
        node.path("qname").path("path").forEach(part -> path.add(part.asText()));
        return path;
    }

    private static WingsException refused(String found) {
        return WingsException.invalid("refused: the statement would read what its text does not name: found=" + found);
    }
}
