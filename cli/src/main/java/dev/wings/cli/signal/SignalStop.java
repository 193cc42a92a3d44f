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
package dev.wings.cli.signal;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Lets a command end in order on SIGINT and SIGTERM: the process waits until the command has closed what it
/// opened. To be used by the thread that runs the command.
public final class SignalStop implements AutoCloseable {

    private final Thread command = Thread.currentThread();
    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private boolean interruptible = true;

    private final Duration grace;

    private SignalStop(Duration grace) {
        this.grace = grace;
    }

    /// Until [#await], a signal interrupts this thread. Closing this lets the process go.
    ///
    /// @param grace how long a signal waits for that
    public static SignalStop install(Duration grace) {
        SignalStop stop = new SignalStop(grace);
        Runtime.getRuntime().addShutdownHook(new Thread(stop::request, "wings-stop"));
        return stop;
    }

    /// Lets [#await] return as a signal does.
    public void stop() {
        requested.countDown();
    }

    /// Waits for a signal or [#stop]. From now on, signals interrupt nothing: closing takes its time.
    public void await() {
        endInterrupts();
        while (true) {
            try {
                requested.await();
                return;
            } catch (InterruptedException e) {
                // it came before, and asked for the same
            }
        }
    }

    /// Whether a signal came.
    public boolean isRequested() {
        return requested.getCount() == 0;
    }

    @Override
    public void close() {
        endInterrupts();
        closed.countDown();
    }

    private synchronized void endInterrupts() {
        interruptible = false;
    }

    private void request() {
        requested.countDown();
        synchronized (this) {
            if (interruptible) {
                command.interrupt();
            }
        }
        try {
            if (!closed.await(grace.toNanos(), TimeUnit.NANOSECONDS)) {
                System.err.println("wings: does not stop in order and is ended");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
