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
package dev.wings.controlplane.memory;

import dev.wings.common.resource.TenantName;
import dev.wings.common.resource.TopicName;
import dev.wings.controlplane.cluster.NamespaceRecord;
import dev.wings.controlplane.cluster.ResourceErrors;
import dev.wings.controlplane.cluster.TopicRecord;
import dev.wings.controlplane.lake.LakeEntry;
import dev.wings.controlplane.lake.TableName;
import dev.wings.controlplane.memory.MemoryDatabase.DeletedNamespace;
import dev.wings.controlplane.memory.MemoryDatabase.NamespaceEntry;
import dev.wings.controlplane.memory.MemoryDatabase.PartitionEntry;
import dev.wings.controlplane.memory.MemoryDatabase.StoredPage;
import dev.wings.controlplane.memory.MemoryDatabase.TableCommitEntry;
import dev.wings.controlplane.memory.MemoryDatabase.TopicEntry;
import dev.wings.controlplane.task.NewTask;
import dev.wings.controlplane.task.TableCommit;
import dev.wings.controlplane.task.TableCommit.WatermarkMove;
import dev.wings.controlplane.task.TableCommitDecision;
import dev.wings.controlplane.task.TableCommitDecision.Apply;
import dev.wings.controlplane.task.TableCommitDecision.Repeated;
import dev.wings.controlplane.task.TableCommitRule;
import dev.wings.controlplane.task.TableCommitState;
import dev.wings.controlplane.task.TableCommitState.KnownCommit;
import dev.wings.controlplane.task.TableCommitState.TablePointer;
import dev.wings.controlplane.task.TaskKind;
import dev.wings.controlplane.task.TaskKind.Target;
import dev.wings.controlplane.task.TaskName;
import dev.wings.controlplane.task.TaskPolicy;
import dev.wings.controlplane.task.TaskRecord;
import dev.wings.controlplane.task.TaskState;
import dev.wings.controlplane.task.TaskStore;
import dev.wings.controlplane.task.TaskTarget;
import dev.wings.controlplane.task.TurnRule;
import dev.wings.controlplane.task.TurnRule.Candidate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Tasks and commits to tables, in memory.
final class MemoryTaskStore implements TaskStore {

    /// The order of the uids' bytes; UUIDs of Java compare as signed numbers.
    private static final Comparator<TaskRecord> BY_UID =
            Comparator.comparing(task -> task.uid().toString());

    private final MemoryDatabase database;

    MemoryTaskStore(MemoryDatabase database) {
        this.database = database;
    }

    @Override
    public Turn lease(LeaseWish wish, Instant now, TaskPolicy policy) {
        return database.transaction(() -> {
            tasks(task -> task.state() == TaskState.RUNNING && !leaseEnd(task).isAfter(now))
                    .toList()
                    .forEach(task -> put(task.lapsed(now, policy)));
            Optional<UUID> first = TurnRule.next(tasks(
                            task -> task.isWaiting(now) && wish.kinds().contains(task.kind()) && mayRun(task))
                    .map(task -> new Candidate(
                            task.uid(),
                            task.dueTime(),
                            running(task, TaskTarget::tenantUid).count(),
                            database.turns.get(task.target().tenantUid())))
                    .toList());
            if (first.isEmpty()) {
                return new Idle(nextTime(wish, now));
            }
            TaskRecord waiting = Objects.requireNonNull(database.tasks.get(first.get()));
            TaskRecord leased = waiting.leased(wish.worker(), now, policy.lease());
            database.turns.put(leased.target().tenantUid(), now);
            return new Leased(put(leased));
        });
    }

    private static Instant leaseEnd(TaskRecord task) {
        return Objects.requireNonNull(task.lease()).end();
    }

    private boolean mayRun(TaskRecord task) {
        UUID target = task.target().uid();
        TopicEntry topic = database.findTopic(target);
        return running(task, TaskTarget::uid).findAny().isEmpty()
                && switch (task.kind().target()) {
                    case NAMESPACE -> database.isCollected(target);
                    case TOPIC -> topic != null;
                    case TABLE -> topic != null && database.tableOf(topic.topic) != null;
                };
    }

