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
package dev.wings.server.scan;

import dev.wings.common.scan.RowFilter;
import dev.wings.common.scan.RowMatches;
import dev.wings.server.table.Condition;
import dev.wings.server.table.SqlColumn;
import dev.wings.server.table.TopicTable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.VarCharVector;
import org.jspecify.annotations.Nullable;

/// Leaves out rows before they go to an engine, which costs far more for each row. It does so where a condition
/// compares numbers, times or texts that SQL orders as Java does. It stops looking at rows when most of them
/// stay anyway.
final class RowConditions implements RowFilter {

    /// After so many rows it is judged whether looking at them is worth it.
    private static final long TRIAL_ROWS = 1 << 18;

    private static final int MAX_PARTS = 16;

    private final Condition condition;
    private final Map<String, Integer> columns;
    private final Set<String> defaulted;
    private final AtomicLong seenRows = new AtomicLong();
    private final AtomicLong keptRows = new AtomicLong();

    private RowConditions(Condition condition, Map<String, Integer> columns, Set<String> defaulted) {
        this.defaulted = Set.copyOf(defaulted);
        this.condition = condition;
        this.columns = columns;
    }

    /// @param wanted the columns of the scan, in its order
    /// @param defaulted those that are not null where rows do not have them
    static RowFilter of(Condition condition, List<SqlColumn> wanted, Set<String> defaulted) {
        Map<String, Integer> columns = new HashMap<>();
        for (int i = 0; i < wanted.size(); i++) {
            String name = wanted.get(i).name();
            if (!name.equals(TopicTable.OFFSET.name()) && !name.equals(TopicTable.TIMESTAMP.name())) {
                columns.put(name, i);
            }
        }
        return parts(condition) > MAX_PARTS || columns.isEmpty() || condition.isNone()
                ? RowFilter.ALL
                : new RowConditions(condition, columns, defaulted);
    }

    /// Returns how often each row is looked at, at most.
    private static int parts(Condition condition) {
        return switch (condition) {
            case Condition.All all ->
                all.conditions().stream().mapToInt(RowConditions::parts).sum();
            case Condition.Any any ->
                any.conditions().stream().mapToInt(RowConditions::parts).sum();
            case Condition.OneOf list -> list.values().size();
            default -> 1;
        };
    }

    @Override
    public Range of(List<@Nullable FieldVector> vectors, int rows) {
        long seen = seenRows.addAndGet(rows);
        if (seen > TRIAL_ROWS && keptRows.get() > seen / 2) {
            return new Range(0, rows);
        }
        BitSet found = matching(condition, vectors);
        Range range = found == null
                ? new Range(0, rows)
                : found.isEmpty() ? Range.NONE : new Range(found.nextSetBit(0), found.length());
        keptRows.addAndGet(range.end() - range.start());
        return range;
    }

    /// Returns the rows that match a part; null for all rows.
    private @Nullable BitSet matching(Condition part, List<@Nullable FieldVector> vectors) {
        return switch (part) {
            case Condition.All all -> all(all.conditions(), vectors);
            case Condition.Any any -> any(any.conditions(), vectors);
            case Condition.Compared compared -> compared(compared, vectors);
            case Condition.OneOf list -> oneOf(list, vectors);
            case Condition.Never ignored -> new BitSet();
            case Condition.NoneOf ignored -> null;
            case Condition.Null ignored -> null;
            case Condition.NotNull ignored -> null;
        };
    }

    private @Nullable BitSet all(List<Condition> conditions, List<@Nullable FieldVector> vectors) {
        BitSet all = null;
        for (Condition each : conditions) {
            BitSet found = matching(each, vectors);
            if (all == null) {
                all = found;
            } else if (found != null) {
                all.and(found);
            }
            if (all != null && all.isEmpty()) {
                return all;
            }
        }
        return all;
    }

    private @Nullable BitSet any(List<Condition> conditions, List<@Nullable FieldVector> vectors) {
        BitSet any = new BitSet();
        for (Condition each : conditions) {
            BitSet found = matching(each, vectors);
            if (found == null) {
                return null;
            }
            any.or(found);
        }
        return any;
    }

    private @Nullable BitSet compared(Condition.Compared compared, List<@Nullable FieldVector> vectors) {
        Integer column = columns.get(compared.column());
        if (column == null) {
            return null;
        }
        FieldVector vector = vectors.get(column);
        if (vector == null) {
            return absent(compared.column());
        }
        if (vector instanceof VarCharVector texts) {
            return compared.comparison() == Condition.Comparison.EQUAL ? equal(texts, List.of(compared.value())) : null;
        }
        Optional<Long> bound = number(compared.value(), vector);
        if (bound.isEmpty()) {
            return null;
        }
        long value = bound.get();
        return switch (compared.comparison()) {
            case EQUAL -> between(vector, value, value);
            case AT_LEAST -> between(vector, value, Long.MAX_VALUE);
            case AT_MOST -> between(vector, Long.MIN_VALUE, value);
            // a row whose value is neither below nor above is one too many, which does no harm
            case GREATER -> between(vector, value, Long.MAX_VALUE);
            case LESS -> between(vector, Long.MIN_VALUE, value);
        };
    }

    /// Returns the rows that may have a value of a column that they do not have stored: all, if they have its
    /// default.
    private @Nullable BitSet absent(String column) {
        return defaulted.contains(column) ? null : new BitSet();
    }

    private static @Nullable BitSet between(FieldVector vector, long least, long greatest) {
        return RowMatches.between(vector, least, greatest).orElse(null);
    }

    private @Nullable BitSet oneOf(Condition.OneOf list, List<@Nullable FieldVector> vectors) {
        Integer column = columns.get(list.column());
        if (column == null) {
            return null;
        }
        FieldVector vector = vectors.get(column);
        if (vector == null) {
            return absent(list.column());
        }
        if (vector instanceof VarCharVector texts) {
            return equal(texts, List.copyOf(list.values()));
        }
        BitSet any = new BitSet();
        for (Object value : list.values()) {
            BitSet found = number(value, vector)
                    .map(number -> between(vector, number, number))
                    .orElse(null);
            if (found == null) {
                return null;
            }
            any.or(found);
        }
        return any;
    }

    private static @Nullable BitSet equal(VarCharVector texts, List<Object> values) {
        List<byte[]> wanted = new ArrayList<>();
        for (Object value : values) {
            if (!(value instanceof String text)) {
                return null;
            }
            wanted.add(text.getBytes(StandardCharsets.UTF_8));
        }
        return RowMatches.oneOf(texts, wanted);
    }

    /// Returns the value as the vector has it; empty for a value of another class.
    private static Optional<Long> number(Object value, FieldVector vector) {
        return Optional.ofNullable(
                switch (vector) {
                    case IntVector ignored -> integer(value);
                    case BigIntVector ignored -> integer(value);
                    case DateDayVector ignored -> value instanceof LocalDate date ? (Long) date.toEpochDay() : null;
                    case TimeStampMicroTZVector ignored -> value instanceof Instant time ? micros(time) : null;
                    case TimeStampMicroVector ignored ->
                        value instanceof LocalDateTime time ? micros(time.toInstant(ZoneOffset.UTC)) : null;
                    default -> null;
                });
    }

    private static @Nullable Long integer(Object value) {
        return switch (value) {
            case Long number -> number;
            case Integer number -> (Long) (long) number;
            default -> null;
        };
    }

    private static Long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }
}
