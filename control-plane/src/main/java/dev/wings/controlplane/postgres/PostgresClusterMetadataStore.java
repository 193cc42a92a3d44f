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
import dev.wings.common.resource.TenantName;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.LakeSpecProtos;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.controlplane.cluster.ClusterMetadataStore;
import dev.wings.controlplane.cluster.NamespaceRecord;
import dev.wings.controlplane.cluster.NewTopic;
import dev.wings.controlplane.cluster.ObjectStoreRecord;
import dev.wings.controlplane.cluster.ResourceErrors;
import dev.wings.controlplane.cluster.SchemaVersion;
import dev.wings.controlplane.cluster.TenantRecord;
import dev.wings.controlplane.cluster.TopicHome;
import dev.wings.controlplane.cluster.TopicRecord;
import dev.wings.controlplane.postgres.NameLookup.Lock;
import dev.wings.controlplane.task.TaskKind;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;

/// The resources of a cluster, in PostgreSQL.
final class PostgresClusterMetadataStore implements ClusterMetadataStore {

    private static final String UPDATE_TOPIC = """
            update topics
            set schema = ?, schema_version = ?, lake = ?, freshness = make_interval(secs => ?),
                schema_policy = ?, intake = ?, revision = ?
            where topic_uid = ?
            """;

    private static final String LOCK_TOPIC = "select 1 from topics where topic_uid = ? for update";

    private static final String LEAVE_PAGES = "insert into deleted_topics (topic_uid, namespace_uid) values (?, ?)";

    private final PostgresDatabase database;

    PostgresClusterMetadataStore(PostgresDatabase database) {
        this.database = database;
    }

    @Override
    public void createTenant(TenantRecord tenant) {
        String sql = """
                insert into tenants (tenant_uid, tenant_id, create_time) values (?, ?, ?)
                on conflict (tenant_id) where delete_time is null do nothing
                """;
        database.change(
                "create tenant",
                connection -> insert(
                        connection,
                        tenant.name(),
                        sql,
                        tenant.uid(),
                        tenant.name().tenant(),
                        tenant.createTime()));
    }

    @Override
    public TenantRecord loadTenant(TenantName name) {
        return listTenants("t.tenant_id = ?", 1, name.tenant()).stream()
                .findFirst()
                .orElseThrow(() -> ResourceErrors.notFound(name));
    }

    @Override
    public List<TenantRecord> listTenants(String after, int limit) {
        return listTenants("t.tenant_id > ?", limit, after);
    }

    private List<TenantRecord> listTenants(String condition, int limit, String value) {
        String sql = """
                select t.tenant_uid, t.tenant_id, t.create_time
                from tenants t
                where t.delete_time is null and %s
                order by t.tenant_id limit ?
                """.formatted(condition);
        return database.read(
                "list tenants",
                connection -> Sql.query(
                        connection,
                        sql,
                        row -> new TenantRecord(
                                new TenantName(row.getString("tenant_id")),
                                Sql.uuid(row, "tenant_uid"),
                                Sql.instant(row, "create_time")),
                        value,
                        limit));
    }

    @Override
    public void deleteTenant(TenantName name, Instant now) {
        database.change("delete tenant", connection -> {
            UUID uid = NameLookup.tenant(connection, name, Lock.DELETE);
            String namespaces = """
                    select namespace_id from namespaces where tenant_uid = ? and delete_time is null
                    order by namespace_id limit 1
                    """;
            ResourceErrors.checkUnused(
                    name,
                    Sql.queryOne(
                            connection, namespaces, row -> new NamespaceName(name.tenant(), row.getString(1)), uid));
            String objectStores = """
                    select object_store_id from object_stores where tenant_uid = ? and delete_time is null
                    order by object_store_id limit 1
                    """;
            ResourceErrors.checkUnused(
                    name,
                    Sql.queryOne(
                            connection,
                            objectStores,
                            row -> new ObjectStoreName(name.tenant(), row.getString(1)),
                            uid));
            return Sql.update(connection, "update tenants set delete_time = ? where tenant_uid = ?", now, uid);
        });
    }

