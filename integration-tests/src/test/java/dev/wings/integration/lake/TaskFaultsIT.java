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
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.PlannedPage;
import dev.wings.common.proto.Task;
import dev.wings.common.proto.TaskKind;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.worker.task.TaskHandler;
import dev.wings.worker.task.TaskLease;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whatever happens between any two steps of a task, no row is lost or doubled (I7), and the next attempt ends it.
///
/// Each fault comes at each step that leaves something behind, and at some of the other steps, at other ones
/// for each fault: `-Dwings.faults.stride=1` is for all of them.
final class TaskFaultsIT {

    private static final TopicSchema SCHEMA = new TopicSchema(
            0,
            List.of(
                    TopicField.required(1, "k", FieldType.Primitive.STRING),
                    TopicField.required(2, "n", FieldType.Primitive.LONG)),
            2);

    private static final int STRIDE = Integer.getInteger("wings.faults.stride", Happening.values().length);

    @TempDir
    private Path directory;

    private LakeFixture lake;
    private TestTopic topic;
    private int topics;
    private long pushed;

    enum Happening {
        /// A call fails once, and was not made.
        FAILS_ONCE,
        /// A call was made, but fails once.
        ANSWER_IS_LOST_ONCE,
        /// All calls fail from here on.
        OUTAGE,
        /// A call was made, and this as well as all further ones fail.
        OUTAGE_LOSES_THE_ANSWER,
        /// The worker is killed before a call.
        KILLED,
        /// The worker is killed when a call was made, and does not get its answer.
        KILLED_AFTERWARDS,
        /// The control plane goes away and comes back.
        CONTROL_PLANE_RESTARTS,
        /// The lease lapses, and another worker does the task, before this one goes on.
        OVERTAKEN
    }

    @BeforeEach
    void open() {
        lake = new LakeFixture(directory.resolve("scratch"));
        topic = createTopic();
        createTable();
    }

    private TestTopic createTopic() {
        return createTopic("k");
    }

    private TestTopic createTopic(String partitionBy) {
        return lake.createTopic("events" + topics++, SCHEMA, partitionBy, LakeSpec.getDefaultInstance());
    }

    private void createTable() {
        assertThat(lake.run(TaskKind.CREATE_TABLE).more()).isFalse();
    }

    @AfterEach
    void close() {
        lake.close();
    }

