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
import dev.wings.controlplane.cluster.TopicRecord;
import dev.wings.controlplane.garbage.GarbageCollection;
import dev.wings.controlplane.garbage.GarbageContract;
import dev.wings.controlplane.log.LogFixture;
import dev.wings.controlplane.state.Stores;
import dev.wings.controlplane.task.NewTask;
import dev.wings.controlplane.task.TaskFixture;
import dev.wings.controlplane.task.TaskKind;
import dev.wings.controlplane.task.TaskRecord;
import dev.wings.controlplane.task.TaskTarget;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class PostgresGarbageIT extends GarbageContract {

    private static final Duration GRACE = TaskFixture.POLICY.garbageGrace();

    private final PostgresDatabase database = TestPostgres.shared().openDatabase();
    private final Stores stores = TestPostgres.shared().stores(database);

    @Override
    protected Stores stores() {
        return stores;
    }

    /// Commits of the namespace wait for the deletion of a topic, which therefore waits for none of its pages.
    @Test
    void deletionOfATopicWaitsForNoneOfItsPages() {
        TaskFixture globex = new TaskFixture(stores, new NamespaceName("globex", "sales"));
        TopicRecord topic = globex.log().createTopic("flights", true);
        TopicRecord other = globex.log().createTopic("orders", true);
        globex.push(TaskFixture.START, LogFixture.page(topic, "AMS", LogFixture.batch(2)));
        database.work("lock all pages", connection -> {
            Sql.query(connection, "select 1 from pages for update", row -> 1);
            cluster().deleteTopic(topic.name(), TaskFixture.START, TaskFixture.START);
            globex.push(TaskFixture.START, LogFixture.page(other, "AMS", LogFixture.batch(1)));
            return 0;
        });
        UUID namespace = globex.log().namespaceUid();
        while (store().removeDeletedTopics(namespace, 3)) {
            assertThat(globex.plan(other).rows()).isEqualTo(1);
        }
        for (String table : List.of("pages", "partitions", "deleted_topics")) {
            assertThat(count(table, topic)).as(table).isZero();
        }
    }

    /// I8: a query may read a folio until its last page is gone, however long the removal of that page has taken.
    @Test
    void graceBeginsWhenAFolioIsSeenWithoutPages() throws Exception {
        TaskFixture globex = new TaskFixture(stores, new NamespaceName("globex", "sales"));
        TopicRecord topic = globex.log().createTopic("flights", true);
        globex.push(TaskFixture.START, LogFixture.page(topic, "JFK", LogFixture.batch(2)));
        cluster().deleteTopic(topic.name(), TaskFixture.START, TaskFixture.START.plus(GRACE));
        TaskRecord task = leaseCollection(globex, topic);
        AtomicReference<Instant> now = new AtomicReference<>(TaskFixture.START);
        GarbageCollection collection = new GarbageCollection(tasks(), store(), TaskFixture.POLICY, now::get);
        Instant later = TaskFixture.START.plus(Duration.ofHours(1));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> listing = database.work("lock all pages", connection -> {
                Sql.query(connection, "select 1 from pages for update", row -> 1);
                Future<?> started = threads.submit(() -> collection.list(task.name(), task.epoch(), 0));
                TestPostgres.awaitWaitingForALock(database);
                now.set(later);
                return started;
            });
            listing.get(10, TimeUnit.SECONDS);
        }
        List<Instant> collectTimes = database.read(
                "read folios",
                connection -> Sql.query(
                        connection,
                        "select collect_time from folios where namespace_uid = ?",
                        row -> Sql.instant(row, "collect_time"),
                        globex.log().namespaceUid()));
        assertThat(collectTimes).containsExactly(later.plus(GRACE));
    }

    private TaskRecord leaseCollection(TaskFixture fixture, TopicRecord topic) {
        UUID namespace = fixture.log().namespaceUid();
        TaskTarget target = new TaskTarget(
                fixture.target(topic).tenantUid(),
                namespace,
                namespace,
                fixture.log().namespace().name().toString());
        NewTask task = new NewTask(
                fixture.ids().next(), TaskKind.COLLECT_GARBAGE, target, 0, TaskFixture.START, TaskFixture.START);
        tasks().create(List.of(task), TaskFixture.START);
        return fixture.lease(Set.of(TaskKind.COLLECT_GARBAGE), TaskFixture.START)
                .orElseThrow();
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
