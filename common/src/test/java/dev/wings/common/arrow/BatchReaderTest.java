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
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What is refused, and by which words. What is accepted is checked by [BatchReaderSimulationTest].
class BatchReaderTest {

    private static final BatchLimits LIMITS = new BatchLimits(1000, 1 << 20);
    private static final ArrowType UTF8 = ArrowType.Utf8.INSTANCE;
    private static final ArrowType INT64 = new ArrowType.Int(64, true);

    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void nothingLeaks() {
        allocator.close();
    }

    @Test
    void integersThatDoNotFit() {
        ArrowType signed = new ArrowType.Int(64, true);
        ArrowType unsigned = new ArrowType.Int(64, false);
        FieldType small = FieldType.Primitive.INT;
        assertThat(read(signed, small, values((long) Integer.MIN_VALUE, null, (long) Integer.MAX_VALUE)))
                .isEqualTo(values((long) Integer.MIN_VALUE, null, (long) Integer.MAX_VALUE));
        assertRefused(signed, small, values(0L, null, Integer.MAX_VALUE + 1L), "fit into 32 bits", "row=2");
        assertRefused(signed, small, values(Integer.MIN_VALUE - 1L), "fit into 32 bits", "row=0");
        assertRefused(unsigned, small, values(-1L), "fit into 32 bits", "row=0");
        assertRefused(new ArrowType.Int(32, false), small, values(1L << 31), "fit into 32 bits", "row=0");
        assertThat(read(unsigned, FieldType.Primitive.LONG, values(Long.MAX_VALUE, null)))
                .isEqualTo(values(Long.MAX_VALUE, null));
        assertRefused(unsigned, FieldType.Primitive.LONG, values(1L, Long.MIN_VALUE), "fit into 64 bits", "row=1");
    }

    @Test
    void bytesOfAnotherLengthAndTextsThatAreNoUuid() {
        for (ArrowType type :
                List.of(ArrowType.Binary.INSTANCE, ArrowType.LargeBinary.INSTANCE, ArrowType.BinaryView.INSTANCE)) {
            assertRefused(type, new FieldType.Fixed(2), values(new byte[2], null, new byte[3]), "found=3", "row=2");
            assertRefused(type, new FieldType.Fixed(2), values(new byte[0]), "expected=2, found=0", "row=0");
            assertRefused(type, FieldType.Primitive.UUID, values(new byte[15]), "expected=16, found=15", "row=0");
        }
        String uuid = "6ccd780c-baba-1026-9564-5b8c656024db";
        for (String text : List.of(
                "",
                uuid.substring(1),
                uuid + "0",
                uuid.replace('-', '0'),
                uuid.replace('c', 'g'),
                "6ccd780cb-aba-1026-9564-5b8c656024db",
                "6ccd780c-baba-1026-9564-5b8c65602\u0661d",
                "6ccd780c-baba-1026-9564-5b8c6560-4db")) {
            for (ArrowType type :
                    List.of(ArrowType.Utf8.INSTANCE, ArrowType.LargeUtf8.INSTANCE, ArrowType.Utf8View.INSTANCE)) {
                byte[] good = uuid.getBytes(StandardCharsets.UTF_8);
                byte[] bad = text.getBytes(StandardCharsets.UTF_8);
                assertRefused(type, FieldType.Primitive.UUID, values(good, null, bad), "no UUID", "row=2");
            }
        }
    }

    @Test
    void casesOfTimeThatWouldLoseDigits() {
        FieldType timestamp = FieldType.Primitive.TIMESTAMP;
        ArrowType nanos = new ArrowType.Timestamp(TimeUnit.NANOSECOND, null);
        assertRefused(nanos, timestamp, values(0L, 1_000L, 1_001L), "nanoseconds", "field=\"f\", row=2");
        assertThat(read(nanos, timestamp, values(-1_000L, null))).isEqualTo(values(-1L, null));

        ArrowType seconds = new ArrowType.Timestamp(TimeUnit.SECOND, null);
        assertRefused(seconds, timestamp, values(0L, Long.MAX_VALUE / 1_000_000 + 1), "does not fit", "row=1");
        assertRefused(seconds, timestamp, values(Long.MIN_VALUE), "does not fit", "row=0");
        assertThat(read(seconds, timestamp, values(253_402_300_799L))).isEqualTo(values(253_402_300_799_000_000L));

        ArrowType millis = new ArrowType.Date(DateUnit.MILLISECOND);
        assertRefused(millis, FieldType.Primitive.DATE, values(86_400_001L), "not a whole day", "row=0");
        assertRefused(millis, FieldType.Primitive.DATE, values(86_400_000L << 33), "too far away", "row=0");
    }

