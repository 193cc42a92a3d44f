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
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import dev.wings.controlplane.announce.Announcements;
import dev.wings.controlplane.announce.Announcements.Subscription;
import dev.wings.controlplane.task.TaskStore.TopicGrowth;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes tasks: one to create the table of a new topic, one to compact pages when the oldest of them is as old
/// as the topic's freshness allows, one to collect the garbage of a namespace now and then. (Those that follow
/// from a task are made when that ends: [FollowUps].)
///
/// A round looks only at what is new: commits that no round has seen, for which a number is kept for each
/// namespace. Rounds are started by the announcements of commits, which say which namespaces to look at, at
/// most every so often, and by a slow timer, which looks at all namespaces, in case an announcement is lost.
/// All replicas run rounds; each namespace is looked at by one replica at a time, and whatever one leaves
/// behind the next finds.
public final class TaskScheduling implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TaskScheduling.class);

    /// The shortest time between the starts of two rounds.
    private static final Duration PAUSE = Duration.ofMillis(500);

    /// The longest time between two rounds; so often it is looked for what another replica has made, and
    /// metrics are read.
    private static final Duration RECHECK = Duration.ofSeconds(10);

    /// A round that takes longer waits for a database that does not answer.
    private static final Duration LAST_ROUND = Duration.ofSeconds(5);

    private static final Duration PRUNE = Duration.ofMinutes(1);

    /// How many commits one transaction looks at.
    private static final int COMMITS = 10_000;
    private static final int TARGETS = 1_000;
    private static final int PRUNED = 10_000;

    private final TaskStore store;
    private final Tasks tasks;
    private final TaskPolicy policy;
    private final Scheduler scheduler;
    private final InstantSource time;
    private final FollowUps followUps;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition roundOver = lock.newCondition();
    /// Whether a round runs, or its timer.
    private boolean running;
    private boolean soon;
    private boolean closed;
    private Scheduler.@Nullable Timer timer;
    private @Nullable Subscription subscription;

    /// When all namespaces were last looked at. Only rounds use it, which run one at a time.
    private Instant checkTime = Instant.EPOCH;
    private Instant pruneTime = Instant.EPOCH;
    private volatile boolean topicsChanged = true;

    /// Whether announcements of commits may have been missed.
    private volatile boolean missed = true;
    /// Namespaces with commits that were announced, or not looked at to the last.
    private final Set<UUID> grown = ConcurrentHashMap.newKeySet();

    private TaskScheduling(
            TaskStore store, Tasks tasks, TaskPolicy policy, Scheduler scheduler, IdGenerator ids, InstantSource time) {
        this.store = store;
        this.tasks = tasks;
        this.policy = policy;
        this.scheduler = scheduler;
        this.time = time;
        this.followUps = new FollowUps(policy, ids);
    }

    /// Starts the rounds.
    ///
    /// @param tasks its workers are woken
    /// @param announcements start rounds
    /// @param time the clock that is the same for all replicas: see [Tasks]
    public static TaskScheduling open(
            TaskStore store,
            Announcements announcements,
            Tasks tasks,
            TaskPolicy policy,
            Scheduler scheduler,
            IdGenerator ids,
            InstantSource time) {
        TaskScheduling scheduling = new TaskScheduling(store, tasks, policy, scheduler, ids, time);
        Subscription subscription = announcements.subscribe(scheduling.new Listener());
        scheduling.lock.lock();
        try {
            scheduling.subscription = subscription;
        } finally {
            scheduling.lock.unlock();
        }
        scheduling.wake();
        return scheduling;
    }

    private final class Listener implements Announcements.Listener {
        @Override
        public void tasksChanged() {
            tasks.changed();
        }

        @Override
        public void committed(UUID namespaceUid, long commitNumber) {
            grown.add(namespaceUid);
            wake();
        }

        @Override
        public void interrupted() {
            missed = true;
            tasks.changed();
            wake();
        }
    }

    /// Starts a round soon: a topic was created, or something else that the slow timer should not be waited
    /// for.
    public void topicsChanged() {
        topicsChanged = true;
        wake();
    }

    /// Starts a round soon.
    private void wake() {
        lock.lock();
        try {
            if (soon || closed) {
                return;
            }
            soon = true;
            if (!running) {
                arm(PAUSE);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Starts the timer of the next round. The lock is held.
    private void arm(Duration delay) {
        if (timer != null) {
            timer.cancel();
        }
        timer = scheduler.schedule(delay, this::round);
    }

    private void round() {
        lock.lock();
        try {
            if (running || closed) {
                return;
            }
            running = true;
            soon = false;
        } finally {
            lock.unlock();
        }
        boolean again = false;
        try {
            again = runRound();
        } catch (WingsException e) {
            LOG.warn("tasks are not being scheduled for now: {}", e.getMessage());
        } finally {
            lock.lock();
            try {
                running = false;
                roundOver.signalAll();
                soon |= again;
                if (!closed) {
                    arm(soon ? PAUSE : RECHECK);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /// Waits for a round that is under way: who closes this closes the store next. The lock is held.
    private void awaitRound() throws InterruptedException {
        long left = LAST_ROUND.toNanos();
        while (running && left > 0) {
            left = scheduler.awaitNanos(lock, roundOver, left);
        }
    }

    /// Makes the tasks that are wanted now. Returns whether there is more to look at.
    boolean runRound() {
        Instant now = time.instant().truncatedTo(ChronoUnit.MICROS);
        boolean recheck = !now.isBefore(checkTime.plus(RECHECK));
        int made = 0;
        boolean again = false;
        if (topicsChanged || recheck) {
            topicsChanged = false;
            int first = createFirst(now);
            made += first;
            again = first >= TARGETS;
        }
        for (UUID namespace : withNewPages(recheck)) {
            int compactions = grow(namespace, now);
            if (compactions > 0) {
                // Each namespace is looked at once per round, so that none waits for a busy one; the rest comes
                // soon.
                grown.add(namespace);
                again = true;
            }
            made += compactions;
        }
        if (made > 0) {
            tasks.announce();
        }
        if (recheck) {
            checkTime = now;
            // in case an announcement was lost
            tasks.changed();
            tasks.metrics().counted(store.count(), now);
        }
        if (!now.isBefore(pruneTime.plus(PRUNE))) {
            again |= store.prune(now.minus(policy.retention()), PRUNED) >= PRUNED;
            pruneTime = now;
        }
        return again;
    }

    /// The namespaces whose commits were announced; now and then, and after announcements may have been missed, all
    /// that have commits which were not counted.
    private List<UUID> withNewPages(boolean recheck) {
        // the order is the same in each run
        List<UUID> announced = grown.stream().sorted().toList();
        announced.forEach(grown::remove);
        if (!recheck && !missed) {
            return announced;
        }
        missed = false;
        return store.findNamespacesWithNewPages();
    }

    /// Counts the new pages of a namespace, and returns how many tasks were made of them. A namespace that
    /// cannot be counted now keeps none of the others waiting: it may be another tenant's (I9). The next round
    /// tries it again.
    private int grow(UUID namespace, Instant now) {
        try {
            return store.growBacklog(namespace, COMMITS, growth -> compactions(growth, now), policy.compactBytes(), now)
                    .orElse(0);
        } catch (WingsException e) {
            LOG.warn("new pages are not being counted for now: namespace_uid={}, cause={}", namespace, e.getMessage());
            grown.add(namespace);
            return 0;
        }
    }

    private int createFirst(Instant now) {
        List<NewTask> first = store.findWanted(TARGETS).stream()
                .map(wanted -> followUps.first(wanted, now))
                .toList();
        store.create(first, now);
        return first.size();
    }

    private List<NewTask> compactions(List<TopicGrowth> growth, Instant now) {
        return growth.stream()
                .map(topic -> followUps.compaction(topic.topic(), topic.freshness(), topic.pages(), false, now))
                .toList();
    }

    @Override
    public void close() {
        Subscription open;
        lock.lock();
        try {
            closed = true;
            if (timer != null) {
                timer.cancel();
            }
            open = subscription;
            awaitRound();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            open = subscription;
        } finally {
            lock.unlock();
        }
        if (open != null) {
            open.close();
        }
    }
}
