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

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PagerTest {

    private static final int SCREEN_LINES = 10;

    private final StringWriter screen = new StringWriter();

    @TempDir
    private Path directory;

    @Test
    void whatFitsIsPrintedAsItIs() throws IOException {
        assertThat(page(List.of("false"), SCREEN_LINES - 1)).isFalse();
        assertThat(screen.toString()).isEqualTo(lines(SCREEN_LINES - 1));
    }

    @Test
    void moreGoesToTheProgram() throws IOException {
        Path read = directory.resolve("read");
        assertThat(page(List.of("sh", "-c", "cat > '" + read + "'"), 5 * SCREEN_LINES))
                .isTrue();
        assertThat(screen.toString()).isEmpty();
        assertThat(Files.readString(read)).isEqualTo(lines(5 * SCREEN_LINES));
    }

    @Test
    void userMayLeaveAtAnyTime() throws IOException {
        assertThat(page(List.of("sh", "-c", "exec 0<&-"), 200_000)).isTrue();
        assertThat(screen.toString()).isEmpty();
    }

    @Test
    void withoutTheProgramAllIsPrinted() throws IOException {
        assertThat(page(List.of(directory.resolve("nosuch").toString()), 5 * SCREEN_LINES))
                .isFalse();
        assertThat(screen.toString()).isEqualTo(lines(5 * SCREEN_LINES));
    }

    /// Whether the program ran.
    private boolean page(List<String> command, int lines) throws IOException {
        try (PrintWriter out = new PrintWriter(screen);
                Pager pager = new Pager(out, command, SCREEN_LINES);
                PrintWriter text = new PrintWriter(pager)) {
            for (int line = 0; line < lines && !text.checkError(); line++) {
                text.print("line " + line + "\n");
            }
            text.close();
            return pager.isStarted();
        }
    }

    private static String lines(int count) {
        StringBuilder text = new StringBuilder();
        for (int line = 0; line < count; line++) {
            text.append("line ").append(line).append('\n');
        }
        return text.toString();
    }
}
