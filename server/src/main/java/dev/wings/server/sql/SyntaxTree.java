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

import com.fasterxml.jackson.databind.JsonNode;
import dev.wings.common.error.WingsException;
import dev.wings.common.schema.TopicField;
import dev.wings.server.table.TableRef;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// Walks once over the syntax tree of a query, as `json_serialize_sql` gives it, and finds out what the query
/// reads, and whether it may.
final class SyntaxTree {

    private static final Set<String> QUERY_NODES =
            Set.of("SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE");

    private static final Set<String> TABLE_SOURCES =
            Set.of("BASE_TABLE", "SUBQUERY", "JOIN", "EMPTY", "EXPRESSION_LIST", "TABLE_FUNCTION", "PIVOT", "SHOW_REF");

    /// SQL engines describe their tables in this schema.
    private static final String INFORMATION_SCHEMA = "information_schema";

    /// These tables of `information_schema` exist here.
    private static final Set<String> DESCRIPTIONS = Set.of("schemata", "tables", "views", "columns");

    private static final Set<String> CATALOG_SCHEMAS = Set.of(INFORMATION_SCHEMA, "pg_catalog");

    /// DuckDB keeps its own functions in these schemas. A query that names them would go around the bounds that
    /// [dev.wings.server.engine.BoundedFunctions] puts on some functions.
    private static final Set<String> ENGINE_SCHEMAS = Set.of("system", "main", "temp", "memory", "information_schema");

    private final String text;
    private final String homeSchema;
    private final Set<TableRef> tables = new LinkedHashSet<>();
    private final Map<TableRef, String> places = new HashMap<>();
    private final Set<String> names = new HashSet<>();
    private final Set<String> lastNames = new HashSet<>();
    private final Set<String> aliases = new HashSet<>();
    private final SortedMap<Integer, Edit> edits = new TreeMap<>();
    private final Set<String> tableFunctions = new HashSet<>();

    /// A replacement for some bytes of the text.
    private record Edit(int length, String replacement) {}

    private boolean allColumns;
    private boolean timeless = true;

    SyntaxTree(String text, String homeSchema) {
        this.text = text;
        this.homeSchema = homeSchema;
    }

    ParsedQuery check(JsonNode root) {
        visit(root, Set.of());
        // the name of a table, with nothing behind it, stands for its whole row
        boolean any = allColumns || lastNames.stream().anyMatch(aliases::contains);
        return new ParsedQuery(
                runnable(),
                placed(ParameterPlaces.of(root)),
                tables,
                tableFunctions,
                any ? Optional.empty() : Optional.of(names),
                projection(root),
                described(root),
                onlyCounts(root),
                picksRows(root),
                timeless,
                ParsedQuery.Explain.NOTHING,
                places,
                new Origins(tables, homeSchema).of(root));
    }

    private void visit(JsonNode node, Set<String> ctes) {
        if (node.isArray()) {
            node.forEach(child -> visit(child, ctes));
        } else if (node.isObject()) {
            visitObject(node, ctes);
        }
    }

    private void visitObject(JsonNode node, Set<String> ctes) {
        String type = node.path("type").asText("");
        if (node.has("class")) {
            checkExpression(node, type);
        } else if (type.endsWith("_NODE")) {
            visitQuery(node, type, ctes);
            return;
        } else if (node.has("alias") && node.has("sample")) {
            checkSource(node, type, ctes);
        }
        visitChildren(node, ctes);
    }

    private void visitChildren(JsonNode node, Set<String> ctes) {
        node.forEach(child -> visit(child, ctes));
    }

    /// Visits a query. The names of common table expressions are known in the query that they belong to and in
    /// the expressions that follow them in the list. They are known in themselves only if they are recursive,
    /// and not in what those start with. If they were known more widely, they would hide names from the checks.
    private void visitQuery(JsonNode node, String type, Set<String> outer) {
        if (!QUERY_NODES.contains(type)) {
            throw WingsException.invalid("only queries are supported: found=" + type.replace("_QUERY_NODE", ""));
        }
        Set<String> known = new HashSet<>(outer);
        for (JsonNode entry : node.path("cte_map").path("map")) {
            String name = TableRef.folded(entry.path("key").asText());
            JsonNode body = entry.path("value");
            visitChildren(body, known);
            known.add(name);
            aliases.add(name);
        }
        Set<String> start = Set.copyOf(known);
        if (type.equals("RECURSIVE_CTE_NODE") || type.equals("CTE_NODE")) {
            known.add(TableRef.folded(node.path("cte_name").asText()));
        }
        for (var fields = node.properties().iterator(); fields.hasNext(); ) {
            var field = fields.next();
            if (!field.getKey().equals("cte_map")) {
                visit(field.getValue(), isStart(type, field.getKey()) ? start : known);
            }
        }
    }