    @Test
    void timesOutsideOfADay() {
        FieldType time = FieldType.Primitive.TIME;
        assertRefused(new ArrowType.Time(TimeUnit.MICROSECOND, 64), time, values(86_400_000_000L), "not one of a day");
        assertRefused(
                new ArrowType.Time(TimeUnit.SECOND, 32), time, values(0L, null, -1L), "not one of a day", "row=2");
    }

    @Test
    void decimalsWithTooManyDigits() {
        FieldType small = new FieldType.Decimal(4, 2);
        ArrowType arrow = new ArrowType.Decimal(4, 2, 128);
        assertThat(read(arrow, small, values(BigInteger.valueOf(-9999)))).hasSize(1);
        assertRefused(arrow, small, values(BigInteger.valueOf(10_000)), "too many digits", "row=0");
        assertRefused(arrow, small, values(BigInteger.valueOf(-10_000)), "too many digits", "row=0");
        assertRefused(arrow, small, values(BigInteger.TWO.pow(64)), "too many digits", "row=0");

        FieldType large = new FieldType.Decimal(38, 0);
        ArrowType wide = new ArrowType.Decimal(38, 0, 256);
        BigInteger most = BigInteger.TEN.pow(38).subtract(BigInteger.ONE);
        assertThat(read(wide, large, values(most, most.negate()))).hasSize(2);
        assertRefused(wide, large, values(most.add(BigInteger.ONE)), "too many digits");
        assertRefused(wide, large, values(most.add(BigInteger.ONE).negate()), "too many digits");
        assertRefused(wide, large, values(BigInteger.TWO.pow(128)), "too many digits");
        assertRefused(
                new ArrowType.Decimal(38, 0, 128),
                large,
                values(BigInteger.TWO.pow(127).negate()),
                "too many digits");
    }

    @Test
    void textThatIsNotUtf8() {
        FieldType string = FieldType.Primitive.STRING;
        byte[] good = "ä".getBytes(StandardCharsets.UTF_8);
        for (ArrowType type : List.of(UTF8, ArrowType.LargeUtf8.INSTANCE, ArrowType.Utf8View.INSTANCE)) {
            assertRefused(
                    type, string, values(good, null, new byte[] {(byte) 0xC0, (byte) 0x80}), "not UTF-8", "row=2");
            // A character that an offset cuts in two: the bytes of all values together are UTF-8.
            assertRefused(
                    type, string, values(new byte[] {(byte) 0xC3}, new byte[] {(byte) 0xA4}), "not UTF-8", "row=0");
        }
    }

    @Test
    void nullsInRequiredFields() {
        TopicSchema top = topic(TopicField.required(1, "f", FieldType.Primitive.LONG));
        assertRefused(
                top,
                field("f", INT64),
                values(1L, null),
                "null in a required field",
                "field=\"f\", type=long, row=1 (of the batch, counted from 0)");

        // Required members are looked at only where their struct is there.
        FieldType inner = new FieldType.Struct(List.of(TopicField.required(2, "x", FieldType.Primitive.LONG)));
        TopicSchema struct = topic(TopicField.optional(1, "f", inner));
        Field arrowStruct = field("f", ArrowType.Struct.INSTANCE, field("x", INT64));
        assertThat(read(struct, arrowStruct, values(null, List.of(1L)))).hasSize(2);
        assertRefused(
                struct,
                arrowStruct,
                values(null, values((Object) null)),
                "null in a required field",
                "field=\"f.x\", type=long, row=1 (of the batch, counted from 0)");

        FieldType elements = new FieldType.ListOf(TopicField.required(2, "element", FieldType.Primitive.LONG));
        TopicSchema list = topic(TopicField.optional(1, "f", elements));
        Field arrowList = field("f", ArrowType.List.INSTANCE, field("item", INT64));
        assertRefused(
                list,
                arrowList,
                values(List.of(1L), values(2L, null)),
                "null in a required field",
                "f.element",
                "position=2");
    }