    @Override
    public void createObjectStore(ObjectStoreRecord objectStore) {
        ObjectStoreName name = objectStore.name();
        String sql = """
                insert into object_stores (object_store_uid, tenant_uid, object_store_id, uri, create_time)
                values (?, ?, ?, ?, ?)
                on conflict (tenant_uid, object_store_id) where delete_time is null do nothing
                """;
        database.change("create object store", connection -> {
            UUID tenant = NameLookup.tenant(connection, name.parent(), Lock.ADD_CHILD);
            return insert(
                    connection,
                    name,
                    sql,
                    objectStore.uid(),
                    tenant,
                    name.objectStore(),
                    objectStore.uri().toString(),
                    objectStore.createTime());
        });
    }

    @Override
    public ObjectStoreRecord loadObjectStore(ObjectStoreName name) {
        return listObjectStores(name.parent(), "o.object_store_id = ?", 1, name.objectStore()).stream()
                .findFirst()
                .orElseThrow(() -> ResourceErrors.notFound(name));
    }

    @Override
    public List<ObjectStoreRecord> listObjectStores(TenantName parent, String after, int limit) {
        return listObjectStores(parent, "o.object_store_id > ?", limit, after);
    }

    private List<ObjectStoreRecord> listObjectStores(TenantName parent, String condition, int limit, String value) {
        String sql = """
                select o.object_store_uid, o.object_store_id, o.create_time, o.uri
                from object_stores o
                where o.tenant_uid = ? and o.delete_time is null and %s
                order by o.object_store_id limit ?
                """.formatted(condition);
        return database.read(
                "list object stores",
                connection -> Sql.query(
                        connection,
                        sql,
                        row -> new ObjectStoreRecord(
                                new ObjectStoreName(parent.tenant(), row.getString("object_store_id")),
                                Sql.uuid(row, "object_store_uid"),
                                Sql.instant(row, "create_time"),
                                URI.create(row.getString("uri"))),
                        NameLookup.tenant(connection, parent, Lock.NONE),
                        value,
                        limit));
    }

    @Override
    public void deleteObjectStore(ObjectStoreName name, Instant now) {
        database.change("delete object store", connection -> {
            UUID tenant = NameLookup.tenant(connection, name.parent(), Lock.ADD_CHILD);
            UUID uid = NameLookup.objectStore(connection, tenant, name, Lock.DELETE);
            String users = """
                    select namespace_id from namespaces where object_store_uid = ? and delete_time is null
                    order by namespace_id limit 1
                    """;
            ResourceErrors.checkUnused(
                    name,
                    Sql.queryOne(connection, users, row -> new NamespaceName(name.tenant(), row.getString(1)), uid));
            return Sql.update(
                    connection, "update object_stores set delete_time = ? where object_store_uid = ?", now, uid);
        });
    }

    @Override
    public void createNamespace(NamespaceRecord namespace) {
        database.change("create namespace", connection -> insertNamespace(connection, namespace));
    }

    static int insertNamespace(Connection connection, NamespaceRecord namespace) throws SQLException {
        NamespaceName name = namespace.name();
        String sql = """
                insert into namespaces
                    (namespace_uid, tenant_uid, namespace_id, object_store_uid, object_prefix, create_time)
                values (?, ?, ?, ?, ?, ?)
                on conflict (tenant_uid, namespace_id) where delete_time is null do nothing
                """;
        UUID tenant = NameLookup.tenant(connection, name.parent(), Lock.ADD_CHILD);
        UUID objectStore = NameLookup.objectStore(connection, tenant, namespace.objectStore(), Lock.ADD_CHILD);
        BacklogStatements.want(connection, namespace.uid(), TaskKind.COLLECT_GARBAGE);
        return insert(
                connection,
                name,
                sql,
                namespace.uid(),
                tenant,
                name.namespace(),
                objectStore,
                namespace.objectPrefix(),
                namespace.createTime());
    }

