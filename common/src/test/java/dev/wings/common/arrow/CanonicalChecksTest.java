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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.TimeRange;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Values that a topic's type does not have are refused wherever they stand: in a column, and in what is nested.
class CanonicalChecksTest {

    private static final BatchLimits LIMITS = new BatchLimits(100_000, 64 << 20);

    private static final double OTHER_NAN = Double.longBitsToDouble(0xFFF8_0000_0000_0001L);
    private static final float OTHER_FLOAT_NAN = Float.intBitsToFloat(0xFFC0_0001);

    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void nothingLeaks() {
        allocator.close();
    }

    /// Where a value stands.
    enum Place {
        COLUMN,
        LIST,
        LIST_OF_LISTS,
        STRUCT,
        MAP_VALUE,
        STRUCT_IN_LIST_IN_MAP
    }

    /// A type, as the topic has it and as it is sent, with a value in it.
    record Sent(
            FieldType type,
            ArrowType arrow,
            List<Field> children,
            @Nullable Object value) {

        Sent(FieldType type, ArrowType arrow, Object value) {
            this(type, arrow, List.of(), value);
        }

        Sent with(@Nullable Object other) {
            return new Sent(type, arrow, children, other);
        }

        Field field(String name) {
            return new Field(name, org.apache.arrow.vector.types.pojo.FieldType.nullable(arrow), children);
        }

        Sent inList() {
            return new Sent(
                    new FieldType.ListOf(TopicField.optional(id(), "element", type)),
                    ArrowType.List.INSTANCE,
                    List.of(field("element")),
                    Arrays.asList(value));
        }

        Sent inStruct() {
            return new Sent(
                    new FieldType.Struct(List.of(TopicField.optional(id(), "m", type))),
                    ArrowType.Struct.INSTANCE,
                    List.of(field("m")),
                    Arrays.asList(value));
        }

        Sent inMap() {
            Sent key = new Sent(Primitive.INT, new ArrowType.Int(32, true), 1L);
            return map(key, this, List.of(Arrays.asList(1L, value)));
        }

        /// A map with this value and each of the others as a key.
        Sent asKeyWith(@Nullable Object... others) {
            Sent number = new Sent(Primitive.INT, new ArrowType.Int(32, true), 0L);
            List<@Nullable Object> entries = new ArrayList<>();
            entries.add(Arrays.asList(value, 0L));
            for (Object other : others) {
                entries.add(Arrays.asList(other, 1L));
            }
            return map(this, number, entries);
        }

        private static Sent map(Sent key, Sent value, List<?> entries) {
            int id = Math.max(key.id(), value.id());
            Field entry = new Field(
                    "entries",
                    org.apache.arrow.vector.types.pojo.FieldType.notNullable(ArrowType.Struct.INSTANCE),
                    List.of(key.field("key"), value.field("value")));
            return new Sent(
                    new FieldType.MapOf(
                            TopicField.required(id, "key", key.type), TopicField.optional(id + 1, "value", value.type)),
                    new ArrowType.Map(false),
                    List.of(entry),
                    entries);
        }

        /// An id above all that are in the type.
        private int id() {
            return 2 + highest(type);
        }

        private static int highest(FieldType type) {
            return type.children().stream()
                    .mapToInt(child -> Math.max(child.id(), highest(child.type())))
                    .max()
                    .orElse(1);
        }

        Sent at(Place place) {
            return switch (place) {
                case COLUMN -> this;
                case LIST -> inList();
                case LIST_OF_LISTS -> inList().inList();
                case STRUCT -> inStruct();
                case MAP_VALUE -> inMap();
                case STRUCT_IN_LIST_IN_MAP -> inStruct().inList().inMap();
            };
        }
    }

