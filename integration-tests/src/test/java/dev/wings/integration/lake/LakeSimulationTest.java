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

import dev.wings.common.error.WingsException;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.PartitionTransform;
import dev.wings.common.proto.SortField;
import dev.wings.common.proto.TablePartitionField;
import dev.wings.common.proto.TablePartitioning;
import dev.wings.common.proto.Task;
import dev.wings.common.proto.TaskKind;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.worker.task.TaskHandler;
import dev.wings.worker.task.TaskLease;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random schedules of pushes, tasks, workers that are killed, overtaken or cut off at any of their steps, restarts of
/// the control plane, and queries. The SQL server is always right: each partition has the offsets `[0, next)`, each
/// once, with the values that were pushed there (I5, I6, I7).
///
/// A schedule is replayed with `-Dwings.seed=N`, and goes on for `-Dwings.simulation.seconds`.
final class LakeSimulationTest {

    private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("wings.simulation.seconds", 8));
    private static final int MIN_STEPS = 11;

    private static final TopicSchema SCHEMA = new TopicSchema(
            0,
            List.of(
                    TopicField.required(1, "k", FieldType.Primitive.STRING),
                    TopicField.required(2, "n", FieldType.Primitive.LONG),
                    TopicField.required(3, "day", FieldType.Primitive.DATE)),
            3);

    private static final List<TaskKind> KINDS = List.of(
            TaskKind.COMPACT,
            TaskKind.COMPACT,
            TaskKind.COMPACT,
            TaskKind.REWRITE,
            TaskKind.REWRITE,
            TaskKind.EXPIRE_SNAPSHOTS,
            TaskKind.COLLECT_GARBAGE);

    /// Faults come at one of so many first steps of a task; some tasks have fewer, so that nothing happens to them.
    private static final int STEPS = 60;

    /// A worker is overtaken by others that may be overtaken too.
    private static final int DEPTH = 2;

    private final long seed = Long.getLong("wings.seed", System.nanoTime());

    @TempDir
    private Path directory;

    private final List<TestTopic> topics = new ArrayList<>();
    private LakeFixture lake;
    private LakeSql sql;
    private long pushed;
    private String happening = "start";

    @BeforeEach
    void open() {
        lake = new LakeFixture(directory.resolve("scratch"));
        sql = lake.openSql(directory.resolve("sql"));
        LakeSpec soon = LakeSpec.newBuilder()
                .setFreshness(com.google.protobuf.Duration.newBuilder().setSeconds(1))
                .build();
        topics.add(lake.createTopic("by_key", SCHEMA, "k", soon));
        topics.add(lake.createTopic("in_one", SCHEMA, "", soon));
        topics.add(lake.createTopic(
                "by_day",
                SCHEMA,
                "k",
                soon.toBuilder()
                        .setPartitioning(TablePartitioning.newBuilder()
                                .addFields(TablePartitionField.newBuilder()
                                        .setField("day")
                                        .setTransform(PartitionTransform.MONTH)))
                        .addSortOrder(SortField.newBuilder().setField("n").setDescending(true))
                        .build()));
        for (int i = 0; i < topics.size(); i++) {
            lake.run(TaskKind.CREATE_TABLE);
        }
    }

    @AfterEach
    void close() {
        sql.close();
        lake.close();
    }

    @Test
    void everyRowIsReadOnceWhateverHappens() throws Exception {
        long end = System.nanoTime() + TIME.toNanos();
        int step = 0;
        for (; System.nanoTime() < end || step < MIN_STEPS; step++) {
            // a source of its own for each step: what one of them draws does not change the next
            act(new Random(seed * 1_000_003 + step), 0);
            assertAnswers("step " + step);
        }
        for (TestTopic topic : topics) {
            lake.compactAll(topic);
        }
        lake.runAll(TaskKind.REWRITE);
        assertAnswers("the end");
        for (TestTopic topic : topics) {
            TableRows table = TableRows.open(lake, topic, lake.plan(topic).metadataLocation(), directory);
            table.assertHolds(topic);
        }
    }

    /// The checks would see a row too many, or one too few.
    @Test
    void rowTooManyIsSeen() {
        TestTopic topic = topics.getFirst();
        push(topic, new Random(seed));
        assertAnswers("a push");
        topic.rows().values().iterator().next().removeLast();
        assertThatThrownBy(() -> assertAnswers("a row that nobody pushed")).isInstanceOf(AssertionError.class);
    }

    private void act(Random random, int depth) {
        // now and then past the age of snapshots and the grace of garbage
        int pace = random.nextInt(40);
        lake.clock().advance(pace == 0 ? Duration.ofHours(25) : Duration.ofSeconds(pace < 20 ? 1 : 120));
        int dice = random.nextInt(100);
        if (dice < 35) {
            push(topics.get(random.nextInt(topics.size())), random);
        } else if (dice < 55) {
            happening = "a task";
            lease(random).ifPresent(lake::run);
        } else if (dice < 60) {
            happening = "limits change";
            lake.limit(random.nextInt(1, 4_000), random.nextInt(1, 20));
        } else if (dice < 63 && depth == 0) {
            happening = "a restart of the control plane";
            lake.controlPlane().restart();
        } else {
            lease(random).ifPresent(task -> runWithFault(task, random, depth));
        }
    }

    private void push(TestTopic topic, Random random) {
        happening = "a push";
        List<List<@Nullable Object>> rows = new ArrayList<>();
        int count = random.nextInt(1, 30);
        for (int i = 0; i < count; i++) {
            rows.add(List.of("k" + random.nextInt(4), pushed++, random.nextInt(20_000, 20_100)));
        }
        topic.push(rows, random.nextInt(1, 10));
    }

    private Optional<Task> lease(Random random) {
        return lake.lease(KINDS.get(random.nextInt(KINDS.size())), Duration.ofMillis(20));
    }

    private void runWithFault(Task task, Random random, int depth) {
        int at = random.nextInt(STEPS);
        int what = random.nextInt(6);
        happening = "fault " + what + " at step " + at + " of " + task.getKind();
        lake.steps().arm(new Steps.Fault() {
            @Override
            public void before(int step) {
                switch (what) {
                    case 0 -> failIf(step == at);
                    case 1 -> failIf(step >= at && random.nextBoolean());
                    case 2 -> killIf(step >= at);
                    case 3 -> killIf(step > at);
                    case 4 -> {}
                    default -> {
                        if (step == at && depth < DEPTH) {
                            overtake(random, depth);
                        }
                    }
                }
            }

            @Override
            public void after(int step) {
                killIf(what == 3 && step == at);
                failIf(what == 4 && step == at);
            }
        });
        try {
            if (what == 2 || what == 3) {
                TaskHandler.Result ignored = lake.handler(task.getKind()).run(new TaskLease(task));
            } else {
                lake.run(task);
            }
        } catch (RuntimeException | Steps.Crash e) {
            // the next attempt mends it
        } finally {
            lake.steps().disarm();
        }
    }

    /// Others act before a worker goes on, with its lease or without.
    private void overtake(Random random, int depth) {
        lake.steps().disarm();
        String outer = happening;
        int others = random.nextInt(1, 4);
        for (int i = 0; i < others; i++) {
            act(random, depth + 1);
            assertAnswers("in the middle of: " + outer);
        }
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

    /// All topics in one query: one snapshot of them all.
    private void assertAnswers(String when) {
        List<String> queries = new ArrayList<>();
        Map<String, List<Long>> expected = new TreeMap<>();
        for (TestTopic topic : topics) {
            String id = topic.name().topic();
            String key = topic.key().isPresent() ? "k" : "''";
            queries.add("select '" + id + "', " + key + ", count(*), count(distinct __offset__), min(__offset__),"
                    + " max(__offset__) + 1, sum(n)::bigint, sum(n * (1 + __offset__))::bigint,"
                    + " sum(date_diff('day', date '1970-01-01', day))::bigint from " + id + " group by 2");
            for (Map.Entry<String, List<List<@Nullable Object>>> rows :
                    topic.rows().entrySet()) {
                expected.put(id + "/" + rows.getKey(), digest(rows.getValue()));
            }
        }
        Map<String, List<Long>> found = new TreeMap<>();
        for (List<Object> row : sql.client().query(String.join(" union all ", queries))) {
            List<Long> digest = row.subList(2, row.size()).stream()
                    .map(value -> ((Number) value).longValue())
                    .toList();
            found.put(row.get(0) + "/" + row.get(1), digest);
        }
        assertThat(found)
                .as(
                        "count, offsets, first, next, sums of each partition after %s (%s), -Dwings.seed=%d",
                        when, happening, seed)
                .isEqualTo(expected);
    }

    private static List<Long> digest(List<List<@Nullable Object>> rows) {
        long numbers = 0;
        long weighted = 0;
        long days = 0;
        for (int offset = 0; offset < rows.size(); offset++) {
            long number = (Long) rows.get(offset).get(1);
            numbers += number;
            weighted += number * (1 + offset);
            days += (Integer) rows.get(offset).get(2);
        }
        long count = rows.size();
        return List.of(count, count, 0L, count, numbers, weighted, days);
    }
}
