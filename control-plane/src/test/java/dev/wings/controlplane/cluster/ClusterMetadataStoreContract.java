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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.ObjectStoreName;
import dev.wings.common.resource.TenantName;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.IntakeRules;
import dev.wings.common.schema.LakeSpec;
import dev.wings.common.schema.OnError;
import dev.wings.common.schema.SchemaChange;
import dev.wings.common.schema.SchemaEvolution;
import dev.wings.common.schema.SchemaPolicy;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.controlplane.cluster.ClusterMetadataStore.TopicPosition;
import dev.wings.controlplane.state.StateContract;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// What every [ClusterMetadataStore] does.
public abstract class ClusterMetadataStoreContract extends StateContract {

    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.678901Z");
    private static final TenantName TENANT = new TenantName("acme");
    private static final ObjectStoreName OBJECT_STORE = new ObjectStoreName("acme", "main");
    private static final NamespaceName NAMESPACE = new NamespaceName("acme", "sales");
    private static final TopicName TOPIC = NAMESPACE.topic("orders");

    private final Random random = new Random(1);

    protected ClusterMetadataStore store() {
        return stores().cluster();
    }

    @Test
    void createdResourcesAreLoadedAsTheyWere() {
        TenantRecord tenant = tenant(TENANT);
        store().createTenant(tenant);
        ObjectStoreRecord objectStore = objectStore(OBJECT_STORE);
        store().createObjectStore(objectStore);
        NamespaceRecord namespace = namespace(NAMESPACE);
        store().createNamespace(namespace);
        NewTopic topic = topic(TOPIC);
        TopicRecord created = store().createTopic(topic);

        assertThat(store().loadTenant(TENANT)).isEqualTo(tenant);
        assertThat(store().loadObjectStore(OBJECT_STORE)).isEqualTo(objectStore);
        assertThat(store().loadNamespace(NAMESPACE)).isEqualTo(namespace);
        assertThat(created).isEqualTo(topic.in(namespace.uid()));
        assertThat(store().loadTopic(TOPIC)).isEqualTo(created);
    }

    @Test
    void topicIsLoadedWithWhatItIsIn() {
        createNamespace();
        assertFails(() -> store().loadHome(TOPIC), ErrorKind.NOT_FOUND, "name=" + TOPIC);
        TopicRecord first = store().createTopic(topic(TOPIC));
        assertThat(store().loadHome(TOPIC))
                .isEqualTo(
                        new TopicHome(first, store().loadNamespace(NAMESPACE), store().loadObjectStore(OBJECT_STORE)));

        store().deleteTopic(TOPIC, TIME, TIME);
        store().deleteNamespace(NAMESPACE, TIME, TIME);
        assertFails(() -> store().loadHome(TOPIC), ErrorKind.NOT_FOUND, "name=" + NAMESPACE);
        store().createNamespace(namespace(NAMESPACE));
        TopicRecord second = store().createTopic(topic(TOPIC));
        TopicHome home = store().loadHome(TOPIC);
        assertThat(home.topic()).isEqualTo(second).isNotEqualTo(first);
        assertThat(home.namespace().uid()).isEqualTo(second.namespaceUid());
    }

    @Test
    void topicWithoutPartitionKeyHasNone() {
        createNamespace();
        TopicRecord created = store().createTopic(
                        new NewTopic(TOPIC, uuid(), TIME, schema(), 0, LakeSpec.defaults(0), SchemaPolicy.STRICT));
        assertThat(created.partitionFieldId()).isZero();
        assertThat(store().loadTopic(TOPIC)).isEqualTo(created);
    }

    @Test
    void changedTopicIsLoadedAsItIs() {
        createNamespace();
        TopicRecord created = store().createTopic(topic(TOPIC));
        LakeSpec layout = new LakeSpec(
                created.lake().partitioning(),
                created.lake().sortOrder(),
                Duration.ofSeconds(3),
                LakeSpec.MIN_SEGMENT_BYTES,
                created.lake().timeAs());

        TopicRecord changed = store().updateTopic(
                        TOPIC,
                        TIME,
                        topic -> topic.changed(
                                added(topic.schema(), "note"),
                                layout,
                                SchemaPolicy.ADDITIVE,
                                new IntakeRules(OnError.DEAD_LETTER, Optional.empty())));

        assertThat(changed.schema().version()).isEqualTo(1);
        assertThat(changed.intake().onError()).isEqualTo(OnError.DEAD_LETTER);
        assertThat(changed.etag()).isNotEqualTo(created.etag());
        assertThat(store().loadTopic(TOPIC)).isEqualTo(changed);
        assertThat(store().loadHome(TOPIC).topic()).isEqualTo(changed);
        assertThat(store().listTopics(NAMESPACE, "", 10)).containsExactly(changed);
    }

