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
package dev.wings.controlplane.postgres;

import dev.wings.controlplane.task.NewTask;
import dev.wings.controlplane.task.TaskKind;
import dev.wings.controlplane.task.TaskKind.Target;
import dev.wings.controlplane.task.TaskRecord;
import dev.wings.controlplane.task.TaskState;
import dev.wings.controlplane.task.TaskTarget;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads and writes tasks.
final class TaskRows {

    /// The columns of tasks `k`.
    static final String COLUMNS = """
            k.task_uid, k.tenant_uid, k.namespace_uid, k.kind, k.target_uid, k.target, k.bytes, k.state, k.epoch,
            k.attempts, k.transient_failures, k.failure, k.progress, k.worker, k.lease_start_time, k.lease_end_time,
            k.create_time, k.update_time, k.since_time, k.due_time, k.next_run_time\
            """;

    private static final String UPDATE = """
            update tasks
            set bytes = ?, state = ?, epoch = ?, attempts = ?, transient_failures = ?, failure = ?, progress = ?,
                worker = ?, lease_start_time = ?, lease_end_time = ?, update_time = ?, since_time = ?, due_time = ?,
                next_run_time = ?
            where task_uid = ?
            """;

    private static final String LOCK_OPEN = """
            select %s
            from unnest(?::uuid[], ?::text[]) as wanted (target_uid, kind)
                join tasks k on k.target_uid = wanted.target_uid and k.kind = wanted.kind
            where k.state <> 'DONE'
            order by k.target_uid, k.kind collate "C"
            for no key update of k
            """.formatted(COLUMNS);

    private static final String LOCK_OF_TARGET = """
            select %s
            from tasks k
            where k.target_uid = ? and k.state <> 'DONE'
            order by k.kind collate "C"
            for no key update
            """.formatted(COLUMNS);

    private static final String INSERT = """
            insert into tasks
                (task_uid, tenant_uid, namespace_uid, kind, target_uid, target, bytes, since_time, due_time,
                next_run_time, state, epoch, attempts, transient_failures, failure, progress, create_time, update_time)
            select t.task_uid, t.tenant_uid, t.namespace_uid, t.kind, t.target_uid, t.target, t.bytes,
                t.since_time::timestamptz, t.due_time::timestamptz, t.next_run_time::timestamptz,
                'WAITING', 0, 0, 0, '', '', ?, ?
            from unnest(?::uuid[], ?::uuid[], ?::uuid[], ?::text[], ?::uuid[], ?::text[], ?::bigint[], ?::text[],
                ?::text[], ?::text[])
                as t (task_uid, tenant_uid, namespace_uid, kind, target_uid, target, bytes, since_time, due_time,
                    next_run_time)
            order by t.target_uid, t.kind collate "C"
            on conflict (target_uid, kind) where state <> 'DONE' do nothing
            returning task_uid
            """;

    private TaskRows() {}

    /// Names a target and a kind: at most one task of it is not done.
    private record OpenKey(UUID target, TaskKind kind) {
        static OpenKey of(NewTask task) {
            return new OpenKey(task.target().uid(), task.kind());
        }
    }

    static TaskRecord read(ResultSet row) throws SQLException {
        String worker = row.getString("worker");
        return new TaskRecord(
                Sql.uuid(row, "task_uid"),
                TaskKind.valueOf(row.getString("kind")),
                new TaskTarget(
                        Sql.uuid(row, "tenant_uid"),
                        Sql.uuid(row, "namespace_uid"),
                        Sql.uuid(row, "target_uid"),
                        row.getString("target")),
                row.getLong("bytes"),
                TaskState.valueOf(row.getString("state")),
                row.getLong("epoch"),
                row.getInt("attempts"),
                row.getInt("transient_failures"),
                row.getString("failure"),
                row.getString("progress"),
                worker == null
                        ? null
                        : new TaskRecord.Lease(
                                worker, Sql.instant(row, "lease_start_time"), Sql.instant(row, "lease_end_time")),
                Sql.instant(row, "create_time"),
                Sql.instant(row, "update_time"),
                Sql.instant(row, "since_time"),
                Sql.instant(row, "due_time"),
                Sql.instant(row, "next_run_time"));
    }

