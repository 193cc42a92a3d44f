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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// pyarrow as a user has it: pushes with plain `do_put`, reads answers, queries over Flight SQL's wire format.
///
/// Runs where a Python with pyarrow is found or can be made with `pip install pyarrow`; says so aloud where not.
@ExtendWith(SharedPlatform.class)
final class PyarrowIT {

    @Test
    void plainDoPutIsAcknowledgedAndQueried(WingsProcess wings, @TempDir Path directory) throws Exception {
        String python = findPython(directory);
        if (python == null) {
            System.out.println(
                    "SKIPPED PyarrowIT: no Python with pyarrow, and `pip install pyarrow` does not work here");
            Assumptions.abort("pyarrow is not to be had");
        }
        wings.run("topic", "create", "from_python", "--schema", "id bigint not null, name string, at timestamptz");
        Path script = directory.resolve("push.py");
        try (java.io.InputStream source = PyarrowIT.class.getResourceAsStream("push.py")) {
            Files.write(script, java.util.Objects.requireNonNull(source).readAllBytes());
        }
        String printed = run(List.of(
                python, script.toString(), String.valueOf(wings.ingestorPort()), String.valueOf(wings.serverPort())));
        assertThat(printed).endsWith("ok\n");
    }

    private static @Nullable String findPython(Path directory) throws IOException, InterruptedException {
        for (String candidate : List.of("python3", "python")) {
            if (succeeds(List.of(candidate, "-c", "import pyarrow.flight"))) {
                return candidate;
            }
        }
        Path environment = directory.resolve("venv");
        String python = environment.resolve("bin").resolve("python").toString();
        boolean made = succeeds(List.of("python3", "-m", "venv", environment.toString()))
                && succeeds(List.of(python, "-m", "pip", "install", "--quiet", "--retries", "0", "pyarrow"));
        return made ? python : null;
    }

    private static boolean succeeds(List<String> command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(printed).isZero();
        return printed;
    }
}
