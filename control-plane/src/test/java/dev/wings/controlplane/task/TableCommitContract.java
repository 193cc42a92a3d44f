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
import static dev.wings.controlplane.task.TaskFixture.START;
import static dev.wings.controlplane.task.TaskFixture.at;
import static dev.wings.controlplane.task.TaskStoreContract.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.resource.NamespaceName;
import dev.wings.controlplane.cluster.TopicRecord;
import dev.wings.controlplane.log.LogFixture.CollectedPlan;
import dev.wings.controlplane.log.PartitionRecord;
import dev.wings.controlplane.log.PlanSink.PlannedPage;
import dev.wings.controlplane.state.StateContract;
import dev.wings.controlplane.task.TableCommit.WatermarkMove;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every [TaskStore] does with commits to tables: I7.
@Timeout(120)
public abstract class TableCommitContract extends StateContract {

    private TaskFixture acme;
    private TopicRecord topic;

    protected final TaskFixture fixture() {
        return acme;
    }

    protected TaskStore store() {
        return stores().tasks();
    }

    @BeforeEach
    void createTopic() {
        acme = new TaskFixture(stores(), new NamespaceName("acme", "sales"));
        topic = acme.log().createTopic("flights", true);
    }

    @Test
    void planTellsOfTheTableAsSoonAsItIsCreated() {
        assertThat(tableOf(acme.plan(topic))).isEmpty();
        acme.createTable(topic, START);
        assertThat(tableOf(acme.plan(topic))).isEqualTo(acme.location(topic, "metadata/00000"));
    }

    @Test
    void rowsMoveFromPagesToTheTable() {
        acme.createTable(topic, START);
        acme.push(at(1), page(topic, "AMS", batch(3)), page(topic, "JFK", batch(10)));
        acme.push(at(2), page(topic, "JFK", batch(5)), page(topic, "ZRH", batch(1)));
        acme.push(at(3), page(topic, "JFK", batch(7)));
        TaskRecord task = acme.leaseCompaction(topic, at(4));

        TableCommit commit =
                acme.compaction(topic, task, 0, new WatermarkMove("AMS", 0, 3), new WatermarkMove("JFK", 0, 15));
        assertThat(acme.commit(commit, at(5))).isEqualTo(18);

        CollectedPlan plan = acme.plan(topic);
        assertThat(tableOf(plan)).isEqualTo(commit.metadataLocation());
        assertThat(plan.ranges()).containsExactly("JFK[15,22)@3", "ZRH[0,1)@2");
        assertThat(log().listPartitions(topic.name(), null, 10))
                .extracting(PartitionRecord::value, PartitionRecord::watermark, PartitionRecord::nextOffset)
                .containsExactly(tuple("AMS", 3, 3), tuple("JFK", 15, 22), tuple("ZRH", 0, 1));
        assertThat(dueFrom(acme.log().namespaceUid(), at(5).plus(TaskFixture.POLICY.garbageGrace())))
                .containsExactly(acme.location(topic, "metadata/00000"));

        // the log goes on where it was
        acme.push(at(6), page(topic, "AMS", batch(2)));
        assertThat(acme.plan(topic).ranges()).contains("AMS[3,5)@4");
    }

    @Test
    void repeatedCommitIsAnsweredAsTheFirstTimeAlsoAfterLaterOnes() {
        acme.createTable(topic, START);
        acme.push(at(1), page(topic, "JFK", batch(10)));
        acme.push(at(2), page(topic, "JFK", batch(5)));
        TaskRecord task = acme.leaseCompaction(topic, at(3));
        TableCommit first = acme.compaction(topic, task, 0, new WatermarkMove("JFK", 0, 10));
        assertThat(acme.commit(first, at(4))).isEqualTo(10);
        assertThat(acme.commit(first, at(5))).isEqualTo(10);
        acme.commit(acme.compaction(topic, task, 1, new WatermarkMove("JFK", 10, 15)), at(6));
        acme.complete(task, at(7));
        assertThat(acme.commit(first, at(8))).isEqualTo(10);
        assertThat(tableOf(acme.plan(topic))).isEqualTo(acme.location(topic, "metadata/00002"));

        cluster().deleteTopic(topic.name(), at(9), at(10));
        assertThat(acme.commit(first, at(10))).isEqualTo(10);
    }

