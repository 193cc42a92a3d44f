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

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SpillDirectoryTest {

    @TempDir
    private Path parent;

    @Test
    void theDirectoryOfAKilledServerGoesWithTheNextStart() throws Exception {
        Path killed = leftByAKilledProcess();
        assertThat(killed.resolve("spilled")).exists();
        Path others = Files.createDirectories(parent.resolve("wings-sql-of-another-version"));

        try (SpillDirectory running = SpillDirectory.open(parent);
                SpillDirectory second = SpillDirectory.open(parent)) {
            assertThat(list()).containsExactlyInAnyOrder(running.path(), second.path(), others);
        }
        assertThat(list()).containsExactly(others);
    }

    /// Of engines that were killed, say.
    @Test
    void filesMayGoMeanwhile() throws Exception {
        SpillDirectory directory = SpillDirectory.open(parent);
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
            SpillDirectory directory = SpillDirectory.open(Path.of(arguments[0]));
            Files.writeString(directory.path().resolve("spilled"), "rows");
            System.out.println(directory.path());
            System.in.read();
            directory.close();
        }
    }
}
