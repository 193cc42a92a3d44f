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
import dev.wings.common.schema.TopicField;
import dev.wings.server.table.TableRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Tells which columns of a query's result are columns of its tables, as far as the text alone shows it.
/// Clients want to know a column's table, and whether it can be null.
///
/// @param tables the tables that the query reads
/// @param homeSchema the schema of bare names
public record Origins(Set<TableRef> tables, String homeSchema) {

    /// Lists the columns of a `SELECT` from tables.
    ///
    /// @param sources the tables, in order
    /// @param items the list that is selected
    /// @param rowsOfTables whether each row is made of one row of each table, so that it has nulls only where
    ///     those have
    public record Columns(List<Source> sources, List<Item> items, boolean rowsOfTables) {

        public Columns {
            sources = List.copyOf(sources);
            items = List.copyOf(items);
        }
    }

    /// @param alias the name of the table in the query, folded
    public record Source(TableRef table, String alias) {}

    /// An item of the list that is selected.
    public sealed interface Item {

        /// All columns of the tables, or of one.
        ///
        /// @param source the alias of the table, folded; empty for all tables
        record Star(String source) implements Item {}

        /// @param source the alias of the table, folded; empty if the query does not name it
        /// @param column the name of the column, folded
        record Column(String source, String column) implements Item {}

        /// An item that is computed.
        record Other() implements Item {}
    }

    /// Returns nothing for what is not a `SELECT` from tables alone.
    Optional<Columns> of(JsonNode root) {
        List<Source> sources = new ArrayList<>();
        boolean select = root.path("type").asText().equals("SELECT_NODE")
                && root.path("cte_map").path("map").isEmpty()
                && root.path("aggregate_handling").asText().equals("STANDARD_HANDLING");
        if (!select || !addSources(root.path("from_table"), sources)) {
            return Optional.empty();
        }
        List<Item> items = new ArrayList<>();
        for (JsonNode item : root.path("select_list")) {
            Optional<Item> read = item(item);
            if (read.isEmpty()) {
                return Optional.empty();
            }
            items.add(read.get());
        }
        boolean plain = root.path("group_sets").size() <= 1 && !outer(root.path("from_table"));
        return Optional.of(new Columns(sources, items, plain));
    }

    private boolean addSources(JsonNode from, List<Source> sources) {
        return switch (from.path("type").asText()) {
            case "BASE_TABLE" -> addTable(from, sources);
            case "JOIN" ->
                // joins of these kinds merge columns
                !from.path("ref_type").asText().equals("NATURAL")
                        && from.path("using_columns").isEmpty()
                        && !Set.of("SEMI", "ANTI", "MARK", "SINGLE")
                                .contains(from.path("join_type").asText())
                        && addSources(from.path("left"), sources)
                        && addSources(from.path("right"), sources);
            default -> false;
        };
    }

    private boolean addTable(JsonNode from, List<Source> sources) {
        List<String> path = new ArrayList<>();
        from.path("qualified_name").path("path").forEach(part -> path.add(TableRef.folded(part.asText())));
        if (path.isEmpty() || !from.path("column_name_alias").isEmpty()) {
            return false;
        }
        TableRef table = new TableRef(path.size() == 1 ? homeSchema : path.get(path.size() - 2), path.getLast());
        String alias = from.path("alias").asText();
        sources.add(new Source(table, alias.isEmpty() ? path.getLast() : TableRef.folded(alias)));
        // the tables of `information_schema` have other names
        return tables.contains(table);
    }

    private static boolean outer(JsonNode from) {
        return from.path("type").asText().equals("JOIN")
                && (!from.path("join_type").asText().equals("INNER")
                        || outer(from.path("left"))
                        || outer(from.path("right")));
    }

    /// Returns nothing for a list whose length the text does not tell.
    private static Optional<Item> item(JsonNode item) {
        if (item.path("class").asText().equals("STAR")) {
            String source = TableRef.folded(item.path("relation_name").asText());
            return SyntaxTree.isPlainStar(item, source) ? Optional.of(new Item.Star(source)) : Optional.empty();
        }
        JsonNode path = item.path("column_names");
        if (item.path("class").asText().equals("COLUMN_REF") && !path.isEmpty() && path.size() <= 2) {
            String source = path.size() == 1 ? "" : TableRef.folded(path.get(0).asText());
            return Optional.of(new Item.Column(
                    source, TopicField.folded(path.get(path.size() - 1).asText())));
        }
        return item.path("type").asText().contains("UNNEST") ? Optional.empty() : Optional.of(new Item.Other());
    }
}
