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
import dev.wings.controlplane.cluster.NewTopic;
import dev.wings.controlplane.cluster.ObjectStoreRecord;
import dev.wings.controlplane.cluster.ResourceErrors;
import dev.wings.controlplane.cluster.SchemaVersion;
import dev.wings.controlplane.cluster.TenantRecord;
import dev.wings.controlplane.cluster.TopicHome;
import dev.wings.controlplane.cluster.TopicRecord;
import dev.wings.controlplane.lake.LakeEntry;
import dev.wings.controlplane.memory.MemoryDatabase.NamespaceEntry;
import dev.wings.controlplane.memory.MemoryDatabase.TenantEntry;
import dev.wings.controlplane.memory.MemoryDatabase.TopicEntry;
import dev.wings.controlplane.task.TaskKind;
import dev.wings.controlplane.task.TaskState;
import java.time.Instant;
import java.util.List;
import java.util.NavigableMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// The resources of a cluster, in memory.
final class MemoryClusterMetadataStore implements ClusterMetadataStore {

    private final MemoryDatabase database;

    MemoryClusterMetadataStore(MemoryDatabase database) {
        this.database = database;
    }

    @Override
    public void createTenant(TenantRecord tenant) {
        database.transaction(() -> {
            create(database.tenants, tenant.name().tenant(), new TenantEntry(tenant), tenant.name());
            return tenant;
        });
    }

    @Override
    public TenantRecord loadTenant(TenantName name) {
        return database.transaction(() -> database.load(name).tenant);
    }

    @Override
    public List<TenantRecord> listTenants(String after, int limit) {
        return database.transaction(() -> list(database.tenants, after, limit, entry -> entry.tenant));
    }

    @Override
    public void deleteTenant(TenantName name, Instant now) {
        database.transaction(() -> {
            TenantEntry entry = database.load(name);
            checkUnused(name, entry.namespaces.values().stream().map(child -> child.namespace.name()));
            checkUnused(name, entry.objectStores.values().stream().map(ObjectStoreRecord::name));
            return database.tenants.remove(name.tenant());
        });
    }

    @Override
    public void createObjectStore(ObjectStoreRecord objectStore) {
        ObjectStoreName name = objectStore.name();
        database.transaction(() -> {
            create(database.load(name.parent()).objectStores, name.objectStore(), objectStore, name);
            return objectStore;
        });
    }

    @Override
    public ObjectStoreRecord loadObjectStore(ObjectStoreName name) {
        return database.transaction(() -> database.load(name));
    }

    @Override
    public List<ObjectStoreRecord> listObjectStores(TenantName parent, String after, int limit) {
        return database.transaction(() -> list(database.load(parent).objectStores, after, limit, Function.identity()));
    }

    @Override
    public void deleteObjectStore(ObjectStoreName name, Instant now) {
        database.transaction(() -> {
            ObjectStoreRecord found = database.load(name);
            TenantEntry tenant = database.load(name.parent());
            checkUnused(
                    name,
                    tenant.namespaces.values().stream()
                            .map(entry -> entry.namespace)
                            .filter(namespace -> namespace.objectStore().equals(name))
                            .map(NamespaceRecord::name));
            tenant.objectStores.remove(name.objectStore());
            return found;
        });
    }

    @Override
    public void createNamespace(NamespaceRecord namespace) {
        NamespaceName name = namespace.name();
        database.transaction(() -> {
            TenantEntry tenant = database.load(name.parent());
            database.load(namespace.objectStore());
            NamespaceEntry entry = new NamespaceEntry(namespace);
            create(tenant.namespaces, name.namespace(), entry, name);
            database.namespaces.put(namespace.uid(), entry);
            database.wanted.put(namespace.uid(), TaskKind.COLLECT_GARBAGE);
            return namespace;
        });
    }

    @Override
    public NamespaceRecord loadNamespace(NamespaceName name) {
        return database.transaction(() -> database.load(name).namespace);
    }

    @Override
    public List<NamespaceRecord> listNamespaces(TenantName parent, String after, int limit) {
        return database.transaction(
                () -> list(database.load(parent).namespaces, after, limit, entry -> entry.namespace));
    }

