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

import dev.wings.common.schema.TopicField;
import java.util.List;
import java.util.Optional;

/// A table that a query names. The kinds of tables are listed here together, so that whoever reads them has a
/// case for each.
public sealed interface SqlTable permits TopicTable, SystemTable {

    /// Returns the columns in the order of `select *`.
    List<SqlColumn> columns();

    /// Returns the column of that name, matched without regard to case.
    default Optional<SqlColumn> find(String name) {
        String folded = TopicField.folded(name);
        return columns().stream()
                .filter(column -> TopicField.folded(column.name()).equals(folded))
                .findFirst();
    }
}
