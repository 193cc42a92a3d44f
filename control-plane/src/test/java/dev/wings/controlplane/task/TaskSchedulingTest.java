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
package dev.wings.controlplane.task;

import static dev.wings.controlplane.log.LogFixture.batch;
import static dev.wings.controlplane.log.LogFixture.page;
import static dev.wings.controlplane.task.TaskFixture.POLICY;
import static dev.wings.controlplane.task.TaskFixture.START;
import static dev.wings.controlplane.task.TaskFixture.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.TenantName;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.ManualTime;
import dev.wings.controlplane.cluster.TopicRecord;
import dev.wings.controlplane.memory.MemoryDatabase;
import dev.wings.controlplane.state.Stores;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// How tasks come about and workers get them, on a clock that is moved by hand.
@Timeout(30)
final class TaskSchedulingTest {

    private static final Set<TaskKind> ANY = Set.of();

    private final ManualTime time = new ManualTime();
    private final Stores stores = new MemoryDatabase().stores(time);
    private final CountingTaskStore store = new CountingTaskStore(stores.tasks());
    private final TaskFixture acme = new TaskFixture(stores, new NamespaceName("acme", "sales"));
    private final IdGenerator ids = new IdGenerator(time, new Random(1));
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final Tasks tasks = new Tasks(store, stores.announcements(), POLICY, time, ids, time, meters);
    private final TaskScheduling scheduling =
            TaskScheduling.open(store, stores.announcements(), tasks, POLICY, time, ids, time);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void close() {
        scheduling.close();
        tasks.close();
        threads.close();
    }

    @Test
    void newTopicGetsItsTableAndThenItsRowsThere() throws Exception {
        time.advance(Duration.ofSeconds(2));
        TopicRecord topic = acme.log().createTopic("flights", true);
        scheduling.topicsChanged();
        Future<Optional<TaskRecord>> worker = worker();
        time.advance(Duration.ofSeconds(1));
        TaskRecord creation = worker.get().orElseThrow();
        assertThat(creation.kind()).isEqualTo(TaskKind.CREATE_TABLE);
        assertThat(creation.target()).isEqualTo(acme.target(topic));
        acme.commit(acme.creation(topic, creation), time.instant());
        tasks.complete(creation.name(), 1, null, false);

        acme.push(at(10), page(topic, "JFK", batch(5)));
        stores.announcements().commits(Map.of(acme.log().namespaceUid(), 1L));
        Future<Optional<TaskRecord>> next = worker();
        time.advance(Duration.between(time.instant(), at(39)));
        assertThat(next).isNotDone();
        time.advance(Duration.ofSeconds(2));
        awaitDone(next);
        TaskRecord compaction = next.get().orElseThrow();
        assertThat(compaction.kind()).isEqualTo(TaskKind.COMPACT);
        assertThat(compaction.bytes()).isEqualTo(128);
        assertThat(meters.get("wings.compaction.lag.max").gauge().value()).isBetween(20.0, 40.0);
    }

    @Test
    void lostAnnouncementsOnlyCostTime() throws Exception {
        time.advance(Duration.ofSeconds(1));
        TopicRecord topic = acme.log().createTopic("flights", true);
        acme.push(START, page(topic, "JFK", batch(5)));
        time.advance(Duration.ofSeconds(15));
        assertThat(open()).containsExactlyInAnyOrder(TaskKind.CREATE_TABLE, TaskKind.COMPACT, TaskKind.COLLECT_GARBAGE);
    }

    /// A round costs as much as there is to count, and not as much as there is.
    @Test
    void announcedCommitsAreCountedWithoutALookAtAllNamespaces() throws Exception {
        TopicRecord topic = acme.log().createTopic("flights", true);
        time.advance(Duration.ofSeconds(11));
        int before = store.searches();
        for (int i = 1; i <= 8; i++) {
            acme.push(START, page(topic, "JFK", batch(5)));
            stores.announcements().commits(Map.of(acme.log().namespaceUid(), (long) i));
            time.advance(Duration.ofSeconds(1));
            assertThat(store.list(new TenantName("acme"), EnumSet.of(TaskState.WAITING), null, 10))
                    .filteredOn(task -> task.kind() == TaskKind.COMPACT)
                    .extracting(TaskRecord::bytes)
                    .containsExactly(i * 128L);
        }
        assertThat(store.searches() - before).isLessThanOrEqualTo(1);
    }

    @Test
    void secondReplicaMakesNoTaskAgain() throws Exception {
        Tasks otherTasks = new Tasks(store, stores.announcements(), POLICY, time, ids, time, new SimpleMeterRegistry());
        try (otherTasks;
                TaskScheduling other =
                        TaskScheduling.open(store, stores.announcements(), otherTasks, POLICY, time, ids, time)) {
            TopicRecord topic = acme.log().createTopic("flights", true);
            scheduling.topicsChanged();
            other.topicsChanged();
            acme.push(START, page(topic, "JFK", batch(5)));
            time.advance(Duration.ofSeconds(30));
            assertThat(open())
                    .containsExactlyInAnyOrder(TaskKind.CREATE_TABLE, TaskKind.COMPACT, TaskKind.COLLECT_GARBAGE);
            assertThat(store.list(new TenantName("acme"), EnumSet.allOf(TaskState.class), null, 10))
                    .filteredOn(task -> task.kind() == TaskKind.COMPACT)
                    .extracting(TaskRecord::bytes)
                    .containsExactly(128L);
        }
    }

