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

import dev.wings.common.resource.TenantName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Where tasks are kept, and where their results become part of the lake. Safe for use by many threads and
/// replicas.
///
/// All implementations pass one contract suite. Each method is one transaction; rules that are passed in have no
/// effects and may be asked more than once. Failures: NOT_FOUND naming what does not exist; CONFLICT for a
/// transaction that lost against another, with nothing written; UNAVAILABLE when the state cannot be reached, the
/// outcome then being unknown.
public interface TaskStore {

    /// Leases the task whose turn it is, after ending leases that are over ([TaskRecord#lapsed]).
    ///
    /// A task may have its turn when it waits, its time has come, and its target is as its kind wants it
    /// ([TaskKind#target]) and has no task running; which of these comes first [TurnRule] says.
    Turn lease(LeaseWish wish, Instant now, TaskPolicy policy);

    /// A worker's wish for a task.
    ///
    /// @param kinds at least one
    record LeaseWish(Set<TaskKind> kinds, String worker) {
        public LeaseWish {
            kinds = Set.copyOf(kinds);
        }
    }

    /// What a worker gets.
    sealed interface Turn {}

    record Leased(TaskRecord task) implements Turn {}

    /// There is nothing yet.
    ///
    /// @param until when there may be something, if nothing happens before; null for never
    record Idle(@Nullable Instant until) implements Turn {}

    /// Asks `rule` what becomes of a task, and stores it. Fails with NOT_FOUND if there is no such task of the
    /// tenant.
    TaskRecord change(TaskName name, UnaryOperator<TaskRecord> rule);

    /// Ends a task and makes those that follow from it.
    TaskRecord complete(TaskName name, Function<CompletionState, Completion> rule);

    /// @param target whether it still exists; a namespace does until it is through ([NamespaceRemains])
    /// @param freshness the freshness of the topic; zero for a namespace
    /// @param pages pages that are left and have been counted into tasks; null unless the task moves watermarks
    record CompletionState(
            TaskRecord task,
            boolean target,
            Duration freshness,
            @Nullable Backlog pages) {}

    /// Pages that wait to be compacted.
    ///
    /// @param oldest when the oldest was committed
    /// @param bytes how many bytes they have at least; if there are very many, not all are counted
    record Backlog(Instant oldest, long bytes) {}

    /// @param task the task as it is from now on
    /// @param following tasks to be made, of the same target
    /// @param dueBytes see [TaskRecord#joined]
    record Completion(TaskRecord task, List<NewTask> following, long dueBytes) {}

    TaskRecord load(TaskName name);

    /// Tasks of a tenant in one of these states, newest first, behind `after` (null for the start). Fails with
    /// NOT_FOUND for a missing tenant.
    List<TaskRecord> list(TenantName tenant, Set<TaskState> states, @Nullable UUID after, int limit);

    /// Asks `rule` to decide on a commit to a topic's table, and makes it: pointer, watermarks, removal of
    /// pages and garbage. During the transaction nobody else changes the task, the table, the watermarks, or
    /// deletes the topic; commits to the log go on. Fails with CONFLICT if pages and watermarks do not agree
    /// with what was decided.
    ///
    /// @return rows that were moved out of pages
    long commitTable(TableCommit commit, Function<TableCommitState, TableCommitDecision> rule);

    /// The first tasks of new topics and namespaces that nobody has made yet, up to `limit`, ordered by the target's
    /// uid. They are written down in the transaction that makes the topic or the namespace.
    List<Wanted> findWanted(int limit);

    record Wanted(TaskKind kind, TaskTarget target) {}

    /// Namespaces with commits for which tasks were not made yet.
    List<UUID> findNamespacesWithNewPages();

    /// Asks `rule` which tasks to make for the pages of the next commits of a namespace, makes them, and
    /// remembers that it did: each page is counted once, whatever crashes in between.
    ///
    /// @param commitLimit how many commits are looked at
    /// @return how many tasks were made or joined; empty if another replica is at it
    Optional<Integer> growBacklog(
            UUID namespaceUid,
            int commitLimit,
            Function<List<TopicGrowth>, List<NewTask>> rule,
            long dueBytes,
            Instant now);

    /// Pages that were added to a topic.
    record TopicGrowth(TaskTarget topic, Duration freshness, Backlog pages) {}

    /// Makes tasks, or joins them with those that are there. Their targets want them no longer.
    void create(List<NewTask> tasks, Instant now);

    /// Forgets tasks that were done before `before`, ids of commits of before then, and tasks of topics that are
    /// gone.
    ///
    /// @return how many were forgotten, at most roughly `limit`
    int prune(Instant before, int limit);

    /// How many tasks are in which state, and since when they have been waiting. Those that are done are left
    /// out.
    List<TaskCount> count();

    /// @param oldestSince the earliest [TaskRecord#sinceTime]
    record TaskCount(TaskKind kind, TaskState state, long tasks, Instant oldestSince) {}
}
