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

import dev.wings.common.error.WingsException;

/// A table of the catalog `wings` as a query names it, [folded][#folded]: SQL compares names without regard to case.
///
/// @param schema the namespace, or `system`
/// @param table the topic as written: its id, or its full resource name
public record TableRef(String schema, String table) {

    /// The catalog that all tables are in.
    public static final String CATALOG = "wings";

    /// The schema of tables that tell of the system itself.
    public static final String SYSTEM = "system";

    public TableRef {
        schema = folded(schema);
        table = folded(table);
    }

    /// Returns the part of a name of a table, a function or a common table expression that is the same for
    /// names which are the same to the engine. The engine takes only letters of ASCII for equal in another
    /// case; folding more would take a name for that of something else.
    public static String folded(String name) {
        StringBuilder folded = new StringBuilder(name);
        for (int i = 0; i < folded.length(); i++) {
            char c = folded.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                folded.setCharAt(i, (char) (c - 'A' + 'a'));
            }
        }
        return folded.toString();
    }

    /// Returns the name as it is written in SQL.
    public String sql() {
        return CATALOG + "." + quote(schema) + "." + quote(table);
    }

    /// Fails with INVALID if a statement that writes names a schema of tables that tell of the platform.
    public static void checkNotSystem(String schema) {
        if (folded(schema).equals(SYSTEM) || folded(schema).equals("information_schema")) {
            throw WingsException.invalid(
                    "the tables of this schema tell of the platform, nothing changes them: schema=" + schema);
        }
    }

    public static String quote(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }
}
