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

import dev.wings.common.arrow.BodyCompression;
import dev.wings.common.error.WingsException;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.text.OnLoss;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeStampNanoVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.compression.CompressionUtil.CodecType;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.ArrowWriter;
import org.apache.arrow.vector.ipc.message.ArrowDictionaryBatch;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Values that an Arrow file has in dictionaries are read as themselves, whatever becomes of the dictionary later, and
/// however the bodies are compressed.
final class DictionariesTest {

    private static final DictionaryEncoding ENCODING =
            new DictionaryEncoding(7, false, new ArrowType.Int(Integer.SIZE, true));

    private final BufferAllocator allocator = new RootAllocator();

    @TempDir
    private Path directory;

    @AfterEach
    void closeAllocator() {
        allocator.close();
    }

    private interface Writer extends AutoCloseable {
        /// Adds values to the dictionary.
        void add(ArrowDictionaryBatch values) throws IOException;

        ArrowWriter writer();

        @Override
        void close();
    }

    private static final class ToFile extends ArrowFileWriter implements Writer {
        ToFile(VectorSchemaRoot root, MapDictionaryProvider dictionaries, OutputStream out, CodecType codec) {
            super(
                    root,
                    dictionaries,
                    Channels.newChannel(out),
                    null,
                    IpcOption.DEFAULT,
                    new BodyCompression(Integer.MAX_VALUE),
                    codec);
        }

        @Override
        public void add(ArrowDictionaryBatch values) throws IOException {
            writeDictionaryBatch(values);
        }

        @Override
        public ArrowWriter writer() {
            return this;
        }
    }

    private static final class ToStream extends ArrowStreamWriter implements Writer {
        ToStream(VectorSchemaRoot root, MapDictionaryProvider dictionaries, OutputStream out, CodecType codec) {
            super(
                    root,
                    dictionaries,
                    Channels.newChannel(out),
                    IpcOption.DEFAULT,
                    new BodyCompression(Integer.MAX_VALUE),
                    codec);
        }

        @Override
        public void add(ArrowDictionaryBatch values) throws IOException {
            writeDictionaryBatch(values);
        }

        @Override
        public ArrowWriter writer() {
            return this;
        }
    }

    private static Writer open(
            VectorSchemaRoot root,
            MapDictionaryProvider dictionaries,
            OutputStream out,
            boolean stream,
            CodecType codec) {
        return stream ? new ToStream(root, dictionaries, out, codec) : new ToFile(root, dictionaries, out, codec);
    }

    @ParameterizedTest
    @CsvSource({
        "true,NO_COMPRESSION",
        "true,LZ4_FRAME",
        "true,ZSTD",
        "false,NO_COMPRESSION",
        "false,LZ4_FRAME",
        "false,ZSTD"
    })
    void dictionaryThatGrowsIsReadAsItIsAtTheTime(boolean stream, CodecType codec) throws Exception {
        Path file = directory.resolve("rows.arrow");
        try (VarCharVector values = texts("x", "y");
                VarCharVector more = texts("z", "w");
                IntVector indices = new IntVector("a", FieldType.nullable(new ArrowType.Int(32, true)), allocator);
                VectorSchemaRoot root = VectorSchemaRoot.of(encoded(indices));
                OutputStream out = Files.newOutputStream(file)) {
            MapDictionaryProvider dictionaries = new MapDictionaryProvider(new Dictionary(values, ENCODING));
            try (Writer writer = open(root, dictionaries, out, stream, codec)) {
                writer.writer().start();
                setAll(root, 0, null, 1);
                writer.writer().writeBatch();
                try (VectorSchemaRoot added = new VectorSchemaRoot(List.of(more))) {
                    added.setRowCount(2);
                    ArrowRecordBatch batch = new VectorUnloader(added).getRecordBatch();
                    try (ArrowDictionaryBatch dictionary = new ArrowDictionaryBatch(ENCODING.getId(), batch, true)) {
                        writer.add(dictionary);
                    }
                }
                setAll(root, 3, 0, 2);
                writer.writer().writeBatch();
            }
        }
        assertThat(pushed(file, 2)).containsExactly("x", "null", "y", "w", "x", "z");
    }

