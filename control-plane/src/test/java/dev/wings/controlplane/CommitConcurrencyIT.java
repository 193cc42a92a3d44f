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

import dev.wings.common.proto.AcceptedBatch;
import dev.wings.common.proto.CommitFolioRequest;
import dev.wings.common.proto.CommitFolioResponse;
import dev.wings.common.proto.Namespace;
import dev.wings.common.proto.PageBatch;
import dev.wings.common.proto.PlannedPage;
import dev.wings.common.proto.Topic;
import dev.wings.controlplane.TestControlPlane.TestPage;
import dev.wings.controlplane.postgres.DatabaseConfig;
import dev.wings.controlplane.postgres.TestPostgres;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Many callers of two replicas commit to the same partitions, repeat their commits, and plans are taken all
/// the while.
@Timeout(180)
final class CommitConcurrencyIT {

    private static final int CALLERS = 12;
    private static final int COMMITS = 40;
    private static final long SEED = Long.getLong("wings.seed", System.nanoTime());

    private final DatabaseConfig database = TestPostgres.shared().createDatabase();
    private final TestControlPlane here = new TestControlPlane(database);
    private final TestControlPlane there = new TestControlPlane(database);
    private final Topic flights = here.createTopic("flights", "origin");
    private final Topic events = here.createTopic("events", "");
    private final Namespace namespace = here.namespace();
    private final Queue<Answered> answered = new ConcurrentLinkedQueue<>();

    private record Answered(CommitFolioRequest request, CommitFolioResponse response) {}

    @AfterEach
    void close() {
        here.close();
        there.close();
    }

    /// I2, I3, I4, I5, I6.
    @Test
    void offsetsAreDenseAndEveryPlanHoldsWholeCommits() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> callers = new ArrayList<>();
            for (int caller = 0; caller < CALLERS; caller++) {
                Random random = new Random(SEED + caller);
                callers.add(threads.submit(() -> commitAll(random)));
            }
            Future<Integer> planner = threads.submit(() -> planUntil(done));
            for (Future<?> caller : callers) {
                caller.get();
            }
            done.set(true);
            assertThat(planner.get()).isPositive();
        }

        assertThat(answered).hasSize(CALLERS * COMMITS);
        assertThat(answered.stream().map(answer -> answer.response().getCommitNumber()))
                .as("seed=" + SEED)
                .containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(1, (long) CALLERS * COMMITS)
                        .boxed()
                        .toList());
        List<PlannedPage> pages = there.plan(flights, events);
        checkDense(pages);
        checkWhole(pages, (long) CALLERS * COMMITS);
        checkTimestamps(pages);
    }

    private void commitAll(Random random) {
        for (int i = 0; i < COMMITS; i++) {
            List<TestPage> pages = new ArrayList<>();
            for (int page = random.nextInt(1, 6); page > 0; page--) {
                pages.add(new TestPage(flights, "P" + random.nextInt(8), random.nextInt(1, 50)));
            }
            pages.add(new TestPage(events, "", random.nextInt(1, 50)));
            CommitFolioRequest request = TestControlPlane.folio(namespace, pages.toArray(TestPage[]::new));
            CommitFolioResponse response = either(random).log().commitFolio(request);
            answered.add(new Answered(request, response));
            if (random.nextInt(4) == 0) {
                assertThat(either(random).log().commitFolio(request)).isEqualTo(response);
            }
            if (random.nextInt(4) == 0) {
                // I5: on either replica
                assertThat(either(random).plan(events))
                        .extracting(PlannedPage::getCommitNumber)
                        .contains(response.getCommitNumber());
            }
        }
    }

    private TestControlPlane either(Random random) {
        return random.nextBoolean() ? here : there;
    }

    private int planUntil(AtomicBoolean done) {
        int plans = 0;
        while (!done.get()) {
            List<PlannedPage> pages = here.plan(flights, events);
            checkDense(pages);
            // each commit has a page of the second topic: a snapshot has a prefix of the commits, each in both
            // topics
            long newest =
                    pages.stream().mapToLong(PlannedPage::getCommitNumber).max().orElse(0);
            checkWhole(pages, newest);
            plans++;
        }
        return plans;
    }

    private static void checkDense(List<PlannedPage> pages) {
        Map<String, Long> next = new HashMap<>();
        for (PlannedPage page : pages) {
            String partition = page.getTopicIndex() + "/" + page.getPartitionValue();
            assertThat(page.getStartOffset())
                    .as("seed=%s, partition=%s", SEED, partition)
                    .isEqualTo(next.getOrDefault(partition, 0L));
            assertThat(page.getBatchesList().stream()
                            .mapToLong(PageBatch::getRows)
                            .sum())
                    .isEqualTo(page.getEndOffset() - page.getStartOffset());
            next.put(partition, page.getEndOffset());
        }
    }

    private void checkWhole(List<PlannedPage> pages, long newest) {
        Map<Long, Integer> found = new HashMap<>();
        Set<Long> ofEvents = new HashSet<>();
        for (PlannedPage page : pages) {
            found.merge(page.getCommitNumber(), 1, Integer::sum);
            if (page.getTopicIndex() == 1) {
                ofEvents.add(page.getCommitNumber());
            }
        }
        assertThat(ofEvents)
                .as("seed=" + SEED)
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(1, newest).boxed().toList());
        for (Answered answer : answered) {
            long number = answer.response().getCommitNumber();
            if (number <= newest) {
                assertThat(found.get(number))
                        .as("seed=%s, commit=%s", SEED, number)
                        .isEqualTo(answer.request().getPagesCount());
            }
        }
    }

    /// Never back within a partition, and what was answered is what is read.
    private void checkTimestamps(List<PlannedPage> pages) {
        Map<String, Long> last = new HashMap<>();
        Map<String, Long> read = new HashMap<>();
        for (PlannedPage page : pages) {
            String partition = page.getTopicIndex() + "/" + page.getPartitionValue();
            for (PageBatch batch : page.getBatchesList()) {
                assertThat(batch.getTimestampMicros()).isGreaterThanOrEqualTo(last.getOrDefault(partition, 0L));
                last.put(partition, batch.getTimestampMicros());
            }
            read.put(partition + "@" + page.getStartOffset(), last.get(partition));
        }
        for (Answered answer : answered) {
            for (int i = 0; i < answer.request().getPagesCount(); i++) {
                AcceptedBatch batch =
                        answer.response().getPages(i).getBatches(0).getAccepted();
                int topic = answer.request().getPages(i).getTopicUid().equals(events.getUid()) ? 1 : 0;
                String partition = topic + "/" + answer.request().getPages(i).getPartitionValue();
                assertThat(read).containsEntry(partition + "@" + batch.getStartOffset(), batch.getTimestampMicros());
            }
        }
    }
}
