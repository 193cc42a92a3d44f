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
package dev.wings.compactor.scratch;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.process.PrivateDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The directory for local files of one worker, below one that many workers may share. Each worker holds a lock while
/// it lives, so that the next one to start knows what a killed one has left, and removes it.
public final class Scratch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Scratch.class);

    private static final String PREFIX = "compactor-";
    private static final String LOCK_SUFFIX = ".lock";

    /// Held while a worker starts: another would take its lock file, made and not locked yet, for a leftover. The lock
    /// keeps other processes away, `synchronized` other threads.
    private static final String START_LOCK = "start.lock";

    private final Path directory;
    private final Path lockFile;
    private final FileChannel lock;
    private final Supplier<UUID> ids;

    private Scratch(Path directory, Path lockFile, FileChannel lock, Supplier<UUID> ids) {
        this.directory = directory;
        this.lockFile = lockFile;
        this.lock = lock;
        this.ids = ids;
    }

    /// As [#open], below a directory of this user's own in the system's directory for temporary files. PRECONDITION if
    /// another user has taken its name.
    public static Scratch openDefault(Supplier<UUID> ids) {
        Path parent = Path.of(System.getProperty("java.io.tmpdir"), "wings-compactor-" + userName());
        try {
            return open(PrivateDirectory.openShared(parent), ids);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a directory for local files: parent=" + parent, e);
        }
    }

    private static String userName() {
        return System.getProperty("user.name").replaceAll("[^A-Za-z0-9_-]", "_");
    }

    /// Makes the worker's directory below `parent`, and removes those of workers that are no more.
    public static synchronized Scratch open(Path parent, Supplier<UUID> ids) {
        try {
            Files.createDirectories(parent);
            try (FileChannel start = FileChannel.open(
                            parent.resolve(START_LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock _ = start.lock()) {
                removeLeftovers(parent);
                return make(parent, ids);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a directory for local files: parent=" + parent, e);
        }
    }

    private static Scratch make(Path parent, Supplier<UUID> ids) throws IOException {
        String name = PREFIX + ids.get();
        Path lockFile = parent.resolve(name + LOCK_SUFFIX);
        FileChannel lock = lock(lockFile, StandardOpenOption.CREATE_NEW);
        if (lock == null) {
            throw new IOException("the lock of a new directory is taken: " + lockFile);
        }
        return new Scratch(PrivateDirectory.create(parent.resolve(name)), lockFile, lock, ids);
    }

    /// A new directory, removed with all that is in it when it is closed.
    public Directory directory() {
        try {
            return new Directory(
                    Files.createDirectory(directory.resolve(ids.get().toString())));
        } catch (IOException e) {
            throw failed("cannot make a directory for local files: parent=" + directory, e);
        }
    }

    /// What it means for a task that a local file cannot be made, written or read: most likely the disk is full, which
    /// a later attempt or another worker need not find.
    public static WingsException failed(String what, IOException cause) {
        return new WingsException(ErrorKind.EXHAUSTED, what + ", cause=" + cause, cause);
    }

    @Override
    public void close() {
        remove(directory);
        try {
            lock.close();
            Files.deleteIfExists(lockFile);
        } catch (IOException e) {
            LOG.warn("a lock file is left behind: file={}", lockFile, e);
        }
    }

    /// Local files of one task.
    public record Directory(Path path) implements AutoCloseable {

        @Override
        public void close() {
            remove(path);
        }
    }

    private static void removeLeftovers(Path parent) throws IOException {
        try (DirectoryStream<Path> lockFiles = Files.newDirectoryStream(parent, PREFIX + "*" + LOCK_SUFFIX)) {
            for (Path lockFile : lockFiles) {
                try (FileChannel lock = lock(lockFile, StandardOpenOption.WRITE)) {
                    if (lock != null) {
                        String name = lockFile.getFileName().toString();
                        Path left = parent.resolve(name.substring(0, name.length() - LOCK_SUFFIX.length()));
                        LOG.info("removing what a killed worker has left: directory={}", left);
                        remove(left);
                        Files.deleteIfExists(lockFile);
                    }
                } catch (NoSuchFileException e) {
                    // its worker has just ended
                }
            }
        }
    }

    /// Null if a process that lives holds it.
    private static @Nullable FileChannel lock(Path file, StandardOpenOption how) throws IOException {
        FileChannel channel = FileChannel.open(file, how, StandardOpenOption.WRITE);
        try {
            FileLock held = channel.tryLock();
            if (held != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // held by this process
        } catch (Throwable t) {
            channel.close();
            throw t;
        }
        channel.close();
        return null;
    }

    private static void remove(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            // nothing to remove
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("local files are left behind: directory={}", root, e);
        }
    }
}
