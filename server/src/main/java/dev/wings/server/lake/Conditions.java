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

import dev.wings.server.table.Restriction;
import dev.wings.server.table.TableNeeds;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/// What a query's filters say, as Iceberg says it. Says the same or less, never more: where DuckDB and Iceberg differ
/// in how they order values, nothing.
final class Conditions {

    private static final int MAX_VALUES = 1000;

    private Conditions() {}

    /// @param columns ids of the table's columns, by the names that the query has for them
    static Expression of(TableNeeds needs, Map<String, Integer> columns, Schema schema) {
        Expression all = Expressions.alwaysTrue();
        for (Map.Entry<String, Restriction> each : new HashMap<>(needs.restrictions()).entrySet()) {
            Integer id = columns.get(each.getKey());
            Types.NestedField field = id == null ? null : schema.findField(id);
            if (field != null && field.type().isPrimitiveType()) {
                all = Expressions.and(all, of(field, each.getValue()));
            }
        }
        return all;
    }

    private static Expression of(Types.NestedField field, Restriction restriction) {
        String name = field.name();
        Expression all = Expressions.alwaysTrue();
        Optional<Object> lower = restriction.lower().flatMap(bound -> literal(bound, field.type()));
        Optional<Object> upper = restriction.upper().flatMap(bound -> literal(bound, field.type()));
        // NaN is above all numbers for DuckDB, and in no bounds for Iceberg
        if (lower.isPresent() && !isFloating(field.type())) {
            all = Expressions.and(all, Expressions.greaterThanOrEqual(name, lower.get()));
        }
        if (upper.isPresent()) {
            all = Expressions.and(all, Expressions.lessThanOrEqual(name, positiveZero(upper.get())));
        }
        return Expressions.and(all, in(field, restriction.values().orElse(Set.of()), restriction));
    }

    private static Expression in(Types.NestedField field, Set<Object> values, Restriction restriction) {
        if (restriction.values().isEmpty() || values.size() > MAX_VALUES || isFloating(field.type())) {
            return Expressions.alwaysTrue();
        }
        List<Object> literals = new ArrayList<>();
        for (Object value : values) {
            Optional<Object> literal = literal(value, field.type());
            if (literal.isEmpty()) {
                return Expressions.alwaysTrue();
            }
            literals.add(literal.get());
        }
        return literals.isEmpty() ? Expressions.alwaysFalse() : Expressions.in(field.name(), literals.toArray());
    }

    private static boolean isFloating(Type type) {
        return type.typeId() == Type.TypeID.FLOAT || type.typeId() == Type.TypeID.DOUBLE;
    }

    /// 0.0 and -0.0 are equal for DuckDB; Iceberg has one below the other.
    private static Object positiveZero(Object value) {
        return switch (value) {
            case Double number when number == 0 -> 0.0;
            case Float number when number == 0 -> 0.0f;
            default -> value;
        };
    }

    /// The value as Iceberg takes it for a column of this type; empty if it is of another class than the column's.
    private static Optional<Object> literal(Object value, Type type) {
        return Optional.ofNullable(
                switch (type.typeId()) {
                    case BOOLEAN -> value instanceof Boolean ? value : null;
                    case INTEGER, LONG ->
                        value instanceof Long
                                ? value
                                : value instanceof Integer small ? (Object) small.longValue() : null;
                    // a double's infinity is beyond all floats for Iceberg, also beyond their own; to round does no
                    // harm: no float is between a double and the float that is nearest to it
                    case FLOAT ->
                        value instanceof Double number && !number.isNaN() ? (Object) number.floatValue() : null;
                    case DOUBLE -> value instanceof Double number && !number.isNaN() ? value : null;
                    case DATE -> value instanceof LocalDate date ? (Object) Math.toIntExact(date.toEpochDay()) : null;
                    case TIME -> value instanceof LocalTime time ? (Object) (time.toNanoOfDay() / 1000) : null;
                    case TIMESTAMP ->
                        ((Types.TimestampType) type).shouldAdjustToUTC()
                                ? value instanceof Instant instant ? (Object) micros(instant) : null
                                : value instanceof LocalDateTime local
                                        ? (Object) micros(local.toInstant(ZoneOffset.UTC))
                                        : null;
                    case STRING -> value instanceof String text && isOrderedAlike(text) ? value : null;
                    case DECIMAL ->
                        value instanceof BigDecimal decimal ? scaled(decimal, (Types.DecimalType) type) : null;
                    default -> null;
                });
    }

    private static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    /// Below the surrogates, UTF-8 and UTF-16 order texts in the same way.
    private static boolean isOrderedAlike(String text) {
        return text.chars().allMatch(unit -> unit < Character.MIN_SURROGATE);
    }

    private static @org.jspecify.annotations.Nullable Object scaled(BigDecimal value, Types.DecimalType type) {
        return value.scale() == type.scale() ? value : null;
    }
}
