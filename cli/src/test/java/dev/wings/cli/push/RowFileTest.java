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

import dev.wings.common.error.WingsException;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.SchemaText;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.text.OnLoss;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.ArrowWriter;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RowFileTest {

    private static final Path FLIGHTS = Path.of(System.getProperty("wings.root", ".."), "examples", "flights.parquet");
    private static final int FLIGHT_ROWS = 200_000;

    private final BufferAllocator allocator = new RootAllocator();

    @TempDir
    private Path directory;

    @AfterEach
    void closeAllocator() {
        allocator.close();
    }

    @Test
    void columnOfParquetWithoutANameIsRefused() throws IOException {
        Path file = directory.resolve("rows.parquet");
        TestParquet.write(
                file,
                Stream.of("C1", "")
                        .map(name -> new TestParquet.Column(
                                TestParquet.element(name, Type.INT64), List.of(TestParquet.int64(1))))
                        .toList());
        assertThatThrownBy(() -> RowFile.open(file.toString(), Optional.empty()))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("cannot read " + file + ": bad field name: 1 to 255 characters are expected: "
                        + "field=\"\", column=2; the column needs a name");
    }

    @Test
    void missingFileIsNamedOnce() {
        assertThatThrownBy(() -> RowFile.open("nosuch.csv", Optional.empty()))
                .hasMessage("cannot read nosuch.csv: there is no such file");
    }

    @Test
    void parquetKeepsItsTypesAndOrder() throws IOException {
        try (RowFile file = RowFile.open(FLIGHTS.toString(), Optional.empty())) {
            assertThat(types(file))
                    .containsExactly(
                            "date timestamp", "delay long", "distance long", "origin string", "destination string");
            assertThat(file.rows()).hasValue(FLIGHT_ROWS);
            try (ArrowReader reader = file.read(allocator, 10_000, topic("delay long"), OnLoss.REJECT)) {
                List<Object> dates = new ArrayList<>();
                while (reader.loadNextBatch()) {
                    VectorSchemaRoot rows = reader.getVectorSchemaRoot();
                    assertThat(rows.getRowCount()).isBetween(1, 12_000);
                    for (int row = 0; row < rows.getRowCount(); row++) {
                        dates.add(rows.getVector("date").getObject(row));
                    }
                }
                assertThat(dates)
                        .hasSize(FLIGHT_ROWS)
                        .isSortedAccordingTo((a, b) -> a.toString().compareTo(b.toString()));
            }
        }
    }

    @Test
    void csvIsReadAsTheTopicsTypes() throws IOException {
        Path file = write("rows.csv", "id,code,at,note\n1,007,2001-02-03 04:05:06,\n2,042,2001-02-03 04:05:07,x\n");
        try (RowFile rows = RowFile.open(file.toString(), Optional.empty())) {
            assertThat(rows.rows()).isEmpty();
            assertThat(read(rows, "id int, code string, at timestamptz, extra int, note string"))
                    .containsExactly(
                            "id:Int(32, true) code:Utf8 at:Timestamp(MICROSECOND, UTC) note:Utf8",
                            "1 007 981173106000000 null",
                            "2 042 981173107000000 x");
        }
    }

    @Test
    void csvThatDoesNotFitTheTopicSaysWhere() {
        assertThatThrownBy(() -> {
                    Path file = write("rows.csv", "id\n1\nno\n");
                    try (RowFile rows = RowFile.open(file.toString(), Optional.empty())) {
                        read(rows, "id int");
                    }
                })
                .isInstanceOf(Exception.class)
                .hasMessageContaining("line 3: ");
    }

    @Test
    void jsonThatDoesNotFitTheTopicSaysWhere() {
        assertThatThrownBy(() -> {
                    Path file = write("rows.ndjson", "{\"id\":1}\n{\"id\":\"abc\"}\n");
                    try (RowFile rows = RowFile.open(file.toString(), Optional.empty())) {
                        read(rows, "id int");
                    }
                })
                .isInstanceOf(Exception.class)
                .hasMessageContaining("line 2, column ")
                .hasMessageContaining("\"abc\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":1,\"b\":{\"c\":[1.5]}}\n{\"a\":2}\n", "[{\"a\":1,\"b\":{\"c\":[1.5]}},{\"a\":2}]"})
    void jsonMayBeLinesOrAnArray(String text) throws IOException {
        Path file = write("rows.json", text);
        try (RowFile rows = RowFile.open(file.toString(), Optional.empty())) {
            assertThat(types(rows)).containsExactly("a long", "b struct<c: list<double>>");
            assertThat(read(rows, "a long, b struct<c: list<double>>"))
                    .hasSize(3)
                    .startsWith("a:Int(64, true) b:Struct", "1 {\"c\":[1.5]}", "2 null");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void arrowMayBeAFileOrAStream(boolean withFooter) throws IOException {
        Path file = directory.resolve("rows.arrow");
        long written = writeArrow(file, withFooter);
        try (RowFile rows = RowFile.open(file.toString(), Optional.empty())) {
            assertThat(rows.format()).isEqualTo(FileFormat.ARROW);
            assertThat(read(rows, "a int")).hasSize((int) written + 1);
        }
        try (RowFile rows = RowFile.open(file.toString(), Optional.empty())) {
            assertThat(types(rows))
                    .containsExactly(
                            "date timestamp", "delay long", "distance long", "origin string", "destination string");
        }
    }

    /// pandas writes a column so if none of its values is known.
    @Test
    void columnsThatAreAllNullAreStringsUnlessTheTopicSaysOtherwise() throws IOException {
        Path path = directory.resolve("rows.arrow");
        Field nothing = new Field("n", new FieldType(true, ArrowType.Null.INSTANCE, null), null);
        Field inner = new Field("n", nothing.getFieldType(), null);
        Field struct = new Field("s", new FieldType(true, ArrowType.Struct.INSTANCE, null), List.of(inner));
        Field element = new Field("element", nothing.getFieldType(), null);
        Field list = new Field("l", new FieldType(true, ArrowType.List.INSTANCE, null), List.of(element));
        try (VectorSchemaRoot root = VectorSchemaRoot.create(new Schema(List.of(nothing, struct, list)), allocator);
                OutputStream out = Files.newOutputStream(path);
                ArrowWriter writer = new ArrowFileWriter(root, null, Channels.newChannel(out))) {
            root.allocateNew();
            ((StructVector) root.getVector("s")).setIndexDefined(1);
            ListVector lists = (ListVector) root.getVector("l");
            lists.startNewValue(1);
            lists.endValue(1, 2);
            lists.getDataVector().setValueCount(2);
            root.setRowCount(2);
            writer.writeBatch();
        }
        try (RowFile rows = RowFile.open(path.toString(), Optional.empty(), true)) {
            dev.wings.common.proto.Schema schema = RowCheck.schema(rows, OnLoss.REJECT);
            assertThat(SchemaProtos.fromCreateRequest(schema).fields())
                    .extracting(field -> field.type().toString())
                    .containsExactly("string", "struct<n: string>", "list<string>");
            for (String type : List.of("long", "uuid", "decimal(5,2)", "list<string>", "struct<a: map<string, int>>")) {
                assertThat(read(rows, "n " + type + ", s struct<n: " + type + ">, l list<" + type + ">"))
                        .endsWith("null null null", "null {} [null,null]");
            }
        }
    }

    @Test
    void parquetThatIsBrokenOrHasNoColumnsIsToldSo() throws IOException {
        byte[] whole = Files.readAllBytes(FLIGHTS);
        Path broken = Files.write(directory.resolve("broken.parquet"), Arrays.copyOf(whole, whole.length - 20));
        assertThatThrownBy(() -> RowFile.open(broken.toString(), Optional.empty()))
                .hasMessageContaining("broken.parquet: it is not a whole Parquet file");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes("PAR1".getBytes(StandardCharsets.US_ASCII));
        SchemaElement schema = new SchemaElement("schema");
        schema.setNum_children(0);
        Util.writeFileMetaData(new FileMetaData(1, List.of(schema), 0, List.of()), bytes);
        bytes.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(bytes.size() - 4)
                .array());
        bytes.writeBytes("PAR1".getBytes(StandardCharsets.US_ASCII));
        Path nothing = Files.write(directory.resolve("nothing.parquet"), bytes.toByteArray());
        assertThatThrownBy(() -> RowFile.open(nothing.toString(), Optional.empty()))
                .hasMessageContaining("nothing.parquet: it has no columns");
    }

    @Test
    void parquetWhoseColumnsAreElsewhereIsToldSo() throws IOException {
        SchemaElement time = TestParquet.element("a", Type.INT64);
        time.setConverted_type(ConvertedType.TIMESTAMP_MILLIS);
        Path file = directory.resolve("elsewhere.parquet");
        TestParquet.write(file, List.of(new TestParquet.Column(time, List.of(TestParquet.int64(1)))));
        TestParquet.forgetColumns(file);
        assertThatThrownBy(() -> RowFile.open(file.toString(), Optional.empty()))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("elsewhere.parquet: its footer does not say where all of its columns are");
    }

    @Test
    void namesWithPatternCharactersAreThatFileOnly() throws IOException {
        write("rows[1].csv", "a\n1\n");
        write("rows1.csv", "a\n2\n");
        try (RowFile rows = RowFile.open(directory.resolve("rows[1].csv").toString(), Optional.empty())) {
            assertThat(read(rows, "a int")).endsWith("1");
        }
    }

    @Test
    void columnsOfDirectoryNamesAreNotMadeUp() throws IOException {
        Path year = Files.createDirectories(directory.resolve("year=2001"));
        Files.writeString(year.resolve("rows.csv"), "a\n1\n");
        try (RowFile rows = RowFile.open(year.resolve("rows.csv").toString(), Optional.empty())) {
            assertThat(types(rows)).containsExactly("a long");
        }
    }

    @Test
    void unreadableFilesAreNamed() throws IOException {
        assertThatThrownBy(() -> RowFile.open(directory.resolve("none.csv").toString(), Optional.empty()))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("none.csv")
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> RowFile.open(directory.toString(), Optional.empty()))
                .hasMessageContaining("not a directory");
        assertThatThrownBy(() -> RowFile.open(write("empty.csv", "").toString(), Optional.empty()))
                .hasMessageContaining("the file is empty");
        assertThatThrownBy(() ->
                        RowFile.open(write("bad.parquet", "PAR1 and no more").toString(), Optional.empty()))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("bad.parquet");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    /// Some flights as Arrow; returns how many.
    private long writeArrow(Path path, boolean withFooter) throws IOException {
        long written = 0;
        try (RowFile flights = RowFile.open(FLIGHTS.toString(), Optional.empty());
                ArrowReader reader = flights.read(allocator, 2048, topic("a int"), OnLoss.REJECT);
                VectorSchemaRoot root =
                        VectorSchemaRoot.create(reader.getVectorSchemaRoot().getSchema(), allocator);
                OutputStream out = Files.newOutputStream(path);
                ArrowWriter writer = withFooter
                        ? new ArrowFileWriter(root, null, Channels.newChannel(out))
                        : new ArrowStreamWriter(root, null, out)) {
            VectorLoader loader = new VectorLoader(root);
            for (int batch = 0; batch < 3; batch++) {
                reader.loadNextBatch();
                try (ArrowRecordBatch rows = new VectorUnloader(reader.getVectorSchemaRoot()).getRecordBatch()) {
                    loader.load(rows);
                }
                writer.writeBatch();
                written += root.getRowCount();
            }
        }
        return written;
    }

    private static TopicSchema topic(String schema) {
        return SchemaProtos.fromCreateRequest(SchemaText.parseSchema(schema));
    }

    private static List<String> types(RowFile file) {
        return SchemaProtos.fromCreateRequest(file.schema()).fields().stream()
                .map(field -> field.name() + " " + field.type())
                .toList();
    }

    /// The Arrow types, then each row's values.
    private List<String> read(RowFile file, String topic) throws IOException {
        List<String> lines = new ArrayList<>();
        try (ArrowReader reader = file.read(allocator, 1000, topic(topic), OnLoss.REJECT)) {
            VectorSchemaRoot rows = reader.getVectorSchemaRoot();
            StringJoiner types = new StringJoiner(" ");
            rows.getSchema().getFields().forEach(field -> types.add(field.getName() + ":" + field.getType()));
            lines.add(types.toString());
            while (reader.loadNextBatch()) {
                for (int row = 0; row < rows.getRowCount(); row++) {
                    StringJoiner values = new StringJoiner(" ");
                    for (FieldVector vector : rows.getFieldVectors()) {
                        values.add(String.valueOf(vector.getObject(row)));
                    }
                    lines.add(values.toString());
                }
            }
        }
        return lines;
    }
}
