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
package dev.wings.controlplane.state;

import static dev.wings.controlplane.log.LogFixture.batch;
import static dev.wings.controlplane.log.LogFixture.page;
import static dev.wings.controlplane.task.TaskFixture.START;
import static dev.wings.controlplane.task.TaskFixture.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.resource.NamespaceName;
import dev.wings.controlplane.announce.Announcements;
import dev.wings.controlplane.announce.Announcements.Subscription;
import dev.wings.controlplane.cluster.TopicRecord;
import dev.wings.controlplane.lake.LakeEntry.Kind;
import dev.wings.controlplane.task.TaskFixture;
import dev.wings.controlplane.task.TaskKind;
import dev.wings.controlplane.task.TaskRecord;
import dev.wings.controlplane.task.TaskState;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every kind of [Stores] does for two replicas of a control plane: they never get in each other's way.
@Timeout(120)
public abstract class StoresContract extends StateContract {

    private static final NamespaceName NAMESPACE = new NamespaceName("acme", "sales");

    private Stores replica;
    private TaskFixture here;
    private TopicRecord topic;

    /// Stores of the same state; the caller closes them.
    protected abstract Stores openReplica();

    @BeforeEach
    void openBoth() {
        replica = openReplica();
        here = new TaskFixture(stores(), NAMESPACE);
        topic = here.log().createTopic("flights", true);
    }

    @AfterEach
    void closeReplica() {
        replica.close();
    }

    @Test
    void announcementsReachAllReplicas() {
        Set<String> heard = ConcurrentHashMap.newKeySet();
        try (Subscription own = stores().announcements().subscribe(new Listener("here", heard));
                Subscription other = replica.announcements().subscribe(new Listener("there", heard))) {
            assertThat(own).isNotSameAs(other);
            // a subscription may take a moment; what is announced before need not be heard
            for (long number = 1; heard.size() < 4; number++) {
                stores().announcements().tasksChanged();
                replica.announcements().commits(Map.of(topic.namespaceUid(), number));
                Thread.onSpinWait();
            }
        }
        assertThat(heard)
                .containsExactlyInAnyOrder(
                        "here: tasks",
                        "there: tasks",
                        "here: " + topic.namespaceUid(),
                        "there: " + topic.namespaceUid());
    }

    private record Listener(String name, Set<String> heard) implements Announcements.Listener {
        @Override
        public void committed(UUID namespaceUid, long commitNumber) {
            heard.add(name + ": " + namespaceUid);
        }

        @Override
        public void tasksChanged() {
            heard.add(name + ": tasks");
        }

        @Override
        public void interrupted() {}
    }

    @Test
    void whatOneReplicaDidTheOtherSees() {
        assertThat(replica.cluster().loadTopic(topic.name())).isEqualTo(topic);
        here.push(START, page(topic, "JFK", batch(5)));
        assertThat(replica.log().lastCommitNumbers(Set.of(topic.namespaceUid())))
                .containsEntry(topic.namespaceUid(), 1L);
        here.createTable(topic, START);
        assertThat(replica.garbage().findTable(topic.namespaceUid(), topic.uid()))
                .contains(here.location(topic, "metadata/00000"));
        assertThat(replica.lake().list(NAMESPACE, Kind.TABLE, "", 10)).containsExactly("flights");
        assertThat(replica.problem().get()).isEmpty();
        assertThat(replica.time().instant())
                .isAfterOrEqualTo(stores().time().instant().minusSeconds(60));
    }

    /// I2.
    @Test
    void commitsOfBothReplicasAreOneSequence() throws Exception {
        both(there -> {
            for (int i = 0; i < 20; i++) {
                here.push(there.log(), START, page(topic, "JFK", batch(3)), page(topic, "AMS", batch(1)));
            }
            return there;
        });
        List<String> expected = new ArrayList<>();
        assertThat(here.plan(topic).rows()).isEqualTo(40 * 4);
        for (int i = 0; i < 40; i++) {
            expected.add("JFK[%d,%d)@%d".formatted(3 * i, 3 * i + 3, i + 1));
        }
        assertThat(here.plan(topic).ranges()).containsAll(expected);
        assertThat(log().readCommits(topic.namespaceUid(), 1, 1_000)).hasSize(40);
    }

    @Test
    void aTaskIsLeasedByOneReplica() throws Exception {
        for (int i = 0; i < 20; i++) {
            here.create(here.log().createTopic("topic-" + i, false), TaskKind.CREATE_TABLE, START);
        }
        List<List<UUID>> leased = both(there -> {
            List<UUID> tasks = new ArrayList<>();
            for (Optional<TaskRecord> task = here.lease(there.tasks(), START);
                    task.isPresent();
                    task = here.lease(there.tasks(), START)) {
                tasks.add(task.get().uid());
            }
            return tasks;
        });
        List<UUID> all = leased.stream().flatMap(List::stream).toList();
        assertThat(all).doesNotHaveDuplicates().hasSize(20);
    }

    @Test
    void newPagesAreCountedOnce() throws Exception {
        for (int i = 0; i < 50; i++) {
            here.push(START, page(topic, "JFK", batch(1)));
        }
        both(there -> {
            while (!there.tasks().findNamespacesWithNewPages().isEmpty()) {
                here.grow(there.tasks(), at(1), 3);
            }
            return there;
        });
        List<TaskRecord> tasks = tasks().list(NAMESPACE.parent(), EnumSet.of(TaskState.WAITING), null, 10);
        assertThat(tasks).extracting(TaskRecord::bytes).containsExactly(50 * 128L);
    }

    /// What one replica does.
    private interface Work<T> {
        T by(Stores stores) throws Exception;
    }

    /// Runs `work` at both replicas at once.
    private <T> List<T> both(Work<T> work) throws Exception {
        List<T> results = new ArrayList<>();
        List<Callable<T>> calls = List.of(() -> work.by(stores()), () -> work.by(replica));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<T> result : threads.invokeAll(calls)) {
                results.add(result.get());
            }
        }
        return results;
    }
}