    /// What lies below a null is garbage, and not a value of the batch.
    @Test
    void badValuesBelowNullsDoNotMatter() {
        FieldType inner = new FieldType.Struct(List.of(TopicField.required(2, "x", FieldType.Primitive.TIME)));
        TopicSchema topic = topic(TopicField.optional(1, "f", inner));
        Field member = field("x", new ArrowType.Time(TimeUnit.MICROSECOND, 64));
        Field field = field("f", ArrowType.Struct.INSTANCE, member);
        // The member is null, 10 and -1; of the structs the first and the last are null.
        byte[] body = new byte[40];
        body[0] = 0b010;
        body[8] = 0b110;
        body[24] = 10;
        Arrays.fill(body, 32, 40, (byte) -1);
        long[] buffers = {0, 1, 8, 1, 16, 24};
        IpcHeader.RecordBatch header = new IpcHeader.RecordBatch(
                3, new long[] {3, 2, 3, 1}, buffers, new long[0], IpcHeader.Compression.NONE, body.length);
        try (BatchReader reader = reader(topic, field)) {
            try (ArrowBuf sound = WireBatch.open(allocator, body)) {
                reader.openBatch(header, sound).close();
            }
            body[0] = 0b110;
            IpcHeader.RecordBatch live = new IpcHeader.RecordBatch(
                    3, new long[] {3, 1, 3, 1}, buffers, new long[0], IpcHeader.Compression.NONE, body.length);
            try (ArrowBuf bad = WireBatch.open(allocator, body)) {
                assertInvalid(
                        () -> reader.openBatch(live, bad).close(), "not one of a day: field=\"f.x\", type=time, row=2");
            }
        }
    }

    @Test
    void messagesHaveNothingInThemThatBreaksALine() {
        ArrowType zoned = new ArrowType.Timestamp(TimeUnit.MICROSECOND, "a\nb" + "c".repeat(5000));
        assertInvalid(
                () -> reader(topic(TopicField.optional(1, "f", FieldType.Primitive.LONG)), field("f", zoned)),
                "found=Timestamp(MICROSECOND, a?b");
    }

    @Test
    void dictionariesThatAreNotThere() {
        TopicSchema topic = topic(TopicField.optional(1, "f", FieldType.Primitive.STRING));
        Field field = new Field(
                "f",
                new org.apache.arrow.vector.types.pojo.FieldType(
                        true, UTF8, new DictionaryEncoding(5, false, new ArrowType.Int(64, false))),
                List.of());
        WireBatch words = WireBatch.of(List.of(field("f", UTF8)), List.of(values(bytes("a"), bytes("b"), null)));
        WireBatch batch = WireBatch.of(List.of(field), List.of(values(2L, 1L, null, 0L)));
        WireBatch outside = WireBatch.of(List.of(field), List.of(values(0L, 3L)));
        WireBatch negative = WireBatch.of(List.of(field), List.of(values(-1L)));
        try (BatchReader reader = reader(topic, field)) {
            assertInvalid(() -> open(reader, batch), "the dictionary was not sent: dictionary=5", "field=\"f\", row=0");
            assertInvalid(
                    () -> readDictionary(reader, words.dictionaryHeaderBytes(5, true), words),
                    "a delta came without the dictionary that it belongs to");
            assertInvalid(
                    () -> open(reader, batch),
                    "the dictionary could not be read: dictionary=5, cause=a delta came without the dictionary",
                    "field=\"f\", row=0");
            readDictionary(reader, words.dictionaryHeaderBytes(5, false), words);
            try (Batch read = openBatch(reader, batch);
                    VectorSchemaRoot root = read.openRoot(allocator)) {
                assertThat(CanonicalValues.column(FieldType.Primitive.STRING, root.getVector(0)))
                        .isEqualTo(values(null, "b", null, "a"));
            }
            assertInvalid(() -> open(reader, outside), "not in the dictionary: index=3, length=3", "row=1");
            assertInvalid(() -> open(reader, negative), "not in the dictionary", "row=0");
            WireBatch broken =
                    WireBatch.of(List.of(field("f", UTF8)), List.of(values((Object) new byte[] {(byte) 0xFF})));
            assertInvalid(() -> readDictionary(reader, broken.dictionaryHeaderBytes(5, false), broken), "not UTF-8");
            assertInvalid(
                    () -> open(reader, batch), "could not be read: dictionary=5, cause=the text is not UTF-8", "row=0");
            readDictionary(reader, words.dictionaryHeaderBytes(5, true), words);
            assertInvalid(() -> open(reader, batch), "cause=the text is not UTF-8");
        }
    }

