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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.lake.LakeTable;
import dev.wings.common.proto.IntakeSpec;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.Schema;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.ObjectStoreName;
import dev.wings.common.resource.TenantName;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.IntakeRules;
import dev.wings.common.schema.LakeSpecProtos;
import dev.wings.common.schema.OnError;
import dev.wings.common.schema.SchemaChange;
import dev.wings.common.schema.SchemaEvolution;
import dev.wings.common.schema.SchemaEvolution.Uses;
import dev.wings.common.schema.SchemaPolicy;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.store.ObjectStores;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.topic.DeadLetters;
import dev.wings.controlplane.cluster.ClusterMetadataStore.TopicPosition;
import dev.wings.controlplane.paging.PageRequest;
import dev.wings.controlplane.paging.ResultPage;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;

/// The rules for tenants, object stores, namespaces and topics. Failures are those of [ClusterMetadataStore],
/// and INVALID for what is wrong in itself.
public final class ClusterMetadata {

    private static final int MAX_URI_LENGTH = 1_024;

    private static final String POLICY = "schema_policy";

    private final ClusterMetadataStore store;
    private final ObjectStores objectStores;
    private final InstantSource clock;
    private final IdGenerator ids;
    private final Duration garbageGrace;
    private final Runnable topicCreated;

    /// @param garbageGrace how long an object stays that nothing refers to any more
    /// @param topicCreated is run after each creation of a topic; does not block
    public ClusterMetadata(
            ClusterMetadataStore store,
            ObjectStores objectStores,
            InstantSource clock,
            IdGenerator ids,
            Duration garbageGrace,
            Runnable topicCreated) {
        this.store = store;
        this.objectStores = objectStores;
        this.clock = clock;
        this.ids = ids;
        this.garbageGrace = garbageGrace;
        this.topicCreated = topicCreated;
    }

    public TenantRecord createTenant(TenantName name) {
        TenantRecord tenant = new TenantRecord(name, ids.next(), now());
        store.createTenant(tenant);
        return tenant;
    }

    public TenantRecord loadTenant(TenantName name) {
        return store.loadTenant(name);
    }

    public ResultPage<TenantRecord> listTenants(int pageSize, String pageToken) {
        PageRequest page = PageRequest.parse("tenants", 1, pageSize, pageToken);
        return page.page(
                store.listTenants(page.after(0), page.fetch()),
                tenant -> List.of(tenant.name().tenant()));
    }

    public void deleteTenant(TenantName name) {
        store.deleteTenant(name, now());
    }

    /// @param uri the root of the store, of a kind that this installation can open
    public ObjectStoreRecord createObjectStore(ObjectStoreName name, String uri) {
        ObjectStoreRecord objectStore = new ObjectStoreRecord(name, ids.next(), now(), canonicalUri(uri));
        store.createObjectStore(objectStore);
        return objectStore;
    }

