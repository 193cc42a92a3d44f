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
package dev.wings.cli.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.flatbuffers.FlatBufferBuilder;
import dev.wings.common.error.WingsException;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.SchemaText;
import dev.wings.common.text.OnLoss;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.DateMilliVector;
import org.apache.arrow.vector.Decimal256Vector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.TimeNanoVector;
import org.apache.arrow.vector.TimeStampMilliVector;
import org.apache.arrow.vector.TimeStampNanoTZVector;
import org.apache.arrow.vector.TimeStampNanoVector;
import org.apache.arrow.vector.TimeStampSecVector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.ArrowWriter;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.LogicalType;
import org.apache.parquet.format.MicroSeconds;
import org.apache.parquet.format.MilliSeconds;
import org.apache.parquet.format.NanoSeconds;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.TimeType;
import org.apache.parquet.format.TimeUnit;
import org.apache.parquet.format.TimestampType;
import org.apache.parquet.format.Type;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// No door changes a value: what a field does not hold to its last digit is refused with its row, or becomes what was
/// asked for.
final class OnLossTest {

    private static final int JULIAN_1970 = 2_440_588;
    private static final String REFUSED = "refused";

    private final BufferAllocator allocator = new RootAllocator();

    @TempDir
    private Path directory;

    @AfterEach
    void closeAllocator() {
        allocator.close();
    }

    /// For each a type, a text, and what becomes of it where digits are cut; the same text must be refused
    /// otherwise, or become null.
    @ParameterizedTest
    @CsvSource({
        "long,1.5,1",
        "long,-1.5,-1",
        "long,9223372036854775808,refused",
        "long,1e30,refused",
        "int,2147483648,refused",
        "int,-0.9,0",
        "'decimal(6,2)',1.239,1.23",
        "'decimal(6,2)',12345,refused",
        "double,9007199254740993,9.007199254740992E15",
        "double,0.12345678901234567891,0.12345678901234568",
        "double,1e400,refused",
        "double,1e-400,0.0",
        "float,16777217,1.6777216E7",
        "float,3.14159265358979,3.1415927",
        "float,1e39,refused",
        "time,04:05:06.1234567,14706123456",
        "timestamp,1969-12-31 23:59:59.9999999,1969-12-31T23:59:59.999999",
        "timestamptz,2001-02-03 04:05:06.123456789+01:00,981169506123456"
    })
    void textOfMoreDigitsThanTheTypeHolds(String type, String text, String cut) throws IOException {
        Path csv = Files.writeString(directory.resolve("rows.csv"), "id,a\n1,\n2," + text + "\n");
        assertLoss(csv, "id long, a " + type, List.of("1", "null"), cut, "line 3: ");
        String json = text.contains(":") || text.contains("-") ? '"' + text + '"' : text;
        Path ndjson =
                Files.writeString(directory.resolve("rows.ndjson"), "{\"id\":1}\n{\"id\":2,\"a\":" + json + "}\n");
        assertLoss(ndjson, "id long, a " + type, List.of("1", "null"), cut, "line 2, ");
    }

