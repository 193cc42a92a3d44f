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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.jspecify.annotations.Nullable;

/// Values of any type, as Iceberg keeps them in memory: `Integer` days, `Long` microseconds, `String`, `ByteBuffer`,
/// `UUID`, `BigDecimal`; `List`, `Map`, and a `List` for a struct.
public final class Values {

    private Values() {}

    /// A value, often one at the edge of its type, and sometimes null.
    public static @Nullable Object random(TopicField field, Random random) {
        return !field.required() && random.nextInt(6) == 0 ? null : random(field.type(), random);
    }

    private static Object random(FieldType type, Random random) {
        return switch (type) {
            case FieldType.Primitive primitive -> random(primitive, random);
            case FieldType.Decimal decimal -> {
                BigInteger bound = BigInteger.TEN.pow(decimal.precision());
                BigInteger unscaled = switch (random.nextInt(4)) {
                    case 0 -> bound.subtract(BigInteger.ONE);
                    case 1 -> BigInteger.ONE.subtract(bound);
                    default -> new BigInteger(bound.bitLength() - 1, random).mod(bound);
                };
                yield new BigDecimal(random.nextBoolean() ? unscaled : unscaled.negate(), decimal.scale());
            }
            case FieldType.Fixed fixed -> bytes(random, fixed.length());
            case FieldType.Struct struct -> {
                List<@Nullable Object> members = new ArrayList<>();
                struct.fields().forEach(member -> members.add(random(member, random)));
                yield members;
            }
            case FieldType.ListOf list -> {
                List<@Nullable Object> elements = new ArrayList<>();
                int size = random.nextInt(4);
                for (int i = 0; i < size; i++) {
                    elements.add(random(list.element(), random));
                }
                yield elements;
            }
            case FieldType.MapOf map -> {
                Map<Object, @Nullable Object> entries = new LinkedHashMap<>();
                int size = random.nextInt(4);
                for (int i = 0; i < size; i++) {
                    entries.put(keyOf(random(map.key().type(), random)), random(map.value(), random));
                }
                yield entries;
            }
        };
    }

    /// Without negative zeros, which are the same key as positive ones, as other keys are the same only where they are
    /// equal.
    static Object keyOf(Object key) {
        return switch (key) {
            case Float number -> number + 0.0f;
            case Double number -> number + 0.0;
            case List<?> list -> {
                List<@Nullable Object> elements = new ArrayList<>();
                list.forEach(element -> elements.add(element == null ? null : keyOf(element)));
                yield elements;
            }
            case Map<?, ?> map -> {
                Map<Object, @Nullable Object> entries = new LinkedHashMap<>();
                map.forEach((inner, value) -> entries.put(keyOf(inner), value == null ? null : keyOf(value)));
                yield entries;
            }
            default -> key;
        };
    }

    private static Object random(FieldType.Primitive type, Random random) {
        return switch (type) {
            case BOOLEAN -> random.nextBoolean();
            case INT -> pick(random, Integer.MIN_VALUE, Integer.MAX_VALUE, -1, 0, random.nextInt());
            case LONG -> pick(random, Long.MIN_VALUE, Long.MAX_VALUE, -1L, 0L, random.nextLong());
            case FLOAT ->
                pick(random, Float.NaN, -0.0f, 0.0f, Float.MAX_VALUE, Float.NEGATIVE_INFINITY, random.nextFloat());
            case DOUBLE ->
                pick(random, Double.NaN, -0.0, 0.0, Double.MAX_VALUE, Double.NEGATIVE_INFINITY, random.nextDouble());
            case DATE -> pick(random, -1, 0, TimeRange.MIN_DAY, TimeRange.MAX_DAY, random.nextInt(40_000) - 20_000);
            case TIME -> pick(random, 0L, 86_399_999_999L, random.nextLong(86_400_000_000L));
            case TIMESTAMP, TIMESTAMPTZ ->
                pick(
                        random,
                        -1L,
                        0L,
                        TimeRange.MIN_MICROS,
                        TimeRange.MAX_MICROS,
                        -3_600_000_000L,
                        random.nextLong(4_000_000_000_000_000L) - 2_000_000_000_000_000L);
            case STRING ->
                pick(
                        random,
                        "",
                        "a",
                        "\u00e4\u20ac\ud83d\ude00",
                        "x".repeat(300),
                        "\uffff\uffff\uffff\uffff\uffff"
                                + "\uffff\uffff\uffff\uffff\uffff\uffff\uffff\uffff\uffff\uffff\uffff\uffff",
                        "k" + random.nextInt(1000));
            case BINARY -> bytes(random, random.nextInt(40));
            case UUID -> new UUID(random.nextLong(), random.nextLong());
        };
    }

