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
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;

/// Objects as files under a directory, named as their keys. Any number of processes may use one directory at once.
///
/// An object is written to a file in the [StagingArea], synced, and then given its name with a hard link, which never
/// replaces what is there; syncing the directories makes the name durable. So whatever has a name is whole.
///
/// The two syncs follow each other. With the name given first one sync would do on file systems whose journal happens
/// to hold both, but no standard promises it, and after a loss of power a name could stand for half an object, which
/// whoever tries to create it again would take for the whole.
///
/// Two limits that other stores lack: no key may be the directory of another (`a` and `a/b`), and the file system
/// must have hard links. Symbolic links below the root are never followed. Reads open the file each time: that costs
/// a few microseconds and keeps an interrupted reader, whose channel the JDK closes, from ending the reads of others.
final class LocalObjectStore implements ObjectStore {

    private static final int MAX_LIST_LIMIT = 1000;

    private final Path root;
    private final StagingArea staging;
    private final DurableDirectories directories;

    /// @param root a real path
    LocalObjectStore(Path root) {
        this(root, new DurableDirectories(root));
    }

    LocalObjectStore(Path root, DurableDirectories directories) {
        this.root = root;
        this.directories = directories;
        this.staging = new StagingArea(root, directories);
    }

    @Override
    public void create(String key, List<ByteBuffer> content) {
        Path target = path(key);
        try {
            refuseTaken(key, target);
            publish(key, staging.write(content), target);
        } catch (IOException e) {
            throw failed("store an object", key, e);
        }
    }

    /// Gives the file another name, if it lies on the file system of the store.
    @Override
    public void create(String key, Path file) {
        Path target = path(key);
        try {
            refuseTaken(key, target);
            Optional<Path> linked = staging.link(file);
            if (linked.isPresent()) {
                publish(key, linked.get(), target);
            } else {
                ObjectStore.super.create(key, file);
            }
        } catch (IOException e) {
            throw failed("store an object", key, e);
        }
    }

    /// Makes the directory: engines that take the store for one without directories make none.
    @Override
    public void makeRoom(String directory) {
        try {
            directories.make(path(directory));
        } catch (IOException e) {
            throw failed("make a directory", directory, e);
        }
    }

    /// Fails early for a key that is taken, to spare the work; whether it is really free is found out by
    /// [#publish].
    private void refuseTaken(String key, Path target) throws IOException {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw taken(key, target);
        }
    }

    private void publish(String key, Path staged, Path target) throws IOException {
        Path parent = parent(target);
        try {
            directories.make(parent);
            Files.createLink(target, staged);
        } catch (FileAlreadyExistsException e) {
            throw taken(key, target);
        } catch (NoSuchFileException e) {
            directories.forget();
            throw e;
        } catch (UnsupportedOperationException e) {
            throw new IOException("the file system has no hard links", e);
        } finally {
            staging.discard(staged);
        }
        directories.sync(target);
    }

    @Override
    public void read(String key, long start, ByteBuffer into) {
        if (start < 0) {
            throw WingsException.invalid("bad range: key=" + key + ", start=" + start);
        }
        Path file = path(key);
        if (attributes(key, file).isEmpty()) {
            throw missing(key);
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            long position = start;
            while (into.hasRemaining()) {
                int read = channel.read(into, position);
                if (read < 0) {
                    throw WingsException.invalid("object ends before the range does: key=" + key + ", start=" + start
                            + ", end=" + (position + into.remaining()) + ", object_bytes=" + channel.size());
                }
                position += read;
            }
        } catch (NoSuchFileException e) {
            throw missing(key);
        } catch (IOException e) {
            throw failed("read an object", key, e);
        }
    }

    @Override
    public Optional<ObjectInfo> find(String key) {
        return attributes(key, path(key)).map(attributes -> LocalListing.info(key, attributes));
    }

    @Override
    public List<ObjectInfo> list(String prefix, String startAfter, int limit) {
        ObjectKey.checkPrefix(prefix);
        if (limit < 1) {
            throw WingsException.invalid("a page of a listing has a size: limit=" + limit);
        }
        checkThere();
        try {
            return new LocalListing(root, prefix, startAfter, Math.min(limit, MAX_LIST_LIMIT)).page();
        } catch (IOException e) {
            throw failed("list objects", prefix, e);
        }
    }

    @Override
    public void delete(String key) {
        Path file = path(key);
        try {
            if (attributes(key, file).isPresent()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw failed("delete an object", key, e);
        }
    }

    @Override
    public void close() {
        // there is nothing to close
    }

    private Path path(String key) {
        return root.resolve(ObjectKey.check(key));
    }

    private static Path parent(Path file) {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IllegalStateException("a file below the root has a parent: " + file);
        }
        return parent;
    }

    /// The attributes of the regular file that stands for an object; empty for anything else, and for what a
    /// symbolic link leads to.
    private Optional<BasicFileAttributes> attributes(String key, Path file) {
        try {
            Path parent = parent(file);
            if (!parent.toRealPath().equals(parent)) {
                return Optional.empty();
            }
            BasicFileAttributes attributes =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return attributes.isRegularFile() ? Optional.of(attributes) : Optional.empty();
        } catch (NoSuchFileException | FileSystemLoopException e) {
            checkThere();
            return Optional.empty();
        } catch (IOException e) {
            if (DurableDirectories.isNotDirectory(e)) {
                return Optional.empty();
            }
            throw failed("look at an object", key, e);
        }
    }

    /// Fails if the root is missing: its disk is away then, which says nothing about the objects.
    private void checkThere() {
        if (!Files.isDirectory(root)) {
            throw WingsException.unavailable("the directory of the object store is away: path=" + root, null);
        }
    }

    private static WingsException missing(String key) {
        return WingsException.notFound("object does not exist: key=" + key);
    }

    /// The failure that says that the key is taken. The name is synced first: a caller that repeats a create
    /// whose outcome it does not know takes this failure for success. So it is not said of a name whose sync
    /// failed.
    private WingsException taken(String key, Path target) throws IOException {
        if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            return WingsException.invalid("key is the directory of other objects: key=" + key);
        }
        directories.make(parent(target));
        directories.sync(target);
        return new WingsException(ErrorKind.ALREADY_EXISTS, "object exists: key=" + key);
    }

    private static WingsException failed(String what, String key, IOException cause) {
        if (cause instanceof ClosedByInterruptException) {
            return new WingsException(
                    ErrorKind.CANCELLED, "interrupted while trying to " + what + ": key=" + key, cause);
        }
        return WingsException.unavailable("cannot " + what + ": key=" + key + ", cause=" + cause, cause);
    }
}
