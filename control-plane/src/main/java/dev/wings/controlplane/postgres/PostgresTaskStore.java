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

import dev.wings.common.resource.TenantName;
import dev.wings.controlplane.cluster.ResourceErrors;
import dev.wings.controlplane.postgres.NameLookup.Lock;
import dev.wings.controlplane.task.NamespaceRemains;
import dev.wings.controlplane.task.NewTask;
import dev.wings.controlplane.task.TableCommit;
import dev.wings.controlplane.task.TableCommitDecision;
import dev.wings.controlplane.task.TableCommitState;
import dev.wings.controlplane.task.TaskKind;
import dev.wings.controlplane.task.TaskKind.Target;
import dev.wings.controlplane.task.TaskName;
import dev.wings.controlplane.task.TaskPolicy;
import dev.wings.controlplane.task.TaskRecord;
import dev.wings.controlplane.task.TaskState;
import dev.wings.controlplane.task.TaskStore;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Tasks and commits to tables, in PostgreSQL.
final class PostgresTaskStore implements TaskStore {

    private static final String FIND = """
            select %s
            from tasks k join tenants e using (tenant_uid)
            where k.task_uid = ? and e.tenant_id = ?
            """.formatted(TaskRows.COLUMNS);

    private static final String LOCK = FIND + " for no key update of k";

    private static final String FIND_TARGET = "select target_uid from tasks where task_uid = ?";

    private static final String LOCK_TOPIC = """
            select (extract(epoch from freshness) * 1000000)::bigint as freshness_micros
            from topics where topic_uid = ? for key share
            """;

    private static final String FIND_REMAINS = """
            select n.delete_time is null as is_there,
                exists (select from garbage g where g.namespace_uid = n.namespace_uid) as garbage,
                exists (select from deleted_topics d where d.namespace_uid = n.namespace_uid) as topics,
                exists (select from purged_tables u where u.home_namespace_uid = n.namespace_uid) as purged_tables,
                exists (select from folios f where f.namespace_uid = n.namespace_uid) as folios
            from namespaces n where n.namespace_uid = ?
            """;

    private static final String MARK_CLEANED = "update namespaces set cleaned = true where namespace_uid = ?";

    private static final String LIST = """
            select %s
            from tasks k
            where k.tenant_uid = ? and k.state = any(?) and (? or k.task_uid < ?)
            order by k.task_uid desc limit ?
            """.formatted(TaskRows.COLUMNS);

    private static final String COUNT = """
            select kind, state, count(*) as tasks, min(since_time) as oldest
            from tasks where state <> 'DONE'
            group by kind, state
            """;

    private static final String PRUNE_DONE = """
            delete from tasks where task_uid in (
                select task_uid from tasks where state = 'DONE' and update_time < ? limit ? for update skip locked)
            """;

    private static final String PRUNE_COMMITS = """
            delete from table_commits where commit_id in (
                select commit_id from table_commits where commit_time < ? limit ?)
            """;

    /// Removes tasks that were made for a topic just when it was deleted.
    private static final String PRUNE_LOST = """
            delete from tasks k where k.state in ('WAITING', 'DEAD') and k.kind not in (%s)
                and not exists (select from topics t where t.topic_uid = k.target_uid)
            """.formatted(TaskRows.kinds(Target.NAMESPACE));

    private static final String PRUNE_WANTED = """
            delete from wanted_tasks w where w.kind not in (%s)
                and not exists (select from topics t where t.topic_uid = w.target_uid)
            """.formatted(TaskRows.kinds(Target.NAMESPACE));

    private final PostgresDatabase database;

    PostgresTaskStore(PostgresDatabase database) {
        this.database = database;
    }

    @Override
    public Turn lease(LeaseWish wish, Instant now, TaskPolicy policy) {
        database.work("end lapsed leases", connection -> TaskTurnStatements.endLapsed(connection, now, policy));
        return database.work("lease task", connection -> TaskTurnStatements.take(connection, wish, now, policy));
    }

    @Override
    public TaskRecord change(TaskName name, UnaryOperator<TaskRecord> rule) {
        return database.work("change task", connection -> {
            TaskRecord changed = rule.apply(find(connection, LOCK, name));
            TaskRows.update(connection, changed);
            return changed;
        });
    }

    @Override
    public TaskRecord complete(TaskName name, Function<CompletionState, Completion> rule) {
        return database.work("complete task", connection -> {
            // The target never changes, so the topic can be locked before the task.
            UUID target = Sql.queryOne(connection, FIND_TARGET, row -> Sql.uuid(row, "target_uid"), name.uid())
                    .orElseThrow(() -> ResourceErrors.notFound(name));
            Optional<Duration> freshness = Sql.queryOne(
                    connection, LOCK_TOPIC, row -> Duration.ofNanos(row.getLong("freshness_micros") * 1000), target);
            TaskRecord task = find(connection, LOCK, name);
            Completion completion = rule.apply(completionState(connection, task, freshness));
            TaskRows.update(connection, completion.task());
            TaskRows.create(
                    connection,
                    completion.following(),
                    completion.dueBytes(),
                    completion.task().updateTime());
            return completion.task();
        });
    }