    @Test
    void dictionariesGrowAndAreReplaced() {
        TopicSchema topic = topic(TopicField.optional(1, "f", FieldType.Primitive.STRING));
        Field field = encoded(UTF8, 5);
        try (BatchReader reader = reader(topic, field)) {
            readDictionary(reader, 5, false, words("a", null));
            WireBatch two = WireBatch.of(List.of(field), List.of(values(0L, 1L, 2L)));
            assertInvalid(() -> open(reader, two), "not in the dictionary: index=2, length=2", "row=2");
            readDictionary(reader, 5, true, words("ä", ""));
            assertThat(text(reader, two)).isEqualTo(values("a", null, "ä"));
            readDictionary(reader, 5, true, words());
            readDictionary(reader, 5, true, words("x".repeat(1000)));
            WireBatch five = WireBatch.of(List.of(field), List.of(values(4L, 3L, 2L, null, 1L, 0L)));
            assertThat(text(reader, five)).isEqualTo(values("x".repeat(1000), "", "ä", null, null, "a"));
            readDictionary(reader, 5, false, words("new"));
            assertInvalid(() -> open(reader, five), "not in the dictionary: index=4, length=1");
            readDictionary(reader, 5, true, words("newer"));
            assertThat(text(reader, WireBatch.of(List.of(field), List.of(values(1L, 0L)))))
                    .isEqualTo(values("newer", "new"));
        }
    }

    /// Each dictionary costs what it holds, not what was there before; all together have the limit of one
    /// batch.
    @Test
    void manySmallDeltas() {
        TopicSchema topic = topic(TopicField.optional(1, "f", FieldType.Primitive.STRING));
        Field field = encoded(UTF8, 5);
        try (BatchReader reader = reader(topic, field)) {
            readDictionary(reader, 5, false, words("0"));
            int taken = 1;
            String cause = "";
            while (cause.isEmpty() && taken < 1_000_000) {
                try {
                    readDictionary(reader, 5, true, words("word " + taken));
                    taken++;
                } catch (WingsException e) {
                    cause = e.getMessage();
                }
            }
            assertThat(cause).contains("too large once it is decompressed");
            // each has 4 bytes for an offset, one bit of validity, and the text
            assertThat(taken).isBetween(40_000, 90_000);
            WireBatch batch = WireBatch.of(List.of(field), List.of(values(1L)));
            assertInvalid(() -> open(reader, batch), "the dictionary could not be read: dictionary=5, cause=the batch");
            assertThat(reader.dictionaryBytes()).isZero();
        }
    }