    /// The kinds of tasks that work on such targets, as literals of SQL.
    static String kinds(Target target) {
        return Arrays.stream(TaskKind.values())
                .filter(kind -> kind.target() == target)
                .map(kind -> "'" + kind + "'")
                .collect(Collectors.joining(", "));
    }

    /// Ends the tasks of a topic that is gone: see [TaskRecord#ended].
    static void end(Connection connection, UUID topicUid, Instant now) throws SQLException {
        for (TaskRecord open : Sql.query(connection, LOCK_OF_TARGET, TaskRows::read, topicUid)) {
            update(connection, open.ended(now));
        }
    }

    static void update(Connection connection, TaskRecord task) throws SQLException {
        TaskRecord.@Nullable Lease lease = task.lease();
        int changed = Sql.update(
                connection,
                UPDATE,
                task.bytes(),
                task.state().name(),
                task.epoch(),
                task.attempts(),
                task.transientFailures(),
                task.failure(),
                task.progress(),
                lease == null ? null : lease.worker(),
                lease == null ? null : lease.start(),
                lease == null ? null : lease.end(),
                task.updateTime(),
                task.sinceTime(),
                task.dueTime(),
                task.nextRunTime(),
                task.uid());
        if (changed != 1) {
            throw new IllegalStateException("a task that is locked can be written: task=" + task.uid());
        }
    }

    /// Makes tasks, or joins them with those that are there: see [TaskRecord#joined].
    static void create(Connection connection, List<NewTask> tasks, long dueBytes, Instant now) throws SQLException {
        List<NewTask> left = new ArrayList<>(tasks);
        while (!left.isEmpty()) {
            join(connection, left, dueBytes, now);
            Set<UUID> inserted = insert(connection, left, now);
            // tasks that another transaction has made meanwhile, and committed, are joined next
            left.removeIf(task -> inserted.contains(task.uid()));
        }
    }

    /// Joins tasks with those that are there, and removes them from `tasks`.
    private static void join(Connection connection, List<NewTask> tasks, long dueBytes, Instant now)
            throws SQLException {
        List<TaskRecord> open = Sql.query(
                connection,
                LOCK_OPEN,
                TaskRows::read,
                Sql.uuids(connection, tasks.stream().map(task -> task.target().uid())),
                Sql.texts(connection, tasks.stream().map(task -> task.kind().name())));
        Map<OpenKey, TaskRecord> joined = new HashMap<>();
        open.forEach(task -> joined.put(new OpenKey(task.target().uid(), task.kind()), task));
        for (NewTask more : tasks) {
            joined.computeIfPresent(OpenKey.of(more), (key, task) -> task.joined(more, dueBytes, now));
        }
        for (TaskRecord task : joined.values()) {
            update(connection, task);
        }
        tasks.removeIf(more -> joined.containsKey(OpenKey.of(more)));
    }

    private static Set<UUID> insert(Connection connection, List<NewTask> tasks, Instant now) throws SQLException {
        if (tasks.isEmpty()) {
            return Set.of();
        }
        return new HashSet<>(Sql.query(
                connection,
                INSERT,
                row -> Sql.uuid(row, "task_uid"),
                now,
                now,
                Sql.uuids(connection, tasks.stream().map(NewTask::uid)),
                Sql.uuids(connection, tasks.stream().map(task -> task.target().tenantUid())),
                Sql.uuids(connection, tasks.stream().map(task -> task.target().namespaceUid())),
                Sql.texts(connection, tasks.stream().map(task -> task.kind().name())),
                Sql.uuids(connection, tasks.stream().map(task -> task.target().uid())),
                Sql.texts(connection, tasks.stream().map(task -> task.target().name())),
                tasks.stream().mapToLong(NewTask::bytes).toArray(),
                times(connection, tasks, NewTask::sinceTime),
                times(connection, tasks, NewTask::dueTime),
                times(connection, tasks, NewTask::nextRunTime)));
    }

    private static Array times(Connection connection, List<NewTask> tasks, Function<NewTask, Instant> time)
            throws SQLException {
        return Sql.texts(connection, tasks.stream().map(task -> time.apply(task).toString()));
    }
}
