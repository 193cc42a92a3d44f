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
package dev.wings.cli.sql;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Shows a text page by page if it has more lines than the screen. The text is kept until it has; then another
/// program gets it, which the user may leave at any time. Without such a program the text is printed as it is.
final class Pager extends Writer {

    private final PrintWriter screen;
    private final List<String> command;
    private final int screenLines;
    private final StringBuilder kept = new StringBuilder();
    private int lines;
    private @Nullable Process process;
    private @Nullable Writer target;

    /// @param command starts the program; none if it is empty
    /// @param screenLines how many lines are shown without it
    Pager(PrintWriter screen, List<String> command, int screenLines) {
        this.screen = screen;
        this.command = List.copyOf(command);
        this.screenLines = screenLines;
    }

    @Override
    public void write(char[] text, int offset, int length) throws IOException {
        if (target == null) {
            kept.append(text, offset, length);
            for (int i = offset; i < offset + length; i++) {
                lines += text[i] == '\n' ? 1 : 0;
            }
            if (lines < screenLines) {
                return;
            }
            target = start();
            target.append(kept);
            kept.setLength(0);
            return;
        }
        target.write(text, offset, length);
    }

    private Writer start() {
        if (command.isEmpty()) {
            return screen;
        }
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectOutput(Redirect.INHERIT).redirectError(Redirect.INHERIT);
            // The program shows colours, and ends by itself if all fits.
            builder.environment().putIfAbsent("LESS", "-FRX");
            Process started = builder.start();
            process = started;
            return started.outputWriter(StandardCharsets.UTF_8);
        } catch (IOException e) {
            // there is no such program
            return screen;
        }
    }

    @Override
    public void flush() throws IOException {
        if (target != null) {
            target.flush();
        }
    }

    /// Prints what was kept, or waits until the user leaves the program.
    @Override
    public void close() throws IOException {
        if (target == null) {
            screen.append(kept);
            kept.setLength(0);
        }
        screen.flush();
        Process running = process;
        if (running == null || target == null) {
            return;
        }
        try {
            target.close();
        } catch (IOException e) {
            // the user has left the program
        }
        try {
            running.waitFor();
        } catch (InterruptedException e) {
            running.destroy();
            Thread.currentThread().interrupt();
        }
    }

    /// Whether the user may have left the program; it is no failure then that nobody reads.
    boolean isStarted() {
        return process != null;
    }
}