    private URI canonicalUri(String text) {
        if (text.isEmpty() || text.length() > MAX_URI_LENGTH) {
            throw WingsException.invalid(
                    "bad uri of an object store: length=" + text.length() + ", limit=" + MAX_URI_LENGTH);
        }
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw WingsException.invalid("bad uri of an object store: " + e.getReason() + ", index=" + e.getIndex());
        }
        if (uri.getRawUserInfo() != null) {
            throw WingsException.invalid("the uri of an object store holds no credentials");
        }
        return objectStores.canonical(uri);
    }

    /// Whether two URIs mean the same object store.
    public boolean isSameStore(URI first, URI second) {
        return objectStores.canonical(first).equals(objectStores.canonical(second));
    }

    public ObjectStoreRecord loadObjectStore(ObjectStoreName name) {
        return store.loadObjectStore(name);
    }

    public ResultPage<ObjectStoreRecord> listObjectStores(TenantName parent, int pageSize, String pageToken) {
        PageRequest page = PageRequest.parse(parent + "/objectStores", 1, pageSize, pageToken);
        return page.page(
                store.listObjectStores(parent, page.after(0), page.fetch()),
                objectStore -> List.of(objectStore.name().objectStore()));
    }

    public void deleteObjectStore(ObjectStoreName name) {
        store.deleteObjectStore(name, now());
    }

    public NamespaceRecord createNamespace(NamespaceName name, ObjectStoreName objectStore) {
        NamespaceRecord namespace = newNamespace(name, objectStore);
        store.createNamespace(namespace);
        return namespace;
    }

    /// A namespace that is to be stored.
    public NamespaceRecord newNamespace(NamespaceName name, ObjectStoreName objectStore) {
        if (!objectStore.tenant().equals(name.tenant())) {
            throw WingsException.invalid("a namespace uses an object store of its own tenant: name=" + name
                    + ", object_store=" + objectStore);
        }
        UUID uid = ids.next();
        // The prefix has the uid, since a namespace that is created anew must not meet the objects of the old
        // one.
        String prefix = name.tenant() + "/" + name.namespace() + "-" + uid;
        return new NamespaceRecord(name, uid, now(), objectStore, prefix);
    }

    public NamespaceRecord loadNamespace(NamespaceName name) {
        return store.loadNamespace(name);
    }

    public ResultPage<NamespaceRecord> listNamespaces(TenantName parent, int pageSize, String pageToken) {
        PageRequest page = PageRequest.parse(parent + "/namespaces", 1, pageSize, pageToken);
        return page.page(
                store.listNamespaces(parent, page.after(0), page.fetch()),
                namespace -> List.of(namespace.name().namespace()));
    }

    public void deleteNamespace(NamespaceName name) {
        Instant now = now();
        // The grace counts twice: an ingestor or a worker may have been uploading when the namespace was
        // deleted.
        store.deleteNamespace(name, now, now.plus(garbageGrace.multipliedBy(2)));
    }

    /// @param schema gets the field ids that it lacks
    /// @param partitionBy the name of a top-level field; empty for none
    /// @param lake gets defaults for the parts that it lacks
    /// @param intake which rows it takes
    public TopicRecord createTopic(
            TopicName name, Schema schema, String partitionBy, LakeSpec lake, SchemaPolicy policy, IntakeSpec intake) {
        TopicSchema checked = SchemaProtos.fromCreateRequest(schema);
        IntakeRules rules = IntakeRules.fromCreateRequest(intake, checked);
        checkDeadLetters(name, rules);
        if (DeadLetters.isNameOfOne(name)
                && (!DeadLetters.isSchemaOfOne(checked) || !partitionBy.isEmpty() || policy != SchemaPolicy.STRICT)) {
            throw WingsException.invalid("a name that ends in " + DeadLetters.SUFFIX
                    + " is for what another topic could not take, choose one with another end: topic=" + name);
        }
        int partitionFieldId =
                partitionBy.isEmpty() ? 0 : checked.partitionKey(partitionBy).id();
        TopicRecord created = store.createTopic(new NewTopic(
                name,
                ids.next(),
                now(),
                checked,
                partitionFieldId,
                LakeSpecProtos.fromCreateRequest(lake, checked, partitionFieldId),
                policy,
                rules));
        topicCreated.run();
        return created;
    }

    /// Changes a topic, all or nothing. Fails with CONFLICT if its etag is another one.
    ///
    /// @param etag the one that the topic must have; empty for any
    /// @param changes of the schema; none to leave it as it is
    /// @param mask the fields that are changed: of `lake`, as `lake.freshness`, `schema_policy`, and of
    ///     `intake`
    public TopicRecord updateTopic(
            TopicName name,
            String etag,
            List<SchemaChange> changes,
            List<String> mask,
            LakeSpec lake,
            SchemaPolicy policy,
            IntakeSpec intake) {
        if (changes.isEmpty() && mask.isEmpty()) {
            throw WingsException.invalid(
                    "nothing is to be changed: schema_changes or an update_mask is expected:" + " topic=" + name);
        }
        return store.updateTopic(name, now(), topic -> {
            if (!etag.isEmpty() && !etag.equals(topic.etag())) {
                throw new WingsException(
                        ErrorKind.CONFLICT,
                        "the topic has been changed since it was read, read it again: topic=" + name + ", etag="
                                + topic.etag() + ", asked=" + TopicField.printable(etag));
            }
            TopicSchema schema = changes.isEmpty()
                    ? topic.schema()
                    : SchemaEvolution.apply(topic.schema(), changes, Uses.of(topic.partitionFieldId(), topic.lake()));
            // A table may not have it: names of nested fields can be in each other's way there.
            LakeTable.schema(schema);
            IntakeRules rules = topic.intake()
                    .update(mask.stream().filter(ClusterMetadata::isOfIntake).toList(), intake, schema);
            checkDeadLetters(name, rules);
            boolean fixed = DeadLetters.isNameOfOne(name) && DeadLetters.isSchemaOfOne(topic.schema());
            if (fixed && (!changes.isEmpty() || mask.contains(POLICY))) {
                throw WingsException.invalid("the columns of dead letters stay as they are: topic=" + name);
            }
            List<String> ofLake = mask.stream()
                    .filter(field -> !field.equals(POLICY) && !isOfIntake(field))
                    .toList();
            return topic.changed(
                    schema,
                    LakeSpecProtos.update(topic.lake(), ofLake, lake),
                    mask.contains(POLICY) ? policy : topic.policy(),
                    rules);
        });
    }

    private static boolean isOfIntake(String field) {
        return field.startsWith(IntakeRules.PREFIX);
    }

    /// Dead letters have no dead letters of their own, and the topic for them has a name.
    private static void checkDeadLetters(TopicName name, IntakeRules rules) {
        if (rules.onError() == OnError.DEAD_LETTER) {
            if (DeadLetters.isNameOfOne(name)) {
                throw WingsException.invalid(
                        "on_error = dead_letter is not for dead letters themselves: topic=" + name);
            }
            TopicName ignored = DeadLetters.of(name);
        }
    }

    /// The versions that a topic's schema has had, the newest first.
    public ResultPage<SchemaVersion> listSchemas(TopicName parent, int pageSize, String pageToken) {
        PageRequest page = PageRequest.parse(parent + "/schemas", 1, pageSize, pageToken);
        int before = page.after(0).isEmpty() ? Integer.MAX_VALUE : Integer.parseInt(page.after(0));
        return page.page(
                store.listSchemas(parent, before, page.fetch()),
                version -> List.of(Integer.toString(version.schema().version())),
                version -> SchemaProtos.toProto(version.schema()).getSerializedSize());
    }

    public TopicRecord loadTopic(TopicName name) {
        return store.loadTopic(name);
    }

    public TopicHome loadHome(TopicName name) {
        return store.loadHome(name);
    }

    public ResultPage<TopicRecord> listTopics(NamespaceName parent, int pageSize, String pageToken) {
        PageRequest page = PageRequest.parse(parent + "/topics", 1, pageSize, pageToken);
        return page.page(
                store.listTopics(parent, page.after(0), page.fetch()),
                topic -> List.of(topic.name().topic()),
                ClusterMetadata::answerBytes);
    }

    /// The topics of all namespaces of a tenant.
    public ResultPage<TopicRecord> listTopics(TenantName parent, int pageSize, String pageToken) {
        PageRequest page = PageRequest.parse(parent + "/topics", 2, pageSize, pageToken);
        return page.page(
                store.listTopics(parent, new TopicPosition(page.after(0), page.after(1)), page.fetch()),
                topic -> List.of(topic.name().namespace(), topic.name().topic()),
                ClusterMetadata::answerBytes);
    }

    /// Nearly all of an answer's bytes, roughly counted: a schema may have thousands of columns.
    private static long answerBytes(TopicRecord topic) {
        return SchemaProtos.toProto(topic.schema()).getSerializedSize();
    }

    public void deleteTopic(TopicName name) {
        Instant now = now();
        store.deleteTopic(name, now, now.plus(garbageGrace));
    }

    /// The time in microseconds, as every store can keep it.
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