    @Test
    void zombieCommitsNothing() {
        acme.createTable(topic, START);
        acme.push(at(1), page(topic, "JFK", batch(10)));
        TaskRecord zombie = acme.leaseCompaction(topic, at(2));
        TaskRecord heir = acme.lease(at(100)).orElseThrow();
        assertThat(heir.uid()).isEqualTo(zombie.uid());

        TableCommit late = acme.compaction(topic, zombie, 0, new WatermarkMove("JFK", 0, 10));
        assertFails(() -> acme.commit(late, at(101)), ErrorKind.CONFLICT, "lease was lost");
        assertThat(acme.plan(topic).rows()).isEqualTo(10);
        assertThat(acme.commit(acme.compaction(topic, heir, 0, new WatermarkMove("JFK", 0, 10)), at(102)))
                .isEqualTo(10);
        assertFails(() -> acme.commit(late, at(103)), ErrorKind.CONFLICT, "lease was lost");
        assertThat(acme.plan(topic).rows()).isZero();
        assertThat(due(acme.log().namespaceUid(), at(100_000))).hasSize(1);
    }

    @Test
    void commitOnAnOldTableChangesNothing() {
        acme.createTable(topic, START);
        acme.push(at(1), page(topic, "JFK", batch(10)));
        TaskRecord task = acme.leaseCompaction(topic, at(2));
        acme.commit(acme.compaction(topic, task, 0), at(3));
        TableCommit old = acme.compaction(topic, task, 0, new WatermarkMove("JFK", 0, 10));
        assertFails(() -> acme.commit(old, at(4)), ErrorKind.CONFLICT, "moved on");
        assertFails(() -> acme.commit(acme.creation(topic, task), at(4)), ErrorKind.CONFLICT, "has a table");
        assertThat(acme.plan(topic).rows()).isEqualTo(10);

        TopicRecord second = acme.log().createTopic("second", true);
        TaskRecord creation = acme.create(second, TaskKind.CREATE_TABLE, START);
        assertThat(acme.lease(at(5))).map(TaskRecord::uid).contains(creation.uid());
        TaskRecord leased = store().load(creation.name());
        assertFails(() -> acme.commit(acme.compaction(second, leased, 0), at(6)), ErrorKind.CONFLICT, "no table");
    }

    @Test
    void watermarkMovesFromWhereItIsToTheEndOfAPage() {
        acme.createTable(topic, START);
        acme.push(at(1), page(topic, "JFK", batch(10)));
        acme.push(at(2), page(topic, "JFK", batch(10)), page(topic, "AMS", batch(4)));
        TaskRecord task = acme.leaseCompaction(topic, at(3));
        for (WatermarkMove wrong : List.of(
                new WatermarkMove("JFK", 0, 15),
                new WatermarkMove("JFK", 0, 21),
                new WatermarkMove("JFK", 5, 10),
                new WatermarkMove("JFK", 10, 20),
                new WatermarkMove("ZRH", 0, 1))) {
            // the other partition is fine, and yet must not move
            TableCommit commit = acme.compaction(topic, task, 0, new WatermarkMove("AMS", 0, 4), wrong);
            assertFails(
                    () -> acme.commit(commit, at(4)),
                    ErrorKind.CONFLICT,
                    topic.uid().toString());
        }
        assertThat(acme.plan(topic).rows()).isEqualTo(24);
        assertThat(tableOf(acme.plan(topic))).endsWith("metadata/00000");
        assertThat(acme.commit(
                        acme.compaction(
                                topic, task, 0, new WatermarkMove("AMS", 0, 4), new WatermarkMove("JFK", 0, 20)),
                        at(5)))
                .isEqualTo(24);
    }