    /// Says whether a part of a query does not know the name that the query gives to another part.
    private static boolean isStart(String type, String part) {
        return (type.equals("RECURSIVE_CTE_NODE") && part.equals("left"))
                || (type.equals("CTE_NODE") && part.equals("query"));
    }

    private void checkSource(JsonNode node, String type, Set<String> ctes) {
        if (!TABLE_SOURCES.contains(type)) {
            throw refused("a source of this kind", type, node);
        }
        aliases.add(TableRef.folded(node.path("alias").asText()));
        switch (type) {
            case "BASE_TABLE" -> checkTable(node, ctes);
            case "TABLE_FUNCTION" -> checkTableFunction(node.path("function"), node);
            case "SHOW_REF" -> checkShow(node);
            case "PIVOT" -> allColumns = true;
            case "JOIN" -> {
                allColumns |= node.path("ref_type").asText().equals("NATURAL");
                node.path("using_columns").forEach(column -> names.add(TopicField.folded(column.asText())));
            }
            default -> {
                // this has nothing of its own to check, and its parts are visited
            }
        }
    }

    private void checkTable(JsonNode node, Set<String> ctes) {
        if (!node.path("at_clause").isNull()) {
            throw refused("AT", "AT (...)", node);
        }
        List<String> path = new ArrayList<>();
        node.path("qualified_name").path("path").forEach(part -> path.add(TableRef.folded(part.asText())));
        if (path.isEmpty()) {
            throw refused("a table without a name", "", node);
        }
        aliases.add(path.getLast());
        if (path.size() == 1 && ctes.contains(path.getFirst())) {
            return;
        }
        boolean known = path.size() <= 2 || (path.size() == 3 && path.getFirst().equals(TableRef.CATALOG));
        if (!known) {
            throw WingsException.invalid("a table is named as topic, namespace.topic or wings.namespace.topic: found="
                    + String.join(".", path) + place(node));
        }
        if (path.size() == 2 && path.getFirst().equals(TableRef.SYSTEM)) {
            addSystemReference(node);
        }
        if (path.size() >= 2 && isDescription(path)) {
            addDescription(node, path);
            addTable(new TableRef(TableRef.SYSTEM, path.getLast()), node);
            return;
        }
        if (path.size() >= 2 && CATALOG_SCHEMAS.contains(path.get(path.size() - 2))) {
            throw WingsException.invalid("refused: the engine's own tables are not available here, except for"
                    + " information_schema.schemata, tables, views and columns; see also system.topics: found="
                    + String.join(".", path) + place(node));
        }
        addTable(new TableRef(path.size() == 1 ? homeSchema : path.get(path.size() - 2), path.getLast()), node);
    }

    private void addTable(TableRef table, JsonNode node) {
        tables.add(table);
        String place = place(node);
        if (!place.isEmpty()) {
            places.putIfAbsent(table, place.substring(2));
        }
    }

    /// Says whether a table is one that SQL names in `information_schema`, but that stands in the schema
    /// `system` here.
    private static boolean isDescription(List<String> path) {
        return path.get(path.size() - 2).equals(INFORMATION_SCHEMA) && DESCRIPTIONS.contains(path.getLast());
    }

    private void addDescription(JsonNode node, List<String> path) {
        int start = locationOf(node);
        int end = SqlText.endOfName(text.getBytes(StandardCharsets.UTF_8), start, path.size());
        if (end < 0) {
            throw WingsException.invalid(
                    "this table is named otherwise in a statement of this kind: wings.system." + path.getLast());
        }
        edits.put(start, new Edit(end - start, TableRef.CATALOG + "." + TableRef.SYSTEM + "." + path.getLast()));
    }

    /// Puts the catalog before a name: DuckDB has a catalog `system` of its own, so `system.topics` is
    /// ambiguous for it.
    private void addSystemReference(JsonNode node) {
        edits.put(locationOf(node), new Edit(0, TableRef.CATALOG + "."));
    }

    private int locationOf(JsonNode node) {
        long location = node.path("query_location").asLong(-1);
        if (location < 0 || location >= text.length() * 4L) {
            throw WingsException.invalid(
                    "a system table is named in full in a statement of this kind: wings.system.topics");
        }
        return (int) location;
    }

