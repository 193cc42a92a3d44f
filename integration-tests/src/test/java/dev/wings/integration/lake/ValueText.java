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
package dev.wings.integration.lake;

import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.SqlTypes;
import dev.wings.common.schema.TopicField;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Values of [Values] as text, as literals, and in order: what is expected of those who read them.
@SuppressWarnings("ByteBufferBackingArray") // each is the whole of an array
final class ValueText {

    private ValueText() {}

    /// The text that `RowText` writes for what SQL gives.
    static @Nullable String sql(FieldType type, @Nullable Object value) {
        if (value == null) {
            return null;
        }
        return value instanceof String text ? text : value instanceof UUID id ? id.toString() : nestedSql(type, value);
    }

    private static String structSql(FieldType.Struct type, List<?> list) {
        Iterator<?> members = list.iterator();
        return type.fields().stream()
                .map(field -> field.name() + "=" + nestedSql(field.type(), members.next()))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String listSql(FieldType type, List<?> list) {
        return list.stream()
                .map(element -> nestedSql(child(type, 0), element))
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private static String nestedSql(FieldType type, @Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case String text -> '"' + text + '"';
            case UUID id -> '"' + id.toString() + '"';
            case ByteBuffer bytes -> hex(bytes);
            case BigDecimal decimal -> decimal.toPlainString();
            case List<?> list ->
                type instanceof FieldType.Struct struct ? structSql(struct, list) : listSql(type, list);
            case Map<?, ?> map -> {
                Map<String, String> sorted = new TreeMap<>();
                map.forEach((key, it) -> sorted.put(nestedSql(child(type, 0), key), nestedSql(child(type, 1), it)));
                yield sorted.entrySet().stream()
                        .map(entry -> entry.getKey() + ": " + entry.getValue())
                        .collect(Collectors.joining(", ", "{", "}"));
            }
            default ->
                switch ((type instanceof FieldType.Primitive primitive ? primitive : FieldType.Primitive.LONG)) {
                    case DATE -> LocalDate.ofEpochDay((Integer) value).toString();
                    case TIME -> LocalTime.ofNanoOfDay((Long) value * 1_000).toString();
                    case TIMESTAMP -> dateTime((Long) value).toString();
                    case TIMESTAMPTZ -> dateTime((Long) value) + "Z";
                    default -> value.toString();
                };
        };
    }

    /// The text that `read_tables.py` writes for what PyIceberg gives.
    static @Nullable String python(FieldType type, @Nullable Object value) {
        return switch (value) {
            case null -> pythonNull(type);
            case String text -> HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
            case UUID id -> id.toString().replace("-", "");
            case ByteBuffer bytes -> hex(bytes);
            case BigDecimal decimal -> decimal.toPlainString();
            case Float number when number.isNaN() -> "nan";
            case Double number when number.isNaN() -> "nan";
            case Float number -> HexFormat.of().toHexDigits(Float.floatToRawIntBits(number));
            case Double number -> HexFormat.of().toHexDigits(Double.doubleToRawLongBits(number));
            case List<?> list ->
                type instanceof FieldType.Struct struct ? structPython(struct, list) : listPython(type, list);
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(entry -> orNone(python(child(type, 0), entry.getKey())) + ": "
                                + orNone(python(child(type, 1), entry.getValue())))
                        .sorted()
                        .collect(Collectors.joining(", ", "{", "}"));
            default -> value.toString();
        };
    }

    private static String structPython(FieldType.Struct type, List<?> list) {
        Iterator<?> members = list.iterator();
        return type.fields().stream()
                .map(field -> orNone(python(field.type(), members.next())))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String listPython(FieldType type, List<?> list) {
        return list.stream()
                .map(element -> orNone(python(child(type, 0), element)))
                .collect(Collectors.joining(", ", "[", "]"));
    }

    /// PyIceberg builds lists and maps of structs anew, and forgets which were null.
    private static @Nullable String pythonNull(FieldType type) {
        return switch (type) {
            case FieldType.ListOf list when list.element().type() instanceof FieldType.Struct -> "[]";
            case FieldType.MapOf map when map.value().type() instanceof FieldType.Struct -> "{}";
            default -> null;
        };
    }

    private static String orNone(@Nullable String text) {
        return text == null ? "None" : text;
    }

    private static FieldType child(FieldType type, int position) {
        return type.children().get(position).type();
    }

    /// A literal of SQL.
    static String literal(FieldType type, Object value) {
        return switch (value) {
            case String text
            when text.indexOf('\0') >= 0 ->
                "decode(unhex('" + HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8)) + "'))";
            case String text -> "'" + text.replace("'", "''") + "'";
            case ByteBuffer bytes -> "unhex('" + hex(bytes) + "')";
            default -> "'" + literalText(type, value) + "'::" + SqlTypes.text(type);
        };
    }

