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
package dev.wings.common.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.schema.Schemas;
import dev.wings.common.store.MemoryObjectStore;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.IOUtil;
import org.apache.iceberg.io.LocationProvider;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.RangeReadable;
import org.apache.iceberg.io.SeekableInputStream;
import org.junit.jupiter.api.Test;

final class StoreFileIOTest {

    private static final URI STORE = URI.create("file:///lake/");

    private final MemoryObjectStore store = new MemoryObjectStore();
    private final StoreFileIO io = new StoreFileIO(store, STORE);

    @Test
    void locationIsTheStoresUriAndTheKey() {
        assertThat(io.locations().location("a/b")).isEqualTo("file:///lake/a/b");
        assertThat(io.locations().key("file:///lake/a/b")).isEqualTo("a/b");
    }

    @Test
    void locationsOutsideOfTheStoreAreRefused() {
        for (String location : List.of(
                "file:///lake",
                "file:///lake/",
                "file:///lake2/a",
                "file:///lake/../etc/passwd",
                "file:///lake/a/../../b",
                "file:///lake/%2e%2e/a",
                "file:///lake//a",
                "/lake/a",
                "s3://lake/a")) {
            assertThatThrownBy(() -> io.newInputFile(location))
                    .as(location)
                    .isInstanceOf(WingsException.class)
                    .matches(e -> ((WingsException) e).kind() == ErrorKind.INVALID);
            assertThatThrownBy(() -> io.newOutputFile(location)).isInstanceOf(WingsException.class);
            assertThatThrownBy(() -> io.deleteFile(location)).isInstanceOf(WingsException.class);
        }
    }

    @Test
    void missingFileIsIcebergsNotFound() {
        assertThat(io.newInputFile("file:///lake/a").exists()).isFalse();
        assertThatThrownBy(() -> io.newInputFile("file:///lake/a").newStream())
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("file:///lake/a");
        // gone between planning and reading
        assertThatThrownBy(
                        () -> io.newInputFile("file:///lake/a", 10).newStream().read())
                .isInstanceOf(NotFoundException.class);
        io.deleteFile("file:///lake/a");
    }

    @Test
    void objectAppearsWholeWhenItsStreamIsClosedAndIsNeverReplaced() throws IOException {
        PositionOutputStream out = io.newOutputFile("file:///lake/a").create();
        PositionOutputStream second = io.newOutputFile("file:///lake/a").createOrOverwrite();
        out.write("hello".getBytes(StandardCharsets.US_ASCII));
        assertThat(out.getPos()).isEqualTo(5);
        assertThat(store.find("a")).isEmpty();
        out.close();
        out.close();
        assertThat(store.find("a").orElseThrow().bytes()).isEqualTo(5);
        assertThatThrownBy(second::close).isInstanceOf(AlreadyExistsException.class);
        assertThatThrownBy(() -> io.newOutputFile("file:///lake/a").create())
                .isInstanceOf(AlreadyExistsException.class);
        assertThat(store.find("a").orElseThrow().bytes()).isEqualTo(5);
    }

    @Test
    void anyMixOfSeeksAndReadsGivesTheBytes() throws IOException {
        Random random = new Random(7);
        byte[] content = new byte[3_000_000];
        random.nextBytes(content);
        try (PositionOutputStream out = io.newOutputFile("file:///lake/a").create()) {
            int written = 0;
            while (written < content.length) {
                int part = Math.min(content.length - written, 1 + random.nextInt(100_000));
                out.write(content, written, part);
                written += part;
            }
        }
        try (SeekableInputStream in = io.newInputFile("file:///lake/a").newStream()) {
            int position = 0;
            for (int i = 0; i < 2000; i++) {
                if (random.nextInt(3) == 0) {
                    position = random.nextInt(content.length + 1);
                    in.seek(position);
                }
                assertThat(in.getPos()).isEqualTo(position);
                if (random.nextBoolean()) {
                    int read = in.read();
                    assertThat(read).isEqualTo(position == content.length ? -1 : content[position] & 0xFF);
                    position += read < 0 ? 0 : 1;
                } else {
                    byte[] into = new byte[1 + random.nextInt(1 << (1 + random.nextInt(20)))];
                    int read = in.read(into, 0, into.length);
                    assertThat(read == -1).isEqualTo(position == content.length);
                    int count = Math.max(0, read);
                    assertThat(ByteBuffer.wrap(into, 0, count)).isEqualTo(ByteBuffer.wrap(content, position, count));
                    position += count;
                }
            }
            byte[] tail = new byte[100];
            assertThat(((RangeReadable) in).readTail(tail)).isEqualTo(100);
            assertThat(ByteBuffer.wrap(tail)).isEqualTo(ByteBuffer.wrap(content, content.length - 100, 100));
            assertThatThrownBy(() -> ((RangeReadable) in).readFully(content.length - 99, tail))
                    .isInstanceOf(EOFException.class);
            in.seek(0);
            byte[] all = new byte[content.length];
            IOUtil.readFully(in, all, 0, all.length);
            assertThat(all).isEqualTo(content);
        }
    }

