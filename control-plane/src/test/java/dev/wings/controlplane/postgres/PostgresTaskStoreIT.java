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

import static dev.wings.controlplane.task.TaskFixture.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.resource.NamespaceName;
import dev.wings.controlplane.cluster.TopicRecord;
import dev.wings.controlplane.state.Stores;
import dev.wings.controlplane.task.TaskFixture;
import dev.wings.controlplane.task.TaskKind;
import dev.wings.controlplane.task.TaskRecord;
import dev.wings.controlplane.task.TaskStoreContract;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class PostgresTaskStoreIT extends TaskStoreContract {

    private final PostgresDatabase database = TestPostgres.shared().openDatabase();
    private final Stores stores = TestPostgres.shared().stores(database);

    @Override
    protected Stores stores() {
        return stores;
    }

    /// Who counts new pages locks the tasks of several topics, in the order of these.
    @Test
    void leasingHoldsNoTaskWhileItWaitsForAnother() throws Exception {
        TaskFixture globex = new TaskFixture(stores, new NamespaceName("globex", "sales"));
        List<TopicRecord> topics = Stream.of("one", "two")
                .map(id -> globex.log().createTopic(id, true))
                .sorted(Comparator.comparing(topic -> topic.uid().toString()))
                .toList();
        topics.forEach(topic -> globex.createTable(topic, START));
        globex.create(topics.getLast(), TaskKind.COMPACT, START);
        assertThat(globex.lease(START)).isPresent();
        TaskRecord due = globex.create(topics.getFirst(), TaskKind.COMPACT, START);

        try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Optional<TaskRecord>> lease = database.work("hold tasks", connection -> {
                lock(connection, topics.getFirst());
                Future<Optional<TaskRecord>> waiting = workers.submit(() -> globex.lease(TaskFixture.at(60)));
                awaitWaiting();
                lock(connection, topics.getLast());
                return waiting;
            });
            assertThat(lease.get().orElseThrow().uid()).isEqualTo(due.uid());
        }
    }

    private static void lock(Connection connection, TopicRecord topic) throws SQLException {
        String sql = "select 1 from tasks where target_uid = ? and kind = 'COMPACT' for no key update";
        assertThat(Sql.query(connection, sql, row -> row.getInt(1), topic.uid()))
                .hasSize(1);
    }

    private void awaitWaiting() {
        String sql =
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        while (database.read("find waits", connection -> Sql.queryOne(connection, sql, row -> row.getLong(1)))
                        .orElseThrow()
                == 0) {
            Thread.onSpinWait();
        }
    }
}
