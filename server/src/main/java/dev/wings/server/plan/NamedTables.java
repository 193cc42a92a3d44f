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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.server.engine.SqlEngine;
import dev.wings.server.sql.Gate;
import dev.wings.server.sql.ParsedQuery;
import dev.wings.server.table.SqlTable;
import dev.wings.server.table.SqlView;
import dev.wings.server.table.TableRef;
import dev.wings.server.table.Tables;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What the names in a query stand for.
///
/// @param query what is asked of the tables, those of views included
/// @param tables all that is read, by the names in the query and in the views
/// @param views those that are used, each behind the ones that it uses
record NamedTables(ParsedQuery query, Map<TableRef, SqlTable> tables, List<ViewUse> views) {

    /// How many views may use each other, one by the other.
    static final int MAX_DEPTH = 16;

    /// Asks for each table by itself: this tells which of several tables is not there. What is no table may be
    /// a view, whose query is checked as if it had been sent, and names tables of the view's own namespace.
    static NamedTables of(SqlEngine engine, Tables tables, String tenant, ParsedQuery query) {
        return new Search(engine, tables, tenant).of(query);
    }

    private static final class Search {

        private final SqlEngine engine;
        private final Tables tables;
        private final String tenant;
        private final Map<TableRef, SqlTable> found = new LinkedHashMap<>();
        private final Map<TableRef, ViewUse> views = new LinkedHashMap<>();
        private final List<ParsedQuery> texts = new ArrayList<>();
        private final Deque<TableRef> path = new ArrayDeque<>();

        Search(SqlEngine engine, Tables tables, String tenant) {
            this.engine = engine;
            this.tables = tables;
            this.tenant = tenant;
        }

        NamedTables of(ParsedQuery query) {
            visit(query);
            ParsedQuery whole = views.isEmpty() ? query : query.over(found.keySet(), texts);
            return new NamedTables(whole, found, List.copyOf(views.values()));
        }

        private void visit(ParsedQuery query) {
            if (query.tables().size() + found.size() + views.size() > Tables.MAX_TABLES) {
                // this call fails and says so, if it is by the query alone
                tables.resolve(tenant, query.tables());
            }
            for (TableRef name : query.tables()) {
                checkCycle(name);
                if (!found.containsKey(name) && !views.containsKey(name)) {
                    add(query, name);
                }
            }
            if (found.size() + views.size() > Tables.MAX_TABLES) {
                throw WingsException.invalid(
                        "the query uses too many tables and views: limit=" + Tables.MAX_TABLES + path());
            }
        }

        private void add(ParsedQuery query, TableRef name) {
            WingsException missing;
            try {
                found.putAll(tables.resolve(tenant, List.of(name)));
                return;
            } catch (WingsException e) {
                if (e.kind() != ErrorKind.NOT_FOUND) {
                    throw e;
                }
                missing = e;
            }
            Optional<SqlView> view = tables.findView(tenant, name);
            if (view.isEmpty()) {
                throw named(missing, query.places().get(name));
            }
            expand(name, view.get());
        }

        private WingsException named(WingsException missing, @Nullable String place) {
            if (!path.isEmpty()) {
                return new WingsException(
                        ErrorKind.NOT_FOUND,
                        "the view " + shown(path.getLast()) + " uses a table that is not there (any more): "
                                + missing.getMessage(),
                        missing);
            }
            return place == null
                    ? missing
                    : new WingsException(ErrorKind.NOT_FOUND, missing.getMessage() + "; " + place, missing);
        }

        private void expand(TableRef name, SqlView view) {
            if (path.size() == MAX_DEPTH) {
                throw WingsException.invalid(
                        "views use each other too deeply: limit=" + MAX_DEPTH + path() + " > " + shown(name));
            }
            path.addLast(name);
            ParsedQuery text;
            try {
                text = Gate.check(engine, view.sql(), name.schema());
            } catch (WingsException e) {
                throw new WingsException(e.kind(), "the view " + shown(name) + " cannot be used: " + e.getMessage(), e);
            }
            if (!text.parameters().isEmpty() || text.isExplain()) {
                throw WingsException.invalid("the view " + shown(name)
                        + " cannot be used: it is a query with parameters, or no query of rows");
            }
            visit(text);
            path.removeLast();
            texts.add(text);
            views.put(name, new ViewUse(view, text.sql()));
        }

        private void checkCycle(TableRef name) {
            if (path.contains(name)) {
                throw WingsException.invalid("a view uses itself" + path() + " > " + shown(name));
            }
        }

        private String path() {
            return path.isEmpty() ? "" : ": " + path.stream().map(Search::shown).collect(Collectors.joining(" > "));
        }

        private static String shown(TableRef name) {
            return name.schema() + "." + name.table();
        }
    }
}
