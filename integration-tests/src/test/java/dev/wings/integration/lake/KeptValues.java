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
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.TopicField;
import java.time.LocalTime;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Values of [Values] as a table has them that keeps times as something else.
final class KeptValues {

    private KeptValues() {}

    static FieldType type(FieldType type, Primitive timeAs) {
        return switch (type) {
            case Primitive primitive -> primitive == Primitive.TIME ? timeAs : primitive;
            case FieldType.Decimal decimal -> decimal;
            case FieldType.Fixed fixed -> fixed;
            case FieldType.Struct struct ->
                new FieldType.Struct(struct.fields().stream()
                        .map(field -> field(field, timeAs))
                        .toList());
            case FieldType.ListOf list -> new FieldType.ListOf(field(list.element(), timeAs));
            case FieldType.MapOf map -> new FieldType.MapOf(field(map.key(), timeAs), field(map.value(), timeAs));
        };
    }

    private static TopicField field(TopicField field, Primitive timeAs) {
        return new TopicField(field.id(), field.name(), field.required(), type(field.type(), timeAs), field.doc());
    }

    static Object notNull(FieldType type, Object value, Primitive timeAs) {
        return Objects.requireNonNull(value(type, value, timeAs));
    }

    static @Nullable Object value(FieldType type, @Nullable Object value, Primitive timeAs) {
        return switch (value) {
            case null -> null;
            case List<?> list -> {
                List<@Nullable Object> kept = new ArrayList<>();
                for (int i = 0; i < list.size(); i++) {
                    int child = type instanceof FieldType.Struct ? i : 0;
                    kept.add(value(type.children().get(child).type(), list.get(i), timeAs));
                }
                yield kept;
            }
            case Map<?, ?> map -> {
                Map<@Nullable Object, @Nullable Object> kept = new LinkedHashMap<>();
                map.forEach((key, it) -> kept.put(
                        value(type.children().get(0).type(), key, timeAs),
                        value(type.children().get(1).type(), it, timeAs)));
                yield kept;
            }
            case Long micros when type == Primitive.TIME && timeAs == Primitive.STRING -> text(micros);
            default -> value;
        };
    }

    /// Hours, minutes and seconds, then the digits of the second that are not zeros at its end.
    private static String text(long micros) {
        LocalTime time = LocalTime.ofNanoOfDay(micros * 1_000);
        String seconds = "%02d:%02d:%02d".formatted(time.getHour(), time.getMinute(), time.getSecond());
        int fraction = time.get(ChronoField.MICRO_OF_SECOND);
        return fraction == 0 ? seconds : (seconds + ".%06d".formatted(fraction)).replaceAll("0+$", "");
    }
}
