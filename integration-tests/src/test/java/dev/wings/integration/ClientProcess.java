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
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A program that uses the platform, as a process of its own, until it ends.
final class ClientProcess {

    private static final int MAX_MINUTES = 5;

    private ClientProcess() {}

    /// Returns what it printed. Fails unless it exits with 0.
    static String run(Path scratch, List<String> command) {
        return run(scratch, scratch, Map.of(), command);
    }

    /// @param directory that it runs in
    static String run(Path scratch, Path directory, Map<String, String> environment, List<String> command) {
        try {
            Path printed = Files.createTempFile(scratch, "client", ".out");
            Path errors = Files.createTempFile(scratch, "client", ".err");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectOutput(printed.toFile())
                    .redirectError(errors.toFile());
            // nothing is written beside scripts that are sources
            builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
            builder.environment().putAll(environment);
            Process process = builder.start();
            process.getOutputStream().close();
            boolean ended = waitFor(process);
            String output = Files.readString(printed);
            assertThat(ended && process.exitValue() == 0)
                    .as("%s: %s%s", command, output, Files.readString(errors))
                    .isTrue();
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean waitFor(Process process) {
        try {
            return process.waitFor(MAX_MINUTES, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            process.destroyForcibly();
        }
    }
}