    /// I9: pages of one namespace that cannot be counted do not keep those of the others from being compacted.
    @Test
    void namespaceThatCannotBeCountedKeepsNoOtherWaiting() {
        TaskFixture globex = new TaskFixture(stores, new NamespaceName("globex", "sales"));
        for (TaskFixture tenant : List.of(acme, globex)) {
            TopicRecord topic = tenant.log().createTopic("flights", true);
            tenant.push(START, page(topic, "JFK", batch(5)));
        }
        UUID first = store.findNamespacesWithNewPages().getFirst();
        store.refuseToCount(first);
        time.advance(Duration.ofSeconds(15));
        String counted = first.equals(acme.log().namespaceUid()) ? "globex" : "acme";
        assertThat(store.list(new TenantName(counted), EnumSet.of(TaskState.WAITING), null, 10))
                .extracting(TaskRecord::kind)
                .contains(TaskKind.COMPACT);
        assertThat(store.findNamespacesWithNewPages()).containsExactly(first);
    }

    /// Who closes it closes the store next.
    @Test
    void roundUnderWayEndsBeforeTheClose() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        List<String> happened = Collections.synchronizedList(new ArrayList<>());
        store.whileSearching(() -> {
            begun.countDown();
            try {
                mayEnd.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            happened.add("searched");
        });
        Future<?> round = threads.submit(() -> time.advance(Duration.ofSeconds(15)));
        begun.await();
        Thread closing = Thread.ofPlatform().start(() -> {
            scheduling.close();
            happened.add("closed");
        });
        while (closing.isAlive()
                && closing.getState() != Thread.State.TIMED_WAITING
                && closing.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        mayEnd.countDown();
        closing.join();
        round.get();
        assertThat(happened).containsExactly("searched", "closed");
    }

    @Test
    void workersThatWaitCostNothing() throws Exception {
        time.advance(Duration.ofSeconds(1));
        List<Future<Optional<TaskRecord>>> workers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            workers.add(worker());
        }
        int before = store.leases();
        time.advance(Duration.ofSeconds(9));
        assertThat(store.leases()).isEqualTo(before);
        time.advance(Duration.ofSeconds(60));
        for (Future<Optional<TaskRecord>> worker : workers) {
            assertThat(worker.get()).isEmpty();
        }
        // one look for all of them with each slow round
        assertThat(store.leases() - before).isLessThanOrEqualTo(10);
    }

    @Test
    void cancelledWorkerAndStoppedReplicaEndTheWaiting() throws Exception {
        time.advance(Duration.ofSeconds(1));
        Tasks.LeaseCall call = tasks.lease(ANY, "gone", Duration.ofMinutes(1));
        Future<Optional<TaskRecord>> gone = threads.submit(call::await);
        awaitWaiting(1);
        call.cancel();
        assertThat(gone.get(5, TimeUnit.SECONDS)).isEmpty();

        Future<Optional<TaskRecord>> worker = worker();
        tasks.close();
        assertThatThrownBy(() -> worker.get(5, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("stopping");
    }

    @Test
    void pausesGrowAndAreBounded() {
        Random random = new Random(2);
        for (int attempts = 1; attempts < 100; attempts++) {
            Duration pause = POLICY.backoff(attempts, random);
            Duration whole = Duration.ofSeconds(Math.min(60, 1L << Math.min(attempts - 1, 10)));
            assertThat(pause).isBetween(whole.dividedBy(2), whole);
        }
    }

    private List<TaskKind> open() {
        return store.list(new TenantName("acme"), EnumSet.of(TaskState.WAITING), null, 10).stream()
                .map(TaskRecord::kind)
                .toList();
    }

    private Future<Optional<TaskRecord>> worker() throws InterruptedException {
        double before = waiting();
        Future<Optional<TaskRecord>> worker = threads.submit(
                () -> tasks.lease(ANY, "worker", Duration.ofMinutes(1)).await());
        awaitWaiting(before + 1);
        return worker;
    }

    private void awaitWaiting(double workers) throws InterruptedException {
        while (waiting() < workers) {
            Thread.sleep(1);
        }
    }

    /// Time goes on meanwhile: a worker that was slow to look at the clock waits for a moment after that.
    private void awaitDone(Future<?> worker) throws InterruptedException, ExecutionException {
        while (!worker.isDone()) {
            try {
                worker.get(100, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                time.advance(Duration.ofMillis(20));
            }
        }
    }

    private double waiting() {
        return meters.get("wings.task.workers.waiting").gauge().value();
    }
}
