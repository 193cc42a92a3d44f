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
import java.nio.channels.ClosedByInterruptException;
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
import org.jspecify.annotations.Nullable;

/// Makes directories below a root so that they survive a crash of the machine: the name of a new directory is durable
/// only once its parent was synced. That somebody else made a directory does not mean that they have synced its
/// parent yet, so each is synced once by each process that relies on it.
final class DurableDirectories {

    private static final int MAX_KNOWN = 4096;

    private final Path root;
    private final Syncer syncer;
    private final Set<Path> durable = ConcurrentHashMap.newKeySet();

    /// Names whose sync failed. The kernel forgets what it could not write, so the next sync would succeed and
    /// prove nothing.
    private final Set<Path> doubtful = ConcurrentHashMap.newKeySet();

    DurableDirectories(Path root) {
        this(root, directory -> directory.force(true));
    }

    /// For tests that have syncs fail.
    DurableDirectories(Path root, Syncer syncer) {
        this.root = root;
        this.syncer = syncer;
    }

    /// Makes what is in a directory durable.
    interface Syncer {
        void sync(FileChannel directory) throws IOException;
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
        boolean made = false;
        try {
            Files.createDirectory(directory);
            made = true;
        } catch (NoSuchFileException e) {
            forget();
            throw e;
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                throw WingsException.invalid(
                        "key runs through something that is no directory: path=" + root.relativize(directory));
            }
        }
        syncDirectory(directory, made);
        if (durable.size() >= MAX_KNOWN) {
            durable.clear();
        }
        durable.add(directory);
    }

    /// Forgets what is known of directories. Callers say this when a directory turned out to have vanished.
    void forget() {
        durable.clear();
    }

    private void syncDirectory(Path directory, boolean made) throws IOException {
        try {
            sync(directory);
        } catch (WingsException e) {
            if (made) {
                // A repeated call makes the directory anew, and what it syncs then is not forgotten yet.
                try {
                    Files.delete(directory);
                    doubtful.remove(directory);
                } catch (IOException left) {
                    e.addSuppressed(left);
                }
            }
            throw e;
        }
    }

    /// Makes the name of a file or directory durable, whoever made it. Fails with INTERNAL if the file system
    /// cannot do that, or could not when it was asked before: a repeated call does not mend it.
    void sync(Path name) throws IOException {
        Path directory = name.getParent();
        if (directory == null) {
            throw new IllegalStateException("not below the root: " + name);
        }
        if (doubtful.contains(name) || doubtful.contains(root)) {
            throw notDurable(name, null);
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            try {
                syncer.sync(channel);
            } catch (ClosedByInterruptException e) {
                throw e;
            } catch (IOException e) {
                // with too many of them, every name is in doubt
                doubtful.add(doubtful.size() < MAX_KNOWN ? name : root);
                throw notDurable(name, e);
            }
        }
    }

    private static WingsException notDurable(Path name, @Nullable IOException cause) {
        return new WingsException(
                ErrorKind.INTERNAL,
                "a directory could not be synced, and whether a crash would spare what is in it nobody knows: name="
                        + name + ", cause=" + cause,
                cause);
    }

    /// Whether a path failed because one of its parents is a file. The JDK has no exception of its own for it.
    static boolean isNotDirectory(IOException failure) {
        return failure instanceof FileSystemException known && "Not a directory".equals(known.getReason());
    }
}
