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
package dev.wings.cli.output;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A line at the foot of the terminal that tells how far something is. It is painted again and again until this
/// is closed; nothing is painted where standard error is no terminal.
public final class Ticker implements AutoCloseable {

    private final CountDownLatch closed = new CountDownLatch(1);
    private final @Nullable Thread painter;

    private Ticker(long periodMillis, @Nullable Supplier<String> line) {
        this.painter = line == null ? null : Thread.ofVirtual().name("progress").start(() -> paint(periodMillis, line));
    }

    /// @param line is asked for by one thread, once each period
    public static Ticker start(boolean shown, long periodMillis, Supplier<String> line) {
        return new Ticker(periodMillis, shown && Screen.isErrorTerminal() ? line : null);
    }

    @Override
    public void close() {
        closed.countDown();
        if (painter == null) {
            return;
        }
        try {
            painter.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.err.print(Screen.CLEAR_LINE);
        System.err.flush();
    }

    private void paint(long periodMillis, Supplier<String> line) {
        try {
            while (!closed.await(periodMillis, TimeUnit.MILLISECONDS)) {
                System.err.print(Screen.CLEAR_LINE + line.get());
                System.err.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
