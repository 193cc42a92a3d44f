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

import dev.wings.common.error.WingsException;
import dev.wings.common.time.Scheduler;
import dev.wings.controlplane.task.TaskStore.Idle;
import dev.wings.controlplane.task.TaskStore.LeaseWish;
import dev.wings.controlplane.task.TaskStore.Leased;
import dev.wings.controlplane.task.TaskStore.Turn;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The workers of this replica that wait for a task. The store is asked when a worker comes, when tasks have
/// changed, and when the time of a task comes; each time once for all that wait for the same kinds, however
/// many they are.
final class LeaseQueue implements AutoCloseable {

    /// Clocks of replicas and their database differ a little; so the store is not asked again and again
    /// meanwhile.
    private static final Duration MIN_DELAY = Duration.ofMillis(10);

    private final TaskStore store;
    private final TaskPolicy policy;
    private final InstantSource clock;
    private final Scheduler scheduler;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    /// Counts up whenever there may be something new.
    private long round;
    /// The kinds for which the store had nothing, with the round in which it was asked.
    private final Map<Set<TaskKind>, Long> empty = new HashMap<>();
    private boolean asking;
    private int waiting;
    private boolean closed;
    private @Nullable Instant alarmTime;
    private Scheduler.@Nullable Timer alarm;

    LeaseQueue(TaskStore store, TaskPolicy policy, InstantSource clock, Scheduler scheduler) {
        this.store = store;
        this.policy = policy;
        this.clock = clock;
        this.scheduler = scheduler;
    }

    /// One worker that waits.
    final class Waiter {
        private boolean tried;
        private boolean timedOut;
        private boolean cancelled;

        /// Ends the waiting; called from another thread.
        void cancel() {
            locked(() -> {
                cancelled = true;
                moved.signalAll();
            });
        }

        boolean isCancelled() {
            lock.lock();
            try {
                return cancelled;
            } finally {
                lock.unlock();
            }
        }

        private void timeOut() {
            locked(() -> {
                timedOut = true;
                moved.signalAll();
            });
        }

        /// Waits for a task; empty if there was none in time, or waiting was cancelled. Fails with UNAVAILABLE
        /// when the control plane stops or the state cannot be reached.
        Optional<TaskRecord> await(LeaseWish wish, Duration wait) throws InterruptedException {
            Scheduler.Timer timeout = scheduler.schedule(wait, this::timeOut);
            try {
                while (true) {
                    Optional<Long> turn = awaitTurn(wish.kinds());
                    if (turn.isEmpty()) {
                        return Optional.empty();
                    }
                    Optional<TaskRecord> task = ask(wish, turn.get());
                    if (task.isPresent()) {
                        return task;
                    }
                }
            } finally {
                timeout.cancel();
            }
        }

        /// The round in which the store is to be asked, by this thread alone; empty to give up.
        private Optional<Long> awaitTurn(Set<TaskKind> kinds) throws InterruptedException {
            lock.lockInterruptibly();
            waiting++;
            try {
                while (true) {
                    if (closed) {
                        throw WingsException.unavailable("the control plane is stopping", null);
                    }
                    boolean nothing = empty.getOrDefault(kinds, -1L) == round;
                    if (cancelled || (timedOut && (tried || nothing))) {
                        return Optional.empty();
                    }
                    if (!asking && !nothing) {
                        asking = true;
                        tried = true;
                        return Optional.of(round);
                    }
                    moved.await();
                }
            } finally {
                waiting--;
                lock.unlock();
            }
        }
    }

    private Optional<TaskRecord> ask(LeaseWish wish, long asked) {
        Turn turn = null;
        Instant now = Instant.MAX;
        try {
            now = clock.instant().truncatedTo(ChronoUnit.MICROS);
            turn = store.lease(wish, now, policy);
            return turn instanceof Leased leased ? Optional.of(leased.task()) : Optional.empty();
        } finally {
            Turn got = turn;
            Instant askedAt = now;
            locked(() -> {
                asking = false;
                if (got instanceof Idle idle) {
                    empty.put(wish.kinds(), asked);
                    ringAt(idle.until(), askedAt);
                }
                moved.signalAll();
            });
        }
    }

    /// Sets the timer for `time`. The lock is held, under which the clock is not asked: it may be the
    /// database's.
    private void ringAt(@Nullable Instant time, Instant now) {
        if (time == null || (alarmTime != null && !time.isBefore(alarmTime)) || closed) {
            return;
        }
        if (alarm != null) {
            alarm.cancel();
        }
        Duration delay = Duration.between(now, time);
        alarmTime = time;
        alarm = scheduler.schedule(delay.compareTo(MIN_DELAY) < 0 ? MIN_DELAY : delay, this::ring);
    }

    private void ring() {
        locked(() -> {
            alarm = null;
            alarmTime = null;
        });
        changed();
    }

    /// There may be something new.
    void changed() {
        locked(() -> {
            round++;
            empty.clear();
            moved.signalAll();
        });
    }

    int waiting() {
        lock.lock();
        try {
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    private void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    /// Ends the waiting of all workers with UNAVAILABLE.
    @Override
    public void close() {
        locked(() -> {
            closed = true;
            if (alarm != null) {
                alarm.cancel();
            }
            moved.signalAll();
        });
    }
}
