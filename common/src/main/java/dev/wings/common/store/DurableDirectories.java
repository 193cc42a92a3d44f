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

import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Makes directories below a root so that they survive a crash of the machine: the name of a new directory is durable
/// only once its parent was synced. That somebody else made a directory does not mean that they have synced its
/// parent yet, so each is synced once by each process that relies on it.
final class DurableDirectories {

    private static final int MAX_KNOWN = 4096;

    private final Path root;
    private final Set<Path> durable = ConcurrentHashMap.newKeySet();

    DurableDirectories(Path root) {
        this.root = root;
    }

    /// Makes `directory` and what is missing above it. Fails with INVALID if an object or a symbolic link is in the
    /// way.
    void make(Path directory) throws IOException {
        if (directory.equals(root) || durable.contains(directory)) {
            return;
        }
        Path parent = directory.getParent();
        if (parent == null || !directory.startsWith(root)) {
            throw new IllegalStateException("not below the root: " + directory);
        }
        make(parent);
        try {
            Files.createDirectory(directory);
        } catch (NoSuchFileException e) {
            forget();
            throw e;
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                throw WingsException.invalid(
                        "key runs through something that is no directory: path=" + root.relativize(directory));
            }
        }
        sync(parent);
        if (durable.size() >= MAX_KNOWN) {
            durable.clear();
        }
        durable.add(directory);
    }

    /// To be called when a directory turned out to have vanished.
    void forget() {
        durable.clear();
    }

    /// Makes the names in `directory` durable.
    static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// Whether a path failed because one of its parents is a file. The JDK has no exception of its own for it.
    static boolean isNotDirectory(IOException failure) {
        return failure instanceof FileSystemException known && "Not a directory".equals(known.getReason());
    }
}