    @Override
    public NamespaceRecord loadNamespace(NamespaceName name) {
        return listNamespaces(name.parent(), "n.namespace_id = ?", 1, name.namespace()).stream()
                .findFirst()
                .orElseThrow(() -> ResourceErrors.notFound(name));
    }

    @Override
    public List<NamespaceRecord> listNamespaces(TenantName parent, String after, int limit) {
        return listNamespaces(parent, "n.namespace_id > ?", limit, after);
    }

    private List<NamespaceRecord> listNamespaces(TenantName parent, String condition, int limit, String value) {
        String sql = """
                select n.namespace_uid, n.namespace_id, n.create_time, n.object_prefix, o.object_store_id
                from namespaces n join object_stores o using (object_store_uid)
                where n.tenant_uid = ? and n.delete_time is null and %s
                order by n.namespace_id limit ?
                """.formatted(condition);
        return database.read(
                "list namespaces",
                connection -> Sql.query(
                        connection,
                        sql,
                        row -> new NamespaceRecord(
                                new NamespaceName(parent.tenant(), row.getString("namespace_id")),
                                Sql.uuid(row, "namespace_uid"),
                                Sql.instant(row, "create_time"),
                                new ObjectStoreName(parent.tenant(), row.getString("object_store_id")),
                                row.getString("object_prefix")),
                        NameLookup.tenant(connection, parent, Lock.NONE),
                        value,
                        limit));
    }

    @Override
    public void deleteNamespace(NamespaceName name, Instant now, Instant collectTime) {
        database.change("delete namespace", connection -> {
            UUID tenant = NameLookup.tenant(connection, name.parent(), Lock.ADD_CHILD);
            UUID uid = NameLookup.namespace(connection, tenant, name, Lock.DELETE);
            String topics = "select topic_id from topics where namespace_uid = ? order by topic_id limit 1";
            ResourceErrors.checkUnused(
                    name, Sql.queryOne(connection, topics, row -> name.topic(row.getString(1)), uid));
            ResourceErrors.checkUnused(name, LakeRows.findUser(connection, name, uid));
            Sql.update(connection, "delete from namespace_properties where namespace_uid = ?", uid);
            List<String> directories =
                    PostgresGarbageStore.home(connection, uid).ownDirectories();
            LakeRows.addGarbage(connection, uid, directories, collectTime);
            return Sql.update(connection, "update namespaces set delete_time = ? where namespace_uid = ?", now, uid);
        });
    }

    @Override
    public TopicRecord createTopic(NewTopic topic) {
        TopicName name = topic.name();
        String sql = """
                insert into topics
                    (topic_uid, namespace_uid, topic_id, create_time, schema, schema_version, partition_field_id, lake,
                    freshness, schema_policy, intake)
                values (?, ?, ?, ?, ?, ?, nullif(?, 0), ?, make_interval(secs => ?), ?, ?)
                on conflict (namespace_uid, topic_id) do nothing
                """;
        return database.change("create topic", connection -> {
            UUID tenant = NameLookup.tenant(connection, name.parent().parent(), Lock.ADD_CHILD);
            UUID namespace = NameLookup.namespace(connection, tenant, name.parent(), Lock.ADD_CHILD);
            if (!LakeRows.takeName(connection, namespace, name.topic())) {
                throw ResourceErrors.alreadyExists(name);
            }
            insert(
                    connection,
                    name,
                    sql,
                    topic.uid(),
                    namespace,
                    name.topic(),
                    topic.createTime(),
                    SchemaProtos.toProto(topic.schema()).toByteArray(),
                    topic.schema().version(),
                    topic.partitionFieldId(),
                    LakeSpecProtos.toProto(topic.lake(), topic.schema()).toByteArray(),
                    topic.lake().freshness().toMillis() / 1e3,
                    topic.policy().name(),
                    topic.intake().toProto(topic.schema()).toByteArray());
            BacklogStatements.want(connection, topic.uid(), TaskKind.CREATE_TABLE);
            TopicRecord created = topic.in(namespace);
            remember(connection, created, topic.createTime());
            return created;
        });
    }