    private void push() {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            rows.add(List.of("k" + i % 2, pushed++));
        }
        topic.push(rows, 3);
    }

    private Steps.Fault fault(Happening what, int at, TaskKind kind) {
        return new Steps.Fault() {
            @Override
            public void before(int step) {
                switch (what) {
                    case FAILS_ONCE -> failIf(step == at);
                    case ANSWER_IS_LOST_ONCE -> {}
                    case OUTAGE -> failIf(step >= at);
                    case OUTAGE_LOSES_THE_ANSWER -> failIf(step > at);
                    case KILLED -> killIf(step >= at);
                    case KILLED_AFTERWARDS -> killIf(step > at);
                    case CONTROL_PLANE_RESTARTS -> {
                        if (step == at) {
                            lake.controlPlane().restart();
                        }
                    }
                    case OVERTAKEN -> {
                        if (step == at) {
                            lake.steps().disarm();
                            lake.clock().advance(Duration.ofMinutes(2));
                            lake.lease(kind).ifPresent(lake::run);
                        }
                    }
                }
            }

            @Override
            public void after(int step) {
                boolean loses = what == Happening.ANSWER_IS_LOST_ONCE || what == Happening.OUTAGE_LOSES_THE_ANSWER;
                failIf(loses && step == at);
                killIf(what == Happening.KILLED_AFTERWARDS && step == at);
            }
        };
    }

    private static void failIf(boolean fails) {
        if (fails) {
            throw WingsException.unavailable("a fault of the test", null);
        }
    }

    private static void killIf(boolean dies) {
        if (dies) {
            throw new Steps.Crash();
        }
    }

    private void runWithFault(TaskKind kind, Happening what, int step) {
        Task task = lease(kind);
        lake.steps().arm(fault(what, step, kind));
        try {
            switch (what) {
                // they do not get to report anything
                case KILLED, KILLED_AFTERWARDS, OVERTAKEN -> {
                    TaskHandler.Result ignored = lake.handler(kind).run(new TaskLease(task));
                }
                case FAILS_ONCE, ANSWER_IS_LOST_ONCE, OUTAGE, OUTAGE_LOSES_THE_ANSWER, CONTROL_PLANE_RESTARTS ->
                    lake.run(task);
            }
        } catch (RuntimeException | Steps.Crash e) {
            // the next attempt mends it
        } finally {
            lake.steps().disarm();
        }
    }

    private Task lease(TaskKind kind) {
        lake.clock().advance(Duration.ofMinutes(2));
        return lake.lease(kind).orElseThrow(() -> new AssertionError("no task: " + kind));
    }

    /// The steps of a task that nothing happens to, at which something is to happen; and one after its end.
    private List<Integer> steps(TaskKind kind, Happening what) {
        Task task = lease(kind);
        lake.steps().disarm();
        lake.run(task);
        List<String> names = lake.steps().seen();
        assertThat(names).contains("CommitTable");
        int offset = List.of(Happening.values()).indexOf(what) % STRIDE;
        List<Integer> steps = new ArrayList<>();
        for (int step = 0; step < names.size(); step++) {
            String name = names.get(step);
            boolean leavesSomething = name.startsWith("create ") || name.equals("CommitTable");
            if (leavesSomething || step % STRIDE == offset) {
                steps.add(step);
            }
        }
        steps.add(names.size());
        return steps;
    }

    private void assertExactlyOnce() {
        LakeFixture.Plan plan = lake.plan(topic);
        TableRows table = TableRows.open(lake, topic, plan.metadataLocation(), directory);
        Map<String, TreeSet<Long>> offsets = new TreeMap<>();
        table.byOffset().forEach((partition, rows) -> offsets.put(partition, new TreeSet<>(rows.keySet())));
        for (PlannedPage page : plan.pages()) {
            TreeSet<Long> known = offsets.computeIfAbsent(page.getPartitionValue(), value -> new TreeSet<>());
            for (long offset = page.getStartOffset(); offset < page.getEndOffset(); offset++) {
                assertThat(known.add(offset))
                        .as("row in a page and in the table (I7)")
                        .isTrue();
            }
        }
        Map<String, TreeSet<Long>> expected = new TreeMap<>();
        topic.ends()
                .forEach((partition, end) -> expected.put(
                        partition, LongStream.range(0, end).boxed().collect(Collectors.toCollection(TreeSet::new))));
        assertThat(offsets).as("offsets, all of them once").isEqualTo(expected);
    }

    private TableRows table() {
        return TableRows.open(lake, topic, lake.plan(topic).metadataLocation(), directory);
    }

    @ParameterizedTest
    @EnumSource(Happening.class)
    void compactionLosesAndDoublesNoRow(Happening what) throws Exception {
        push();
        for (int step : steps(TaskKind.COMPACT, what)) {
            topic = createTopic();
            createTable();
            push();
            runWithFault(TaskKind.COMPACT, what, step);
            assertExactlyOnce();
            lake.compactAll(topic);
            table().assertHolds(topic);
        }
        assertScratchIsEmpty();
    }

    /// What a worker does not notice, or does not live to notice; the rest is between the same calls as above.
    @ParameterizedTest
    @EnumSource(names = {"KILLED", "KILLED_AFTERWARDS", "OUTAGE_LOSES_THE_ANSWER", "OVERTAKEN"})
    @Tag("full")
    void rewriteLosesAndDoublesNoRow(Happening what) throws Exception {
        topic = smallSegments();
        for (int step : steps(TaskKind.REWRITE, what)) {
            topic = smallSegments();
            runWithFault(TaskKind.REWRITE, what, step);
            assertExactlyOnce();
            lake.runAll(TaskKind.REWRITE);
            TableRows table = table();
            table.assertHolds(topic);
            assertThat(table.files()).hasSize(1);
            assertThat(table.records(table.files().getFirst()))
                    .extracting(record -> (Long) record.getField("__offset__"))
                    .isSorted();
        }
        assertScratchIsEmpty();
    }

    @Test
    void rewriteNeedsNoSnapshotThatHasExpired() {
        topic = smallSegments();
        lake.clock().advance(Duration.ofDays(3));
        lake.runAll(TaskKind.EXPIRE_SNAPSHOTS);
        assertThat(table().table().snapshots()).hasSize(1);
        lake.runAll(TaskKind.REWRITE);
        TableRows table = table();
        table.assertHolds(topic);
        assertThat(table.files()).hasSize(1);
    }

    /// A topic, new and not partitioned, whose table is worth a rewrite.
    private TestTopic smallSegments() {
        topic = createTopic("");
        createTable();
        pushAndCompact(4);
        return topic;
    }

    private void pushAndCompact(int times) {
        for (int i = 0; i < times; i++) {
            push();
            lake.compactAll(topic);
        }
    }

    @ParameterizedTest
    @EnumSource(Happening.class)
    void tableIsCreatedOnce(Happening what) {
        topic = createTopic();
        for (int step : steps(TaskKind.CREATE_TABLE, what)) {
            topic = createTopic();
            runWithFault(TaskKind.CREATE_TABLE, what, step);
            lake.runAll(TaskKind.CREATE_TABLE);
            assertThat(table().files()).isEmpty();
            assertThat(lake.plan(topic).metadataLocation()).contains("/metadata/00000-");
        }
    }

    private void assertScratchIsEmpty() throws Exception {
        try (Stream<Path> files = Files.walk(directory.resolve("scratch"))) {
            assertThat(files.filter(Files::isRegularFile))
                    .allMatch(file -> file.toString().endsWith("lock"));
        }
    }

    @Test
    void budgetOfACompactionLeavesTheRestToTheNext() {
        for (int i = 0; i < 5; i++) {
            push();
        }
        lake.limit(1, 10_000);
        assertThat(lake.run(TaskKind.COMPACT).more()).isTrue();
        // one page of ten: a commit may be compacted in parts
        assertThat(lake.plan(topic).pages()).hasSize(9);
        assertExactlyOnce();
        assertThat(lake.compactAll(topic)).isEqualTo(9);
        table().assertHolds(topic);
        assertThat(table().table().currentSnapshot().summary()).containsEntry("wings.small-segments", "10");
    }

    @Test
    void damagedPageFailsTheTaskWithDataLossThatNamesIt() {
        push();
        PlannedPage page = lake.plan(topic).pages().getFirst();
        String key = damage(page);
        assertThatThrownBy(() -> lake.run(TaskKind.COMPACT))
                .isInstanceOf(WingsException.class)
                .matches(e -> ((WingsException) e).kind() == ErrorKind.DATA_LOSS)
                .hasMessageContaining(key);
        assertExactlyOnce();
        // others are not held up
        TestTopic other = lake.createTopic("other", SCHEMA, "k", LakeSpec.getDefaultInstance());
        lake.run(TaskKind.CREATE_TABLE);
        other.push(List.of(List.of("a", 1L)), 1);
        lake.clock().advance(Duration.ofMinutes(2));
        Task task;
        do {
            task = lake.lease(TaskKind.COMPACT).orElseThrow();
        } while (!task.getTarget().equals(other.name().toString()));
        assertThat(lake.run(task).more()).isFalse();
        assertThat(lake.plan(other).pages()).isEmpty();
    }

    /// Flips a bit of a page; returns the key of its folio.
    private String damage(PlannedPage page) {
        String key = lake.store().list("", "", 1000).stream()
                .map(info -> info.key())
                .filter(name -> name.endsWith(".folio"))
                .findFirst()
                .orElseThrow();
        int size = (int) lake.store().find(key).orElseThrow().bytes();
        ByteBuffer bytes = ByteBuffer.allocate(size);
        lake.store().read(key, 0, bytes);
        int at = (int) (page.getByteOffset() + page.getByteLength() / 2);
        bytes.put(at, (byte) (bytes.get(at) ^ 1));
        lake.store().delete(key);
        lake.store().create(key, List.of(bytes.flip()));
        return key;
    }

    @Test
    void missingFolioAndMissingMetadataAreDataLossThatNamesThem() {
        push();
        String key = lake.store().list("", "", 1000).stream()
                .map(info -> info.key())
                .filter(name -> name.endsWith(".folio"))
                .findFirst()
                .orElseThrow();
        lake.store().delete(key);
        assertThatThrownBy(() -> lake.run(TaskKind.COMPACT))
                .matches(e -> ((WingsException) e).kind() == ErrorKind.DATA_LOSS)
                .hasMessageContaining(key);
        String metadata = lake.plan(topic).metadataLocation();
        lake.store().delete(metadata.substring(LakeFixture.STORE.toString().length() + 1));
        assertThatThrownBy(() -> lake.run(TaskKind.COMPACT))
                .matches(e -> ((WingsException) e).kind() == ErrorKind.DATA_LOSS)
                .hasMessageContaining(metadata);
    }

    @Test
    void missingSegmentIsDataLossThatNamesIt() {
        pushAndCompact(4);
        String segment = table().files().getFirst().location();
        lake.store().delete(segment.substring(LakeFixture.STORE.toString().length() + 1));
        assertThatThrownBy(() -> lake.run(TaskKind.REWRITE))
                .matches(e -> ((WingsException) e).kind() == ErrorKind.DATA_LOSS)
                .hasMessageContaining(segment);
    }

    @Test
    void taskOfATopicThatIsGoneIsNotFound() {
        push();
        lake.clock().advance(Duration.ofMinutes(2));
        Task task = lake.lease(TaskKind.COMPACT).orElseThrow();
        Task other = task.toBuilder()
                .setTargetUid("01890000-0000-7000-8000-000000000009")
                .build();
        assertThatThrownBy(() -> lake.handler(TaskKind.COMPACT).run(new TaskLease(other)))
                .matches(e -> ((WingsException) e).kind() == ErrorKind.NOT_FOUND);
    }
}
