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

import dev.wings.controlplane.task.TaskKind.Target;
import dev.wings.controlplane.task.TaskPolicy;
import dev.wings.controlplane.task.TaskRecord;
import dev.wings.controlplane.task.TaskStore.Idle;
import dev.wings.controlplane.task.TaskStore.LeaseWish;
import dev.wings.controlplane.task.TaskStore.Leased;
import dev.wings.controlplane.task.TaskStore.Turn;
import dev.wings.controlplane.task.TurnRule;
import dev.wings.controlplane.task.TurnRule.Candidate;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Finds the task whose turn it is.
final class TaskTurnStatements {

    /// The lock's number is any that nothing else locks. Turns are taken one after the other: each takes a
    /// millisecond, and none has to guess what another is about to do.
    private static final String LOCK_TURNS = "select pg_advisory_xact_lock(7_700_001)";

    private static final int LAPSED = 100;

    /// Locks tasks whose lease may be over. Those that another transaction holds, which ends or renews them,
    /// are left alone.
    private static final String LOCK_LAPSED = """
            select %s
            from tasks k
            where k.state = 'RUNNING' and k.lease_end_time <= ?
            order by k.target_uid, k.kind collate "C"
            limit ?
            for no key update skip locked
            """.formatted(TaskRows.COLUMNS);

    /// Looks up tenant after tenant in the index, then the first task of each that may run: no more is read of a
    /// tenant with thousands of tasks than of one with a single one.
    private static final String FIND = """
            with recursive waiting (tenant_uid) as (
                (select tenant_uid from tasks where state = 'WAITING' order by tenant_uid limit 1)
                union all
                select (
                    select k.tenant_uid from tasks k
                    where k.state = 'WAITING' and k.tenant_uid > w.tenant_uid
                    order by k.tenant_uid limit 1
                )
                from waiting w where w.tenant_uid is not null
            )
            select first.task_uid, first.due_time, running.tasks, u.lease_time
            from waiting w
                cross join lateral (
                    select k.task_uid, k.due_time
                    from tasks k
                    where k.state = 'WAITING' and k.tenant_uid = w.tenant_uid and k.next_run_time <= ?
                        and k.kind = any(?)
                        and not exists (
                            select from tasks r where r.target_uid = k.target_uid and r.state = 'RUNNING')
                        and case
                            when k.kind in (%s) then exists (
                                select from namespaces n where n.namespace_uid = k.target_uid and not n.cleaned)
                            when k.kind in (%s) then exists (
                                select from lake_tables l where l.topic_uid = k.target_uid)
                            else exists (
                                select from topics t where t.topic_uid = k.target_uid)
                            end
                    order by k.due_time
                    limit 1
                ) first
                cross join lateral (
                    select count(*) as tasks from tasks r where r.tenant_uid = w.tenant_uid and r.state = 'RUNNING'
                ) running
                left join task_turns u on u.tenant_uid = w.tenant_uid
            """.formatted(TaskRows.kinds(Target.NAMESPACE), TaskRows.kinds(Target.TABLE));

    /// Locks the task that was found. It gives none if the task was retried, or its topic deleted, before it
    /// was locked. The database compares the times, here and in [#FIND]: a task that is due in one and not in
    /// the other would be looked for without end.
    private static final String LOCK = """
            select %s from tasks k
            where k.task_uid = ? and k.state = 'WAITING' and k.next_run_time <= ?
            for no key update
            """.formatted(TaskRows.COLUMNS);

    private static final String REMEMBER = """
            insert into task_turns (tenant_uid, lease_time) values (?, ?)
            on conflict (tenant_uid) do update set lease_time = excluded.lease_time
            """;

    /// The next time at which a waiting task is due or a lease may end.
    private static final String NEXT_TIME = """
            select least(
                (select min(next_run_time) from tasks where state = 'WAITING' and next_run_time > ? and kind = any(?)),
                (select min(lease_end_time) from tasks where state = 'RUNNING' and lease_end_time > ?)
            ) as next
            """;

    private TaskTurnStatements() {}

    /// Ends leases whose time is over. It has a transaction of its own: tasks are locked in the order of their
    /// targets, in which [#take] cannot lock another one beside them.
    static int endLapsed(Connection connection, Instant now, TaskPolicy policy) throws SQLException {
        List<TaskRecord> lapsed = Sql.query(connection, LOCK_LAPSED, TaskRows::read, now, LAPSED);
        for (TaskRecord task : lapsed) {
            TaskRows.update(connection, task.lapsed(now, policy));
        }
        return lapsed.size();
    }

    static Turn take(Connection connection, LeaseWish wish, Instant now, TaskPolicy policy) throws SQLException {
        Sql.query(connection, LOCK_TURNS, row -> now);
        Array kinds = Sql.texts(connection, wish.kinds().stream().map(Enum::name));
        Optional<TaskRecord> found = Optional.empty();
        while (found.isEmpty()) {
            Optional<UUID> first =
                    TurnRule.next(Sql.query(connection, FIND, TaskTurnStatements::candidate, now, kinds));
            if (first.isEmpty()) {
                return new Idle(nextTime(connection, kinds, now));
            }
            found = Sql.queryOne(connection, LOCK, TaskRows::read, first.get(), now);
        }
        TaskRecord leased = found.get().leased(wish.worker(), now, policy.lease());
        TaskRows.update(connection, leased);
        Sql.update(connection, REMEMBER, leased.target().tenantUid(), now);
        return new Leased(leased);
    }

    private static Candidate candidate(ResultSet row) throws SQLException {
        return new Candidate(
                Sql.uuid(row, "task_uid"),
                Sql.instant(row, "due_time"),
                row.getLong("tasks"),
                row.getObject("lease_time") == null ? null : Sql.instant(row, "lease_time"));
    }

    private static @Nullable Instant nextTime(Connection connection, Array kinds, Instant now) throws SQLException {
        return Sql.query(
                        connection,
                        NEXT_TIME,
                        row -> Optional.ofNullable(row.getObject("next", OffsetDateTime.class)),
                        now,
                        kinds,
                        now)
                .getFirst()
                .map(OffsetDateTime::toInstant)
                .orElse(null);
    }
}
