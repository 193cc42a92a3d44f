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

import dev.wings.common.process.StopSignals;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Lets a command end in order at a signal: the process goes on until the command has closed what it opened. To be used
/// by the thread that runs the command.
public final class SignalStop implements AutoCloseable {

    private static final int NONE = 0;

    /// The signal that ends this process.
    private static final AtomicInteger RECEIVED = new AtomicInteger(NONE);

    private final Thread command = Thread.currentThread();
    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private boolean interruptible = true;

    private final Duration grace;
    private final StopSignals signals;

    private SignalStop(Duration grace) {
        this.grace = grace;
        signals = StopSignals.handle(this::receive);
    }

    /// Lets a signal interrupt this thread until [#await]. Once this is closed, a signal ends the process at
    /// once.
    ///
    /// @param grace how long the command may take to end after a signal
    public static SignalStop install(Duration grace) {
        return new SignalStop(grace);
    }

    /// The code with which the process exits: the command's, or that of the signal that ended it.
    public static int exitCode(int ofCommand) {
        int signal = RECEIVED.get();
        return signal == NONE ? ofCommand : StopSignals.exitCode(signal);
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
        signals.close();
        closed.countDown();
    }

    private synchronized void endInterrupts() {
        interruptible = false;
    }

    private void receive(int signal) {
        RECEIVED.set(signal);
        requested.countDown();
        synchronized (this) {
            if (interruptible) {
                command.interrupt();
            }
        }
        try {
            if (closed.await(grace.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            // nobody knows this thread; the command has had no time to end
        }
        System.err.println("wings: does not stop in order and is ended");
        System.exit(StopSignals.exitCode(signal));
    }
}
