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

import java.util.Set;

/// Knows which functions of the engine a query may call. Names are
/// [folded][dev.wings.server.table.TableRef#folded].
public final class HarmlessFunctions {

    /// Table functions that read neither files nor the engine's inside.
    private static final Set<String> TABLE_FUNCTIONS = Set.of(
            "range",
            "generate_series",
            "unnest",
            "repeat_row",
            "json_each",
            "json_tree",
            "pg_timezone_names",
            "icu_calendar_names");

    /// Functions that have effects or show the engine's inside. The others only compute.
    private static final Set<String> REFUSED = Set.of(
            "current_setting",
            "getvariable",
            "getenv",
            "write_log",
            "sleep_ms",
            "pg_sleep",
            "nextval",
            "currval",
            "setval",
            "setseed",
            "pg_get_viewdef",
            "pg_get_constraintdef",
            "get_block_size",
            "format_type",
            "query",
            "query_table",
            "json_execute_serialized_sql",
            "json_serialize_plan",
            "json_serialize_sql",
            "json_deserialize_sql",
            "current_query",
            "current_query_id",
            "current_connection_id",
            "parse_duckdb_log_message",
            "duckdb_profiling_settings");

    private HarmlessFunctions() {}

    /// Says whether a function may stand where a table does.
    public static boolean isTableFunction(String name) {
        return TABLE_FUNCTIONS.contains(name);
    }

    /// Says whether a function must not be called for a value.
    public static boolean isRefused(String name) {
        return REFUSED.contains(name) || name.startsWith("duckdb_") || name.startsWith("pragma_");
    }
}
