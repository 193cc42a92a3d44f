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

import dev.wings.common.lake.StoreLocations;
import dev.wings.controlplane.garbage.EngineTable;
import dev.wings.controlplane.garbage.Garbage;
import dev.wings.controlplane.garbage.GarbageId;
import dev.wings.controlplane.garbage.GarbageId.Listed;
import dev.wings.controlplane.garbage.GarbageId.OfFolio;
import dev.wings.controlplane.garbage.GarbageStore;
import dev.wings.controlplane.garbage.PurgedTable;
import dev.wings.controlplane.lake.LakeEntry;
import dev.wings.controlplane.lake.LakeEntry.Kind;
import dev.wings.controlplane.lake.LakeHome;
import dev.wings.controlplane.log.CommitState.KnownFolio;
import dev.wings.controlplane.log.NamedProducer;
import dev.wings.controlplane.log.ProducerState;
import dev.wings.controlplane.memory.MemoryDatabase.NamespaceEntry;
import dev.wings.controlplane.memory.MemoryDatabase.PartitionEntry;
import dev.wings.controlplane.memory.MemoryDatabase.StoredPage;
import dev.wings.controlplane.memory.MemoryDatabase.TopicEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/// Garbage, in memory.
final class MemoryGarbageStore implements GarbageStore {

    private final MemoryDatabase database;

    MemoryGarbageStore(MemoryDatabase database) {
        this.database = database;
    }

    @Override
    public LakeHome loadHome(UUID namespaceUid) {
        return database.transaction(() -> database.home(namespaceUid));
    }

    @Override
    public boolean removeDeletedTopics(UUID namespaceUid, int limit) {
        return database.transaction(() -> {
            List<TopicEntry> topics = database.loadEver(namespaceUid).deletedTopics;
            if (topics.isEmpty()) {
                return false;
            }
            TopicEntry topic = topics.getFirst();
            int left = limit;
            for (PartitionEntry partition : topic.partitions.values()) {
                List<StoredPage> some = partition.pages.subList(0, Math.min(left, partition.pages.size()));
                left -= some.size();
                some.clear();
            }
            if (left > 0) {
                topic.partitions
                        .keySet()
                        .removeAll(
                                topic.partitions.keySet().stream().limit(limit).toList());
                topic.producers.clear();
                topics.removeIf(entry -> entry.partitions.isEmpty());
            }
            return true;
        });
    }

    @Override
    public boolean removeProducers(UUID namespaceUid, Instant now, Instant latest, int limit) {
        return database.transaction(() -> {
            List<Map<UUID, ProducerState>> topics = database.namespaces.values().stream()
                    .flatMap(namespace -> namespace.topics.values().stream())
                    .map(topic -> topic.producers)
                    .toList();
            int left = limit;
            for (Map<UUID, ProducerState> states : topics) {
                List<UUID> expired = states.entrySet().stream()
                        .filter(state -> !state.getValue().expireTime().isAfter(now))
                        .map(Map.Entry::getKey)
                        .limit(left)
                        .toList();
                states.keySet().removeAll(expired);
                left -= expired.size();
            }
            Map<String, NamedProducer> producers = database.loadEver(namespaceUid).producers;
            List<String> forgotten = producers.entrySet().stream()
                    .filter(named -> !named.getValue().startTime().isAfter(latest)
                            && topics.stream()
                                    .noneMatch(states ->
                                            states.containsKey(named.getValue().producerId())))
                    .map(Map.Entry::getKey)
                    .limit(limit)
                    .toList();
            producers.keySet().removeAll(forgotten);
            return left == 0 || forgotten.size() == limit;
        });
    }

    @Override
    public Optional<Long> markFolios(UUID namespaceUid, long after, int limit, Instant collectTime) {
        return database.transaction(() -> {
            Set<UUID> withPages = database.loadEver(namespaceUid)
                    .pages()
                    .map(stored -> stored.page().folioId())
                    .collect(Collectors.toSet());
            Map<Long, UUID> looked = new HashMap<>();
            database.folios.forEach((id, folio) -> {
                if (folio.namespaceUid().equals(namespaceUid)
                        && folio.answer().commitNumber() > after
                        && !database.collectTimes.containsKey(id)) {
                    looked.put(folio.answer().commitNumber(), id);
                }
            });
            List<Long> numbers = looked.keySet().stream().sorted().limit(limit).toList();
            for (Long number : numbers) {
                UUID id = looked.get(number);
                if (!withPages.contains(id)) {
                    database.collectTimes.put(id, collectTime);
                }
            }
            return numbers.isEmpty() ? Optional.empty() : Optional.of(numbers.getLast());
        });
    }

    @Override
    public List<Garbage> findDue(UUID namespaceUid, Instant now, int limit) {
        return database.transaction(() -> {
            database.loadEver(namespaceUid);
            List<Garbage> due = new ArrayList<>();
            Set<String> pointers = database.namespaces.values().stream()
                    .flatMap(namespace -> namespace.tables.values().stream())
                    .map(LakeEntry::metadataLocation)
                    .collect(Collectors.toSet());
            database.garbage.stream()
                    .filter(garbage -> garbage.namespaceUid().equals(namespaceUid)
                            && !garbage.collectTime().isAfter(now)
                            && !pointers.contains(garbage.location()))
                    .sorted(Comparator.comparing(MemoryDatabase.Garbage::collectTime))
                    .forEach(garbage -> due.add(new Garbage(new Listed(garbage.number()), garbage.location())));
            database.collectTimes.entrySet().stream()
                    .filter(entry -> isOf(namespaceUid, entry.getKey())
                            && !entry.getValue().isAfter(now))
                    .sorted(Map.Entry.comparingByValue())
                    .forEach(entry -> due.add(new Garbage(new OfFolio(entry.getKey()), location(entry.getKey()))));
            return due.stream().limit(limit).toList();
        });
    }

