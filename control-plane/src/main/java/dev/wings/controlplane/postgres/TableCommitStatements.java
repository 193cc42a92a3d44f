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

import dev.wings.common.resource.TopicName;
import dev.wings.controlplane.cluster.ResourceErrors;
import dev.wings.controlplane.task.TableCommit;
import dev.wings.controlplane.task.TableCommit.WatermarkMove;
import dev.wings.controlplane.task.TableCommitDecision;
import dev.wings.controlplane.task.TableCommitDecision.Apply;
import dev.wings.controlplane.task.TableCommitDecision.Repeated;
import dev.wings.controlplane.task.TableCommitRule;
import dev.wings.controlplane.task.TableCommitState;
import dev.wings.controlplane.task.TableCommitState.KnownCommit;
import dev.wings.controlplane.task.TableCommitState.TablePointer;
import dev.wings.controlplane.task.TableCommitState.TopicHome;
import dev.wings.controlplane.task.TaskRecord;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/// The statements of a commit to a table.
///
/// The namespace's row is never touched. Topic, task and table are locked first, which commits to the log do not
/// need; then pages go, however long that takes; the partitions, which commits to the log do need, are locked and
/// moved at the very end.
final class TableCommitStatements {

    private static final String FIND_TOPIC = """
            select t.topic_id, t.namespace_uid, n.object_prefix, o.uri
            from topics t
                join namespaces n using (namespace_uid)
                join object_stores o using (object_store_uid)
            where t.topic_uid = ?
            """;

    private static final String LOCK_TOPIC = FIND_TOPIC + " for key share of t";

    private static final String LOCK_TASK = """
            select %s
            from tasks k join tenants e using (tenant_uid)
            where k.task_uid = ? and e.tenant_id = ?
            for no key update of k
            """.formatted(TaskRows.COLUMNS);

    private static final String FIND_COMMIT = "select topic_uid, row_count from table_commits where commit_id = ?";

    private static final String LOCK_TABLE = """
            select table_uuid, metadata_location, version from lake_tables where topic_uid = ? for no key update
            """;

    /// Nobody else moves watermarks while the table is locked.
    private static final String READ_WATERMARKS = """
            select value, watermark from partitions where topic_uid = ? and value = any(?)
            """;

    private static final String DELETE_PAGES = """
            with removed as (
                delete from pages g
                using unnest(?::bytea[], ?::bigint[], ?::bigint[]) as move (value, start_offset, end_offset)
                where g.topic_uid = ? and g.partition_value = move.value
                    and g.end_offset > move.start_offset and g.end_offset <= move.end_offset
                    and g.start_offset >= move.start_offset
                returning g.partition_value, g.end_offset - g.start_offset as page_rows
            )
            select partition_value, sum(page_rows)::bigint as moved from removed group by partition_value
            """;

