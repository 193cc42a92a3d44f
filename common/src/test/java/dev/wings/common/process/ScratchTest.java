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

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ScratchTest {

    @TempDir
    private Path parent;

    private Scratch open() {
        return Scratch.open(Optional.of(parent), "sql");
    }

    @Test
    void whatAKilledProcessHasLeftGoesWithTheNextStart() throws Exception {
        Path killed = leftByAKilledProcess();
        assertThat(killed.resolve("spilled")).exists();
        Path others = Files.createDirectories(parent.resolve("wings-sql-of-another-version"));
        Path starting = Files.createDirectories(parent.resolve("new-wings-sql-1"));
        Path ofAnotherKind = Files.createDirectories(parent.resolve("wings-compactor-1"));
        Files.createFile(ofAnotherKind.resolve("lock"));

        try (Scratch running = open();
                Scratch second = open()) {
            assertThat(list())
                    .containsExactlyInAnyOrder(running.path(), second.path(), others, starting, ofAnotherKind);
        }
        assertThat(list()).containsExactlyInAnyOrder(others, starting, ofAnotherKind);
    }

    @Test
    void whatALivingServiceHasStays() throws Exception {
        try (Scratch first = open()) {
            Path used = first.directory().path();
            try (Scratch second = open()) {
                assertThat(second.directory().path()).exists();
                assertThat(used).exists();
            }
        }
        assertThat(list()).isEmpty();
    }

    @Test
    void directoriesGoWithWhatIsInThem() throws IOException {
        try (Scratch scratch = Scratch.open(Optional.of(parent.resolve("deep/er")), "sql")) {
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
    void nobodyElseMayLookIn() throws IOException {
        try (Scratch chosen = open();
                Scratch byDefault = Scratch.open(Optional.empty(), "sql")) {
            for (Path path :
                    List.of(chosen.path(), byDefault.path(), byDefault.path().getParent())) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                        .isEqualTo("rwx------");
            }
        }
    }

    /// What engines that were killed leave, say.
    @Test
    void filesMayGoMeanwhile() throws Exception {
        Scratch directory = open();
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            Path engine = Files.createDirectory(directory.path().resolve("engine-" + i));
            files.add(Files.createFile(engine.resolve("spilled")));
            files.add(engine);
        }
        CompletableFuture<Void> others = CompletableFuture.runAsync(() -> {
            for (Path file : files) {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
        directory.close();
        others.join();
        assertThat(list()).isEmpty();
    }

    private List<Path> list() throws IOException {
        try (Stream<Path> found = Files.list(parent)) {
            return found.toList();
        }
    }

    private Path leftByAKilledProcess() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName(),
                        parent.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return Path.of(process.inputReader()
                    .lines()
                    .filter(line -> line.startsWith(parent.toString()))
                    .findFirst()
                    .orElseThrow());
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    static final class Victim {

        private Victim() {}

        public static void main(String[] arguments) throws Exception {
            Scratch directory = Scratch.open(Optional.of(Path.of(arguments[0])), "sql");
            Files.writeString(directory.path().resolve("spilled"), "rows");
            System.out.println(directory.path());
            System.in.read();
            directory.close();
        }
    }
}