    private static ArrowType timestamp(TimeUnit unit, @Nullable String zone) {
        return new ArrowType.Timestamp(unit, zone);
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    void timestampsOutsideOfTheYears0001To9999(Place place) {
        for (Primitive type : List.of(Primitive.TIMESTAMP, Primitive.TIMESTAMPTZ)) {
            String zone = type == Primitive.TIMESTAMPTZ ? "UTC" : null;
            long least = Instant.parse("0001-01-01T00:00:00Z").getEpochSecond();
            long most = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();
            Sent micros = new Sent(type, timestamp(TimeUnit.MICROSECOND, zone), least * 1_000_000);
            assertTaken(micros.at(place));
            assertTaken(micros.with(most * 1_000_000 + 999_999).at(place));
            for (long bad : new long[] {
                least * 1_000_000 - 1,
                most * 1_000_000 + 1_000_000,
                Long.MIN_VALUE,
                Long.MIN_VALUE + 1,
                Long.MAX_VALUE,
                Long.MAX_VALUE - 1,
                // where Iceberg's hours no longer fit into 32 bits
                (Integer.MAX_VALUE + 1L) * 3_600_000_000L,
                (Integer.MIN_VALUE - 1L) * 3_600_000_000L
            }) {
                assertRefused(micros.with(bad).at(place), "not one of the years 0001 to 9999 (" + bad, "type=" + type);
            }
            Sent millis = new Sent(type, timestamp(TimeUnit.MILLISECOND, zone), most * 1_000 + 999);
            assertTaken(millis.at(place));
            assertRefused(millis.with(most * 1_000 + 1_000).at(place), "not one of the years");
            assertRefused(millis.with(Long.MAX_VALUE).at(place), "does not fit");
            Sent seconds = new Sent(type, timestamp(TimeUnit.SECOND, zone), least);
            assertTaken(seconds.at(place));
            assertRefused(seconds.with(least - 1).at(place), "not one of the years");
            assertRefused(seconds.with(Long.MIN_VALUE).at(place), "does not fit");
            // All that 64 bits of nanoseconds can say, if they say whole microseconds.
            Sent nanos = new Sent(type, timestamp(TimeUnit.NANOSECOND, zone), Long.MAX_VALUE / 1_000 * 1_000);
            assertTaken(nanos.at(place));
            assertTaken(nanos.with(Long.MIN_VALUE / 1_000 * 1_000).at(place));
            assertRefused(nanos.with(Long.MIN_VALUE).at(place), "nanoseconds, which would be lost");
        }
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    void datesOutsideOfTheYears0001To9999(Place place) {
        long least = LocalDate.of(1, 1, 1).toEpochDay();
        long most = LocalDate.of(9999, 12, 31).toEpochDay();
        assertThat(List.of(least, most)).containsExactly((long) TimeRange.MIN_DAY, (long) TimeRange.MAX_DAY);
        Sent days = new Sent(Primitive.DATE, new ArrowType.Date(DateUnit.DAY), least);
        assertTaken(days.at(place));
        assertTaken(days.with(most).at(place));
        for (long bad : new long[] {least - 1, most + 1, Integer.MIN_VALUE, Integer.MAX_VALUE, -Integer.MAX_VALUE}) {
            assertRefused(days.with(bad).at(place), "not one of the years 0001 to 9999 (" + bad + " days)");
        }
        Sent millis = new Sent(Primitive.DATE, new ArrowType.Date(DateUnit.MILLISECOND), most * 86_400_000);
        assertTaken(millis.at(place));
        assertRefused(millis.with((most + 1) * 86_400_000).at(place), "not one of the years");
        assertRefused(millis.with(Long.MIN_VALUE).at(place), "not a whole day");
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    void timesOutsideOfADay(Place place) {
        Sent micros = new Sent(Primitive.TIME, new ArrowType.Time(TimeUnit.MICROSECOND, 64), 86_399_999_999L);
        assertTaken(micros.at(place));
        for (long bad : new long[] {-1, 86_400_000_000L, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertRefused(micros.with(bad).at(place), "not one of a day");
        }
        Sent seconds = new Sent(Primitive.TIME, new ArrowType.Time(TimeUnit.SECOND, 32), 86_400L);
        assertRefused(seconds.at(place), "not one of a day");
        Sent millis = new Sent(Primitive.TIME, new ArrowType.Time(TimeUnit.MILLISECOND, 32), -1L);
        assertRefused(millis.at(place), "not one of a day");
        Sent nanos = new Sent(Primitive.TIME, new ArrowType.Time(TimeUnit.NANOSECOND, 64), 86_400_000_000_000L);
        assertRefused(nanos.at(place), "not one of a day");
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    void decimalsBeyondTheirPrecision(Place place) {
        for (int precision : new int[] {1, 9, 18, 19, 38}) {
            BigInteger bound = BigInteger.TEN.pow(precision);
            Sent most = new Sent(
                    new FieldType.Decimal(precision, 1),
                    new ArrowType.Decimal(precision, 1, 128),
                    bound.subtract(BigInteger.ONE));
            assertTaken(most.at(place));
            for (BigInteger bad :
                    List.of(bound, bound.negate(), BigInteger.TWO.pow(126).negate())) {
                if (bad.abs().compareTo(bound) >= 0) {
                    assertRefused(most.with(bad).at(place), "too many digits");
                }
            }
        }
    }

    /// For each type: a key, the same key as another writer may write it, and another key.
    static Stream<Sent[]> keys() {
        ArrowType int64 = new ArrowType.Int(64, true);
        ArrowType doubles = new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
        ArrowType singles = new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
        Sent real = new Sent(Primitive.DOUBLE, doubles, Double.NaN);
        Sent single = new Sent(Primitive.FLOAT, singles, Float.NaN);
        Sent number = new Sent(Primitive.LONG, int64, 0L);
        return Stream.of(
                same(new Sent(Primitive.BOOLEAN, ArrowType.Bool.INSTANCE, true), true, false),
                same(new Sent(Primitive.INT, new ArrowType.Int(32, true), -1L), -1L, 1L),
                same(new Sent(Primitive.INT, new ArrowType.Int(8, false), 255L), 255L, 0L),
                same(number.with(Long.MIN_VALUE), Long.MIN_VALUE, 0L),
                same(real, OTHER_NAN, Double.POSITIVE_INFINITY),
                same(real.with(0.0), -0.0, Double.MIN_VALUE),
                same(real.with(-0.0), 0.0, -Double.MIN_VALUE),
                same(single, OTHER_FLOAT_NAN, Float.NEGATIVE_INFINITY),
                same(single.with(0.0f), -0.0f, Float.MIN_VALUE),
                same(new Sent(Primitive.DOUBLE, singles, Float.NaN), OTHER_FLOAT_NAN, 1.0f),
                same(new Sent(Primitive.DATE, new ArrowType.Date(DateUnit.DAY), 17L), 17L, 18L),
                same(new Sent(Primitive.TIME, new ArrowType.Time(TimeUnit.SECOND, 32), 17L), 17L, 18L),
                same(new Sent(Primitive.TIMESTAMP, timestamp(TimeUnit.SECOND, null), 1L), 1L, 2L),
                same(new Sent(Primitive.TIMESTAMPTZ, timestamp(TimeUnit.MICROSECOND, "UTC"), 1L), 1L, 2L),
                same(new Sent(Primitive.STRING, ArrowType.Utf8.INSTANCE, bytes("")), bytes(""), bytes("\0")),
                same(
                        new Sent(Primitive.STRING, ArrowType.Utf8View.INSTANCE, bytes("longer than a view")),
                        bytes("longer than a view"),
                        bytes("longer than a vieW")),
                same(new Sent(Primitive.BINARY, ArrowType.LargeBinary.INSTANCE, bytes("ab")), bytes("ab"), bytes("a")),
                same(
                        new Sent(new FieldType.Fixed(3), new ArrowType.FixedSizeBinary(3), bytes("abc")),
                        bytes("abc"),
                        bytes("abd")),
                same(
                        new Sent(Primitive.UUID, new ArrowType.FixedSizeBinary(16), bytes("0123456789abcdef")),
                        bytes("0123456789abcdef"),
                        bytes("0123456789abcdeF")),
                same(
                        new Sent(new FieldType.Decimal(4, 2), new ArrowType.Decimal(4, 2, 128), BigInteger.ONE),
                        BigInteger.ONE,
                        BigInteger.TEN),
                same(real.inStruct(), Arrays.asList(OTHER_NAN), Arrays.asList(1.0)),
                same(real.with(null).inStruct(), Arrays.asList((Object) null), Arrays.asList(0.0)),
                same(real.with(-0.0).inList(), Arrays.asList(0.0), Arrays.asList(0.0, 0.0)),
                same(number.inMap(), List.of(Arrays.asList(1L, 0L)), List.of(Arrays.asList(1L, 1L))),
                same(
                        number.inStruct().inList().inMap().inStruct(),
                        number.inStruct().inList().inMap().inStruct().value,
                        Arrays.asList(List.of())));
    }

    private static Sent[] same(Sent key, @Nullable Object again, @Nullable Object other) {
        return new Sent[] {key, key.with(again), key.with(other)};
    }

    @ParameterizedTest
    @MethodSource("keys")
    void mapsWithAKeyTwice(Sent key, Sent again, Sent other) {
        for (Place place : Place.values()) {
            assertTaken(key.asKeyWith().at(place));
            assertTaken(key.asKeyWith(other.value()).at(place));
            assertRefused(key.asKeyWith(again.value()).at(place), "a key stands in the map twice");
            assertRefused(key.asKeyWith(other.value(), again.value()).at(place), "a key stands in the map twice");
        }
    }

    /// Maps that are the keys of another map.
    @Test
    void mapsInKeysWithAKeyTwice() {
        Sent real = new Sent(Primitive.DOUBLE, new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE), 0.0);
        assertTaken(real.asKeyWith(1.0).asKeyWith());
        assertRefused(real.asKeyWith(-0.0).asKeyWith(), "twice: field=\"f.key\"");
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    void mapsWithANullForAKey(Place place) {
        Sent text = new Sent(Primitive.STRING, ArrowType.Utf8.INSTANCE, bytes("a"));
        assertRefused(text.with(null).asKeyWith((Object) bytes("a")).at(place), "null in a required field", ".key");
    }

    @Test
    void largeMaps() {
        Sent number = new Sent(Primitive.LONG, new ArrowType.Int(64, true), -1L);
        Object[] many = LongStream.range(0, 50_000).boxed().toArray();
        assertTaken(number.asKeyWith(many));
        many[49_999] = 17L;
        assertRefused(number.asKeyWith(many), "twice");
        Sent text = new Sent(Primitive.STRING, ArrowType.Utf8.INSTANCE, bytes("-1"));
        Object[] texts =
                LongStream.range(0, 50_000).mapToObj(i -> bytes("key " + i)).toArray();
        assertTaken(text.asKeyWith(texts));
        texts[0] = bytes("key 40000");
        assertRefused(text.asKeyWith(texts), "twice");
        assertTaken(number.inStruct()
                .asKeyWith(LongStream.range(0, 50_000).mapToObj(List::of).toArray()));
    }

    @Test
    void theRowIsNamed() {
        Sent map = new Sent(Primitive.LONG, new ArrowType.Int(64, true), 1L).asKeyWith(1L);
        List<?> entries = (List<?>) Objects.requireNonNull(map.value());
        assertInvalid(
                map,
                Arrays.asList(null, List.of(), List.of(entries.getFirst()), map.value()),
                "a key stands in the map twice: field=\"f\", type=map<long, int>, row=3 (of the batch, counted from 0)");
        Sent list = map.inList();
        assertInvalid(
                list,
                Arrays.asList(null, Arrays.asList(null, List.of()), list.value()),
                "field=\"f.element\", type=map<long, int>, position=2");
        Sent date = new Sent(Primitive.DATE, new ArrowType.Date(DateUnit.DAY), (long) Integer.MAX_VALUE);
        assertInvalid(date, Arrays.asList(null, 1L, date.value()), "field=\"f\", type=date, row=2");
    }

    private void assertTaken(Sent sent) {
        open(sent, Arrays.asList(sent.value(), null, sent.value()));
    }

    private void assertRefused(Sent sent, String... messages) {
        assertInvalid(sent, Arrays.asList(null, sent.value()), messages);
    }

    private void assertInvalid(Sent sent, List<@Nullable Object> values, String... messages) {
        assertThatExceptionOfType(WingsException.class)
                .isThrownBy(() -> open(sent, values))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID))
                .satisfies(e -> assertThat(e.getMessage()).contains(messages).contains("field=\"f"));
    }

    private void open(Sent sent, List<@Nullable Object> values) {
        Field field = sent.field("f");
        TopicSchema topic = new TopicSchema(0, List.of(TopicField.optional(1, "f", sent.type())), 1000);
        WireBatch batch = WireBatch.of(List.of(field), List.of(values));
        try (BatchReader reader =
                        new BatchReader(allocator, SchemaBinding.bind(new Schema(List.of(field)), topic), LIMITS);
                ArrowBuf body = batch.openBody(allocator)) {
            reader.openBatch(batch.header(), body).close();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