    private static String literalText(FieldType type, Object value) {
        String text = nestedSql(type, value).replace("\"", "");
        return type == FieldType.Primitive.TIMESTAMPTZ ? text.replace("Z", "+00") : text;
    }

    /// A literal as `read_tables.py` takes it.
    static String pythonLiteral(FieldType type, Object value) {
        return switch (value) {
            case Float number -> Double.toHexString(number);
            case Double number -> Double.toHexString(number);
            case ByteBuffer bytes -> hex(bytes);
            case Long micros when type == FieldType.Primitive.TIMESTAMP -> isoMicros(micros);
            case Long micros when type == FieldType.Primitive.TIMESTAMPTZ -> isoMicros(micros) + "+00:00";
            default -> value instanceof String text ? text : literalText(type, value);
        };
    }

    private static String isoMicros(long micros) {
        LocalDateTime time = dateTime(micros);
        return "%04d-%02d-%02dT%02d:%02d:%02d.%06d"
                .formatted(
                        time.getYear(),
                        time.getMonthValue(),
                        time.getDayOfMonth(),
                        time.getHour(),
                        time.getMinute(),
                        time.getSecond(),
                        time.getNano() / 1_000);
    }

    /// The order of values of a type that is not nested, as SQL has it: NaN is the greatest number, -0.0 is 0.0, text
    /// goes by its bytes in UTF-8.
    static int compare(Object a, Object b) {
        return switch (a) {
            case Float number -> Float.compare(number + 0.0f, (Float) b + 0.0f);
            case Double number -> Double.compare(number + 0.0, (Double) b + 0.0);
            case String text ->
                Arrays.compareUnsigned(
                        text.getBytes(StandardCharsets.UTF_8), ((String) b).getBytes(StandardCharsets.UTF_8));
            case ByteBuffer bytes -> Arrays.compareUnsigned(bytes.array(), ((ByteBuffer) b).array());
            case UUID id -> id.toString().compareTo(b.toString());
            case Boolean bit -> Boolean.compare(bit, (Boolean) b);
            case Integer number -> number.compareTo((Integer) b);
            case Long number -> number.compareTo((Long) b);
            case BigDecimal number -> number.compareTo((BigDecimal) b);
            default -> throw new AssertionError("values without an order: " + a.getClass());
        };
    }

    static boolean isNan(@Nullable Object value) {
        return (value instanceof Float single && single.isNaN()) || (value instanceof Double number && number.isNaN());
    }

    /// How `read_tables.py` calls the type.
    static String kind(FieldType type) {
        return switch (type) {
            case FieldType.Decimal ignored -> "decimal";
            case FieldType.Fixed ignored -> "binary";
            default -> type.toString();
        };
    }

    static String column(TopicField field) {
        return '"' + field.name().replace("\"", "\"\"") + '"';
    }

    private static String hex(ByteBuffer bytes) {
        return HexFormat.of().formatHex(bytes.array());
    }

    private static LocalDateTime dateTime(long micros) {
        return LocalDateTime.ofInstant(Instant.EPOCH.plus(micros, ChronoUnit.MICROS), ZoneOffset.UTC);
    }
}