    @Test
    void commitOfADeletedTopicIsNotFound() {
        acme.createTable(topic, START);
        acme.push(at(1), page(topic, "JFK", batch(10)));
        TaskRecord task = acme.leaseCompaction(topic, at(2));
        TableCommit commit = acme.compaction(topic, task, 0, new WatermarkMove("JFK", 0, 10));
        cluster().deleteTopic(topic.name(), at(3), at(4));
        assertFails(
                () -> acme.commit(commit, at(5)),
                ErrorKind.NOT_FOUND,
                topic.uid().toString());
        // and the one that took its name is another topic
        TopicRecord again = acme.log().createTopic("flights", true);
        assertThat(tableOf(acme.plan(again))).isEmpty();
        acme.createTable(again, at(6));
        assertFails(
                () -> acme.commit(commit, at(7)),
                ErrorKind.NOT_FOUND,
                topic.uid().toString());
    }

    @Test
    void commitOfATaskThatIsNotOneOfTheTableIsInvalid() {
        acme.createTable(topic, START);
        acme.push(at(1), page(topic, "JFK", batch(10)));
        TopicRecord other = acme.log().createTopic("other", true);
        acme.createTable(other, START);
        TaskRecord foreign = acme.leaseCompaction(other, at(2));
        assertFails(() -> acme.commit(acme.compaction(topic, foreign, 0), at(3)), ErrorKind.INVALID, "not one of");
        acme.create(topic, TaskKind.REWRITE, at(2));
        TaskRecord rewrite = acme.lease(Set.of(TaskKind.REWRITE), at(3)).orElseThrow();
        TableCommit moving = acme.compaction(topic, rewrite, 0, new WatermarkMove("JFK", 0, 10));
        assertFails(() -> acme.commit(moving, at(4)), ErrorKind.INVALID, "only compaction");
        assertThat(acme.commit(acme.compaction(topic, rewrite, 0), at(4))).isZero();
        TaskName unknown = new TaskName(rewrite.name().tenant(), new UUID(0, 1));
        TableCommit lost = new TableCommit(
                unknown,
                1,
                acme.ids().next(),
                topic.uid(),
                moving.metadataLocation(),
                acme.location(topic, "metadata/00009"),
                moving.tableUuid(),
                List.of(),
                List.of());
        assertFails(() -> acme.commit(lost, at(5)), ErrorKind.NOT_FOUND, unknown.toString());
    }

    /// I9.
    @Test
    void filesOfOthersCanBeNeitherCommittedNorCollected() {
        acme.createTable(topic, START);
        TaskRecord task = acme.leaseCompaction(topic, at(1));
        TableCommit good = acme.compaction(topic, task, 0);
        TopicRecord other = acme.log().createTopic("other", true);
        for (String location : List.of(
                acme.location(other, "data/1.parquet"),
                acme.location(topic, ""),
                acme.location(topic, "data/"),
                acme.location(topic, "../other"),
                "file:///data/elsewhere")) {
            assertFails(
                    () -> acme.commit(with(good, location, List.of()), at(2)), ErrorKind.INVALID, "expected_prefix");
            assertFails(
                    () -> acme.commit(with(good, good.metadataLocation(), List.of(location)), at(2)),
                    ErrorKind.INVALID,
                    "expected_prefix");
        }
        assertThat(due(acme.log().namespaceUid(), at(100_000))).isEmpty();
    }

    private TableCommit with(TableCommit commit, String location, List<String> obsolete) {
        return new TableCommit(
                commit.task(),
                commit.epoch(),
                acme.ids().next(),
                commit.topicUid(),
                commit.baseLocation(),
                location,
                commit.tableUuid(),
                commit.moves(),
                obsolete);
    }

    @Test
    void leaseThatIsHalfAsOldAsTheGraceCommitsNothing() {
        acme.createTable(topic, START);
        TaskRecord task = acme.leaseCompaction(topic, START);
        store().change(task.name(), held -> held.renewed(1, "", at(7_000), TaskFixture.POLICY.garbageGrace()));
        assertThat(acme.commit(acme.compaction(topic, task, 0), at(7_200))).isZero();
        assertFails(
                () -> acme.commit(acme.compaction(topic, task, 1), at(7_201)), ErrorKind.CONFLICT, "too old to commit");
    }

