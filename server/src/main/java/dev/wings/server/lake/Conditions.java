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
package dev.wings.server.lake;

import dev.wings.common.schema.PartitionValue;
import dev.wings.server.table.Condition;
import dev.wings.server.table.Restriction;
import dev.wings.server.table.TableNeeds;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/// Says what a query's filters say, as Iceberg says it. It says the same or less, never more: where DuckDB and
/// Iceberg differ in how they order values, it says nothing.
final class Conditions {

    private static final int MAX_VALUES = 1000;

    /// How many parts a condition may have that is taken as it is: each file and row group is compared with all
    /// of it.
    private static final int MAX_PARTS = 1000;

    private final Map<String, Integer> columns;
    private final Schema schema;

    private Conditions(Map<String, Integer> columns, Schema schema) {
        this.columns = columns;
        this.schema = schema;
    }

    /// @param columns the ids of the table's columns, by the names that the query has for them
    static Expression of(TableNeeds needs, Map<String, Integer> columns, Schema schema) {
        Conditions conditions = new Conditions(columns, schema);
        return parts(needs.condition()) <= MAX_PARTS
                ? conditions.of(needs.condition())
                : conditions.ofEachColumn(needs.condition());
    }

    private static int parts(Condition condition) {
        List<Condition> inside = switch (condition) {
            case Condition.All all -> all.conditions();
            case Condition.Any any -> any.conditions();
            default -> List.of();
        };
        int parts = 1;
        for (Condition each : inside) {
            parts += parts(each);
        }
        return parts;
    }

    private Expression of(Condition condition) {
        return switch (condition) {
            case Condition.Never ignored -> Expressions.alwaysFalse();
            case Condition.All all ->
                joined(all.conditions().stream().map(this::of).toList(), Expressions::and);
            case Condition.Any any ->
                joined(any.conditions().stream().map(this::of).toList(), Expressions::or);
            case Condition.Compared compared ->
                field(compared.column()).map(field -> compared(field, compared)).orElse(Expressions.alwaysTrue());
            case Condition.OneOf list ->
                field(list.column()).map(field -> in(field, list)).orElse(Expressions.alwaysTrue());
            case Condition.NoneOf list ->
                field(list.column()).map(field -> notIn(field, list.values())).orElse(Expressions.alwaysTrue());
            case Condition.Null isNull ->
                field(isNull.column())
                        .<Expression>map(field -> Expressions.isNull(field.name()))
                        .orElse(Expressions.alwaysTrue());
            case Condition.NotNull notNull ->
                field(notNull.column())
                        .<Expression>map(field -> Expressions.notNull(field.name()))
                        .orElse(Expressions.alwaysTrue());
        };
    }

    /// Joins parts as halves of halves, so that the result is not as deep as it is long.
    private static Expression joined(List<Expression> parts, BinaryOperator<Expression> operator) {
        int size = parts.size();
        return switch (size) {
            case 0 -> Expressions.alwaysTrue();
            case 1 -> parts.getFirst();
            default ->
                operator.apply(
                        joined(parts.subList(0, size / 2), operator), joined(parts.subList(size / 2, size), operator));
        };
    }

    /// Returns what replaces a condition that is too long: the bounds of each column.
    private Expression ofEachColumn(Condition condition) {
        Expression all = Expressions.alwaysTrue();
        for (String column : columns.keySet()) {
            Optional<Types.NestedField> field = field(column);
            if (field.isPresent()) {
                all = Expressions.and(all, bounds(field.get(), condition.of(column)));
            }
        }
        return all;
    }

    private Optional<Types.NestedField> field(String column) {
        Integer id = columns.get(column);
        return Optional.ofNullable(id == null ? null : schema.findField(id))
                .filter(field -> field.type().isPrimitiveType());
    }

    private static Expression compared(Types.NestedField field, Condition.Compared compared) {
        Optional<Object> literal = literal(compared.value(), field.type());
        if (literal.isEmpty()) {
            return Expressions.alwaysTrue();
        }
        String name = field.name();
        Object value = literal.get();
        return switch (compared.comparison()) {
            case EQUAL ->
                isFloating(field.type())
                        ? bounds(field, compared.of(compared.column()))
                        : Expressions.equal(name, value);
            case AT_LEAST, GREATER ->
                isFloating(field.type())
                        ? notNull(field)
                        : compared.comparison() == Condition.Comparison.GREATER
                                ? Expressions.greaterThan(name, value)
                                : Expressions.greaterThanOrEqual(name, value);
            // a float may have been rounded down to this bound
            case AT_MOST, LESS ->
                compared.comparison() == Condition.Comparison.LESS && !isFloating(field.type())
                        ? Expressions.lessThan(name, value)
                        : Expressions.lessThanOrEqual(name, positiveZero(value));
        };
    }

