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

import dev.wings.common.lake.StoreLocations;
import dev.wings.controlplane.cluster.ResourceErrors;
import dev.wings.controlplane.garbage.EngineTable;
import dev.wings.controlplane.garbage.Garbage;
import dev.wings.controlplane.garbage.GarbageId;
import dev.wings.controlplane.garbage.GarbageId.Listed;
import dev.wings.controlplane.garbage.GarbageId.OfFolio;
import dev.wings.controlplane.garbage.GarbageStore;
import dev.wings.controlplane.garbage.PurgedTable;
import dev.wings.controlplane.lake.LakeHome;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// Garbage, in PostgreSQL.
final class PostgresGarbageStore implements GarbageStore {

    private static final String FIND_HOME = """
            select n.namespace_uid, n.object_prefix, o.uri
            from namespaces n join object_stores o using (object_store_uid)
            where n.namespace_uid = ?
            """;

    private static final String LOCK_DELETED_TOPIC = """
            select topic_uid from deleted_topics where namespace_uid = ? limit 1 for update skip locked
            """;

    private static final String REMOVE_PAGES = """
            delete from pages where ctid = any(array(select ctid from pages where topic_uid = ? limit ?))
            """;

    private static final String REMOVE_PARTITIONS = """
            delete from partitions where ctid = any(array(select ctid from partitions where topic_uid = ? limit ?))
            """;

    private static final String REMOVE_PRODUCER_STATES = """
            delete from producer_states
            where ctid = any(array(select ctid from producer_states where topic_uid = ? limit ?))
            """;

    private static final String REMOVE_EXPIRED_STATES = """
            delete from producer_states
            where ctid = any(array(
                select ctid from producer_states where expire_time <= ? limit ? for update skip locked))
            """;

    /// Commits hold this lock, so a producer that is forgotten has no batch on its way.
    private static final String LOCK_NAMESPACE =
            "select namespace_uid from namespaces where namespace_uid = ? for no key update";

    private static final String REMOVE_PRODUCERS = """
            delete from producers
            where ctid = any(array(
                select p.ctid from producers p
                where p.namespace_uid = ? and p.start_time <= ?
                    and not exists (select from producer_states s where s.producer_id = p.producer_id)
                limit ?))
            """;

    private static final String FORGET_DELETED_TOPIC = "delete from deleted_topics where topic_uid = ?";

    /// Pages are only ever removed, so a folio that has none now never has any again.
    private static final String MARK_FOLIOS = """
            with looked as (
                select folio_id, commit_number
                from folios
                where namespace_uid = ? and collect_time is null and commit_number > ?
                order by commit_number limit ?
            ), marked as (
                update folios f set collect_time = ?
                from looked l
                where f.folio_id = l.folio_id and not exists (select from pages p where p.folio_id = l.folio_id)
            )
            select max(commit_number) as last from looked having count(*) > 0
            """;

    private static final String FIND_LISTED_DUE = """
            select garbage_id, location from garbage g
            where namespace_uid = ? and collect_time <= ? and not exists (
                select from lake_tables t
                where t.metadata_location = g.location
                    and (t.namespace_uid = g.namespace_uid or t.home_namespace_uid = g.namespace_uid))
            order by collect_time limit ?
            """;

    private static final String FIND_FOLIOS_DUE = """
            select folio_id, object_key from folios
            where namespace_uid = ? and collect_time <= ?
            order by collect_time limit ?
            """;

    private static final String REMOVE_LISTED = """
            delete from garbage where namespace_uid = ? and garbage_id = any(?) and collect_time <= ?
            """;

    private static final String REMOVE_FOLIOS = """
            delete from folios where namespace_uid = ? and folio_id = any(?) and collect_time <= ?
            """;

    private static final String FIND_FOLIOS = "select object_key from folios where folio_id = any(?)";

    private static final String FIND_LISTED = """
            select l.location
            from (select location collate "C" as location from unnest(?::text[]) as u (location)) l
            where exists (
                    select from garbage g where g.location = l.location and g.namespace_uid = ?)
                or exists (
                    select from garbage g
                    where g.namespace_uid = ? and right(g.location, 1) = '/' and starts_with(l.location, g.location))
            """;

    private static final String FIND_TABLE = """
            select metadata_location from lake_tables where namespace_uid = ? and topic_uid = ?
            """;

    private static final String FIND_PURGED = """
            select table_uid, metadata_location from purged_tables
            where home_namespace_uid = ? and purge_time <= ? and table_uid > ?
            order by table_uid limit ?
            """;

    private static final String FORGET_PURGED = """
            delete from purged_tables where home_namespace_uid = ? and table_uid = ? and purge_time <= ?
            """;

    private static final String FIND_ENGINE_TABLES = """
            select table_uid, metadata_location, is_view from lake_tables
            where topic_uid is null and table_uid > ?
                and (home_namespace_uid = ? or (home_namespace_uid is null and namespace_uid = ?))
            order by table_uid limit ?
            """;

    private final PostgresDatabase database;

    PostgresGarbageStore(PostgresDatabase database) {
        this.database = database;
    }

    @Override
    public LakeHome loadHome(UUID namespaceUid) {
        return database.read("load namespace", connection -> home(connection, namespaceUid));
    }

    /// Where the objects of a namespace are, also if it was deleted.
    static LakeHome home(Connection connection, UUID namespaceUid) throws SQLException {
        return Sql.queryOne(connection, FIND_HOME, LakeRows::home, namespaceUid)
                .orElseThrow(() -> ResourceErrors.namespaceNotFound(namespaceUid));
    }

