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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
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

    private long files() throws IOException {
        try (Stream<Path> files = Files.list(parent)) {
            return files.count();
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
        assertThat(parent.resolve("deep/er")).isEmptyDirectory();
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
        assertThat(files()).isEqualTo(1);
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
        assertThat(files()).isZero();
    }
}