    /// Locks the topic as one whose row is changed and stays: who commits to its table or to the log goes on.
    @Override
    public TopicRecord updateTopic(TopicName name, Instant now, UnaryOperator<TopicRecord> change) {
        return database.change("update topic", connection -> {
            UUID tenant = NameLookup.tenant(connection, name.parent().parent(), Lock.ADD_CHILD);
            UUID namespace = NameLookup.namespace(connection, tenant, name.parent(), Lock.ADD_CHILD);
            UUID uid = NameLookup.topic(connection, namespace, name);
            Sql.query(connection, "select 1 from topics where topic_uid = ? for no key update", row -> 1, uid);
            TopicRecord before = loadTopic(connection, name);
            TopicRecord after = change.apply(before);
            Sql.update(
                    connection,
                    UPDATE_TOPIC,
                    SchemaProtos.toProto(after.schema()).toByteArray(),
                    after.schema().version(),
                    LakeSpecProtos.toProto(after.lake(), after.schema()).toByteArray(),
                    after.lake().freshness().toMillis() / 1e3,
                    after.policy().name(),
                    after.intake().toProto(after.schema()).toByteArray(),
                    after.revision(),
                    after.uid());
            if (after.schema().version() != before.schema().version()) {
                remember(connection, after, now);
            }
            return after;
        });
    }

    private static void remember(Connection connection, TopicRecord topic, Instant time) throws SQLException {
        int version = topic.schema().version();
        Sql.update(
                connection,
                "insert into topic_schemas (topic_uid, version, schema, create_time) values (?, ?, ?, ?)",
                topic.uid(),
                version,
                SchemaProtos.toProto(topic.schema()).toByteArray(),
                time);
        if (version >= MAX_SCHEMA_VERSIONS) {
            Sql.update(
                    connection,
                    "delete from topic_schemas where topic_uid = ? and version <= ?",
                    topic.uid(),
                    version - MAX_SCHEMA_VERSIONS);
        }
    }

    @Override
    public List<SchemaVersion> listSchemas(TopicName name, int before, int limit) {
        String sql = """
                select schema, create_time from topic_schemas
                where topic_uid = ? and version < ? order by version desc limit ?
                """;
        return database.read("list schemas", connection -> {
            UUID uid = loadTopic(connection, name).uid();
            return Sql.query(
                    connection,
                    sql,
                    row -> new SchemaVersion(
                            TopicRows.schema(uid, row.getBytes("schema")), Sql.instant(row, "create_time")),
                    uid,
                    before,
                    limit);
        });
    }

    @Override
    public TopicRecord loadTopic(TopicName name) {
        return database.read("load topic", connection -> loadTopic(connection, name));
    }

    private static TopicRecord loadTopic(Connection connection, TopicName name) throws SQLException {
        List<TopicRecord> found =
                TopicRows.list(connection, name.tenant(), """
                n.tenant_uid in (select tenant_uid from tenants where tenant_id = ? and delete_time is null)
                    and n.namespace_id = ? and t.topic_id = ?""", 1, name.tenant(), name.namespace(), name.topic());
        if (found.isEmpty()) {
            // which part of the name is missing?
            UUID tenant = NameLookup.tenant(connection, name.parent().parent(), Lock.NONE);
            NameLookup.namespace(connection, tenant, name.parent(), Lock.NONE);
            throw ResourceErrors.notFound(name);
        }
        return found.getFirst();
    }

