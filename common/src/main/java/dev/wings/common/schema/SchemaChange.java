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
import java.util.List;
import java.util.Optional;

/// One change of a topic's schema, see [SchemaEvolution]. Fields are named by their path from the top: the
/// column, then members of structs by their names, the element of a list as `element`, the value of a map as
/// `value`.
public sealed interface SchemaChange {

    /// What the field that is changed is called before the change; for [Add], the struct that gets the field.
    FieldPath path();

    /// Adds a field behind all others of its struct, or at `position`.
    ///
    /// @param path the struct that gets the field; empty for a column
    /// @param field has ids that mean nothing: the topic's next free ones are given
    record Add(FieldPath path, TopicField field, Optional<Position> position) implements SchemaChange {}

    /// Takes a field away. Its values are not seen any more, and its id is never used again.
    record Drop(FieldPath path) implements SchemaChange {}

    /// Gives a field another name among its siblings.
    record Rename(FieldPath path, String name) implements SchemaChange {}

    /// Widens a field's type.
    record Widen(FieldPath path, FieldType type) implements SchemaChange {}

    /// Lets a field be null.
    record MakeOptional(FieldPath path) implements SchemaChange {}

    /// Replaces the text for people; an empty one takes it away.
    record SetDoc(FieldPath path, String doc) implements SchemaChange {}

    /// Gives a column the default of rows that leave it out from now on, and takes it away if there is no
    /// value. Rows that are there keep what they have.
    ///
    /// @param value a text that [DefaultValue#parse] reads
    record SetDefault(FieldPath path, Optional<String> value) implements SchemaChange {}

    /// Moves a field among its siblings.
    record Move(FieldPath path, Position position) implements SchemaChange {}

    /// A place among siblings.
    ///
    /// @param after the sibling before it; empty for the first place
    record Position(Optional<String> after) {

        public static final Position FIRST = new Position(Optional.empty());

        public static Position after(String sibling) {
            return new Position(Optional.of(sibling));
        }
    }

    /// The names on the way to a field, compared without regard to case.
    record FieldPath(List<String> names) {

        public static final FieldPath TOP = new FieldPath(List.of());

        public FieldPath {
            names = List.copyOf(names);
            if (names.size() > TopicSchema.MAX_DEPTH) {
                throw WingsException.invalid(
                        "the path of a field is too long: names=" + names.size() + ", limit=" + TopicSchema.MAX_DEPTH);
            }
        }

        public static FieldPath of(String... names) {
            return new FieldPath(List.of(names));
        }

        /// The path as people write it: `address.street`.
        @Override
        public String toString() {
            return TopicField.printable(String.join(".", names));
        }
    }
}
