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

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.resource.NamespaceName;
import dev.wings.common.time.IdGenerator;
import dev.wings.controlplane.cluster.TopicRecord;
import dev.wings.controlplane.log.CommitRule;
import dev.wings.controlplane.log.FolioCommit;
import dev.wings.controlplane.log.LogFixture;
import dev.wings.controlplane.log.LogFixture.CollectedPlan;
import dev.wings.controlplane.log.LogMetadataStore;
import dev.wings.controlplane.log.LogMetadataStore.CommitScope;
import dev.wings.controlplane.log.TopicScan;
import dev.wings.controlplane.state.Stores;
import dev.wings.controlplane.task.TableCommit.WatermarkMove;
import dev.wings.controlplane.task.TaskStore.Idle;
import dev.wings.controlplane.task.TaskStore.LeaseWish;
import dev.wings.controlplane.task.TaskStore.Leased;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A namespace with topics, their tasks, and workers that lease them.
public final class TaskFixture {

    public static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

    /// Pages of the fixture have 128 bytes.
    public static final TaskPolicy POLICY = new TaskPolicy(
            Duration.ofSeconds(30),
            3,
            Duration.ofSeconds(1),
            Duration.ofMinutes(1),
            Duration.ofHours(1),
            1_000,
            8,
            100,
            Duration.ofDays(1),
            Duration.ofMinutes(10),
            Duration.ofHours(4));

    private static final Set<TaskKind> TABLE_KINDS = EnumSet.complementOf(EnumSet.of(TaskKind.COLLECT_GARBAGE));

    private final TaskStore store;
    private final LogMetadataStore logStore;
    private final LogFixture log;
    private final UUID tenantUid;
    private final IdGenerator ids;
    private final FollowUps followUps;

    public TaskFixture(Stores stores, NamespaceName namespace) {
        this.store = stores.tasks();
        this.logStore = stores.log();
        this.log = new LogFixture(stores.cluster(), namespace);
        this.tenantUid = stores.cluster().loadTenant(namespace.parent()).uid();
        this.ids = new IdGenerator(InstantSource.fixed(START), new Random(namespace.hashCode()));
        this.followUps = new FollowUps(POLICY, ids);
    }

    public LogFixture log() {
        return log;
    }

    public IdGenerator ids() {
        return ids;
    }

    public static Instant at(long seconds) {
        return START.plusSeconds(seconds);
    }

    public TaskTarget target(TopicRecord topic) {
        return new TaskTarget(
                tenantUid, topic.namespaceUid(), topic.uid(), topic.name().toString());
    }

    /// The tenant's tasks in this state.
    public List<TaskRecord> list(TaskState state) {
        return store.list(log.namespace().name().parent(), EnumSet.of(state), null, 100);
    }

