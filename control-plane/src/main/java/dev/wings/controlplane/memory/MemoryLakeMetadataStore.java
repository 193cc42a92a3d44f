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
package dev.wings.controlplane.memory;

import dev.wings.common.resource.NamespaceName;
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
import dev.wings.controlplane.memory.MemoryDatabase.LakeLocations;
import dev.wings.controlplane.memory.MemoryDatabase.NamespaceEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/// Tables and views of the catalog, in memory.
final class MemoryLakeMetadataStore implements LakeMetadataStore {

    private final MemoryDatabase database;

    MemoryLakeMetadataStore(MemoryDatabase database) {
        this.database = database;
    }

    @Override
    public void createNamespace(NamespaceRecord namespace, Map<String, String> properties) {
        checkCount(properties.size());
        database.transaction(() -> {
            new MemoryClusterMetadataStore(database).createNamespace(namespace);
            database.load(namespace.name()).properties.putAll(properties);
            return namespace;
        });
    }

    @Override
    public LakeNamespace loadNamespace(NamespaceName name) {
        return database.transaction(() -> {
            NamespaceEntry found = database.load(name);
            return new LakeNamespace(found.namespace, database.home(found.namespace.uid()), found.properties);
        });
    }

    @Override
    public Set<String> updateProperties(NamespaceName name, Map<String, String> set, Set<String> removed) {
        return database.transaction(() -> {
            NamespaceEntry namespace = database.load(name);
            Set<String> found =
                    removed.stream().filter(namespace.properties::containsKey).collect(Collectors.toSet());
            Map<String, String> updated = new TreeMap<>(namespace.properties);
            updated.keySet().removeAll(removed);
            updated.putAll(set);
            checkCount(updated.size());
            namespace.properties.clear();
            namespace.properties.putAll(updated);
            return found;
        });
    }

    private static void checkCount(int properties) {
        if (properties > MAX_PROPERTIES) {
            throw LakeErrors.tooManyProperties(properties);
        }
    }

    @Override
    public Optional<LakeEntry> find(TableName name) {
        return database.transaction(
                () -> Optional.ofNullable(database.load(name.parent()).tables.get(name.table())));
    }

    @Override
    public List<String> list(NamespaceName parent, Kind kind, String after, int limit) {
        return database.transaction(() -> database.load(parent).tables.tailMap(after, false).values().stream()
                .filter(entry -> entry.kind() == kind)
                .limit(limit)
                .map(entry -> entry.name().table())
                .toList());
    }

    @Override
    public void commit(List<LakeChange> changes, Instant now, Instant collectTime) {
        database.transaction(() -> {
            LakeCommitRule.check(changes, state(changes));
            changes.forEach(change -> apply(change, collectTime));
            return changes;
        });
    }

    private LakeCommitState state(List<LakeChange> changes) {
        LakeCommitState state = new LakeCommitState(
                new HashMap<>(), new HashSet<>(), new HashMap<>(), new HashSet<>(), new HashMap<>(), new HashMap<>());
        for (LakeChange change : changes) {
            UUID uid = change.uid();
            switch (change) {
                case LakeChange.Create create -> {
                    NamespaceEntry namespace = database.load(create.name().parent());
                    state.namespaces().put(uid, namespace.namespace.uid());
                    if (isTaken(namespace, create.name())) {
                        state.taken().add(uid);
                    }
                }
                case LakeChange.OfBase ofBase ->
                    find(uid)
                            .ifPresent(found -> state.pointers()
                                    .put(
                                            uid,
                                            new Pointer(
                                                    found.metadataLocation(),
                                                    found.topicUid().isPresent())));
            }
            UUID home = change.home().namespaceUid();
            if (database.garbage.stream()
                    .anyMatch(garbage -> garbage.namespaceUid().equals(home)
                            && garbage.location().equals(change.metadataLocation()))) {
                state.listed().add(uid);
            }
            database.lakeLocations.forEach((holder, locations) -> {
                if (holder.equals(uid)) {
                    state.held().put(uid, List.copyOf(locations.directories()));
                } else if (locations.homeUid().equals(home)) {
                    state.others()
                            .computeIfAbsent(uid, key -> new ArrayList<>())
                            .addAll(locations.directories());
                }
            });
        }
        return state;
    }

    @Override
    public Set<String> findDeletable(UUID entryUid, Set<String> locations) {
        return database.transaction(() -> {
            Set<String> found = new HashSet<>(locations);
            LakeLocations kept = database.lakeLocations.get(entryUid);
            found.retainAll(kept == null ? Set.of() : kept.deletable());
            return found;
        });
    }

    /// The entry of that uid, whatever name it has now.
    private Optional<LakeEntry> find(UUID uid) {
        return database.namespaces.values().stream()
                .flatMap(namespace -> namespace.tables.values().stream())
                .filter(entry -> entry.uid().equals(uid))
                .findFirst();
    }

    private void apply(LakeChange change, Instant collectTime) {
        UUID home = change.home().namespaceUid();
        LakeLocations locations = database.lakeLocations.computeIfAbsent(
                change.uid(), uid -> new LakeLocations(home, new HashSet<>(), new HashSet<>()));
        switch (change) {
            case LakeChange.Create create -> put(create.entry());
            case LakeChange.Move move -> {
                move.obsolete().forEach(location -> database.addGarbage(home, location, collectTime));
                move.obsolete().forEach(locations.deletable()::remove);
                put(find(move.uid()).orElseThrow().moved(move.metadataLocation()));
            }
            case LakeChange.Keep keep -> {}
        }
        locations.directories().addAll(change.files().directories());
        if (change.files().deletable()) {
            locations.deletable().add(change.metadataLocation());
        }
    }

    private void put(LakeEntry entry) {
        database.load(entry.name().parent()).tables.put(entry.name().table(), entry);
    }

    @Override
    public void rename(Kind kind, TableName from, TableName to, Instant now) {
        database.transaction(() -> {
            NamespaceEntry source = database.load(from.parent());
            NamespaceEntry target = database.load(to.parent());
            LakeEntry found = load(source, kind, from);
            checkNotOfTopic(found);
            if (isTaken(target, to)) {
                throw ResourceErrors.alreadyExists(to);
            }
            source.tables.remove(from.table());
            put(found.renamed(to));
            return found;
        });
    }

    @Override
    public void drop(Kind kind, TableName name, boolean purge, Instant now) {
        database.transaction(() -> {
            NamespaceEntry namespace = database.load(name.parent());
            LakeEntry found = load(namespace, kind, name);
            checkNotOfTopic(found);
            namespace.tables.remove(name.table());
            database.lakeLocations.remove(found.uid());
            if (purge) {
                database.purgedTables.put(
                        found.uid(),
                        new MemoryDatabase.PurgedTable(found.home().namespaceUid(), found.metadataLocation(), now));
            }
            return found;
        });
    }

    private static LakeEntry load(NamespaceEntry namespace, Kind kind, TableName name) {
        LakeEntry found = namespace.tables.get(name.table());
        if (found == null || found.kind() != kind) {
            throw ResourceErrors.notFound(name);
        }
        return found;
    }

    private static boolean isTaken(NamespaceEntry namespace, TableName name) {
        return namespace.tables.containsKey(name.table()) || namespace.topics.containsKey(name.table());
    }

    private static void checkNotOfTopic(LakeEntry entry) {
        if (entry.topicUid().isPresent()) {
            throw LakeErrors.ofTopic(entry.name());
        }
    }
}
