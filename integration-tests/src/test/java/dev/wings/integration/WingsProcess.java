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

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/// `wings dev` as a process of its own, as a user would run it.
final class WingsProcess implements AutoCloseable {

    /// Without the tests, which are a directory: archives of classes are of jars only.
    private static final String CLASS_PATH = Arrays.stream(
                    System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.endsWith("test-classes"))
            .collect(Collectors.joining(File.pathSeparator));

    private static final int START_SECONDS = 120;
    private static final int STOP_SECONDS = 60;

    private final Process process;
    private final int portOffset;
    private final List<String> output;

    private WingsProcess(Process process, int portOffset, List<String> output) {
        this.process = process;
        this.portOffset = portOffset;
        this.output = output;
    }

    /// Starts the platform on `data` and waits until it says that it is ready. The caller closes.
    static WingsProcess start(Path data, int portOffset) {
        return start(data, portOffset, Map.of());
    }

    /// @param settings of its services, by their whole names
    static WingsProcess start(Path data, int portOffset, Map<String, String> settings) {
        List<String> command = command("dev", "--data", data.toString(), "--port-offset", String.valueOf(portOffset));
        List<String> output = new ArrayList<>();
        Process process = launch(command, settings);
        CompletableFuture<Void> ready = new CompletableFuture<>();
        // not a virtual one: reading a pipe would pin its carrier for as long as the process lives
        Thread.ofPlatform().name("wings-dev-output").daemon().start(() -> follow(process, output, ready));
        WingsProcess wings = new WingsProcess(process, portOffset, output);
        try {
            ready.get(START_SECONDS, TimeUnit.SECONDS);
            return wings;
        } catch (TimeoutException | ExecutionException | InterruptedException e) {
            wings.close();
            throw new IllegalStateException("wings dev did not get ready:\n" + wings.output(), e);
        }
    }

    /// Runs another command of the CLI against this platform; returns what it printed. Fails unless it exits with 0.
    String run(String... arguments) {
        ProcessBuilder builder = new ProcessBuilder(
                        command(arguments[0], Arrays.copyOfRange(arguments, 1, arguments.length)))
                .redirectErrorStream(true);
        builder.environment().put("WINGS_PORT_OFFSET", String.valueOf(portOffset));
        try {
            Process command = builder.start();
            command.getOutputStream().close();
            String printed = new String(command.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(command.waitFor()).as(printed).isZero();
            return printed;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    WingsPorts ports() {
        return new WingsPorts(portOffset);
    }

    /// Where the Iceberg REST catalog is.
    String catalogUri() {
        return ports().catalogUri();
    }

    /// Added to all ports.
    int portOffset() {
        return portOffset;
    }

    int ingestorPort() {
        return ports().ingestor();
    }

    int serverPort() {
        return ports().server();
    }

    int controlPlanePort() {
        return ports().controlPlane();
    }

    /// SIGKILL: no goodbye.
    void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    /// SIGTERM, and asserts that it ended well.
    void stop() {
        process.destroy();
        awaitExit();
        assertThat(process.exitValue()).as(output()).isIn(0, 143);
    }

    String output() {
        synchronized (output) {
            return String.join("\n", output);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /// The command as the launcher starts it: `wings dev` with all compilers, other commands with the quick
    /// one, each with an archive of the classes that the first one of its kind has loaded.
    private static List<String> command(String name, String... arguments) {
        Path root = Path.of(System.getProperty("wings.root"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + root.resolve("jvm.options"),
                "-Xmx512m",
                // nothing here runs for long enough to be worth more
                "-XX:TieredStopAtLevel=1",
                "-cp",
                CLASS_PATH,
                "-Xlog:disable"));
        // Java does not start with an archive where a directory is on the class path
        if (Arrays.stream(CLASS_PATH.split(File.pathSeparator)).allMatch(entry -> entry.endsWith(".jar"))) {
            command.add("-XX:+AutoCreateSharedArchive");
            command.add("-XX:SharedArchiveFile=" + root.resolve("integration-tests/target/" + name + ".jsa"));
        }
        command.add("dev.wings.cli.Main");
        command.add(name);
        command.addAll(List.of(arguments));
        return command;
    }

    private static Process launch(List<String> command, Map<String, String> settings) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().putAll(settings);
            Process process = builder.start();
            process.getOutputStream().close();
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void follow(Process process, List<String> output, CompletableFuture<Void> ready) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                synchronized (output) {
                    output.add(line);
                }
                if (line.startsWith("ready")) {
                    ready.complete(null);
                }
            }
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
        ready.completeExceptionally(new IllegalStateException("wings dev ended"));
    }

    private void awaitExit() {
        try {
            assertThat(process.waitFor(STOP_SECONDS, TimeUnit.SECONDS))
                    .as(output())
                    .isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
