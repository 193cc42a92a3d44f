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
package dev.wings.cli.push;

import dev.wings.cli.output.Human;
import dev.wings.cli.output.Ticker;
import java.util.OptionalLong;

/// Shows on the terminal how far a push is, until it is closed; nothing where there is no terminal.
final class Progress implements AutoCloseable {

    private static final int BAR_WIDTH = 24;
    private static final int PERIOD_MILLIS = 100;

    private final String name;
    private final OptionalLong totalRows;
    private final Ticker ticker;
    private long lastNanos = System.nanoTime();
    private long lastRows;
    private double rowsPerSecond;

    private Progress(String name, OptionalLong totalRows, Pusher pusher, boolean quiet) {
        this.name = name;
        this.totalRows = totalRows;
        this.ticker = Ticker.start(!quiet, PERIOD_MILLIS, () -> line(pusher.status(), System.nanoTime()));
    }

    static Progress start(String name, OptionalLong totalRows, Pusher pusher, boolean quiet) {
        return new Progress(name, totalRows, pusher, quiet);
    }

    @Override
    public void close() {
        ticker.close();
    }

    private String line(PushStatus status, long nowNanos) {
        long rows = status.acknowledgedRows() + status.rejectedRows();
        double seconds = (nowNanos - lastNanos) / 1e9;
        double current = (rows - lastRows) / seconds;
        // this is an average over about the last second
        rowsPerSecond = rowsPerSecond == 0 ? current : rowsPerSecond + Math.min(1, seconds) * (current - rowsPerSecond);
        lastNanos = nowNanos;
        lastRows = rows;
        String bar = totalRows.isPresent() ? bar(rows, totalRows.getAsLong()) : "";
        return name + "  " + bar + Human.rows(rows) + "  " + Human.count(Math.round(rowsPerSecond))
                + " rows/s  answers p50 " + Human.duration(status.p50())
                + (status.rejectedBatches() == 0 ? "" : "  rejected batches " + status.rejectedBatches());
    }

    /// A bar, as `━━━━━━━━━━────────  42 %  `.
    static String bar(long rows, long total) {
        double share = total == 0 ? 1 : Math.min(1, (double) rows / total);
        int filled = (int) (share * BAR_WIDTH);
        return "━".repeat(filled) + "─".repeat(BAR_WIDTH - filled) + "  " + (int) (share * 100) + " %  ";
    }
}
