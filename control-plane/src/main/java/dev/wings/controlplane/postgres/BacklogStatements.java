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
import dev.wings.controlplane.task.TaskStore.Backlog;
import dev.wings.controlplane.task.TaskStore.TopicGrowth;
import dev.wings.controlplane.task.TaskStore.Wanted;
import dev.wings.controlplane.task.TaskTarget;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Finds what tasks are to be made for.
final class BacklogStatements {

    private static final String FIND_WANTED = """
            select w.kind, n.tenant_uid, n.namespace_uid, w.target_uid,
                'tenants/' || e.tenant_id || '/namespaces/' || n.namespace_id || coalesce('/topics/' || t.topic_id, '')
                    as target
            from wanted_tasks w
                left join topics t on t.topic_uid = w.target_uid
                join namespaces n on n.namespace_uid = coalesce(t.namespace_uid, w.target_uid)
                join tenants e using (tenant_uid)
            order by w.target_uid
            limit ?
            """;

    private static final String WANT = "insert into wanted_tasks (target_uid, kind) values (?, ?)";

    private static final String WANT_NO_LONGER = """
            delete from wanted_tasks w
            using unnest(?, ?) as made (target_uid, kind)
            where w.target_uid = made.target_uid and w.kind = made.kind
            """;

    private static final String FIND_NEW_PAGES = """
            select n.namespace_uid
            from namespaces n left join task_cursors c using (namespace_uid)
            where n.delete_time is null and n.last_commit_number > coalesce(c.commit_number, 0)
            """;

    private static final String MAKE_CURSOR =
            "insert into task_cursors (namespace_uid, commit_number) values (?, 0) on conflict do nothing";

    private static final String LOCK_CURSOR =
            "select commit_number from task_cursors where namespace_uid = ? for update skip locked";

    private static final String READ_END = "select last_commit_number from namespaces where namespace_uid = ?";

    /// The folios in the order of their commits, each with its pages: read by index, however many pages there
    /// are.
    private static final String READ_GROWTH = """
            select n.tenant_uid, t.namespace_uid, t.topic_uid as target_uid,
                'tenants/' || e.tenant_id || '/namespaces/' || n.namespace_id || '/topics/' || t.topic_id as target,
                (extract(epoch from t.freshness) * 1000000)::bigint as freshness_micros, g.oldest, g.bytes
            from (
                select p.topic_uid, min(f.create_time) as oldest, sum(p.byte_length)::bigint as bytes
                from folios f
                    cross join lateral (
                        select topic_uid, byte_length from pages where folio_id = f.folio_id offset 0
                    ) p
                where f.namespace_uid = ? and f.commit_number > ? and f.commit_number <= ?
                group by p.topic_uid
            ) g
                join topics t on t.topic_uid = g.topic_uid
                join namespaces n on n.namespace_uid = t.namespace_uid
                join tenants e on e.tenant_uid = n.tenant_uid
            order by t.topic_uid
            """;

    private static final String MOVE_CURSOR = "update task_cursors set commit_number = ? where namespace_uid = ?";

    /// Counts pages that were counted before and are still there. Very many are not counted to the last: that
    /// there are many is all that matters.
    private static final String READ_LEFT = """
            select min(f.create_time) as oldest, sum(g.byte_length)::bigint as bytes
            from (select folio_id, byte_length from pages where topic_uid = ? limit 10000) g
                join folios f using (folio_id)
                join task_cursors c on c.namespace_uid = f.namespace_uid and f.commit_number <= c.commit_number
            having count(*) > 0
            """;

    private BacklogStatements() {}

    static List<Wanted> findWanted(Connection connection, int limit) throws SQLException {
        return Sql.query(
                connection,
                FIND_WANTED,
                row -> new Wanted(TaskKind.valueOf(row.getString("kind")), target(row)),
                limit);
    }

    /// Writes down what a new topic or namespace wants first, in the transaction that makes it.
    static void want(Connection connection, UUID targetUid, TaskKind kind) throws SQLException {
        Sql.update(connection, WANT, targetUid, kind.name());
    }

    static void wantNoLonger(Connection connection, List<NewTask> made) throws SQLException {
        Sql.update(
                connection,
                WANT_NO_LONGER,
                Sql.uuids(connection, made.stream().map(task -> task.target().uid())),
                Sql.texts(connection, made.stream().map(task -> task.kind().name())));
    }

    static List<UUID> findNamespacesWithNewPages(Connection connection) throws SQLException {
        return Sql.query(connection, FIND_NEW_PAGES, row -> Sql.uuid(row, "namespace_uid"));
    }

    /// The commit up to which pages have been counted, locked; empty if another replica has it.
    static Optional<Long> lockCursor(Connection connection, UUID namespaceUid) throws SQLException {
        Sql.update(connection, MAKE_CURSOR, namespaceUid);
        return Sql.queryOne(connection, LOCK_CURSOR, row -> row.getLong("commit_number"), namespaceUid);
    }

    /// Counts on from `start`, `limit` commits at most, and moves the cursor behind them.
    static List<TopicGrowth> grow(Connection connection, UUID namespaceUid, long start, int limit) throws SQLException {
        long last = Sql.queryOne(connection, READ_END, row -> row.getLong("last_commit_number"), namespaceUid)
                .orElse(start);
        long end = Math.min(last, start + limit);
        if (end <= start) {
            return List.of();
        }
        List<TopicGrowth> growth = Sql.query(
                connection,
                READ_GROWTH,
                row -> new TopicGrowth(
                        target(row), Duration.ofNanos(row.getLong("freshness_micros") * 1000), backlog(row)),
                namespaceUid,
                start,
                end);
        Sql.update(connection, MOVE_CURSOR, end, namespaceUid);
        return growth;
    }

    static Optional<Backlog> readLeft(Connection connection, UUID topicUid) throws SQLException {
        return Sql.queryOne(connection, READ_LEFT, BacklogStatements::backlog, topicUid);
    }

    private static Backlog backlog(ResultSet row) throws SQLException {
        return new Backlog(Sql.instant(row, "oldest"), row.getLong("bytes"));
    }

    private static TaskTarget target(ResultSet row) throws SQLException {
        return new TaskTarget(
                Sql.uuid(row, "tenant_uid"),
                Sql.uuid(row, "namespace_uid"),
                Sql.uuid(row, "target_uid"),
                row.getString("target"));
    }
}
