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
import dev.wings.common.schema.TimeRange;
import dev.wings.common.schema.TopicField;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Values at the edges of their types, and beyond them: as [Values] has them.
final class OddValues {

    private OddValues() {}

    /// A value, mostly one at which somebody could stumble; null now and then if the field takes it.
    static @Nullable Object random(TopicField field, Random random) {
        return !field.required() && random.nextInt(7) == 0 ? null : random(field.type(), random);
    }

    private static Object random(FieldType type, Random random) {
        return switch (type) {
            case FieldType.Struct struct -> {
                List<@Nullable Object> members = new ArrayList<>();
                struct.fields().forEach(member -> members.add(random(member, random)));
                yield members;
            }
            case FieldType.ListOf list -> {
                List<@Nullable Object> elements = new ArrayList<>();
                for (int i = size(random); i > 0; i--) {
                    elements.add(random(list.element(), random));
                }
                yield elements;
            }
            case FieldType.MapOf map -> {
                Map<Object, @Nullable Object> entries = new LinkedHashMap<>();
                for (int i = size(random); i > 0; i--) {
                    entries.put(Values.keyOf(random(map.key().type(), random)), random(map.value(), random));
                }
                yield entries;
            }
            default -> {
                List<Object> odd = odd(type);
                yield odd.get(random.nextInt(odd.size()));
            }
        };
    }

    private static int size(Random random) {
        return random.nextInt(10) == 0 ? 20 : random.nextInt(4);
    }

    /// Values that a topic takes.
    static List<Object> odd(FieldType type) {
        return switch (type) {
            case FieldType.Primitive primitive -> odd(primitive);
            case FieldType.Decimal decimal -> {
                BigInteger most = BigInteger.TEN.pow(decimal.precision()).subtract(BigInteger.ONE);
                yield Stream.of(most, most.negate(), BigInteger.ZERO, BigInteger.ONE, BigInteger.ONE.negate())
                        .<Object>map(unscaled -> new BigDecimal(unscaled, decimal.scale()))
                        .toList();
            }
            case FieldType.Fixed fixed -> {
                byte[] mixed = new byte[fixed.length()];
                mixed[fixed.length() - 1] = 1;
                yield List.of(filled(fixed.length(), 0), filled(fixed.length(), 0xFF), ByteBuffer.wrap(mixed));
            }
            case FieldType.Struct ignored -> throw new AssertionError("made of others: " + type);
            case FieldType.ListOf ignored -> throw new AssertionError("made of others: " + type);
            case FieldType.MapOf ignored -> throw new AssertionError("made of others: " + type);
        };
    }