    @Override
    public void deleteNamespace(NamespaceName name, Instant now, Instant collectTime) {
        database.transaction(() -> {
            NamespaceEntry entry = database.load(name);
            checkUnused(name, entry.topics.values().stream().map(child -> child.topic.name()));
            checkUnused(
                    name,
                    database.namespaces.values().stream()
                            .flatMap(other -> other.tables.values().stream())
                            .filter(table -> table.name().parent().equals(name)
                                    || table.home().namespaceUid().equals(entry.namespace.uid()))
                            .map(LakeEntry::name));
            database.deleteNamespace(entry, collectTime);
            return entry;
        });
    }

    @Override
    public TopicRecord createTopic(NewTopic topic) {
        return database.transaction(() -> {
            NamespaceEntry namespace = database.load(topic.name().parent());
            TopicRecord created = topic.in(namespace.namespace.uid());
            if (namespace.tables.containsKey(topic.name().topic())) {
                throw ResourceErrors.alreadyExists(topic.name());
            }
            create(namespace.topics, topic.name().topic(), new TopicEntry(created), topic.name());
            database.wanted.put(topic.uid(), TaskKind.CREATE_TABLE);
            return created;
        });
    }

    @Override
    public TopicRecord loadTopic(TopicName name) {
        return database.transaction(() -> database.load(name).topic);
    }

    @Override
    public TopicRecord updateTopic(TopicName name, Instant now, UnaryOperator<TopicRecord> change) {
        return database.transaction(() -> {
            TopicEntry entry = database.load(name);
            TopicRecord changed = change.apply(entry.topic);
            boolean otherSchema =
                    changed.schema().version() != entry.topic.schema().version();
            entry.topic = changed;
            if (otherSchema) {
                entry.remember(now);
            }
            return changed;
        });
    }

    @Override
    public List<SchemaVersion> listSchemas(TopicName name, int before, int limit) {
        return database.transaction(
                () -> database.load(name).schemas.headMap(before, false).descendingMap().values().stream()
                        .limit(limit)
                        .toList());
    }

    @Override
    public TopicHome loadHome(TopicName name) {
        return database.transaction(() -> {
            NamespaceRecord namespace = database.load(name.parent()).namespace;
            return new TopicHome(database.load(name).topic, namespace, database.load(namespace.objectStore()));
        });
    }

    @Override
    public List<TopicRecord> listTopics(NamespaceName parent, String after, int limit) {
        return database.transaction(() -> list(database.load(parent).topics, after, limit, entry -> entry.topic));
    }

    @Override
    public List<TopicRecord> listTopics(TenantName parent, TopicPosition after, int limit) {
        return database.transaction(() ->
                database.load(parent).namespaces.tailMap(after.namespace(), true).entrySet().stream()
                        .flatMap(namespace -> {
                            NavigableMap<String, TopicEntry> topics = namespace.getValue().topics;
                            return (namespace.getKey().equals(after.namespace())
                                            ? topics.tailMap(after.topic(), false)
                                            : topics)
                                    .values().stream();
                        })
                        .limit(limit)
                        .map(entry -> entry.topic)
                        .toList());
    }

    @Override
    public void deleteTopic(TopicName name, Instant now, Instant collectTime) {
        database.transaction(() -> {
            TopicEntry found = database.load(name);
            UUID uid = found.topic.uid();
            database.tasks.replaceAll((key, task) ->
                    task.target().uid().equals(uid) && task.state() != TaskState.DONE ? task.ended(now) : task);
            String tables = database.home(found.topic).tablePrefix();
            database.loadNamespace(found.topic.namespaceUid()).tables.remove(name.topic());
            database.addGarbage(found.topic.namespaceUid(), tables, collectTime);
            NamespaceEntry namespace = database.load(name.parent());
            namespace.topics.remove(name.topic());
            namespace.deletedTopics.add(found);
            return found;
        });
    }

    private static void checkUnused(Record name, Stream<? extends Record> users) {
        ResourceErrors.checkUnused(name, users.findFirst());
    }

    private static <E> void create(NavigableMap<String, E> entries, String id, E entry, Record name) {
        if (entries.putIfAbsent(id, entry) != null) {
            throw ResourceErrors.alreadyExists(name);
        }
    }

    private static <E, R> List<R> list(
            NavigableMap<String, E> entries, String after, int limit, Function<E, R> record) {
        return entries.tailMap(after, false).values().stream()
                .limit(limit)
                .map(record)
                .toList();
    }
}
