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
import static org.assertj.core.api.Assertions.tuple;

import dev.wings.common.error.WingsException;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.TimeRange;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.seed.SeededTest;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Rows whose values do not fit are found, whatever is wrong with them, and the others are taken without them.
class RowFaultsTest {

    private static final BatchLimits LIMITS = new BatchLimits(100_000, 16 << 20);

    private static final ArrowType UINT64 = new ArrowType.Int(64, false);
    private static final ArrowType NANOS = new ArrowType.Timestamp(TimeUnit.NANOSECOND, null);

    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void nothingLeaks() {
        allocator.close();
    }

    /// A column, with values that a topic takes and others that it does not.
    private record Column(TopicField target, Field sent, List<@Nullable Object> good, List<@Nullable Object> bad) {}

    private static final List<Column> COLUMNS = List.of(
            new Column(
                    TopicField.optional(1, "number", Primitive.LONG),
                    field("number", UINT64),
                    values(1L, null, Long.MAX_VALUE),
                    values(-1L)),
            new Column(
                    TopicField.required(2, "text", Primitive.STRING),
                    field("text", ArrowType.Utf8.INSTANCE),
                    values(text("a"), text("")),
                    values(null, new byte[] {(byte) 0xC3})),
            new Column(
                    TopicField.optional(3, "view", Primitive.STRING),
                    field("view", ArrowType.Utf8View.INSTANCE),
                    values(text("short"), null, text("longer than what a view has room for")),
                    values(new byte[] {'a', (byte) 0xFF})),
            new Column(
                    TopicField.optional(4, "moment", Primitive.TIMESTAMP),
                    field("moment", NANOS),
                    values(1_000L, null, 0L),
                    values(1L, 1_001L)),
            new Column(
                    TopicField.optional(5, "id", Primitive.UUID),
                    field("id", ArrowType.LargeUtf8.INSTANCE),
                    values(text("123e4567-e89b-12d3-a456-426614174000"), null),
                    values(text("123e4567"))),
            new Column(
                    TopicField.optional(6, "price", new FieldType.Decimal(3, 1)),
                    field("price", new ArrowType.Decimal(3, 1, 128)),
                    values(BigInteger.valueOf(-999), null),
                    values(BigInteger.valueOf(1_000))),
            new Column(
                    TopicField.optional(7, "wide", new FieldType.Decimal(38, 0)),
                    field("wide", new ArrowType.Decimal(38, 0, 256)),
                    values(BigInteger.TEN, null),
                    values(BigInteger.TEN.pow(60), BigInteger.TEN.pow(38))),
            new Column(
                    TopicField.optional(8, "time", Primitive.TIME),
                    field("time", new ArrowType.Time(TimeUnit.MICROSECOND, 64)),
                    values(0L, null),
                    values(-1L, TimeRange.MICROS_PER_DAY)),
            list(10, "lists", ArrowType.List.INSTANCE),
            list(12, "large", ArrowType.LargeList.INSTANCE),
            list(14, "views", ArrowType.ListView.INSTANCE),
            new Column(
                    TopicField.optional(
                            16, "pair", new FieldType.ListOf(TopicField.required(17, "element", Primitive.TIMESTAMP))),
                    field("pair", new ArrowType.FixedSizeList(2), field("element", NANOS)),
                    values(values(0L, 1_000L), null),
                    values(values(0L, 7L), values(null, 0L))),
            new Column(
                    TopicField.optional(
                            18, "place", new FieldType.Struct(List.of(TopicField.required(19, "x", Primitive.DATE)))),
                    field(
                            "place",
                            ArrowType.Struct.INSTANCE,
                            field("x", new ArrowType.Date(org.apache.arrow.vector.types.DateUnit.MILLISECOND))),
                    values(values(0L), null, values(86_400_000L)),
                    values(values(1L), values((Object) null), values(86_400_000L * 4_000_000L))),
            new Column(
                    TopicField.optional(
                            20,
                            "map",
                            new FieldType.MapOf(
                                    TopicField.required(21, "key", Primitive.LONG),
                                    TopicField.optional(22, "value", Primitive.TIME))),
                    field(
                            "map",
                            new ArrowType.Map(false),
                            field(
                                    "entries",
                                    ArrowType.Struct.INSTANCE,
                                    field("key", UINT64),
                                    field("value", new ArrowType.Time(TimeUnit.MICROSECOND, 64)))),
                    values(values(), null, values(values(1L, 2L), values(2L, null))),
                    values(values(values(1L, 2L), values(1L, 3L)), values(values(1L, -1L)), values(values(-1L, 0L)))));

    private static Column list(int id, String name, ArrowType type) {
        return new Column(
                TopicField.optional(
                        id, name, new FieldType.ListOf(TopicField.optional(id + 1, "element", Primitive.TIMESTAMP))),
                field(name, type, field("element", NANOS)),
                values(values(), null, values(0L, null, 5_000L)),
                values(values(1L), values(0L, 1_000L, 999L)));
    }