    private boolean isOf(UUID namespaceUid, UUID folioId) {
        KnownFolio folio = database.folios.get(folioId);
        return folio != null && folio.namespaceUid().equals(namespaceUid);
    }

    private String location(UUID folioId) {
        KnownFolio folio = Objects.requireNonNull(database.folios.get(folioId));
        NamespaceEntry namespace = database.loadEver(folio.namespaceUid());
        String key = namespace.objectKeys.get(Math.toIntExact(folio.answer().commitNumber() - 1));
        return StoreLocations.of(database.home(folio.namespaceUid()).objectStore())
                .location(key);
    }

    @Override
    public void remove(UUID namespaceUid, Set<GarbageId> ids, Instant now) {
        database.transaction(() -> {
            for (GarbageId id : ids) {
                switch (id) {
                    case Listed listed ->
                        database.garbage.removeIf(garbage -> garbage.number() == listed.number()
                                && garbage.namespaceUid().equals(namespaceUid)
                                && !garbage.collectTime().isAfter(now));
                    case OfFolio folio -> removeFolio(namespaceUid, folio.folioId(), now);
                }
            }
            return ids;
        });
    }

    private void removeFolio(UUID namespaceUid, UUID folioId, Instant now) {
        Instant collectTime = database.collectTimes.get(folioId);
        if (collectTime != null && !collectTime.isAfter(now) && isOf(namespaceUid, folioId)) {
            KnownFolio folio = Objects.requireNonNull(database.folios.remove(folioId));
            database.collectTimes.remove(folioId);
            database.loadEver(namespaceUid)
                    .objectKeys
                    .set(Math.toIntExact(folio.answer().commitNumber() - 1), "");
        }
    }

    @Override
    public Set<String> findFolios(Set<UUID> folioIds) {
        return database.transaction(() -> {
            Set<String> keys = new HashSet<>();
            for (UUID id : folioIds) {
                KnownFolio folio = database.folios.get(id);
                if (folio != null) {
                    keys.add(database.loadEver(folio.namespaceUid())
                            .objectKeys
                            .get(Math.toIntExact(folio.answer().commitNumber() - 1)));
                }
            }
            return keys;
        });
    }

    @Override
    public Set<String> findListed(UUID namespaceUid, Set<String> locations) {
        return database.transaction(() -> {
            Set<String> found = new HashSet<>();
            for (String location : locations) {
                boolean listed = database.garbage.stream()
                        .filter(garbage -> garbage.namespaceUid().equals(namespaceUid))
                        .map(MemoryDatabase.Garbage::location)
                        .anyMatch(garbage ->
                                garbage.equals(location) || (garbage.endsWith("/") && location.startsWith(garbage)));
                if (listed) {
                    found.add(location);
                }
            }
            return found;
        });
    }

    @Override
    public Optional<String> findTable(UUID namespaceUid, UUID topicUid) {
        return database.transaction(() -> {
            TopicEntry topic = database.findTopic(topicUid);
            if (topic == null || !topic.topic.namespaceUid().equals(namespaceUid)) {
                return Optional.empty();
            }
            LakeEntry table = database.tableOf(topic.topic);
            return table == null ? Optional.empty() : Optional.of(table.metadataLocation());
        });
    }

    @Override
    public List<PurgedTable> findPurged(UUID namespaceUid, Instant latest, UUID after, int limit) {
        return database.transaction(() -> database.purgedTables.entrySet().stream()
                .filter(entry -> isPurged(entry.getValue(), namespaceUid, latest))
                .map(entry -> new PurgedTable(entry.getKey(), entry.getValue().metadataLocation()))
                .filter(table -> isBehind(table.uid(), after))
                .sorted(Comparator.comparing(table -> table.uid().toString()))
                .limit(limit)
                .toList());
    }

    private static boolean isPurged(MemoryDatabase.PurgedTable table, UUID namespaceUid, Instant latest) {
        return table.homeUid().equals(namespaceUid) && !table.purgeTime().isAfter(latest);
    }

    /// Compares as PostgreSQL orders UUIDs, which their own order does not.
    private static boolean isBehind(UUID uid, UUID after) {
        return uid.toString().compareTo(after.toString()) > 0;
    }

    @Override
    public void forgetPurged(UUID namespaceUid, UUID tableUid, Instant latest) {
        database.transaction(() -> database.purgedTables
                .entrySet()
                .removeIf(
                        entry -> entry.getKey().equals(tableUid) && isPurged(entry.getValue(), namespaceUid, latest)));
    }

    @Override
    public List<EngineTable> findEngineTables(UUID namespaceUid, UUID after, int limit) {
        return database.transaction(() -> database.namespaces.values().stream()
                .flatMap(namespace -> namespace.tables.values().stream())
                .filter(entry -> entry.topicUid().isEmpty()
                        && entry.home().namespaceUid().equals(namespaceUid)
                        && isBehind(entry.uid(), after))
                .sorted(Comparator.comparing(entry -> entry.uid().toString()))
                .limit(limit)
                .map(entry -> new EngineTable(entry.uid(), entry.metadataLocation(), entry.kind() == Kind.VIEW))
                .toList());
    }
}
