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
package dev.wings.controlplane.cluster;

import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.ObjectStoreName;
import dev.wings.common.resource.TenantName;
import dev.wings.common.resource.TopicName;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;

/// Where the resources of a cluster are kept. Each method is atomic, and what it did is durable when it
/// returns.
///
/// All implementations fail alike, checked by one contract suite: NOT_FOUND naming the first resource of the
/// name that does not exist, from the tenant down; ALREADY_EXISTS for a name that is taken; PRECONDITION for
/// the delete of a resource that has children or users; UNAVAILABLE when the state cannot be reached, the
/// outcome then being unknown.
///
/// A deleted resource is treated as one that never was, except that its uid is never used again. Lists are
/// ordered by id, start behind `after` (empty for the start) and hold at most `limit`; a shorter one is the
/// last.
public interface ClusterMetadataStore {

    /// How many versions of a topic's schema are remembered.
    int MAX_SCHEMA_VERSIONS = 1_000;

    void createTenant(TenantRecord tenant);

    TenantRecord loadTenant(TenantName name);

    List<TenantRecord> listTenants(String after, int limit);

    void deleteTenant(TenantName name, Instant now);

    void createObjectStore(ObjectStoreRecord objectStore);

    ObjectStoreRecord loadObjectStore(ObjectStoreName name);

    List<ObjectStoreRecord> listObjectStores(TenantName parent, String after, int limit);

    void deleteObjectStore(ObjectStoreName name, Instant now);

    /// Stores a namespace. Fails with NOT_FOUND also if its object store does not exist.
    void createNamespace(NamespaceRecord namespace);

    NamespaceRecord loadNamespace(NamespaceName name);

    List<NamespaceRecord> listNamespaces(TenantName parent, String after, int limit);

    /// Deletes a namespace. All folios and all files of topics' tables below its prefix become garbage. (Tables
    /// of other engines are gone by then; what those that were dropped without their files have left stays.)
    ///
    /// @param collectTime from then on the garbage may be removed
    void deleteNamespace(NamespaceName name, Instant now, Instant collectTime);

    TopicRecord createTopic(NewTopic topic);

    TopicRecord loadTopic(TopicName name);

    /// Changes a topic to what `change` makes of it: its schema, its layout and its revision. No other change
    /// comes between. What `change` throws is thrown, and the topic stays as it is; it may be asked more than
    /// once, and never while it is being asked.
    ///
    /// @param now when another schema, if the topic gets one, becomes the topic's
    TopicRecord updateTopic(TopicName name, Instant now, UnaryOperator<TopicRecord> change);

    /// The versions that the topic's schema has had, the newest first. Each store remembers the last
    /// [#MAX_SCHEMA_VERSIONS].
    ///
    /// @param before versions lower than this one
    List<SchemaVersion> listSchemas(TopicName name, int before, int limit);

    /// The topic and what it is in, as all of them were at one moment.
    TopicHome loadHome(TopicName name);

    List<TopicRecord> listTopics(NamespaceName parent, String after, int limit);

    /// The topics of all namespaces of a tenant, ordered by namespace and topic.
    List<TopicRecord> listTopics(TenantName parent, TopicPosition after, int limit);

    /// Removes a topic with its table, so that no plan that starts later sees any row of it and no later commit
    /// adds one. Its tasks are done. Its pages and folios stay, for the garbage collector, and the files of its
    /// table are garbage.
    ///
    /// @param collectTime from then on the files may be removed
    void deleteTopic(TopicName name, Instant now, Instant collectTime);

    /// A place in the list of a tenant's topics.
    record TopicPosition(String namespace, String topic) {
        public static final TopicPosition START = new TopicPosition("", "");
    }
}
