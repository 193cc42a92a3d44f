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
package dev.wings.common.arrow;

import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TimeRange;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// A random topic, a random producer's schema that fits it, and random batches with what is to become of them:
/// the oracle of the tests. Equal seeds give equal streams.
///
/// Expected values are `Boolean`, `Long` (integers and points in time), `Double`, `BigDecimal`, `String` (text,
/// and hexadecimal digits of byte strings), `List` (lists, and pairs of maps), `Map` (structs).
final class RandomStream {

    private static final List<String> WORDS =
            List.of("", "a", "Zürich", "the quick brown fox", "日本語のテキスト", "😀", "exactly12byt", "thirteen byte");

    private static final List<FieldType.Primitive> PRIMITIVES = List.of(FieldType.Primitive.values());

    private final Random random;
    private final TopicSchema topic;
    private final List<Column> columns = new ArrayList<>();
    private final List<Dictionary> dictionaries = new ArrayList<>();
    private int lastFieldId;

    /// One value, as sent and as expected.
    record Value(@Nullable Object wire, @Nullable Object expected) {

        static final Value NULL = new Value(null, null);
    }

    /// A dictionary to be sent before the first batch.
    record Dictionary(long id, org.apache.arrow.vector.types.pojo.Field field, List<@Nullable Object> values) {}

    /// A batch, and by name of the topic's field what it holds.
    record Sent(WireBatch batch, Map<String, List<@Nullable Object>> expected) {}

    private record Column(TopicField target, Source source) {}

    private record Source(org.apache.arrow.vector.types.pojo.Field field, Supplier<Value> next) {}

    RandomStream(long seed) {
        this.random = new Random(seed);
        List<TopicField> fields = new ArrayList<>();
        int count = 1 + random.nextInt(5);
        for (int i = 0; i < count; i++) {
            fields.add(field("Column" + i, 0));
        }
        this.topic = new TopicSchema(0, fields, lastFieldId);
        List<TopicField> sent = new ArrayList<>(fields);
        Collections.shuffle(sent, random);
        for (TopicField field : sent) {
            if (field.required() || columns.isEmpty() || random.nextInt(5) > 0) {
                columns.add(new Column(field, source(field, 0)));
            }
        }
    }

    TopicSchema topic() {
        return topic;
    }

    Schema schema() {
        return new Schema(
                columns.stream().map(column -> column.source().field()).toList());
    }

    List<Dictionary> dictionaries() {
        return dictionaries;
    }

    Sent batch(int rows) {
        List<List<@Nullable Object>> wire = new ArrayList<>();
        Map<String, List<@Nullable Object>> expected = new LinkedHashMap<>();
        for (Column column : columns) {
            List<@Nullable Object> sent = new ArrayList<>();
            List<@Nullable Object> wanted = new ArrayList<>();
            for (int i = 0; i < rows; i++) {
                Value value = column.source().next().get();
                sent.add(value.wire());
                wanted.add(value.expected());
            }
            wire.add(sent);
            expected.put(column.target().name(), wanted);
        }
        return new Sent(WireBatch.of(schema().getFields(), wire), expected);
    }

    private TopicField field(String name, int depth) {
        int id = ++lastFieldId;
        boolean required = random.nextInt(3) == 0;
        return new TopicField(id, name, required, type(depth), "");
    }

    private FieldType type(int depth) {
        int choice = random.nextInt(depth < 3 ? 18 : 14);
        return switch (choice) {
            case 12 -> {
                int precision = 1 + random.nextInt(38);
                yield new FieldType.Decimal(precision, random.nextInt(precision + 1));
            }
            case 13 -> new FieldType.Fixed(1 + random.nextInt(20));
            case 14, 15 -> {
                List<TopicField> members = new ArrayList<>();
                int count = 1 + random.nextInt(3);
                for (int i = 0; i < count; i++) {
                    members.add(field("m" + i, depth + 1));
                }
                yield new FieldType.Struct(members);
            }
            case 16 -> new FieldType.ListOf(field("element", depth + 1));
            case 17 -> {
                int id = ++lastFieldId;
                yield new FieldType.MapOf(TopicField.required(id, "key", type(3)), field("value", depth + 1));
            }
            default -> PRIMITIVES.get(choice);
        };
    }

