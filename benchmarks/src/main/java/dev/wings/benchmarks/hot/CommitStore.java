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
package dev.wings.benchmarks.hot;

import dev.wings.benchmarks.load.SampleRows;
import dev.wings.common.config.Secret;
import dev.wings.common.process.Resources;
import dev.wings.common.proto.IntakeSpec;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.ObjectStoreName;
import dev.wings.common.resource.TenantName;
import dev.wings.common.schema.SchemaPolicy;
import dev.wings.common.store.ObjectStores;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import dev.wings.controlplane.cluster.ClusterMetadata;
import dev.wings.controlplane.cluster.NamespaceRecord;
import dev.wings.controlplane.cluster.TopicRecord;
import dev.wings.controlplane.log.LogMetadataStore;
import dev.wings.controlplane.memory.MemoryDatabase;
import dev.wings.controlplane.postgres.DatabaseConfig;
import dev.wings.controlplane.postgres.PostgresDatabase;
import dev.wings.controlplane.state.Stores;
import io.micrometer.core.instrument.MeterRegistry;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// A metadata store with a topic to commit to.
///
/// @param resources what closing it closes
record CommitStore(LogMetadataStore log, NamespaceRecord namespace, TopicRecord topic, Resources resources)
        implements AutoCloseable {

    private static final NamespaceName NAMESPACE = new NamespaceName("default", "default");
    private static final ObjectStoreName OBJECT_STORE = new ObjectStoreName("default", "default");
    private static final int CONNECTIONS = 10;

    static CommitStore openMemory(IdGenerator ids) {
        return create(new MemoryDatabase().stores(ids.clock()), ids, new Resources());
    }

    /// A store on a PostgreSQL of its own that is as durable as in production.
    static CommitStore openPostgres(IdGenerator ids, MeterRegistry meters) {
        Resources resources = new Resources();
        try {
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .start();
            resources.add(server);
            DatabaseConfig config = new DatabaseConfig(
                    server.getJdbcUrl("postgres", "postgres"),
                    "postgres",
                    Optional.of(new Secret("postgres")),
                    CONNECTIONS,
                    CONNECTIONS,
                    CONNECTIONS,
                    Duration.ofSeconds(5));
            Scheduler scheduler = resources.add(Scheduler.system());
            PostgresDatabase database = resources.add(PostgresDatabase.open(config, meters));
            return create(database.stores(scheduler), ids, resources);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            resources.closeAfter(e);
            throw e;
        }
    }

    private static CommitStore create(Stores stores, IdGenerator ids, Resources resources) {
        ObjectStores objectStores = resources.add(new ObjectStores());
        ClusterMetadata cluster =
                new ClusterMetadata(stores.cluster(), objectStores, ids.clock(), ids, Duration.ofDays(1), () -> {});
        cluster.createTenant(new TenantName("default"));
        cluster.createObjectStore(OBJECT_STORE, Path.of("/nowhere").toUri().toString());
        NamespaceRecord namespace = cluster.createNamespace(NAMESPACE, OBJECT_STORE);
        TopicRecord topic = cluster.createTopic(
                NAMESPACE.topic("sample"),
                SampleRows.topicSchema(),
                "",
                LakeSpec.getDefaultInstance(),
                SchemaPolicy.STRICT,
                IntakeSpec.getDefaultInstance());
        return new CommitStore(stores.log(), namespace, topic, resources);
    }

    @Override
    public void close() {
        resources.close();
    }
}
