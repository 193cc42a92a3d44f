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
package dev.wings.common.process;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The directory for local files of one service, below one that many may share. It is removed with the service;
/// the directory of a service that was killed is removed when the next one of its kind starts below the same
/// parent.
public final class Scratch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Scratch.class);

    /// The start of the name of a directory that has no lock yet: nobody may take it for one that was left.
    private static final String NEW = "new-";

    /// Locked by the service that has the directory, for as long as its process lives.
    private static final String LOCK = "lock";

    private final Path path;
    private final FileChannel lock;
    private final AtomicLong made = new AtomicLong();

    private Scratch(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /// Makes the directory, and removes those of services of the same kind that no longer run. Fails with
    /// PRECONDITION if another user has taken the name of the default parent.
    ///
    /// @param parent if it is empty, a directory of this user's own in the system's directory for temporary
    ///     files
    public static Scratch open(Optional<Path> parent, String kind) {
        Path shared = parent.orElseGet(() -> Path.of(System.getProperty("java.io.tmpdir"), "wings-" + userName()));
        try {
            if (parent.isPresent()) {
                Files.createDirectories(shared);
            } else {
                PrivateDirectory.openShared(shared);
            }
            String prefix = "wings-" + kind + "-";
            removeLeftovers(shared, prefix);
            return make(shared, prefix);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a directory for local files: parent=" + shared, e);
        }
    }

    private static String userName() {
        return System.getProperty("user.name").replaceAll("[^A-Za-z0-9_-]", "_");
    }

    private static Scratch make(Path parent, String prefix) throws IOException {
        Path unlocked = Files.createTempDirectory(parent, NEW + prefix);
        FileChannel lock =
                FileChannel.open(unlocked.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            lock.lock();
            String name = unlocked.getFileName().toString().substring(NEW.length());
            return new Scratch(Files.move(unlocked, parent.resolve(name), StandardCopyOption.ATOMIC_MOVE), lock);
        } catch (IOException | RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    public Path path() {
        return path;
    }

    /// A new directory. It is removed with all that is in it when it is closed.
    public Directory directory() {
        try {
            return new Directory(Files.createDirectory(path.resolve(Long.toString(made.incrementAndGet()))));
        } catch (IOException e) {
            throw failed("cannot make a directory for local files: parent=" + path, e);
        }
    }

    /// The failure of work for which a local file cannot be made, written or read: most likely the disk is
    /// full, which a later attempt or another worker need not find.
    public static WingsException failed(String what, IOException cause) {
        return new WingsException(ErrorKind.EXHAUSTED, what + ", cause=" + cause, cause);
    }

    @Override
    public void close() {
        try (lock) {
            remove(path);
        } catch (IOException e) {
            LOG.warn("cannot give back the lock of a directory for local files: directory={}", path, e);
        }
    }

    /// Local files of one piece of work.
    public record Directory(Path path) implements AutoCloseable {

        @Override
        public void close() {
            remove(path);
        }
    }

    private static void removeLeftovers(Path parent, String prefix) throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(parent, prefix + "*")) {
            for (Path left : found) {
                try (FileChannel file = FileChannel.open(left.resolve(LOCK), StandardOpenOption.WRITE);
                        FileLock free = tryLock(file)) {
                    if (free != null) {
                        LOG.info("removing what a killed process has left: directory={}", left);
                        remove(left);
                    }
                } catch (IOException e) {
                    // it belongs to somebody else, or another service was faster
                    LOG.debug("not removed: directory={}", left, e);
                }
            }
        }
    }

    /// Null if a service that lives holds it.
    private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            // another service of this process holds it
            return null;
        }
    }

    /// Removes a tree. Those who use what is in it, such as engines that were killed, may take it away
    /// meanwhile.
    private static void remove(Path root) {
        try {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                    if (failure instanceof NoSuchFileException) {
                        return FileVisitResult.CONTINUE;
                    }
                    throw failure;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                        throws IOException {
                    if (failure != null && !(failure instanceof NoSuchFileException)) {
                        throw failure;
                    }
                    Files.deleteIfExists(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            LOG.warn("local files are left behind: directory={}", root, e);
        }
    }
}
