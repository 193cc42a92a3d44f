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

import dev.wings.common.config.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/// What an operator sees of real processes, and with which code they end.
final class ServiceProcessTest {

    /// A text that no service prints.
    private static final String NEVER = "never printed";

    /// The service under test; its one setting says how it behaves.
    static final class Main {
        public static void main(String[] arguments) {
            ServiceProcess.run("sample", () -> {
                String mode = Settings.read("SAMPLE", System.getenv(), settings -> settings.string("MODE", "how"));
                switch (mode) {
                    case "bug" -> throw new IllegalStateException("first line\nsecond line");
                    case "slow" -> {
                        System.out.println("starting");
                        new CountDownLatch(1).await();
                    }
                    default -> Logger.getLogger("other").warning("of java.util.logging");
                }
                System.out.println("started");
                return () -> {
                    // what libraries do when they are used for the first time
                    Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
                    System.out.println("closed");
                };
            });
        }
    }

    private record Outcome(int exitCode, List<String> out, List<String> err) {}

    /// Runs the service until it ends, with a SIGTERM when it has printed `signalAfter` to either stream.
    private static Outcome run(Map<String, String> environment, String signalAfter) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName());
        builder.environment().putAll(environment);
        Process process = builder.start();
        List<String> err = new ArrayList<>();
        Thread errors = Thread.startVirtualThread(() -> {
            try (BufferedReader lines = process.errorReader()) {
                lines.lines().forEach(line -> {
                    err.add(line);
                    signalAfter(process, line, signalAfter);
                });
            } catch (IOException e) {
                err.add(e.toString());
            }
        });
        List<String> out = new ArrayList<>();
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                out.add(line);
                signalAfter(process, line, signalAfter);
            }
        }
        errors.join();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), out, err);
    }

    private static void signalAfter(Process process, String line, String expected) {
        if (line.contains(expected)) {
            // The process is ended by its handle: its own method would close its streams.
            process.toHandle().destroy();
        }
    }

    @Test
    void signalClosesTheService() throws Exception {
        Outcome outcome = run(Map.of("WINGS_SAMPLE_MODE", "good"), "serving: service=sample");
        assertThat(outcome.out()).startsWith("started", "closed");
        assertThat(outcome.exitCode()).isEqualTo(143);
        assertThat(outcome.err())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z WARN  other \\[main\\] "
                                        + "of java.util.logging ?"),
                        line -> assertThat(line).contains("INFO  ServiceProcess [main] serving: service=sample"),
                        line -> assertThat(line).contains("stopping: service=sample"),
                        line -> assertThat(line).contains("stopped: service=sample"));
    }

    /// The hooks of libraries close what the service still needs when it ends what is under way.
    @Test
    void serviceIsClosedBeforeTheHooksOfTheJvmRun() throws Exception {
        Outcome outcome = run(Map.of("WINGS_SAMPLE_MODE", "good"), "serving: service=sample");
        assertThat(outcome.out()).containsExactly("started", "closed", "hook");
        assertThat(outcome.exitCode()).isEqualTo(143);
    }

    @Test
    void furtherSignalsDoNotBreakTheStopOff() throws Exception {
        // the first line says that it serves, the next ones that it stops
        Outcome outcome = run(Map.of("WINGS_SAMPLE_MODE", "good"), "ing: service=sample");
        assertThat(outcome.out()).containsExactly("started", "closed", "hook");
        assertThat(outcome.exitCode()).isEqualTo(143);
    }

    @Test
    void signalDuringTheStartEndsIt() throws Exception {
        Outcome outcome = run(Map.of("WINGS_SAMPLE_MODE", "slow"), "starting");
        assertThat(outcome.out()).containsExactly("starting");
        assertThat(outcome.exitCode()).isEqualTo(143);
        assertThat(outcome.err()).isEmpty();
    }

    @Test
    void badConfigurationIsOneMessageAndExitCodeOne() throws Exception {
        Outcome outcome = run(Map.of("WINGS_SAMPLE_MODES", "good"), NEVER);
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err())
                .containsExactly(
                        "wings sample: bad configuration of SAMPLE:",
                        "  - WINGS_SAMPLE_MODE must be set: how",
                        "  - WINGS_SAMPLE_MODES is unknown: did you mean WINGS_SAMPLE_MODE?");
    }

    @Test
    void bugAtTheStartIsLoggedInOneLine() throws Exception {
        Outcome outcome = run(Map.of("WINGS_SAMPLE_MODE", "bug"), NEVER);
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err())
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .contains("ERROR ServiceProcess [main] cannot start: service=sample")
                        .contains("IllegalStateException: first line | second line | at dev.wings"));
    }

    @Test
    void levelOfTheLogIsAVariable() throws Exception {
        Outcome outcome = run(Map.of("WINGS_SAMPLE_MODE", "good", "WINGS_LOG_LEVEL", "ERROR"), "started");
        assertThat(outcome.err()).isEmpty();
    }
}
