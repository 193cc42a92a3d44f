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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where files are written before they get their names: `~incoming` below the root, a name that no key can have.
///
/// A crash leaves files behind. They are swept away an hour after their last write, by the file system's own clock
/// and by whichever process comes next, so that no process needs to know which others live. A writer that was
/// suspended for so long finds its file gone and fails; nothing is lost, for what is not published was not promised.
final class StagingArea {

    private static final Logger LOG = LoggerFactory.getLogger(StagingArea.class);

    static final String NAME = "~incoming";
    static final Duration MAX_AGE = Duration.ofHours(1);

    /// How many buffers one write gathers; Linux takes 1024.
    private static final int MAX_GATHERED = 512;

    /// How much is written at once: the JDK copies heap buffers into direct ones of their size.
    private static final int MAX_HEAP_BYTES = 1 << 20;

    private final Path directory;
    private final DurableDirectories directories;
    private final DirectWriter directWriter = new DirectWriter();
    private final AtomicReference<Instant> nextSweep = new AtomicReference<>(Instant.MIN);

    StagingArea(Path root, DurableDirectories directories) {
        this.directory = root.resolve(NAME);
        this.directories = directories;
    }

    /// Writes and syncs a file. The caller discards it.
    Path write(List<ByteBuffer> content) throws IOException {
        Path file = freshName();
        try {
            FileTime written;
            try (FileChannel channel = open(file)) {
                write(file, channel, content);
                // This syncs all of the file, whoever wrote what: also what went past the page cache.
                channel.force(false);
                written = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS);
            }
            sweepIfDue(written.toInstant());
            return file;
        } catch (IOException | RuntimeException | Error e) {
            discard(file);
            throw e;
        }
    }

    /// Gives a file that is written already a second name in here, and syncs it. The caller discards it. Empty for
    /// what is no regular file or lies on another file system; those within one file system, say a bind mount, look
    /// like one.
    Optional<Path> link(Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        Path linked = freshName();
        try {
            Files.createLink(linked, file);
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
        try {
            sync(file);
            return Optional.of(linked);
        } catch (IOException | RuntimeException | Error e) {
            discard(linked);
            throw e;
        }
    }

    /// Syncs a file. What a failed sync leaves behind cannot be trusted: the kernel forgets what it could not
    /// write, and a second sync succeeds. So the failure is not one that a repeated call mends.
    private static void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(false);
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            throw new WingsException(
                    ErrorKind.INTERNAL,
                    "a file cannot be synced and is not to be used: file=" + file + ", cause=" + e,
                    e);
        }
    }

    private Path freshName() throws IOException {
        directories.make(directory);
        return directory.resolve(UUID.randomUUID().toString());
    }

    /// Removes a file that [#write] or [#link] gave. What cannot be removed is swept later.
    void discard(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("cannot remove a staged file: file={}", file, e);
        }
    }

    private FileChannel open(Path file) throws IOException {
        try {
            return FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        } catch (NoSuchFileException e) {
            directories.forget();
            throw e;
        }
    }

    private void write(Path file, FileChannel channel, List<ByteBuffer> content) throws IOException {
        ByteBuffer[] pieces = pieces(content);
        long bytes = Arrays.stream(pieces).mapToLong(ByteBuffer::remaining).sum();
        channel.position(directWriter.writeBulk(file, pieces, bytes));
        writeRest(channel, pieces);
    }

    private static void writeRest(FileChannel channel, ByteBuffer[] pieces) throws IOException {
        for (int first = 0; first < pieces.length; ) {
            if (pieces[first].hasRemaining()) {
                channel.write(pieces, first, Math.min(MAX_GATHERED, pieces.length - first));
            } else {
                first++;
            }
        }
    }

    private static ByteBuffer[] pieces(List<ByteBuffer> content) {
        List<ByteBuffer> pieces = new ArrayList<>(content.size());
        for (ByteBuffer buffer : content) {
            int step = buffer.isDirect() ? Integer.MAX_VALUE : MAX_HEAP_BYTES;
            for (int start = buffer.position(); start < buffer.limit(); ) {
                int length = Math.min(step, buffer.limit() - start);
                pieces.add(buffer.slice(start, length));
                start += length;
            }
        }
        return pieces.toArray(ByteBuffer[]::new);
    }

    private void sweepIfDue(Instant now) throws IOException {
        Instant due = nextSweep.get();
        if (now.isBefore(due) || !nextSweep.compareAndSet(due, now.plus(MAX_AGE))) {
            return;
        }
        Instant oldest = now.minus(MAX_AGE);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                sweep(file, oldest);
            }
        }
    }

    private static void sweep(Path file, Instant oldest) throws IOException {
        try {
            if (Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS)
                    .toInstant()
                    .isBefore(oldest)) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            // its writer was done with it meanwhile
        }
    }
}
