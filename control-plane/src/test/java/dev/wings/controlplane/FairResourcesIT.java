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
package dev.wings.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.proto.CreateNamespaceRequest;
import dev.wings.common.proto.CreateObjectStoreRequest;
import dev.wings.common.proto.CreateTenantRequest;
import dev.wings.common.proto.CreateTopicRequest;
import dev.wings.common.proto.Namespace;
import dev.wings.common.proto.ObjectStore;
import dev.wings.common.proto.Topic;
import dev.wings.controlplane.postgres.DatabaseConfig;
import dev.wings.controlplane.postgres.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// I9: changes of one tenant's resources that wait for something keep none of another's waiting.
@Timeout(120)
final class FairResourcesIT {

    private static final String LOCK = "select namespace_uid from wings.namespaces n join wings.tenants t"
            + " using (tenant_uid) where t.tenant_id = 'noisy' for update of n";

    private static final String WAITING =
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";

    @Test
    void changesThatWaitKeepNoOthersWaiting() throws Exception {
        DatabaseConfig database = TestPostgres.shared().createDatabase();
        String password = database.password().map(secret -> secret.reveal()).orElse("");
        try (TestControlPlane wings = new TestControlPlane(database);
                Connection holder = DriverManager.getConnection(database.url(), database.user(), password);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            createTenant(wings, "noisy");
            createTenant(wings, "quiet");
            holder.setAutoCommit(false);
            try (Statement statement = holder.createStatement()) {
                statement.executeQuery(LOCK).close();
                for (int i = 0; i < 20; i++) {
                    String id = "topic-" + i;
                    Future<?> _ = threads.submit(() -> createTopic(wings, "noisy", id));
                }
                // on a connection of its own: in a transaction the answer would stay the same
                while (!Thread.currentThread().isInterrupted() && waiting(database, password) == 0) {
                    Thread.onSpinWait();
                }
                for (int i = 0; i < 5; i++) {
                    String id = "topic-" + i;
                    assertThat(createTopic(wings, "quiet", id).getName()).endsWith(id);
                }
            } finally {
                holder.rollback();
            }
        }
    }

    /// The probe has a connection of its own: who waits for the database does not make a replica look as if it were
    /// away.
    @Test
    void replicaIsReadyWhileAllReadsWait() throws Exception {
        DatabaseConfig database = TestPostgres.shared().createDatabase();
        String password = database.password().map(secret -> secret.reveal()).orElse("");
        try (TestControlPlane wings = new TestControlPlane(database);
                Connection holder = DriverManager.getConnection(database.url(), database.user(), password);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            holder.setAutoCommit(false);
            try (Statement statement = holder.createStatement()) {
                statement.execute("lock table wings.namespaces in access exclusive mode");
                for (int i = 0; i < 20; i++) {
                    Future<?> _ = threads.submit(() -> wings.namespace());
                }
                // all connections for reads
                while (!Thread.currentThread().isInterrupted() && waiting(database, password) < 2) {
                    Thread.onSpinWait();
                }
                assertThat(wings.management("/readyz")).startsWith("200");
                assertThat(wings.management("/livez")).startsWith("200");
            } finally {
                holder.rollback();
            }
        }
    }

    private static long waiting(DatabaseConfig database, String password) throws Exception {
        try (Connection connection = DriverManager.getConnection(database.url(), database.user(), password);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(WAITING)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static void createTenant(TestControlPlane wings, String tenant) {
        String parent = "tenants/" + tenant;
        wings.cluster()
                .createTenant(
                        CreateTenantRequest.newBuilder().setTenantId(tenant).build());
        wings.cluster()
                .createObjectStore(CreateObjectStoreRequest.newBuilder()
                        .setParent(parent)
                        .setObjectStoreId("default")
                        .setObjectStore(ObjectStore.newBuilder().setUri("file:///tmp/wings-test-" + tenant))
                        .build());
        wings.cluster()
                .createNamespace(CreateNamespaceRequest.newBuilder()
                        .setParent(parent)
                        .setNamespaceId("default")
                        .setNamespace(Namespace.newBuilder().setObjectStore(parent + "/objectStores/default"))
                        .build());
    }

    private static Topic createTopic(TestControlPlane wings, String tenant, String id) {
        return wings.cluster()
                .createTopic(CreateTopicRequest.newBuilder()
                        .setParent("tenants/" + tenant + "/namespaces/default")
                        .setTopicId(id)
                        .setTopic(Topic.newBuilder().setSchema(TestControlPlane.schema()))
                        .build());
    }
}
