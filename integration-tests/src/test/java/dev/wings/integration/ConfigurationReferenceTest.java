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
package dev.wings.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.cli.dev.Platform;
import dev.wings.common.config.Setting;
import dev.wings.common.config.Settings;
import dev.wings.common.config.SettingsPage;
import dev.wings.compactor.CompactorConfig;
import dev.wings.controlplane.ControlPlaneConfig;
import dev.wings.ingestor.IngestorConfig;
import dev.wings.server.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// The configuration reference says what the config records say. `-Dwings.golden.update=true` writes it anew.
final class ConfigurationReferenceTest {

    private static final Path PAGE =
            Path.of(System.getProperty("wings.root", ".."), "docs", "operations", "configuration.md");

    private static final String INTRODUCTION = """
            # Configuration

            Every service reads its settings once, at its start, from environment variables.
            `WINGS_<SERVICE>_CONFIG_FILE` may name a Java properties file with more of them, under the same names; the environment goes before it.
            All problems are reported together: values out of bounds, settings that are missing, names that no setting has.

            Bytes are written as `4096`, `64KiB`, `8MiB`, `1GiB`; durations as `100ms`, `5s`, `10m`, `24h`, `7d`.
            Bounds are inclusive.
            Secrets are read from files, which `..._FILE` settings name.

            Common to all services:

            | setting | type | default | what |
            |---|---|---|---|
            | `WINGS_PORT_OFFSET` | integer | 0 | moves all default ports; a port that is set is not moved |
            | `WINGS_LOG_LEVEL` | `TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR` | `INFO` | how much is logged |

            `wings dev` reads all of them, for the services that it assembles, and has some [defaults of its own](#wings-dev).
            There, a variable that starts with `WINGS_` and that nothing reads is a problem too.

            This page is generated from the config records; a test keeps it so.
            """;

    private static final String WINGS_DEV = """

            ## wings dev

            All services of `wings dev`, and their database, share one machine.
            It goes by the environment first, then by the files that `..._CONFIG_FILE` names, then by its own defaults, then by those above.
            `WINGS_CONTROL_PLANE_DATABASE_URL`, `..._USER` and `..._PASSWORD_FILE` must not be set: it brings its own database.
            Its services find each other's addresses, and the directories and the key of the server and of the compactor are in its data directory, unless they are set.

            """;

    @Test
    void pageSaysWhatTheRecordsSay() throws IOException {
        String expected = INTRODUCTION
                + section(
                        "Control plane",
                        ControlPlaneConfig.SERVICE,
                        Map.of("WINGS_CONTROL_PLANE_DATABASE_URL", "jdbc:postgresql://localhost/wings"),
                        ControlPlaneConfig::from)
                + section("Ingestor", IngestorConfig.SERVICE, Map.of(), IngestorConfig::from)
                + section("Server", ServerConfig.SERVICE, Map.of(), ServerConfig::from)
                + section("Compactor", CompactorConfig.SERVICE, Map.of(), CompactorConfig::from)
                + WINGS_DEV
                + defaultsOfWingsDev();
        if (Boolean.getBoolean("wings.golden.update")) {
            Files.createDirectories(PAGE.getParent());
            Files.writeString(PAGE, expected);
        }
        assertThat(PAGE).hasContent(expected);
    }

    private static String section(
            String title, String service, Map<String, String> required, Consumer<Settings> reader) {
        List<Setting> settings = Settings.describe(service, required, reader);
        assertThat(settings).isNotEmpty();
        return "\n## " + title + "\n\n" + SettingsPage.table(settings);
    }

    private static String defaultsOfWingsDev() {
        StringBuilder table = new StringBuilder("| variable | default of `wings dev` |\n|---|---|\n");
        new TreeMap<>(Platform.defaults())
                .forEach((name, value) -> table.append("| `" + name + "` | `" + value + "` |\n"));
        return table.toString();
    }
}
