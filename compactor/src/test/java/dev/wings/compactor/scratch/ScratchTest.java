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

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ScratchTest {

    @TempDir
    private Path parent;

    private long next;

    private UUID id() {
        return new UUID(0, next++);
    }

    /// Without the lock that all share.
    private static List<Path> files(Path parent) throws IOException {
        try (Stream<Path> files = Files.list(parent)) {
            return files.filter(file -> !file.endsWith("start.lock")).toList();
        }
    }

    private boolean isSomebodyStarting() {
        try (FileChannel channel = FileChannel.open(
                        parent.resolve("start.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock _ = channel.tryLock()) {
            return false;
        } catch (OverlappingFileLockException e) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void directoriesGoWithWhatIsInThem() throws IOException {
        try (Scratch scratch = Scratch.open(parent.resolve("deep/er"), this::id)) {
            Path left;
            try (Scratch.Directory directory = scratch.directory()) {
                left = directory.path();
                Files.createDirectories(left.resolve("a/b"));
                Files.writeString(left.resolve("a/b/c"), "x");
            }
            assertThat(left).doesNotExist();
            Files.writeString(scratch.directory().path().resolve("open"), "x");
        }
        assertThat(files(parent.resolve("deep/er"))).isEmpty();
    }

    @Test
    void whatAKilledWorkerHasLeftIsRemovedByTheNext() throws IOException {
        // its directory and a lock that nobody holds
        Path left = Files.createDirectories(parent.resolve("compactor-1/task/spill"));
        Files.writeString(left.resolve("x"), "x");
        Files.writeString(parent.resolve("compactor-1.lock"), "");
        Files.createDirectory(parent.resolve("somebody-elses"));
        try (Scratch scratch = Scratch.open(parent, this::id)) {
            assertThat(parent.resolve("compactor-1")).doesNotExist();
            assertThat(parent.resolve("compactor-1.lock")).doesNotExist();
            assertThat(scratch.directory().path()).exists();
        }
        assertThat(files(parent)).containsExactly(parent.resolve("somebody-elses"));
    }

    @Test
    void whatALivingWorkerHasStays() throws IOException {
        try (Scratch first = Scratch.open(parent, this::id)) {
            Path used = first.directory().path();
            try (Scratch second = Scratch.open(parent, this::id)) {
                assertThat(second.directory().path()).exists();
                assertThat(used).exists();
            }
        }
        assertThat(files(parent)).isEmpty();
    }

    /// Or one would take the lock file of another, made and not locked yet, for that of a killed worker.
    @Test
    void oneWorkerStartsAtATime() {
        List<Boolean> starting = new ArrayList<>();
        Supplier<UUID> ids = () -> {
            starting.add(isSomebodyStarting());
            return id();
        };
        try (Scratch scratch = Scratch.open(parent, ids)) {
            assertThat(starting).containsExactly(true);
            assertThat(isSomebodyStarting()).isFalse();
            assertThat(scratch.directory().path()).exists();
        }
    }
}
