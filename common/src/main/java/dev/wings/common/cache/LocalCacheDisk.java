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
package dev.wings.common.cache;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The files of a cache in a directory of this machine, which one process at a time uses.
///
/// Files are opened for each access: that costs a few microseconds, and keeps an interrupted thread, whose channel the
/// JDK closes, from ending what others do.
final class LocalCacheDisk implements CacheDisk {

    private static final String LOCK = "lock";
    private static final String FILES = "files";
    private static final String LINKS = "links";
    private static final String PARTIAL = ".partial";

    private final Path files;
    private final Path links;
    private final FileChannel lockFile;

    private LocalCacheDisk(Path files, Path links, FileChannel lockFile) {
        this.files = files;
        this.links = links;
        this.lockFile = lockFile;
    }

    /// Takes over a directory, making it if need be. Fails with PRECONDITION if another process has it. Links of a
    /// former process are removed.
    static LocalCacheDisk open(Path directory) throws IOException {
        Files.createDirectories(directory);
        FileChannel lockFile =
                FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (lock(lockFile) == null) {
                throw new WingsException(
                        ErrorKind.PRECONDITION, "the cache directory is used by another process: path=" + directory);
            }
            Path files = Files.createDirectories(directory.resolve(FILES));
            Path links = directory.resolve(LINKS);
            deleteTree(links);
            return new LocalCacheDisk(files, Files.createDirectories(links), lockFile);
        } catch (Throwable t) {
            lockFile.close();
            throw t;
        }
    }

    private static @Nullable FileLock lock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    @Override
    public List<String> list() throws IOException {
        try (Stream<Path> found = Files.list(files)) {
            return found.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Override
    public void create(String name, long bytes) throws IOException {
        try (FileChannel file = FileChannel.open(
                files.resolve(name),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                StandardOpenOption.SPARSE)) {
            if (bytes > 0) {
                file.write(ByteBuffer.allocate(1), bytes - 1);
            }
        }
    }

    @Override
    public long size(String name) throws IOException {
        return Files.size(files.resolve(name));
    }

    @Override
    public void write(String name, long position, ByteBuffer from) throws IOException {
        try (FileChannel file = FileChannel.open(files.resolve(name), StandardOpenOption.WRITE)) {
            long at = position;
            while (from.hasRemaining()) {
                at += file.write(from, at);
            }
        }
    }

    @Override
    public void read(String name, long position, ByteBuffer into) throws IOException {
        try (FileChannel file = FileChannel.open(files.resolve(name), StandardOpenOption.READ)) {
            long at = position;
            while (into.hasRemaining()) {
                int read = file.read(into, at);
                if (read < 0) {
                    throw new EOFException("a file of the cache was cut: file=" + name);
                }
                at += read;
            }
        }
    }

    @Override
    public void sync(String name) throws IOException {
        try (FileChannel file = FileChannel.open(files.resolve(name), StandardOpenOption.WRITE)) {
            file.force(false);
        }
    }

    @Override
    public void replace(String name, byte[] content) throws IOException {
        Path partial = files.resolve(name + PARTIAL);
        Files.write(partial, content);
        Files.move(partial, files.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public byte[] load(String name) throws IOException {
        return Files.readAllBytes(files.resolve(name));
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(files.resolve(name));
    }

    @Override
    public void link(String name, Path link) throws IOException {
        Files.createLink(link, files.resolve(name));
    }

    @Override
    public Path links() {
        return links;
    }

    @Override
    public void close() throws IOException {
        // closing the file releases the lock
        lockFile.close();
    }

    private static void deleteTree(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> found = Files.walk(directory)) {
            for (Path path : found.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
