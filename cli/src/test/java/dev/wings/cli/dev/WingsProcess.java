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

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `wings` as a process of its own.
final class WingsProcess implements AutoCloseable {

    private static final int WAIT_SECONDS = 120;
    private static final Set<String> PLATFORMS = Set.of("dev", "demo");

    private final Process process;
    private final List<String> output = new ArrayList<>();
    private final CountDownLatch readyOrEnded = new CountDownLatch(1);
    private final Thread reader;

    private WingsProcess(Process process) {
        this.process = process;
        this.reader = Thread.ofPlatform().daemon().start(this::readOutput);
    }

    /// Starts a command with variables put into its environment.
    static WingsProcess start(Map<String, String> variables, String... arguments) {
        return start(variables, command(arguments));
    }

    /// Runs a command whose output goes to `reader`, a shell's command; returns the exit code of the first and what
    /// the second prints.
    static Ended runInto(String reader, String... arguments) throws InterruptedException {
        // what the first says of its end goes around the reader
        String pipe = "exec 4>&1; { \"$@\"; echo \"exit $?\" >&4; } | " + reader;
        List<String> command = new ArrayList<>(List.of("sh", "-c", pipe, "sh"));
        command.addAll(command(arguments));
        try (WingsProcess wings = start(Map.of(), command)) {
            Ended ended = wings.awaitEnd();
            Matcher exit = Pattern.compile("(?m)^exit ([0-9]+)$").matcher(ended.output());
            if (!exit.find()) {
                throw new AssertionError("no exit code:\n" + ended.output());
            }
            return new Ended(Integer.parseInt(exit.group(1)), ended.output());
        }
    }

    /// Runs a script of bash.
    static Ended runShell(Map<String, String> variables, String script) throws InterruptedException {
        try (WingsProcess shell = start(variables, List.of("bash", "-c", script))) {
            return shell.awaitEnd();
        }
    }

    /// How the command is started with arguments; without, how one that ends soon is.
    static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@"
                        + Path.of(System.getProperty("wings.root", ".."))
                                .toAbsolutePath()
                                .resolve("jvm.options"),
                "-Xmx384m",
                "-XX:+UseSerialGC"));
        if (arguments.length == 0 || !PLATFORMS.contains(arguments[0])) {
            // commands that end soon, with what the launcher gives them
            command.add("-XX:TieredStopAtLevel=1");
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.wings.cli.Main"));
        command.addAll(List.of(arguments));
        return command;
    }

    private static WingsProcess start(Map<String, String> variables, List<String> command) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().keySet().removeIf(name -> name.startsWith("WINGS_"));
            builder.environment().putAll(variables);
            Process process = builder.start();
            process.getOutputStream().close();
            return new WingsProcess(process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Runs a command to its end; fails if it takes too long.
    static Ended run(String... arguments) throws InterruptedException {
        try (WingsProcess wings = start(Map.of(), arguments)) {
            return wings.awaitEnd();
        }
    }

    record Ended(int exitCode, String output) {}

    /// Waits until the platform says that it is ready; fails if it ends before.
    WingsProcess awaitReady() throws InterruptedException {
        if (!readyOrEnded.await(WAIT_SECONDS, TimeUnit.SECONDS) || !process.isAlive()) {
            close();
            throw new AssertionError("not ready:\n" + output());
        }
        return this;
    }

    Ended awaitEnd() throws InterruptedException {
        if (!process.waitFor(WAIT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("does not end:\n" + output());
        }
        reader.join();
        return new Ended(process.exitValue(), output());
    }

    /// SIGTERM.
    Ended terminate() throws InterruptedException {
        // Process.destroy would close the pipe that it says goodbye through
        process.toHandle().destroy();
        return awaitEnd();
    }

    /// SIGKILL.
    void kill() throws InterruptedException {
        process.destroyForcibly();
        awaitEnd();
    }

    long pid() {
        return process.pid();
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
            if (!process.waitFor(WAIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void readOutput() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                synchronized (output) {
                    output.add(line);
                }
                if (line.startsWith("ready")) {
                    readyOrEnded.countDown();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            readyOrEnded.countDown();
        }
    }
}