    /// What a value has of digits in a text that was written from it is no loss.
    @ParameterizedTest
    @CsvSource({
        "double,0.1,0.1",
        "double,0.10000000000000001,0.1",
        "double,0.1000000000000000055511151231257827,0.1",
        "double,9007199254740992,9.007199254740992E15",
        "double,1e22,1.0E22",
        "double,4.9e-324,4.9E-324",
        "double,-0.0,-0.0",
        "double,0.5000000000000000000000000000,0.5",
        "double,1.7976931348623157e308,1.7976931348623157E308",
        "double,nan,NaN",
        "float,0.1,0.1",
        "float,3.4028235e38,3.4028235E38",
        "float,0.100000001,0.1",
        "long,1.0,1",
        "long,12e2,1200",
        "long,-9223372036854775808,-9223372036854775808",
        "'decimal(38,0)',99999999999999999999999999999999999999,99999999999999999999999999999999999999",
        "timestamp,0001-01-01,0001-01-01T00:00",
        "timestamp,1582-10-10 01:02:03.100000000,1582-10-10T01:02:03.100"
    })
    void textThatATypeHolds(String type, String text, String value) throws IOException {
        Path file = Files.writeString(directory.resolve("rows.csv"), "a,b\n" + text + ",x\n");
        assertThat(read(file, "a " + type + ", b string", OnLoss.REJECT)).containsExactly(value + "|x");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "1.5,12345678901234567890;decimal(38,1)",
                "9007199254740993,1;long",
                "9007199254740993,0.5;decimal(38,1)",
                "9007199254740992,0.5;double",
                "12345678901234567890,1e300;string",
                "123456789012345678901234567890123456789012;string",
                "1e400;string",
                "0.1,0.12345678901234567890123;decimal(38,23)",
                "9223372036854775808;decimal(38,0)",
                "nan,9007199254740993,0.5;string",
                "2001-02-03 04:05:06.1234567;string",
                "2001-02-03 04:05:06+01:00,2001-02-03 04:05:06;string",
                "0.1,0.2;double",
                "1,-;string"
            })
    void guessedTypeHoldsAllValues(String texts, String type) throws IOException {
        List<String> values = List.of(texts.split(",", -1));
        Path csv = Files.writeString(directory.resolve("rows.csv"), "a\n" + String.join("\n", values) + "\n");
        assertThat(guess(csv)).containsExactly("a " + type);
        if (!texts.contains(":") && !texts.contains("nan") && !texts.endsWith("-")) {
            Path json =
                    Files.writeString(directory.resolve("rows.ndjson"), "{\"a\":[" + String.join(",", values) + "]}\n");
            assertThat(guess(json)).containsExactly("a list<" + type + ">");
        }
    }

    private static Arguments column(
            String topic, String cut, Function<BufferAllocator, FieldVector> vector, Consumer<FieldVector> second) {
        return Arguments.of(topic, cut, vector, second);
    }

    private static Stream<Arguments> columns() {
        return Stream.of(
                column(
                        "timestamp",
                        "1969-12-31T23:59:59.999999",
                        allocator -> new TimeStampNanoVector("a", allocator),
                        vector -> ((TimeStampNanoVector) vector).setSafe(1, -1)),
                column(
                        "timestamptz",
                        "0",
                        allocator -> new TimeStampNanoTZVector("a", allocator, "UTC"),
                        vector -> ((TimeStampNanoTZVector) vector).setSafe(1, 999)),
                column(
                        "timestamp",
                        REFUSED,
                        allocator -> new TimeStampSecVector("a", allocator),
                        vector -> ((TimeStampSecVector) vector).setSafe(1, Long.MAX_VALUE)),
                column(
                        "timestamp",
                        REFUSED,
                        allocator -> new TimeStampMilliVector("a", allocator),
                        vector -> ((TimeStampMilliVector) vector).setSafe(1, Long.MIN_VALUE)),
                column(
                        "time",
                        "1",
                        allocator -> new TimeNanoVector("a", allocator),
                        vector -> ((TimeNanoVector) vector).setSafe(1, 1_999)),
                column(
                        "date",
                        "-1",
                        allocator -> new DateMilliVector("a", allocator),
                        vector -> ((DateMilliVector) vector).setSafe(1, -1)),
                column(
                        "long",
                        REFUSED,
                        allocator -> new UInt8Vector("a", allocator),
                        vector -> ((UInt8Vector) vector).setSafe(1, -1)),
                column(
                        "int",
                        REFUSED,
                        allocator -> new BigIntVector("a", allocator),
                        vector -> ((BigIntVector) vector).setSafe(1, 1L << 40)),
                column(
                        "double",
                        "9.007199254740992E15",
                        allocator -> new BigIntVector("a", allocator),
                        vector -> ((BigIntVector) vector).setSafe(1, (1L << 53) + 1)),
                column(
                        "float",
                        "0.1",
                        allocator -> new Float8Vector("a", allocator),
                        vector -> ((Float8Vector) vector).setSafe(1, 0.1)),
                column(
                        "long",
                        "2",
                        allocator -> new Float8Vector("a", allocator),
                        vector -> ((Float8Vector) vector).setSafe(1, 2.5)),
                column(
                        "long",
                        REFUSED,
                        allocator -> new Float8Vector("a", allocator),
                        vector -> ((Float8Vector) vector).setSafe(1, Double.NaN)),
                column(
                        "decimal(4,1)",
                        "1.2",
                        allocator -> new DecimalVector("a", allocator, 10, 2),
                        vector -> ((DecimalVector) vector).setSafe(1, new BigDecimal("1.25"))),
                column(
                        "decimal(38,2)",
                        REFUSED,
                        allocator -> new Decimal256Vector("a", allocator, 60, 2),
                        vector -> ((Decimal256Vector) vector).setSafe(1, new BigDecimal("1e40").setScale(2))));
    }

    @ParameterizedTest
    @MethodSource("columns")
    void arrowValuesOfMoreDigitsThanTheTypeHolds(
            String topic, String cut, Function<BufferAllocator, FieldVector> made, Consumer<FieldVector> second)
            throws IOException {
        FieldVector vector = made.apply(allocator);
        try (VectorSchemaRoot root = VectorSchemaRoot.of(vector)) {
            vector.allocateNew();
            vector.setNull(0);
            second.accept(vector);
            root.setRowCount(2);
            for (boolean stream : List.of(true, false)) {
                Path file = directory.resolve(stream ? "rows.arrows" : "rows.arrow");
                write(file, root, stream);
                assertLoss(file, "a " + topic, List.of("null"), cut, "row 2: ");
            }
        }
    }

    @Test
    void lossInsideOfListsAndStructsIsFoundWithItsRow() throws IOException {
        try (ListVector lists = ListVector.empty("a", allocator)) {
            lists.addOrGetVector(FieldType.nullable(ArrowType.Struct.INSTANCE));
            StructVector structs = (StructVector) lists.getDataVector();
            TimeStampNanoVector times = structs.addOrGet(
                    "t",
                    FieldType.nullable(
                            new ArrowType.Timestamp(org.apache.arrow.vector.types.TimeUnit.NANOSECOND, null)),
                    TimeStampNanoVector.class);
            lists.allocateNew();
            long[][] rows = {{1_000, 2_000}, {}, {3_000, 4_001}};
            int at = 0;
            for (int row = 0; row < rows.length; row++) {
                lists.startNewValue(row);
                for (long nanos : rows[row]) {
                    structs.setIndexDefined(at);
                    times.setSafe(at++, nanos);
                }
                lists.endValue(row, rows[row].length);
            }
            structs.setValueCount(at);
            lists.setValueCount(rows.length);
            Path file = directory.resolve("rows.arrow");
            write(file, VectorSchemaRoot.of(lists), false);

            String topic = "a list<struct<t: timestamp>>";
            assertThatThrownBy(() -> read(file, topic, OnLoss.REJECT))
                    .hasMessageContaining("row 3: ")
                    .hasMessageContaining("1970-01-01T00:00:00.000004001");
            assertThat(read(file, topic, OnLoss.TRUNCATE))
                    .containsExactly(
                            "[{\"t\":[1970,1,1,0,0,0,1000]},{\"t\":[1970,1,1,0,0,0,2000]}]",
                            "[]",
                            "[{\"t\":[1970,1,1,0,0,0,3000]},{\"t\":[1970,1,1,0,0,0,4000]}]");
            assertThat(read(file, topic, OnLoss.NULL))
                    .last()
                    .asString()
                    .startsWith("[{\"t\":")
                    .endsWith(",{}]");
        }
    }

    @Test
    void int96OfParquetThatIsWholeIsTaken() throws IOException {
        Path file = directory.resolve("rows.parquet");
        TestParquet.write(file, List.of(int96(TestParquet.int96(3_723_000_001_000L, JULIAN_1970))));
        assertThat(guess(file)).containsExactly("a timestamp");
        assertThat(read(file, "a timestamp", OnLoss.REJECT)).containsExactly("1970-01-01T01:02:03.000001");
        assertThat(read(file, "a timestamptz", OnLoss.REJECT)).containsExactly("3723000001");
    }

    @ParameterizedTest
    @CsvSource({
        "1,2440588,1970-01-01T00:00",
        "86399999999999,2440587,1969-12-31T23:59:59.999999",
        "1001,2299160,1582-10-14T00:00:00.000001",
        "0,2147483647,refused",
        "0,-2147483648,refused"
    })
    void int96OfParquetIsNeitherCutNorWrapped(long nanos, int day, String cut) throws IOException {
        Path file = directory.resolve("rows.parquet");
        TestParquet.write(file, List.of(int96(TestParquet.int96(0, JULIAN_1970), TestParquet.int96(nanos, day))));
        assertLoss(file, "a timestamp", List.of("1970-01-01T00:00"), cut, "row 2: ");
        assertThatThrownBy(() -> guess(file)).isInstanceOf(WingsException.class).hasMessageContaining("row 2: ");
    }

    private static TestParquet.Column int96(byte[]... values) {
        return new TestParquet.Column(TestParquet.element("a", Type.INT96), List.of(values));
    }

    @Test
    void wideDecimalsOfParquetStayDecimals() throws IOException {
        SchemaElement element = TestParquet.element("a", Type.FIXED_LEN_BYTE_ARRAY);
        element.setType_length(21);
        element.setConverted_type(ConvertedType.DECIMAL);
        element.setPrecision(50);
        element.setScale(2);
        Path file = directory.resolve("rows.parquet");
        String fits = "-123456789012345678901234567890123456.78";
        TestParquet.write(file, List.of(new TestParquet.Column(element, List.of(wide(fits), wide("0.01")))));
        assertThat(guess(file)).containsExactly("a decimal(38,2)");
        assertThat(read(file, "a decimal(38,2)", OnLoss.REJECT)).containsExactly(fits, "0.01");

        String tooWide = "12345678901234567890123456789012345678.90";
        TestParquet.write(file, List.of(new TestParquet.Column(element, List.of(wide("0.01"), wide(tooWide)))));
        assertThatThrownBy(() -> guess(file))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("row 2: ")
                .hasMessageContaining(tooWide);
        assertLoss(file, "a decimal(38,2)", List.of("0.01"), REFUSED, "row 2: ");
    }

    private static byte[] wide(String decimal) {
        byte[] bytes = new BigDecimal(decimal).unscaledValue().toByteArray();
        byte[] padded = new byte[21];
        java.util.Arrays.fill(padded, 0, padded.length - bytes.length, (byte) (new BigInteger(bytes).signum() >> 1));
        System.arraycopy(bytes, 0, padded, padded.length - bytes.length, bytes.length);
        return padded;
    }

    /// Unsigned numbers and points in time of Parquet's older and newer kind: refused at the ends or exact.
    @ParameterizedTest
    @CsvSource({
        "UINT_64,-1,18446744073709551615,'decimal(20,0)'",
        "TIMESTAMP_MILLIS,-1,1969-12-31T23:59:59.999,timestamp",
        "TIMESTAMP_MICROS,-62135596800000000,0001-01-01T00:00,timestamp",
        "TIMESTAMP_MILLIS,9223372036854775807,refused,timestamp",
        "TIME_MICROS,86399999999,86399999999,time"
    })
    void convertedTypesOfParquetKeepTheirValues(ConvertedType type, long value, String expected, String topic)
            throws IOException {
        SchemaElement element = TestParquet.element("a", Type.INT64);
        element.setConverted_type(type);
        Path file = directory.resolve("rows.parquet");
        TestParquet.write(file, List.of(new TestParquet.Column(element, List.of(TestParquet.int64(value)))));
        if (expected.equals(REFUSED)) {
            assertThatThrownBy(() -> guess(file)).isInstanceOf(WingsException.class);
            return;
        }
        List<String> guessed = guess(file);
        assertThat(guessed).containsAnyOf("a " + topic, "a timestamptz");
        if (guessed.contains("a " + topic)) {
            assertThat(read(file, guessed.getFirst(), OnLoss.REJECT)).containsExactly(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "true,1001,refused",
        "false,1001,refused",
        "true,1000,1",
        "false,-1000,1969-12-31T23:59:59.999999",
        "false,9223372036854775000,2262-04-11T23:47:16.854775"
    })
    void nanosecondsOfParquetAreNotCut(boolean utc, long value, String expected) throws IOException {
        SchemaElement element = TestParquet.element("a", Type.INT64);
        element.setLogicalType(LogicalType.TIMESTAMP(new TimestampType(utc, TimeUnit.NANOS(new NanoSeconds()))));
        assertIsExactOrRefused(element, value, expected);
    }

    /// Times of the day of all units, marked as UTC or not, as writers of different ages do it.
    @ParameterizedTest
    @CsvSource({
        "true,NANOS,1001,refused",
        "false,NANOS,1001,refused",
        "true,NANOS,86399999999000,86399999999",
        "false,NANOS,1000,1",
        "true,MICROS,86399999999,86399999999",
        "false,MICROS,1,1",
        "true,MILLIS,86399999,86399999000",
        "false,MILLIS,1,1000"
    })
    void timesOfADayOfParquetAreNotCut(boolean utc, String unit, long value, String expected) throws IOException {
        boolean millis = unit.equals("MILLIS");
        SchemaElement element = TestParquet.element("a", millis ? Type.INT32 : Type.INT64);
        TimeUnit units = switch (unit) {
            case "NANOS" -> TimeUnit.NANOS(new NanoSeconds());
            case "MICROS" -> TimeUnit.MICROS(new MicroSeconds());
            default -> TimeUnit.MILLIS(new MilliSeconds());
        };
        element.setLogicalType(LogicalType.TIME(new TimeType(utc, units)));
        byte[] bytes = java.util.Arrays.copyOf(TestParquet.int64(value), millis ? Integer.BYTES : Long.BYTES);
        Path file = directory.resolve("rows.parquet");
        TestParquet.write(file, List.of(new TestParquet.Column(element, List.of(bytes))));
        if (expected.equals(REFUSED)) {
            assertThatThrownBy(() -> guess(file))
                    .hasMessageContaining("row 1: ")
                    .hasMessageContaining("found=00:00:00.000001001");
        } else {
            assertThat(guess(file)).containsExactly("a time");
            assertThat(read(file, "a time", OnLoss.REJECT)).containsExactly(expected);
        }
    }

    private void assertIsExactOrRefused(SchemaElement element, long value, String expected) throws IOException {
        Path file = directory.resolve("rows.parquet");
        TestParquet.write(file, List.of(new TestParquet.Column(element, List.of(TestParquet.int64(value)))));
        if (expected.equals(REFUSED)) {
            assertThatThrownBy(() -> guess(file))
                    .hasMessageContaining("row 1: ")
                    .hasMessageContaining("--on-loss");
        } else {
            assertThat(read(file, guess(file).getFirst(), OnLoss.REJECT)).containsExactly(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void bigEndianArrowIsRefused(boolean stream) throws IOException {
        Path file = directory.resolve("rows.arrow");
        FlatBufferBuilder builder = new FlatBufferBuilder();
        Field field = Field.nullable("a", new ArrowType.Int(64, true));
        int fields = org.apache.arrow.flatbuf.Schema.createFieldsVector(builder, new int[] {field.getField(builder)});
        int schema = org.apache.arrow.flatbuf.Schema.createSchema(builder, Endianness.Big, fields, 0, 0);
        try (OutputStream out = Files.newOutputStream(file);
                WriteChannel channel = new WriteChannel(Channels.newChannel(out))) {
            if (stream) {
                ByteBuffer message =
                        MessageSerializer.serializeMessage(builder, MessageHeader.Schema, schema, 0, IpcOption.DEFAULT);
                channel.writeIntLittleEndian(-1);
                channel.writeIntLittleEndian(message.remaining());
                channel.write(message);
                channel.writeIntLittleEndian(-1);
                channel.writeIntLittleEndian(0);
            } else {
                Footer.startFooter(builder);
                Footer.addSchema(builder, schema);
                builder.finish(Footer.endFooter(builder));
                byte[] footer = builder.sizedByteArray();
                channel.write("ARROW1\0\0".getBytes(StandardCharsets.US_ASCII));
                channel.write(footer);
                channel.writeIntLittleEndian(footer.length);
                channel.write("ARROW1".getBytes(StandardCharsets.US_ASCII));
            }
        }
        assertThatThrownBy(() -> guess(file)).isInstanceOf(WingsException.class).hasMessageContaining("big-endian");
        assertThatThrownBy(() -> read(file, "a long", OnLoss.TRUNCATE)).hasMessageContaining("big-endian");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ARROW1\0\0and no more of it",
                "\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007fxxxxxxxxxxxxxxxx",
                "FEA1 is what files of old begin with",
                "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
            })
    void whatIsNotArrowTakesNoMemory(String text) throws IOException {
        Path file = Files.write(directory.resolve("rows.arrow"), text.getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> {
                    try (RowFile rows = RowFile.open(file.toString(), Optional.of(FileFormat.ARROW))) {
                        rows.schema();
                    }
                })
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("rows.arrow");
    }

    /// Checks that the file is refused at `place` with `reject` and, if `cut` is [#REFUSED], with `truncate`;
    /// and that its last value is null with `null`.
    private void assertLoss(Path file, String topic, List<String> before, String cut, String place) throws IOException {
        assertThatThrownBy(() -> read(file, topic, OnLoss.REJECT))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(place)
                .hasMessageContaining("field=\"a\"")
                .hasMessageContaining("--on-loss");
        if (cut.equals(REFUSED)) {
            assertThatThrownBy(() -> read(file, topic, OnLoss.TRUNCATE)).hasMessageContaining(place);
        } else {
            assertThat(read(file, topic, OnLoss.TRUNCATE)).last().asString().endsWith(cut);
        }
        assertThat(read(file, topic, OnLoss.NULL)).first().asString().isEqualTo(String.join("|", before));
        assertThat(read(file, topic, OnLoss.NULL)).last().asString().endsWith("null");
    }

    private static List<String> guess(Path file) {
        try (RowFile rows = RowFile.open(file.toString(), Optional.empty())) {
            return SchemaProtos.fromCreateRequest(RowCheck.schema(rows, OnLoss.REJECT)).fields().stream()
                    .map(field -> field.name() + " " + field.type())
                    .toList();
        }
    }

    private List<String> read(Path file, String topic, OnLoss onLoss) throws IOException {
        List<String> lines = new ArrayList<>();
        try (RowFile rows = RowFile.open(file.toString(), Optional.empty());
                ArrowReader reader = rows.read(
                        allocator, 1000, SchemaProtos.fromCreateRequest(SchemaText.parseSchema(topic)), onLoss)) {
            VectorSchemaRoot batch = reader.getVectorSchemaRoot();
            while (reader.loadNextBatch()) {
                for (int row = 0; row < batch.getRowCount(); row++) {
                    List<String> values = new ArrayList<>();
                    for (FieldVector vector : batch.getFieldVectors()) {
                        Object value = vector instanceof UInt8Vector unsigned
                                ? unsigned.getObjectNoOverflow(row)
                                : vector.getObject(row);
                        values.add(String.valueOf(value));
                    }
                    lines.add(String.join("|", values));
                }
            }
        }
        return lines;
    }

    private static void write(Path file, VectorSchemaRoot root, boolean stream) throws IOException {
        try (OutputStream out = Files.newOutputStream(file);
                ArrowWriter writer = stream
                        ? new ArrowStreamWriter(root, null, out)
                        : new ArrowFileWriter(root, null, Channels.newChannel(out))) {
            writer.writeBatch();
        }
    }
}
