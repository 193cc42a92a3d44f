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
package dev.wings.server.query;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wings.server.table.Restriction;
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
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.arrow.vector.PeriodDuration;
import org.jspecify.annotations.Nullable;

/// Reads the filters that a serialized plan shows at a scan. What is not understood restricts nothing.
///
/// @param parameters values of the query's parameters, in order
record Filters(List<@Nullable Object> parameters) {

    /// What a filter says of its column.
    Restriction restriction(JsonNode filter) {
        return switch (filter.path("filter_type").asText()) {
            case "LEGACY_CONSTANT_COMPARISON" ->
                comparison(filter.path("comparison_type").asText(), literal(filter.path("constant")));
            case "LEGACY_CONJUNCTION_AND" -> all(filter.path("child_filters"), this::restriction);
            case "LEGACY_CONJUNCTION_OR" -> any(filter.path("child_filters"), this::restriction);
            case "LEGACY_IN_FILTER" -> in(filter.path("values"));
            // implied by another part of the plan, so it restricts all the same
            case "LEGACY_OPTIONAL_FILTER" -> restriction(filter.path("child_filter"));
            case "EXPRESSION_FILTER" -> expression(filter.path("expr"));
            default -> Restriction.NONE;
        };
    }

    private Restriction expression(JsonNode expression) {
        String type = expression.path("type").asText();
        JsonNode children = expression.path("children");
        if (type.equals("CONJUNCTION_AND")) {
            return all(children, this::expression);
        }
        if (type.equals("CONJUNCTION_OR")) {
            return any(children, this::expression);
        }
        boolean ofColumn = type.startsWith("COMPARE_")
                && children.size() == 2
                && children.get(0).path("type").asText().equals("BOUND_REF");
        return ofColumn ? comparison(type, operand(children.get(1))) : Restriction.NONE;
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
            // a fraction is rounded when it is compared with an integer, which a partition's text knows nothing of
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

    private interface Reader {
        Restriction read(JsonNode filter);
    }

    private static Restriction all(JsonNode filters, Reader reader) {
        Restriction all = Restriction.NONE;
        for (JsonNode filter : filters) {
            all = all.and(reader.read(filter));
        }
        return all;
    }

    private static Restriction any(JsonNode filters, Reader reader) {
        List<Restriction> any = new ArrayList<>(filters.size());
        for (JsonNode filter : filters) {
            any.add(reader.read(filter));
        }
        return Restriction.anyOf(any);
    }

    private static Restriction in(JsonNode constants) {
        return any(constants, constant -> comparison("COMPARE_EQUAL", literal(constant)));
    }

    private static Restriction comparison(String type, Optional<Object> literal) {
        if (literal.isEmpty()) {
            return Restriction.NONE;
        }
        Object value = literal.get();
        return switch (type) {
            // of values that are equal without being the same, say 0.0 and -0.0, one does not stand for the others
            case "COMPARE_EQUAL" ->
                (value instanceof Double ? Restriction.NONE : Restriction.values(Set.of(value)))
                        .and(Restriction.atLeast(value))
                        .and(Restriction.atMost(value));
            // a bound that is not exclusive where it could be costs nothing
            case "COMPARE_GREATERTHANOREQUALTO", "COMPARE_GREATERTHAN" -> Restriction.atLeast(value);
            case "COMPARE_LESSTHANOREQUALTO", "COMPARE_LESSTHAN" -> Restriction.atMost(value);
            default -> Restriction.NONE;
        };
    }

    /// A constant as a literal of [dev.wings.common.schema.PartitionValue]; empty for null and for types that are not
    /// understood.
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

    /// DuckDB keeps the top bit of a UUID flipped, so that signed order is right.
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
