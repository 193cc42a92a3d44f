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

import dev.wings.common.error.WingsException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Says what to do instead of a statement that is no query.
public final class Refusals {

    private static final String CATALOG =
            "a table of your own is made and written with Spark, Trino, PyIceberg or DuckDB"
                    + " through the Iceberg catalog, port 7700 of `wings dev`, path /iceberg (docs/lake.md)";

    private static final String UNCHANGED = "rows of a topic are never changed; " + CATALOG;

    private static final String MAKE = "CREATE TABLE makes a topic, CREATE SCHEMA a namespace, CREATE VIEW a view,"
            + " and there is nothing else to make here; " + CATALOG;

    private static final String ALONE =
            "each query by itself reads one snapshot of all its tables, there are no" + " transactions";

    private static final String CLIENT = "clients prepare: Connection.prepareStatement of JDBC, or"
            + " CreatePreparedStatement of Flight SQL, with ? or $1 in a query";

    private static final String EXTENSIONS =
            "no extension is loaded here; functions of JSON, time zones and Parquet are there without";

    private static final String MAINTENANCE = "tables are kept in order in the background: select * from system.tasks";

    private static final String RIGHTS = "there are no users and no rights yet, a tenant is named by the header"
            + " wings-tenant (docs/operations/tenants.md)";

    private static final Map<String, String> INSTEAD = table(Map.ofEntries(
            Map.entry("insert", "INSERT INTO table VALUES (...), or a query"),
            Map.entry("replace", UNCHANGED),
            Map.entry(
                    "copy",
                    "`wings push TOPIC FILE` reads files, `wings sql -o csv|parquet|json QUERY > FILE` writes"
                            + " them"),
            Map.entry(
                    "export import",
                    "`wings sql -o parquet QUERY > FILE` writes a result, `wings push TOPIC FILE`" + " reads a file"),
            Map.entry("update delete merge truncate", UNCHANGED),
            Map.entry("create", MAKE),
            Map.entry(
                    "alter",
                    "ALTER TABLE changes a topic's columns and options, and there is nothing else to alter; "
                            + CATALOG),
            Map.entry(
                    "drop",
                    "DROP TABLE deletes a topic with its rows, DROP SCHEMA a namespace, DROP VIEW a view, and there is"
                            + " nothing else to drop"),
            Map.entry(
                    "comment",
                    "a comment is given to a column when its table is made: CREATE TABLE t (a int COMMENT 'text')"),
            Map.entry(
                    "attach detach connect",
                    "all namespaces are here by their names, namespace.topic; other systems"
                            + " read topics through the Iceberg catalog, port 7700 of `wings dev`, path /iceberg"
                            + " (docs/lake.md)"),
            Map.entry("install load update_extensions force", EXTENSIONS),
            Map.entry(
                    "pragma",
                    "DESCRIBE topic shows columns, SHOW ALL TABLES what is there; settings are the server's"
                            + " (docs/operations/configuration.md)"),
            Map.entry("call", "system tables tell of the platform: SHOW ALL TABLES lists them"),
            Map.entry("begin start commit rollback abort end savepoint release", ALONE),
            Map.entry("prepare execute deallocate", CLIENT),
            Map.entry("checkpoint vacuum analyze reindex refresh", MAINTENANCE),
            Map.entry("grant revoke", RIGHTS),
            Map.entry(
                    "set reset",
                    "a session has a schema and a time zone: SET schema = 'namespace', SET timezone ="
                            + " 'Europe/Berlin'; all other settings are the server's (docs/operations/configuration.md)"),
            Map.entry("use", "USE namespace changes the schema of bare names"),
            Map.entry("pivot pivot_wider", "name the values: PIVOT topic ON column IN ('a', 'b') USING sum(x)"),
            Map.entry(
                    "show",
                    "SHOW TABLES, SHOW ALL TABLES, SHOW SCHEMAS, SHOW CREATE TABLE topic and DESCRIBE topic are there"),
            Map.entry(
                    "explain",
                    "EXPLAIN is supported of queries only: EXPLAIN SELECT ... or EXPLAIN ANALYZE SELECT" + " ..."),
            Map.entry("declare fetch close", "results are streamed: run the query and take as many rows as are wanted"),
            Map.entry("lock unlock listen notify do", ALONE)));

    /// Some statements that begin with these words may run.
    private static final Set<String> SOMETIMES = Set.of("pivot", "pivot_wider", "explain", "show");

    private Refusals() {}

    /// Returns the refusal of a statement that never runs, however it goes on.
    static Optional<WingsException> ofAny(String sql) {
        return SOMETIMES.contains(SqlText.firstWord(sql)) ? Optional.empty() : of(sql);
    }

    /// Returns the refusal of a statement that begins with a word that no query begins with.
    public static Optional<WingsException> of(String sql) {
        String verb = SqlText.firstWord(sql);
        return Optional.ofNullable(INSTEAD.get(verb))
                .map(instead -> WingsException.invalid("this statement is not supported: statement="
                        + verb.toUpperCase(Locale.ROOT) + ": " + instead));
    }

    private static Map<String, String> table(Map<String, String> ofSeveral) {
        Map<String, String> table = new HashMap<>();
        ofSeveral.forEach((verbs, instead) -> List.of(verbs.split(" ")).forEach(verb -> table.put(verb, instead)));
        return Map.copyOf(table);
    }
}