    @Test
    void oneOfSeveralRacingCommitsWins() throws Exception {
        acme.createTable(topic, START);
        acme.push(at(1), page(topic, "JFK", batch(10)));
        TaskRecord task = acme.leaseCompaction(topic, at(2));
        List<Callable<String>> races = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            TableCommit commit = acme.compaction(topic, task, 0, new WatermarkMove("JFK", 0, 10));
            // each also races itself, as after an unknown outcome
            races.add(() -> outcome(commit));
            races.add(() -> outcome(commit));
        }
        List<String> outcomes = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<String> race : threads.invokeAll(races)) {
                outcomes.add(race.get());
            }
        }
        assertThat(outcomes.stream().filter("10"::equals)).hasSize(2);
        assertThat(outcomes.stream().filter("CONFLICT"::equals)).hasSize(6);
        assertThat(acme.plan(topic).rows()).isZero();
        assertThat(due(acme.log().namespaceUid(), at(100_000))).hasSize(1);
    }

    private String outcome(TableCommit commit) {
        try {
            return Long.toString(acme.commit(commit, at(3)));
        } catch (WingsException e) {
            return e.kind().toString();
        }
    }

    /// I6, I7: whenever a plan is taken, the table that it names and the pages that it lists have each row once.
    @Test
    void everyPlanHasEachOffsetInOnePlace() throws Exception {
        int rounds = 40;
        acme.createTable(topic, START);
        // rows below which offset are in a table, by its location and partition
        Map<String, Map<String, Long>> tables = new ConcurrentHashMap<>();
        tables.put(acme.location(topic, "metadata/00000"), Map.of());
        TaskRecord task = acme.leaseCompaction(topic, at(1));
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch planned = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> pushing = threads.submit(() -> {
                for (int i = 0; i < 4 * rounds; i++) {
                    acme.push(at(2), page(topic, "AMS", batch(3)), page(topic, "JFK", batch(2), batch(5)));
                }
            });
            Future<?> planning = threads.submit(() -> {
                while (!done.get()) {
                    checkDense(acme.plan(topic), tables);
                    planned.countDown();
                }
            });
            try {
                // forty commits in memory take no longer than it may take a thread to start
                assertThat(planned.await(30, TimeUnit.SECONDS)).isTrue();
                compact(task, rounds, tables);
                pushing.get();
            } finally {
                done.set(true);
            }
            planning.get();
        }
        checkDense(acme.plan(topic), tables);
        assertThat(log().listPartitions(topic.name(), null, 10))
                .extracting(PartitionRecord::nextOffset)
                .containsExactly(4L * rounds * 3, 4L * rounds * 7);
    }

    private void compact(TaskRecord task, int rounds, Map<String, Map<String, Long>> tables) {
        Map<String, Long> watermarks = new HashMap<>();
        for (int version = 0; version < rounds; version++) {
            Map<String, WatermarkMove> moves = new TreeMap<>();
            for (List<PlannedPage> scan : acme.plan(topic).pages()) {
                for (PlannedPage planned : scan) {
                    String value = planned.page().partition().value();
                    long start = watermarks.getOrDefault(value, 0L);
                    moves.put(
                            value,
                            new WatermarkMove(value, start, planned.page().endOffset()));
                }
            }
            moves.values().forEach(move -> watermarks.put(move.value(), move.endOffset()));
            TableCommit commit = new TableCommit(
                    task.name(),
                    task.epoch(),
                    acme.ids().next(),
                    topic.uid(),
                    tableOf(acme.plan(topic)),
                    acme.location(topic, "metadata/next-" + version),
                    TaskFixture.tableUuid(topic),
                    List.copyOf(moves.values()),
                    List.of());
            tables.put(commit.metadataLocation(), Map.copyOf(watermarks));
            acme.commit(commit, at(3));
        }
    }

    private static void checkDense(CollectedPlan plan, Map<String, Map<String, Long>> tables) {
        Map<String, Long> next = new HashMap<>(tables.get(tableOf(plan)));
        for (List<PlannedPage> scan : plan.pages()) {
            for (PlannedPage planned : scan) {
                String value = planned.page().partition().value();
                assertThat(planned.page().startOffset()).isEqualTo(next.getOrDefault(value, 0L));
                next.put(value, planned.page().endOffset());
            }
        }
    }

    private static String tableOf(CollectedPlan plan) {
        return plan.topics().getFirst().tableLocation();
    }

    private static Tuple tuple(String value, long watermark, long next) {
        return Tuple.tuple(value, watermark, next);
    }
}
