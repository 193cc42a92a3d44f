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

import dev.wings.common.error.WingsException;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.TopicName;
import dev.wings.controlplane.cluster.ResourceErrors;
import dev.wings.controlplane.log.Commit;
import dev.wings.controlplane.log.CommitDecision;
import dev.wings.controlplane.log.CommitState;
import dev.wings.controlplane.log.LogMetadataStore;
import dev.wings.controlplane.log.NamedProducer;
import dev.wings.controlplane.log.PartitionRecord;
import dev.wings.controlplane.log.PlanSink;
import dev.wings.controlplane.log.TopicScan;
import dev.wings.controlplane.postgres.NameLookup.Lock;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The log's metadata, in PostgreSQL.
final class PostgresLogMetadataStore implements LogMetadataStore {

    private static final String NEXT_EPOCH = """
            update producers set epoch = epoch + 1, start_time = ?
            where namespace_uid = ? and producer_name = ?
            returning producer_id, epoch, start_time
            """;

    private static final String COUNT_PRODUCERS = "select count(*) from producers where namespace_uid = ?";

    private static final String ADD_PRODUCER = """
            insert into producers (namespace_uid, producer_name, producer_id, epoch, start_time)
            values (?, ?, ?, 1, ?)
            returning producer_id, epoch, start_time
            """;

    private final PostgresDatabase database;

    PostgresLogMetadataStore(PostgresDatabase database) {
        this.database = database;
    }

    @Override
    public CommitDecision commit(CommitScope scope, Function<CommitState, CommitDecision> rule) {
        return database.commit("commit folios", connection -> {
            CommitState state = CommitStatements.read(connection, scope);
            CommitDecision decision = rule.apply(state);
            if (!decision.folios().isEmpty()) {
                CommitStatements.write(connection, scope.namespaceUid(), decision);
            }
            return decision;
        });
    }

    @Override
    public NamedProducer initProducer(NamespaceName namespace, String name, UUID newId, Instant now, int limit) {
        return database.work("start a producer", connection -> {
            UUID tenant = NameLookup.tenant(connection, namespace.parent(), Lock.NONE);
            UUID uid = NameLookup.namespace(connection, tenant, namespace, Lock.CHANGE_LOG);
            Optional<NamedProducer> known =
                    Sql.queryOne(connection, NEXT_EPOCH, PostgresLogMetadataStore::producer, now, uid, name);
            return known.isPresent() ? known.get() : addProducer(connection, namespace, uid, name, newId, now, limit);
        });
    }

    private static NamedProducer addProducer(
            Connection connection,
            NamespaceName namespace,
            UUID namespaceUid,
            String name,
            UUID newId,
            Instant now,
            int limit)
            throws SQLException {
        long producers = Sql.queryOne(connection, COUNT_PRODUCERS, row -> row.getLong(1), namespaceUid)
                .orElseThrow();
        if (producers >= limit) {
            throw WingsException.exhausted("the namespace has too many producers that have a name, those that write no"
                    + " more are forgotten after a week: namespace=" + namespace + ", limit=" + limit);
        }
        return Sql.queryOne(
                        connection, ADD_PRODUCER, PostgresLogMetadataStore::producer, namespaceUid, name, newId, now)
                .orElseThrow();
    }

    private static NamedProducer producer(ResultSet row) throws SQLException {
        return new NamedProducer(Sql.uuid(row, "producer_id"), row.getLong("epoch"), Sql.instant(row, "start_time"));
    }

    @Override
    public void plan(List<TopicScan> scans, PlanSink sink) {
        database.read("plan", connection -> {
            PlanStatements.plan(connection, scans, sink);
            return scans;
        });
    }

    @Override
    public List<PartitionRecord> listPartitions(TopicName topic, @Nullable String after, int limit) {
        String sql = """
                select value, next_offset, watermark, last_timestamp_micros
                from partitions
                where topic_uid = ? and value %s ?
                order by value limit ?
                """.formatted(after == null ? ">=" : ">");
        byte[] bound = (after == null ? "" : after).getBytes(StandardCharsets.UTF_8);
        return database.read(
                "list partitions",
                connection -> Sql.query(
                        connection,
                        sql,
                        row -> new PartitionRecord(
                                new String(row.getBytes("value"), StandardCharsets.UTF_8),
                                row.getLong("next_offset"),
                                row.getLong("watermark"),
                                row.getLong("last_timestamp_micros")),
                        topicUid(connection, topic),
                        bound,
                        limit));
    }

    private static UUID topicUid(Connection connection, TopicName name) throws SQLException {
        UUID tenant = NameLookup.tenant(connection, name.parent().parent(), Lock.NONE);
        return NameLookup.topic(connection, NameLookup.namespace(connection, tenant, name.parent(), Lock.NONE), name);
    }

    @Override
    public List<Commit> readCommits(UUID namespaceUid, long start, int pageLimit) {
        return database.read("read commits", connection -> {
            if (lastCommitNumbers(connection, Set.of(namespaceUid)).isEmpty()) {
                throw ResourceErrors.namespaceNotFound(namespaceUid);
            }
            return FollowStatements.readCommits(connection, namespaceUid, start, pageLimit);
        });
    }

    @Override
    public Optional<String> tenant(UUID namespaceUid) {
        String sql = """
                select t.tenant_id
                from namespaces n join tenants t on t.tenant_uid = n.tenant_uid
                where n.namespace_uid = ? and n.delete_time is null
                """;
        return database.read(
                "find the tenant of a namespace",
                connection -> Sql.queryOne(connection, sql, row -> row.getString("tenant_id"), namespaceUid));
    }

    @Override
    public Map<UUID, Long> lastCommitNumbers(Set<UUID> namespaceUids) {
        return database.read("read commit numbers", connection -> lastCommitNumbers(connection, namespaceUids));
    }

    private static Map<UUID, Long> lastCommitNumbers(Connection connection, Set<UUID> namespaceUids)
            throws SQLException {
        String sql = """
                select namespace_uid, last_commit_number
                from namespaces
                where namespace_uid = any(?) and delete_time is null
                """;
        Map<UUID, Long> numbers = new HashMap<>();
        Sql.query(
                connection,
                sql,
                row -> numbers.put(Sql.uuid(row, "namespace_uid"), row.getLong("last_commit_number")),
                Sql.uuids(connection, namespaceUids.stream()));
        return numbers;
    }
}
