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
package dev.wings.common.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DirectWriterTest {

    private static final int BYTES = DirectWriter.MIN_FILE_BYTES + 5;

    @TempDir
    private Path directory;

    private final DirectWriter writer = new DirectWriter();

    @Test
    void whatIsWrittenIsLeftOut() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        ByteBuffer[] pieces = {ByteBuffer.allocate(BYTES - 1), ByteBuffer.allocate(1)};

        long written = writer.writeBulk(file, pieces, BYTES);

        // on a file system that refuses, nothing was written
        assertThat(pieces[0].remaining() + pieces[1].remaining()).isEqualTo(BYTES - written);
        assertThat(Files.size(file)).isEqualTo(written);
        assertThat(written).isIn(0L, BYTES - 5L);
    }

    @Test
    void smallFilesAreLeftToTheCache() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        ByteBuffer[] pieces = {ByteBuffer.allocate(DirectWriter.MIN_FILE_BYTES - 1)};

        assertThat(writer.writeBulk(file, pieces, DirectWriter.MIN_FILE_BYTES - 1))
                .isZero();
        assertThat(Files.size(file)).isZero();
    }

    /// The file system of a zip file has no direct I/O.
    @Test
    void fileSystemThatRefusesIsLeftToTheCache() throws IOException {
        URI zip = URI.create("jar:" + directory.resolve("archive.zip").toUri());
        try (FileSystem refusing = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
            for (String name : new String[] {"first", "second"}) {
                Path file = Files.createFile(refusing.getPath(name));
                ByteBuffer[] pieces = {ByteBuffer.allocate(BYTES)};

                assertThat(writer.writeBulk(file, pieces, BYTES)).isZero();
                assertThat(pieces[0].remaining()).isEqualTo(BYTES);
            }
        }
    }

    @Test
    void interruptionIsNoRefusal() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        Thread.currentThread().interrupt();
        try {
            writer.writeBulk(file, pieces(), BYTES);
        } catch (ClosedByInterruptException e) {
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            Thread.interrupted();
        }
        Path next = Files.createFile(directory.resolve("next"));
        Path other = Files.createFile(directory.resolve("other"));

        assertThat(writer.writeBulk(next, pieces(), BYTES))
                .isEqualTo(new DirectWriter().writeBulk(other, pieces(), BYTES));
    }

    private static ByteBuffer[] pieces() {
        return new ByteBuffer[] {ByteBuffer.allocate(BYTES)};
    }
}
