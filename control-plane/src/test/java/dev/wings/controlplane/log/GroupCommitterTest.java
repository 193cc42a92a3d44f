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
package dev.wings.controlplane.log;

import static dev.wings.controlplane.log.LogFixture.batch;
import static dev.wings.controlplane.log.LogFixture.page;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.folio.FolioKey;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import dev.wings.common.time.Threads;
import dev.wings.common.time.World;
import dev.wings.controlplane.cluster.ClusterMetadataStore;
import dev.wings.controlplane.cluster.TopicRecord;
import dev.wings.controlplane.log.FolioAnswer.Accepted;
import dev.wings.controlplane.memory.MemoryDatabase;
import dev.wings.controlplane.state.Stores;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class GroupCommitterTest {

    private final Stores stores = new MemoryDatabase().stores(InstantSource.system());
    private final ClusterMetadataStore cluster = stores.cluster();
    private final FaultyStore store = new FaultyStore(stores.log());
    private final LogFixture fixture = new LogFixture(cluster);
    private final TopicRecord topic = fixture.createTopic("flights", true);
    private final List<Long> published = new CopyOnWriteArrayList<>();
    private SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private GroupCommitter committer = committer(new CommitLimits(2, 100, 1_000_000, 1_000_000, LogFixture.ANY_AGE));

    private GroupCommitter committer(CommitLimits limits) {
        meters = new SimpleMeterRegistry();
        return new GroupCommitter(
                store,
                world(InstantSource.fixed(LogFixture.time(1_000))),
                limits,
                (uid, commits) -> commits.forEach(commit -> published.add(commit.number())),
                meters);
    }

    private static World world(InstantSource clock) {
        return new World(Scheduler.system(), Threads.system(), new IdGenerator(clock, new Random(1)));
    }

    @AfterEach
    void close() {
        store.release();
        committer.close();
        callers.close();
    }

    @Test
    void foliosThatArriveDuringACommitShareTheNext() throws Exception {
        store.hold();
        List<Future<FolioAnswer>> answers = new ArrayList<>();
        answers.add(commitLater(fixture.folio(page(topic, "JFK", batch(1)))));
        awaitGroups(1);
        for (int i = 0; i < 20; i++) {
            answers.add(commitLater(fixture.folio(page(topic, "JFK", batch(1)))));
            awaitQueued(i + 1);
        }
        store.release();

        for (Future<FolioAnswer> answer : answers) {
            answer.get();
        }
        assertThat(store.groups()).containsExactly(1, 20);
        assertThat(answers)
                .extracting(answer ->
                        ((Accepted) answer.resultNow().pages().getFirst().getFirst()).startOffset())
                .doesNotHaveDuplicates()
                .allSatisfy(offset -> assertThat(offset).isBetween(0L, 20L));
        // followers see them in order, without gaps
        assertThat(published).hasSize(21).isSorted().startsWith(1L).endsWith(21L);
    }

    /// I8: what was uploaded so long ago that it is about to be taken for an orphan is not committed, however young it
    /// was when its commit began to wait for the namespace.
    @Test
    void folioThatGrowsTooOldWhileItWaitsForLocksIsRefused() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(LogFixture.time(1_000));
        committer.close();
        committer = new GroupCommitter(
                store,
                world(now::get),
                new CommitLimits(2, 100, 1_000_000, 1_000_000, Duration.ofMinutes(1)),
                (uid, commits) -> {},
                meters);
        FolioCommit young = fixture.folio(page(topic, "JFK", batch(1)));
        now.set(FolioKey.time(young.folioId()).plusSeconds(1));
        store.hold();
        Future<FolioAnswer> answer = commitLater(young);
        awaitGroups(1);
        now.set(FolioKey.time(young.folioId()).plusSeconds(61));
        store.release();
        assertThatThrownBy(answer::get)
                .hasCauseInstanceOf(WingsException.class)
                .hasMessageContaining("the folio is too old to commit");
    }

    @Test
    void groupsAreBounded() throws Exception {
        committer.close();
        committer = committer(new CommitLimits(1, 3, 250, 1_000_000, LogFixture.ANY_AGE));
        store.hold();
        List<Future<FolioAnswer>> answers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            answers.add(commitLater(fixture.folio(page(topic, "JFK", batch(1)))));
            if (i == 0) {
                awaitGroups(1);
            } else {
                awaitQueued(i);
            }
        }
        store.release();
        for (Future<FolioAnswer> answer : answers) {
            answer.get();
        }
        // of 100 bytes each: two fit into a group of 250 bytes
        assertThat(store.groups()).containsExactly(1, 2, 2, 1);
    }

    @Test
    void failingFolioDoesNotFailTheOthersOfItsGroup() throws Exception {
        FolioCommit bad = fixture.folio(page(topic, "JFK", batch(1)));
        store.failWith(scope -> {
            if (scope.folioIds().contains(bad.folioId())) {
                throw new IllegalStateException("a bug that this folio meets");
            }
        });
        store.hold();
        Future<FolioAnswer> first = commitLater(fixture.folio(page(topic, "JFK", batch(1))));
        awaitGroups(1);
        Future<FolioAnswer> second = commitLater(fixture.folio(page(topic, "JFK", batch(1))));
        awaitQueued(1);
        Future<FolioAnswer> failing = commitLater(bad);
        awaitQueued(2);
        Future<FolioAnswer> third = commitLater(fixture.folio(page(topic, "JFK", batch(1))));
        awaitQueued(3);
        store.release();

        assertThat(first.get().commitNumber()).isEqualTo(1);
        assertThat(second.get().commitNumber()).isEqualTo(2);
        assertThat(third.get().commitNumber()).isEqualTo(3);
        assertThatThrownBy(failing::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusedFolioDoesNotFailTheOthersOfItsGroup() throws Exception {
        LogFixture other = new LogFixture(cluster, new NamespaceName("acme", "other"));
        FolioCommit foreign = other.folio(page(topic, "JFK", batch(1)));
        store.hold();
        Future<FolioAnswer> first = commitLater(fixture.folio(page(topic, "JFK", batch(1))));
        awaitGroups(1);
        Future<FolioAnswer> refused = commitLater(foreign);
        awaitQueued(1);
        Future<FolioAnswer> second = commitLater(fixture.folio(page(topic, "JFK", batch(1))));
        awaitQueued(2);
        store.release();
        assertThat(first.get().commitNumber()).isEqualTo(1);
        assertThat(second.get().commitNumber()).isEqualTo(2);
        assertThatThrownBy(refused::get)
                .cause()
                .isInstanceOfSatisfying(
                        WingsException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.INVALID));
        assertThat(store.groups()).containsExactly(1, 2);
    }

    @Test
    void conflictIsTriedAgain() {
        AtomicInteger left = new AtomicInteger(3);
        store.failWith(scope -> {
            if (left.getAndDecrement() > 0) {
                throw new WingsException(ErrorKind.CONFLICT, "deadlock");
            }
        });
        assertThat(commit(fixture.folio(page(topic, "JFK", batch(1)))).commitNumber())
                .isEqualTo(1);

        left.set(100);
        assertFails(fixture.folio(page(topic, "JFK", batch(1))), ErrorKind.CONFLICT);
    }

    @Test
    void lostDatabaseFailsTheGroupAtOnceAndTheSameFolioCanBeCommittedAgain() {
        store.failWith(scope -> {
            throw WingsException.unavailable("away", null);
        });
        FolioCommit folio = fixture.folio(page(topic, "JFK", batch(1)));
        assertFails(folio, ErrorKind.UNAVAILABLE);
        store.failWith(scope -> {});
        assertThat(commit(folio).commitNumber()).isEqualTo(1);
        assertThat(store.groups()).containsExactly(1, 1);
    }

    @Test
    void folioCommittedBeforeTheAnswerGotLostGetsTheSameAnswer() {
        AtomicInteger calls = new AtomicInteger();
        FolioCommit folio = fixture.folio(page(topic, "JFK", batch(1)));
        FolioAnswer first = commit(folio);
        store.failWith(scope -> calls.incrementAndGet());
        assertThat(commit(folio)).isEqualTo(first);
        assertThat(calls).hasValue(1);
        // nothing new to tell followers
        assertThat(published).containsExactly(1L);
    }

    /// What ended is not open any more, or whoever calls again at once after a failure gets the failure again.
    @Test
    void callAfterAnAnswerIsMadeAnew() {
        AtomicInteger calls = new AtomicInteger();
        store.failWith(scope -> {
            if (calls.getAndIncrement() % 2 == 0) {
                throw WingsException.unavailable("away", null);
            }
        });
        for (int i = 1; i <= 2_000; i++) {
            FolioCommit folio = fixture.folio(page(topic, "JFK", batch(1)));
            assertFails(folio, ErrorKind.UNAVAILABLE);
            assertThat(commit(folio).commitNumber()).isEqualTo(i);
        }
        assertThat(calls).hasValue(4_000);
    }

    @Test
    void tooMuchWaitingIsRefusedAndOtherNamespacesAreNot() throws Exception {
        committer.close();
        committer = committer(new CommitLimits(2, 100, 1_000, 2_000, LogFixture.ANY_AGE));
        LogFixture other = new LogFixture(cluster, new NamespaceName("acme", "other"));
        TopicRecord otherTopic = other.createTopic("flights", true);
        store.hold();
        List<Future<FolioAnswer>> answers = new ArrayList<>();
        answers.add(commitLater(fixture.folio(page(topic, "JFK", batch(1)))));
        awaitGroups(1);
        // a quarter of 2,000 bytes, by 100 each
        for (int i = 0; i < 5; i++) {
            answers.add(commitLater(fixture.folio(page(topic, "JFK", batch(1)))));
            awaitQueued(i + 1);
        }
        assertFails(fixture.folio(page(topic, "JFK", batch(1))), ErrorKind.EXHAUSTED);
        Future<FolioAnswer> ofOther = callers.submit(
                () -> committer.commit(other.namespaceUid(), other.folio(page(otherTopic, "JFK", batch(1))), 100));
        awaitGroups(2);
        store.release();
        assertThat(ofOther.get().commitNumber()).isEqualTo(1);
        for (Future<FolioAnswer> answer : answers) {
            answer.get();
        }
    }

    /// A caller that gave up waiting asks again for what is queued already: more of it would fill the queue.
    @Test
    void repeatedCallJoinsTheOneThatHasNoAnswerYet() throws Exception {
        committer.close();
        committer = committer(new CommitLimits(2, 100, 1_000, 400, LogFixture.ANY_AGE));
        FolioCommit running = fixture.folio(page(topic, "JFK", batch(1)));
        FolioCommit waiting = fixture.folio(page(topic, "JFK", batch(1)));
        store.hold();
        Future<FolioAnswer> first = commitLater(running);
        awaitGroups(1);
        Future<FolioAnswer> second = commitLater(waiting);
        awaitQueued(1);
        List<Future<FolioAnswer>> again = new ArrayList<>();
        for (FolioCommit folio : List.of(running, waiting)) {
            CompletableFuture<FolioAnswer> answer = new CompletableFuture<>();
            Thread caller = Thread.ofPlatform().start(() -> answer.completeAsync(() -> commit(folio), Runnable::run));
            await(() -> caller.getState() == Thread.State.WAITING || answer.isDone());
            again.add(answer);
        }
        assertFails(fixture.folio(page(topic, "JFK", batch(1))), ErrorKind.EXHAUSTED);
        store.release();

        assertThat(again.get(0).get()).isEqualTo(first.get());
        assertThat(again.get(1).get()).isEqualTo(second.get());
        assertThat(store.groups()).containsExactly(1, 1);
    }

    @Test
    void closeFinishesWhatWaitsAndRefusesTheRest() throws Exception {
        store.hold();
        Future<FolioAnswer> running = commitLater(fixture.folio(page(topic, "JFK", batch(1))));
        awaitGroups(1);
        Future<FolioAnswer> waiting = commitLater(fixture.folio(page(topic, "JFK", batch(1))));
        awaitQueued(1);
        Future<?> closing = callers.submit(committer::close);
        store.release();
        closing.get();
        assertThat(running.get().commitNumber()).isEqualTo(1);
        assertThat(waiting.get().commitNumber()).isEqualTo(2);
        assertFails(fixture.folio(page(topic, "JFK", batch(1))), ErrorKind.UNAVAILABLE);
    }

    private FolioAnswer commit(FolioCommit folio) {
        return committer.commit(fixture.namespaceUid(), folio, 100);
    }

    private Future<FolioAnswer> commitLater(FolioCommit folio) {
        UUID namespace = fixture.namespaceUid();
        return callers.submit(() -> committer.commit(namespace, folio, 100));
    }

    private void assertFails(FolioCommit folio, ErrorKind kind) {
        assertThatThrownBy(() -> commit(folio))
                .isInstanceOfSatisfying(
                        WingsException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(kind));
    }

    private void awaitGroups(int count) throws InterruptedException {
        await(() -> store.groups().size() >= count);
    }

    private void awaitQueued(int folios) throws InterruptedException {
        await(() -> meters.get("wings.commit.queue.bytes").gauge().value() >= folios * 100.0);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            if (Thread.interrupted()) {
                throw new InterruptedException("the test's time is over");
            }
            Thread.onSpinWait();
        }
    }
}
