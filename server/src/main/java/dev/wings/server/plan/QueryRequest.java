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

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A query as a client asks for it.
///
/// @param id identifies the query for cancelling it and in `system.queries`
/// @param tenant the tenant whose topics it sees
/// @param schema the schema of bare names
/// @param timeZone the time zone of the session, as the engine knows it
/// @param parameters the values in order, see [dev.wings.common.duckdb.Statement#bind]
public record QueryRequest(
        String id, String tenant, String schema, String timeZone, String sql, List<@Nullable Object> parameters) {

    public static final String UTC = "UTC";

    public QueryRequest {
        // List.copyOf would take no nulls
        parameters = Collections.unmodifiableList(new ArrayList<>(parameters));
    }

    public QueryRequest(String id, String tenant, String schema, String sql, List<@Nullable Object> parameters) {
        this(id, tenant, schema, UTC, sql, parameters);
    }
}
