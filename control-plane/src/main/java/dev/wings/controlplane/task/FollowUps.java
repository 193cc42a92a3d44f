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

import dev.wings.common.time.IdGenerator;
import dev.wings.controlplane.task.TaskKind.Target;
import dev.wings.controlplane.task.TaskStore.Backlog;
import dev.wings.controlplane.task.TaskStore.Completion;
import dev.wings.controlplane.task.TaskStore.CompletionState;
import dev.wings.controlplane.task.TaskStore.Wanted;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Decides which tasks follow from what has happened. Nothing here does I/O.
final class FollowUps {

    private final TaskPolicy policy;
    private final IdGenerator ids;

    FollowUps(TaskPolicy policy, IdGenerator ids) {
        this.policy = policy;
        this.ids = ids;
    }

    /// What follows from a task that is done.
    ///
    /// @param table the table as it is now; null if the task did not look
    /// @param more whether the worker says that there is more of the same
    Completion complete(CompletionState state, long epoch, @Nullable TableCondition table, boolean more, Instant now) {
        TaskRecord task = state.task().completed(epoch, now);
        List<NewTask> following = new ArrayList<>();
        if (state.target()) {
            TaskKind kind = task.kind();
            Backlog left = state.pages();
            if (left != null) {
                following.add(compaction(task.target(), state.freshness(), left, more, now));
            } else if (!kind.canDie()) {
                following.add(housekeeping(task, kind, now, more ? now : now.plus(policy.garbageInterval())));
            } else if (more && kind.target() == Target.TABLE && !kind.movesWatermarks()) {
                following.add(housekeeping(task, kind, now, now));
            }
            if (table != null) {
                addHousekeeping(following, task, table, now);
            }
        }
        return new Completion(task, following, policy.compactBytes());
    }

    private void addHousekeeping(List<NewTask> following, TaskRecord task, TableCondition table, Instant now) {
        // A rewrite could not do better with what it has left small.
        if (table.smallSegments() >= policy.rewriteSegments() && task.kind() != TaskKind.REWRITE) {
            following.add(housekeeping(task, TaskKind.REWRITE, now, now));
        }
        // Something holds the snapshots that an expiry has left.
        boolean expired = task.kind() == TaskKind.EXPIRE_SNAPSHOTS;
        if (table.snapshots() > policy.maxSnapshots() && !expired) {
            following.add(housekeeping(task, TaskKind.EXPIRE_SNAPSHOTS, now, now));
        } else if (table.snapshots() > 1 && table.oldestSnapshotTime() != null) {
            Instant old = table.oldestSnapshotTime().plus(policy.snapshotAge());
            Instant earliest = expired ? now.plus(policy.snapshotAge().dividedBy(4)) : now;
            following.add(housekeeping(task, TaskKind.EXPIRE_SNAPSHOTS, now, old.isBefore(earliest) ? earliest : old));
        }
    }

    private NewTask housekeeping(TaskRecord task, TaskKind kind, Instant now, Instant nextRunTime) {
        return new NewTask(ids.next(), kind, task.target(), 0, now, nextRunTime);
    }

    /// A task to compact these pages when they are as old as the topic's freshness allows, or at once if there
    /// are many bytes of them.
    NewTask compaction(TaskTarget topic, Duration freshness, Backlog pages, boolean atOnce, Instant now) {
        Instant due = pages.oldest().plus(freshness);
        boolean soon = atOnce || pages.bytes() >= policy.compactBytes();
        return new NewTask(
                ids.next(),
                TaskKind.COMPACT,
                topic,
                pages.bytes(),
                pages.oldest(),
                soon && due.isAfter(now) ? now : due);
    }

    /// The first task of a topic or of a namespace, in which there is no garbage yet.
    NewTask first(Wanted wanted, Instant now) {
        boolean atOnce = wanted.kind().target() != Target.NAMESPACE;
        return new NewTask(
                ids.next(), wanted.kind(), wanted.target(), 0, now, atOnce ? now : now.plus(policy.garbageInterval()));
    }
}