    private static final String CREATE_TABLE = """
            insert into lake_tables
                (table_uid, namespace_uid, name, topic_uid, table_uuid, metadata_location, version, create_time,
                update_time)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;

    private static final String MOVE_TABLE = """
            update lake_tables set metadata_location = ?, version = ?, update_time = ? where topic_uid = ?
            """;

    private static final String REMEMBER = """
            insert into table_commits (commit_id, topic_uid, row_count, commit_time) values (?, ?, ?, ?)
            """;

    private static final String LOCK_PARTITIONS = """
            select 1 from partitions where topic_uid = ? and value = any(?) order by topic_uid, value for no key update
            """;

    private static final String MOVE_WATERMARKS = """
            update partitions p set watermark = move.end_offset
            from unnest(?::bytea[], ?::bigint[], ?::bigint[]) as move (value, start_offset, end_offset)
            where p.topic_uid = ? and p.value = move.value and p.watermark = move.start_offset
                and p.next_offset >= move.end_offset
            """;

    private final Connection connection;
    private final TableCommit commit;

    private TableCommitStatements(Connection connection, TableCommit commit) {
        this.connection = connection;
        this.commit = commit;
    }

    private static Optional<TopicHome> findTopic(Connection connection, String sql, UUID topicUid) throws SQLException {
        return Sql.queryOne(
                connection,
                sql,
                row -> new TopicHome(topicUid, row.getString("topic_id"), LakeRows.home(row)),
                topicUid);
    }

    /// Where the objects of an existing topic are.
    static TopicHome home(Connection connection, UUID topicUid, TopicName name) throws SQLException {
        return findTopic(connection, FIND_TOPIC, topicUid).orElseThrow(() -> ResourceErrors.notFound(name));
    }

    static long commit(Connection connection, TableCommit commit, Function<TableCommitState, TableCommitDecision> rule)
            throws SQLException {
        TableCommitStatements statements = new TableCommitStatements(connection, commit);
        TableCommitState state = statements.lock();
        return switch (rule.apply(state)) {
            case Repeated repeated -> repeated.rows();
            case Apply apply -> {
                TopicHome topic = state.topic();
                if (topic == null) {
                    throw new IllegalStateException("a commit is made to a topic: commit_id=" + commit.commitId());
                }
                statements.write(topic, apply);
                yield apply.rows();
            }
        };
    }

    private TableCommitState lock() throws SQLException {
        TopicHome topic = findTopic(connection, LOCK_TOPIC, commit.topicUid()).orElse(null);
        TaskRecord task = Sql.queryOne(
                        connection,
                        LOCK_TASK,
                        TaskRows::read,
                        commit.task().uid(),
                        commit.task().tenant().tenant())
                .orElse(null);
        // This is read behind the lock of the task, for which the same commit on another connection has waited.
        KnownCommit known = Sql.queryOne(
                        connection,
                        FIND_COMMIT,
                        row -> new KnownCommit(Sql.uuid(row, "topic_uid"), row.getLong("row_count")),
                        commit.commitId())
                .orElse(null);
        if (known != null || topic == null) {
            return new TableCommitState(known, task, topic, null, Map.of());
        }
        TablePointer table = Sql.queryOne(
                        connection,
                        LOCK_TABLE,
                        row -> new TablePointer(
                                Sql.uuid(row, "table_uuid"),
                                row.getString("metadata_location"),
                                row.getLong("version")),
                        commit.topicUid())
                .orElse(null);
        return new TableCommitState(null, task, topic, table, readWatermarks());
    }

    private Map<String, Long> readWatermarks() throws SQLException {
        Map<String, Long> watermarks = new HashMap<>();
        if (!commit.moves().isEmpty()) {
            Sql.query(
                    connection,
                    READ_WATERMARKS,
                    row -> watermarks.put(text(row.getBytes("value")), row.getLong("watermark")),
                    commit.topicUid(),
                    Sql.utf8(connection, commit.moves().stream().map(WatermarkMove::value)));
        }
        return watermarks;
    }

    private void write(TopicHome topic, Apply apply) throws SQLException {
        removePages(apply.moves());
        TablePointer table = apply.table();
        int changed = apply.created()
                ? Sql.update(
                        connection,
                        CREATE_TABLE,
                        // a topic has one table, which the topic's uid tells apart as well
                        topic.topicUid(),
                        topic.home().namespaceUid(),
                        topic.topicId(),
                        topic.topicUid(),
                        table.tableUuid(),
                        table.metadataLocation(),
                        table.version(),
                        apply.time(),
                        apply.time())
                : Sql.update(
                        connection,
                        MOVE_TABLE,
                        table.metadataLocation(),
                        table.version(),
                        apply.time(),
                        topic.topicUid());
        expect("lake_tables", 1, changed);
        LakeRows.addGarbage(connection, topic.home().namespaceUid(), apply.garbage(), apply.collectTime());
        Sql.update(connection, REMEMBER, commit.commitId(), topic.topicUid(), apply.rows(), apply.time());
        moveWatermarks(apply.moves());
    }

    private void removePages(List<WatermarkMove> moves) throws SQLException {
        if (moves.isEmpty()) {
            return;
        }
        Map<String, Long> removed = new HashMap<>();
        Sql.query(
                connection,
                DELETE_PAGES,
                row -> removed.put(text(row.getBytes("partition_value")), row.getLong("moved")),
                values(moves),
                offsets(moves, WatermarkMove::startOffset),
                offsets(moves, WatermarkMove::endOffset),
                commit.topicUid());
        for (WatermarkMove move : moves) {
            TableCommitRule.checkRemoved(commit, move, removed.getOrDefault(move.value(), 0L));
        }
    }

    private void moveWatermarks(List<WatermarkMove> moves) throws SQLException {
        if (moves.isEmpty()) {
            return;
        }
        Sql.query(connection, LOCK_PARTITIONS, row -> 1, commit.topicUid(), values(moves));
        int moved = Sql.update(
                connection,
                MOVE_WATERMARKS,
                values(moves),
                offsets(moves, WatermarkMove::startOffset),
                offsets(moves, WatermarkMove::endOffset),
                commit.topicUid());
        expect("partitions", moves.size(), moved);
    }

    private Array values(List<WatermarkMove> moves) throws SQLException {
        return Sql.utf8(connection, moves.stream().map(WatermarkMove::value));
    }

    private static long[] offsets(List<WatermarkMove> moves, ToLongFunction<WatermarkMove> offset) {
        return moves.stream().mapToLong(offset).toArray();
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private void expect(String table, int rows, int changed) {
        if (changed != rows) {
            throw new IllegalStateException("a commit must change the rows it decided on: table=" + table
                    + ", expected=" + rows + ", changed=" + changed + ", commit_id=" + commit.commitId());
        }
    }
}
