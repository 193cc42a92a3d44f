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

import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.ObjectStoreName;
import dev.wings.controlplane.cluster.NamespaceRecord;
import dev.wings.controlplane.cluster.ResourceErrors;
import dev.wings.controlplane.lake.LakeChange;
import dev.wings.controlplane.lake.LakeCommitRule;
import dev.wings.controlplane.lake.LakeCommitState;
import dev.wings.controlplane.lake.LakeCommitState.Pointer;
import dev.wings.controlplane.lake.LakeEntry;
import dev.wings.controlplane.lake.LakeEntry.Kind;
import dev.wings.controlplane.lake.LakeErrors;
import dev.wings.controlplane.lake.LakeMetadataStore;
import dev.wings.controlplane.lake.LakeNamespace;
import dev.wings.controlplane.lake.TableName;
import dev.wings.controlplane.postgres.NameLookup.Lock;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/// Tables and views of the catalog, in PostgreSQL.
///
/// A commit locks the rows of its tables, ordered by uid. If locations are new, it locks their homes before, as
/// places of locations. It locks nothing of the namespace: it never stalls the log.
final class PostgresLakeMetadataStore implements LakeMetadataStore {

    private final PostgresDatabase database;

    PostgresLakeMetadataStore(PostgresDatabase database) {
        this.database = database;
    }

    @Override
    public void createNamespace(NamespaceRecord namespace, Map<String, String> properties) {
        database.change("create namespace", connection -> {
            PostgresClusterMetadataStore.insertNamespace(connection, namespace);
            setProperties(connection, namespace.uid(), properties);
            return namespace;
        });
    }

    @Override
    public LakeNamespace loadNamespace(NamespaceName name) {
        String sql = """
                select n.namespace_uid, n.create_time, n.object_prefix, o.object_store_id, o.uri
                from namespaces n join object_stores o using (object_store_uid)
                where n.namespace_uid = ?
                """;
        return database.read("load namespace", connection -> {
            UUID uid = namespace(connection, name, Lock.NONE);
            Map<String, String> properties = new HashMap<>();
            Sql.query(
                    connection,
                    "select name, value from namespace_properties where namespace_uid = ?",
                    row -> properties.put(row.getString("name"), row.getString("value")),
                    uid);
            return Sql.queryOne(
                            connection,
                            sql,
                            row -> new LakeNamespace(
                                    new NamespaceRecord(
                                            name,
                                            uid,
                                            Sql.instant(row, "create_time"),
                                            new ObjectStoreName(name.tenant(), row.getString("object_store_id")),
                                            row.getString("object_prefix")),
                                    LakeRows.home(row),
                                    properties),
                            uid)
                    .orElseThrow(() -> ResourceErrors.notFound(name));
        });
    }

    @Override
    public Set<String> updateProperties(NamespaceName name, Map<String, String> set, Set<String> removed) {
        String remove = "delete from namespace_properties where namespace_uid = ? and name = any(?) returning name";
        return database.change("update namespace properties", connection -> {
            UUID uid = namespace(connection, name, Lock.ADD_CHILD);
            List<String> found = Sql.query(
                    connection, remove, row -> row.getString(1), uid, Sql.texts(connection, removed.stream()));
            setProperties(connection, uid, set);
            return new HashSet<>(found);
        });
    }

    private static void setProperties(Connection connection, UUID namespace, Map<String, String> properties)
            throws SQLException {
        // the rows are ordered, so that two of these do not wait for each other
        String sql = """
                insert into namespace_properties (namespace_uid, name, value)
                select ?, p.name, p.value from unnest(?, ?) as p (name, value) order by p.name collate "C"
                on conflict (namespace_uid, name) do update set value = excluded.value
                """;
        List<Map.Entry<String, String>> ordered = List.copyOf(properties.entrySet());
        Sql.update(
                connection,
                sql,
                namespace,
                Sql.texts(connection, ordered.stream().map(Map.Entry::getKey)),
                Sql.texts(connection, ordered.stream().map(Map.Entry::getValue)));
        String count = "select count(*) from namespace_properties where namespace_uid = ?";
        int found =
                Sql.queryOne(connection, count, row -> row.getInt(1), namespace).orElseThrow();
        if (found > MAX_PROPERTIES) {
            throw LakeErrors.tooManyProperties(found);
        }
    }