    private static Expression bounds(Types.NestedField field, Restriction restriction) {
        String name = field.name();
        Expression all = Expressions.alwaysTrue();
        Optional<Object> lower = restriction.lower().flatMap(bound -> literal(bound, field.type()));
        Optional<Object> upper = restriction.upper().flatMap(bound -> literal(bound, field.type()));
        // DuckDB orders NaN above all numbers, and Iceberg has it in no bounds
        if (lower.isPresent() && !isFloating(field.type())) {
            all = Expressions.and(all, Expressions.greaterThanOrEqual(name, lower.get()));
        }
        if (upper.isPresent()) {
            all = Expressions.and(all, Expressions.lessThanOrEqual(name, positiveZero(upper.get())));
        }
        return all;
    }

    private static Expression in(Types.NestedField field, Condition.OneOf list) {
        List<Object> literals = literals(field, list.values());
        boolean all = literals.size() == list.values().size();
        return all && literals.size() <= MAX_VALUES && !isFloating(field.type())
                // Iceberg looks for the null of a partition in a set that has no nulls
                ? Expressions.and(notNull(field), Expressions.in(field.name(), literals.toArray()))
                : bounds(field, list.of(list.column()));
    }

    /// Says that a column has none of these values. What is no value of the column may be left out: then the
    /// list says less. Floats that are equal need not be the same.
    private static Expression notIn(Types.NestedField field, Set<Object> values) {
        List<Object> literals = isFloating(field.type()) ? List.of() : literals(field, values);
        return literals.isEmpty() || literals.size() > MAX_VALUES
                ? notNull(field)
                : Expressions.and(notNull(field), Expressions.notIn(field.name(), literals.toArray()));
    }

    private static Expression notNull(Types.NestedField field) {
        return Expressions.notNull(field.name());
    }

    private static List<Object> literals(Types.NestedField field, Set<Object> values) {
        return values.stream()
                .flatMap(value -> literal(value, field.type()).stream())
                .toList();
    }

    private static boolean isFloating(Type type) {
        return type.typeId() == Type.TypeID.FLOAT || type.typeId() == Type.TypeID.DOUBLE;
    }

    /// Makes -0.0 to 0.0. The two are equal for DuckDB; Iceberg orders one below the other.
    private static Object positiveZero(Object value) {
        return switch (value) {
            case Double number when number == 0 -> 0.0;
            case Float number when number == 0 -> 0.0f;
            default -> value;
        };
    }

    /// Returns the value as Iceberg takes it for a column of this type; empty if it is of another class than the
    /// column's.
    private static Optional<Object> literal(Object value, Type type) {
        return Optional.ofNullable(
                switch (type.typeId()) {
                    case BOOLEAN -> value instanceof Boolean ? value : null;
                    // Only a time is compared with times: this one is kept by the table as a long.
                    case INTEGER, LONG ->
                        switch (value) {
                            case Long number -> number;
                            case Integer small -> (Object) small.longValue();
                            case LocalTime time -> micros(time).orElse(null);
                            default -> null;
                        };
                    // Iceberg takes a double's infinity to be greater than all floats, even than their own
                    // infinity. Rounding does no harm: no float is between a double and the float that is
                    // nearest to it.
                    case FLOAT ->
                        value instanceof Double number && !number.isNaN() ? (Object) number.floatValue() : null;
                    case DOUBLE -> value instanceof Double number && !number.isNaN() ? value : null;
                    case DATE -> value instanceof LocalDate date ? (Object) Math.toIntExact(date.toEpochDay()) : null;
                    case TIME -> value instanceof LocalTime time ? micros(time).orElse(null) : null;
                    case TIMESTAMP ->
                        ((Types.TimestampType) type).shouldAdjustToUTC()
                                ? value instanceof Instant instant ? (Object) micros(instant) : null
                                : value instanceof LocalDateTime local
                                        ? (Object) micros(local.toInstant(ZoneOffset.UTC))
                                        : null;
                    case STRING ->
                        switch (value) {
                            case String text when isOrderedAlike(text) -> text;
                            case LocalTime time ->
                                micros(time).map(PartitionValue::ofTime).orElse(null);
                            default -> null;
                        };
                    case DECIMAL ->
                        value instanceof BigDecimal decimal ? scaled(decimal, (Types.DecimalType) type) : null;
                    default -> null;
                });
    }

    /// Returns the microseconds of a time; empty if it is between two of them.
    private static Optional<Long> micros(LocalTime time) {
        return Optional.of(time.toNanoOfDay())
                .filter(nanos -> nanos % 1000 == 0)
                .map(nanos -> nanos / 1000);
    }

    private static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    /// Whether UTF-8 and UTF-16 order a text alike, which they do below the surrogates.
    private static boolean isOrderedAlike(String text) {
        return text.chars().allMatch(unit -> unit < Character.MIN_SURROGATE);
    }

    private static @org.jspecify.annotations.Nullable Object scaled(BigDecimal value, Types.DecimalType type) {
        return value.scale() == type.scale() ? value : null;
    }
}
