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

import dev.wings.common.arrow.BodyCompression;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.Schema;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.text.OnLoss;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.SeekableReadChannel;

/// An Arrow IPC file or stream.
final class ArrowRowFile implements RowFile {

    /// Opens a reader of the rows.
    @FunctionalInterface
    private interface Source {
        ArrowReader open(BufferAllocator allocator) throws IOException;
    }

    private static final BodyCompression CODECS = new BodyCompression(1L << 30);

    private final String name;
    private final Source source;
    private final AutoCloseable resource;

    private ArrowRowFile(String name, Source source, AutoCloseable resource) {
        this.name = name;
        this.source = source;
        this.resource = resource;
    }

    /// Opens a file with a footer; a temporary file is deleted on close.
    static ArrowRowFile openFile(String name, Path path, boolean temporary) {
        return new ArrowRowFile(name, allocator -> openFile(path, allocator), () -> {
            if (temporary) {
                Files.deleteIfExists(path);
            }
        });
    }

    /// Opens a stream in a file; a temporary file is deleted on close.
    static ArrowRowFile openStreamFile(String name, Path path, boolean temporary) {
        return new ArrowRowFile(
                name, allocator -> openStream(new BufferedInputStream(Files.newInputStream(path)), allocator), () -> {
                    if (temporary) {
                        Files.deleteIfExists(path);
                    }
                });
    }

    /// Opens a stream, which can be read once. Closes `in`, which can go back to a mark.
    static ArrowRowFile openStream(String name, InputStream in) {
        return new ArrowRowFile(name, allocator -> openStream(in, allocator), in);
    }

    /// The failure to read, in words that fit what Arrow's library says of types that it does not have.
    private WingsException unreadable(Exception failure) {
        boolean wide = failure instanceof IllegalArgumentException
                && String.valueOf(failure.getMessage()).startsWith("only 8, 16, 32, 64 supported: Int(128");
        return RowFile.unreadable(
                name,
                wide
                        ? WingsException.invalid(
                                "it has integers of 128 bits, which Arrow's library does not read: make them"
                                        + " decimals, as polars does with cast(pl.Decimal(38, 0))")
                        : failure);
    }

    private static ArrowReader openStream(InputStream in, BufferAllocator allocator) {
        return new ArrowStreamReader(new ArrowMessages(in, allocator), allocator, CODECS);
    }

    private static ArrowReader openFile(Path path, BufferAllocator allocator) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        try {
            ArrowMessages.checkFooter(channel);
            return new FileReader(channel, allocator);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /// A reader that takes all dictionaries: Arrow's own takes of a file only as many as there are columns with
    /// one, and not what was added to them later.
    private static final class FileReader extends ArrowFileReader {
        private boolean complete;

        FileReader(FileChannel channel, BufferAllocator allocator) {
            super(new SeekableReadChannel(channel), allocator, CODECS);
        }

        @Override
        public boolean loadNextBatch() throws IOException {
            if (!complete) {
                int dictionaries = getDictionaryBlocks().size();
                for (int i = getDictionaryVectors().size(); i < dictionaries; i++) {
                    loadDictionary(readDictionary());
                }
                complete = true;
            }
            return super.loadNextBatch();
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public FileFormat format() {
        return FileFormat.ARROW;
    }

    @Override
    public Schema schema() {
        try (BufferAllocator allocator = new RootAllocator();
                ArrowReader reader = source.open(allocator)) {
            return FittedReader.infer(reader, Map.of());
        } catch (IOException | RuntimeException e) {
            throw unreadable(e);
        }
    }

    @Override
    public OptionalLong rows() {
        return OptionalLong.empty();
    }

    @Override
    public ArrowReader read(BufferAllocator allocator, int batchRows, TopicSchema topic, OnLoss onLoss) {
        try {
            return new FittedReader(name, allocator, source.open(allocator), batchRows, topic, Map.of(), onLoss);
        } catch (IOException | RuntimeException e) {
            throw unreadable(e);
        }
    }

    @Override
    public void close() {
        try {
            resource.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
