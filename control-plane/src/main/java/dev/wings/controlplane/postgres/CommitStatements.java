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

import dev.wings.controlplane.cluster.ResourceErrors;
import dev.wings.controlplane.log.CommitDecision;
import dev.wings.controlplane.log.CommitDecision.CommittedFolio;
import dev.wings.controlplane.log.CommitState;
import dev.wings.controlplane.log.CommitState.KnownFolio;
import dev.wings.controlplane.log.CommitState.PartitionState;
import dev.wings.controlplane.log.CommitState.TopicState;
import dev.wings.controlplane.log.LogMetadataStore.CommitScope;
import dev.wings.controlplane.log.LogPage;
import dev.wings.controlplane.log.LogProtos;
import dev.wings.controlplane.log.PartitionKey;
import dev.wings.controlplane.log.ProducerKey;
import dev.wings.controlplane.log.ProducerState;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// The statements of a commit. They are few and go to the database in three round trips before the commit
/// itself (lock, read, write), since what a namespace can commit in a second is bounded by how long its row is
/// held.
final class CommitStatements {

    private static final String LOCK_NAMESPACE = """
            select object_prefix, last_commit_number
            from namespaces
            where namespace_uid = ? and delete_time is null
            for no key update
            """;

    /// Locks only partitions of the namespace's own topics, whatever was asked for.
    private static final String READ_STATE = """
            select folio_id, namespace_uid, answer
            from folios
            where folio_id = any(?);

            select topic_uid, schema_version, partition_field_id is not null as partitioned
            from topics
            where namespace_uid = ? and topic_uid = any(?);

            select p.topic_uid, p.value, p.next_offset, p.last_timestamp_micros
            from unnest(?::uuid[], ?::bytea[]) as wanted (topic_uid, value)
                join topics t on t.topic_uid = wanted.topic_uid and t.namespace_uid = ?
                join partitions p on p.topic_uid = wanted.topic_uid and p.value = wanted.value
            order by p.topic_uid, p.value
            for no key update of p
            """;

    private static final String READ_STATE_AND_PRODUCERS = READ_STATE + """
            ;

            select s.topic_uid, s.producer_id, s.epoch, s.next_sequence, s.answers, s.expire_time
            from unnest(?::uuid[], ?::uuid[]) as wanted (topic_uid, producer_id)
                join topics t on t.topic_uid = wanted.topic_uid and t.namespace_uid = ?
                join producer_states s on s.topic_uid = wanted.topic_uid and s.producer_id = wanted.producer_id;

            select producer_id, epoch
            from producers
            where namespace_uid = ? and producer_id = any(?)
            """;

    private static final String WRITE = """
            insert into partitions (topic_uid, value, next_offset, last_timestamp_micros)
            select * from unnest(?::uuid[], ?::bytea[], ?::bigint[], ?::bigint[])
            on conflict (topic_uid, value) do update
            set next_offset = excluded.next_offset, last_timestamp_micros = excluded.last_timestamp_micros
            where partitions.next_offset < excluded.next_offset
                and partitions.last_timestamp_micros <= excluded.last_timestamp_micros;

            insert into folios
                (namespace_uid, create_time, folio_id, commit_number, object_key, object_bytes, answer)
            select ?::uuid, ?::timestamptz, * from unnest(?::uuid[], ?::bigint[], ?::text[], ?::bigint[], ?::bytea[]);

            insert into pages
                (topic_uid, partition_value, start_offset, end_offset, folio_id, byte_offset, byte_length, crc32c,
                schema_version, first_timestamp_micros, last_timestamp_micros, batches)
            select * from unnest(?::uuid[], ?::bytea[], ?::bigint[], ?::bigint[], ?::uuid[], ?::bigint[], ?::bigint[],
                ?::integer[], ?::integer[], ?::bigint[], ?::bigint[], ?::bytea[]);

            update namespaces set last_commit_number = ? where namespace_uid = ? and last_commit_number = ?
            """;

    private static final String WRITE_WITH_PRODUCERS = WRITE + """
            ;

            insert into producer_states (topic_uid, producer_id, epoch, next_sequence, answers, expire_time)
            select * from unnest(?::uuid[], ?::uuid[], ?::bigint[], ?::bigint[], ?::bytea[], ?::timestamptz[])
            on conflict (topic_uid, producer_id) do update
            set epoch = excluded.epoch, next_sequence = excluded.next_sequence, answers = excluded.answers,
                expire_time = excluded.expire_time
            where (producer_states.epoch, producer_states.next_sequence) < (excluded.epoch, excluded.next_sequence)
            """;

    private CommitStatements() {}