    @Test
    void dictionaryThatIsReplacedInAStreamIsReadAsItIsAtTheTime() throws Exception {
        Path file = directory.resolve("rows.arrows");
        try (VarCharVector values = texts("x", "y");
                VarCharVector others = texts("p", "q");
                IntVector indices = new IntVector("a", FieldType.nullable(new ArrowType.Int(32, true)), allocator);
                VectorSchemaRoot root = VectorSchemaRoot.of(encoded(indices));
                OutputStream out = Files.newOutputStream(file)) {
            MapDictionaryProvider dictionaries = new MapDictionaryProvider(new Dictionary(values, ENCODING));
            try (Writer writer = open(root, dictionaries, out, true, CodecType.NO_COMPRESSION)) {
                writer.writer().start();
                setAll(root, 0, 1);
                writer.writer().writeBatch();
                try (VectorSchemaRoot replaced = new VectorSchemaRoot(List.of(others))) {
                    replaced.setRowCount(2);
                    ArrowRecordBatch batch = new VectorUnloader(replaced).getRecordBatch();
                    try (ArrowDictionaryBatch dictionary = new ArrowDictionaryBatch(ENCODING.getId(), batch, false)) {
                        writer.add(dictionary);
                    }
                }
                writer.writer().writeBatch();
            }
        }
        assertThat(pushed(file, 1000)).containsExactly("x", "y", "p", "q");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void dictionariesInsideOfListsAreRead(boolean stream) throws Exception {
        Path file = directory.resolve("rows.arrow");
        try (VarCharVector values = texts("x", "y");
                ListVector lists = ListVector.empty("a", allocator)) {
            lists.addOrGetVector(new FieldType(true, new ArrowType.Int(32, true), ENCODING));
            IntVector indices = (IntVector) lists.getDataVector();
            lists.allocateNew();
            lists.startNewValue(0);
            indices.setSafe(0, 1);
            indices.setNull(1);
            indices.setSafe(2, 0);
            lists.endValue(0, 3);
            lists.setNull(1);
            lists.setValueCount(2);
            try (VectorSchemaRoot root = VectorSchemaRoot.of(lists);
                    OutputStream out = Files.newOutputStream(file);
                    Writer writer = open(
                            root,
                            new MapDictionaryProvider(new Dictionary(values, ENCODING)),
                            out,
                            stream,
                            CodecType.ZSTD)) {
                writer.writer().start();
                writer.writer().writeBatch();
            }
        }
        assertThat(pushed(file, 1000)).containsExactly("[\"y\",null,\"x\"]", "null");
    }

    /// What a dictionary holds is refused where a row needs it, and named with that row.
    @Test
    void valueOfADictionaryThatDoesNotFitIsRefusedWithItsRow() throws Exception {
        Path file = directory.resolve("rows.arrows");
        try (TimeStampNanoVector values = new TimeStampNanoVector("v", allocator);
                IntVector indices = new IntVector("a", FieldType.nullable(new ArrowType.Int(32, true)), allocator);
                VectorSchemaRoot root = VectorSchemaRoot.of(encoded(indices));
                OutputStream out = Files.newOutputStream(file)) {
            values.setSafe(0, 1_000);
            values.setSafe(1, 1_001);
            values.setValueCount(2);
            setAll(root, 0, 0, 1);
            try (Writer writer = open(
                    root,
                    new MapDictionaryProvider(new Dictionary(values, ENCODING)),
                    out,
                    true,
                    CodecType.NO_COMPRESSION)) {
                writer.writer().start();
                writer.writer().writeBatch();
            }
        }
        assertThatThrownBy(() -> pushed(file, 2))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("row 3: ")
                .hasMessageContaining("1970-01-01T00:00:00.000001001")
                .hasMessageContaining("--on-loss");
    }

    @Test
    void indexBeyondItsDictionaryIsRefusedWithItsRow() throws Exception {
        Path file = directory.resolve("rows.arrows");
        try (VarCharVector values = texts("x", "y");
                IntVector indices = new IntVector("a", FieldType.nullable(new ArrowType.Int(32, true)), allocator);
                VectorSchemaRoot root = VectorSchemaRoot.of(encoded(indices));
                OutputStream out = Files.newOutputStream(file)) {
            setAll(root, 0, 2);
            try (Writer writer = open(
                    root,
                    new MapDictionaryProvider(new Dictionary(values, ENCODING)),
                    out,
                    true,
                    CodecType.NO_COMPRESSION)) {
                writer.writer().start();
                writer.writer().writeBatch();
            }
        }
        assertThatThrownBy(() -> pushed(file, 1000))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("row 2: the dictionary has no such value: index=2, values=2");
    }

    private VarCharVector texts(String... texts) {
        VarCharVector vector = new VarCharVector("v", allocator);
        for (int i = 0; i < texts.length; i++) {
            vector.setSafe(i, texts[i].getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        vector.setValueCount(texts.length);
        return vector;
    }

    /// The indices as a column of the dictionary's values.
    private FieldVector encoded(IntVector indices) {
        return new IntVector(
                indices.getName(), new FieldType(true, indices.getField().getType(), ENCODING), allocator);
    }

    private static void setAll(VectorSchemaRoot root, @Nullable Integer... indices) {
        IntVector vector = (IntVector) root.getVector(0);
        vector.reset();
        for (int i = 0; i < indices.length; i++) {
            if (indices[i] == null) {
                vector.setNull(i);
            } else {
                vector.setSafe(i, indices[i]);
            }
        }
        root.setRowCount(indices.length);
    }

    /// The values that are sent for a topic made from the file, at most `batchRows` at a time, without any dictionary.
    private List<String> pushed(Path file, int batchRows) throws IOException {
        List<String> values = new ArrayList<>();
        try (RowFile rows = RowFile.open(file.toString(), Optional.empty(), true)) {
            TopicSchema topic = SchemaProtos.fromCreateRequest(RowCheck.schema(rows, OnLoss.REJECT));
            try (ArrowReader reader = rows.read(allocator, batchRows, topic, OnLoss.REJECT)) {
                VectorSchemaRoot root = reader.getVectorSchemaRoot();
                FieldVector vector = root.getVector(0);
                assertThat(vector.getField().getDictionary()).isNull();
                while (reader.loadNextBatch()) {
                    assertThat(root.getRowCount()).isBetween(1, batchRows);
                    for (int row = 0; row < root.getRowCount(); row++) {
                        values.add(String.valueOf(vector.getObject(row)));
                    }
                }
            }
        }
        return values;
    }
}
