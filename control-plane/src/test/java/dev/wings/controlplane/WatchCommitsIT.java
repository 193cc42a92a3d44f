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
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.proto.Commit;
import dev.wings.common.proto.Topic;
import dev.wings.common.proto.WatchCommitsRequest;
import dev.wings.common.proto.WatchCommitsResponse;
import dev.wings.controlplane.TestControlPlane.TestPage;
import dev.wings.controlplane.postgres.DatabaseConfig;
import dev.wings.controlplane.postgres.TestPostgres;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Followers of commits, with two replicas on one database.
@Timeout(60)
final class WatchCommitsIT {

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private TestControlPlane here;
    private TestControlPlane there;
    private Topic topic;

    @BeforeEach
    void open() {
        DatabaseConfig database = TestPostgres.shared().createDatabase();
        here = new TestControlPlane(database);
        there = new TestControlPlane(database);
        topic = here.createTopic("flights", "origin");
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        here.close();
        there.close();
    }

    @Test
    void followerSeesTheCommitsOfBothReplicasInOrder() throws Exception {
        commit(here, 5);
        Iterator<WatchCommitsResponse> answers = watch(here, 1);
        assertThat(read(answers, 5)).extracting(Commit::getCommitNumber).containsExactly(1L, 2L, 3L, 4L, 5L);

        Future<?> left = threads.submit(() -> commit(here, 50));
        Future<?> right = threads.submit(() -> commit(there, 50));
        List<Commit> live = read(answers, 100);
        left.get();
        right.get();
        assertThat(live)
                .extracting(Commit::getCommitNumber)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(6, 105).boxed().toList());
        assertThat(live)
                .extracting(commit -> commit.getPages(0).getPage().getStartOffset())
                .isSorted()
                .startsWith(10L)
                .endsWith(208L);
        assertThat(live).allSatisfy(commit -> {
            assertThat(commit.getFolioKey()).startsWith(here.namespace().getObjectPrefix() + "/");
            assertThat(commit.getPages(0).getTopicUid()).isEqualTo(topic.getUid());
        });
    }

    @Test
    void commitOfAnotherReplicaIsAnnouncedAtOnce() {
        Iterator<WatchCommitsResponse> answers = watch(here, 0);
        // the first message says that the watch is on
        assertThat(answers.next().getCommitsList()).isEmpty();
        int soon = 0;
        for (int i = 0; i < 3; i++) {
            long start = System.nanoTime();
            commit(there, 1);
            assertThat(read(answers, 1)).hasSize(1);
            // far below the time between two slow looks at the state
            if (System.nanoTime() - start < 5_000_000_000L) {
                soon++;
            }
        }
        // such a look may find one of them soon
        assertThat(soon).isGreaterThanOrEqualTo(2);
    }

    @Test
    void followerThatDoesNotReadIsEnded() throws Exception {
        TestPage[] pages = new TestPage[3_000];
        for (int i = 0; i < pages.length; i++) {
            pages[i] = new TestPage(topic, "x".repeat(900) + i, 1);
        }
        // more than what the transport takes up
        for (int i = 0; i < 6; i++) {
            here.log().commitFolio(TestControlPlane.folio(here.namespace(), pages));
        }
        Iterator<WatchCommitsResponse> answers = watch(here, 1);
        assertThat(answers.next()).isNotNull();
        // other calls go on meanwhile
        do {
            commit(here, 1);
        } while (!here.hasNoCalls());
        assertThatThrownBy(() -> answers.forEachRemaining(answer -> {}))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
    }

    @Test
    void stoppingReplicaSendsItsFollowersElsewhere() {
        Iterator<WatchCommitsResponse> answers = watch(there, 1);
        commit(here, 1);
        assertThat(read(answers, 1)).hasSize(1);
        long start = System.nanoTime();
        Future<?> closing = threads.submit(() -> there.controlPlane().close());
        assertThatThrownBy(answers::hasNext)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
        assertThat(closing).succeedsWithin(TestControlPlane.DRAIN_TIME);
        // not after the drain time
        assertThat(System.nanoTime() - start).isLessThan(TestControlPlane.DRAIN_TIME.toNanos() / 2);
    }

    @Test
    void startBeyondTheNewestCommitIsRefused() {
        assertThatThrownBy(() -> watch(here, 2).next())
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure ->
                                assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION));
        assertThatThrownBy(() -> watch(here, -1).next())
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
    }

    private void commit(TestControlPlane wings, int times) {
        for (int i = 0; i < times; i++) {
            wings.log().commitFolio(TestControlPlane.folio(wings.namespace(), new TestPage(topic, "JFK", 2)));
        }
    }

    private static Iterator<WatchCommitsResponse> watch(TestControlPlane wings, long start) {
        return wings.log()
                .watchCommits(WatchCommitsRequest.newBuilder()
                        .setNamespaceUid(wings.namespace().getUid())
                        .setStartCommitNumber(start)
                        .build());
    }

    private static List<Commit> read(Iterator<WatchCommitsResponse> answers, int count) {
        List<Commit> commits = new ArrayList<>();
        while (commits.size() < count) {
            commits.addAll(answers.next().getCommitsList());
        }
        return commits;
    }
}
