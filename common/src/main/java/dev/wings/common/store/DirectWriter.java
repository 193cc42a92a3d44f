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
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes the bulk of large files past the operating system's page cache, where the file system can do that.
///
/// A large file that is to be synced anyway gains nothing from the cache: it pays for fresh pages and for a copy into
/// them, and waits for the disk all the same. Small files stay in the cache, because whoever follows a topic
/// reads them a moment later.
///
/// Blocks are copied into aligned buffers first, since the content lies in memory as it came. A file may be written
/// by this and through the cache at once as long as no block is written by both (open(2)).
final class DirectWriter {

    private static final Logger LOG = LoggerFactory.getLogger(DirectWriter.class);

    /// Smaller files stay in the page cache.
    static final int MIN_FILE_BYTES = 1 << 20;

    /// How much is written at once.
    static final int BUFFER_BYTES = 1 << 20;

    /// How many files are written at the same time, each with a buffer; a few keep a disk busy.
    private static final int MAX_WRITERS = 16;

    private static final int NOT_TRIED = -1;
    private static final int REFUSED = 0;

    private static final OpenOption DIRECT = directOption();

    private final Semaphore writers = new Semaphore(MAX_WRITERS);
    private final ConcurrentLinkedQueue<ByteBuffer> buffers = new ConcurrentLinkedQueue<>();

    /// The block size of the file system: positions, lengths and addresses must be multiples of it.
    private volatile int blockBytes = NOT_TRIED;

    /// Writes the first bytes of `pieces` to the start of an empty file and moves the pieces' positions past
    /// them. What remains, all of it or less than a block, is the caller's to write. Nothing is durable before
    /// the caller has synced the file.
    ///
    /// @param bytes the length of all pieces together
    /// @return how many bytes were written
    long writeBulk(Path file, ByteBuffer[] pieces, long bytes) throws IOException {
        if (bytes < MIN_FILE_BYTES || !isSupported(file) || !writers.tryAcquire()) {
            return 0;
        }
        try (FileChannel channel = open(file)) {
            ByteBuffer buffer = takeBuffer();
            try {
                return write(channel, buffer, pieces, bytes - bytes % blockBytes);
            } finally {
                buffers.add(buffer);
            }
        } finally {
            writers.release();
        }
    }

    private static long write(FileChannel channel, ByteBuffer buffer, ByteBuffer[] pieces, long bytes)
            throws IOException {
        int piece = 0;
        for (long written = 0; written < bytes; ) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), bytes - written));
            while (buffer.hasRemaining()) {
                ByteBuffer source = pieces[piece];
                int length = Math.min(buffer.remaining(), source.remaining());
                buffer.put(buffer.position(), source, source.position(), length);
                buffer.position(buffer.position() + length);
                source.position(source.position() + length);
                if (!source.hasRemaining()) {
                    piece++;
                }
            }
            buffer.flip();
            written += buffer.remaining();
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }
        return bytes;
    }

    private ByteBuffer takeBuffer() {
        ByteBuffer free = buffers.poll();
        return free != null ? free : allocate(BUFFER_BYTES, blockBytes);
    }

    private static ByteBuffer allocate(int bytes, int blockBytes) {
        return ByteBuffer.allocateDirect(bytes + blockBytes)
                .alignedSlice(blockBytes)
                .slice(0, bytes);
    }

    /// Whether the file system can do it, which is tried once, with a block of the first file: some refuse to
    /// open a file for it, some to write.
    private boolean isSupported(Path file) throws IOException {
        if (blockBytes == NOT_TRIED) {
            blockBytes = probe(file);
        }
        return blockBytes != REFUSED;
    }

    private static int probe(Path file) throws IOException {
        try (FileChannel channel = open(file)) {
            int blockBytes = Math.toIntExact(Files.getFileStore(file).getBlockSize());
            boolean fits = BUFFER_BYTES % blockBytes == 0;
            return fits && channel.write(allocate(blockBytes, blockBytes)) == blockBytes ? blockBytes : REFUSED;
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            LOG.info("large objects go through the page cache: file={}, cause={}", file, e.toString());
            return REFUSED;
        }
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.WRITE, DIRECT);
    }

    /// `com.sun.nio.file.ExtendedOpenOption.DIRECT`, found by its name: the package is exported and documented,
    /// yet the compiler warns of it, and that warning cannot be switched off. A JDK without it has an option
    /// that no file system knows.
    private static OpenOption directOption() {
        try {
            for (Object option :
                    Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants()) {
                if (option instanceof OpenOption known && known.toString().equals("DIRECT")) {
                    return known;
                }
            }
        } catch (ClassNotFoundException e) {
            LOG.debug("a JDK without direct I/O", e);
        }
        return new OpenOption() {};
    }
}
