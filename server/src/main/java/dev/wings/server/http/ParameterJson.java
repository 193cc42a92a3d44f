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
package dev.wings.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.text.OnLoss;
import dev.wings.common.text.TextValues;
import dev.wings.server.flight.StatementRunner;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/// Values of parameters out of JSON: an array of them in order, or an object by the names of the parameters. A
/// string becomes a value of the type that the statement expects, a number what it says to its last digit.
///
/// @param json absent if there are no parameters
record ParameterJson(JsonNode json) implements StatementRunner.ParameterSource {

    private static final int MAX_DIGITS = 38;

    private static final int NANOS_PER_MICRO = 1000;

    private static final long MICROS_PER_SECOND = 1_000_000;

    @Override
    public List<@Nullable Object> values(List<Field> parameters) {
        if (json.isMissingNode() || json.isNull()) {
            return List.of();
        }
        if (json.isArray()) {
            return ofArray(parameters);
        }
        if (json.isObject()) {
            return ofObject(parameters);
        }
        throw WingsException.invalid("the member is an array or an object: member=parameters");
    }

    private List<@Nullable Object> ofArray(List<Field> parameters) {
        if (json.size() != parameters.size()) {
            throw WingsException.invalid(
                    "wrong number of parameters: expected=" + parameters.size() + ", found=" + json.size());
        }
        List<@Nullable Object> values = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            values.add(value(json.get(i), parameters.get(i)));
        }
        return values;
    }

    private List<@Nullable Object> ofObject(List<Field> parameters) {
        List<String> names = parameters.stream().map(Field::getName).toList();
        for (Iterator<String> each = json.fieldNames(); each.hasNext(); ) {
            String name = each.next();
            if (!names.contains(name)) {
                throw WingsException.invalid("the statement has no such parameter: expected one of " + names
                        + ", found=" + SqlRequest.shown(name));
            }
        }
        List<@Nullable Object> values = new ArrayList<>();
        for (Field parameter : parameters) {
            JsonNode value = json.get(parameter.getName());
            if (value == null) {
                throw WingsException.invalid("a parameter has no value: parameter=" + parameter.getName());
            }
            values.add(value(value, parameter));
        }
        return values;
    }

    private static @Nullable Object value(JsonNode value, Field parameter) {
        return switch (value.getNodeType()) {
            case NULL -> null;
            case BOOLEAN -> value.booleanValue();
            case NUMBER -> number(value, parameter);
            case STRING -> ofText(value.textValue(), parameter);
            case ARRAY -> {
                List<@Nullable Object> elements = new ArrayList<>();
                Field element = parameter.getChildren().isEmpty()
                        ? parameter
                        : parameter.getChildren().getFirst();
                for (JsonNode each : value) {
                    elements.add(value(each, element));
                }
                yield elements;
            }
            case OBJECT, POJO, BINARY, MISSING -> throw refused("no parameter can be an object", parameter, null);
        };
    }

    private static Object number(JsonNode value, Field parameter) {
        if (value.canConvertToLong() && value.isIntegralNumber()) {
            return value.longValue();
        }
        if (parameter.getType() instanceof ArrowType.FloatingPoint) {
            return value.doubleValue();
        }
        return decimal(value.decimalValue(), parameter);
    }

    private static BigDecimal decimal(BigDecimal value, Field parameter) {
        // digits are counted before any are made: 1e999999999 has many
        long digits = value.scale() < 0
                ? (long) value.precision() - value.scale()
                : Math.max(value.precision(), value.scale());
        if (digits > MAX_DIGITS) {
            throw refused("a number has more than " + MAX_DIGITS + " digits", parameter, null);
        }
        return value;
    }

    private static Object ofText(String text, Field parameter) {
        try {
            return switch (parameter.getType()) {
                case ArrowType.Bool ignored -> TextValues.bool(text.strip());
                case ArrowType.Int ignored -> decimal(TextValues.number(text.strip()), parameter);
                case ArrowType.Decimal ignored -> decimal(TextValues.number(text.strip()), parameter);
                case ArrowType.FloatingPoint ignored -> TextValues.float64(text.strip(), OnLoss.TRUNCATE);
                case ArrowType.Date ignored -> TextValues.date(text.strip());
                case ArrowType.Time ignored ->
                    LocalTime.ofNanoOfDay(TextValues.time(text.strip(), OnLoss.REJECT) * NANOS_PER_MICRO);
                case ArrowType.Timestamp type -> timestamp(text.strip(), type.getTimezone() != null);
                case ArrowType.Binary ignored -> binary(text);
                case ArrowType.LargeBinary ignored -> binary(text);
                default -> text;
            };
        } catch (IllegalArgumentException e) {
            throw refused("the text is no value of the type", parameter, e);
        }
    }

    private static Object timestamp(String text, boolean zoned) {
        if (zoned) {
            return instant(TextValues.timestamptz(text, OnLoss.REJECT));
        }
        return LocalDateTime.ofInstant(instant(TextValues.timestamp(text, OnLoss.REJECT)), ZoneOffset.UTC);
    }

    private static Instant instant(long micros) {
        return Instant.ofEpochSecond(
                Math.floorDiv(micros, MICROS_PER_SECOND), Math.floorMod(micros, MICROS_PER_SECOND) * NANOS_PER_MICRO);
    }

    private static byte[] binary(String text) {
        if (!text.startsWith("\\x")) {
            throw new IllegalArgumentException("binary is \\x and hex digits");
        }
        return HexFormat.of().parseHex(text.substring(2));
    }

    private static WingsException refused(String why, Field parameter, @Nullable Exception cause) {
        String message = why + ": parameter=" + SqlRequest.shown(parameter.getName()) + ", type=" + parameter.getType();
        return cause == null ? WingsException.invalid(message) : new WingsException(ErrorKind.INVALID, message, cause);
    }
}