    @Test
    void aDictionaryOfDictionariesIsNotReadWithOthers() {
        TopicSchema topic = topic(TopicField.optional(
                1, "f", new FieldType.Struct(List.of(TopicField.optional(2, "m", FieldType.Primitive.STRING)))));
        Field member = new Field(
                "m",
                new org.apache.arrow.vector.types.pojo.FieldType(
                        true, UTF8, new DictionaryEncoding(7, false, new ArrowType.Int(8, true))),
                List.of());
        Field field = new Field(
                "f",
                new org.apache.arrow.vector.types.pojo.FieldType(
                        true, ArrowType.Struct.INSTANCE, new DictionaryEncoding(5, false, new ArrowType.Int(8, true))),
                List.of(member));
        WireBatch structs = WireBatch.of(
                List.of(field("f", ArrowType.Struct.INSTANCE, member)), List.of(values(values(1L), values(0L))));
        WireBatch batch = WireBatch.of(List.of(field), List.of(values(0L)));
        try (BatchReader reader = reader(topic, field)) {
            readDictionary(reader, 7, false, words("a", "b"));
            readDictionary(reader, 5, false, structs);
            open(reader, batch);
            readDictionary(reader, 7, true, words("c"));
            open(reader, batch);
            readDictionary(reader, 7, false, words("y", "z"));
            assertInvalid(() -> open(reader, batch), "has to be sent again", "dictionary=5, replaced=7", "row=0");
            readDictionary(reader, 5, false, structs);
            open(reader, batch);
        }
    }

    private static Field encoded(ArrowType type, long id) {
        return new Field(
                "f",
                new org.apache.arrow.vector.types.pojo.FieldType(
                        true, type, new DictionaryEncoding(id, false, new ArrowType.Int(32, true))),
                List.of());
    }

    private static WireBatch words(@Nullable String... words) {
        List<@Nullable Object> values = new ArrayList<>();
        for (String word : words) {
            values.add(word == null ? null : bytes(word));
        }
        return WireBatch.of(List.of(field("f", UTF8)), List.of(values));
    }

    private void readDictionary(BatchReader reader, long id, boolean delta, WireBatch values) {
        readDictionary(reader, values.dictionaryHeaderBytes(id, delta), values);
    }

    private List<@Nullable Object> text(BatchReader reader, WireBatch batch) {
        try (Batch read = openBatch(reader, batch);
                VectorSchemaRoot root = read.openRoot(allocator)) {
            return CanonicalValues.column(FieldType.Primitive.STRING, root.getVector(0));
        }
    }

    @Test
    void amplification() {
        // 900 rows of one word of 10,000 bytes.
        TopicSchema topic = topic(TopicField.optional(1, "f", FieldType.Primitive.STRING));
        Field field = new Field(
                "f",
                new org.apache.arrow.vector.types.pojo.FieldType(
                        true, UTF8, new DictionaryEncoding(5, false, new ArrowType.Int(8, true))),
                List.of());
        WireBatch words = WireBatch.of(List.of(field("f", UTF8)), List.of(values((Object) new byte[10_000])));
        List<@Nullable Object> indices = new ArrayList<>();
        for (int i = 0; i < 900; i++) {
            indices.add(0L);
        }
        WireBatch batch = WireBatch.of(List.of(field), List.of(indices));
        try (BatchReader reader = reader(topic, field)) {
            readDictionary(reader, words.dictionaryHeaderBytes(5, false), words);
            assertInvalid(() -> open(reader, batch), "too large once it is decompressed, decoded and cast");
        }
    }

    @Test
    void viewsThatStandForMoreThanABatchMayHave() {
        TopicSchema topic = new TopicSchema(
                0,
                List.of(
                        TopicField.optional(1, "f", FieldType.Primitive.BINARY),
                        TopicField.optional(2, "g", FieldType.Primitive.BINARY)),
                2);
        List<Field> fields =
                List.of(field("f", ArrowType.BinaryView.INSTANCE), field("g", ArrowType.BinaryView.INSTANCE));
        List<@Nullable Object> shared = new ArrayList<>();
        byte[] value = new byte[700];
        for (int i = 0; i < 800; i++) {
            shared.add(value);
        }
        WireBatch batch = WireBatch.of(fields, List.of(shared, shared));
        byte[] bytes = new byte[28_000];
        long[] buffers = batch.header().buffers().clone();
        // Views first, then the data that all of them share.
        System.arraycopy(batch.body(), (int) buffers[2], bytes, 0, 12_800);
        for (int i = 0; i < 800; i++) {
            Arrays.fill(bytes, 16 * i + 8, 16 * i + 16, (byte) 0);
        }
        System.arraycopy(bytes, 0, bytes, 13_600, 12_800);
        long[] shorter = {0, 0, 0, 12_800, 12_800, 700, 0, 0, 0, 0, 13_600, 12_800, 26_400, 700, 0, 0};
        IpcHeader.RecordBatch header = new IpcHeader.RecordBatch(
                800, batch.header().nodes(), shorter, new long[] {2, 2}, IpcHeader.Compression.NONE, bytes.length);
        try (BatchReader reader = new BatchReader(allocator, SchemaBinding.bind(new Schema(fields), topic), LIMITS);
                ArrowBuf body = WireBatch.open(allocator, bytes)) {
            assertInvalid(
                    () -> reader.openBatch(header, body).close(), "too large in all: bytes=560000", "field=\"g\"");
        }
    }