    /// Locks the namespace, then the partitions in the order of their keys, and reads what the rule has to
    /// know.
    static CommitState read(Connection connection, CommitScope scope) throws SQLException {
        record Sequencer(String objectPrefix, long lastCommitNumber) {}
        Sequencer sequencer = Sql.queryOne(
                        connection,
                        LOCK_NAMESPACE,
                        row -> new Sequencer(row.getString("object_prefix"), row.getLong("last_commit_number")),
                        scope.namespaceUid())
                .orElseThrow(() -> ResourceErrors.namespaceNotFound(scope.namespaceUid()));
        List<PartitionKey> wanted = List.copyOf(scope.partitions());
        List<ProducerKey> producers = List.copyOf(scope.producers());
        List<Object> parameters = new ArrayList<>(List.of(
                Sql.uuids(connection, scope.folioIds().stream()),
                scope.namespaceUid(),
                Sql.uuids(connection, scope.topicUids().stream()),
                Sql.uuids(connection, wanted.stream().map(PartitionKey::topicUid)),
                Sql.utf8(connection, wanted.stream().map(PartitionKey::value)),
                scope.namespaceUid()));
        if (!producers.isEmpty()) {
            parameters.addAll(List.of(
                    Sql.uuids(connection, producers.stream().map(ProducerKey::topicUid)),
                    Sql.uuids(connection, producers.stream().map(ProducerKey::producerId)),
                    scope.namespaceUid(),
                    scope.namespaceUid(),
                    Sql.uuids(connection, producers.stream().map(ProducerKey::producerId))));
        }
        try (PreparedStatement statement = Sql.prepare(
                connection, producers.isEmpty() ? READ_STATE : READ_STATE_AND_PRODUCERS, parameters.toArray())) {
            statement.execute();
            Map<UUID, KnownFolio> folios = folios(statement);
            statement.getMoreResults();
            Map<UUID, TopicState> topics = topics(statement);
            statement.getMoreResults();
            Map<PartitionKey, PartitionState> partitions = partitions(statement);
            Map<ProducerKey, ProducerState> states = new HashMap<>();
            Map<UUID, Long> epochs = new HashMap<>();
            if (!producers.isEmpty()) {
                statement.getMoreResults();
                readProducers(statement, states);
                statement.getMoreResults();
                readEpochs(statement, epochs);
            }
            return new CommitState(
                    sequencer.objectPrefix, sequencer.lastCommitNumber, folios, topics, partitions, states, epochs);
        }
    }

    private static Map<UUID, KnownFolio> folios(PreparedStatement statement) throws SQLException {
        Map<UUID, KnownFolio> folios = new HashMap<>();
        try (ResultSet rows = statement.getResultSet()) {
            while (rows.next()) {
                folios.put(
                        Sql.uuid(rows, "folio_id"),
                        new KnownFolio(
                                Sql.uuid(rows, "namespace_uid"), LogProtos.parseAnswer(rows.getBytes("answer"))));
            }
        }
        return folios;
    }

    private static Map<UUID, TopicState> topics(PreparedStatement statement) throws SQLException {
        Map<UUID, TopicState> topics = new HashMap<>();
        try (ResultSet rows = statement.getResultSet()) {
            while (rows.next()) {
                topics.put(
                        Sql.uuid(rows, "topic_uid"),
                        new TopicState(rows.getInt("schema_version"), rows.getBoolean("partitioned")));
            }
        }
        return topics;
    }

    private static Map<PartitionKey, PartitionState> partitions(PreparedStatement statement) throws SQLException {
        Map<PartitionKey, PartitionState> partitions = new HashMap<>();
        try (ResultSet rows = statement.getResultSet()) {
            while (rows.next()) {
                partitions.put(
                        new PartitionKey(
                                Sql.uuid(rows, "topic_uid"),
                                new String(rows.getBytes("value"), StandardCharsets.UTF_8)),
                        new PartitionState(rows.getLong("next_offset"), rows.getLong("last_timestamp_micros")));
            }
        }
        return partitions;
    }

    private static void readProducers(PreparedStatement statement, Map<ProducerKey, ProducerState> states)
            throws SQLException {
        try (ResultSet rows = statement.getResultSet()) {
            while (rows.next()) {
                states.put(
                        new ProducerKey(Sql.uuid(rows, "producer_id"), Sql.uuid(rows, "topic_uid")),
                        new ProducerState(
                                rows.getLong("epoch"),
                                rows.getLong("next_sequence"),
                                LogProtos.parseAnswers(rows.getBytes("answers")),
                                Sql.instant(rows, "expire_time")));
            }
        }
    }

    private static void readEpochs(PreparedStatement statement, Map<UUID, Long> epochs) throws SQLException {
        try (ResultSet rows = statement.getResultSet()) {
            while (rows.next()) {
                epochs.put(Sql.uuid(rows, "producer_id"), rows.getLong("epoch"));
            }
        }
    }

