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

import dev.wings.common.duckdb.ParquetFiles;
import dev.wings.server.sql.ParsedQuery;
import dev.wings.server.table.SqlColumn;
import dev.wings.server.table.SqlTable;
import dev.wings.server.table.TableRef;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Answers `DESCRIBE` of a table. The engine knows tables without their `NOT NULL` and their defaults, and
/// would say that all columns can hold null.
final class TableDescription {

    private TableDescription() {}

    /// If the query describes a table, returns it with what the engine does not know put in.
    static ParsedQuery complete(ParsedQuery query, Map<TableRef, SqlTable> tables) {
        return query.described()
                .map(name -> query.rewritten(sql(name, columns(tables, name))))
                .orElse(query);
    }

    private static List<SqlColumn> columns(Map<TableRef, SqlTable> tables, TableRef name) {
        SqlTable table = tables.get(name);
        if (table == null) {
            throw new IllegalStateException("a table that was not resolved: " + name);
        }
        return table.columns();
    }

    private static String sql(TableRef name, List<SqlColumn> columns) {
        String names = columns.stream()
                .filter(column -> !column.nullable())
                .map(column -> ParquetFiles.text(column.name()))
                .collect(Collectors.joining(", "));
        String defaults = columns.stream()
                .filter(column -> column.byDefault().isPresent())
                .map(column -> " WHEN " + ParquetFiles.text(column.name()) + " THEN "
                        + ParquetFiles.text(column.byDefault().get()))
                .collect(Collectors.joining());
        String byDefault = defaults.isEmpty() ? "" : "CASE column_name" + defaults + " END AS ";
        return "SELECT column_name, column_type, CASE WHEN list_contains([" + names
                + "]::VARCHAR[], column_name) THEN 'NO' ELSE 'YES' END AS \"null\", \"key\", " + byDefault
                + "\"default\", extra FROM"
                + " (DESCRIBE " + name.sql() + ")";
    }
}