    @Override
    public boolean removeDeletedTopics(UUID namespaceUid, int limit) {
        return database.work("remove the pages of a deleted topic", connection -> {
            Optional<UUID> topic =
                    Sql.queryOne(connection, LOCK_DELETED_TOPIC, row -> Sql.uuid(row, "topic_uid"), namespaceUid);
            if (topic.isEmpty()) {
                return false;
            }
            // nobody else adds, moves or removes rows of a topic that is gone
            if (Sql.update(connection, REMOVE_PAGES, topic.get(), limit) < limit
                    && Sql.update(connection, REMOVE_PARTITIONS, topic.get(), limit) < limit
                    && Sql.update(connection, REMOVE_PRODUCER_STATES, topic.get(), limit) < limit) {
                Sql.update(connection, FORGET_DELETED_TOPIC, topic.get());
            }
            return true;
        });
    }

    @Override
    public boolean removeProducers(UUID namespaceUid, Instant now, Instant latest, int limit) {
        return database.work("remove producers", connection -> {
            int states = Sql.update(connection, REMOVE_EXPIRED_STATES, now, limit);
            Sql.queryOne(connection, LOCK_NAMESPACE, row -> Sql.uuid(row, "namespace_uid"), namespaceUid);
            int producers = Sql.update(connection, REMOVE_PRODUCERS, namespaceUid, latest, limit);
            return states == limit || producers == limit;
        });
    }

    @Override
    public Optional<Long> markFolios(UUID namespaceUid, long after, int limit, Instant collectTime) {
        return database.work(
                "mark folios",
                connection -> Sql.queryOne(
                        connection, MARK_FOLIOS, row -> row.getLong("last"), namespaceUid, after, limit, collectTime));
    }

    @Override
    public List<Garbage> findDue(UUID namespaceUid, Instant now, int limit) {
        return database.read("find garbage", connection -> {
            StoreLocations locations =
                    StoreLocations.of(home(connection, namespaceUid).objectStore());
            List<Garbage> due = new ArrayList<>(Sql.query(
                    connection,
                    FIND_LISTED_DUE,
                    row -> new Garbage(new Listed(row.getLong("garbage_id")), row.getString("location")),
                    namespaceUid,
                    now,
                    limit));
            if (due.size() < limit) {
                due.addAll(Sql.query(
                        connection,
                        FIND_FOLIOS_DUE,
                        row -> new Garbage(
                                new OfFolio(Sql.uuid(row, "folio_id")),
                                locations.location(row.getString("object_key"))),
                        namespaceUid,
                        now,
                        limit - due.size()));
            }
            return due;
        });
    }

    @Override
    public void remove(UUID namespaceUid, Set<GarbageId> ids, Instant now) {
        List<Long> listed = new ArrayList<>();
        List<UUID> folios = new ArrayList<>();
        for (GarbageId id : ids) {
            switch (id) {
                case Listed garbage -> listed.add(garbage.number());
                case OfFolio folio -> folios.add(folio.folioId());
            }
        }
        database.work("remove garbage", connection -> {
            long[] numbers = listed.stream().mapToLong(Long::longValue).toArray();
            int removed = Sql.update(connection, REMOVE_LISTED, namespaceUid, numbers, now);
            return removed
                    + Sql.update(connection, REMOVE_FOLIOS, namespaceUid, Sql.uuids(connection, folios.stream()), now);
        });
    }

    @Override
    public Set<String> findFolios(Set<UUID> folioIds) {
        return Set.copyOf(database.read(
                "find folios",
                connection -> Sql.query(
                        connection,
                        FIND_FOLIOS,
                        row -> row.getString("object_key"),
                        Sql.uuids(connection, folioIds.stream()))));
    }

    @Override
    public Set<String> findListed(UUID namespaceUid, Set<String> locations) {
        return Set.copyOf(database.read(
                "find listed garbage",
                connection -> Sql.query(
                        connection,
                        FIND_LISTED,
                        row -> row.getString("location"),
                        Sql.texts(connection, locations.stream()),
                        namespaceUid,
                        namespaceUid)));
    }

    @Override
    public Optional<String> findTable(UUID namespaceUid, UUID topicUid) {
        return database.read(
                "find table",
                connection -> Sql.queryOne(
                        connection, FIND_TABLE, row -> row.getString("metadata_location"), namespaceUid, topicUid));
    }

    @Override
    public List<PurgedTable> findPurged(UUID namespaceUid, Instant latest, UUID after, int limit) {
        return database.read(
                "find purged tables",
                connection -> Sql.query(
                        connection,
                        FIND_PURGED,
                        row -> new PurgedTable(Sql.uuid(row, "table_uid"), row.getString("metadata_location")),
                        namespaceUid,
                        latest,
                        after,
                        limit));
    }

    @Override
    public void forgetPurged(UUID namespaceUid, UUID tableUid, Instant latest) {
        database.work(
                "forget purged table",
                connection -> Sql.update(connection, FORGET_PURGED, namespaceUid, tableUid, latest));
    }

    @Override
    public List<EngineTable> findEngineTables(UUID namespaceUid, UUID after, int limit) {
        return database.read(
                "find tables of engines",
                connection -> Sql.query(
                        connection,
                        FIND_ENGINE_TABLES,
                        row -> new EngineTable(
                                Sql.uuid(row, "table_uid"),
                                row.getString("metadata_location"),
                                row.getBoolean("is_view")),
                        after,
                        namespaceUid,
                        namespaceUid,
                        limit));
    }
}
