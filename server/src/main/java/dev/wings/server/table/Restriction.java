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

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a query's filter says of one column: rows with other values do not matter. A restriction says the same
/// as the filter or less, never more.
///
/// Values are literals of [dev.wings.common.schema.PartitionValue#ofLiteral], and `Double` in bounds.
///
/// @param values the only values that matter; empty if others may matter, too
/// @param lower the lower bound, inclusive; empty for none
/// @param upper the upper bound, inclusive
public record Restriction(Optional<Set<Object>> values, Optional<Object> lower, Optional<Object> upper) {

    /// The restriction that says nothing.
    public static final Restriction NONE = new Restriction(Optional.empty(), Optional.empty(), Optional.empty());

    /// Restricts a column to these values, which a client may choose. They are kept in a hash set, which takes
    /// texts of one hash in order, where an immutable one would compare each with each.
    public static Restriction values(Collection<?> values) {
        return new Restriction(
                Optional.of(Collections.unmodifiableSet(new HashSet<>(values))), Optional.empty(), Optional.empty());
    }

    public static Restriction atLeast(Object lower) {
        return new Restriction(Optional.empty(), Optional.of(lower), Optional.empty());
    }

    public static Restriction atMost(Object upper) {
        return new Restriction(Optional.empty(), Optional.empty(), Optional.of(upper));
    }

    /// The lower bound of a number, or of a timestamp in microseconds.
    public long min() {
        return lower.map(bound -> number(bound, Long.MIN_VALUE)).orElse(Long.MIN_VALUE);
    }

    /// The upper bound of a number, or of a timestamp in microseconds.
    public long max() {
        return upper.map(bound -> number(bound, Long.MAX_VALUE)).orElse(Long.MAX_VALUE);
    }

    /// Whether it is known that no value meets the restriction. Of floating point numbers nothing is known: 0.0
    /// and -0.0 are equal.
    boolean isEmpty() {
        if (values.map(Set::isEmpty).orElse(false)) {
            return true;
        }
        if (lower.isEmpty() || upper.isEmpty() || lower.get() instanceof Double) {
            return false;
        }
        return compare(lower.get(), upper.get()).orElse(0) > 0;
    }

    /// Returns that both restrictions hold.
    public Restriction and(Restriction other) {
        return new Restriction(
                common(values, other.values), tighter(lower, other.lower, 1), tighter(upper, other.upper, -1));
    }

    /// Returns that at least one of both restrictions holds.
    public Restriction or(Restriction other) {
        return anyOf(List.of(this, other));
    }

    /// Returns that at least one of these restrictions holds. If there are none, it is not known which rows
    /// matter. This takes time in proportion to what they say, because a list in a query may be long.
    public static Restriction anyOf(List<Restriction> restrictions) {
        if (restrictions.isEmpty()) {
            return NONE;
        }
        Restriction first = restrictions.getFirst();
        boolean onlyValues = true;
        Set<Object> values = new HashSet<>();
        Optional<Object> lower = first.lower;
        Optional<Object> upper = first.upper;
        for (Restriction each : restrictions) {
            onlyValues &= each.values.isPresent();
            if (onlyValues) {
                values.addAll(each.values.get());
            }
            lower = looser(lower, each.lower, -1);
            upper = looser(upper, each.upper, 1);
        }
        return new Restriction(
                onlyValues ? Optional.of(Collections.unmodifiableSet(values)) : Optional.empty(), lower, upper);
    }

    /// Returns the values that are in both sets. Values of different classes may be equal for SQL, such as the
    /// number 5 and the text of it; where they cannot be compared, one of the sets holds all the same.
    private static Optional<Set<Object>> common(Optional<Set<Object>> a, Optional<Set<Object>> b) {
        if (a.isEmpty() || b.isEmpty()) {
            return a.isPresent() ? a : b;
        }
        Set<Class<?>> classes = Stream.concat(a.get().stream(), b.get().stream())
                .map(Object::getClass)
                .collect(Collectors.toSet());
        if (classes.size() > 1) {
            return a;
        }
        Set<Object> common = new HashSet<>(a.get());
        common.retainAll(b.get());
        return Optional.of(Collections.unmodifiableSet(common));
    }

    /// Returns the tighter of two bounds. Where they cannot be compared, one of them holds all the same.
    private static Optional<Object> tighter(Optional<Object> a, Optional<Object> b, int sign) {
        if (a.isEmpty() || b.isEmpty()) {
            return a.isPresent() ? a : b;
        }
        return compare(a.get(), b.get()).orElse(sign) * sign >= 0 ? a : b;
    }

    private static Optional<Object> looser(Optional<Object> a, Optional<Object> b, int sign) {
        if (a.isEmpty() || b.isEmpty()) {
            return Optional.empty();
        }
        OptionalInt order = compare(a.get(), b.get());
        return order.isEmpty() ? Optional.empty() : order.getAsInt() * sign >= 0 ? a : b;
    }

    /// Compares two values. The result is empty for different classes, and for those that SQL orders in another
    /// way than Java.
    private static OptionalInt compare(Object a, Object b) {
        return switch (a) {
            case Long value when b instanceof Long other -> OptionalInt.of(value.compareTo(other));
            case Double value when b instanceof Double other -> OptionalInt.of(value.compareTo(other));
            case BigDecimal value when b instanceof BigDecimal other -> OptionalInt.of(value.compareTo(other));
            case Instant value when b instanceof Instant other -> OptionalInt.of(value.compareTo(other));
            case LocalDate value when b instanceof LocalDate other -> OptionalInt.of(value.compareTo(other));
            case LocalTime value when b instanceof LocalTime other -> OptionalInt.of(value.compareTo(other));
            case LocalDateTime value when b instanceof LocalDateTime other -> OptionalInt.of(value.compareTo(other));
            case String value
            when b instanceof String other ->
                OptionalInt.of(Integer.signum(Arrays.compareUnsigned(
                        value.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8))));
            default -> OptionalInt.empty();
        };
    }

    private static long number(Object bound, long otherwise) {
        return switch (bound) {
            case Long value -> value;
            case Instant value -> ChronoUnit.MICROS.between(Instant.EPOCH, value);
            default -> otherwise;
        };
    }
}