    /// The topic of that uid. What a topic is in never changes: it is that of the moment when the topic was
    /// there, whatever was deleted since.
    @Override
    public TopicHome loadHome(TopicName name) {
        String sql = """
                select n.create_time, n.object_prefix,
                    o.object_store_uid, o.object_store_id, o.create_time as store_create_time, o.uri
                from namespaces n join object_stores o using (object_store_uid)
                where n.namespace_uid = ?
                """;
        return database.read("resolve topic", connection -> {
            TopicRecord topic = loadTopic(connection, name);
            return Sql.queryOne(
                            connection,
                            sql,
                            row -> {
                                ObjectStoreName store =
                                        new ObjectStoreName(name.tenant(), row.getString("object_store_id"));
                                return new TopicHome(
                                        topic,
                                        new NamespaceRecord(
                                                name.parent(),
                                                topic.namespaceUid(),
                                                Sql.instant(row, "create_time"),
                                                store,
                                                row.getString("object_prefix")),
                                        new ObjectStoreRecord(
                                                store,
                                                Sql.uuid(row, "object_store_uid"),
                                                Sql.instant(row, "store_create_time"),
                                                URI.create(row.getString("uri"))));
                            },
                            topic.namespaceUid())
                    // the topic is gone for good by now
                    .orElseThrow(() -> ResourceErrors.notFound(name));
        });
    }

    @Override
    public List<TopicRecord> listTopics(NamespaceName parent, String after, int limit) {
        return database.read("list topics", connection -> {
            UUID tenant = NameLookup.tenant(connection, parent.parent(), Lock.NONE);
            UUID namespace = NameLookup.namespace(connection, tenant, parent, Lock.NONE);
            return TopicRows.list(
                    connection, parent.tenant(), "t.namespace_uid = ? and t.topic_id > ?", limit, namespace, after);
        });
    }

    @Override
    public List<TopicRecord> listTopics(TenantName parent, TopicPosition after, int limit) {
        return database.read("list topics", connection -> {
            UUID tenant = NameLookup.tenant(connection, parent, Lock.NONE);
            return TopicRows.list(
                    connection,
                    parent.tenant(),
                    "n.tenant_uid = ? and (n.namespace_id, t.topic_id) > (?, ?)",
                    limit,
                    tenant,
                    after.namespace(),
                    after.topic());
        });
    }

    /// Locks the namespace, for which commits to the log wait, at the very end: the topic and its tasks may be
    /// held by a commit to its table, which takes its time. This turns the lock order around, which is safe:
    /// whoever has locked a namespace to commit waits for no topic, task, table or name.
    @Override
    public void deleteTopic(TopicName name, Instant now, Instant collectTime) {
        database.change("delete topic", connection -> {
            UUID tenant = NameLookup.tenant(connection, name.parent().parent(), Lock.ADD_CHILD);
            UUID namespace = NameLookup.namespace(connection, tenant, name.parent(), Lock.ADD_CHILD);
            UUID uid = NameLookup.topic(connection, namespace, name);
            // From here on nobody begins to change the topic's table, and whoever had begun is done.
            if (Sql.query(connection, LOCK_TOPIC, row -> uid, uid).isEmpty()) {
                throw ResourceErrors.notFound(name);
            }
            TaskRows.end(connection, uid, now);
            // this covers all objects below: files of the table, and of commits that were never made
            String table = TableCommitStatements.home(connection, uid, name).tablePrefix();
            LakeRows.addGarbage(connection, namespace, List.of(table), collectTime);
            Sql.update(connection, "delete from lake_tables where topic_uid = ?", uid);
            // However many pages there are, commits of the namespace wait for none of them: the collector
            // removes them.
            Sql.update(connection, LEAVE_PAGES, uid, namespace);
            LakeRows.freeName(connection, namespace, name.topic());
            NameLookup.namespace(connection, tenant, name.parent(), Lock.CHANGE_LOG);
            return Sql.update(connection, "delete from topics where topic_uid = ?", uid);
        });
    }

    /// @param sql does nothing if the name is taken
    private static int insert(Connection connection, Record name, String sql, Object... parameters)
            throws SQLException {
        int inserted = Sql.update(connection, sql, parameters);
        if (inserted == 0) {
            throw ResourceErrors.alreadyExists(name);
        }
        return inserted;
    }
}