    private static List<Object> odd(FieldType.Primitive type) {
        return switch (type) {
            case BOOLEAN -> List.of(true, false);
            case INT -> List.of(Integer.MIN_VALUE, Integer.MIN_VALUE + 1, Integer.MAX_VALUE, -1, 0, 1, 1 << 24);
            case LONG -> List.of(Long.MIN_VALUE, Long.MIN_VALUE + 1, Long.MAX_VALUE, -1L, 0L, 1L << 53, (1L << 53) + 1);
            case FLOAT ->
                List.of(
                        Float.NaN,
                        -0.0f,
                        0.0f,
                        Float.MIN_VALUE,
                        -Float.MAX_VALUE,
                        Float.MAX_VALUE,
                        Float.NEGATIVE_INFINITY,
                        Float.POSITIVE_INFINITY,
                        0.1f);
            case DOUBLE ->
                List.of(
                        Double.NaN,
                        -0.0,
                        0.0,
                        Double.MIN_VALUE,
                        -Double.MAX_VALUE,
                        Double.MAX_VALUE,
                        Double.NEGATIVE_INFINITY,
                        Double.POSITIVE_INFINITY,
                        0.1);
            // around the epoch, the change of calendars and the ends
            case DATE -> List.of(TimeRange.MIN_DAY, TimeRange.MAX_DAY, -1, 0, -141_428, -141_427, 19_782);
            case TIME -> List.of(0L, 1L, 86_399_999_999L, 43_200_000_000L);
            case TIMESTAMP, TIMESTAMPTZ ->
                List.of(
                        TimeRange.MIN_MICROS,
                        TimeRange.MAX_MICROS,
                        -1L,
                        0L,
                        1L,
                        -3_600_000_000L,
                        -3_600_000_001L,
                        -12_219_292_800_000_001L,
                        1_709_164_800_123_456L);
            case STRING ->
                List.of(
                        "",
                        " ",
                        "a",
                        "A",
                        "null",
                        "a=b/c%2F d?#&+:",
                        "..",
                        "'\"\\",
                        "line\nand\ttab",
                        "__HIVE_DEFAULT_PARTITION__",
                        "\u00e4\u20ac\ud83d\ude00",
                        "e\u0301",
                        "\u00e9",
                        "\uff21",
                        "\u200f\ufeff",
                        "x".repeat(300),
                        "\uffff".repeat(20),
                        "\udbff\udfff".repeat(20));
            case BINARY ->
                List.of(
                        filled(0, 0),
                        filled(1, 0),
                        filled(1, 0xFF),
                        filled(40, 0xFF),
                        filled(300, 0x80),
                        ByteBuffer.wrap(new byte[] {'\\', 'x', '4', '1'}),
                        ByteBuffer.wrap(new byte[] {0, 1, 0}));
            case UUID ->
                List.of(
                        new UUID(0, 0),
                        new UUID(-1, -1),
                        new UUID(Long.MAX_VALUE, -1),
                        new UUID(Long.MIN_VALUE, 0),
                        new UUID(0, Long.MIN_VALUE));
        };
    }

    /// Values that a buffer can hold, and that a topic takes or refuses: whoever is told which must be told the truth.
    static List<Object> wild(FieldType type) {
        return switch (type) {
            case FieldType.Primitive primitive ->
                switch (primitive) {
                    case DATE ->
                        List.of(
                                Integer.MIN_VALUE,
                                -Integer.MAX_VALUE,
                                Integer.MAX_VALUE,
                                TimeRange.MIN_DAY - 1,
                                TimeRange.MAX_DAY + 1,
                                -20_000_000);
                    case TIME -> List.of(-1L, 86_400_000_000L, Long.MIN_VALUE, Long.MAX_VALUE);
                    case TIMESTAMP, TIMESTAMPTZ ->
                        List.of(
                                Long.MIN_VALUE,
                                -Long.MAX_VALUE,
                                Long.MAX_VALUE,
                                Long.MAX_VALUE - 1,
                                TimeRange.MIN_MICROS - 1,
                                TimeRange.MAX_MICROS + 1,
                                (Integer.MAX_VALUE + 1L) * 3_600_000_000L,
                                (Integer.MIN_VALUE - 1L) * 3_600_000_000L);
                    case STRING -> List.of("\0", "a\0b", "x".repeat(100_000));
                    default -> List.of();
                };
            default -> List.of();
        };
    }

    private static ByteBuffer filled(int length, int value) {
        byte[] bytes = new byte[length];
        java.util.Arrays.fill(bytes, (byte) value);
        return ByteBuffer.wrap(bytes);
    }

    /// One type of each kind, alone and in others.
    static List<FieldType> types() {
        List<FieldType> types = new ArrayList<>();
        Collections.addAll(types, FieldType.Primitive.values());
        types.addAll(List.of(
                new FieldType.Decimal(1, 0),
                new FieldType.Decimal(9, 9),
                new FieldType.Decimal(18, 3),
                new FieldType.Decimal(19, 0),
                new FieldType.Decimal(38, 37),
                new FieldType.Fixed(1),
                new FieldType.Fixed(17)));
        return types;
    }
}