    /// No class of Hadoop is on the class path, so none is needed for any of this.
    @Test
    void tableIsWrittenAndPlannedWithoutHadoop() throws IOException {
        assertThatThrownBy(() -> Class.forName("org.apache.hadoop.conf.Configuration"))
                .isInstanceOf(ClassNotFoundException.class);
        UUID uid = UUID.fromString("01890000-0000-7000-8000-000000000001");
        LakeTable shape = LakeTable.of(
                uid,
                Schemas.everyType(),
                0,
                LakeSpec.newBuilder().setTargetSegmentBytes(1 << 20).build());
        TableLocations locations = TableLocations.of(io.locations(), "n", "events", uid);
        FileOperations operations = new FileOperations(io, locations);
        operations.commit(null, shape.initialMetadata(uid, locations));
        BaseTable table = new BaseTable(operations, "events");
        for (int i = 0; i < 3; i++) {
            DataFile file = DataFiles.builder(table.spec())
                    .withPath(locations.segment(new UUID(0, i)))
                    .withFormat("parquet")
                    .withFileSizeInBytes(10)
                    .withRecordCount(10 + i)
                    .build();
            table.newAppend().appendFile(file).commit();
        }
        BaseTable reopened = new BaseTable(operations, "events");
        List<Long> rows = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = reopened.newScan().planFiles()) {
            tasks.forEach(task -> rows.add(task.file().recordCount()));
        }
        assertThat(rows).containsExactlyInAnyOrder(10L, 11L, 12L);
        assertThat(reopened.schema().asStruct()).isEqualTo(shape.schema().asStruct());
    }

    @Test
    void missingOrCutMetadataFileIsDataLossThatNamesIt() throws IOException {
        assertThatThrownBy(() -> TableMetadataFiles.read(io, "file:///lake/gone.metadata.json"))
                .isInstanceOf(WingsException.class)
                .matches(e -> ((WingsException) e).kind() == ErrorKind.DATA_LOSS)
                .hasMessageContaining("file:///lake/gone.metadata.json");
        try (PositionOutputStream out =
                io.newOutputFile("file:///lake/cut.metadata.json").create()) {
            out.write("{\"format-version\":2,".getBytes(StandardCharsets.US_ASCII));
        }
        assertThatThrownBy(() -> TableMetadataFiles.read(io, "file:///lake/cut.metadata.json"))
                .isInstanceOf(WingsException.class)
                .matches(e -> ((WingsException) e).kind() == ErrorKind.DATA_LOSS)
                .hasMessageContaining("file:///lake/cut.metadata.json");
    }

    /// The least that a table needs: the newest metadata file is the table.
    private static final class FileOperations implements TableOperations {

        private final FileIO io;
        private final TableLocations locations;
        private String pointer = "";
        private int version;

        FileOperations(FileIO io, TableLocations locations) {
            this.io = io;
            this.locations = locations;
        }

        @Override
        public TableMetadata current() {
            return TableMetadataFiles.read(io, pointer);
        }

        @Override
        public TableMetadata refresh() {
            return current();
        }

        @Override
        public void commit(@org.jspecify.annotations.Nullable TableMetadata base, TableMetadata metadata) {
            version++;
            pointer = locations.metadata(version, new UUID(1, version));
            TableMetadataFiles.write(io, metadata, pointer);
        }

        @Override
        public FileIO io() {
            return io;
        }

        @Override
        public String metadataFileLocation(String name) {
            return locations.metadataFile(name);
        }

        @Override
        public LocationProvider locationProvider() {
            return LocationProviders.locationsFor(locations.table(), current().properties());
        }
    }
}