    public TaskRecord only(TaskState state) {
        List<TaskRecord> found = list(state);
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    public TaskRecord create(TopicRecord topic, TaskKind kind, Instant nextRunTime) {
        NewTask task = new NewTask(ids.next(), kind, target(topic), 0, START, nextRunTime);
        store.create(List.of(task), START);
        return store.load(new TaskName(topic.name().parent().parent(), task.uid()));
    }

    public Optional<TaskRecord> lease(Instant now) {
        return lease(TABLE_KINDS, now);
    }

    public Optional<TaskRecord> lease(Set<TaskKind> kinds, Instant now) {
        return lease(store, kinds, now);
    }

    /// At another replica.
    public Optional<TaskRecord> lease(TaskStore replica, Instant now) {
        return lease(replica, TABLE_KINDS, now);
    }

    private static Optional<TaskRecord> lease(TaskStore store, Set<TaskKind> kinds, Instant now) {
        return switch (store.lease(new LeaseWish(kinds, "worker"), now, POLICY)) {
            case Leased leased -> Optional.of(leased.task());
            case Idle idle -> Optional.empty();
        };
    }

    @Nullable
    public Instant idleUntil(Instant now) {
        return switch (store.lease(new LeaseWish(TABLE_KINDS, "worker"), now, POLICY)) {
            case Leased leased -> throw new AssertionError("nothing to lease is expected: " + leased);
            case Idle idle -> idle.until();
        };
    }

    public TaskRecord complete(TaskRecord task, Instant now) {
        return complete(task, null, false, now);
    }

    public TaskRecord complete(TaskRecord task, @Nullable TableCondition table, boolean more, Instant now) {
        return store.complete(task.name(), state -> followUps.complete(state, task.epoch(), table, more, now));
    }

    public TaskRecord fail(TaskRecord task, String why, Instant now) {
        return fail(task, why, FailureCause.TASK, now);
    }

    public TaskRecord fail(TaskRecord task, String why, FailureCause cause, Instant now) {
        Random none = new Random(1);
        return store.change(task.name(), current -> current.failed(task.epoch(), why, cause, now, POLICY, none));
    }

    /// Counts new pages into tasks.
    public void grow(Instant now) {
        grow(store, now, 1_000);
    }

    /// At another replica.
    public void grow(TaskStore replica, Instant now, int commitLimit) {
        for (UUID namespace : replica.findNamespacesWithNewPages()) {
            replica.growBacklog(
                    namespace,
                    commitLimit,
                    growth -> growth.stream()
                            .map(topic ->
                                    followUps.compaction(topic.topic(), topic.freshness(), topic.pages(), false, now))
                            .toList(),
                    POLICY.compactBytes(),
                    now);
        }
    }

    /// One folio of these pages.
    public void push(Instant now, FolioCommit.Page... pages) {
        push(logStore, now, pages);
    }

    /// At another replica.
    public void push(LogMetadataStore replica, Instant now, FolioCommit.Page... pages) {
        List<FolioCommit> folios = List.of(log.folio(pages));
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, now);
        replica.commit(
                CommitScope.of(log.namespaceUid(), folios),
                state -> CommitRule.decide(log.namespaceUid(), folios, state, micros, POLICY.maxCommitAge()));
    }

    public CollectedPlan plan(TopicRecord topic) {
        CollectedPlan plan = new CollectedPlan();
        logStore.plan(List.of(TopicScan.all(topic.name())), plan);
        return plan;
    }

    /// Has the topic's table created, and answers the lease under which it was.
    public TaskRecord createTable(TopicRecord topic, Instant now) {
        create(topic, TaskKind.CREATE_TABLE, now);
        TaskRecord task = lease(Set.of(TaskKind.CREATE_TABLE), now).orElseThrow();
        commit(creation(topic, task), now);
        complete(task, now);
        return task;
    }

    /// A lease to compact the topic.
    public TaskRecord leaseCompaction(TopicRecord topic, Instant now) {
        create(topic, TaskKind.COMPACT, now);
        return lease(Set.of(TaskKind.COMPACT), now).orElseThrow();
    }

    public TableCommit creation(TopicRecord topic, TaskRecord task) {
        return new TableCommit(
                task.name(),
                task.epoch(),
                ids.next(),
                topic.uid(),
                null,
                location(topic, "metadata/00000"),
                tableUuid(topic),
                List.of(),
                List.of());
    }

    /// From metadata file `base` to the next one.
    public TableCommit compaction(TopicRecord topic, TaskRecord task, int base, WatermarkMove... moves) {
        return new TableCommit(
                task.name(),
                task.epoch(),
                ids.next(),
                topic.uid(),
                location(topic, "metadata/0000" + base),
                location(topic, "metadata/0000" + (base + 1)),
                tableUuid(topic),
                List.of(moves),
                List.of(location(topic, "metadata/0000" + base)));
    }

    public static UUID tableUuid(TopicRecord topic) {
        return new UUID(topic.uid().getMostSignificantBits(), 42);
    }

    public String location(TopicRecord topic, String file) {
        return "file:///data/" + log.namespace().objectPrefix() + "/tables/"
                + topic.name().topic() + "-" + topic.uid() + "/" + file;
    }

    public long commit(TableCommit commit, Instant now) {
        return store.commitTable(commit, state -> TableCommitRule.decide(commit, state, POLICY, now));
    }
}