    private void checkTableFunction(JsonNode function, JsonNode node) {
        String name = functionName(function, node);
        if (!HarmlessFunctions.isTableFunction(name)) {
            throw refused("the table function", name, node);
        }
        tableFunctions.add(name);
    }

    private void checkShow(JsonNode node) {
        String kind = node.path("show_type").asText();
        if (!Set.of("DESCRIBE", "SUMMARY").contains(kind) || !node.path("query").isObject()) {
            throw WingsException.invalid(
                    "SHOW is for TABLES, ALL TABLES and SCHEMAS here; DESCRIBE shows the columns of a table");
        }
        allColumns = true;
    }

    private void checkExpression(JsonNode node, String type) {
        switch (node.path("class").asText()) {
            case "FUNCTION", "WINDOW" -> {
                String name = functionName(node, node);
                if (HarmlessFunctions.isRefused(name)) {
                    throw refused("the function", name, node);
                }
                if (Formats.isFormatting(name) && !Formats.isBounded(name, node.path("arguments"))) {
                    throw refused("a format that is no constant or asks for wide results", name, node);
                }
                timeless &= Timeless.isFunction(name);
            }
            case "COLUMN_REF" -> {
                JsonNode path = node.path("column_names");
                path.forEach(part -> names.add(TopicField.folded(part.asText())));
                String last = TableRef.folded(path.path(path.size() - 1).asText());
                lastNames.add(last);
                timeless &= Timeless.isColumn(last);
            }
            case "STAR", "POSITIONAL_REFERENCE" -> allColumns = true;
            case "DEFAULT" -> throw refused("DEFAULT", type, node);
            default -> {
                // operators, casts, constants and parameters have nothing to check, and their parts are visited
            }
        }
    }

    private String functionName(JsonNode function, JsonNode node) {
        List<String> path = new ArrayList<>();
        function.path("qualified_name").path("path").forEach(part -> path.add(TableRef.folded(part.asText())));
        String name =
                path.isEmpty() ? TableRef.folded(function.path("function_name").asText()) : path.getLast();
        for (String qualifier : path.subList(0, Math.max(0, path.size() - 1))) {
            if (ENGINE_SCHEMAS.contains(qualifier) || (path.size() == 2 && qualifier.equals("pg_catalog"))) {
                throw refused("a function named with its schema", String.join(".", path), node);
            }
        }
        return name;
    }

    private WingsException refused(String what, String found, JsonNode node) {
        return WingsException.invalid("refused: " + what + " is not available here: found=" + found + place(node));
    }

    private String place(JsonNode node) {
        long location = node.path("query_location").asLong(-1);
        return location < 0 || location > text.length() * 4L ? "" : ", " + SqlText.place(text, (int) location);
    }

    /// Returns the text with the names of system tables in full.
    private String runnable() {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        StringBuilder out = new StringBuilder();
        int from = 0;
        for (Map.Entry<Integer, Edit> edit : edits.entrySet()) {
            out.append(new String(utf8, from, edit.getKey() - from, StandardCharsets.UTF_8))
                    .append(edit.getValue().replacement());
            from = edit.getKey() + edit.getValue().length();
        }
        return out.append(new String(utf8, from, utf8.length - from, StandardCharsets.UTF_8))
                .toString();
    }

    /// Returns the parameters with their places in the text that [#runnable] makes.
    private List<ParsedQuery.Parameter> placed(SortedMap<Integer, ParsedQuery.Parameter> parts) {
        return parts.values().stream()
                .map(part -> part.moved(edits.headMap(part.position()).values().stream()
                        .mapToInt(edit -> edit.replacement().length() - edit.length())
                        .sum()))
                .toList();
    }

    /// Says whether the query is `SELECT list FROM table`, with all of the table's rows.
    private boolean readsOneTable(JsonNode root) {
        return readsRowsOfOneTable(root) && root.path("where_clause").isNull();
    }

    /// Says whether the query selects rows of one table: those that meet a condition, or all.
    private boolean readsRowsOfOneTable(JsonNode root) {
        JsonNode from = root.path("from_table");
        return tables.size() == 1
                && root.path("type").asText().equals("SELECT_NODE")
                && from.path("type").asText().equals("BASE_TABLE")
                && from.path("sample").isNull()
                && from.path("column_name_alias").isEmpty()
                && root.path("cte_map").path("map").isEmpty()
                && root.path("group_expressions").isEmpty()
                && root.path("group_sets").isEmpty()
                && root.path("aggregate_handling").asText().equals("STANDARD_HANDLING")
                && root.path("having").isNull()
                && root.path("sample").isNull()
                && root.path("qualify").isNull();
    }

