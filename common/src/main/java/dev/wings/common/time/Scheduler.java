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
package dev.wings.common.time;

import io.grpc.Deadline;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/// Runs things later, and waits. The one source of timers, so that a simulation can own time.
public interface Scheduler extends AutoCloseable {

    /// Runs `action` once after `delay`, on a thread of its own; the action may block.
    Timer schedule(Duration delay, Runnable action);

    /// Blocks the calling thread for `duration`.
    void sleep(Duration duration) throws InterruptedException;

    /// Waits for `condition`, as [Condition#awaitNanos] does in the machine's time: with its `lock` held, in a loop
    /// that looks at what is waited for. Returns how many of the nanoseconds are left, 0 or less if it took longer.
    @SuppressWarnings("WaitNotInLoop") // the caller's part
    default long awaitNanos(Lock lock, Condition condition, long nanos) throws InterruptedException {
        long start = ticker().nanoTime();
        Timer timeout = schedule(Duration.ofNanos(nanos), () -> {
            lock.lock();
            try {
                condition.signalAll();
            } finally {
                lock.unlock();
            }
        });
        try {
            condition.await();
        } finally {
            timeout.cancel();
        }
        return nanos - (ticker().nanoTime() - start);
    }

    /// Counts the nanoseconds that pass in the scheduler's time.
    default Deadline.Ticker ticker() {
        return Deadline.getSystemTicker();
    }

    /// The deadline of a call that is made now.
    default Deadline deadline(Duration timeout) {
        return Deadline.after(timeout.toNanos(), TimeUnit.NANOSECONDS, ticker());
    }

    /// Drops the actions that have not started; waits for nothing.
    @Override
    void close();

    /// A pending action.
    interface Timer {
        /// Keeps the action from starting, if it has not.
        void cancel();
    }

    /// The machine's own time.
    static Scheduler system() {
        return new SystemScheduler();
    }
}
