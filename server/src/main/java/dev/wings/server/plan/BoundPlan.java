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

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.wings.common.duckdb.DuckDbException;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.server.engine.Engine;
import dev.wings.server.sql.HarmlessFunctions;
import dev.wings.server.sql.ParsedQuery;
import dev.wings.server.table.TableRef;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The second wall. The [dev.wings.server.sql.Gate] has read the text; this is what the engine has made of it,
/// with all macros, views and names replaced by what they stand for. It may scan the tables and call the table
/// functions that the gate has found, and nothing else, so that a gap in the gate lets nobody through.
final class BoundPlan {

    /// The operators that queries are made of. A scan is looked at in detail; the other operators have their
    /// rows from those below them, or from the text.
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

    /// The name of an operator that scans a table of the catalog.
    private static final String TABLE_SCAN = "seq_scan";

    /// How long a plan may be. The types of columns and members are repeated in each expression, so that the
    /// plan of a short text may be long.
    private static final int MAX_BYTES = 16 << 20;

    private static final String PLAN =
            "SELECT json_serialize_plan(?::VARCHAR, skip_null := true, skip_empty := true, skip_default := true)";

    /// What replaces parameters, one after the other, where the engine shows no plan: while the type of a
    /// parameter is open, or where it wants a constant. The query scans the same tables with each of them.
    private static final List<String> STAND_INS = List.of("NULL", "1", "'1'", "[1]", "TIMESTAMP '2000-01-01'");

    /// Reads plans. A long `UNION` is a deep plan: it is read as it comes, and only what is looked at is kept.
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(100_000).build())
            .build();

    private final ParsedQuery query;

    private BoundPlan(ParsedQuery query) {
        this.query = query;
    }

    /// Checks a query that can be prepared. Fails with INVALID unless it reads what it says.
    ///
    /// @param engine the engine in which the tables of the query are declared
    static void check(Engine engine, ParsedQuery query) {
        BoundPlan plan = new BoundPlan(query);
        boolean shown = plan.checkAs(engine, query.sql());
        if (!query.parameters().isEmpty()) {
            for (int i = 0; !shown && i < STAND_INS.size(); i++) {
                shown = plan.checkAs(engine, query.sqlWith(STAND_INS.get(i)));
            }
        }
        if (!shown) {
            throw WingsException.invalid(
                    query.parameters().isEmpty()
                            ? "refused: the engine does not show what the statement reads"
                            : "refused: the engine does not show what the statement reads without knowing its "
                                    + "parameters: give them types, as in CAST(? AS BIGINT), or write their values");
        }
    }

    /// Whether the engine shows a plan for this text.
    private boolean checkAs(Engine engine, String sql) {
        try {
            String plan = engine.duckDb().text(PLAN, sql, MAX_BYTES).orElseThrow(() -> tooLong(null));
            // The engine writes numbers that JSON does not have in its own way.
            return checkNodes(plan.replace("\":NAN", "\":null").replace("\":-NAN", "\":null"));
        } catch (DuckDbException e) {
            if (e.kind() == DuckDbException.Kind.OUT_OF_MEMORY) {
                throw tooLong(e);
            }
            if (e.kind() != DuckDbException.Kind.STATEMENT) {
                throw e;
            }
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    private static WingsException tooLong(@Nullable DuckDbException e) {
        return new WingsException(
                ErrorKind.EXHAUSTED,
                "the plan of the statement is too long: say less in one statement, or name the members of a struct that"
                        + " are needed instead of all",
                e);
    }

    /// One object of the plan while it is read.
    private static final class Node {

        private final @Nullable String name;
        private String type = "";
        private String expressionClass = "";
        private String catalog = "";
        private String schema = "";
        private String table = "";
        private final List<String> words = new ArrayList<>();
        private List<String> path = List.of();
        private @Nullable Node functionData;

        private Node(@Nullable String name) {
            this.name = name;
        }

        private void set(@Nullable String member, String text) {
            if (member == null) {
                return;
            }
            switch (member) {
                case "type" -> type = text;
                case "expression_class" -> expressionClass = text;
                case "catalog" -> catalog = text;
                case "schema" -> schema = text;
                case "table" -> table = text;
                default -> {}
            }
        }

        private void add(Node child) {
            if ("qname".equals(child.name)) {
                path = child.words;
            } else if ("function_data".equals(child.name)) {
                functionData = child;
            }
        }
    }

    private boolean checkNodes(String plan) throws IOException {
        Deque<Node> open = new ArrayDeque<>();
        try (JsonParser json = JSON.createParser(plan)) {
            while (json.nextToken() != null) {
                switch (json.currentToken()) {
                    case START_OBJECT -> open.push(new Node(json.currentName()));
                    case END_OBJECT -> {
                        Node node = open.pop();
                        if (!open.isEmpty()) {
                            open.peek().add(node);
                        }
                        check(node);
                    }
                    case VALUE_STRING -> {
                        JsonStreamContext place = json.getParsingContext();
                        if (!place.inArray()) {
                            open.element().set(json.currentName(), json.getText());
                        } else if ("path".equals(place.getParent().getCurrentName())) {
                            open.element().words.add(json.getText());
                        }
                    }
                    case VALUE_TRUE -> {
                        if (open.size() == 1 && "error".equals(json.currentName())) {
                            return false;
                        }
                    }
                    default -> {}
                }
            }
        }
        return true;
    }

    private void check(Node node) {
        if (node.type.startsWith("LOGICAL_")) {
            checkOperator(node);
        } else if (node.expressionClass.startsWith("BOUND_")
                && !node.path.isEmpty()
                && HarmlessFunctions.isRefused(TableRef.folded(node.path.getLast()))) {
            throw refused(node.path.getLast());
        }
    }

    private void checkOperator(Node node) {
        if (!OPERATORS.contains(node.type)) {
            throw refused(node.type);
        }
        if (!node.type.equals("LOGICAL_GET")) {
            return;
        }
        Node data = node.functionData;
        String name = node.path.isEmpty() ? "" : node.path.getLast();
        boolean isScan = name.equals(TABLE_SCAN);
        boolean known = isScan ? data != null && isTable(data) : isFunction(name) && data == null;
        if (!known) {
            throw refused(isScan && data != null ? data.table : String.join(".", node.path));
        }
    }

    private boolean isTable(Node data) {
        return data.catalog.equals(TableRef.CATALOG) && query.tables().contains(new TableRef(data.schema, data.table));
    }

    private boolean isFunction(String name) {
        String folded = TableRef.folded(name);
        return query.tableFunctions().contains(folded) && HarmlessFunctions.isTableFunction(folded);
    }

    private static WingsException refused(String found) {
        return WingsException.invalid("refused: the statement would read what its text does not name: found=" + found);
    }
}