    @Test
    void refusedChangeChangesNothing() {
        createNamespace();
        TopicRecord created = store().createTopic(topic(TOPIC));

        assertFails(
                () -> store().updateTopic(TOPIC, TIME, topic -> {
                    throw WingsException.invalid("not so");
                }),
                ErrorKind.INVALID,
                "not so");

        assertThat(store().loadTopic(TOPIC)).isEqualTo(created);
        assertThat(store().listSchemas(TOPIC, Integer.MAX_VALUE, 10)).hasSize(1);
    }

    @Test
    void missingTopicIsNotChanged() {
        createNamespace();

        assertFails(() -> store().updateTopic(TOPIC, TIME, topic -> topic), ErrorKind.NOT_FOUND, "name=" + TOPIC);
        assertFails(() -> store().listSchemas(TOPIC, 1, 10), ErrorKind.NOT_FOUND, "name=" + TOPIC);
    }

    @Test
    void schemasAreRememberedTheNewestFirst() {
        createNamespace();
        TopicSchema first = store().createTopic(topic(TOPIC)).schema();
        Instant later = TIME.plusSeconds(5);
        TopicSchema second = store().updateTopic(
                        TOPIC, later, topic -> topic.changed(added(topic.schema(), "a"), topic.lake(), topic.policy()))
                .schema();
        store().updateTopic(
                        TOPIC,
                        later.plusSeconds(1),
                        topic -> topic.changed(topic.schema(), topic.lake(), topic.policy()));
        TopicSchema third = store().updateTopic(
                        TOPIC,
                        later.plusSeconds(2),
                        topic -> topic.changed(added(topic.schema(), "b"), topic.lake(), topic.policy()))
                .schema();

        assertThat(store().listSchemas(TOPIC, Integer.MAX_VALUE, 2))
                .containsExactly(new SchemaVersion(third, later.plusSeconds(2)), new SchemaVersion(second, later));
        assertThat(store().listSchemas(TOPIC, 1, 2)).containsExactly(new SchemaVersion(first, TIME));
        store().deleteTopic(TOPIC, TIME, TIME);
        store().createTopic(topic(TOPIC));
        assertThat(store().listSchemas(TOPIC, Integer.MAX_VALUE, 10)).hasSize(1);
    }

    @Test
    void oldestOfVeryManySchemasAreForgotten() {
        createNamespace();
        store().createTopic(topic(TOPIC));
        for (int i = 0; i < ClusterMetadataStore.MAX_SCHEMA_VERSIONS + 1; i++) {
            store().updateTopic(
                            TOPIC,
                            TIME,
                            topic -> topic.changed(
                                    new TopicSchema(
                                            topic.schema().version() + 1,
                                            topic.schema().fields(),
                                            2),
                                    topic.lake(),
                                    topic.policy()));
        }

        List<SchemaVersion> versions = store().listSchemas(TOPIC, Integer.MAX_VALUE, 2_000);

        assertThat(versions).hasSize(ClusterMetadataStore.MAX_SCHEMA_VERSIONS);
        assertThat(versions.getLast().schema().version()).isEqualTo(2);
    }