    /// Writes what was decided. Each statement must change as many rows as it was given: with the namespace
    /// locked, fewer means that offsets went back or that a folio was committed twice.
    static void write(Connection connection, UUID namespaceUid, CommitDecision decision) throws SQLException {
        List<Object> parameters = new ArrayList<>();
        addPartitions(connection, parameters, decision.partitions());
        addFolios(connection, parameters, namespaceUid, decision.folios(), decision.time());
        int pages = addPages(connection, parameters, decision.folios());
        parameters.add(decision.lastCommitNumber());
        parameters.add(namespaceUid);
        parameters.add(decision.lastCommitNumber() - decision.folios().size());
        boolean numbered = !decision.producers().isEmpty();
        if (numbered) {
            addProducers(connection, parameters, decision.producers());
        }
        try (PreparedStatement statement =
                Sql.prepare(connection, numbered ? WRITE_WITH_PRODUCERS : WRITE, parameters.toArray())) {
            statement.execute();
            expect("partitions", decision.partitions().size(), statement);
            expect("folios", decision.folios().size(), statement);
            expect("pages", pages, statement);
            expect("namespaces", 1, statement);
            if (numbered) {
                expect("producer_states", decision.producers().size(), statement);
            }
        }
    }

    private static void expect(String table, int rows, PreparedStatement statement) throws SQLException {
        int changed = statement.getUpdateCount();
        if (changed != rows) {
            throw new IllegalStateException("a commit must change the rows it decided on: table=" + table
                    + ", expected=" + rows + ", changed=" + changed);
        }
        statement.getMoreResults();
    }

    private static void addPartitions(
            Connection connection, List<Object> parameters, Map<PartitionKey, PartitionState> partitions)
            throws SQLException {
        // two looks at an immutable map have the same order
        parameters.add(Sql.uuids(connection, partitions.keySet().stream().map(PartitionKey::topicUid)));
        parameters.add(Sql.utf8(connection, partitions.keySet().stream().map(PartitionKey::value)));
        parameters.add(partitions.values().stream()
                .mapToLong(PartitionState::nextOffset)
                .toArray());
        parameters.add(partitions.values().stream()
                .mapToLong(PartitionState::lastTimestampMicros)
                .toArray());
    }

    private static void addProducers(
            Connection connection, List<Object> parameters, Map<ProducerKey, ProducerState> producers)
            throws SQLException {
        // two looks at an immutable map have the same order
        parameters.add(Sql.uuids(connection, producers.keySet().stream().map(ProducerKey::topicUid)));
        parameters.add(Sql.uuids(connection, producers.keySet().stream().map(ProducerKey::producerId)));
        parameters.add(
                producers.values().stream().mapToLong(ProducerState::epoch).toArray());
        parameters.add(producers.values().stream()
                .mapToLong(ProducerState::nextSequence)
                .toArray());
        parameters.add(Sql.byteStrings(
                connection, producers.values().stream().map(state -> LogProtos.formatAnswers(state.last()))));
        parameters.add(Sql.texts(
                connection,
                producers.values().stream().map(state -> state.expireTime().toString())));
    }

    private static void addFolios(
            Connection connection, List<Object> parameters, UUID namespaceUid, List<CommittedFolio> folios, Instant now)
            throws SQLException {
        parameters.add(namespaceUid);
        parameters.add(now);
        parameters.add(
                Sql.uuids(connection, folios.stream().map(folio -> folio.folio().folioId())));
        parameters.add(folios.stream()
                .mapToLong(folio -> folio.answer().commitNumber())
                .toArray());
        parameters.add(
                Sql.texts(connection, folios.stream().map(folio -> folio.folio().objectKey())));
        parameters.add(
                folios.stream().mapToLong(folio -> folio.folio().objectBytes()).toArray());
        parameters.add(Sql.byteStrings(
                connection,
                folios.stream().map(folio -> LogProtos.toProto(folio.answer()).toByteArray())));
    }

    private static int addPages(Connection connection, List<Object> parameters, List<CommittedFolio> folios)
            throws SQLException {
        List<LogPage> pages =
                folios.stream().flatMap(folio -> folio.pages().stream()).toList();
        parameters.add(Sql.uuids(
                connection, pages.stream().map(page -> page.partition().topicUid())));
        parameters.add(
                Sql.utf8(connection, pages.stream().map(page -> page.partition().value())));
        parameters.add(pages.stream().mapToLong(LogPage::startOffset).toArray());
        parameters.add(pages.stream().mapToLong(LogPage::endOffset).toArray());
        parameters.add(Sql.uuids(connection, pages.stream().map(LogPage::folioId)));
        parameters.add(pages.stream().mapToLong(LogPage::byteOffset).toArray());
        parameters.add(pages.stream().mapToLong(LogPage::byteLength).toArray());
        parameters.add(pages.stream().mapToInt(LogPage::crc32c).toArray());
        parameters.add(pages.stream().mapToInt(LogPage::schemaVersion).toArray());
        parameters.add(pages.stream().mapToLong(LogPage::firstTimestampMicros).toArray());
        parameters.add(pages.stream().mapToLong(LogPage::lastTimestampMicros).toArray());
        parameters.add(
                Sql.byteStrings(connection, pages.stream().map(page -> LogProtos.formatBatches(page.batches()))));
        return pages.size();
    }
}
