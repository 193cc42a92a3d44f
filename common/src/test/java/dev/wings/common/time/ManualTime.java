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

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// A clock that stands still, and timers that wait for it to be moved. Sleeping takes no time.
public final class ManualTime implements Scheduler, InstantSource {

    private final List<Pending> timers = new ArrayList<>();
    private final AtomicInteger sleeps = new AtomicInteger();
    private Instant now;
    private boolean cancelsIgnored;

    /// An action that waits. Two are told apart by identity, because one action may wait twice.
    private static final class Pending {
        final Instant time;
        final Runnable action;

        Pending(Instant time, Runnable action) {
            this.time = time;
            this.action = action;
        }
    }

    public ManualTime() {
        this(Instant.parse("2026-01-02T03:04:05Z"));
    }

    public ManualTime(Instant start) {
        this.now = start;
    }

    /// Moves the clock from timer to timer, running each on this thread.
    public void advance(Duration duration) {
        Instant end = instant().plus(duration);
        for (Optional<Pending> next = take(end); next.isPresent(); next = take(end)) {
            next.get().action.run();
        }
    }

    private synchronized Optional<Pending> take(Instant end) {
        Optional<Pending> first = first().filter(timer -> !timer.time.isAfter(end));
        first.ifPresent(timers::remove);
        now = first.map(timer -> timer.time).orElse(end);
        return first;
    }

    private Optional<Pending> first() {
        return timers.stream().min(Comparator.comparing(timer -> timer.time));
    }

    /// Runs what is due first, and lets no time pass.
    public void fireFirst() {
        Pending due;
        synchronized (this) {
            due = first().orElseThrow();
            timers.remove(due);
        }
        due.action.run();
    }

    /// From now on everything comes too late to be cancelled.
    public synchronized void ignoreCancels() {
        cancelsIgnored = true;
    }

    /// How much waits.
    public synchronized int pending() {
        return timers.size();
    }

    /// How often somebody slept.
    public int sleeps() {
        return sleeps.get();
    }

    @Override
    public synchronized Instant instant() {
        return now;
    }

    @Override
    public synchronized Timer schedule(Duration delay, Runnable action) {
        Pending pending = new Pending(now.plus(delay), action);
        timers.add(pending);
        return () -> cancel(pending);
    }

    private synchronized void cancel(Pending pending) {
        if (!cancelsIgnored) {
            timers.remove(pending);
        }
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        sleeps.incrementAndGet();
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    @Override
    public synchronized void close() {
        timers.clear();
    }
}
