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
package dev.wings.cli.demo;

import dev.wings.cli.output.Screen;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/// Shows frames: on a terminal each in the place of the one before, elsewhere a line now and then.
interface DemoView extends AutoCloseable {

    /// How long to wait between two frames.
    Duration period();

    void show(Frame frame);

    @Override
    void close();

    /// The view for this process' standard output.
    static DemoView open(PrintWriter out) {
        try {
            return Screen.isOutputTerminal() ? new OnTerminal(openTerminal()) : new AsLines(out);
        } catch (IOException e) {
            return new AsLines(out);
        }
    }

    /// Opens a terminal that leaves Ctrl-C alone: it must reach the JVM's own handler, which JLine would
    /// replace, so that the platform is closed.
    private static Terminal openTerminal() throws IOException {
        return TerminalBuilder.builder().system(true).nativeSignals(false).build();
    }

    /// See [DemoView].
    record AsLines(PrintWriter out) implements DemoView {

        @Override
        public Duration period() {
            return Duration.ofSeconds(1);
        }

        @Override
        public void show(Frame frame) {
            out.println(frame.line());
            out.flush();
        }

        @Override
        public void close() {
            out.flush();
        }
    }

    /// See [DemoView].
    final class OnTerminal implements DemoView {

        private static final String HIDE_CURSOR = "\033[?25l";
        private static final String SHOW_CURSOR = "\033[?25h";
        private static final String CLEAR_BELOW = "\033[J";
        private static final int UNKNOWN_SIZE_COLUMNS = 80;
        private static final int UNKNOWN_SIZE_LINES = 24;

        private final Terminal terminal;
        private final PrintWriter out;
        private int shownLines;

        private OnTerminal(Terminal terminal) {
            this.terminal = terminal;
            this.out = terminal.writer();
            out.print(HIDE_CURSOR);
        }

        @Override
        public Duration period() {
            return Duration.ofMillis(200);
        }

        @Override
        public void show(Frame frame) {
            int width = terminal.getWidth() > 0 ? terminal.getWidth() : UNKNOWN_SIZE_COLUMNS;
            int height = terminal.getHeight() > 0 ? terminal.getHeight() : UNKNOWN_SIZE_LINES;
            List<String> lines = frame.lines(width);
            // the last line of the terminal stays free: a line feed there would scroll
            List<String> fitting = lines.subList(0, Math.min(lines.size(), height - 1));
            StringBuilder text = new StringBuilder();
            if (shownLines > 0) {
                text.append("\033[").append(Math.min(shownLines, height - 1)).append('A');
            }
            fitting.forEach(line -> text.append(Screen.CLEAR_LINE).append(line).append('\n'));
            text.append(CLEAR_BELOW);
            out.print(text);
            out.flush();
            shownLines = fitting.size();
        }

        @Override
        public void close() {
            out.print(SHOW_CURSOR);
            out.flush();
            try {
                terminal.close();
            } catch (IOException e) {
                // Nothing can be done about it: the process ends.
            }
        }
    }
}