    private static CompletionState completionState(Connection connection, TaskRecord task, Optional<Duration> freshness)
            throws SQLException {
        if (task.kind().target() == Target.NAMESPACE) {
            UUID namespace = task.target().uid();
            boolean through = Sql.queryOne(connection, FIND_REMAINS, PostgresTaskStore::remains, namespace)
                    .orElseThrow(() -> ResourceErrors.namespaceNotFound(namespace))
                    .isThrough();
            if (through) {
                Sql.update(connection, MARK_CLEANED, namespace);
            }
            return new CompletionState(task, !through, Duration.ZERO, null);
        }
        Backlog left = task.kind().movesWatermarks()
                ? BacklogStatements.readLeft(connection, task.target().uid()).orElse(null)
                : null;
        return new CompletionState(task, freshness.isPresent(), freshness.orElse(Duration.ZERO), left);
    }

    private static NamespaceRemains remains(ResultSet row) throws SQLException {
        return new NamespaceRemains(
                row.getBoolean("is_there"),
                row.getBoolean("garbage"),
                row.getBoolean("topics"),
                row.getBoolean("purged_tables"),
                row.getBoolean("folios"));
    }

    @Override
    public TaskRecord load(TaskName name) {
        return database.read("load task", connection -> find(connection, FIND, name));
    }

    private static TaskRecord find(Connection connection, String sql, TaskName name) throws SQLException {
        return Sql.queryOne(
                        connection,
                        sql,
                        TaskRows::read,
                        name.uid(),
                        name.tenant().tenant())
                .orElseThrow(() -> ResourceErrors.notFound(name));
    }

    @Override
    public List<TaskRecord> list(TenantName tenant, Set<TaskState> states, @Nullable UUID after, int limit) {
        return database.read(
                "list tasks",
                connection -> Sql.query(
                        connection,
                        LIST,
                        TaskRows::read,
                        NameLookup.tenant(connection, tenant, Lock.NONE),
                        Sql.texts(connection, states.stream().map(Enum::name)),
                        after == null,
                        after == null ? new UUID(0, 0) : after,
                        limit));
    }

    @Override
    public long commitTable(TableCommit commit, Function<TableCommitState, TableCommitDecision> rule) {
        return database.work("commit table", connection -> TableCommitStatements.commit(connection, commit, rule));
    }

    @Override
    public List<Wanted> findWanted(int limit) {
        return database.read("find wanted tasks", connection -> BacklogStatements.findWanted(connection, limit));
    }

    @Override
    public List<UUID> findNamespacesWithNewPages() {
        return database.read("find new pages", BacklogStatements::findNamespacesWithNewPages);
    }

    @Override
    public Optional<Integer> growBacklog(
            UUID namespaceUid,
            int commitLimit,
            Function<List<TopicGrowth>, List<NewTask>> rule,
            long dueBytes,
            Instant now) {
        return database.work("count new pages", connection -> {
            Optional<Long> start = BacklogStatements.lockCursor(connection, namespaceUid);
            if (start.isEmpty()) {
                return Optional.empty();
            }
            List<TopicGrowth> growth = BacklogStatements.grow(connection, namespaceUid, start.get(), commitLimit);
            List<NewTask> tasks = rule.apply(growth);
            TaskRows.create(connection, tasks, dueBytes, now);
            return Optional.of(tasks.size());
        });
    }

    @Override
    public void create(List<NewTask> tasks, Instant now) {
        if (!tasks.isEmpty()) {
            database.work("create tasks", connection -> {
                TaskRows.create(connection, tasks, Long.MAX_VALUE, now);
                BacklogStatements.wantNoLonger(connection, tasks);
                return tasks;
            });
        }
    }

    @Override
    public int prune(Instant before, int limit) {
        return database.work("prune tasks", connection -> {
            int tasks = Sql.update(connection, PRUNE_DONE, before, limit);
            int commits = Sql.update(connection, PRUNE_COMMITS, before, limit);
            Sql.update(connection, PRUNE_LOST);
            Sql.update(connection, PRUNE_WANTED);
            return Math.max(tasks, commits);
        });
    }

    @Override
    public List<TaskCount> count() {
        return database.read(
                "count tasks",
                connection -> Sql.query(
                        connection,
                        COUNT,
                        row -> new TaskCount(
                                TaskKind.valueOf(row.getString("kind")),
                                TaskState.valueOf(row.getString("state")),
                                row.getLong("tasks"),
                                Sql.instant(row, "oldest"))));
    }
}
