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
package dev.wings.controlplane.task;

import dev.wings.common.time.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// A clock that stands still, and timers that wait for it to be moved.
final class ManualTime implements Scheduler, InstantSource {

    private record Pending(Instant time, Runnable action) {}

    private final List<Pending> timers = new ArrayList<>();
    private Instant now = TaskFixture.START;

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
        timers.remove(pending);
    }

    /// Moves the clock from timer to timer, running each on this thread.
    void advance(Duration duration) {
        Instant end = instant().plus(duration);
        for (Optional<Pending> next = take(end); next.isPresent(); next = take(end)) {
            next.get().action().run();
        }
    }

    private synchronized Optional<Pending> take(Instant end) {
        Optional<Pending> first =
                timers.stream().filter(timer -> !timer.time().isAfter(end)).min(Comparator.comparing(Pending::time));
        first.ifPresent(this::cancel);
        now = first.map(Pending::time).orElse(end);
        return first;
    }

    @Override
    public void sleep(Duration duration) {
        throw new IllegalStateException("nobody sleeps here");
    }

    @Override
    public synchronized void close() {
        timers.clear();
    }
}
