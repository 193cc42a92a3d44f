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
package dev.wings.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.config.Settings;
import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ControlPlaneConfigTest {

    private static final String URL = "WINGS_CONTROL_PLANE_DATABASE_URL";

    @Test
    void onlyTheDatabaseMustBeSaid() {
        ControlPlaneConfig config = read(Map.of(URL, "jdbc:postgresql://db/wings"));
        assertThat(config.grpcPort()).isEqualTo(7701);
        assertThat(config.managementPort()).isEqualTo(7790);
        assertThat(config.host()).isEqualTo("127.0.0.1");
        assertThat(config.databasePassword()).isEmpty();
        assertThat(config.commitLimits().transactions()).isEqualTo(config.commitConnections());
        assertThat(config.database().url()).isEqualTo("jdbc:postgresql://db/wings");
    }

    @Test
    void settingsAreRead(@TempDir Path directory) throws IOException {
        Path password = Files.writeString(directory.resolve("password"), "secret\n");
        ControlPlaneConfig config = read(Map.of(
                URL,
                "jdbc:postgresql://db/wings",
                "WINGS_CONTROL_PLANE_DATABASE_PASSWORD_FILE",
                password.toString(),
                "WINGS_CONTROL_PLANE_COMMIT_CONNECTIONS",
                "3",
                "WINGS_CONTROL_PLANE_STALL_TIMEOUT",
                "7s",
                "WINGS_PORT_OFFSET",
                "100"));
        assertThat(config.databasePassword())
                .hasValueSatisfying(secret -> assertThat(secret.reveal()).isEqualTo("secret"));
        assertThat(config.toString()).doesNotContain("secret");
        assertThat(config.commitConnections()).isEqualTo(3);
        assertThat(config.stallTimeout()).isEqualTo(Duration.ofSeconds(7));
        assertThat(config.grpcPort()).isEqualTo(7801);
    }

    @Test
    void allProblemsAreToldAtOnce() {
        assertThatThrownBy(() -> read(
                        Map.of("WINGS_CONTROL_PLANE_COMMIT_CONNECTIONS", "0", "WINGS_CONTROL_PLANE_COLOUR", "blue")))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining(URL + " must be set")
                .hasMessageContaining("COMMIT_CONNECTIONS must be")
                .hasMessageContaining("COLOUR is unknown");
        assertThatThrownBy(() -> read(Map.of(URL, "jdbc:mysql://db/wings")))
                .hasMessageContaining("must start with jdbc:postgresql:");
        assertThatThrownBy(() -> read(Map.of(URL, "memory:x")))
                .hasMessageContaining("must start with jdbc:postgresql:");
        assertThat(read(Map.of(URL, "memory:")).databaseUrl()).isEqualTo(ConfiguredStores.MEMORY);
        assertThat(read(Map.of(URL, "postgresql://db/wings")).database().url()).isEqualTo("jdbc:postgresql://db/wings");
    }

    private static ControlPlaneConfig read(Map<String, String> environment) {
        return Settings.read(ControlPlaneConfig.SERVICE, environment, ControlPlaneConfig::from);
    }
}
