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
package dev.wings.integration.lake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.Task;
import dev.wings.common.proto.TaskKind;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.store.ObjectInfo;
import dev.wings.common.store.ObjectStore;
import dev.wings.controlplane.task.TaskPolicy;
import dev.wings.worker.task.TaskLease;
import io.micrometer.core.instrument.Counter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An object store that fails or is slow, and topics that are deleted, while a compactor works on them.
final class LakeFaultsIT {

    private static final TopicSchema SCHEMA =
            new TopicSchema(0, List.of(TopicField.required(1, "n", FieldType.Primitive.LONG)), 1);

    private static final LakeSpec SOON = LakeSpec.newBuilder()
            .setFreshness(com.google.protobuf.Duration.newBuilder().setSeconds(1))
            .build();

    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final Duration MAX_ADVANCE = Duration.ofMillis(500);
    private static final int WAIT_SECONDS = 60;

    @TempDir
    private Path directory;

    private LakeFixture lake;
    private LakeSql sql;

    @BeforeEach
    void open() {
        TaskPolicy usual = LakeFixture.POLICY;
        TaskPolicy policy = new TaskPolicy(
                LEASE,
                usual.maxAttempts(),
                usual.minBackoff(),
                usual.maxBackoff(),
                usual.retention(),
                usual.compactBytes(),
                usual.rewriteSegments(),
                usual.maxSnapshots(),
                usual.snapshotAge(),
                usual.garbageInterval(),
                usual.garbageGrace());
        lake = new LakeFixture(directory.resolve("scratch"), TestControlPlane.State.inMemory(), policy);
        sql = lake.openSql(directory.resolve("sql"));
    }

    @AfterEach
    void close() {
        sql.close();
        lake.close();
    }

    /// What is to happen before an object is stored.
    @FunctionalInterface
    private interface Uploads {
        void before(String key) throws InterruptedException;
    }

    private static final class FaultyStore extends ForwardingStore {

        private final Uploads uploads;

        FaultyStore(ObjectStore store, Uploads uploads) {
            super(store);
            this.uploads = uploads;
        }

        @Override
        public void create(String key, List<ByteBuffer> content) {
            try {
                uploads.before(key);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new WingsException(ErrorKind.CANCELLED, "interrupted", e);
            }
            super.create(key, content);
        }
    }

    private LakeCompactor openCompactor(Uploads uploads) {
        return lake.openCompactor(new FaultyStore(lake.store(), uploads), directory.resolve("compactor"));
    }

    private TestTopic createTopic(String id) {
        TestTopic topic = lake.createTopic(id, SCHEMA, "", SOON);
        lake.run(TaskKind.CREATE_TABLE);
        return topic;
    }

