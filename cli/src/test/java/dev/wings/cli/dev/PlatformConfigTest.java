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

import dev.wings.common.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PlatformConfigTest {

    private static final PlatformConfig.Database DATABASE =
            new PlatformConfig.Database("jdbc:postgresql://127.0.0.1:1/wings", "wings", Optional.empty());

    private final int offset = WingsProcess.freePortOffset();

    @TempDir
    private Path directory;

    @Test
    void machineOfADeveloperIsSharedByAllServices() {
        PlatformConfig config = read(Map.of());

        assertThat(config.server().queries()).isEqualTo(2);
        assertThat(config.server().queryMemoryBytes()).isEqualTo(192 * Settings.MIB);
        assertThat(config.compactor().workers()).isEqualTo(1);
        assertThat(config.compactor().taskMemoryBytes()).isEqualTo(256 * Settings.MIB);
        assertThat(config.server().controlPlane()).hasPort(7701 + offset);
    }

    @Test
    void filesGoBeforeWhatThePlatformPrefers() throws IOException {
        Path server = Files.writeString(directory.resolve("server"), """
                WINGS_SERVER_QUERIES=7
                WINGS_SERVER_QUERY_MEMORY_BYTES=1GiB
                WINGS_SERVER_SPILL_DIRECTORY=/file
                WINGS_SERVER_CONTROL_PLANE_URI=http://elsewhere:1
                """);
        Path compactor = Files.writeString(directory.resolve("compactor"), """
                WINGS_COMPACTOR_WORKERS=3
                WINGS_COMPACTOR_TASK_MEMORY_BYTES=1GiB
                """);
        PlatformConfig config = PlatformConfig.read(
                Map.of(
                        "WINGS_SERVER_CONFIG_FILE", server.toString(),
                        "WINGS_COMPACTOR_CONFIG_FILE", compactor.toString(),
                        "WINGS_COMPACTOR_WORKERS", "5"),
                offset,
                Map.of("WINGS_SERVER_SPILL_DIRECTORY", "/platform", "WINGS_COMPACTOR_SCRATCH_DIRECTORY", "/platform"),
                DATABASE);

        assertThat(config.server().queries()).isEqualTo(7);
        assertThat(config.server().queryMemoryBytes()).isEqualTo(Settings.GIB);
        assertThat(config.server().spillDirectory()).contains(Path.of("/file"));
        assertThat(config.server().controlPlane()).hasHost("elsewhere");
        assertThat(config.compactor().workers()).isEqualTo(5);
        assertThat(config.compactor().taskMemoryBytes()).isEqualTo(Settings.GIB);
        assertThat(config.compactor().scratchDirectory()).contains(Path.of("/platform"));
    }

    @Test
    void badValueOfAFileIsReported() throws IOException {
        Path file = Files.writeString(directory.resolve("server"), "WINGS_SERVER_QUERIES=many\n");

        assertThatThrownBy(() -> PlatformConfig.check(Map.of("WINGS_SERVER_CONFIG_FILE", file.toString()), offset))
                .hasMessageContaining("WINGS_SERVER_QUERIES must be an integer");
    }

    @Test
    void databaseOfAFileIsRefusedLikeThatOfTheEnvironment() throws IOException {
        Path file = Files.writeString(directory.resolve("control-plane"), """
                WINGS_CONTROL_PLANE_DATABASE_URL=jdbc:postgresql://elsewhere/wings
                """);

        assertThatThrownBy(() -> PlatformConfig.check(
                        Map.of(
                                "WINGS_CONTROL_PLANE_CONFIG_FILE",
                                file.toString(),
                                "WINGS_CONTROL_PLANE_DATABASE_USER",
                                "me"),
                        offset))
                .hasMessageContaining("WINGS_CONTROL_PLANE_DATABASE_URL is set, but")
                .hasMessageContaining("WINGS_CONTROL_PLANE_DATABASE_USER is set, but");
    }

    private PlatformConfig read(Map<String, String> environment) {
        return PlatformConfig.read(environment, offset, Map.of(), DATABASE);
    }
}
