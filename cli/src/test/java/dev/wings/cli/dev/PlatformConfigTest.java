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
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.config.Settings;
import dev.wings.common.process.PortOffset;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PlatformConfigTest {

    private static final PlatformConfig.Database DATABASE =
            new PlatformConfig.Database("jdbc:postgresql://127.0.0.1:1/wings", "wings", Optional.empty());

    private final int offset = PortOffset.claim();

    @TempDir
    private Path directory;

    @Test
    void machineOfADeveloperIsSharedByAllServices() {
        PlatformConfig config = read(Map.of());

        assertThat(config.server().queries()).isEqualTo(3);
        assertThat(config.server().queryMemoryBytes()).isEqualTo(192 * Settings.MIB);
        assertThat(config.compactor().workers()).isEqualTo(1);
        assertThat(config.compactor().taskMemoryBytes()).isEqualTo(384 * Settings.MIB);
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
        PlatformConfig config = PlatformConfig.load(
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

    @Test
    void whatIsWrongForAllServicesIsSaidOnce() {
        assertThatThrownBy(() -> PlatformConfig.check(Map.of("WINGS_LOG_LEVEL", "LOUD"), offset))
                .hasMessage("the platform cannot start:\n  - WINGS_LOG_LEVEL must be one of ERROR, WARN, INFO, DEBUG,"
                        + " TRACE: found=\"LOUD\"");
    }

    @Test
    void queriesMayNotOutliveWhatTheyRead() {
        assertThatThrownBy(() -> PlatformConfig.check(
                        Map.of(
                                "WINGS_SERVER_QUERY_TIMEOUT", "2h",
                                "WINGS_CONTROL_PLANE_TASK_LEASE", "1m",
                                "WINGS_CONTROL_PLANE_GARBAGE_GRACE", "1h"),
                        offset))
                .hasMessage("the platform cannot start:\n  - queries could outlive the objects that they read:"
                        + " WINGS_SERVER_QUERY_TIMEOUT=7200s is longer than WINGS_CONTROL_PLANE_GARBAGE_GRACE=3600s");
    }

    @Test
    void problemsOfAllServicesAreOneList() {
        assertThatThrownBy(() -> PlatformConfig.check(
                        Map.of(
                                "WINGS_FOO", "1",
                                "WINGS_SEVER_QUERIES", "3",
                                "WINGS_SERVER_NOPE", "1",
                                "WINGS_INGESTOR_UPLOADS", "many",
                                "WINGS_SERVER_READ_AHEAD_BYTES", "16GiB"),
                        offset))
                .message()
                .satisfies(message -> assertThat(message.lines())
                        .startsWith("the platform cannot start:")
                        .contains(
                                "  - WINGS_FOO is unknown",
                                "  - WINGS_SEVER_QUERIES is unknown: did you mean WINGS_SERVER_QUERIES?",
                                "  - WINGS_SERVER_NOPE is unknown")
                        .anyMatch(line -> line.startsWith("  - WINGS_INGESTOR_UPLOADS must be"))
                        .anyMatch(line -> line.startsWith("  - WINGS_SERVER_*: reading ahead must fit"))
                        .hasSize(6));
    }

    @Test
    void portsOfAServiceWithBadSettingsAreLookedAtToo() throws IOException {
        try (ServerSocket sql = new ServerSocket(7704 + offset, 1, InetAddress.getLoopbackAddress());
                ServerSocket management = new ServerSocket(7792 + offset, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> PlatformConfig.check(
                            Map.of("WINGS_SERVER_QUERIES", "many", "WINGS_SERVER_READ_AHEAD_BYTES", "16GiB"), offset))
                    .hasMessageContaining("WINGS_SERVER_QUERIES must be")
                    .hasMessageContaining("port " + sql.getLocalPort() + " of the SQL server cannot be used")
                    .hasMessageContaining(
                            "port " + management.getLocalPort() + " of the SQL server's management cannot be used")
                    .hasMessageEndingWith("--port-offset N.");
        }
    }

    @Test
    void allThatTheCommandReadsIsKnown() throws IOException {
        Path root = Path.of(System.getProperty("wings.root", ".."));
        Set<String> read = new TreeSet<>(names("WINGS_[A-Z_]*[A-Z]", Files.readString(root.resolve("wings"))));
        try (Stream<Path> sources = Files.walk(root.resolve("cli/src/main/java"))) {
            for (Path source : sources.filter(Files::isRegularFile).toList()) {
                read.addAll(names("(?<=env:)WINGS_[A-Z_]*[A-Z]", Files.readString(source)));
            }
        }
        assertThat(read).contains("WINGS_JAVA_OPTS", "WINGS_HOST", "WINGS_TENANT", "WINGS_PORT_OFFSET");
        Map<String, String> environment = new TreeMap<>(Map.of("WINGS_LOG_LEVEL", "DEBUG"));
        read.forEach(name -> environment.put(name, "1"));

        assertThatCode(() -> PlatformConfig.check(environment, offset)).doesNotThrowAnyException();
    }

    private static List<String> names(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(MatchResult::group)
                .toList();
    }

    private PlatformConfig read(Map<String, String> environment) {
        return PlatformConfig.load(environment, offset, Map.of(), DATABASE);
    }
}
