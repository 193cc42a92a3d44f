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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.controlplane.task.TableCommit.WatermarkMove;
import dev.wings.controlplane.task.TableCommitDecision.Apply;
import dev.wings.controlplane.task.TableCommitDecision.Repeated;
import dev.wings.controlplane.task.TableCommitState.KnownCommit;
import dev.wings.controlplane.task.TableCommitState.TablePointer;
import dev.wings.controlplane.task.TableCommitState.TopicHome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Decides whether a commit to a topic's table may be made. No state is kept and nothing is read or written
/// here.
///
/// A row is never in the table twice, and never lost, because a commit is made under the newest lease of its
/// task, on top of the metadata file that is the table's current one, and moves each watermark from where it
/// is. Whoever held up, repeated, or took over the work of another fails at one of these.
public final class TableCommitRule {

    private TableCommitRule() {}

    /// Decides on a commit. Fails with CONFLICT for a lost lease, and for a table or watermark that is not
    /// where the commit expects it; with NOT_FOUND for a topic or task that does not exist; with INVALID for
    /// what this task cannot commit.
    public static TableCommitDecision decide(
            TableCommit commit, TableCommitState state, TaskPolicy policy, Instant now) {
        KnownCommit known = state.known();
        if (known != null) {
            if (!known.topicUid().equals(commit.topicUid())) {
                throw WingsException.invalid("another commit has this id: commit_id=" + commit.commitId());
            }
            return new Repeated(known.rows());
        }
        TopicHome topic = state.topic();
        if (topic == null) {
            throw WingsException.notFound("topic not found: topic_uid=" + commit.topicUid());
        }
        checkTask(commit, state.task(), policy, now);
        checkLocations(commit, topic);
        TablePointer moved = move(commit, state.table());
        commit.moves().forEach(move -> checkWatermark(commit, move, state));
        return new Apply(
                moved,
                state.table() == null,
                commit.moves(),
                commit.obsoleteLocations(),
                now,
                now.plus(policy.garbageGrace()));
    }

    private static void checkTask(TableCommit commit, @Nullable TaskRecord task, TaskPolicy policy, Instant now) {
        if (task == null) {
            throw WingsException.notFound("not found: name=" + commit.task());
        }
        if (!task.target().uid().equals(commit.topicUid()) || task.kind().target() == TaskKind.Target.NAMESPACE) {
            throw WingsException.invalid("the task is not one of the topic's table: task=" + commit.task()
                    + ", topic_uid=" + commit.topicUid());
        }
        if (!task.kind().movesWatermarks() && !commit.moves().isEmpty()) {
            throw WingsException.invalid(
                    "only compaction moves watermarks: task=" + commit.task() + ", kind=" + task.kind());
        }
        TaskRecord.Lease lease = task.checkLease(commit.epoch());
        if (lease.start().plus(policy.maxCommitAge()).isBefore(now)) {
            // What was uploaded at its start is about to be taken for an orphan.
            throw new WingsException(
                    ErrorKind.CONFLICT,
                    "the lease is too old to commit: task=" + commit.task() + ", start=" + lease.start() + ", limit="
                            + policy.maxCommitAge());
        }
    }

    /// Checks that the table has its files where nobody else's are: else a commit could have the objects of
    /// others collected.
    private static void checkLocations(TableCommit commit, TopicHome topic) {
        String prefix = topic.tablePrefix();
        checkLocation(commit.metadataLocation(), prefix);
        commit.obsoleteLocations().forEach(location -> checkLocation(location, prefix));
    }

    private static void checkLocation(String location, String prefix) {
        boolean inside = location.startsWith(prefix) && location.length() > prefix.length();
        // a slash at the end would mean all objects below
        if (!inside || location.endsWith("/") || location.contains("/../") || location.contains("/./")) {
            throw WingsException.invalid("the location is not one of the topic's table: expected_prefix=" + prefix);
        }
    }

    private static TablePointer move(TableCommit commit, @Nullable TablePointer table) {
        if (table == null) {
            if (commit.baseLocation() != null) {
                throw conflict(commit, "the topic has no table", "base_location=" + commit.baseLocation());
            }
            return new TablePointer(commit.tableUuid(), commit.metadataLocation(), 1);
        }
        if (commit.baseLocation() == null) {
            throw conflict(commit, "the topic has a table", "version=" + table.version());
        }
        if (!table.metadataLocation().equals(commit.baseLocation())) {
            throw conflict(commit, "the table has moved on", "version=" + table.version());
        }
        if (!table.tableUuid().equals(commit.tableUuid())) {
            throw conflict(commit, "the table is another one", "table_uuid=" + table.tableUuid());
        }
        return new TablePointer(table.tableUuid(), commit.metadataLocation(), table.version() + 1);
    }

    private static void checkWatermark(TableCommit commit, WatermarkMove move, TableCommitState state) {
        Long watermark = state.watermarks().get(move.value());
        if (watermark == null || watermark != move.startOffset()) {
            throw conflict(
                    commit,
                    "the watermark is somewhere else",
                    "watermark=" + watermark + ", start_offset=" + move.startOffset());
        }
    }

    /// Checks pages that were removed for a move: they must have all rows of the move and no others, so that
    /// both of its ends are ends of pages.
    ///
    /// @param rows how many rows the pages have that lie in the move
    public static void checkRemoved(TableCommit commit, WatermarkMove move, long rows) {
        if (rows != move.rows()) {
            throw conflict(
                    commit,
                    "the pages do not end there",
                    "start_offset=" + move.startOffset() + ", end_offset=" + move.endOffset() + ", rows_in_pages="
                            + rows);
        }
    }

    private static WingsException conflict(TableCommit commit, String what, String details) {
        return new WingsException(
                ErrorKind.CONFLICT,
                what + ": topic_uid=" + commit.topicUid() + ", commit_id=" + commit.commitId() + ", " + details);
    }
}
