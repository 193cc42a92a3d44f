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
package dev.wings.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingsTest {

    @TempDir
    private Path directory;

    /// One setting of each type.
    record Sample(
            URI controlPlane,
            String zone,
            String codec,
            int port,
            int workers,
            long flushBytes,
            Duration linger,
            boolean fsync,
            Optional<Path> data,
            Optional<Secret> token) {

        Sample {
            if (workers > 8 && !fsync) {
                throw new IllegalArgumentException("more than 8 workers need fsync: workers=" + workers);
            }
        }

        static Sample from(Settings settings) {
            return new Sample(
                    settings.uri("CONTROL_PLANE_URI", "gRPC address of the control plane"),
                    settings.string("ZONE", "", "where this process runs"),
                    settings.choice("CODEC", "zstd", List.of("zstd", "none"), "how pages are compressed"),
                    settings.port("PORT", 7702, "where producers connect"),
                    settings.integer("WORKERS", 4, 1, 256, "uploads at once"),
                    settings.bytes("FLUSH_BYTES", 8 * Settings.MIB, Settings.KIB, Settings.GIB, "seal a folio at"),
                    settings.duration(
                            "LINGER",
                            Duration.ofMillis(100),
                            Duration.ofMillis(1),
                            Duration.ofMinutes(1),
                            "seal after"),
                    settings.bool("FSYNC", true, "sync what is written"),
                    settings.path("DATA", "a directory"),
                    settings.secret("TOKEN", "what clients must bring"));
        }
    }

    private static Sample read(Map<String, String> environment) {
        return Settings.read("SAMPLE", environment, Sample::from);
    }

    private static Reading<Sample> read(Map<String, String> environment, Presets presets) {
        return Settings.read("SAMPLE", environment, presets, Sample::from);
    }

    @Test
    void defaultsStandInForWhatIsNotSet() {
        Sample sample = read(Map.of(
                "WINGS_SAMPLE_CONTROL_PLANE_URI", "http://localhost:7701", "WINGS_SAMPLE_ZONE", "", "PATH", "/bin"));

        assertThat(sample)
                .isEqualTo(new Sample(
                        URI.create("http://localhost:7701"),
                        "",
                        "zstd",
                        7702,
                        4,
                        8 << 20,
                        Duration.ofMillis(100),
                        true,
                        Optional.empty(),
                        Optional.empty()));
    }

    @Test
    void everyTypeIsRead() throws IOException {
        Path secret = Files.writeString(directory.resolve("token"), "s3cret\n");
        Sample sample = read(Map.ofEntries(
                Map.entry("WINGS_SAMPLE_CONTROL_PLANE_URI", "https://cp:443"),
                Map.entry("WINGS_SAMPLE_ZONE", "a"),
                Map.entry("WINGS_SAMPLE_CODEC", "none"),
                Map.entry("WINGS_SAMPLE_PORT", "0"),
                Map.entry("WINGS_SAMPLE_WORKERS", "256"),
                Map.entry("WINGS_SAMPLE_FLUSH_BYTES", "64KiB"),
                Map.entry("WINGS_SAMPLE_LINGER", "5s"),
                Map.entry("WINGS_SAMPLE_FSYNC", "true"),
                Map.entry("WINGS_SAMPLE_DATA", "/data"),
                Map.entry("WINGS_SAMPLE_TOKEN_FILE", secret.toString())));

        assertThat(sample.flushBytes()).isEqualTo(65536);
        assertThat(sample.linger()).isEqualTo(Duration.ofSeconds(5));
        assertThat(sample.data()).contains(Path.of("/data"));
        assertThat(sample.port()).isZero();
        assertThat(sample.token().map(Secret::reveal)).contains("s3cret");
        assertThat(sample.toString()).doesNotContain("s3cret");
    }

    @Test
    void allProblemsAreReportedAtOnce() {
        Map<String, String> environment = Map.ofEntries(
                Map.entry("WINGS_SAMPLE_CODEC", "snappy"),
                Map.entry("WINGS_SAMPLE_PORT", "65536"),
                Map.entry("WINGS_SAMPLE_WORKERS", "many"),
                Map.entry("WINGS_SAMPLE_FLUSH_BYTES", "2GiB"),
                Map.entry("WINGS_SAMPLE_LINGER", "100"),
                Map.entry("WINGS_SAMPLE_FSYNC", "yes"),
                Map.entry("WINGS_SAMPLE_LINGERS", "5s"),
                Map.entry("WINGS_SAMPLE_TOKEN", "s3cret"),
                Map.entry("WINGS_SAMPLE_TOKEN_FILE", "/does/not/exist"),
                Map.entry("WINGS_LOG_LEVEL", "LOUD"),
                Map.entry("WINGS_PORT_OFFSET", "x"),
                Map.entry("WINGS_OTHER_X", "not ours"));

        assertThatThrownBy(() -> read(environment)).isInstanceOfSatisfying(WingsException.class, e -> {
            assertThat(e.kind()).isEqualTo(ErrorKind.INVALID);
            assertThat(e.getMessage().lines())
                    .containsExactlyInAnyOrder(
                            "bad configuration of SAMPLE:",
                            "  - WINGS_LOG_LEVEL must be one of ERROR, WARN, INFO, DEBUG, TRACE: found=\"LOUD\"",
                            "  - WINGS_PORT_OFFSET must be an integer, 0 to 65535: found=\"x\"",
                            "  - WINGS_SAMPLE_CONTROL_PLANE_URI must be set: gRPC address of the control plane",
                            "  - WINGS_SAMPLE_CODEC must be one of zstd, none: found=\"snappy\"",
                            "  - WINGS_SAMPLE_PORT must be a port, 0 to 65535: found=\"65536\"",
                            "  - WINGS_SAMPLE_WORKERS must be an integer, 1 to 256: found=\"many\"",
                            "  - WINGS_SAMPLE_FLUSH_BYTES must be bytes, 1KiB to 1GiB: found=\"2GiB\"",
                            "  - WINGS_SAMPLE_LINGER must be a duration like 100ms or 5s, 1ms to 1m: found=\"100\"",
                            "  - WINGS_SAMPLE_FSYNC must be true or false: found=\"yes\"",
                            "  - WINGS_SAMPLE_TOKEN_FILE must be a readable UTF-8 file: found=\"/does/not/exist\"",
                            "  - WINGS_SAMPLE_LINGERS is unknown: did you mean WINGS_SAMPLE_LINGER?",
                            "  - WINGS_SAMPLE_TOKEN is unknown: a secret is put into a file, which "
                                    + "WINGS_SAMPLE_TOKEN_FILE names");
        });
    }

    @Test
    void theRecordsOwnChecksAreReported() {
        assertThatThrownBy(() -> read(Map.of(
                        "WINGS_SAMPLE_CONTROL_PLANE_URI", "http://h:1",
                        "WINGS_SAMPLE_WORKERS", "9",
                        "WINGS_SAMPLE_FSYNC", "false")))
                .isInstanceOf(WingsException.class)
                .hasMessage(
                        "bad configuration of SAMPLE:\n  - WINGS_SAMPLE_*: more than 8 workers need fsync: workers=9");
    }

    @Test
    void fileFillsInWhatTheEnvironmentLacks() throws IOException {
        Path file = Files.writeString(directory.resolve("sample.properties"), """
                # a comment
                WINGS_SAMPLE_CONTROL_PLANE_URI = http://file:1
                WINGS_SAMPLE_WORKERS = 7
                """);
        Sample sample = read(Map.of("WINGS_SAMPLE_CONFIG_FILE", file.toString(), "WINGS_SAMPLE_WORKERS", "8"));
        assertThat(sample.controlPlane()).isEqualTo(URI.create("http://file:1"));
        assertThat(sample.workers()).isEqualTo(8);
    }

    @Test
    void presetsGoBeforeDefaultsAndBehindAllThatIsSet() throws IOException {
        Path file = Files.writeString(directory.resolve("sample.properties"), """
                WINGS_SAMPLE_CONTROL_PLANE_URI = http://file:1
                WINGS_SAMPLE_WORKERS = 7
                """);
        Presets presets = new Presets(
                Map.of(
                        "WINGS_SAMPLE_WORKERS", "2",
                        "WINGS_SAMPLE_ZONE", "preset",
                        "WINGS_SAMPLE_CODEC", "none",
                        "WINGS_SAMPLE_LINGER", "2s",
                        "WINGS_OTHER_NAME", "not ours"),
                Map.of());
        Sample sample = read(
                        Map.of(
                                "WINGS_SAMPLE_CONFIG_FILE", file.toString(),
                                "WINGS_SAMPLE_ZONE", "environment",
                                "WINGS_SAMPLE_LINGER", ""),
                        presets)
                .config()
                .orElseThrow();

        assertThat(sample.workers()).isEqualTo(7);
        assertThat(sample.zone()).isEqualTo("environment");
        assertThat(sample.codec()).isEqualTo("none");
        assertThat(sample.linger()).isEqualTo(Duration.ofSeconds(2));
        assertThat(sample.flushBytes()).isEqualTo(8 << 20);
    }

    @Test
    void whatIsFixedMustNotBeSet() throws IOException {
        Path file = Files.writeString(directory.resolve("sample.properties"), "WINGS_SAMPLE_ZONE = file\n");
        Presets presets = new Presets(
                Map.of(),
                Map.of(
                        "WINGS_SAMPLE_CONTROL_PLANE_URI",
                        "http://fixed:1",
                        "WINGS_SAMPLE_ZONE",
                        "fixed",
                        "WINGS_SAMPLE_TOKEN_FILE",
                        ""));

        Sample sample = read(Map.of(), presets).config().orElseThrow();
        assertThat(sample.controlPlane()).isEqualTo(URI.create("http://fixed:1"));
        assertThat(sample.token()).isEmpty();
        assertThat(read(
                                Map.of(
                                        "WINGS_SAMPLE_CONFIG_FILE", file.toString(),
                                        "WINGS_SAMPLE_CONTROL_PLANE_URI", "http://environment:1",
                                        "WINGS_SAMPLE_TOKEN_FILE", "/does/not/exist"),
                                presets)
                        .problems())
                .allMatch(problem -> problem.endsWith(" is set, but this platform brings its own: remove it"))
                .extracting(problem -> problem.split(" ", 2)[0])
                .containsExactlyInAnyOrder(
                        "WINGS_SAMPLE_ZONE", "WINGS_SAMPLE_CONTROL_PLANE_URI", "WINGS_SAMPLE_TOKEN_FILE");
    }

    @Test
    void whereAServiceWouldListenIsKnownThoughSomethingElseIsWrong() {
        Reading<Sample> reading = read(
                Map.of(
                        "WINGS_SAMPLE_CONTROL_PLANE_URI", "http://h:1",
                        "WINGS_SAMPLE_ZONE", "a",
                        "WINGS_SAMPLE_WORKERS", "many",
                        "WINGS_PORT_OFFSET", "100"),
                Presets.NONE);

        assertThat(reading.config()).isEmpty();
        assertThat(reading.problems()).hasSize(1);
        assertThat(reading.texts()).containsExactlyInAnyOrderEntriesOf(Map.of("ZONE", "a", "CONFIG_FILE", ""));
        assertThat(reading.ports()).isEqualTo(Map.of("PORT", 7802));
        assertThat(read(Map.of("WINGS_SAMPLE_PORT", "many"), Presets.NONE).ports())
                .as("a refused port is not the default")
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "WINGS_SAMPLE_WORKER,WINGS_SAMPLE_WORKERS",
        "WINGS_SAMPLE_FSYNK,WINGS_SAMPLE_FSYNC",
        "WINGS_SAMPLE_FLUSH_BYTE,WINGS_SAMPLE_FLUSH_BYTES",
        "WINGS_SAMPLE_NOPE,",
        "WINGS_SAMPLE_X,",
        "WINGS_SAMPLE_WIDTH,"
    })
    void onlyANearNameIsGuessed(String name, @Nullable String guess) {
        Map<String, String> environment = Map.of("WINGS_SAMPLE_CONTROL_PLANE_URI", "http://h:1", name, "1");
        assertThat(read(environment, Presets.NONE).problems())
                .containsExactly(name + " is unknown" + (guess == null ? "" : ": did you mean " + guess + "?"));
    }

    @ParameterizedTest
    @CsvSource({
        "WINGS_SAMPEL_WORKERS,: did you mean WINGS_SAMPLE_WORKERS?",
        "WINGS_PORT_OFSET,: did you mean WINGS_PORT_OFFSET?",
        "WINGS_HOSTS,: did you mean WINGS_HOST?",
        "WINGS_FOO,''",
        "WINGS_SAMPLE,''"
    })
    void variablesOfNobodyAreFound(String name, String guess) {
        Map<String, String> environment = Map.of(
                name,
                "1",
                "WINGS_EMPTY",
                "",
                "WINGS_HOST",
                "h",
                "WINGS_LOG_LEVEL",
                "INFO",
                "WINGS_SAMPLE_CONTROL_PLANE_URI",
                "http://h:1",
                "WINGS_SAMPLE_UNKNOWN",
                "reported where the service is read",
                "HOME",
                "/");
        assertThat(UnknownNames.find(environment, List.of(read(environment, Presets.NONE)), Set.of("WINGS_HOST")))
                .containsExactly(name + " is unknown" + guess);
    }

    @Test
    void unknownNamesOfTheFileAreReported() throws IOException {
        Path file = Files.writeString(directory.resolve("sample.properties"), """
                WINGS_SAMPLE_CONTROL_PLANE_URI=http://file:1
                WINGS_SAMPLE_CONFIG_FILE=other
                WORKERS=7
                """);
        assertThatThrownBy(() -> read(Map.of("WINGS_SAMPLE_CONFIG_FILE", file.toString())))
                .hasMessageContaining("- WORKERS is unknown")
                .hasMessageContaining("- WINGS_SAMPLE_CONFIG_FILE cannot stand in a configuration file");
        assertThatThrownBy(() -> read(Map.of("WINGS_SAMPLE_CONFIG_FILE", directory.toString())))
                .hasMessageContaining("- WINGS_SAMPLE_CONFIG_FILE must be a readable properties file");
    }

    @Test
    void portOffsetMovesDefaultsOnly() {
        Map<String, String> required =
                Map.of("WINGS_SAMPLE_CONTROL_PLANE_URI", "http://h:1", "WINGS_PORT_OFFSET", "100");
        assertThat(read(required).port()).isEqualTo(7802);
        assertThat(Settings.<Integer>read("X", required, Settings::portOffset)).isEqualTo(100);
        assertThat(Settings.<Integer>read(
                        "X",
                        Map.of("WINGS_X_PORT", "7", "WINGS_PORT_OFFSET", "100"),
                        settings -> settings.port("PORT", 1, "a port")))
                .isEqualTo(7);
        assertThatThrownBy(() -> Settings.read(
                        "X", Map.of("WINGS_PORT_OFFSET", "60000"), settings -> settings.port("PORT", 7700, "a port")))
                .hasMessageContaining("WINGS_PORT_OFFSET moves WINGS_X_PORT out of range: port=67700");
    }

    @ParameterizedTest
    @CsvSource({
        "0,0",
        "1,1",
        "1KiB,1024",
        "3MiB,3145728",
        "2GiB,2147483648",
        "1TiB,1099511627776",
        "10 KiB,10240",
        "7B,7"
    })
    void bytesAreRead(String text, long bytes) {
        assertThat(Values.parseBytes(text)).contains(bytes);
        assertThat(Values.parseBytes(Values.formatBytes(bytes))).contains(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1KB", "1k", "1.5MiB", "KiB", "9999999TiB", "99999999999999999999", " 1"})
    void whatIsNoNumberOfBytesIsRefused(String text) {
        assertThat(Values.parseBytes(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "250us,PT0.00025S",
        "100ms,PT0.1S",
        "5s,PT5S",
        "90s,PT1M30S",
        "10m,PT10M",
        "24h,P1D",
        "7d,P7D",
        "0s,PT0S",
        "36h,PT36H"
    })
    void durationsAreRead(String text, Duration duration) {
        assertThat(Values.parseDuration(text)).contains(duration);
        assertThat(Values.parseDuration(Values.formatDuration(duration))).contains(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "-5s", "5 s", "1.5s", "PT5S", "5S", "9999999999999s", "s"})
    void whatIsNoDurationIsRefused(String text) {
        assertThat(Values.parseDuration(text)).isEmpty();
    }

    @Test
    void settingsDescribeThemselves() {
        List<Setting> settings =
                Settings.describe("SAMPLE", Map.of("WINGS_SAMPLE_CONTROL_PLANE_URI", "http://h:1"), Sample::from);

        assertThat(settings)
                .contains(
                        new Setting(
                                "WINGS_SAMPLE_CONTROL_PLANE_URI",
                                "URI",
                                true,
                                "",
                                "",
                                "gRPC address of the control plane"),
                        new Setting(
                                "WINGS_SAMPLE_FLUSH_BYTES", "bytes", false, "8MiB", "1KiB to 1GiB", "seal a folio at"),
                        new Setting("WINGS_SAMPLE_LINGER", "duration", false, "100ms", "1ms to 1m", "seal after"),
                        new Setting(
                                "WINGS_SAMPLE_CODEC",
                                "text",
                                false,
                                "zstd",
                                "one of zstd, none",
                                "how pages are compressed"),
                        new Setting(
                                "WINGS_SAMPLE_TOKEN_FILE", "path of a file", false, "", "", "what clients must bring"));
        assertThat(settings)
                .extracting(Setting::name)
                .startsWith("WINGS_SAMPLE_CONFIG_FILE")
                .hasSize(11);
    }

    @Test
    void valuesThatAreRefusedNeverLeakIntoAConfig() {
        assertThatThrownBy(() -> read(Map.of("WINGS_SAMPLE_CONTROL_PLANE_URI", "not a uri")))
                .hasMessageContaining("WINGS_SAMPLE_CONTROL_PLANE_URI must be a URI");
        assertThatThrownBy(() -> read(Map.of("WINGS_SAMPLE_CONTROL_PLANE_URI", "http://me:s3cret@h ost")))
                .hasMessageContaining("//***@h ost")
                .hasMessageNotContaining("s3cret");
        assertThatThrownBy(() -> read(Map.of("WINGS_SAMPLE_CONTROL_PLANE_URI", "relative")))
                .hasMessageContaining("WINGS_SAMPLE_CONTROL_PLANE_URI must be an absolute URI");
    }

    @Test
    void pageHasARowForEachSetting() {
        assertThat(SettingsPage.table(List.of(
                        new Setting("WINGS_X_A", "URI", true, "", "", "a | b"),
                        new Setting("WINGS_X_B", "bytes", false, "8MiB", "1KiB to 1GiB", "size"),
                        new Setting("WINGS_X_C", "path", false, "", "", "where"))))
                .isEqualTo("""
                        | variable | type | default | bounds | what |
                        |---|---|---|---|---|
                        | `WINGS_X_A` | URI | must be set |  | a \\| b |
                        | `WINGS_X_B` | bytes | `8MiB` | 1KiB to 1GiB | size |
                        | `WINGS_X_C` | path |  |  | where |
                        """);
    }
}
