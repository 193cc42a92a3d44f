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
package dev.wings.server.plan;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wings.server.table.Condition;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.apache.arrow.vector.PeriodDuration;
import org.jspecify.annotations.Nullable;

/// Reads the filters that a serialized plan shows at a scan. A filter that is not understood says nothing.
///
/// @param parameters the values of the query's parameters, in order
/// @param columns the columns that references count; a filter of one column is about the first
record Filters(List<@Nullable Object> parameters, List<@Nullable String> columns) {

    /// The names of comparisons when their sides change places, where the name changes.
    private static final Map<String, String> FLIPPED = Map.of(
            "COMPARE_LESSTHAN", "COMPARE_GREATERTHAN",
            "COMPARE_LESSTHANOREQUALTO", "COMPARE_GREATERTHANOREQUALTO",
            "COMPARE_GREATERTHAN", "COMPARE_LESSTHAN",
            "COMPARE_GREATERTHANOREQUALTO", "COMPARE_LESSTHANOREQUALTO");

    /// What a filter says of the rows of its table.
    Condition condition(JsonNode filter) {
        return switch (filter.path("filter_type").asText()) {
            case "LEGACY_CONSTANT_COMPARISON" ->
                comparison(column(0), filter.path("comparison_type").asText(), literal(filter.path("constant")));
            case "LEGACY_CONJUNCTION_AND" -> Condition.all(each(filter.path("child_filters"), this::condition));
            case "LEGACY_CONJUNCTION_OR" -> Condition.any(each(filter.path("child_filters"), this::condition));
            case "LEGACY_IN_FILTER" -> oneOf(column(0), each(filter.path("values"), Filters::literal));
            case "LEGACY_IS_NULL" -> of(column(0), Condition.Null::new);
            case "LEGACY_IS_NOT_NULL" -> of(column(0), Condition.NotNull::new);
            // The filter is implied by another part of the plan, so it holds all the same.
            case "LEGACY_OPTIONAL_FILTER" -> condition(filter.path("child_filter"));
            case "EXPRESSION_FILTER" -> expression(filter.path("expr"));
            case "" -> filter.has("expression_class") ? expression(filter) : Condition.none();
            default -> Condition.none();
        };
    }

    private Condition expression(JsonNode expression) {
        String type = expression.path("type").asText();
        JsonNode children = expression.path("children");
        JsonNode first = children.path(0);
        return switch (type) {
            case "CONJUNCTION_AND" -> Condition.all(each(children, this::expression));
            case "CONJUNCTION_OR" -> Condition.any(each(children, this::expression));
            case "OPERATOR_IS_NULL" -> of(column(first), Condition.Null::new);
            case "OPERATOR_IS_NOT_NULL" -> of(column(first), Condition.NotNull::new);
            case "COMPARE_IN" -> oneOf(column(first), operands(children));
            case "COMPARE_NOT_IN" -> noneOf(column(first), operands(children));
            case "OPERATOR_NOT" -> not(first);
            default ->
                type.startsWith("COMPARE_") && children.size() == 2
                        ? comparison(type, first, children.path(1))
                        : Condition.none();
        };
    }

    private Condition not(JsonNode expression) {
        JsonNode children = expression.path("children");
        Optional<String> column = column(children.path(0));
        return switch (expression.path("type").asText()) {
            case "OPERATOR_IS_NULL" -> of(column, Condition.NotNull::new);
            case "OPERATOR_IS_NOT_NULL" -> of(column, Condition.Null::new);
            case "COMPARE_IN" -> noneOf(column, operands(children));
            default -> Condition.none();
        };
    }

    private Condition comparison(String type, JsonNode left, JsonNode right) {
        Optional<String> column = column(left);
        return column.isPresent()
                ? comparison(column, type, operand(right))
                : comparison(column(right), FLIPPED.getOrDefault(type, type), operand(left));
    }

    private static Condition comparison(Optional<String> column, String type, Optional<Object> literal) {
        if (column.isEmpty() || literal.isEmpty()) {
            return Condition.none();
        }
        String name = column.get();
        Object value = literal.get();
        return switch (type) {
            case "COMPARE_EQUAL", "COMPARE_NOT_DISTINCT_FROM" ->
                new Condition.Compared(name, Condition.Comparison.EQUAL, value);
            case "COMPARE_LESSTHAN" -> new Condition.Compared(name, Condition.Comparison.LESS, value);
            case "COMPARE_LESSTHANOREQUALTO" -> new Condition.Compared(name, Condition.Comparison.AT_MOST, value);
            case "COMPARE_GREATERTHAN" -> new Condition.Compared(name, Condition.Comparison.GREATER, value);
            case "COMPARE_GREATERTHANOREQUALTO" -> new Condition.Compared(name, Condition.Comparison.AT_LEAST, value);
            case "COMPARE_NOTEQUAL" -> new Condition.NoneOf(name, Set.of(value));
            case "COMPARE_DISTINCT_FROM" ->
                Condition.any(List.of(new Condition.Null(name), new Condition.NoneOf(name, Set.of(value))));
            default -> Condition.none();
        };
    }

