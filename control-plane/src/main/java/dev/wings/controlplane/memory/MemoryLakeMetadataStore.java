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
import dev.wings.controlplane.lake.LakeEntry;
import dev.wings.controlplane.lake.LakeEntry.Kind;
import dev.wings.controlplane.lake.LakeErrors;
import dev.wings.controlplane.lake.LakeFiles;
import dev.wings.controlplane.lake.LakeHome;
import dev.wings.controlplane.lake.LakeMetadataStore;
import dev.wings.controlplane.lake.LakeNamespace;
import dev.wings.controlplane.lake.TableName;
import dev.wings.controlplane.memory.MemoryDatabase.LakeLocations;
import dev.wings.controlplane.memory.MemoryDatabase.NamespaceEntry;
import java.time.Instant;
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
            return new LakeNamespace(found.namespace, home(found), found.properties);
        });
    }

    private LakeHome home(NamespaceEntry namespace) {
        return new LakeHome(
                namespace.namespace.uid(),
                database.load(namespace.namespace.objectStore()).uri(),
                namespace.namespace.objectPrefix());
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
            changes.forEach(this::check);
            checkPointers(changes);
            Map<UUID, LakeLocations> locations = locations(changes);
            changes.forEach(change -> apply(change, collectTime));
            database.lakeLocations().putAll(locations);
            return changes;
        });
    }

    private void check(LakeChange checked) {
        switch (checked) {
            case LakeChange.Create create -> {
                NamespaceEntry namespace = database.load(create.name().parent());
                if (!namespace.namespace.uid().equals(create.entry().home().namespaceUid())) {
                    throw LakeErrors.namespaceIsNew(create.name());
                }
                checkFree(namespace, create.name());
            }
            case LakeChange.OfBase change -> {
                LakeEntry found = current(change.base());
                checkNotOfTopic(found);
                if (!found.metadataLocation().equals(change.base().metadataLocation())) {
                    throw LakeErrors.moved(change.base(), found.metadataLocation());
                }
            }
        }
    }

    private void checkPointers(List<LakeChange> changes) {
        for (LakeChange change : changes) {
            boolean listed = changes.stream()
                            .anyMatch(other -> other instanceof LakeChange.Move move
                                    && move.home().equals(change.home())
                                    && move.obsolete().contains(change.metadataLocation()))
                    || database.garbage().stream()
                            .anyMatch(garbage ->
                                    garbage.namespaceUid().equals(change.home().namespaceUid())
                                            && garbage.location().equals(change.metadataLocation()));
            if (listed) {
                throw LakeErrors.isGarbage(change.name(), change.metadataLocation());
            }
        }
    }

    private static UUID uid(LakeChange change) {
        return switch (change) {
            case LakeChange.Create create -> create.entry().uid();
            case LakeChange.OfBase ofBase -> ofBase.base().uid();
        };
    }

    /// What the entries have after the changes.
    private Map<UUID, LakeLocations> locations(List<LakeChange> changes) {
        Map<UUID, LakeLocations> made = new HashMap<>(database.lakeLocations());
        for (LakeChange change : changes) {
            UUID home = change.home().namespaceUid();
            LakeLocations before = made.getOrDefault(uid(change), new LakeLocations(home, Set.of(), Set.of()));
            LakeFiles wanted = change.files().without(List.copyOf(before.directories()));
            made.forEach((uid, other) -> {
                if (!uid.equals(uid(change)) && other.homeUid().equals(home)) {
                    other.directories().stream()
                            .filter(wanted::conflictsWith)
                            .findFirst()
                            .ifPresent(taken -> {
                                throw LakeErrors.locationTaken(change.name(), taken);
                            });
                }
            });
            Set<String> directories = new HashSet<>(before.directories());
            directories.addAll(wanted.directories());
            if (directories.size() > LakeFiles.MAX_DIRECTORIES) {
                throw LakeErrors.tooManyLocations(change.name());
            }
            Set<String> deletable = new HashSet<>(before.deletable());
            if (change instanceof LakeChange.Move move) {
                move.obsolete().forEach(deletable::remove);
            }
            if (change.files().deletable()) {
                deletable.add(change.metadataLocation());
            }
            made.put(uid(change), new LakeLocations(home, directories, deletable));
        }
        return made;
    }

    @Override
    public Set<String> findDeletable(UUID entryUid, Set<String> locations) {
        return database.transaction(() -> {
            Set<String> found = new HashSet<>(locations);
            LakeLocations kept = database.lakeLocations().get(entryUid);
            found.retainAll(kept == null ? Set.of() : kept.deletable());
            return found;
        });
    }

    /// Found by its uid, whatever name it has now.
    private LakeEntry current(LakeEntry base) {
        return database.namespaces().values().stream()
                .flatMap(namespace -> namespace.tables.values().stream())
                .filter(entry -> entry.uid().equals(base.uid()))
                .findFirst()
                .orElseThrow(() -> ResourceErrors.notFound(base.name()));
    }

    private void apply(LakeChange change, Instant collectTime) {
        LakeEntry entry = switch (change) {
            case LakeChange.Create create -> create.entry();
            case LakeChange.Move move -> {
                LakeEntry base = current(move.base());
                for (String location : move.obsolete()) {
                    database.addGarbage(base.home().namespaceUid(), location, collectTime);
                }
                yield new LakeEntry(
                        base.name(),
                        base.kind(),
                        base.uid(),
                        base.topicUid(),
                        base.tableUuid(),
                        move.metadataLocation(),
                        base.version() + 1,
                        base.home());
            }
            case LakeChange.Keep keep -> current(keep.base());
        };
        database.load(entry.name().parent()).tables.put(entry.name().table(), entry);
    }

    @Override
    public void rename(Kind kind, TableName from, TableName to, Instant now) {
        database.transaction(() -> {
            NamespaceEntry source = database.load(from.parent());
            NamespaceEntry target = database.load(to.parent());
            LakeEntry found = load(source, kind, from);
            checkNotOfTopic(found);
            checkFree(target, to);
            source.tables.remove(from.table());
            LakeEntry renamed = new LakeEntry(
                    to,
                    kind,
                    found.uid(),
                    found.topicUid(),
                    found.tableUuid(),
                    found.metadataLocation(),
                    found.version(),
                    found.home());
            target.tables.put(to.table(), renamed);
            return renamed;
        });
    }

    @Override
    public void drop(Kind kind, TableName name, boolean purge, Instant now) {
        database.transaction(() -> {
            NamespaceEntry namespace = database.load(name.parent());
            LakeEntry found = load(namespace, kind, name);
            checkNotOfTopic(found);
            namespace.tables.remove(name.table());
            database.lakeLocations().remove(found.uid());
            if (purge) {
                database.purgedTables()
                        .put(
                                found.uid(),
                                new MemoryDatabase.PurgedTable(
                                        found.home().namespaceUid(), found.metadataLocation(), now));
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

    private static void checkFree(NamespaceEntry namespace, TableName name) {
        if (namespace.tables.containsKey(name.table()) || namespace.topics.containsKey(name.table())) {
            throw ResourceErrors.alreadyExists(name);
        }
    }

    private static void checkNotOfTopic(LakeEntry entry) {
        if (entry.topicUid().isPresent()) {
            throw LakeErrors.ofTopic(entry.name());
        }
    }
}
