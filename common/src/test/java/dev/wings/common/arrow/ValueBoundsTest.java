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

import com.google.protobuf.ByteString;
import dev.wings.common.proto.FolioColumn;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
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
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ValueBoundsTest {

    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void closeAllocator() {
        allocator.close();
    }

    @Test
    void boundsAreSerializedAsByIceberg() {
        check(Primitive.INT, Types.IntegerType.get(), List.of(5, -7, 3), -7, 5);
        check(Primitive.LONG, Types.LongType.get(), Arrays.asList(1L << 40, null, -1L), -1L, 1L << 40);
        check(Primitive.FLOAT, Types.FloatType.get(), List.of(1.5f, Float.NaN, -0.0f), -0.0f, 1.5f);
        check(Primitive.DOUBLE, Types.DoubleType.get(), List.of(0.0, -0.0, Double.NaN), -0.0, 0.0);
        check(
                Primitive.DOUBLE,
                Types.DoubleType.get(),
                List.of(Double.NEGATIVE_INFINITY, -1e300, Double.POSITIVE_INFINITY),
                Double.NEGATIVE_INFINITY,
                Double.POSITIVE_INFINITY);
        check(Primitive.DATE, Types.DateType.get(), Arrays.asList(-3, 20000, null), -3, 20000);
        check(Primitive.TIME, Types.TimeType.get(), List.of(7L, 5L), 5L, 7L);
        check(Primitive.TIMESTAMPTZ, Types.TimestampType.withZone(), List.of(-9L, 1L << 50), -9L, 1L << 50);
        check(
                new FieldType.Decimal(18, 4),
                Types.DecimalType.of(18, 4),
                List.of(new BigDecimal("-12345678901234.5678"), new BigDecimal("0.0001")),
                new BigDecimal("-12345678901234.5678"),
                new BigDecimal("0.0001"));
        check(Primitive.STRING, Types.StringType.get(), Arrays.asList("b", null, "äh", "b\0"), "b", "äh");
        check(Primitive.STRING, Types.StringType.get(), List.of("", "a".repeat(40)), "", "a".repeat(15) + "b");
    }

    @Test
    void whatHasNoOrderThatAllShareHasNoBounds() {
        for (FieldType type :
                List.of(Primitive.BOOLEAN, Primitive.BINARY, Primitive.UUID, new FieldType.Decimal(19, 0))) {
            FolioColumn column = bounds(type, Arrays.asList(value(type), null)).entry();
            assertThat(column.hasLower() || column.hasUpper())
                    .as(type.toString())
                    .isFalse();
            assertThat(column.getNulls()).isOne();
        }
        FolioColumn nan = bounds(Primitive.DOUBLE, List.of(Double.NaN)).entry();
        assertThat(nan.hasLower() || nan.hasUpper() || nan.getNulls() > 0).isFalse();
        FolioColumn nulls =
                bounds(Primitive.LONG, Arrays.asList(new Object[] {null, null})).entry();
        assertThat(nulls.hasLower() || nulls.hasUpper()).isFalse();
        assertThat(nulls.getNulls()).isEqualTo(2);
    }

    @Test
    void boundsOfBatchesAreThoseOfAllTheirRows() {
        ValueBounds none = bounds(Primitive.LONG, Arrays.asList(new Object[] {null}));
        ValueBounds some = bounds(Primitive.LONG, Arrays.asList(4L, null, 9L));
        ValueBounds more = bounds(Primitive.LONG, List.of(-2L));
        assertThat(none.and(some).and(more)).isEqualTo(bounds(Primitive.LONG, Arrays.asList(9L, -2L, null, null, 4L)));
        assertThat(more.and(none)).isEqualTo(none.and(more));
        ValueBounds text = bounds(Primitive.STRING, List.of("x", "abcdefghijklmnopq"));
        ValueBounds longer = bounds(Primitive.STRING, List.of("abcdefghijklmnopqrst", "xx"));
        assertThat(text.and(longer))
                .isEqualTo(bounds(Primitive.STRING, List.of("abcdefghijklmnopq", "xx", "abcdefghijklmnopqrst", "x")));
    }

    private static Object value(FieldType type) {
        return switch (type) {
            case FieldType.Decimal ignored -> new BigDecimal(7);
            case Primitive primitive -> primitive == Primitive.BOOLEAN ? true : new byte[16];
            default -> throw new IllegalArgumentException(type.toString());
        };
    }

    private void check(FieldType type, Type iceberg, List<@Nullable Object> values, Object least, Object greatest) {
        FolioColumn column = bounds(type, values).entry();
        assertThat(column.getFieldId()).isEqualTo(3);
        assertThat(column.getNulls())
                .isEqualTo(values.stream().filter(value -> value == null).count());
        assertThat(column.getLower()).as("%s %s", type, values).isEqualTo(serialized(iceberg, least));
        assertThat(column.getUpper()).as("%s %s", type, values).isEqualTo(serialized(iceberg, greatest));
    }

    private static ByteString serialized(Type type, Object value) {
        return ByteString.copyFrom(Conversions.toByteBuffer(type, value));
    }

    /// The bounds of a column that went the way of a producer's batch.
    private ValueBounds bounds(FieldType type, List<@Nullable Object> values) {
        TopicSchema topic = new TopicSchema(0, List.of(TopicField.optional(3, "c", type)), 3);
        SchemaBinding binding = SchemaBinding.bind(ArrowSchemas.toArrow(topic), topic);
        try (VectorSchemaRoot root = VectorSchemaRoot.create(ArrowSchemas.toArrow(topic), allocator);
                BatchReader reader = new BatchReader(allocator, binding, new BatchLimits(1000, 1 << 20))) {
            for (int row = 0; row < values.size(); row++) {
                Optional<Object> value = Optional.ofNullable(values.get(row));
                int place = row;
                value.ifPresent(each -> set(root.getVector(0), place, each));
            }
            root.setRowCount(values.size());
            root.getVector(0).setValueCount(values.size());
            try (ArrowRecordBatch message = new VectorUnloader(root).getRecordBatch();
                    ArrowBuf body = body(message)) {
                ByteBuffer header = MessageSerializer.serializeMetadata(message, IpcOption.DEFAULT);
                byte[] head = new byte[header.remaining()];
                header.get(head);
                try (Batch batch = reader.openBatch((IpcHeader.RecordBatch) IpcHeader.parse(head), body)) {
                    return batch.bounds().getFirst();
                }
            }
        }
    }

    private ArrowBuf body(ArrowRecordBatch message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            MessageSerializer.writeBatchBuffers(new WriteChannel(Channels.newChannel(out)), message);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return WireBatch.open(allocator, out.toByteArray());
    }

    private static void set(FieldVector vector, int row, Object value) {
        switch (vector) {
            case IntVector it -> it.setSafe(row, (Integer) value);
            case DateDayVector it -> it.setSafe(row, (Integer) value);
            case BigIntVector it -> it.setSafe(row, (Long) value);
            case TimeMicroVector it -> it.setSafe(row, (Long) value);
            case TimeStampMicroTZVector it -> it.setSafe(row, (Long) value);
            case Float4Vector it -> it.setSafe(row, (Float) value);
            case Float8Vector it -> it.setSafe(row, (Double) value);
            case DecimalVector it -> it.setSafe(row, ((BigDecimal) value).setScale(it.getScale()));
            case BitVector it -> it.setSafe(row, (Boolean) value ? 1 : 0);
            case VarCharVector it -> it.setSafe(row, ((String) value).getBytes(StandardCharsets.UTF_8));
            case VarBinaryVector it -> it.setSafe(row, (byte[]) value);
            case FixedSizeBinaryVector it -> it.setSafe(row, (byte[]) value);
            default -> throw new IllegalStateException("no values for " + vector.getField());
        }
    }
}