    private boolean onlyCounts(JsonNode root) {
        JsonNode list = root.path("select_list");
        JsonNode item = list.path(0);
        return readsOneTable(root)
                && root.path("modifiers").isEmpty()
                && list.size() == 1
                && item.path("class").asText().equals("FUNCTION")
                && item.path("function_name").asText().equals("count_star")
                && item.path("filter").isNull()
                && !item.path("distinct").asBoolean();
    }

    private boolean picksRows(JsonNode root) {
        return readsRowsOfOneTable(root)
                && !root.path("where_clause").isNull()
                && root.path("modifiers").isEmpty()
                && columns(root.path("select_list"), root.path("from_table")).isPresent();
    }

    private Optional<ParsedQuery.Projection> projection(JsonNode root) {
        if (!readsOneTable(root)) {
            return Optional.empty();
        }
        JsonNode from = root.path("from_table");
        Optional<Long> limit = limit(root.path("modifiers"));
        Optional<List<ParsedQuery.Projection.Column>> columns = columns(root.path("select_list"), from);
        return limit.isEmpty() || columns.isEmpty()
                ? Optional.empty()
                : Optional.of(new ParsedQuery.Projection(tables.iterator().next(), columns.get(), limit.get()));
    }

    /// Returns the table of `DESCRIBE table`, which is parsed as `SELECT * FROM (DESCRIBE SELECT * FROM
    /// table)`.
    private Optional<TableRef> described(JsonNode root) {
        JsonNode shown = root.path("from_table").path("query");
        JsonNode list = shown.path("select_list");
        boolean table = root.path("from_table").path("show_type").asText().equals("DESCRIBE")
                && root.path("modifiers").isEmpty()
                && readsOneTable(shown)
                && shown.path("modifiers").isEmpty()
                && list.size() == 1
                && isPlainStar(list.path(0), "");
        return table ? Optional.of(tables.iterator().next()) : Optional.empty();
    }

    private static Optional<Long> limit(JsonNode modifiers) {
        if (modifiers.isEmpty()) {
            return Optional.of(Long.MAX_VALUE);
        }
        JsonNode modifier = modifiers.get(0);
        JsonNode limit = modifier.path("limit");
        boolean plain = modifiers.size() == 1
                && modifier.path("type").asText().equals("LIMIT_MODIFIER")
                && modifier.path("limit_type").asText().equals("ROW_COUNT")
                && modifier.path("offset").isNull()
                && limit.path("class").asText().equals("CONSTANT")
                && limit.path("literal").path("kind").asText().equals("INTEGER");
        try {
            return plain
                    ? Optional.of(
                            Long.parseLong(limit.path("literal").path("text").asText()))
                    : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /// Returns nothing if the list holds anything else than columns of the table, or all of them.
    private static Optional<List<ParsedQuery.Projection.Column>> columns(JsonNode list, JsonNode from) {
        String alias = from.path("alias").asText();
        String table = TableRef.folded(alias.isEmpty() ? from.path("table_name").asText() : alias);
        List<ParsedQuery.Projection.Column> columns = new ArrayList<>();
        for (JsonNode item : list) {
            if (isPlainStar(item, table)) {
                return list.size() == 1 ? Optional.of(List.of()) : Optional.empty();
            }
            JsonNode path = item.path("column_names");
            boolean column = item.path("class").asText().equals("COLUMN_REF")
                    && (path.size() == 1
                            || (path.size() == 2
                                    && TableRef.folded(path.get(0).asText()).equals(table)));
            if (!column) {
                return Optional.empty();
            }
            columns.add(new ParsedQuery.Projection.Column(
                    path.get(path.size() - 1).asText(), item.path("alias").asText()));
        }
        return Optional.of(columns);
    }

    static boolean isPlainStar(JsonNode item, String table) {
        String relation = TableRef.folded(item.path("relation_name").asText());
        return item.path("class").asText().equals("STAR")
                && (relation.isEmpty() || relation.equals(table))
                && item.path("exclude_list").isEmpty()
                && item.path("replace_list").isEmpty()
                && item.path("qualified_exclude_list").isEmpty()
                && item.path("rename_list").isEmpty()
                && !item.path("columns").asBoolean()
                && item.path("expr").isNull();
    }
}
