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
import dev.wings.common.resource.TenantName;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import dev.wings.controlplane.announce.Announcements;
import dev.wings.controlplane.paging.PageRequest;
import dev.wings.controlplane.paging.ResultPage;
import dev.wings.controlplane.task.TaskStore.LeaseWish;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What workers ask of the control plane, and what people ask about tasks.
public final class Tasks implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Tasks.class);

    private static final Duration MAX_WAIT = Duration.ofMinutes(1);

    private final TaskStore store;
    private final Announcements announcements;
    private final TaskPolicy policy;
    private final IdGenerator ids;
    private final InstantSource time;
    private final FollowUps followUps;
    private final LeaseQueue queue;
    private final TaskMetrics metrics;

    /// @param time the clock by which leases are judged: the same for all replicas, whatever their own clocks
    ///     say
    public Tasks(
            TaskStore store,
            Announcements announcements,
            TaskPolicy policy,
            Scheduler scheduler,
            IdGenerator ids,
            InstantSource time,
            MeterRegistry registry) {
        this.store = store;
        this.announcements = announcements;
        this.policy = policy;
        this.ids = ids;
        this.time = time;
        this.followUps = new FollowUps(policy, ids);
        this.queue = new LeaseQueue(store, policy, time, scheduler);
        this.metrics = new TaskMetrics(registry, queue::waiting);
    }

    TaskMetrics metrics() {
        return metrics;
    }

    /// Tasks have changed, here or at another replica.
    void changed() {
        queue.changed();
    }

    /// A worker's wish for a task, which waits for one to come up.
    public final class LeaseCall {
        private final LeaseWish wish;
        private final Duration wait;
        private final LeaseQueue.Waiter waiter = queue.new Waiter();

        private LeaseCall(LeaseWish wish, Duration wait) {
            this.wish = wish;
            this.wait = wait;
        }

        /// Ends [#await], on another thread, when nobody takes its answer any more.
        public void cancel() {
            waiter.cancel();
        }

        /// Waits for a task; empty if there was none in time.
        public Optional<TaskRecord> await() throws InterruptedException {
            Optional<TaskRecord> leased = waiter.await(wish, wait);
            if (leased.isPresent()) {
                if (waiter.isCancelled()) {
                    giveBack(leased.get());
                    return Optional.empty();
                }
                metrics.leased(leased.get());
            }
            return leased;
        }
    }

    /// @param kinds empty for all
    /// @param wait how long to wait for a task; a minute at most, more is cut off
    public LeaseCall lease(Set<TaskKind> kinds, String worker, Duration wait) {
        if (wait.isNegative()) {
            throw WingsException.invalid("bad wait: 0 or more is expected: found=" + wait);
        }
        Set<TaskKind> wanted = kinds.isEmpty() ? EnumSet.allOf(TaskKind.class) : kinds;
        return new LeaseCall(new LeaseWish(wanted, worker), wait.compareTo(MAX_WAIT) > 0 ? MAX_WAIT : wait);
    }

    public Duration leaseDuration() {
        return policy.lease();
    }

    private void giveBack(TaskRecord task) {
        try {
            store.change(task.name(), current -> current.givenBack(task.epoch(), now()));
            announce();
        } catch (WingsException e) {
            // it comes back when the lease is over
            LOG.warn("a task was leased to a worker that is gone: task={}, cause={}", task.name(), e.getMessage());
        }
    }

    /// Renews a lease. Fails with CONFLICT if it was lost, and so do the other calls under it.
    public void renew(TaskName name, long epoch, String progress) {
        Instant now = now();
        store.change(name, task -> task.renewed(epoch, progress, now, policy.lease()));
    }

    /// See [TableCommitRule].
    ///
    /// @return rows that were moved out of pages
    public long commitTable(TableCommit commit) {
        Instant now = now();
        return metrics.timeCommit(
                () -> store.commitTable(commit, state -> TableCommitRule.decide(commit, state, policy, now)));
    }

    /// @param table the table as it is now; null if the task did not look at it
    /// @param more whether there is more of the same to do
    public void complete(TaskName name, long epoch, @Nullable TableCondition table, boolean more) {
        Instant now = now();
        TaskRecord done = store.complete(name, state -> followUps.complete(state, epoch, table, more, now));
        metrics.ended(done);
        announce();
    }

    public void fail(TaskName name, long epoch, String why, FailureCause cause) {
        Instant now = now();
        TaskRecord failed = store.change(name, task -> task.failed(epoch, why, cause, now, policy, ids.random()));
        metrics.ended(failed);
        LOG.warn(
                "task failed: task={}, kind={}, target={}, attempts={}, cause={}, state={}, failure={}",
                name,
                failed.kind(),
                failed.target().name(),
                failed.attempts(),
                cause,
                failed.state(),
                why);
        announce();
    }

    public TaskRecord load(TaskName name) {
        return store.load(name);
    }

    /// @param states empty for all
    public ResultPage<TaskRecord> list(TenantName tenant, Set<TaskState> states, int pageSize, String pageToken) {
        Set<TaskState> wanted = states.isEmpty() ? EnumSet.allOf(TaskState.class) : EnumSet.copyOf(states);
        PageRequest page = PageRequest.parse(tenant + "/tasks?" + wanted, 1, pageSize, pageToken);
        UUID after =
                page.position().isEmpty() ? null : TaskName.parse(page.after(0)).uid();
        return page.page(
                store.list(tenant, wanted, after, page.fetch()),
                task -> List.of(task.name().toString()));
    }

    /// Makes a dead or waiting task run again now.
    public TaskRecord retry(TaskName name) {
        Instant now = now();
        TaskRecord retried = store.change(name, task -> task.retried(now));
        announce();
        return retried;
    }

    /// Tells that tasks have changed: here at once, at other replicas a moment later.
    void announce() {
        queue.changed();
        try {
            announcements.tasksChanged();
        } catch (WingsException e) {
            // other replicas see the change at their next look
            LOG.warn("a change of tasks was not announced: {}", e.getMessage());
        }
    }

    /// The time in microseconds, as every store can keep it.
    private Instant now() {
        return time.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /// Ends the waiting of workers with UNAVAILABLE.
    @Override
    public void close() {
        queue.close();
    }
}