    private static void push(TestTopic topic) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (long i = 0; i < 1_000; i++) {
            rows.add(List.of(i));
        }
        topic.push(rows, 100);
    }

    @Test
    void failingStoreIsShownAndTheTaskIsDoneWhenItIsWellAgain() {
        TestTopic topic = createTopic("events");
        push(topic);
        CountDownLatch well = new CountDownLatch(1);
        try (LakeCompactor compactor = openCompactor(key -> {
            if (well.getCount() > 0) {
                throw new WingsException(ErrorKind.INTERNAL, "the bucket says no: key=" + key);
            }
        })) {
            await(() -> compactor.tasks("compact", "failed") >= 2);
            List<Object> task = compaction();
            assertThat((Integer) task.get(1)).as("attempts").isGreaterThanOrEqualTo(2);
            assertThat((String) task.get(2)).startsWith("internal: ").contains("the bucket says no");
            Counter waiting = lake.meters()
                    .get("wings.task.attempts")
                    .tags("kind", "compact", "state", "waiting")
                    .counter();
            assertThat(waiting.count()).isGreaterThanOrEqualTo(2);
            assertReads(topic);
            well.countDown();
            await(() -> compaction().getFirst().equals("DONE"));
            assertThat(compaction().get(2)).as("failure").isNull();
        }
        assertCompacted(topic);
    }

    @Test
    void storeThatFailsForAMomentCostsNoAttempt() {
        TestTopic topic = createTopic("events");
        push(topic);
        CountDownLatch failures = new CountDownLatch(3);
        try (LakeCompactor compactor = openCompactor(key -> {
            if (failures.getCount() > 0) {
                failures.countDown();
                throw WingsException.unavailable("the bucket is busy", null);
            }
        })) {
            await(() -> compaction().getFirst().equals("DONE"));
            assertThat(compaction().get(1)).as("attempts").isEqualTo(1);
            assertThat(compactor.tasks("compact", "failed")).isZero();
        }
        assertCompacted(topic);
    }

    @Tag("full")
    @Test
    void slowStoreDoesNotCostTheLease() {
        TestTopic topic = createTopic("events");
        push(topic);
        CountDownLatch slow = new CountDownLatch(1);
        try (LakeCompactor compactor = openCompactor(key -> {
            if (key.endsWith(".parquet")) {
                assertThat(slow.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
            }
        })) {
            await(() -> compaction().getFirst().equals("RUNNING"));
            Instant end = lake.clock().instant().plus(LEASE.multipliedBy(2));
            await(() -> lake.clock().instant().isAfter(end));
            slow.countDown();
            await(() -> compaction().getFirst().equals("DONE"));
            assertThat(compaction().get(1)).as("attempts").isEqualTo(1);
            assertThat(compactor.tasks("compact", "lost")).isZero();
        }
        assertCompacted(topic);
    }

    @Tag("full")
    @Test
    void topicDeletedAtAnyStepOfItsCompactionLeavesNothing() {
        TestTopic other = createTopic("other");
        List<String> uids = new ArrayList<>();
        boolean happened = true;
        for (int at = 0; happened; at++) {
            TestTopic topic = createTopic("events");
            uids.add(topic.proto().getUid());
            push(topic);
            lake.clock().advance(Duration.ofMinutes(2));
            Task task = lake.lease(TaskKind.COMPACT).orElseThrow();
            happened = deleteAt(at, topic, task);
            assertThat(sql.client().query("select * from system.topics where topic = 'events'"))
                    .isEmpty();
            assertThat(sql.client()
                            .query("select * from system.tasks where state <> 'DONE' and target = '" + topic.name()
                                    + "'"))
                    .as("tasks of a topic that is gone")
                    .isEmpty();
        }
        push(other);
        lake.compactAll(other);
        assertCompacted(other);
        for (int i = 0; i < 3; i++) {
            lake.clock().advance(LakeFixture.POLICY.garbageGrace().plusMinutes(10));
            lake.run(TaskKind.COLLECT_GARBAGE);
        }
        assertThat(lake.store().list("", "", 10_000))
                .extracting(ObjectInfo::key)
                .as("objects of topics that are gone")
                .noneMatch(key -> key.endsWith(".folio") || uids.stream().anyMatch(key::contains));
        assertCompacted(other);
    }

    /// Returns whether the task had such a step; if not, the topic is deleted afterwards.
    private boolean deleteAt(int at, TestTopic topic, Task task) {
        boolean[] happened = {false};
        lake.steps().arm(new Steps.Fault() {
            @Override
            public void before(int step) {
                if (step == at && !happened[0]) {
                    happened[0] = true;
                    lake.deleteTopic(topic);
                }
            }

            @Override
            public void after(int step) {}
        });
        try {
            assertThat(lake.handler(TaskKind.COMPACT).run(new TaskLease(task))).isNotNull();
        } catch (WingsException e) {
            assertThat(e.kind()).isIn(ErrorKind.NOT_FOUND, ErrorKind.CONFLICT);
        } finally {
            lake.steps().disarm();
        }
        if (!happened[0]) {
            lake.deleteTopic(topic);
        }
        return happened[0];
    }

    @Test
    void topicDeletedWhileQueriedAnswersWhollyOrSaysSo() {
        for (int round = 0; round < 5; round++) {
            TestTopic topic = createTopic("events");
            push(topic);
            lake.compactAll(topic);
            push(topic);
            assertReads(topic);
            CompletableFuture<Void> deletion = CompletableFuture.runAsync(() -> lake.deleteTopic(topic));
            boolean there = true;
            while (there) {
                try {
                    assertReads(topic);
                } catch (RuntimeException e) {
                    assertThat(e).hasStackTraceContaining("not found").hasStackTraceContaining("events");
                    there = false;
                }
            }
            deletion.join();
        }
    }

    /// State, attempts and failure of the newest compaction.
    private List<Object> compaction() {
        List<List<Object>> tasks = sql.client()
                .query("select state, attempts, failure from system.tasks where kind = 'COMPACT'"
                        + " order by create_time desc limit 1");
        return tasks.isEmpty() ? List.of("") : tasks.getFirst();
    }

    private void assertReads(TestTopic topic) {
        List<Object> answer = sql.client()
                .query("select count(*), sum(n)::bigint, sum(__offset__)::bigint from "
                        + topic.name().topic())
                .getFirst();
        List<List<@Nullable Object>> rows = topic.rows().values().iterator().next();
        long count = rows.size();
        long numbers = rows.stream().mapToLong(row -> (Long) row.getFirst()).sum();
        assertThat(answer.stream().map(value -> ((Number) value).longValue()))
                .containsExactly(count, numbers, count * (count - 1) / 2);
    }

    private void assertCompacted(TestTopic topic) {
        assertThat(lake.plan(topic).pages()).isEmpty();
        TableRows.open(lake, topic, lake.plan(topic).metadataLocation(), directory)
                .assertHolds(topic);
        assertReads(topic);
    }

    /// Until something is so; the time of tasks goes on as that of the machine does, but never so far at once that a
    /// pause of this process would cost a lease.
    private void await(BooleanSupplier condition) {
        long start = System.nanoTime();
        long last = start;
        while (!condition.getAsBoolean()) {
            long now = System.nanoTime();
            assertThat(now - start)
                    .as("in time; tasks: %s", sql.client().query("select * from system.tasks"))
                    .isLessThan(TimeUnit.SECONDS.toNanos(WAIT_SECONDS));
            lake.clock().advance(Duration.ofNanos(Math.min(now - last, MAX_ADVANCE.toNanos())));
            last = now;
        }
    }
}