    /// The running tasks that have this in common with `task`.
    private Stream<TaskRecord> running(TaskRecord task, Function<TaskTarget, UUID> part) {
        return tasks(other ->
                other.state() == TaskState.RUNNING && part.apply(other.target()).equals(part.apply(task.target())));
    }

    private @Nullable Instant nextTime(LeaseWish wish, Instant now) {
        return Stream.concat(
                        tasks(task -> task.state() == TaskState.WAITING
                                        && wish.kinds().contains(task.kind()))
                                .map(TaskRecord::nextRunTime),
                        tasks(task -> task.state() == TaskState.RUNNING).map(MemoryTaskStore::leaseEnd))
                .filter(time -> time.isAfter(now))
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    private Stream<TaskRecord> tasks(Predicate<TaskRecord> condition) {
        return database.tasks.values().stream().filter(condition);
    }

    private TaskRecord put(TaskRecord task) {
        database.tasks.put(task.uid(), task);
        return task;
    }

    @Override
    public TaskRecord change(TaskName name, UnaryOperator<TaskRecord> rule) {
        return database.transaction(() -> put(rule.apply(find(name))));
    }

    private TaskRecord find(TaskName name) {
        TaskRecord found = database.tasks.get(name.uid());
        if (found == null || !found.name().equals(name)) {
            throw ResourceErrors.notFound(name);
        }
        return found;
    }

    @Override
    public TaskRecord complete(TaskName name, Function<CompletionState, Completion> rule) {
        return database.transaction(() -> {
            Completion completion = rule.apply(completionState(find(name)));
            TaskRecord done = put(completion.task());
            make(completion.following(), completion.dueBytes(), done.updateTime());
            return done;
        });
    }

    private CompletionState completionState(TaskRecord task) {
        UUID target = task.target().uid();
        if (task.kind().target() == Target.NAMESPACE) {
            NamespaceEntry namespace = database.loadEver(target);
            namespace.cleaned = database.remains(target).isThrough();
            return new CompletionState(task, !namespace.cleaned, Duration.ZERO, null);
        }
        TopicEntry topic = database.findTopic(target);
        if (topic == null) {
            return new CompletionState(task, false, Duration.ZERO, null);
        }
        NamespaceEntry namespace = database.loadNamespace(topic.topic.namespaceUid());
        Backlog left = task.kind().movesWatermarks()
                ? backlog(namespace, topic, 0, namespace.taskCursor).orElse(null)
                : null;
        return new CompletionState(task, true, topic.topic.lake().freshness(), left);
    }

    /// The pages of commits in `(start, end]`.
    private static Optional<Backlog> backlog(NamespaceEntry namespace, TopicEntry topic, long start, long end) {
        List<StoredPage> pages = topic.pages()
                .filter(page -> page.commitNumber() > start && page.commitNumber() <= end)
                .toList();
        return pages.stream()
                .map(page -> namespace.commitTimes.get(Math.toIntExact(page.commitNumber() - 1)))
                .min(Comparator.naturalOrder())
                .map(oldest -> new Backlog(
                        oldest,
                        pages.stream()
                                .mapToLong(page -> page.page().byteLength())
                                .sum()));
    }

    @Override
    public TaskRecord load(TaskName name) {
        return database.transaction(() -> find(name));
    }

    @Override
    public List<TaskRecord> list(TenantName tenant, Set<TaskState> states, @Nullable UUID after, int limit) {
        return database.transaction(() -> {
            UUID tenantUid = database.load(tenant).tenant.uid();
            return tasks(task -> task.target().tenantUid().equals(tenantUid) && states.contains(task.state()))
                    .filter(task -> after == null || task.uid().toString().compareTo(after.toString()) < 0)
                    .sorted(BY_UID.reversed())
                    .limit(limit)
                    .toList();
        });
    }

    @Override
    public long commitTable(TableCommit commit, Function<TableCommitState, TableCommitDecision> rule) {
        return database.transaction(() -> {
            TopicEntry topic = database.findTopic(commit.topicUid());
            return switch (rule.apply(commitState(commit, topic))) {
                case Repeated repeated -> repeated.rows();
                case Apply apply -> {
                    apply(commit, Objects.requireNonNull(topic), apply);
                    yield apply.rows();
                }
            };
        });
    }

    private TableCommitState commitState(TableCommit commit, @Nullable TopicEntry topic) {
        TableCommitEntry known = database.tableCommits.get(commit.commitId());
        TaskRecord task = database.tasks.get(commit.task().uid());
        if (task != null && !task.name().equals(commit.task())) {
            task = null;
        }
        if (known != null || topic == null) {
            return new TableCommitState(
                    known == null ? null : new KnownCommit(known.topicUid(), known.rows()), task, null, null, Map.of());
        }
        Map<String, Long> watermarks = new HashMap<>();
        for (WatermarkMove move : commit.moves()) {
            PartitionEntry partition = topic.partitions.get(move.value());
            if (partition != null) {
                watermarks.put(move.value(), partition.watermark);
            }
        }
        return new TableCommitState(null, task, database.home(topic.topic), pointer(topic), watermarks);
    }

    private void apply(TableCommit commit, TopicEntry topic, Apply apply) {
        // All checks come first: nothing is undone here.
        for (WatermarkMove move : apply.moves()) {
            long rows = Objects.requireNonNull(topic.partitions.get(move.value())).pages.stream()
                    .filter(page -> isIn(page, move))
                    .mapToLong(page -> page.page().endOffset() - page.page().startOffset())
                    .sum();
            TableCommitRule.checkRemoved(commit, move, rows);
        }
        for (WatermarkMove move : apply.moves()) {
            PartitionEntry partition = Objects.requireNonNull(topic.partitions.get(move.value()));
            partition.pages.removeIf(page -> isIn(page, move));
            partition.watermark = move.endOffset();
        }
        put(topic, apply.table());
        for (String location : apply.garbage()) {
            database.addGarbage(topic.topic.namespaceUid(), location, apply.collectTime());
        }
        database.tableCommits.put(
                commit.commitId(), new TableCommitEntry(commit.topicUid(), apply.rows(), apply.time()));
    }

    private @Nullable TablePointer pointer(TopicEntry topic) {
        LakeEntry table = database.tableOf(topic.topic);
        return table == null ? null : new TablePointer(table.tableUuid(), table.metadataLocation(), table.version());
    }

    private void put(TopicEntry topic, TablePointer table) {
        TopicName name = topic.topic.name();
        LakeEntry entry = new LakeEntry(
                TableName.of(name.parent(), name.topic()),
                LakeEntry.Kind.TABLE,
                topic.topic.uid(),
                Optional.of(topic.topic.uid()),
                table.tableUuid(),
                table.metadataLocation(),
                table.version(),
                database.home(topic.topic).home());
        database.load(name.parent()).tables.put(name.topic(), entry);
    }

    private static boolean isIn(StoredPage page, WatermarkMove move) {
        return page.page().startOffset() >= move.startOffset() && page.page().endOffset() <= move.endOffset();
    }

    @Override
    public List<Wanted> findWanted(int limit) {
        return database.transaction(() -> database.wanted.entrySet().stream()
                .flatMap(
                        wanted -> target(wanted.getKey()).map(target -> new Wanted(wanted.getValue(), target)).stream())
                .sorted(Comparator.comparing(wanted -> wanted.target().uid().toString()))
                .limit(limit)
                .toList());
    }

    /// The target of that uid; empty if it is gone.
    private Optional<TaskTarget> target(UUID uid) {
        TopicEntry topic = database.findTopic(uid);
        NamespaceEntry namespace = database.namespaces.get(uid);
        DeletedNamespace deleted = database.deletedNamespaces.get(uid);
        if (topic != null) {
            return Optional.of(target(topic.topic));
        } else if (namespace != null) {
            UUID tenant =
                    database.load(namespace.namespace.name().parent()).tenant.uid();
            return Optional.of(collected(tenant, namespace));
        }
        return Optional.ofNullable(deleted).map(gone -> collected(gone.tenantUid(), gone.entry()));
    }

    private TaskTarget target(TopicRecord topic) {
        UUID tenant = database.load(topic.name().parent().parent()).tenant.uid();
        return new TaskTarget(
                tenant, topic.namespaceUid(), topic.uid(), topic.name().toString());
    }

    private Optional<TaskRecord> open(TaskTarget target, TaskKind kind) {
        return tasks(task -> task.kind() == kind
                        && task.state() != TaskState.DONE
                        && task.target().uid().equals(target.uid()))
                .findFirst();
    }

    private static TaskTarget collected(UUID tenantUid, NamespaceEntry entry) {
        NamespaceRecord namespace = entry.namespace;
        return new TaskTarget(
                tenantUid, namespace.uid(), namespace.uid(), namespace.name().toString());
    }

    @Override
    public List<UUID> findNamespacesWithNewPages() {
        return database.transaction(() -> database.namespaces.values().stream()
                .filter(namespace -> namespace.taskCursor < namespace.objectKeys.size())
                .map(namespace -> namespace.namespace.uid())
                .toList());
    }

    @Override
    public Optional<Integer> growBacklog(
            UUID namespaceUid,
            int commitLimit,
            Function<List<TopicGrowth>, List<NewTask>> rule,
            long dueBytes,
            Instant now) {
        return database.transaction(() -> {
            NamespaceEntry namespace = database.namespaces.get(namespaceUid);
            if (namespace == null) {
                return Optional.of(0);
            }
            long end = Math.min(namespace.objectKeys.size(), namespace.taskCursor + commitLimit);
            List<TopicGrowth> growth = new ArrayList<>();
            for (TopicEntry topic : namespace.topics.values()) {
                backlog(namespace, topic, namespace.taskCursor, end)
                        .ifPresent(pages -> growth.add(new TopicGrowth(
                                target(topic.topic), topic.topic.lake().freshness(), pages)));
            }
            List<NewTask> made = rule.apply(growth);
            make(made, dueBytes, now);
            namespace.taskCursor = end;
            return Optional.of(made.size());
        });
    }

    @Override
    public void create(List<NewTask> tasks, Instant now) {
        database.transaction(() -> {
            make(tasks, Long.MAX_VALUE, now);
            tasks.forEach(task -> database.wanted.remove(task.target().uid(), task.kind()));
            return tasks;
        });
    }

    private void make(List<NewTask> tasks, long dueBytes, Instant now) {
        for (NewTask task : tasks) {
            put(open(task.target(), task.kind())
                    .map(there -> there.joined(task, dueBytes, now))
                    .orElseGet(() -> TaskRecord.of(task, now)));
        }
    }

    @Override
    public int prune(Instant before, int limit) {
        return database.transaction(() -> {
            List<UUID> old = tasks(task ->
                            task.state() == TaskState.DONE && task.updateTime().isBefore(before))
                    .map(TaskRecord::uid)
                    .limit(limit)
                    .toList();
            database.tasks.keySet().removeAll(old);
            database.tableCommits.values().removeIf(commit -> commit.time().isBefore(before));
            database.tasks
                    .values()
                    .removeIf(task -> (task.state() == TaskState.WAITING || task.state() == TaskState.DEAD)
                            && task.kind().target() != Target.NAMESPACE
                            && database.findTopic(task.target().uid()) == null);
            database.wanted
                    .entrySet()
                    .removeIf(wanted -> wanted.getValue().target() != Target.NAMESPACE
                            && database.findTopic(wanted.getKey()) == null);
            return old.size();
        });
    }

    @Override
    public List<TaskCount> count() {
        return database.transaction(() -> {
            List<TaskCount> counts = new ArrayList<>();
            for (TaskKind kind : TaskKind.values()) {
                for (TaskState state : TaskState.values()) {
                    List<Instant> since = tasks(task -> task.kind() == kind && task.state() == state)
                            .map(TaskRecord::sinceTime)
                            .sorted()
                            .toList();
                    if (state != TaskState.DONE && !since.isEmpty()) {
                        counts.add(new TaskCount(kind, state, since.size(), since.getFirst()));
                    }
                }
            }
            return counts;
        });
    }
}
