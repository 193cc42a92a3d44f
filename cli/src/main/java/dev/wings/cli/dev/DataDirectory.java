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
package dev.wings.cli.dev;

import dev.wings.cli.output.FailureText;
import dev.wings.cli.postgres.EmbeddedPostgres;
import dev.wings.cli.postgres.StartFailure;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// All that a platform on this machine keeps, held by one process at a time.
///
/// ```text
/// format       which layout this is
/// lock         locked by the process that uses the directory; holds its id
/// postgresql/  the database and its password
/// objects/     the default object store
/// spill/       what queries put on disk while they run
/// scratch/     what tasks of the compactor put on disk while they run
/// cache/       what queries read of segments; may be deleted while nothing runs
/// ticket.key   what the SQL server signs with
/// logs/        the logs of the last run
/// ```
public final class DataDirectory implements AutoCloseable {

    private static final String FORMAT = "wings data directory, layout 1\n";
    private static final String FORMAT_FILE = "format";
    private static final String LOCK_FILE = "lock";

    private final Path root;
    private final FileChannel lock;
    private final boolean ephemeral;

    private DataDirectory(Path root, FileChannel lock, boolean ephemeral) {
        this.root = root;
        this.lock = lock;
        this.ephemeral = ephemeral;
    }

    /// Takes a directory, and makes it if it is missing. Fails with PRECONDITION if another process holds it,
    /// or if it holds something else.
    public static DataDirectory open(Path root) {
        return open(root, false);
    }

    /// Takes a new directory below `parent` that is deleted on close. Deletes those that killed processes left
    /// there.
    public static synchronized DataDirectory openEphemeral(Path parent) throws InterruptedException {
        try {
            Files.createDirectories(parent);
            // Another process would else take a directory, whose lock is made and not locked yet, for one that
            // was left.
            try (FileChannel start = FileChannel.open(
                            parent.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock _ = start.lock()) {
                sweep(parent);
                return open(Files.createTempDirectory(parent, "run-"), true);
            }
        } catch (IOException e) {
            throw unusable(parent, true, e);
        }
    }

    private static DataDirectory open(Path directory, boolean ephemeral) {
        Path root = directory.toAbsolutePath().normalize();
        try {
            Files.createDirectories(root);
            checkFormat(root);
            FileChannel lock = FileChannel.open(
                    root.resolve(LOCK_FILE),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            if (!tryLock(lock)) {
                String holder = read(lock);
                lock.close();
                throw new WingsException(
                        ErrorKind.PRECONDITION,
                        "the data directory is in use by another process: directory=" + root + ", pid=" + holder
                                + "; stop that, or name another directory with --data");
            }
            lock.truncate(0);
            lock.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            Files.writeString(root.resolve(FORMAT_FILE), FORMAT);
            return new DataDirectory(root, lock, ephemeral);
        } catch (IOException e) {
            throw unusable(root, ephemeral, e);
        }
    }

    public Path root() {
        return root;
    }

    Path postgresql() {
        return root.resolve("postgresql");
    }

    Path objects() throws IOException {
        return Files.createDirectories(root.resolve("objects"));
    }

    /// The file with the key that the SQL server signs with; the key is made up when the file is missing.
    Path ticketKey() throws IOException {
        Path file = root.resolve("ticket.key");
        if (!Files.exists(file)) {
            byte[] key = new byte[32];
            new SecureRandom().nextBytes(key);
            Path unfinished = root.resolve("ticket.key.unfinished");
            Files.deleteIfExists(unfinished);
            Files.createFile(
                    unfinished, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(unfinished, HexFormat.of().formatHex(key));
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return file;
    }

    Path cache() throws IOException {
        return Files.createDirectories(root.resolve("cache"));
    }

    Path scratch() throws IOException {
        return Files.createDirectories(root.resolve("scratch"));
    }

    Path spill() throws IOException {
        return Files.createDirectories(root.resolve("spill"));
    }

    public Path logs() {
        return root.resolve("logs");
    }

    /// Whether nothing of the directory stays after the process.
    public boolean isEphemeral() {
        return ephemeral;
    }

    @Override
    public void close() {
        try {
            if (ephemeral) {
                delete(root);
            }
            lock.close();
        } catch (IOException e) {
            throw unusable(root, ephemeral, e);
        }
    }

    /// Checks that the directory is ours: one with other files in it is a typing error of the user's.
    private static void checkFormat(Path root) throws IOException {
        Path format = root.resolve(FORMAT_FILE);
        if (Files.exists(format)) {
            if (!Files.readString(format).equals(FORMAT)) {
                throw new WingsException(
                        ErrorKind.PRECONDITION,
                        "the data directory was written by another version of Wings: directory=" + root
                                + "; run that version, or name another directory with --data");
            }
            return;
        }
        try (Stream<Path> entries = Files.list(root)) {
            if (entries.anyMatch(entry -> !entry.endsWith(LOCK_FILE))) {
                throw new WingsException(
                        ErrorKind.PRECONDITION,
                        "the directory is not empty, and holds no data of Wings: directory=" + root
                                + "; name another one with --data, it may be new");
            }
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            @Nullable FileLock taken = channel.tryLock();
            return taken != null;
        } catch (OverlappingFileLockException e) {
            // this very process holds it
            return false;
        }
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(32);
        channel.read(text, 0);
        return new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII);
    }

    private static void sweep(Path parent) throws IOException, InterruptedException {
        List<Path> runs;
        try (Stream<Path> entries = Files.list(parent)) {
            runs = entries.filter(entry -> entry.getFileName().toString().startsWith("run-"))
                    .toList();
        }
        for (Path run : runs) {
            Path lockFile = run.resolve(LOCK_FILE);
            try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE)) {
                if (tryLock(channel)) {
                    EmbeddedPostgres.stopLeftover(run.resolve("postgresql"));
                    delete(run);
                }
            } catch (NoSuchFileException e) {
                // Its process is deleting it just now, or has ended.
            }
        }
    }

    /// Deletes a directory with all in it, its lock last.
    private static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            Path lockFile = directory.resolve(LOCK_FILE);
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                if (!path.equals(directory) && !path.equals(lockFile)) {
                    Files.deleteIfExists(path);
                }
            }
            Files.deleteIfExists(lockFile);
            Files.deleteIfExists(directory);
        }
    }

    private static WingsException unusable(Path directory, boolean ephemeral, IOException cause) {
        String other = ephemeral ? "XDG_CACHE_HOME" : "--data";
        String reason = switch (cause) {
            case FileAlreadyExistsException ignored -> "it is a file";
            case NoSuchFileException ignored -> "no directory can be made there";
            default -> FailureText.withoutFile(cause);
        };
        return new WingsException(
                ErrorKind.PRECONDITION,
                StartFailure.reason(cause.toString(), directory)
                        .map(known -> "the data directory cannot be used: " + known.replace("--data", other))
                        .orElse("the data directory cannot be used, " + reason + ": directory=" + directory
                                + "; name another one with " + other),
                cause);
    }
}
