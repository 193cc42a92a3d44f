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

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// [Noise] in a process of its own, which makes it until its standard input ends.
///
/// The process has the lowest priority, where the system has `nice`: the noisy tenant's clients would not run on the
/// machine of the platform, so they take of its processors only what it leaves.
final class NoiseProcess implements AutoCloseable {

    private static final Path NICE = Path.of("/usr/bin/nice");
    private static final String BEGUN = "begun";
    private static final int STOP_SECONDS = 120;

    private final Process process;
    private final BufferedReader output;

    private NoiseProcess(Process process) {
        this.process = process;
        this.output = process.inputReader(StandardCharsets.UTF_8);
    }

    /// The arguments are the name of a [Noise.Kind], the offset of the platform's ports, and the tenant.
    public static void main(String[] arguments) throws Exception {
        WingsPorts ports = new WingsPorts(Integer.parseInt(arguments[1]));
        try (Noise noise = Noise.start(Noise.Kind.valueOf(arguments[0]), ports, arguments[2])) {
            noise.await();
            System.out.println(BEGUN);
            while (System.in.read() >= 0) {
                // it ends when the one who started it closes its input, or is gone
            }
        }
        System.exit(0);
    }

    /// The caller closes.
    static NoiseProcess start(Noise.Kind kind, WingsPorts ports, String tenant) throws IOException {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(NICE)) {
            command.addAll(List.of(NICE.toString(), "-n", "19"));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Path.of(System.getProperty("wings.root"), "jvm.options"),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                NoiseProcess.class.getName(),
                kind.name(),
                String.valueOf(ports.offset()),
                tenant));
        return new NoiseProcess(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    /// Waits until something was done, or was refused.
    void await() throws IOException {
        for (String line = output.readLine(); !BEGUN.equals(line); line = output.readLine()) {
            if (line == null) {
                throw new IOException("the process that makes noise has ended: " + process);
            }
        }
    }

    /// Returns when the noise is over.
    @Override
    public void close() throws IOException, InterruptedException {
        process.getOutputStream().close();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("the process that makes noise does not end: " + process);
        }
    }
}
