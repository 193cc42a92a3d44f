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
package dev.wings.common.schema;

import static dev.wings.common.schema.TopicSchemaTest.assertInvalid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PartitionValueTest {

    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void nothingLeaks() {
        allocator.close();
    }

    /// A cell and the literal of the same value have the same text: pruning depends on it.
    @Test
    void cellsAndLiteralsHaveOneText() {
        check(FieldType.Primitive.BOOLEAN, new BitVector("k", allocator), v -> v.setSafe(0, 1), true, "true");
        check(FieldType.Primitive.LONG, new BigIntVector("k", allocator), v -> v.setSafe(0, -17L), -17, "-17");
        check(
                new FieldType.Decimal(10, 2),
                new DecimalVector("k", allocator, 10, 2),
                v -> v.setSafe(0, new BigDecimal("10.50")),
                new BigDecimal("10.5"),
                "10.50");
        check(
                FieldType.Primitive.DATE,
                new DateDayVector("k", allocator),
                v -> v.setSafe(0, -1),
                LocalDate.of(1969, 12, 31),
                "1969-12-31");
        check(
                FieldType.Primitive.TIME,
                new TimeMicroVector("k", allocator),
                v -> v.setSafe(0, 30_600_250_000L),
                LocalTime.of(8, 30, 0, 250_000_000),
                "08:30:00.25");
        check(
                FieldType.Primitive.TIMESTAMP,
                new TimeStampMicroVector("k", allocator),
                v -> v.setSafe(0, -1L),
                LocalDateTime.of(1969, 12, 31, 23, 59, 59, 999_999_000),
                "1969-12-31T23:59:59.999999");
        check(
                FieldType.Primitive.TIMESTAMPTZ,
                new TimeStampMicroTZVector("k", allocator, "UTC"),
                v -> v.setSafe(0, 0L),
                Instant.EPOCH,
                "1970-01-01T00:00:00Z");
        check(
                FieldType.Primitive.STRING,
                new VarCharVector("k", allocator),
                v -> v.setSafe(0, "Zürich/😀".getBytes(StandardCharsets.UTF_8)),
                "Zürich/😀",
                "Zürich/😀");
        check(
                FieldType.Primitive.BINARY,
                new VarBinaryVector("k", allocator),
                v -> v.setSafe(0, new byte[] {0, (byte) 0xAB}),
                new byte[] {0, (byte) 0xAB},
                "00ab");
        check(
                new FieldType.Fixed(1),
                new FixedSizeBinaryVector("k", allocator, 1),
                v -> v.setSafe(0, new byte[] {(byte) 0xFF}),
                new byte[] {(byte) 0xFF},
                "ff");
        UUID uuid = UUID.fromString("01890a5d-ac96-774b-bcce-b302099a8057");
        byte[] bytes = java.util.HexFormat.of().parseHex("01890a5dac96774bbcceb302099a8057");
        check(
                FieldType.Primitive.UUID,
                new FixedSizeBinaryVector("k", allocator, 16),
                v -> v.setSafe(0, bytes),
                uuid,
                uuid.toString());
    }

    @Test
    void farTimesHaveText() {
        check(
                FieldType.Primitive.DATE,
                new DateDayVector("k", allocator),
                v -> v.setSafe(0, Integer.MAX_VALUE),
                LocalDate.ofEpochDay(Integer.MAX_VALUE),
                "+5881580-07-11");
        check(
                FieldType.Primitive.TIMESTAMP,
                new TimeStampMicroVector("k", allocator),
                v -> v.setSafe(0, Long.MIN_VALUE),
                LocalDateTime.parse("-290308-12-21T19:59:05.224192"),
                "-290308-12-21T19:59:05.224192");
    }

    @Test
    void literalsThatNoRowCanHaveMatchNothing() {
        assertThat(PartitionValue.ofLiteral(FieldType.Primitive.INT, 1L << 40)).isEmpty();
        assertThat(PartitionValue.ofLiteral(FieldType.Primitive.INT, new BigDecimal("1.5")))
                .isEmpty();
        assertThat(PartitionValue.ofLiteral(FieldType.Primitive.INT, new BigDecimal("1.0")))
                .hasValue("1");
        assertThat(PartitionValue.ofLiteral(FieldType.Primitive.LONG, new BigDecimal("1e999999999")))
                .isEmpty();
        assertThat(PartitionValue.ofLiteral(new FieldType.Decimal(4, 2), new BigDecimal("1e999999999")))
                .isEmpty();
        assertThat(PartitionValue.ofLiteral(new FieldType.Decimal(4, 2), new BigDecimal("0.001")))
                .isEmpty();
        assertThat(PartitionValue.ofLiteral(new FieldType.Decimal(4, 2), 0)).hasValue("0.00");
        assertThat(PartitionValue.ofLiteral(new FieldType.Decimal(4, 2), 100)).isEmpty();
        assertThat(PartitionValue.ofLiteral(FieldType.Primitive.TIME, LocalTime.of(0, 0, 0, 1)))
                .isEmpty();
        assertThat(PartitionValue.ofLiteral(FieldType.Primitive.TIMESTAMPTZ, Instant.MAX))
                .isEmpty();
        assertThat(PartitionValue.ofLiteral(FieldType.Primitive.STRING, "ü".repeat(513)))
                .isEmpty();
        assertThat(PartitionValue.ofLiteral(FieldType.Primitive.STRING, "a\0")).isEmpty();
        assertThat(PartitionValue.ofLiteral(new FieldType.Fixed(2), new byte[3]))
                .isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> PartitionValue.ofLiteral(FieldType.Primitive.INT, "1"));
    }

    @Test
    void cellsWithoutALegalTextAreRefused() {
        try (VarCharVector strings = new VarCharVector("k", allocator);
                VarBinaryVector binaries = new VarBinaryVector("b", allocator)) {
            strings.setSafe(0, "x".repeat(1024).getBytes(StandardCharsets.UTF_8));
            strings.setSafe(1, "x".repeat(1025).getBytes(StandardCharsets.UTF_8));
            strings.setSafe(2, new byte[] {'a', 0});
            strings.setNull(3);
            strings.setValueCount(4);
            binaries.setSafe(0, new byte[513]);
            binaries.setValueCount(1);
            FieldType string = FieldType.Primitive.STRING;
            assertThat(PartitionValue.of(string, strings, 0)).hasSize(1024);
            assertInvalid(() -> PartitionValue.of(string, strings, 1), "too long: field=\"k\"");
            assertInvalid(() -> PartitionValue.of(string, strings, 2), "U+0000");
            assertInvalid(
                    () -> PartitionValue.of(string, strings, 3),
                    "null in the partition key: field=\"k\", type=string, row=3 (of the batch, counted from 0)");
            assertInvalid(() -> PartitionValue.of(FieldType.Primitive.BINARY, binaries, 0), "too long: field=\"b\"");
        }
    }

    private static <V extends FieldVector> void check(
            FieldType type, V vector, Consumer<V> fill, Object literal, String text) {
        try (vector) {
            fill.accept(vector);
            vector.setValueCount(1);
            assertThat(PartitionValue.of(type, vector, 0)).isEqualTo(text);
            assertThat(PartitionValue.ofLiteral(type, literal)).hasValue(text);
        }
    }
}
