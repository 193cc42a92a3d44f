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
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.controlplane.cluster.TopicRecord;
import dev.wings.controlplane.log.LogFixture;
import dev.wings.controlplane.state.Stores;
import dev.wings.controlplane.task.TableCommit;
import dev.wings.controlplane.task.TableCommitContract;
import dev.wings.controlplane.task.TableCommitRule;
import dev.wings.controlplane.task.TaskFixture;
import dev.wings.controlplane.task.TaskRecord;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class PostgresTableCommitIT extends TableCommitContract {

    private final PostgresDatabase database = TestPostgres.shared().openDatabase();
    private final Stores stores = TestPostgres.shared().stores(database);

    @Override
    protected Stores stores() {
        return stores;
    }

    /// What a commit to the table does before it moves watermarks may take long; acknowledgements go on meanwhile.
    @Test
    void logGoesOnWhileATableIsBeingCommittedTo() throws Exception {
        TaskFixture acme = fixture();
        TopicRecord topic = acme.log().createTopic("busy", true);
        TableCommit commit = compaction(acme, topic);
        whileCommitting(commit, threads -> {
            for (int i = 0; i < 20; i++) {
                // to the partition that moves, to a new one, and to another topic
                acme.push(
                        TaskFixture.at(i),
                        LogFixture.page(topic, "JFK", LogFixture.batch(1)),
                        LogFixture.page(topic, "new-" + i, LogFixture.batch(1)));
            }
            return topic;
        });
        assertThat(acme.plan(topic).rows()).isEqualTo(40);
    }

    /// The deletion of a topic waits for the commit to its table, the other topics of the namespace for neither.
    @Test
    void logGoesOnWhileADeletionWaitsForACommitToTheTable() throws Exception {
        TaskFixture acme = fixture();
        TopicRecord topic = acme.log().createTopic("busy", true);
        TopicRecord other = acme.log().createTopic("orders", true);
        TableCommit commit = compaction(acme, topic);
        Future<?> deletion = whileCommitting(commit, threads -> {
            Future<?> started =
                    threads.submit(() -> cluster().deleteTopic(topic.name(), TaskFixture.START, TaskFixture.START));
            TestPostgres.awaitWaitingForALock(database);
            Future<?> push = threads.submit(
                    () -> acme.push(TaskFixture.at(1), LogFixture.page(other, "JFK", LogFixture.batch(1))));
            push.get(10, TimeUnit.SECONDS);
            assertThat(started).isNotDone();
            return started;
        });
        deletion.get(10, TimeUnit.SECONDS);
        assertThat(acme.plan(other).rows()).isEqualTo(1);
        assertThatThrownBy(() -> acme.plan(topic)).hasMessageContaining("topics/busy");
    }

    private static TableCommit compaction(TaskFixture acme, TopicRecord topic) {
        acme.createTable(topic, TaskFixture.START);
        acme.push(TaskFixture.START, LogFixture.page(topic, "JFK", LogFixture.batch(10)));
        TaskRecord task = acme.leaseCompaction(topic, TaskFixture.START);
        return acme.compaction(topic, task, 0, new TableCommit.WatermarkMove("JFK", 0, 10));
    }

    /// What is done while a commit goes on.
    private interface Meanwhile<T> {
        T run(ExecutorService threads) throws Exception;
    }

    /// Runs `meanwhile` after a commit to a table has taken its locks and before it is done.
    private <T> T whileCommitting(TableCommit commit, Meanwhile<T> meanwhile) throws Exception {
        CountDownLatch decided = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Long> moved = threads.submit(() -> store().commitTable(commit, state -> {
                decided.countDown();
                try {
                    released.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return TableCommitRule.decide(commit, state, TaskFixture.POLICY, TaskFixture.START);
            }));
            decided.await();
            T result;
            try {
                result = meanwhile.run(threads);
                assertThat(moved).isNotDone();
            } finally {
                released.countDown();
            }
            assertThat(moved.get()).isEqualTo(10);
            return result;
        }
    }
}
