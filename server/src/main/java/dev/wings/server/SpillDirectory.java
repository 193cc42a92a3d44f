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
package dev.wings.server;

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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The directory of one server for what its queries put on disk. It goes with the server; that of one that was killed
/// goes when the next one starts with the same parent.
final class SpillDirectory implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SpillDirectory.class);

    private static final String PREFIX = "wings-sql-";

    /// Has no lock yet, so nobody may take it for one that was left.
    private static final String NEW = "new-wings-sql-";

    /// Locked by the server that has the directory, for as long as its process lives.
    private static final String LOCK = "lock";

    private final Path path;
    private final FileChannel lock;

    private SpillDirectory(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    static SpillDirectory open(Path parent) {
        try {
            Files.createDirectories(parent);
            sweep(parent);
            Path made = Files.createTempDirectory(parent, NEW);
            FileChannel lock =
                    FileChannel.open(made.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            try {
                lock.lock();
                String name = PREFIX + made.getFileName().toString().substring(NEW.length());
                Path path = Files.move(made, parent.resolve(name), StandardCopyOption.ATOMIC_MOVE);
                return new SpillDirectory(path, lock);
            } catch (IOException | RuntimeException | Error e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a directory for what queries spill: parent=" + parent, e);
        }
    }

    Path path() {
        return path;
    }

    private static void sweep(Path parent) throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path left : found) {
                try (FileChannel file = FileChannel.open(left.resolve(LOCK), StandardOpenOption.WRITE);
                        FileLock lock = tryLock(file)) {
                    if (lock != null) {
                        delete(left);
                        LOG.info("removed what a server left that was killed: path={}", left);
                    }
                } catch (IOException e) {
                    // somebody else's, or another server was faster
                    LOG.debug("not removed: path={}", left, e);
                }
            }
        }
    }

    private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            // of another server in this process
            return null;
        }
    }

    /// Engines that were killed take their own files away meanwhile.
    private static void delete(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
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
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                if (failure != null && !(failure instanceof NoSuchFileException)) {
                    throw failure;
                }
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override
    public void close() throws IOException {
        try (lock) {
            delete(path);
        }
    }
}
