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
import dev.wings.common.resource.ObjectStoreName;
import dev.wings.common.resource.TenantName;
import dev.wings.common.resource.TopicName;
import dev.wings.controlplane.cluster.ClusterMetadataStore;
import dev.wings.controlplane.cluster.NamespaceRecord;
import dev.wings.controlplane.cluster.ObjectStoreRecord;
import dev.wings.controlplane.cluster.ResourceErrors;
import dev.wings.controlplane.cluster.SchemaVersion;
import dev.wings.controlplane.cluster.TenantRecord;
import dev.wings.controlplane.cluster.TopicRecord;
import dev.wings.controlplane.lake.LakeEntry;
import dev.wings.controlplane.lake.LakeHome;
import dev.wings.controlplane.log.CommitState.KnownFolio;
import dev.wings.controlplane.log.CommitState.PartitionState;
import dev.wings.controlplane.log.LogPage;
import dev.wings.controlplane.log.NamedProducer;
import dev.wings.controlplane.log.PartitionKey;
import dev.wings.controlplane.log.ProducerState;
import dev.wings.controlplane.state.Stores;
import dev.wings.controlplane.task.NamespaceRemains;
import dev.wings.controlplane.task.TableCommitState.TopicHome;
import dev.wings.controlplane.task.TaskKind;
import dev.wings.controlplane.task.TaskRecord;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the stores of one simulated cluster share: the state, and one lock for all of it, so that every method
/// is a transaction. Replicas of a control plane are stores over the same database.
public final class MemoryDatabase {

    private final ReentrantLock lock = new ReentrantLock();
    final NavigableMap<String, TenantEntry> tenants = new TreeMap<>();
    /// The namespaces that exist, by uid.
    final Map<UUID, NamespaceEntry> namespaces = new HashMap<>();
    final Map<UUID, DeletedNamespace> deletedNamespaces = new HashMap<>();
    /// All folios, those of deleted namespaces and topics too.
    final Map<UUID, KnownFolio> folios = new HashMap<>();
    private final MemoryAnnouncements announcements = new MemoryAnnouncements();
    final Map<UUID, TaskRecord> tasks = new HashMap<>();
    /// What new topics and namespaces want first, by their uid.
    final Map<UUID, TaskKind> wanted = new HashMap<>();
    /// When each tenant was last given a worker.
    final Map<UUID, Instant> turns = new HashMap<>();
    final Map<UUID, TableCommitEntry> tableCommits = new HashMap<>();
    /// What is to be removed from object stores.
    final List<Garbage> garbage = new ArrayList<>();
    private long lastGarbage;
    /// When folios without pages may be removed.
    final Map<UUID, Instant> collectTimes = new HashMap<>();
    /// Tables that were dropped with their files, by the uid of the entry that each had.
    final Map<UUID, PurgedTable> purgedTables = new HashMap<>();
    /// The locations of tables and views, by the uid of the entry.
    final Map<UUID, LakeLocations> lakeLocations = new HashMap<>();

    /// What is in the database, as one replica sees it.
    ///
    /// @param time the clock that is the same for all replicas
    public Stores stores(InstantSource time) {
        return new Stores(
                new MemoryClusterMetadataStore(this),
                new MemoryLogMetadataStore(this),
                new MemoryLakeMetadataStore(this),
                new MemoryTaskStore(this),
                new MemoryGarbageStore(this),
                announcements,
                time,
                Optional::empty,
                () -> {});
    }

    /// A tenant and what is in it.
    static final class TenantEntry {
        final TenantRecord tenant;
        final NavigableMap<String, ObjectStoreRecord> objectStores = new TreeMap<>();
        final NavigableMap<String, NamespaceEntry> namespaces = new TreeMap<>();

        TenantEntry(TenantRecord tenant) {
            this.tenant = tenant;
        }
    }

    /// A namespace and what is in it.
    static final class NamespaceEntry {
        final NamespaceRecord namespace;
        final NavigableMap<String, TopicEntry> topics = new TreeMap<>();
        /// Topics that were deleted and still have partitions or pages.
        final List<TopicEntry> deletedTopics = new ArrayList<>();
        /// Tables and views of the catalog, by name; that of a topic has the topic's id.
        final NavigableMap<String, LakeEntry> tables = new TreeMap<>(PartitionKey.VALUE_ORDER);
        final Map<String, String> properties = new TreeMap<>();
        /// By name.
        final Map<String, NamedProducer> producers = new TreeMap<>();
        /// Keys of the folios in the order of their commits: that of commit n is at n - 1. It is empty for a
        /// folio that was removed.
        final List<String> objectKeys = new ArrayList<>();
        /// When the folios were committed.
        final List<Instant> commitTimes = new ArrayList<>();
        /// The commit up to which pages have been counted into tasks.
        long taskCursor;
        /// Whether it was deleted and nothing is left of it.
        boolean cleaned;

        NamespaceEntry(NamespaceRecord namespace) {
            this.namespace = namespace;
        }

        /// All pages, those of deleted topics too.
        Stream<StoredPage> pages() {
            return Stream.concat(topics.values().stream(), deletedTopics.stream())
                    .flatMap(TopicEntry::pages);
        }
    }

    /// What collectors of garbage have to know of a namespace that is gone.
    record DeletedNamespace(NamespaceEntry entry, UUID tenantUid, LakeHome home) {}

    /// A topic and its log.
    static final class TopicEntry {
        TopicRecord topic;
        /// By version.
        final NavigableMap<Integer, SchemaVersion> schemas = new TreeMap<>();

        final NavigableMap<String, PartitionEntry> partitions = new TreeMap<>(PartitionKey.VALUE_ORDER);
        /// By the id of the producer.
        final Map<UUID, ProducerState> producers = new TreeMap<>();