    private Source source(TopicField target, int depth) {
        boolean nullable = !target.required();
        if (nullable && depth > 0 && random.nextInt(12) == 0) {
            return leaf(target, ArrowType.Null.INSTANCE, () -> Value.NULL);
        }
        if (random.nextInt(6) == 0) {
            return dictionary(target, depth);
        }
        return plain(target, depth);
    }

    private Source dictionary(TopicField target, int depth) {
        Source values = plain(target, depth + 1);
        List<Value> entries = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(9); i++) {
            entries.add(values.next().get());
        }
        long id = 100L + dictionaries.size();
        dictionaries.add(new Dictionary(
                id,
                values.field(),
                entries.stream().<@Nullable Object>map(Value::wire).toList()));
        ArrowType.Int index = new ArrowType.Int(8 << random.nextInt(4), random.nextBoolean());
        org.apache.arrow.vector.types.pojo.Field field = new org.apache.arrow.vector.types.pojo.Field(
                values.field().getName(),
                new org.apache.arrow.vector.types.pojo.FieldType(
                        true,
                        values.field().getType(),
                        new DictionaryEncoding(id, false, index),
                        values.field().getMetadata()),
                values.field().getChildren());
        boolean withNulls = !target.required();
        return new Source(field, () -> {
            if (withNulls && random.nextInt(5) == 0) {
                return Value.NULL;
            }
            int position = random.nextInt(entries.size());
            return new Value((long) position, entries.get(position).expected());
        });
    }

    private Source plain(TopicField target, int depth) {
        return switch (target.type()) {
            case FieldType.Primitive type -> primitive(target, type);
            case FieldType.Decimal type -> decimal(target, type);
            case FieldType.Fixed type -> bytesOfLength(target, type.length());
            case FieldType.Struct type -> struct(target, type, depth);
            case FieldType.ListOf type -> list(target, type, depth);
            case FieldType.MapOf type -> map(target, type, depth);
        };
    }

    private Source primitive(TopicField target, FieldType.Primitive type) {
        return switch (type) {
            case BOOLEAN ->
                random.nextBoolean()
                        ? leaf(target, ArrowType.Bool.INSTANCE, () -> same(random.nextBoolean()))
                        : byteBoolean(target);
            case INT ->
                integer(
                        target,
                        pick(
                                integer(8, true),
                                integer(16, true),
                                integer(32, true),
                                integer(8, false),
                                integer(16, false)));
            case LONG ->
                integer(
                        target,
                        pick(
                                integer(8, true),
                                integer(16, true),
                                integer(32, true),
                                integer(64, true),
                                integer(8, false),
                                integer(16, false),
                                integer(32, false)));
            case FLOAT -> floatingPoint(target, pick(FloatingPointPrecision.HALF, FloatingPointPrecision.SINGLE));
            case DOUBLE -> floatingPoint(target, pick(FloatingPointPrecision.values()));
            case DATE -> {
                DateUnit unit = pick(DateUnit.values());
                yield leaf(target, new ArrowType.Date(unit), () -> {
                    long days = random.nextLong(TimeRange.MIN_DAY, TimeRange.MAX_DAY + 1L);
                    return new Value(unit == DateUnit.DAY ? days : days * 86_400_000, days);
                });
            }
            case TIME -> time(target);
            case TIMESTAMP -> timestamp(target, random.nextBoolean() ? "" : null);
            case TIMESTAMPTZ -> timestamp(target, pick("UTC", "+01:00"));
            case STRING -> {
                ArrowType arrow =
                        pick(ArrowType.Utf8.INSTANCE, ArrowType.LargeUtf8.INSTANCE, ArrowType.Utf8View.INSTANCE);
                yield leaf(target, arrow, () -> {
                    String text = WORDS.get(random.nextInt(WORDS.size()));
                    return new Value(text.getBytes(StandardCharsets.UTF_8), text);
                });
            }
            case BINARY -> {
                ArrowType arrow = pick(
                        ArrowType.Binary.INSTANCE,
                        ArrowType.LargeBinary.INSTANCE,
                        ArrowType.BinaryView.INSTANCE,
                        new ArrowType.FixedSizeBinary(random.nextInt(5)));
                yield leaf(
                        target,
                        arrow,
                        () -> bytes(
                                arrow instanceof ArrowType.FixedSizeBinary fixed
                                        ? fixed.getByteWidth()
                                        : random.nextInt(30)));
            }
            case UUID -> random.nextBoolean() ? bytesOfLength(target, 16) : uuidText(target);
        };
    }

    private Source bytesOfLength(TopicField target, int length) {
        ArrowType arrow = pick(
                new ArrowType.FixedSizeBinary(length),
                ArrowType.Binary.INSTANCE,
                ArrowType.LargeBinary.INSTANCE,
                ArrowType.BinaryView.INSTANCE);
        return leaf(target, arrow, () -> bytes(length));
    }

    private Source uuidText(TopicField target) {
        ArrowType arrow = pick(ArrowType.Utf8.INSTANCE, ArrowType.LargeUtf8.INSTANCE, ArrowType.Utf8View.INSTANCE);
        return leaf(target, arrow, () -> {
            UUID uuid = new UUID(random.nextLong(), random.nextLong());
            String text =
                    random.nextBoolean() ? uuid.toString() : uuid.toString().toUpperCase(Locale.ROOT);
            return new Value(
                    text.getBytes(StandardCharsets.UTF_8), uuid.toString().replace("-", ""));
        });
    }

    private static ArrowType.Int integer(int bits, boolean signed) {
        return new ArrowType.Int(bits, signed);
    }

    private Source integer(TopicField target, ArrowType.Int type) {
        return leaf(target, type, () -> {
            long value = random.nextLong() >> (64 - type.getBitWidth());
            return same(type.getIsSigned() ? value : value & ((1L << type.getBitWidth()) - 1));
        });
    }

    private Source floatingPoint(TopicField target, FloatingPointPrecision precision) {
        return leaf(target, new ArrowType.FloatingPoint(precision), () -> {
            double value = random.nextGaussian() * 100;
            return same(
                    switch (precision) {
                        case HALF -> (double) Float.float16ToFloat(Float.floatToFloat16((float) value));
                        case SINGLE -> (double) (float) value;
                        case DOUBLE -> value;
                    });
        });
    }

    private Source time(TopicField target) {
        TimeUnit unit = pick(TimeUnit.values());
        boolean coarse = unit == TimeUnit.SECOND || unit == TimeUnit.MILLISECOND;
        return leaf(target, new ArrowType.Time(unit, coarse ? 32 : 64), () -> inMicros(unit, random.nextInt(86_400)));
    }

    private Source timestamp(TopicField target, @Nullable String zone) {
        TimeUnit unit = pick(TimeUnit.values());
        return leaf(target, new ArrowType.Timestamp(unit, zone), () -> inMicros(unit, random.nextInt()));
    }

    private static Value inMicros(TimeUnit unit, long seconds) {
        long micros = seconds * 1_000_000;
        return new Value(
                switch (unit) {
                    case SECOND -> seconds;
                    case MILLISECOND -> seconds * 1_000;
                    case MICROSECOND -> micros;
                    case NANOSECOND -> micros * 1_000;
                },
                micros);
    }

    private Source decimal(TopicField target, FieldType.Decimal type) {
        int whole = type.precision() - type.scale();
        if (whole >= 20 && random.nextBoolean()) {
            ArrowType.Int integer = pick(integer(64, true), integer(32, false), integer(8, true));
            Source source = integer(target, integer);
            return new Source(source.field(), () -> {
                Value value = source.next().get();
                return value.wire() == null
                        ? value
                        : new Value(
                                value.wire(),
                                BigDecimal.valueOf((Long) value.wire()).setScale(type.scale()));
            });
        }
        int precision = type.scale() + random.nextInt(whole + 1);
        if (precision == 0) {
            precision = 1;
        }
        int digits = precision;
        List<Integer> widths = new ArrayList<>(List.of(128, 256));
        if (precision <= 9) {
            widths.add(32);
        }
        if (precision <= 18) {
            widths.add(64);
        }
        int width = widths.get(random.nextInt(widths.size()));
        return leaf(target, new ArrowType.Decimal(precision, type.scale(), width), () -> {
            BigInteger bound = BigInteger.TEN.pow(digits);
            BigInteger value = new BigInteger(bound.bitLength(), random).mod(bound);
            BigInteger signed = random.nextBoolean() ? value : value.negate();
            return new Value(signed, new BigDecimal(signed, type.scale()));
        });
    }

    private Source struct(TopicField target, FieldType.Struct type, int depth) {
        List<TopicField> sent = new ArrayList<>(type.fields());
        Collections.shuffle(sent, random);
        sent.removeIf(member -> !member.required() && random.nextInt(4) == 0);
        List<Source> members =
                sent.stream().map(member -> source(member, depth + 1)).toList();
        return of(
                target,
                ArrowType.Struct.INSTANCE,
                members.stream().map(Source::field).toList(),
                () -> {
                    List<@Nullable Object> wire = new ArrayList<>();
                    Map<String, @Nullable Object> expected = new LinkedHashMap<>();
                    type.fields().forEach(member -> expected.put(member.name(), null));
                    for (int i = 0; i < members.size(); i++) {
                        Value value = members.get(i).next().get();
                        wire.add(value.wire());
                        expected.put(sent.get(i).name(), value.expected());
                    }
                    return new Value(wire, expected);
                });
    }

    private Source list(TopicField target, FieldType.ListOf type, int depth) {
        Source element = source(type.element(), depth + 1);
        ArrowType arrow = pick(
                ArrowType.List.INSTANCE,
                ArrowType.LargeList.INSTANCE,
                ArrowType.ListView.INSTANCE,
                ArrowType.LargeListView.INSTANCE,
                new ArrowType.FixedSizeList(random.nextInt(3)));
        return of(target, arrow, List.of(element.field()), () -> {
            int size = arrow instanceof ArrowType.FixedSizeList fixed ? fixed.getListSize() : random.nextInt(4);
            List<@Nullable Object> wire = new ArrayList<>();
            List<@Nullable Object> expected = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                Value value = element.next().get();
                wire.add(value.wire());
                expected.add(value.expected());
            }
            return new Value(wire, expected);
        });
    }

    private Source map(TopicField target, FieldType.MapOf type, int depth) {
        Source key = source(type.key(), depth + 1);
        Source value = source(type.value(), depth + 1);
        org.apache.arrow.vector.types.pojo.Field entries = new org.apache.arrow.vector.types.pojo.Field(
                "key_value",
                org.apache.arrow.vector.types.pojo.FieldType.notNullable(ArrowType.Struct.INSTANCE),
                List.of(key.field(), value.field()));
        return of(target, new ArrowType.Map(random.nextBoolean()), List.of(entries), () -> {
            List<@Nullable Object> wire = new ArrayList<>();
            List<@Nullable Object> expected = new ArrayList<>();
            Set<@Nullable Object> keys = new HashSet<>();
            for (int i = random.nextInt(3); i > 0; i--) {
                Value k = key.next().get();
                Value v = value.next().get();
                if (!keys.add(k.expected())) {
                    continue;
                }
                wire.add(Arrays.asList(k.wire(), v.wire()));
                expected.add(Arrays.asList(k.expected(), v.expected()));
            }
            return new Value(wire, expected);
        });
    }

    private Source byteBoolean(TopicField target) {
        Source bytes = leaf(target, integer(8, true), () -> {
            long value = random.nextBoolean() ? 0 : 1 + random.nextInt(127);
            return new Value(value, value != 0);
        });
        return new Source(
                new org.apache.arrow.vector.types.pojo.Field(
                        bytes.field().getName(),
                        new org.apache.arrow.vector.types.pojo.FieldType(
                                bytes.field().isNullable(),
                                bytes.field().getType(),
                                null,
                                Map.of(ArrowSchemas.EXTENSION_NAME_KEY, SourceTypes.BYTE_BOOLEAN_EXTENSION)),
                        null),
                bytes.next());
    }

    private Source leaf(TopicField target, ArrowType type, Supplier<Value> next) {
        return of(target, type, List.of(), next);
    }

    private Source of(
            TopicField target,
            ArrowType type,
            List<org.apache.arrow.vector.types.pojo.Field> children,
            Supplier<Value> next) {
        String name = random.nextInt(4) == 0 ? target.name().toUpperCase(Locale.ROOT) : target.name();
        org.apache.arrow.vector.types.pojo.Field field = new org.apache.arrow.vector.types.pojo.Field(
                name, org.apache.arrow.vector.types.pojo.FieldType.nullable(type), children);
        boolean withNulls = !target.required();
        return new Source(field, () -> withNulls && random.nextInt(5) == 0 ? Value.NULL : next.get());
    }

    private Value bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return new Value(bytes, HexFormat.of().formatHex(bytes));
    }

    private static Value same(Object value) {
        return new Value(value, value);
    }

    @SafeVarargs
    private <T> T pick(T... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
