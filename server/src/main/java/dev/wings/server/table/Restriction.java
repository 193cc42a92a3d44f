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

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// What a query's filter says of one column: rows with other values do not matter. Says less than the filter or the
/// same, never more.
///
/// @param values the only values that matter, as literals of [dev.wings.common.schema.PartitionValue#ofLiteral]; empty
///     if others may
/// @param min of a number, or a timestamp in microseconds; inclusive
/// @param max inclusive
public record Restriction(Optional<Set<Object>> values, long min, long max) {

    /// No restriction.
    public static final Restriction NONE = new Restriction(Optional.empty(), Long.MIN_VALUE, Long.MAX_VALUE);

    public Restriction {
        values = values.map(Set::copyOf);
    }

    public static Restriction values(Set<Object> values) {
        return new Restriction(Optional.of(values), Long.MIN_VALUE, Long.MAX_VALUE);
    }

    public static Restriction range(long min, long max) {
        return new Restriction(Optional.empty(), min, max);
    }

    /// Both hold.
    public Restriction and(Restriction other) {
        Optional<Set<Object>> both = values;
        if (both.isEmpty()) {
            both = other.values;
        } else if (other.values.isPresent()) {
            Set<Object> common = new HashSet<>(both.get());
            common.retainAll(other.values.get());
            both = Optional.of(common);
        }
        long lowest = Math.max(min, other.min);
        long highest = Math.min(max, other.max);
        return new Restriction(both, lowest, highest);
    }

    /// At least one holds.
    public Restriction or(Restriction other) {
        Optional<Set<Object>> either = Optional.empty();
        if (values.isPresent() && other.values.isPresent()) {
            Set<Object> all = new HashSet<>(values.get());
            all.addAll(other.values.get());
            either = Optional.of(all);
        }
        long lowest = Math.min(min, other.min);
        long highest = Math.max(max, other.max);
        return new Restriction(either, lowest, highest);
    }
}