    @Test
    void limits() {
        Field field = field("f", INT64);
        TopicSchema topic = topic(TopicField.optional(1, "f", FieldType.Primitive.LONG));
        List<@Nullable Object> many = new ArrayList<>();
        for (long i = 0; i < 1001; i++) {
            many.add(i);
        }
        assertRefused(topic, field, many, "too many rows: rows=1001, limit=1000");
        WireBatch large =
                WireBatch.of(List.of(field("f", UTF8)), List.of(values((Object) new byte[LIMITS.rows() * 1100])));
        TopicSchema text = topic(TopicField.optional(1, "f", FieldType.Primitive.STRING));
        try (BatchReader reader = reader(text, field("f", UTF8))) {
            assertInvalid(() -> open(reader, large), "too large: bytes=");
        }
    }

    @Test
    void headersThatDoNotFitTheirBody() {
        Field field = field("f", UTF8);
        TopicSchema topic = topic(TopicField.optional(1, "f", FieldType.Primitive.STRING));
        WireBatch batch = WireBatch.of(List.of(field), List.of(values(bytes("abc"), null, bytes("defg"))));
        try (BatchReader reader = reader(topic, field)) {
            assertRefused(
                    reader,
                    batch,
                    nodes -> with(nodes, 0, 4),
                    buffers -> buffers,
                    "wrong length: length=4, expected=3");
            assertRefused(reader, batch, nodes -> with(nodes, 1, 2), buffers -> buffers, "nulls=2, found=1");
            assertRefused(reader, batch, nodes -> with(nodes, 1, -1), buffers -> buffers, "wrong number of nulls");
            assertRefused(reader, batch, nodes -> new long[0], buffers -> buffers, "fewer arrays");
            assertRefused(
                    reader, batch, nodes -> Arrays.copyOf(nodes, 4), buffers -> buffers, "more arrays or buffers");
            assertRefused(reader, batch, nodes -> nodes, buffers -> Arrays.copyOf(buffers, 4), "fewer buffers");
            assertRefused(reader, batch, nodes -> nodes, buffers -> with(buffers, 0, -8), "outside of the body");
            assertRefused(
                    reader, batch, nodes -> nodes, buffers -> with(buffers, 1, Long.MAX_VALUE), "outside of the body");
            assertRefused(
                    reader, batch, nodes -> nodes, buffers -> with(buffers, 3, 12), "too short: bytes=12, expected=16");
            assertRefused(
                    reader,
                    batch,
                    nodes -> nodes,
                    buffers -> with(with(buffers, 4, 0), 5, 40),
                    "buffers of the batch overlap");
            assertRefused(reader, batch, nodes -> nodes, buffers -> with(buffers, 5, 2), "leave its data");
        }
    }

    @Test
    void bodiesThatAreCut() {
        Field field = field("f", INT64);
        TopicSchema topic = topic(TopicField.optional(1, "f", FieldType.Primitive.LONG));
        WireBatch batch = WireBatch.of(List.of(field), List.of(values(1L, 2L)));
        try (BatchReader reader = reader(topic, field);
                ArrowBuf body = WireBatch.open(allocator, Arrays.copyOf(batch.body(), 8))) {
            assertInvalid(() -> reader.openBatch(batch.header(), body).close(), "expected=16, found=8");
        }
    }

