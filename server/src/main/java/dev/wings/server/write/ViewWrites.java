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
package dev.wings.server.write;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.ViewColumn;
import dev.wings.common.resource.ResourceId;
import dev.wings.common.resource.TopicName;
import dev.wings.common.resource.ViewName;
import dev.wings.common.schema.SqlTypes;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TypeText;
import dev.wings.server.catalog.Views;
import dev.wings.server.table.TableRef;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.arrow.flight.sql.FlightSqlColumnMetadata;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/// Makes and drops views.
final class ViewWrites {

    /// Names, for types of results that topics do not have, the types that show other engines most of their
    /// values.
    private static final Map<String, String> NEAREST = Map.of(
            "HUGEINT", "DECIMAL(38,0)",
            "UHUGEINT", "DECIMAL(38,0)",
            "UBIGINT", "DECIMAL(20,0)",
            "UINTEGER", "BIGINT",
            "USMALLINT", "INTEGER",
            "UTINYINT", "INTEGER",
            "SMALLINT", "INTEGER",
            "TINYINT", "INTEGER",
            "TIMESTAMP_S", "TIMESTAMP",
            "TIMESTAMP_MS", "TIMESTAMP");

    private final Views views;

    ViewWrites(Views views) {
        this.views = views;
    }

    Writes.Outcome create(WriteStatement.CreateView create, String tenant, OwnQueries queries) {
        ViewName name = name(tenant, create.view());
        OwnQueries inNamespace = queries.in(name.namespace());
        String query = create.query().strip();
        while (query.endsWith(";")) {
            query = query.substring(0, query.length() - 1).stripTrailing();
        }
        // the query is described as it was written, so that places in its failures are right
        Schema columns = columns(inNamespace, create.query());
        if (inNamespace.usesView(query, create.view())) {
            throw WingsException.invalid("a view cannot use itself: view=" + named(create.view()));
        }
        if (!create.columns().isEmpty()) {
            if (create.columns().size() != columns.getFields().size()) {
                throw WingsException.invalid("as many names as columns are expected: names="
                        + create.columns().size() + ", columns="
                        + columns.getFields().size());
            }
            query = "SELECT * FROM (" + query + ") AS " + SqlTypes.identifier(name.view()) + "("
                    + String.join(
                            ", ",
                            create.columns().stream().map(SqlTypes::identifier).toList())
                    + ")";
            columns = columns(inNamespace, query);
        }
        List<ViewColumn> told = told(columns);
        try {
            views.create(name, query, told, create.replace());
        } catch (WingsException e) {
            if (e.kind() != ErrorKind.ALREADY_EXISTS) {
                throw e;
            }
            boolean view = views.exists(name);
            if (view && create.ifNotExists()) {
                return Writes.Outcome.of("there is already a view " + named(create.view()));
            }
            throw new WingsException(
                    e.kind(),
                    e.getMessage()
                            + (view
                                    ? ": CREATE OR REPLACE VIEW replaces a view"
                                    : ": it is that of a table, which no view" + " replaces"),
                    e);
        }
        return Writes.Outcome.of("created view " + named(create.view()));
    }

    private static Schema columns(OwnQueries queries, String query) {
        if (!queries.parameters(query).isEmpty()) {
            throw WingsException.invalid("the query of a view has no parameters: say the values");
        }
        return queries.columns(query)
                .orElseThrow(() -> WingsException.invalid("a column has no type, since it is nothing but null:"
                        + " CAST it, as in CAST(NULL AS BIGINT)"));
    }

    private static List<ViewColumn> told(Schema columns) {
        List<ViewColumn> told = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Field column : columns.getFields()) {
            if (!names.add(TopicField.folded(column.getName()))) {
                throw WingsException.invalid("two columns have the same name: column="
                        + TopicField.printable(column.getName()) + ": name them with AS");
            }
            if (column.getName().length() > TopicField.MAX_NAME_LENGTH) {
                throw WingsException.invalid("a column's name is too long: column="
                        + TopicField.printable(column.getName().substring(0, 40)) + "..., limit="
                        + TopicField.MAX_NAME_LENGTH + ": name it with AS");
            }
            told.add(ViewColumn.newBuilder()
                    .setName(column.getName())
                    .setType(type(new FlightSqlColumnMetadata(column.getMetadata()).getTypeName()))
                    .build());
        }
        return told;
    }

    private static String type(String sql) {
        try {
            return SqlTypes.text(TypeText.parse(NEAREST.getOrDefault(sql, sql)));
        } catch (WingsException e) {
            return "VARCHAR";
        }
    }

    Writes.Outcome drop(WriteStatement.DropView drop, String tenant, Tables tables) {
        ViewName name = name(tenant, drop.view());
        if (views.delete(name)) {
            return Writes.Outcome.of("dropped view " + named(drop.view()));
        }
        if (tables.exists(new TopicName(tenant, name.namespace(), name.view()))) {
            throw WingsException.invalid(named(drop.view()) + " is a table, not a view: DROP TABLE drops it");
        }
        if (drop.ifExists()) {
            return Writes.Outcome.of("there is no view " + named(drop.view()));
        }
        throw WingsException.notFound("there is no such view: view=" + named(drop.view()));
    }

    /// Knows which tables there are.
    interface Tables {
        boolean exists(TopicName table);
    }

    /// Returns the statement that makes the view, if there is a view of this name.
    Optional<String> statement(String tenant, TableRef table) {
        if (!isPossible(table)) {
            return Optional.empty();
        }
        return views.find(name(tenant, table))
                .map(view -> "CREATE VIEW " + SqlTypes.identifier(table.schema()) + "."
                        + SqlTypes.identifier(table.table()) + " AS\n" + view.sql() + ";");
    }

    /// Returns the failure of a statement for which there is no table of this name. If there is a view of the
    /// name, the failure says so.
    ///
    /// @param advice what to do with a view instead
    WingsException explained(WingsException failure, String tenant, TableRef table, String advice) {
        boolean view = failure.kind() == ErrorKind.NOT_FOUND && isPossible(table) && views.exists(name(tenant, table));
        return view ? new WingsException(ErrorKind.INVALID, named(table) + " is a view: " + advice, failure) : failure;
    }

    private static boolean isPossible(TableRef table) {
        return ResourceId.isLegal(table.schema()) && ResourceId.isLegal(table.table());
    }

    private static ViewName name(String tenant, TableRef view) {
        TableRef.checkNotSystem(view.schema());
        return new ViewName(tenant, view.schema(), view.table());
    }

    private static String named(TableRef view) {
        return view.schema() + "." + view.table();
    }
}