    private static Object pick(Random random, Object... values) {
        return values[random.nextInt(values.length)];
    }

    private static ByteBuffer bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        if (random.nextInt(3) == 0) {
            Arrays.fill(bytes, (byte) 0xFF);
        }
        return ByteBuffer.wrap(bytes);
    }

    /// Fills a vector of the canonical Arrow type.
    static void fill(FieldVector vector, FieldType type, List<? extends @Nullable Object> values) {
        vector.setInitialCapacity(Math.max(1, values.size()));
        vector.allocateNew();
        switch (type) {
            case FieldType.Struct struct -> fillStruct((StructVector) vector, struct, values);
            case FieldType.ListOf list -> fillList((ListVector) vector, list, values);
            case FieldType.MapOf map -> fillMap((ListVector) vector, map, values);
            default -> {
                for (int i = 0; i < values.size(); i++) {
                    Object value = values.get(i);
                    if (value != null) {
                        set(vector, i, value);
                    }
                }
            }
        }
        vector.setValueCount(values.size());
    }

    private static void set(FieldVector vector, int row, Object value) {
        switch (vector) {
            case BitVector it -> it.setSafe(row, (Boolean) value ? 1 : 0);
            case IntVector it -> it.setSafe(row, (Integer) value);
            case BigIntVector it -> it.setSafe(row, (Long) value);
            case Float4Vector it -> it.setSafe(row, (Float) value);
            case Float8Vector it -> it.setSafe(row, (Double) value);
            case DecimalVector it -> it.setSafe(row, (BigDecimal) value);
            case DateDayVector it -> it.setSafe(row, (Integer) value);
            case TimeMicroVector it -> it.setSafe(row, (Long) value);
            case TimeStampVector it -> it.setSafe(row, (Long) value);
            case VarCharVector it -> it.setSafe(row, ((String) value).getBytes(StandardCharsets.UTF_8));
            case VarBinaryVector it -> it.setSafe(row, ((ByteBuffer) value).array());
            case FixedSizeBinaryVector it ->
                it.setSafe(row, value instanceof UUID id ? bytes(id) : ((ByteBuffer) value).array());
            default -> throw new AssertionError("not a vector of a topic: " + vector.getField());
        }
    }

    private static byte[] bytes(UUID id) {
        return ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }

    private static void fillStruct(
            StructVector vector, FieldType.Struct type, List<? extends @Nullable Object> values) {
        for (int i = 0; i < values.size(); i++) {
            if (values.get(i) != null) {
                vector.setIndexDefined(i);
            }
        }
        for (int member = 0; member < type.fields().size(); member++) {
            List<@Nullable Object> members = new ArrayList<>();
            for (Object value : values) {
                members.add(value == null ? null : ((List<?>) value).get(member));
            }
            fill(
                    (FieldVector) vector.getChildByOrdinal(member),
                    type.fields().get(member).type(),
                    members);
        }
    }

    private static void fillList(ListVector vector, FieldType.ListOf type, List<? extends @Nullable Object> values) {
        List<@Nullable Object> elements = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            if (values.get(i) == null) {
                vector.setNull(i);
            } else {
                List<?> list = (List<?>) values.get(i);
                vector.startNewValue(i);
                vector.endValue(i, list.size());
                elements.addAll(list);
            }
        }
        fill(vector.getDataVector(), type.element().type(), elements);
    }

    private static void fillMap(ListVector vector, FieldType.MapOf type, List<? extends @Nullable Object> values) {
        List<@Nullable Object> entries = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            if (values.get(i) == null) {
                vector.setNull(i);
            } else {
                Map<?, ?> map = (Map<?, ?>) values.get(i);
                vector.startNewValue(i);
                vector.endValue(i, map.size());
                map.forEach((key, value) -> entries.add(Arrays.asList(key, value)));
            }
        }
        fill(vector.getDataVector(), new FieldType.Struct(List.of(type.key(), type.value())), entries);
    }
}
