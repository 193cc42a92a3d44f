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

import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What a query's filter says of the rows of a table: rows for which it is not true do not matter. A condition
/// says the same as the filter or less, never more.
///
/// Values are literals of [dev.wings.common.schema.PartitionValue#ofLiteral], and `Double`.
public sealed interface Condition {

    /// Returns the condition that says nothing.
    static Condition none() {
        return new All(List.of());
    }

    /// The condition that is true of no row.
    record Never() implements Condition {}

    /// All of these conditions hold.
    record All(List<Condition> conditions) implements Condition {
        public All {
            conditions = List.copyOf(conditions);
        }
    }

    /// At least one of these conditions holds.
    record Any(List<Condition> conditions) implements Condition {
        public Any {
            conditions = List.copyOf(conditions);
        }
    }

    /// The column is not null, and compares with the value in this way.
    record Compared(String column, Comparison comparison, Object value) implements Condition {}

    /// The column is one of the values, so it is not null. A hash set takes texts of one hash in order, where an
    /// immutable one would compare each with each.
    record OneOf(String column, Set<Object> values) implements Condition {
        public OneOf(String column, Collection<?> values) {
            this(column, Collections.unmodifiableSet(new HashSet<Object>(values)));
        }
    }

    /// The column is neither null nor one of the values.
    record NoneOf(String column, Set<Object> values) implements Condition {
        public NoneOf(String column, Collection<?> values) {
            this(column, Collections.unmodifiableSet(new HashSet<Object>(values)));
        }
    }

    /// The column is null.
    record Null(String column) implements Condition {}

    /// The column is not null.
    record NotNull(String column) implements Condition {}

    enum Comparison {
        EQUAL,
        LESS,
        AT_MOST,
        GREATER,
        AT_LEAST
    }

    /// Returns that all of these conditions hold; those that say nothing are left out.
    static Condition all(List<Condition> conditions) {
        List<Condition> said =
                conditions.stream().filter(condition -> !condition.isNone()).toList();
        return said.size() == 1 ? said.getFirst() : said.isEmpty() ? none() : new All(said);
    }

    /// Returns that at least one of these conditions holds. If there are none, or if one says nothing, it is
    /// not known which rows matter.
    static Condition any(List<Condition> conditions) {
        if (conditions.isEmpty() || conditions.stream().anyMatch(Condition::isNone)) {
            return none();
        }
        return conditions.size() == 1 ? conditions.getFirst() : new Any(conditions);
    }

    /// Whether the condition says nothing.
    default boolean isNone() {
        return this instanceof All all && all.conditions().isEmpty();
    }

    /// Whether the condition names values that a column must have: then most likely few rows meet it.
    default boolean namesValues() {
        return switch (this) {
            case All all -> all.conditions().stream().anyMatch(Condition::namesValues);
            case Any any -> any.conditions().stream().allMatch(Condition::namesValues);
            case Compared compared -> compared.comparison() == Comparison.EQUAL;
            case OneOf ignored -> true;
            case Never ignored -> true;
            case NoneOf ignored -> false;
            case Null ignored -> false;
            case NotNull ignored -> false;
        };
    }

    /// Whether it is seen at once that the condition can be true of no row, because it says things of one
    /// column that exclude each other.
    default boolean isContradictory() {
        if (!(this instanceof All all)) {
            return this instanceof Never;
        }
        Set<String> nulls = new HashSet<>();
        Set<String> values = new HashSet<>();
        for (Condition each : all.conditions()) {
            switch (each) {
                case Null isNull -> nulls.add(isNull.column());
                case NotNull notNull -> values.add(notNull.column());
                case Compared compared -> values.add(compared.column());
                case OneOf list -> values.add(list.column());
                case NoneOf list -> values.add(list.column());
                case All ignored -> {}
                case Any ignored -> {}
                case Never ignored -> {
                    return true;
                }
            }
        }
        return !Collections.disjoint(nulls, values)
                || values.stream().anyMatch(column -> of(column).isEmpty());
    }

    /// Returns what the condition says of one column by itself.
    default Restriction of(String column) {
        return switch (this) {
            case All all -> {
                Restriction both = Restriction.NONE;
                for (Condition each : all.conditions()) {
                    both = both.and(each.of(column));
                }
                yield both;
            }
            case Any any ->
                Restriction.anyOf(
                        any.conditions().stream().map(each -> each.of(column)).toList());
            case Compared compared -> compared.column().equals(column) ? restriction(compared) : Restriction.NONE;
            case OneOf list ->
                list.column().equals(column)
                        ? Restriction.anyOf(list.values().stream()
                                .map(value -> restriction(new Compared(column, Comparison.EQUAL, value)))
                                .toList())
                        : Restriction.NONE;
            case Never ignored -> Restriction.values(Set.of());
            case NoneOf ignored -> Restriction.NONE;
            case Null ignored -> Restriction.NONE;
            case NotNull ignored -> Restriction.NONE;
        };
    }

    /// Returns the values between the bounds. A bound is inclusive even where it could be exclusive, which
    /// costs little here.
    private static Restriction restriction(Compared compared) {
        Object value = compared.value();
        return switch (compared.comparison()) {
            // Of values that are equal without being the same, such as 0.0 and -0.0, one does not stand for the
            // others.
            case EQUAL ->
                (value instanceof Double ? Restriction.NONE : Restriction.values(Set.of(value)))
                        .and(Restriction.atLeast(value))
                        .and(Restriction.atMost(value));
            case AT_LEAST, GREATER -> Restriction.atLeast(value);
            case AT_MOST, LESS -> Restriction.atMost(value);
        };
    }
}
