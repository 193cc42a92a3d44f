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

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// A Python with packages of the versions in a `requirements.txt`, for all tests of a build. Made in the build's folder
/// when it is first needed, and again when the versions change; afterwards nothing is downloaded.
public final class PythonEnvironment {

    private static final String REQUIREMENTS = "requirements.txt";

    private final Path directory;

    private PythonEnvironment(Path directory) {
        this.directory = directory;
    }

    /// A Python with pyarrow and PyIceberg. Fails, saying what is missing, if there is none and none can be
    /// made.
    public static PythonEnvironment get() {
        return get("python", resource(REQUIREMENTS));
    }

    /// The same with what `docs/clients.md` names.
    static PythonEnvironment clients() {
        return get("python-clients", resource("clients/" + REQUIREMENTS));
    }

    private static PythonEnvironment get(String name, byte[] requirements) {
        Path target = Path.of(System.getProperty("wings.root", ".."), "integration-tests", "target")
                .toAbsolutePath()
                .normalize();
        PythonEnvironment environment = new PythonEnvironment(target.resolve(name));
        try {
            Files.createDirectories(target);
            try (FileChannel lockFile = FileChannel.open(
                            target.resolve(name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = lockFile.lock()) {
                assertThat(lock.isValid()).isTrue();
                environment.make(requirements);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return environment;
    }

    /// Runs a script that is a resource beside this class; returns what it printed. Fails unless it exits with 0.
    public String run(Path scratch, String script, String... arguments) {
        Path file = scratch.resolve(script);
        try {
            Files.write(file, resource(script));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return run(scratch, file, arguments);
    }

    /// The same with a script and its modules where they are.
    String run(Path scratch, Path script, String... arguments) {
        List<String> command = new ArrayList<>(List.of(python(), script.toString()));
        command.addAll(List.of(arguments));
        return ClientProcess.run(scratch, command);
    }

    private void make(byte[] requirements) throws IOException {
        // Written when all is there, so that a build that was broken off leaves nothing that looks whole.
        Path complete = directory.resolve("complete.txt");
        if (Files.exists(complete) && java.util.Arrays.equals(Files.readAllBytes(complete), requirements)) {
            return;
        }
        if (Files.exists(directory)) {
            SharedPlatform.delete(directory);
        }
        Path log = directory.resolveSibling(directory.getFileName() + ".log");
        if (exitCode(log, "python3", "-m", "venv", directory.toString()) != 0) {
            throw new AssertionError(
                    "Tests with clients in Python need python3 (3.10 or newer) with its module venv, and"
                            + " `python3 -m venv` does not work here (on Debian: apt-get install python3-venv): "
                            + readable(log));
        }
        Path list = directory.resolve(REQUIREMENTS);
        Files.write(list, requirements);
        String[] install = {
            python(),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-compile",
            "--disable-pip-version-check",
            "-r",
            list.toString()
        };
        if (exitCode(log, install) != 0) {
            throw new AssertionError(
                    "Tests with clients in Python need packages of Python that could not be installed, is the"
                            + " package index within reach? " + readable(log));
        }
        Files.write(complete, requirements);
    }

    private String python() {
        return directory.resolve("bin").resolve("python").toString();
    }

    private static int exitCode(Path log, String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            process.getOutputStream().close();
            return waitFor(process);
        } catch (IOException e) {
            // There is no such program; the caller says what that means.
            return -1;
        }
    }

    private static int waitFor(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String readable(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static byte[] resource(String name) {
        try (InputStream source = PythonEnvironment.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(source, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
