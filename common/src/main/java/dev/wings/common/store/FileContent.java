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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// A local file as buffers, which take no memory.
final class FileContent {

    /// A buffer cannot be larger than 2 GiB.
    private static final long CHUNK_BYTES = 1L << 30;

    private FileContent() {}

    /// Gives `consumer` the content, one buffer after the other; they are good for the call only.
    static void use(Path file, Consumer<List<ByteBuffer>> consumer) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                Arena arena = Arena.ofShared()) {
            List<ByteBuffer> content = new ArrayList<>();
            long size = channel.size();
            for (long start = 0; start < size; start += CHUNK_BYTES) {
                long bytes = Math.min(CHUNK_BYTES, size - start);
                content.add(channel.map(FileChannel.MapMode.READ_ONLY, start, bytes, arena)
                        .asByteBuffer());
            }
            consumer.accept(content);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read a local file: file=" + file, e);
        }
    }
}