    @Override
    public Optional<LakeEntry> find(TableName name) {
        return database.read(
                "find table",
                connection -> LakeRows.find(connection, name, namespace(connection, name.parent(), Lock.NONE)));
    }

    @Override
    public List<String> list(NamespaceName parent, Kind kind, String after, int limit) {
        String sql = """
                select name from lake_tables where namespace_uid = ? and is_view = ? and name > ? order by name limit ?
                """;
        return database.read(
                "list tables",
                connection -> Sql.query(
                        connection,
                        sql,
                        row -> row.getString(1),
                        namespace(connection, parent, Lock.NONE),
                        kind == Kind.VIEW,
                        after,
                        limit));
    }

    @Override
    public Set<String> findDeletable(UUID entryUid, Set<String> locations) {
        return database.read(
                "find metadata files", connection -> LakeLocations.findDeletable(connection, entryUid, locations));
    }

    @Override
    public void commit(List<LakeChange> changes, Instant now, Instant collectTime) {
        List<LakeChange.Create> creates = only(changes, LakeChange.Create.class)
                .sorted(Comparator.comparing(create -> create.name().toString()))
                .toList();
        List<LakeEntry> bases = only(changes, LakeChange.OfBase.class)
                .map(LakeChange.OfBase::base)
                .toList();
        List<LakeChange.Move> moves = only(changes, LakeChange.Move.class).toList();
        database.change("commit tables", connection -> {
            LakeCommitState state = new LakeCommitState(
                    new HashMap<>(),
                    new HashSet<>(),
                    new HashMap<>(),
                    new HashSet<>(),
                    new HashMap<>(),
                    new HashMap<>());
            LakeLocations.lock(connection, changes, state);
            for (LakeChange.Create create : creates) {
                UUID namespace = namespace(connection, create.name().parent(), Lock.ADD_CHILD);
                state.namespaces().put(create.uid(), namespace);
                if (!LakeRows.takeName(connection, namespace, create.name().table())) {
                    state.taken().add(create.uid());
                }
            }
            lockPointers(connection, bases, state);
            LakeLocations.readOthers(connection, changes, state);
            readListed(connection, changes, state);
            LakeCommitRule.check(changes, state);
            for (LakeChange.Create create : creates) {
                create(connection, create.entry(), now);
            }
            for (LakeChange.Move move : moves) {
                move(connection, move, now, collectTime);
            }
            LakeLocations.write(connection, changes, state);
            return changes;
        });
    }

    private static <T extends LakeChange> Stream<T> only(List<LakeChange> changes, Class<T> kind) {
        return changes.stream().filter(kind::isInstance).map(kind::cast);
    }

    private static void create(Connection connection, LakeEntry entry, Instant now) throws SQLException {
        String sql = """
                insert into lake_tables
                    (table_uid, namespace_uid, name, is_view, table_uuid, metadata_location, version, create_time,
                    update_time)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """;
        Sql.update(
                connection,
                sql,
                entry.uid(),
                entry.home().namespaceUid(),
                entry.name().table(),
                entry.kind() == Kind.VIEW,
                entry.tableUuid(),
                entry.metadataLocation(),
                entry.version(),
                now,
                now);
    }

    /// Reads which metadata files are listed as garbage. What another transaction lists at the same moment
    /// stays until no pointer is at it, as everything that is due does.
    private static void readListed(Connection connection, List<LakeChange> changes, LakeCommitState state)
            throws SQLException {
        String sql = """
                select c.uid
                from unnest(?, ?, ?) as c (uid, namespace_uid, location)
                where exists (
                    select from garbage g
                    where g.location = c.location collate "C" and g.namespace_uid = c.namespace_uid)
                """;
        state.listed()
                .addAll(Sql.query(
                        connection,
                        sql,
                        row -> Sql.uuid(row, "uid"),
                        Sql.uuids(connection, changes.stream().map(LakeChange::uid)),
                        Sql.uuids(
                                connection,
                                changes.stream().map(change -> change.home().namespaceUid())),
                        Sql.texts(connection, changes.stream().map(LakeChange::metadataLocation))));
    }