        TopicEntry(TopicRecord topic) {
            this.topic = topic;
            remember(topic.createTime());
        }

        /// Remembers the topic's schema.
        void remember(Instant time) {
            schemas.put(topic.schema().version(), new SchemaVersion(topic.schema(), time));
            if (schemas.size() > ClusterMetadataStore.MAX_SCHEMA_VERSIONS) {
                schemas.pollFirstEntry();
            }
        }

        Stream<StoredPage> pages() {
            return partitions.values().stream().flatMap(partition -> partition.pages.stream());
        }
    }

    /// A partition and its pages, by offset.
    static final class PartitionEntry {
        PartitionState state = new PartitionState(0, Long.MIN_VALUE);
        long watermark;
        final List<StoredPage> pages = new ArrayList<>();
    }

    record StoredPage(LogPage page, long commitNumber) {}

    /// A commit to a table that was made.
    record TableCommitEntry(UUID topicUid, long rows, Instant time) {}

    /// Objects that nothing refers to any more; see the table `garbage`.
    public record Garbage(long number, UUID namespaceUid, String location, Instant collectTime) {}

    /// A table that was dropped together with its files; see the table `purged_tables`.
    record PurgedTable(UUID homeUid, String metadataLocation, Instant purgeTime) {}

    /// The locations of a table or view: see the tables `lake_locations` and `written_metadata`.
    record LakeLocations(UUID homeUid, Set<String> directories, Set<String> deletable) {}

    <T> T transaction(Supplier<T> body) {
        lock.lock();
        try {
            return body.get();
        } finally {
            lock.unlock();
        }
    }

    void deleteNamespace(NamespaceEntry entry, Instant collectTime) {
        NamespaceRecord namespace = entry.namespace;
        TenantEntry tenant = load(namespace.name().parent());
        LakeHome home = home(namespace.uid());
        home.ownDirectories().forEach(directory -> addGarbage(namespace.uid(), directory, collectTime));
        deletedNamespaces.put(namespace.uid(), new DeletedNamespace(entry, tenant.tenant.uid(), home));
        tenant.namespaces.remove(namespace.name().namespace());
        namespaces.remove(namespace.uid());
    }

    /// Whether the namespace exists or existed, and has to be looked at for garbage.
    boolean isCollected(UUID namespaceUid) {
        DeletedNamespace deleted = deletedNamespaces.get(namespaceUid);
        return deleted == null ? namespaces.containsKey(namespaceUid) : !deleted.entry().cleaned;
    }

    NamespaceRemains remains(UUID namespaceUid) {
        return new NamespaceRemains(
                namespaces.containsKey(namespaceUid),
                garbage.stream().anyMatch(item -> item.namespaceUid().equals(namespaceUid)),
                !loadEver(namespaceUid).deletedTopics.isEmpty(),
                purgedTables.values().stream().anyMatch(table -> table.homeUid().equals(namespaceUid)),
                folios.values().stream().anyMatch(folio -> folio.namespaceUid().equals(namespaceUid)));
    }

    void addGarbage(UUID namespaceUid, String location, Instant collectTime) {
        garbage.add(new Garbage(++lastGarbage, namespaceUid, location, collectTime));
    }

    TenantEntry load(TenantName name) {
        TenantEntry found = tenants.get(name.tenant());
        if (found == null) {
            throw ResourceErrors.notFound(name);
        }
        return found;
    }

    ObjectStoreRecord load(ObjectStoreName name) {
        ObjectStoreRecord found = load(name.parent()).objectStores.get(name.objectStore());
        if (found == null) {
            throw ResourceErrors.notFound(name);
        }
        return found;
    }

    NamespaceEntry load(NamespaceName name) {
        NamespaceEntry found = load(name.parent()).namespaces.get(name.namespace());
        if (found == null) {
            throw ResourceErrors.notFound(name);
        }
        return found;
    }

    NamespaceEntry loadNamespace(UUID uid) {
        NamespaceEntry found = namespaces.get(uid);
        if (found == null) {
            throw ResourceErrors.namespaceNotFound(uid);
        }
        return found;
    }

    TopicEntry load(TopicName name) {
        TopicEntry found = load(name.parent()).topics.get(name.topic());
        if (found == null) {
            throw ResourceErrors.notFound(name);
        }
        return found;
    }

    /// The topic of that uid; null if there is none.
    @Nullable
    TopicEntry findTopic(UUID uid) {
        return namespaces.values().stream()
                .flatMap(namespace -> namespace.topics.values().stream())
                .filter(entry -> entry.topic.uid().equals(uid))
                .findFirst()
                .orElse(null);
    }

    /// Where the topic's objects are.
    TopicHome home(TopicRecord topic) {
        return new TopicHome(topic.uid(), topic.name().topic(), home(topic.namespaceUid()));
    }

    /// A namespace that exists or existed.
    NamespaceEntry loadEver(UUID namespaceUid) {
        DeletedNamespace deleted = deletedNamespaces.get(namespaceUid);
        return deleted == null ? loadNamespace(namespaceUid) : deleted.entry();
    }

    /// Where the namespace's objects are, also if it was deleted.
    LakeHome home(UUID namespaceUid) {
        DeletedNamespace deleted = deletedNamespaces.get(namespaceUid);
        if (deleted != null) {
            return deleted.home();
        }
        NamespaceRecord namespace = loadNamespace(namespaceUid).namespace;
        return new LakeHome(namespace.uid(), load(namespace.objectStore()).uri(), namespace.objectPrefix());
    }

    /// The topic's table; null if it has none yet.
    @Nullable
    LakeEntry tableOf(TopicRecord topic) {
        return loadNamespace(topic.namespaceUid()).tables.get(topic.name().topic());
    }
}