    /// Returns what it says that a column is one of these values. A null in the list is equal to nothing, but
    /// cannot be told here from a value that is not understood.
    private static Condition oneOf(Optional<String> column, List<Optional<Object>> values) {
        return column.isPresent() && !values.isEmpty() && values.stream().allMatch(Optional::isPresent)
                ? new Condition.OneOf(
                        column.get(), values.stream().flatMap(Optional::stream).toList())
                : Condition.none();
    }

    /// Returns what it says that a column is none of these values. A value that is not understood may be left
    /// out: then the list says less.
    private static Condition noneOf(Optional<String> column, List<Optional<Object>> values) {
        return of(
                column,
                name -> new Condition.NoneOf(
                        name, values.stream().flatMap(Optional::stream).toList()));
    }

    private static Condition of(Optional<String> column, Function<String, Condition> condition) {
        return column.map(condition).orElse(Condition.none());
    }

    private static <T> List<T> each(JsonNode nodes, Function<JsonNode, T> reader) {
        List<T> each = new ArrayList<>(nodes.size());
        nodes.forEach(node -> each.add(reader.apply(node)));
        return each;
    }

    private Optional<String> column(int index) {
        return index >= 0 && index < columns.size() ? Optional.ofNullable(columns.get(index)) : Optional.empty();
    }

    private Optional<String> column(JsonNode expression) {
        return expression.path("type").asText().equals("BOUND_REF")
                ? column(expression.path("index").asInt(-1))
                : Optional.empty();
    }

    /// Returns all operands except the first.
    private List<Optional<Object>> operands(JsonNode children) {
        List<Optional<Object>> operands = each(children, this::operand);
        return operands.isEmpty() ? operands : operands.subList(1, operands.size());
    }

    private Optional<Object> operand(JsonNode expression) {
        return switch (expression.path("type").asText()) {
            case "VALUE_CONSTANT" -> literal(expression.path("value"));
            case "VALUE_PARAMETER" -> parameter(expression.path("identifier").asText());
            default -> Optional.empty();
        };
    }

    private Optional<Object> parameter(String identifier) {
        try {
            int index = Integer.parseInt(identifier) - 1;
            Object value = index >= 0 && index < parameters.size() ? parameters.get(index) : null;
            // A fraction is rounded when it is compared with an integer, and the text of a partition does not
            // say so.
            return switch (value) {
                case null -> Optional.empty();
                case BigDecimal ignored -> Optional.empty();
                case Float ignored -> Optional.empty();
                case Double ignored -> Optional.empty();
                case List<?> ignored -> Optional.empty();
                case PeriodDuration ignored -> Optional.empty();
                case Integer number -> Optional.of(number.longValue());
                default -> Optional.of(value);
            };
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /// Returns a constant as a literal of [dev.wings.common.schema.PartitionValue]; it is empty for null and
    /// for types that are not understood.
    static Optional<Object> literal(JsonNode constant) {
        JsonNode value = constant.path("value");
        if (constant.path("is_null").asBoolean(true) || value.isMissingNode()) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(read(constant.path("type"), value));
        } catch (DateTimeException | ArithmeticException e) {
            return Optional.empty();
        }
    }

    private static @Nullable Object read(JsonNode type, JsonNode value) {
        return switch (type.path("id").asText()) {
            case "BOOLEAN" -> value.isBoolean() ? value.asBoolean() : null;
            case "TINYINT", "SMALLINT", "INTEGER", "BIGINT" -> value.canConvertToLong() ? value.asLong() : null;
            case "FLOAT", "DOUBLE" -> value.isNumber() && !Double.isNaN(value.asDouble()) ? value.asDouble() : null;
            case "VARCHAR" -> value.isTextual() ? value.asText() : null;
            case "DATE" -> value.canConvertToInt() ? LocalDate.ofEpochDay(value.asInt()) : null;
            case "TIME" -> value.canConvertToLong() ? LocalTime.ofNanoOfDay(value.asLong() * 1000) : null;
            case "TIMESTAMP" ->
                value.canConvertToLong() ? LocalDateTime.ofInstant(instant(value), ZoneOffset.UTC) : null;
            case "TIMESTAMP WITH TIME ZONE" -> value.canConvertToLong() ? instant(value) : null;
            case "DECIMAL" -> decimal(type, value);
            case "UUID" -> uuid(value);
            default -> null;
        };
    }

    private static Instant instant(JsonNode micros) {
        return Instant.EPOCH.plus(micros.asLong(), ChronoUnit.MICROS);
    }

    private static @Nullable Object decimal(JsonNode type, JsonNode value) {
        int scale = type.path("type_info").path("scale").asInt(-1);
        if (scale < 0) {
            return null;
        }
        if (value.canConvertToLong() && value.isIntegralNumber()) {
            return BigDecimal.valueOf(value.asLong(), scale);
        }
        return value.has("upper") ? new BigDecimal(hugeInt(value), scale) : null;
    }

    /// Reads a UUID. DuckDB keeps its top bit flipped, so that the order of signed numbers is right.
    private static @Nullable Object uuid(JsonNode value) {
        return value.has("upper")
                ? new UUID(
                        value.path("upper").asLong() ^ Long.MIN_VALUE,
                        value.path("lower").bigIntegerValue().longValue())
                : null;
    }

    private static BigInteger hugeInt(JsonNode value) {
        return value.path("upper")
                .bigIntegerValue()
                .shiftLeft(64)
                .add(value.path("lower").bigIntegerValue());
    }
}
