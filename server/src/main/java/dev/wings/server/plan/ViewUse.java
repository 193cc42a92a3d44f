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

import dev.wings.server.table.SqlView;

/// A view that a query uses, by itself or by another view.
///
/// @param sql its query as the engine is given it
record ViewUse(SqlView view, String sql) {

    /// The statement that makes it in an engine that has what it is made of.
    String statement() {
        // its last line may be a comment
        return "CREATE OR REPLACE VIEW " + view.ref().sql() + " AS " + sql + "\n";
    }
}