    @Test
    void batchesThatNeedNoCastKeepTheirBody() {
        Field field = field("F", UTF8);
        TopicSchema topic = topic(TopicField.optional(1, "f", FieldType.Primitive.STRING));
        WireBatch sent = WireBatch.of(List.of(field), List.of(values(bytes("abc"), null)));
        try (BatchReader reader = reader(topic, field)) {
            assertThat(reader.binding().isIdentity()).isTrue();
            try (ArrowBuf body = sent.openBody(allocator);
                    Batch batch = reader.openBatch(sent.header(), body);
                    IpcMessage message = batch.openMessage()) {
                assertThat(message.byteBuffers()).hasSize(2);
                byte[] passed = new byte[(int) body.readableBytes()];
                message.byteBuffers().get(1).get(passed);
                assertThat(passed).isEqualTo(sent.body());
                assertThat(batch.schema().findField("f").getMetadata()).containsEntry(ArrowSchemas.FIELD_ID_KEY, "1");
            }
        }
    }

    private static List<@Nullable Object> values(@Nullable Object... values) {
        return Arrays.asList(values);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static long[] with(long[] numbers, int position, long number) {
        long[] changed = numbers.clone();
        changed[position] = number;
        return changed;
    }

    private static Field field(String name, ArrowType type, Field... children) {
        return new Field(name, org.apache.arrow.vector.types.pojo.FieldType.nullable(type), List.of(children));
    }

    private static TopicSchema topic(TopicField field) {
        return new TopicSchema(0, List.of(field), 100);
    }

    private BatchReader reader(TopicSchema topic, Field field) {
        return new BatchReader(allocator, SchemaBinding.bind(new Schema(List.of(field)), topic), LIMITS);
    }

    private Batch openBatch(BatchReader reader, WireBatch batch) {
        try (ArrowBuf body = batch.openBody(allocator)) {
            return reader.openBatch(batch.header(), body);
        }
    }

    private void open(BatchReader reader, WireBatch batch) {
        openBatch(reader, batch).close();
    }

    private void readDictionary(BatchReader reader, byte[] header, WireBatch values) {
        try (ArrowBuf body = values.openBody(allocator)) {
            reader.readDictionary((IpcHeader.DictionaryBatch) IpcHeader.parse(header), body);
        }
    }

    private List<@Nullable Object> read(ArrowType type, FieldType target, List<@Nullable Object> values) {
        return read(topic(TopicField.optional(1, "f", target)), field("f", type), values);
    }

    private List<@Nullable Object> read(TopicSchema topic, Field field, List<@Nullable Object> values) {
        try (BatchReader reader = reader(topic, field);
                Batch batch = openBatch(reader, WireBatch.of(List.of(field), List.of(values)));
                VectorSchemaRoot root = batch.openRoot(allocator)) {
            return CanonicalValues.column(topic.fields().get(0).type(), root.getVector(0));
        }
    }

    private void assertRefused(ArrowType type, FieldType target, List<@Nullable Object> values, String... messages) {
        assertRefused(topic(TopicField.optional(1, "f", target)), field("f", type), values, messages);
    }

    private void assertRefused(TopicSchema topic, Field field, List<@Nullable Object> values, String... messages) {
        try (BatchReader reader = reader(topic, field)) {
            assertInvalid(() -> open(reader, WireBatch.of(List.of(field), List.of(values))), messages);
        }
    }

    private void assertRefused(
            BatchReader reader,
            WireBatch batch,
            UnaryOperator<long[]> nodes,
            UnaryOperator<long[]> buffers,
            String message) {
        IpcHeader.RecordBatch header = batch.header();
        IpcHeader.RecordBatch changed = new IpcHeader.RecordBatch(
                header.rows(),
                nodes.apply(header.nodes()),
                buffers.apply(header.buffers()),
                header.variadicCounts(),
                header.compression(),
                header.bodyBytes());
        try (ArrowBuf body = batch.openBody(allocator)) {
            assertInvalid(() -> reader.openBatch(changed, body).close(), message);
        }
    }

    private static void assertInvalid(Runnable call, String... messages) {
        assertThatExceptionOfType(WingsException.class)
                .isThrownBy(call::run)
                .satisfies(e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID))
                .satisfies(e -> assertThat(e.getMessage()).contains(messages));
    }
}
