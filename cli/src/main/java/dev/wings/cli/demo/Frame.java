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

import dev.wings.cli.output.CellText;
import dev.wings.cli.output.Human;
import dev.wings.cli.push.PushStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What the demo shows at one moment.
///
/// @param running the time since the first row
/// @param answered the newest answer to `question`: its columns are a label, a count, and more
record Frame(
        Duration running,
        PushStatus push,
        double rowsPerSecond,
        double bytesPerSecond,
        String question,
        Optional<Question.Answered> answered,
        List<String> addresses) {

    private static final int BAR_WIDTH = 30;
    private static final String BOLD = "\033[1m";
    private static final String DIM = "\033[2m";
    private static final String PLAIN = "\033[0m";

    /// Lines for a terminal, cut to its width.
    List<String> lines(int width) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add(BOLD + "Wings demo" + PLAIN + "  " + time() + "  Ctrl-C to stop");
        lines.add("");
        lines.add("  rows acknowledged  " + BOLD + Human.count(push.acknowledgedRows()) + PLAIN);
        lines.add("  arriving           " + Human.count(Math.round(rowsPerSecond)) + " rows/s, "
                + Human.bytes(bytesPerSecond) + "/s");
        lines.add("  acknowledgement    p50 " + Human.duration(push.p50()) + ", p99 " + Human.duration(push.p99())
                + "  (durable, ordered, visible)");
        lines.add("");
        question.lines().forEach(line -> lines.add("  " + DIM + line + PLAIN));
        lines.add("");
        answered.ifPresent(newest -> {
            lines.addAll(table(newest));
            lines.add("");
            lines.add("  " + DIM + "answered in " + Human.duration(newest.took()) + PLAIN);
            lines.add("");
        });
        lines.addAll(addresses);
        return lines.stream().map(line -> cut(line, width)).toList();
    }

    /// One line for a log.
    String line() {
        String top = answered.map(newest -> newest.answer().rows())
                .filter(rows -> !rows.isEmpty())
                .map(rows -> ", most from " + String.join(" ", rows.getFirst()))
                .orElse("");
        return time() + "  " + Human.count(push.acknowledgedRows()) + " rows, "
                + Human.count(Math.round(rowsPerSecond)) + " rows/s, " + Human.bytes(bytesPerSecond)
                + "/s, acknowledged in p50 " + Human.duration(push.p50()) + " p99 " + Human.duration(push.p99()) + top;
    }

    private String time() {
        return String.format(Locale.ROOT, "%d:%02d", running.toMinutes(), running.toSecondsPart());
    }

    private static List<String> table(Question.Answered answered) {
        List<String> columns = answered.answer().columns();
        List<List<String>> rows = answered.answer().rows();
        List<String> lines = new ArrayList<>();
        lines.add("  " + row(columns));
        double most = rows.isEmpty()
                ? 1
                : Math.max(1, Double.parseDouble(rows.getFirst().get(1)));
        for (List<String> row : rows) {
            int bar = (int) Math.round(Double.parseDouble(row.get(1)) / most * BAR_WIDTH);
            lines.add("  " + row(row) + "  " + "█".repeat(Math.max(0, bar)));
        }
        return lines;
    }

    private static String row(List<String> cells) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            String cell = CellText.printable(cells.get(i));
            line.append(i == 0 ? pad(cell, 8, false) : pad(cell, 12, true));
        }
        return line.toString();
    }

    private static String pad(String text, int width, boolean right) {
        String blanks = " ".repeat(Math.max(0, width - CellText.width(text)));
        return right ? blanks + text : text + blanks;
    }

    /// The line, cut to `width` columns; the sequences above take none.
    private static String cut(String line, int width) {
        StringBuilder cut = new StringBuilder();
        int columns = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\033') {
                int end = line.indexOf('m', i);
                cut.append(line, i, end + 1);
                i = end;
            } else if (columns < width) {
                cut.append(c);
                columns++;
            }
        }
        return cut.toString();
    }
}
