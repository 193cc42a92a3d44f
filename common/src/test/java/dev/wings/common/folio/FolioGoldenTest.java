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
package dev.wings.common.folio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.store.MemoryObjectStore;
import dev.wings.common.store.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/// The bytes of version 1 of the format. `-Dwings.golden.update=true` writes them anew: review the difference, and
/// never do it to a version that was released.
final class FolioGoldenTest {

    private static final Path GOLDEN = Path.of("src", "test", "resources", "golden", "v1.folio");

    /// A folio of this version that anybody wrote is read for ever.
    @Test
    void goldenFolioIsRead() throws IOException {
        byte[] golden = golden();
        try (ObjectStore store = new MemoryObjectStore();
                BufferAllocator allocator = new RootAllocator()) {
            store.create("v1.folio", List.of(ByteBuffer.wrap(golden)));
            Folio folio = FolioReader.read(store, "v1.folio");

            assertThat(folio.id()).isEqualTo(Folios.ID);
            assertThat(folio.namespaceUid()).isEqualTo(Folios.NAMESPACE);
            assertThat(folio.pages())
                    .extracting(PageEntry::key)
                    .containsExactly(
                            new PageKey(Folios.TOPIC, "a", 3),
                            new PageKey(Folios.TOPIC, "b", 3),
                            new PageKey(Folios.OTHER_TOPIC, "", 0));
            for (PageEntry entry : folio.pages()) {
                ByteBuffer bytes = ByteBuffer.wrap(golden, (int) entry.byteOffset(), (int) entry.byteLength());
                try (ArrowBuf page = allocator.buffer(entry.byteLength())) {
                    page.setBytes(0, bytes);
                    PageReader.checkCrc(entry.range("v1.folio"), page, entry.crc32c());
                    Page read = PageReader.read(entry.range("v1.folio"), page);
                    assertThat(read.schema()).isEqualTo(ArrowBatches.SCHEMA);
                    assertThat(read.batches()).extracting(PageBatch::rows).isEqualTo(entry.batchRows());
                }
            }
        }
    }

    @Test
    void folioIsWrittenAsEver() throws IOException {
        try (BufferAllocator allocator = new RootAllocator()) {
            byte[] written = Folios.bytes(Folios.sample(allocator));
            if (Boolean.getBoolean("wings.golden.update")) {
                Files.createDirectories(GOLDEN.getParent());
                Files.write(GOLDEN, written);
            }
            assertThat(written).isEqualTo(golden());
        }
    }

    /// The oracle is another implementation of Arrow.
    @Test
    void pyarrowReadsByteRangesOfAFolio(@TempDir Path directory) throws Exception {
        String python = System.getProperty("wings.python", "python3");
        if (exitCode(directory, python, "-c", "import pyarrow") != 0) {
            System.err.println("SKIPPED FolioGoldenTest.pyarrowReadsByteRangesOfAFolio: " + python
                    + " has no pyarrow; -Dwings.python names one that has");
            throw new TestAbortedException("no pyarrow");
        }
        Path script = Files.writeString(directory.resolve("read.py"), """
                import sys
                import pyarrow as pa
                data = open(sys.argv[1], 'rb').read()
                start, rows = 0, 0
                for page in sys.argv[2:]:
                    offset, length, expected = (int(x) for x in page.split(','))
                    with pa.ipc.open_stream(pa.py_buffer(data)[offset:offset + length]) as reader:
                        table = reader.read_all()
                    table.validate(full=True)
                    assert table.num_rows == expected, (table.num_rows, expected)
                    assert table['id'].to_pylist() == list(range(expected))
                    assert table.schema.field('name').metadata == {b'PARQUET:field_id': b'2'}
                """);
        try (BufferAllocator allocator = new RootAllocator()) {
            SealedFolio folio = Folios.sample(allocator);
            Path file = Files.write(directory.resolve("a.folio"), Folios.bytes(folio));
            String[] command = new String[3 + folio.pages().size()];
            command[0] = python;
            command[1] = script.toString();
            command[2] = file.toString();
            for (int i = 0; i < folio.pages().size(); i++) {
                PageEntry entry = folio.pages().get(i).entry();
                long rows =
                        entry.batchRows().stream().mapToLong(Long::longValue).sum();
                command[3 + i] = entry.byteOffset() + "," + entry.byteLength() + "," + rows;
            }
            assertThat(exitCode(directory, command)).as(() -> output(directory)).isZero();
        }
    }

    private static byte[] golden() throws IOException {
        return Files.readAllBytes(GOLDEN);
    }

    private static int exitCode(Path directory, String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("output").toFile())
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return -1;
        }
    }

    private static String output(Path directory) {
        try {
            return Files.readString(directory.resolve("output"));
        } catch (IOException e) {
            return e.toString();
        }
    }
}
