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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataDirectoryTest {

    @TempDir
    private Path parent;

    @Test
    void oneProcessAtATimeHoldsADirectory() {
        Path root = parent.resolve("data");
        try (DataDirectory held = DataDirectory.open(root)) {
            assertThat(held.root()).isEqualTo(root);
            assertThatThrownBy(() -> DataDirectory.open(root))
                    .hasMessageContaining("in use by another process: directory=" + root + ", pid="
                            + ProcessHandle.current().pid());
        }
        DataDirectory.open(root).close();
    }

    @Test
    void directoryWithOtherFilesIsRefused() throws IOException {
        Files.writeString(parent.resolve("thesis.tex"), "");

        assertThatThrownBy(() -> DataDirectory.open(parent)).hasMessageContaining("holds no data of Wings");
        assertThat(parent).isDirectoryContaining("glob:**/thesis.tex").isDirectoryNotContaining("glob:**/format");
    }

    @Test
    void directoryOfAnotherLayoutIsRefused() throws IOException {
        Files.writeString(parent.resolve("format"), "wings data directory, layout 99\n");

        assertThatThrownBy(() -> DataDirectory.open(parent)).hasMessageContaining("another version of Wings");
    }

    @Test
    void placeOfNoDirectoryIsSaidOnce() throws IOException {
        Path file = Files.writeString(parent.resolve("file"), "");

        assertThatThrownBy(() -> DataDirectory.open(file))
                .hasMessage("the data directory cannot be used, it is a file: directory=" + file
                        + "; name another one with --data");
        assertThatThrownBy(() -> DataDirectory.open(file.resolve("below")))
                .hasMessageContaining("the data directory cannot be used, ")
                .hasMessageEndingWith(": directory=" + file.resolve("below") + "; name another one with --data");
        assertThatThrownBy(() -> DataDirectory.open(Path.of("/proc/wings")))
                .hasMessage("the data directory cannot be used, no directory can be made there: directory=/proc/wings"
                        + "; name another one with --data");
        assertThatThrownBy(() -> DataDirectory.openEphemeral(file)).hasMessageEndingWith("with XDG_CACHE_HOME");
    }

    @Test
    void ephemeralDirectoryGoes() throws Exception {
        Path root;
        try (DataDirectory data = DataDirectory.openEphemeral(parent)) {
            root = data.root();
            Files.writeString(data.objects().resolve("x"), "x");
        }
        assertThat(root).doesNotExist();
    }

    @Test
    void ephemeralDirectoryOfAKilledProcessIsSweptAndThatOfALiveOneIsNot() throws Exception {
        Path dead = Files.createDirectories(parent.resolve("run-dead"));
        Files.writeString(dead.resolve("lock"), "1");
        Files.createDirectories(dead.resolve("objects"));
        try (DataDirectory live = DataDirectory.openEphemeral(parent);
                DataDirectory other = DataDirectory.openEphemeral(parent)) {
            assertThat(dead).doesNotExist();
            assertThat(live.root()).exists();
            assertThat(other.root()).exists().isNotEqualTo(live.root());
        }
    }

    @Test
    void userDirectoriesFollowXdg() {
        Path home = Path.of("/home/me");

        assertThat(UserDirectories.of(Map.of(), home))
                .isEqualTo(new UserDirectories(home.resolve(".local/share/wings"), home.resolve(".cache/wings")));
        assertThat(UserDirectories.of(Map.of("XDG_DATA_HOME", "/data", "XDG_CACHE_HOME", "relative"), home))
                .isEqualTo(new UserDirectories(Path.of("/data/wings"), home.resolve(".cache/wings")));
    }
}
