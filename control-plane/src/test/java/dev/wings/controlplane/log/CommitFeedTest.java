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
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.ManualTime;
import dev.wings.common.time.Threads;
import dev.wings.common.time.World;
import dev.wings.controlplane.announce.Announcements;
import dev.wings.controlplane.cluster.ClusterMetadataStore;
import dev.wings.controlplane.cluster.TopicRecord;
import dev.wings.controlplane.memory.MemoryDatabase;
import dev.wings.controlplane.state.Stores;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class CommitFeedTest {

    private static final Duration RECHECK = Duration.ofSeconds(10);
    private static final CommitLimits LIMITS = new CommitLimits(2, 100, 1_000_000, 1_000_000, LogFixture.ANY_AGE);

    private final Stores stores = new MemoryDatabase().stores(InstantSource.system());
    private final ClusterMetadataStore cluster = stores.cluster();
    private final LogFixture fixture = new LogFixture(cluster);
    private final TopicRecord topic = fixture.createTopic("flights", true);
    private final ManualTime scheduler = new ManualTime();
    private final Replica here = new Replica();
    private final Replica there = new Replica();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /// A control plane over the shared state, as far as commits and followers are concerned.
    private final class Replica implements AutoCloseable {
        final FaultyStore store = new FaultyStore(stores.log());
        final LossyAnnouncements announcements = new LossyAnnouncements(stores.announcements());
        final CommitFeed feed =
                CommitFeed.open(store, announcements, scheduler, Threads.system(), 10, new SimpleMeterRegistry());
        final GroupCommitter committer = new GroupCommitter(
                store,
                new World(
                        scheduler,
                        Threads.system(),
                        new IdGenerator(InstantSource.fixed(LogFixture.time(1_000)), new Random(1))),
                LIMITS,
                feed,
                new SimpleMeterRegistry());

        void commit(int times) {
            for (int i = 0; i < times; i++) {
                committer.commit(fixture.namespaceUid(), fixture.folio(page(topic, "JFK", batch(1))), 100);
            }
        }

        @Override
        public void close() {
            committer.close();
            feed.close();
        }
    }

    /// Announcements of one replica, which may get lost.
    private static final class LossyAnnouncements implements Announcements {
        private final Announcements announcements;
        private volatile boolean loses;

        LossyAnnouncements(Announcements announcements) {
            this.announcements = announcements;
        }

        /// From now on.
        void loseAll() {
            loses = true;
        }

        @Override
        public void commits(Map<UUID, Long> commitNumbers) {
            if (!loses) {
                announcements.commits(commitNumbers);
            }
        }

        @Override
        public void tasksChanged() {
            announcements.tasksChanged();
        }

        @Override
        public Subscription subscribe(Listener listener) {
            return announcements.subscribe(listener);
        }
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        here.close();
        there.close();
    }

    @Test
    void followerSeesWhatWasAndWhatComes() throws InterruptedException {
        here.commit(3);
        try (CommitFeed.Watch watch = here.feed.openWatch(fixture.namespaceUid(), 1)) {
            assertThat(read(watch, 3)).containsExactly(1L, 2L, 3L);
            here.commit(2);
            assertThat(read(watch, 2)).containsExactly(4L, 5L);
        }
    }

    @Test
    void followerFromNowOnSeesNothingOfTheFormer() throws InterruptedException {
        here.commit(3);
        try (CommitFeed.Watch watch = here.feed.openWatch(fixture.namespaceUid(), 0)) {
            here.commit(1);
            assertThat(read(watch, 1)).containsExactly(4L);
        }
    }

    @Test
    void commitsOfAllReplicasAreSeenInOrder() throws Exception {
        try (CommitFeed.Watch watch = here.feed.openWatch(fixture.namespaceUid(), 1)) {
            Future<List<Long>> seen = threads.submit(() -> read(watch, 400));
            Future<?> left = threads.submit(() -> here.commit(200));
            Future<?> right = threads.submit(() -> there.commit(200));
            left.get();
            right.get();
            assertThat(seen.get())
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, 400).boxed().toList());
        }
    }

    @Test
    void lostAnnouncementIsMadeUpForByTheNextLook() throws InterruptedException {
        try (CommitFeed.Watch watch = here.feed.openWatch(fixture.namespaceUid(), 1)) {
            there.announcements.loseAll();
            there.commit(2);
            scheduler.advance(RECHECK);
            assertThat(read(watch, 2)).containsExactly(1L, 2L);
        }
    }

    @Test
    void wrongAnnouncementDoesNoHarm() throws Exception {
        try (CommitFeed.Watch watch = here.feed.openWatch(fixture.namespaceUid(), 1)) {
            Future<List<Long>> seen = threads.submit(() -> read(watch, 1));
            there.announcements.commits(Map.of(fixture.namespaceUid(), 1_000L));
            there.commit(1);
            assertThat(seen.get()).containsExactly(1L);
        }
    }

    @Test
    void wrongAnnouncementHidesNoOtherThatComesWhileTheStoreIsRead() throws Exception {
        UUID namespace = fixture.namespaceUid();
        AtomicBoolean first = new AtomicBoolean(true);
        here.store.afterRead(() -> {
            if (first.getAndSet(false)) {
                there.commit(1);
                stores.announcements().commits(Map.of(namespace, 1L));
            }
        });
        there.announcements.loseAll();
        try (CommitFeed.Watch watch = here.feed.openWatch(namespace, 1)) {
            stores.announcements().commits(Map.of(namespace, 1_000L));
            Future<List<Long>> seen = threads.submit(() -> read(watch, 1));
            assertThat(seen.get(20, TimeUnit.SECONDS)).containsExactly(1L);
        }
    }

    @Test
    void manyPagesArriveInPieces() throws InterruptedException {
        FolioCommit.Page[] pages = new FolioCommit.Page[700];
        for (int i = 0; i < pages.length; i++) {
            pages[i] = page(topic, "P" + i, batch(1));
        }
        for (int i = 0; i < 12; i++) {
            here.committer.commit(fixture.namespaceUid(), fixture.folio(pages), 100);
        }
        try (CommitFeed.Watch watch = here.feed.openWatch(fixture.namespaceUid(), 1);
                CommitFeed.Watch other = here.feed.openWatch(fixture.namespaceUid(), 11)) {
            List<Commit> piece = watch.next();
            assertThat(piece).hasSize(2);
            assertThat(piece.getFirst().pages()).hasSize(700);
            assertThat(read(watch, 10)).hasSize(10);
            assertThat(read(other, 2)).containsExactly(11L, 12L);
            // more than what is kept in memory
            for (int i = 0; i < 12; i++) {
                here.committer.commit(fixture.namespaceUid(), fixture.folio(pages), 100);
            }
            assertThat(read(watch, 12))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(13, 24).boxed().toList());
        }
    }

    @Test
    void closedWatchEndsItsFollower() throws Exception {
        CommitFeed.Watch watch = here.feed.openWatch(fixture.namespaceUid(), 1);
        Future<List<Commit>> waiting = threads.submit(watch::next);
        watch.close();
        watch.close();
        assertThat(waiting.get()).isEmpty();
    }

    @Test
    void stoppingControlPlaneSaysSo() {
        CommitFeed.Watch watch = here.feed.openWatch(fixture.namespaceUid(), 1);
        Future<List<Commit>> waiting = threads.submit(watch::next);
        here.feed.endWatches();
        assertThatThrownBy(waiting::get)
                .cause()
                .isInstanceOfSatisfying(
                        WingsException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.UNAVAILABLE));
        assertFails(() -> here.feed.openWatch(fixture.namespaceUid(), 1), ErrorKind.UNAVAILABLE);
    }

    @Test
    void deletedNamespaceEndsItsFollowers() {
        CommitFeed.Watch watch = here.feed.openWatch(fixture.namespaceUid(), 1);
        cluster.deleteTopic(topic.name(), LogFixture.time(1), LogFixture.time(2));
        cluster.deleteNamespace(topic.name().parent(), LogFixture.time(1), LogFixture.time(1));
        scheduler.advance(RECHECK);
        assertFails(watch::next, ErrorKind.NOT_FOUND);
        watch.close();
    }

    @Test
    void badStartsAreRefused() {
        here.commit(1);
        assertFails(() -> here.feed.openWatch(new UUID(1, 2), 1), ErrorKind.NOT_FOUND);
        assertFails(() -> here.feed.openWatch(fixture.namespaceUid(), 3), ErrorKind.PRECONDITION);
    }

    /// I9, I11: also where a tenant follows several of its namespaces.
    @Test
    void followersOfOneTenantLeaveRoomForThoseOfAnother() {
        LogFixture sibling = new LogFixture(cluster, new NamespaceName("acme", "returns"));
        LogFixture other = new LogFixture(cluster, new NamespaceName("globex", "sales"));
        List<CommitFeed.Watch> watches = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            watches.add(here.feed.openWatch(i % 2 == 0 ? fixture.namespaceUid() : sibling.namespaceUid(), 1));
        }
        assertFails(() -> here.feed.openWatch(fixture.namespaceUid(), 1), ErrorKind.EXHAUSTED);
        assertFails(() -> here.feed.openWatch(sibling.namespaceUid(), 1), ErrorKind.EXHAUSTED);
        here.feed.openWatch(other.namespaceUid(), 1).close();
        watches.forEach(CommitFeed.Watch::close);
        here.feed.openWatch(fixture.namespaceUid(), 1).close();
    }

    private static List<Long> read(CommitFeed.Watch watch, int commits) throws InterruptedException {
        List<Long> numbers = new ArrayList<>();
        while (numbers.size() < commits) {
            watch.next().forEach(commit -> numbers.add(commit.number()));
        }
        return numbers;
    }

    private static void assertFails(ThrowingCallable call, ErrorKind kind) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        WingsException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(kind));
    }
}
