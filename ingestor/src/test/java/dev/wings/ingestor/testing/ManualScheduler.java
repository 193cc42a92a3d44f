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
package dev.wings.ingestor.testing;

import dev.wings.common.time.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Time that passes when the test says so. Sleeping takes none.
public final class ManualScheduler implements Scheduler {

    private final List<Pending> pending = new ArrayList<>();
    private final AtomicInteger sleeps = new AtomicInteger();
    private boolean cancelsIgnored;

    /// Runs everything that waits, whatever its delay.
    public void fireAll() {
        List<Pending> due;
        synchronized (this) {
            due = List.copyOf(pending);
            pending.clear();
        }
        due.forEach(entry -> entry.action.run());
    }

    /// Runs what waits for longest.
    public void fireFirst() {
        Pending first;
        synchronized (this) {
            first = pending.removeFirst();
        }
        first.action.run();
    }

    /// From now on everything comes too late to be cancelled.
    public synchronized void ignoreCancels() {
        cancelsIgnored = true;
    }

    /// How much waits.
    public synchronized int pending() {
        return pending.size();
    }

    /// How often somebody slept.
    public int sleeps() {
        return sleeps.get();
    }

    @Override
    public synchronized Timer schedule(Duration delay, Runnable action) {
        Pending entry = new Pending(action);
        pending.add(entry);
        return () -> {
            synchronized (ManualScheduler.this) {
                if (!cancelsIgnored) {
                    pending.remove(entry);
                }
            }
        };
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        sleeps.incrementAndGet();
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    @Override
    public void close() {}

    /// Told apart by identity: one action may wait twice.
    private static final class Pending {
        private final Runnable action;

        Pending(Runnable action) {
            this.action = action;
        }
    }
}
