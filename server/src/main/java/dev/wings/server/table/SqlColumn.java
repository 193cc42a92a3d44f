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

import java.util.Optional;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/// A column of a table.
///
/// @param sqlType the type as in `create table`
/// @param nullable whether it can hold null
/// @param stored the type of the column as it is read
/// @param shown the type of the column in a result: what DuckDB makes of `stored`
/// @param doc the description for people, empty for none
/// @param byDefault what rows get that leave the column out, as it stands in SQL; none is null
public record SqlColumn(
        String name,
        String sqlType,
        boolean nullable,
        Field stored,
        Field shown,
        String doc,
        Optional<String> byDefault) {

    /// Whether stored and shown values are laid out in the same way, so that results can be made without
    /// DuckDB.
    public boolean shownAsStored() {
        return stored.getType().equals(shown.getType()) && stored.getChildren().isEmpty();
    }

    /// Returns the field of a result, under another name.
    public Field shownAs(String as) {
        return new Field(as, shown.getFieldType(), shown.getChildren());
    }

    /// Returns a column without anything nested.
    public static SqlColumn flat(String name, String sqlType, boolean nullable, ArrowType type, String doc) {
        Field field = new Field(name, FieldType.nullable(type), null);
        return new SqlColumn(name, sqlType, nullable, field, field, doc, Optional.empty());
    }
}
