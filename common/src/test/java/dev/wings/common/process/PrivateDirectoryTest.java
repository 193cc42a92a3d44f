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
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.WingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PrivateDirectoryTest {

    @TempDir
    private Path parent;

    @Test
    void nobodyElseMayLookIn() throws Exception {
        Path made = PrivateDirectory.openShared(parent.resolve("a"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
                .isEqualTo("rwx------");
        Path open = Files.createDirectory(parent.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        PrivateDirectory.openShared(open);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(open)))
                .isEqualTo("rwx------");
        PrivateDirectory.openShared(open);
    }

    /// What another user may have put in the place of the directory.
    @Test
    void whatIsNotOursIsRefused() throws Exception {
        Path link = Files.createSymbolicLink(parent.resolve("link"), Files.createDirectory(parent.resolve("target")));
        assertThatThrownBy(() -> PrivateDirectory.openShared(link))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("no directory");
        Path file = Files.createFile(parent.resolve("file"));
        assertThatThrownBy(() -> PrivateDirectory.openShared(file)).hasMessageContaining("no directory");
        // root's, unless it is root who asks
        Path foreign = Path.of("/proc/1");
        boolean ours = Files.getOwner(foreign).equals(Files.getOwner(file));
        if (ours) {
            Path given = Files.createDirectory(parent.resolve("given"));
            Files.setAttribute(given, "unix:uid", 12_345);
            assertThatThrownBy(() -> PrivateDirectory.openShared(given)).hasMessageContaining("another user");
        } else {
            assertThatThrownBy(() -> PrivateDirectory.openShared(foreign)).hasMessageContaining("another user");
        }
    }
}
