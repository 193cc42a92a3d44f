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

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.resource.NamespaceName;
import dev.wings.common.time.Scheduler;
import dev.wings.controlplane.cluster.ClusterMetadataStore;
import dev.wings.controlplane.cluster.TopicRecord;
import dev.wings.controlplane.garbage.GarbageContract;
import dev.wings.controlplane.garbage.GarbageStore;
import dev.wings.controlplane.lake.LakeMetadataStore;
import dev.wings.controlplane.log.LogFixture;
import dev.wings.controlplane.log.LogMetadataStore;
import dev.wings.controlplane.task.TaskFixture;
import dev.wings.controlplane.task.TaskStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PostgresGarbageIT extends GarbageContract {

    // opened here, not in a method of its own: those of the contract come first
    private final PostgresDatabase database =
            PostgresDatabase.open(TestPostgres.shared().createDatabase(), new SimpleMeterRegistry());
    private final Scheduler scheduler = Scheduler.system();

    @AfterEach
    void close() {
        database.close();
        scheduler.close();
    }

    @Override
    protected GarbageStore store() {
        return new PostgresGarbageStore(database);
    }

    @Override
    protected TaskStore tasks() {
        return new PostgresTaskStore(database, scheduler);
    }

    @Override
    protected ClusterMetadataStore cluster() {
        return new PostgresClusterMetadataStore(database);
    }

    @Override
    protected LogMetadataStore log() {
        return new PostgresLogMetadataStore(database, scheduler);
    }

    @Override
    protected LakeMetadataStore lake() {
        return new PostgresLakeMetadataStore(database);
    }

    /// Commits of the namespace wait for the deletion of a topic, which therefore waits for none of its pages.
    @Test
    void deletedTopicLosesItsPagesLater() {
        TaskFixture globex = new TaskFixture(tasks(), cluster(), log(), new NamespaceName("globex", "sales"));
        TopicRecord topic = globex.log().createTopic("flights", true);
        TopicRecord other = globex.log().createTopic("orders", true);
        for (String value : List.of("AMS", "JFK", "JFK", "OSL", "JFK")) {
            globex.push(TaskFixture.START, LogFixture.page(topic, value, LogFixture.batch(2)));
        }
        globex.push(TaskFixture.START, LogFixture.page(other, "AMS", LogFixture.batch(2)));
        database.work("lock all pages", connection -> {
            Sql.query(connection, "select 1 from pages for update", row -> 1);
            cluster().deleteTopic(topic.name(), TaskFixture.START, TaskFixture.START);
            globex.push(TaskFixture.START, LogFixture.page(other, "AMS", LogFixture.batch(1)));
            return 0;
        });
        UUID namespace = globex.log().namespaceUid();
        assertThat(store().removeDeletedTopics(namespace, 3)).isTrue();
        assertThat(count("pages", topic)).isEqualTo(2);
        while (store().removeDeletedTopics(namespace, 3)) {
            assertThat(globex.plan(other).rows()).isEqualTo(3);
        }
        assertThat(count("pages", topic)).isZero();
        assertThat(count("partitions", topic)).isZero();
        assertThat(count("deleted_topics", topic)).isZero();
        assertThat(globex.plan(other).rows()).isEqualTo(3);
    }

    private long count(String table, TopicRecord topic) {
        return database.read(
                "count",
                connection -> Sql.queryOne(
                                connection,
                                "select count(*) as found from " + table + " where topic_uid = ?",
                                row -> row.getLong("found"),
                                topic.uid())
                        .orElseThrow());
    }
}
