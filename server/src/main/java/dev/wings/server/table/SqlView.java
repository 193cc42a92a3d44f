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
package dev.wings.server.table;

import dev.wings.common.resource.ViewName;
import java.util.List;

/// A view as it was last changed.
///
/// @param etag another one after each change
/// @param sql the query, whose bare names are tables of the view's namespace
/// @param columns of its result, as they were when it was made
public record SqlView(ViewName name, String etag, String sql, List<SqlColumn> columns) {

    public SqlView {
        columns = List.copyOf(columns);
    }

    /// The name that queries use.
    public TableRef ref() {
        return new TableRef(name.namespace(), name.view());
    }
}