    @SeededTest(100)
    void whatIsFoundIsWhatEachRowAloneIsRefusedFor(long seed) {
        Random random = new Random(seed);
        List<Column> columns = COLUMNS.stream()
                .filter(column -> random.nextInt(3) > 0 || column.target().required())
                .toList();
        int rows = random.nextInt(60);
        List<List<@Nullable Object>> sent = new ArrayList<>();
        for (Column column : columns) {
            int bad = random.nextInt(4) == 0 ? 3 : 30;
            sent.add(IntStream.range(0, rows)
                    .<@Nullable Object>mapToObj(
                            row -> draw(random, random.nextInt(bad) == 0 ? column.bad : column.good))
                    .collect(ArrayList::new, ArrayList::add, ArrayList::addAll));
        }
        List<Field> fields = columns.stream().map(Column::sent).toList();
        TopicSchema topic =
                new TopicSchema(0, columns.stream().map(Column::target).toList(), 100);
        try (BatchReader reader = new BatchReader(allocator, SchemaBinding.bind(new Schema(fields), topic), LIMITS)) {
            List<Integer> good = new ArrayList<>();
            List<Long> refused = new ArrayList<>();
            for (int row = 0; row < rows; row++) {
                if (isTaken(reader, WireBatch.of(fields, rows(sent, List.of(row))))) {
                    good.add(row);
                } else {
                    refused.add((long) row);
                }
            }
            RowFaults faults = RowFaults.gather(60);
            try (Batch batch = open(reader, WireBatch.of(fields, sent), faults);
                    Batch expected = open(reader, WireBatch.of(fields, rows(sent, good)), RowFaults.refuse())) {
                assertThat(faults.rows()).extracting(RowFault::row).containsExactlyElementsOf(refused);
                assertThat(columns(topic, batch)).isEqualTo(columns(topic, expected));
            }
        }
    }

    @Test
    void aFaultNamesItsFieldAndHasItsValue() {
        RowFaults faults = RowFaults.gather(10);
        gather(COLUMNS.get(0), faults, values(1L, -1L));
        gather(COLUMNS.get(3), faults, values(0L, 0L, 1_001L));
        gather(COLUMNS.get(4), faults, values(null, null, null, text("no uuid")));
        gather(COLUMNS.get(5), faults, values(null, null, null, null, BigInteger.valueOf(-1_000)));
        gather(COLUMNS.get(8), faults, values(null, null, null, null, null, values(0L, 3L)));
        assertThat(faults.rows())
                .extracting(RowFault::row, RowFault::field, RowFault::value)
                .containsExactly(
                        tuple(1L, "number", "18446744073709551615"),
                        tuple(2L, "moment", "1001 ns"),
                        tuple(3L, "id", "no uuid"),
                        tuple(4L, "price", "-100.0"),
                        tuple(5L, "lists.element", "3 ns"));
        assertThat(faults.rows().get(1).reason())
                .isEqualTo(
                        "the time has nanoseconds, which would be lost: field=\"moment\", row=2 (of the batch, counted"
                                + " from 0)");
    }

    @Test
    void tooManyFaultsRefuseTheBatch() {
        List<@Nullable Object> bad =
                new ArrayList<>(LongStream.range(0, 11).boxed().map(row -> -1L).toList());
        assertThatExceptionOfType(WingsException.class)
                .isThrownBy(() -> gather(COLUMNS.get(0), RowFaults.gather(10), bad))
                .withMessageContaining("too many rows of the batch cannot be taken")
                .withMessageContaining("limit=10");
        RowFaults all = RowFaults.gather(11);
        gather(COLUMNS.get(0), all, bad);
        assertThat(all.rows()).hasSize(11);
    }

    @Test
    void longTextsAreCutWithAMark() {
        RowFault fault = RowFault.of(0, "f", "r".repeat(5_000), "v".repeat(1_023) + "😀".repeat(10));
        assertThat(fault.value()).isEqualTo("v".repeat(1_023) + "…");
        assertThat(fault.reason()).hasSize(2_049).endsWith("r…");
    }

    private void gather(Column column, RowFaults faults, List<@Nullable Object> values) {
        TopicSchema topic = new TopicSchema(0, List.of(column.target), 100);
        try (BatchReader reader = new BatchReader(
                        allocator, SchemaBinding.bind(new Schema(List.of(column.sent)), topic), LIMITS);
                Batch ignored = open(reader, WireBatch.of(List.of(column.sent), List.of(values)), faults)) {
            assertThat(faults.isEmpty()).isFalse();
        }
    }

    private boolean isTaken(BatchReader reader, WireBatch batch) {
        try (Batch ignored = open(reader, batch, RowFaults.refuse())) {
            return true;
        } catch (WingsException e) {
            return false;
        }
    }

    private Batch open(BatchReader reader, WireBatch batch, RowFaults faults) {
        try (ArrowBuf body = batch.openBody(allocator)) {
            return reader.openBatch(batch.header(), body, faults);
        }
    }

    private List<List<@Nullable Object>> columns(TopicSchema topic, Batch batch) {
        List<List<@Nullable Object>> columns = new ArrayList<>();
        try (VectorSchemaRoot root = batch.openRoot(allocator)) {
            for (int i = 0; i < topic.fields().size(); i++) {
                columns.add(CanonicalValues.column(topic.fields().get(i).type(), root.getVector(i)));
            }
        }
        return columns;
    }

    private static List<List<@Nullable Object>> rows(List<List<@Nullable Object>> columns, List<Integer> rows) {
        List<List<@Nullable Object>> taken = new ArrayList<>();
        for (List<@Nullable Object> column : columns) {
            List<@Nullable Object> values = new ArrayList<>();
            rows.forEach(row -> values.add(column.get(row)));
            taken.add(values);
        }
        return taken;
    }

    private static @Nullable Object draw(Random random, List<@Nullable Object> values) {
        return values.get(random.nextInt(values.size()));
    }

    private static List<@Nullable Object> values(@Nullable Object... values) {
        return Arrays.asList(values);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Field field(String name, ArrowType type, Field... children) {
        return new Field(name, org.apache.arrow.vector.types.pojo.FieldType.nullable(type), List.of(children));
    }
}
