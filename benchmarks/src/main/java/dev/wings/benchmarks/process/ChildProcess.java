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
package dev.wings.benchmarks.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A process that says on a line of its output when it is ready. Closing ends it as SIGTERM does and waits.
final class ChildProcess implements AutoCloseable {

    private static final int LINES_KEPT = 100;
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration STOP_LIMIT = Duration.ofMinutes(1);

    private final Process process;
    private final Deque<String> output = new ArrayDeque<>();
    private final CompletableFuture<String> ready = new CompletableFuture<>();

    private ChildProcess(Process process) {
        this.process = process;
    }

    /// Starts `command` and waits for a line that starts with `readyPrefix`.
    static ChildProcess start(List<String> command, Map<String, String> environment, String readyPrefix)
            throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        ChildProcess child = new ChildProcess(builder.start());
        // A virtual thread would not do: reading a pipe would pin its carrier for as long as the process lives.
        Thread.ofPlatform().name("child-output").daemon().start(() -> child.follow(readyPrefix));
        try {
            child.ready.get(START_LIMIT.toSeconds(), TimeUnit.SECONDS);
            return child;
        } catch (Exception e) {
            child.close();
            throw new IllegalStateException("did not get ready: " + command + "\n" + child.output(), e);
        }
    }

    long pid() {
        return process.pid();
    }

    /// The line that said that the process is ready.
    String readyLine() {
        return ready.join();
    }

    /// The first line that it printed that starts with `prefix`, without the prefix.
    Optional<String> findLine(String prefix) {
        synchronized (output) {
            return output.stream()
                    .filter(line -> line.startsWith(prefix))
                    .map(line -> line.substring(prefix.length()).strip())
                    .findFirst();
        }
    }

    /// The newest lines that it printed.
    String output() {
        synchronized (output) {
            return String.join("\n", output);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void follow(String readyPrefix) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                synchronized (output) {
                    output.addLast(line);
                    if (output.size() > LINES_KEPT) {
                        output.removeFirst();
                    }
                }
                if (line.startsWith(readyPrefix)) {
                    ready.complete(line);
                }
            }
            ready.completeExceptionally(new IllegalStateException("the process ended"));
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
    }
}
