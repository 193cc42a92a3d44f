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
package dev.wings.common.schema;

import dev.wings.common.error.WingsException;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// What a column has where rows say nothing of it.
///
/// What is stored tells rows that were there before the column from those that left it out: a page or a file
/// without the column has `initial` in it, whatever is asked for later, and whoever writes a row that leaves
/// the column out writes `later`, unless the two are the same.
///
/// @param initial what rows have that were written before the column was added; it never changes. None is null
/// @param later what rows get that leave the column out from now on; none is null, or a refusal if the column
///     is required
public record ColumnDefaults(Optional<DefaultValue> initial, Optional<DefaultValue> later) {

    public static final ColumnDefaults NONE = new ColumnDefaults(Optional.empty(), Optional.empty());

    /// Those of a column of a new topic, which has no rows.
    public static ColumnDefaults ofNew(DefaultValue value) {
        return new ColumnDefaults(Optional.empty(), Optional.of(value));
    }

    /// Whether a row that leaves the column out has what is read where the column is not stored.
    public boolean isAbsentLater() {
        return initial.equals(later);
    }

    ColumnDefaults ofAdded() {
        return new ColumnDefaults(later, later);
    }

    ColumnDefaults withLater(Optional<DefaultValue> value) {
        return new ColumnDefaults(initial, value);
    }

    ColumnDefaults mapped(UnaryOperator<DefaultValue> change) {
        return new ColumnDefaults(initial.map(change), later.map(change));
    }

    /// Those of a table that keeps values of the column as another type.
    public ColumnDefaults kept(FieldType type) {
        return mapped(value -> value.kept(type));
    }

    void check(FieldType type, String name) {
        if (this.equals(NONE)) {
            return;
        }
        DefaultValue.checkType(type);
        mapped(value -> {
            if (!value.type().equals(type)) {
                throw WingsException.invalid("the default is of another type than the field: field=\"" + name
                        + "\", type=" + type + ", default=" + value.type());
            }
            return value;
        });
    }
}
