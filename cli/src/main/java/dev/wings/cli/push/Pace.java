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

import java.util.concurrent.TimeUnit;

/// Spreads rows evenly over time. For use by one thread.
public final class Pace {

    private final long rowsPerSecond;
    private final long startNanos = System.nanoTime();
    private long rows;

    /// @param rowsPerSecond 0 for as many as there are
    public Pace(long rowsPerSecond) {
        this.rowsPerSecond = rowsPerSecond;
    }

    /// Waits until `more` rows are due.
    public void await(long more) throws InterruptedException {
        rows += more;
        if (rowsPerSecond > 0) {
            long dueNanos = startNanos + (long) (rows * 1e9 / rowsPerSecond);
            TimeUnit.NANOSECONDS.sleep(dueNanos - System.nanoTime());
        }
    }
}