    private static void lockPointers(Connection connection, List<LakeEntry> bases, LakeCommitState state)
            throws SQLException {
        String lock = """
                select table_uid, metadata_location, topic_uid is not null as of_topic
                from lake_tables where table_uid = any(?)
                order by table_uid for no key update
                """;
        Sql.query(
                connection,
                lock,
                row -> state.pointers()
                        .put(
                                Sql.uuid(row, "table_uid"),
                                new Pointer(row.getString("metadata_location"), row.getBoolean("of_topic"))),
                Sql.uuids(connection, bases.stream().map(LakeEntry::uid)));
    }

    private static void move(Connection connection, LakeChange.Move move, Instant now, Instant collectTime)
            throws SQLException {
        String update = """
                update lake_tables set metadata_location = ?, version = version + 1, update_time = ?
                where table_uid = ?
                """;
        Sql.update(connection, update, move.metadataLocation(), now, move.base().uid());
        if (move.obsolete().isEmpty()) {
            return;
        }
        LakeLocations.forget(connection, move);
        LakeRows.addGarbage(connection, move.home().namespaceUid(), move.obsolete(), collectTime);
    }

    @Override
    public void rename(Kind kind, TableName from, TableName to, Instant now) {
        String sql = """
                update lake_tables
                set namespace_uid = ?, name = ?, home_namespace_uid = nullif(?, ?), update_time = ?
                where table_uid = ?
                """;
        database.change("rename table", connection -> {
            UUID source = namespace(connection, from.parent(), Lock.ADD_CHILD);
            UUID target = namespace(connection, to.parent(), Lock.ADD_CHILD);
            LakeEntry entry = lock(connection, source, kind, from);
            if (!LakeRows.takeName(connection, target, to.table())) {
                throw ResourceErrors.alreadyExists(to);
            }
            LakeRows.freeName(connection, source, from.table());
            return Sql.update(
                    connection, sql, target, to.table(), entry.home().namespaceUid(), target, now, entry.uid());
        });
    }

    @Override
    public void drop(Kind kind, TableName name, boolean purge, Instant now) {
        String garbage = """
                insert into purged_tables (table_uid, home_namespace_uid, metadata_location, purge_time)
                values (?, ?, ?, ?)
                """;
        database.change("drop table", connection -> {
            UUID namespace = namespace(connection, name.parent(), Lock.ADD_CHILD);
            LakeEntry entry = lock(connection, namespace, kind, name);
            if (purge) {
                Sql.update(
                        connection, garbage, entry.uid(), entry.home().namespaceUid(), entry.metadataLocation(), now);
            }
            LakeRows.freeName(connection, namespace, name.table());
            return Sql.update(connection, "delete from lake_tables where table_uid = ?", entry.uid());
        });
    }

    /// Locks an entry, so that only this transaction may change it.
    private static LakeEntry lock(Connection connection, UUID namespace, Kind kind, TableName name)
            throws SQLException {
        String lock = "select table_uid from lake_tables where namespace_uid = ? and name = ? for update";
        if (Sql.query(connection, lock, row -> Sql.uuid(row, "table_uid"), namespace, name.table())
                .isEmpty()) {
            throw ResourceErrors.notFound(name);
        }
        // This is read behind the lock, which may have waited for a change.
        LakeEntry entry = LakeRows.find(connection, name, namespace)
                .filter(found -> found.kind() == kind)
                .orElseThrow(() -> ResourceErrors.notFound(name));
        if (entry.topicUid().isPresent()) {
            throw LakeErrors.ofTopic(name);
        }
        return entry;
    }

    private static UUID namespace(Connection connection, NamespaceName name, Lock lock) throws SQLException {
        return NameLookup.namespace(connection, NameLookup.tenant(connection, name.parent(), lock), name, lock);
    }
}