    @Test
    void changesAtOnceAreMadeOneAfterTheOther() throws Exception {
        createNamespace();
        store().createTopic(topic(TOPIC));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<TopicRecord>> changes = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String name = "column" + i;
                changes.add(threads.submit(() -> store().updateTopic(
                                TOPIC,
                                TIME,
                                topic -> topic.changed(added(topic.schema(), name), topic.lake(), topic.policy()))));
            }
            for (Future<TopicRecord> change : changes) {
                change.get();
            }
        }

        TopicRecord topic = store().loadTopic(TOPIC);

        assertThat(topic.schema().version()).isEqualTo(8);
        assertThat(topic.schema().fields()).extracting(TopicField::id).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    }

    private static TopicSchema added(TopicSchema schema, String name) {
        TopicField field = TopicField.optional(1, name, FieldType.Primitive.DATE);
        return SchemaEvolution.apply(
                schema,
                List.of(new SchemaChange.Add(SchemaChange.FieldPath.TOP, field, Optional.empty())),
                SchemaEvolution.Uses.NONE);
    }

    @Test
    void missingResourceIsNamed() {
        assertFails(() -> store().loadTenant(TENANT), ErrorKind.NOT_FOUND, "name=tenants/acme");
        assertFails(() -> store().loadTopic(TOPIC), ErrorKind.NOT_FOUND, "name=tenants/acme");
        assertFails(() -> store().loadHome(TOPIC), ErrorKind.NOT_FOUND, "name=tenants/acme");
        store().createTenant(tenant(TENANT));
        assertFails(() -> store().loadObjectStore(OBJECT_STORE), ErrorKind.NOT_FOUND, "name=" + OBJECT_STORE);
        assertFails(() -> store().loadNamespace(NAMESPACE), ErrorKind.NOT_FOUND, "name=" + NAMESPACE);
        assertFails(() -> store().loadTopic(TOPIC), ErrorKind.NOT_FOUND, "name=" + NAMESPACE);
        store().createObjectStore(objectStore(OBJECT_STORE));
        store().createNamespace(namespace(NAMESPACE));
        assertFails(() -> store().loadTopic(TOPIC), ErrorKind.NOT_FOUND, "name=" + TOPIC);
    }

    @Test
    void nothingIsCreatedInMissingParent() {
        assertFails(() -> store().createObjectStore(objectStore(OBJECT_STORE)), ErrorKind.NOT_FOUND, "name=" + TENANT);
        assertFails(() -> store().createNamespace(namespace(NAMESPACE)), ErrorKind.NOT_FOUND, "name=" + TENANT);
        store().createTenant(tenant(TENANT));
        assertFails(() -> store().createNamespace(namespace(NAMESPACE)), ErrorKind.NOT_FOUND, "name=" + OBJECT_STORE);
        assertFails(() -> store().createTopic(topic(TOPIC)), ErrorKind.NOT_FOUND, "name=" + NAMESPACE);
    }

    @Test
    void nothingIsListedOrDeletedInMissingParent() {
        assertFails(() -> store().listObjectStores(TENANT, "", 10), ErrorKind.NOT_FOUND, "name=" + TENANT);
        assertFails(() -> store().listNamespaces(TENANT, "", 10), ErrorKind.NOT_FOUND, "name=" + TENANT);
        assertFails(() -> store().listTopics(TENANT, TopicPosition.START, 10), ErrorKind.NOT_FOUND, "name=" + TENANT);
        assertFails(() -> store().listTopics(NAMESPACE, "", 10), ErrorKind.NOT_FOUND, "name=" + TENANT);
        assertFails(() -> store().deleteTenant(TENANT, TIME), ErrorKind.NOT_FOUND, "name=" + TENANT);
        assertFails(() -> store().deleteTopic(TOPIC, TIME, TIME), ErrorKind.NOT_FOUND, "name=" + TENANT);
        store().createTenant(tenant(TENANT));
        assertFails(() -> store().deleteObjectStore(OBJECT_STORE, TIME), ErrorKind.NOT_FOUND, "name=" + OBJECT_STORE);
        assertFails(() -> store().deleteNamespace(NAMESPACE, TIME, TIME), ErrorKind.NOT_FOUND, "name=" + NAMESPACE);
    }

    @Test
    void takenNameIsNamed() {
        createNamespace();
        store().createTopic(topic(TOPIC));
        assertFails(() -> store().createTenant(tenant(TENANT)), ErrorKind.ALREADY_EXISTS, "name=" + TENANT);
        assertFails(
                () -> store().createObjectStore(objectStore(OBJECT_STORE)),
                ErrorKind.ALREADY_EXISTS,
                "name=" + OBJECT_STORE);
        assertFails(() -> store().createNamespace(namespace(NAMESPACE)), ErrorKind.ALREADY_EXISTS, "name=" + NAMESPACE);
        assertFails(() -> store().createTopic(topic(TOPIC)), ErrorKind.ALREADY_EXISTS, "name=" + TOPIC);
    }

    @Test
    void parentInUseIsNotDeletedAndItsUserIsNamed() {
        createNamespace();
        store().createTopic(topic(TOPIC));
        assertFails(() -> store().deleteTenant(TENANT, TIME), ErrorKind.PRECONDITION, "used_by=" + NAMESPACE);
        assertFails(
                () -> store().deleteObjectStore(OBJECT_STORE, TIME), ErrorKind.PRECONDITION, "used_by=" + NAMESPACE);
        assertFails(() -> store().deleteNamespace(NAMESPACE, TIME, TIME), ErrorKind.PRECONDITION, "used_by=" + TOPIC);

        store().deleteTopic(TOPIC, TIME, TIME);
        store().deleteNamespace(NAMESPACE, TIME, TIME);
        assertFails(() -> store().deleteTenant(TENANT, TIME), ErrorKind.PRECONDITION, "used_by=" + OBJECT_STORE);
        store().deleteObjectStore(OBJECT_STORE, TIME);
        store().deleteTenant(TENANT, TIME);
        assertThat(store().listTenants("", 10)).isEmpty();
    }

    @Test
    void deletedNameCanBeTakenAgain() {
        createNamespace();
        UUID first = store().createTopic(topic(TOPIC)).uid();
        store().deleteTopic(TOPIC, TIME, TIME);
        UUID second = store().createTopic(topic(TOPIC)).uid();
        assertThat(second).isNotEqualTo(first);
        store().deleteTopic(TOPIC, TIME, TIME);

        NamespaceRecord old = store().loadNamespace(NAMESPACE);
        store().deleteNamespace(NAMESPACE, TIME, TIME);
        store().deleteObjectStore(OBJECT_STORE, TIME);
        store().deleteTenant(TENANT, TIME);
        createNamespace();
        assertThat(store().loadNamespace(NAMESPACE).uid()).isNotEqualTo(old.uid());
        assertThat(store().listTopics(NAMESPACE, "", 10)).isEmpty();
    }

    @Test
    void listsAreOrderedByIdAndCut() {
        for (String id : List.of("b", "a-z", "a_a", "a", "a0")) {
            store().createTenant(tenant(new TenantName(id)));
        }
        // as ASCII has it, whatever the locale of the database
        assertThat(store().listTenants("", 10))
                .extracting(tenant -> tenant.name().tenant())
                .containsExactly("a", "a-z", "a0", "a_a", "b");
        assertThat(store().listTenants("a-z", 2))
                .extracting(tenant -> tenant.name().tenant())
                .containsExactly("a0", "a_a");
        assertThat(store().listTenants("b", 2)).isEmpty();
    }

    @Test
    void childrenAreListedByParent() {
        store().createTenant(tenant(new TenantName("other")));
        store().createObjectStore(objectStore(new ObjectStoreName("other", "elsewhere")));
        createNamespace();
        NamespaceName second = new NamespaceName("acme", "stock");
        store().createNamespace(namespace(second));
        store().createObjectStore(objectStore(new ObjectStoreName("acme", "archive")));
        for (TopicName name :
                List.of(second.topic("alpha"), TOPIC, NAMESPACE.topic("customers"), second.topic("orders"))) {
            store().createTopic(topic(name));
        }

        assertThat(store().listObjectStores(TENANT, "", 10))
                .extracting(objectStore -> objectStore.name().objectStore())
                .containsExactly("archive", "main");
        assertThat(store().listObjectStores(TENANT, "archive", 10))
                .extracting(objectStore -> objectStore.name().objectStore())
                .containsExactly("main");
        assertThat(store().listNamespaces(TENANT, "", 10))
                .extracting(namespace -> namespace.name().namespace())
                .containsExactly("sales", "stock");
        assertThat(store().listNamespaces(TENANT, "sales", 10)).hasSize(1);
        assertThat(store().listTopics(NAMESPACE, "", 10))
                .extracting(topic -> topic.name().topic())
                .containsExactly("customers", "orders");
        assertThat(store().listTopics(NAMESPACE, "customers", 1))
                .extracting(topic -> topic.name().topic())
                .containsExactly("orders");
        assertThat(store().listTopics(TENANT, TopicPosition.START, 3))
                .extracting(topic -> topic.name().toString())
                .containsExactly(
                        NAMESPACE.topic("customers").toString(),
                        TOPIC.toString(),
                        second.topic("alpha").toString());
        assertThat(store().listTopics(TENANT, new TopicPosition("sales", "orders"), 10))
                .extracting(topic -> topic.name().toString())
                .containsExactly(
                        second.topic("alpha").toString(), second.topic("orders").toString());
    }

    private void createNamespace() {
        store().createTenant(tenant(TENANT));
        store().createObjectStore(objectStore(OBJECT_STORE));
        store().createNamespace(namespace(NAMESPACE));
    }

    private TenantRecord tenant(TenantName name) {
        return new TenantRecord(name, uuid(), TIME);
    }

    private ObjectStoreRecord objectStore(ObjectStoreName name) {
        return new ObjectStoreRecord(name, uuid(), TIME, URI.create("file:///data/wings"));
    }

    private NamespaceRecord namespace(NamespaceName name) {
        UUID uid = uuid();
        return new NamespaceRecord(name, uid, TIME, OBJECT_STORE, "acme/" + name.namespace() + "-" + uid);
    }

    private NewTopic topic(TopicName name) {
        return new NewTopic(name, uuid(), TIME, schema(), 2, LakeSpec.defaults(2), SchemaPolicy.STRICT);
    }

    private static TopicSchema schema() {
        TopicField amount = new TopicField(1, "amount", false, FieldType.Primitive.LONG, "in cents");
        TopicField region = new TopicField(2, "region", true, FieldType.Primitive.STRING, "");
        return new TopicSchema(0, List.of(amount, region), 2);
    }

    private UUID uuid() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    private static void assertFails(ThrowingCallable call, ErrorKind kind, String part) {
        assertThatThrownBy(call).isInstanceOfSatisfying(WingsException.class, failure -> {
            assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(kind);
            assertThat(failure.getMessage()).endsWith(part);
        });
    }
}
