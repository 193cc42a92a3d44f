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

import static dev.wings.controlplane.task.TaskFixture.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.IntakeRules;
import dev.wings.common.schema.SchemaPolicy;
import dev.wings.controlplane.cluster.SchemaVersion;
import dev.wings.controlplane.cluster.TopicRecord;
import dev.wings.controlplane.state.Stores;
import dev.wings.controlplane.task.TaskFixture;
import dev.wings.controlplane.task.TaskKind;
import dev.wings.controlplane.task.TaskMakingContract;
import dev.wings.controlplane.task.TaskStore.Wanted;
import dev.wings.controlplane.task.TaskTarget;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

final class PostgresTaskMakingIT extends TaskMakingContract {

    private final Stores stores = TestPostgres.shared().openStores();

    @Override
    protected Stores stores() {
        return stores;
    }

    /// What was made before first tasks were written down, and has none.
    @Test
    void upgradeWritesDownWhatIsWanted() throws Exception {
        DatabaseConfig database = TestPostgres.shared().createDatabase();
        TaskTarget topic;
        try (Stores before = TestPostgres.shared().stores(TestPostgres.openDatabase(database))) {
            TaskFixture fixture = new TaskFixture(before, new NamespaceName("acme", "sales"));
            TopicRecord bare = fixture.log().createTopic("bare", false);
            topic = fixture.target(bare);
            fixture.createTable(fixture.log().createTopic("with-table", false), TaskFixture.START);
            fixture.create(fixture.log().createTopic("with-task", false), TaskKind.CREATE_TABLE, at(1_000));
        }
        String password = database.password().map(secret -> secret.reveal()).orElse("");
        try (Connection connection = DriverManager.getConnection(database.url(), database.user(), password);
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "drop table wings.wanted_tasks, wings.topic_schemas, wings.producers, wings.producer_states");
            statement.execute("alter table wings.topics drop column revision, drop column schema_policy,"
                    + " drop column intake");
            statement.execute("delete from wings.flyway_schema_history where version >= '0011'");
        }
        try (Stores after = TestPostgres.shared().stores(TestPostgres.openDatabase(database))) {
            assertThat(after.tasks().findWanted(10))
                    .hasSize(2)
                    .contains(new Wanted(TaskKind.CREATE_TABLE, topic))
                    .extracting(Wanted::kind)
                    .contains(TaskKind.COLLECT_GARBAGE);
            TopicName name = new NamespaceName("acme", "sales").topic("bare");
            TopicRecord upgraded = after.cluster().loadTopic(name);
            assertThat(upgraded.policy()).isEqualTo(SchemaPolicy.STRICT);
            assertThat(upgraded.intake()).isEqualTo(IntakeRules.DEFAULT);
            assertThat(after.cluster().listSchemas(name, Integer.MAX_VALUE, 10))
                    .containsExactly(new SchemaVersion(upgraded.schema(), upgraded.createTime()));
        }
    }
}
