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

import dev.wings.common.config.Secret;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.Task;
import dev.wings.common.proto.TaskKind;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.controlplane.postgres.DatabaseConfig;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// PostgreSQL, or the control plane over it, goes away in the middle of a compaction, and comes back: each row is in
/// the table once, whether the commit was made or not (I7).
@Tag("full")
final class LakeRestartIT {

    private static final TopicSchema SCHEMA = new TopicSchema(
            0,
            List.of(
                    TopicField.required(1, "k", FieldType.Primitive.STRING),
                    TopicField.required(2, "n", FieldType.Primitive.LONG)),
            2);

    private static final int ROUNDS_IN_A_COMMIT = 2;
    private static final int BACK_SECONDS = 30;
    private static final Duration START_TIME = Duration.ofSeconds(60);
    private static final int STOP_SECONDS = 60;

    @TempDir
    private Path directory;

    private EmbeddedPostgres postgres;
    private LakeFixture lake;
    private int topics;

    @BeforeEach
    void open() {
        postgres = start(0);
        DatabaseConfig config = new DatabaseConfig(
                postgres.getJdbcUrl("postgres", "postgres"),
                "postgres",
                Optional.of(new Secret("postgres")),
                4,
                4,
                4,
                Duration.ofSeconds(2));
        lake = new LakeFixture(
                directory.resolve("scratch"), TestControlPlane.State.inPostgres(config), LakeFixture.POLICY);
    }

    @AfterEach
    void close() throws IOException {
        lake.close();
        postgres.close();
    }

    private EmbeddedPostgres start(int port) {
        try {
            return EmbeddedPostgres.builder()
                    .setPort(port)
                    .setDataDirectory(directory.resolve("postgres"))
                    .setCleanDataDirectory(false)
                    .setPGStartupWait(START_TIME)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void startPostgresAgain() {
        postgres = start(postgres.getPort());
    }

    private void stopPostgres() {
        try {
            Optional<ProcessHandle> process =
                    ProcessHandle.of(Long.parseLong(Files.readAllLines(directory.resolve("postgres/postmaster.pid"))
                            .getFirst()));
            postgres.close();
            // the checkpoint of a shutdown may take longer than `close` waits for it
            process.ifPresent(server ->
                    server.onExit().orTimeout(STOP_SECONDS, TimeUnit.SECONDS).join());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void databaseGoesAwayAtEachCallOfACompaction() {
        for (String call : List.of("PlanScan", "CommitTable")) {
            for (boolean afterwards : new boolean[] {false, true}) {
                TestTopic topic = compactWhile(new Steps.Fault() {
                    private boolean happened;

                    @Override
                    public void before(int step) {
                        if (!afterwards
                                && !happened
                                && call.equals(lake.steps().seen().get(step))) {
                            happened = true;
                            stopPostgres();
                        }
                    }

                    @Override
                    public void after(int step) {
                        if (afterwards
                                && !happened
                                && call.equals(lake.steps().seen().get(step))) {
                            happened = true;
                            stopPostgres();
                        }
                    }
                });
                startPostgresAgain();
                mend(topic);
            }
        }
    }

    @Test
    void databaseGoesAwayInTheMiddleOfACommit() {
        long seed = Long.getLong("wings.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS_IN_A_COMMIT; round++) {
            int micros = random.nextInt(15_000);
            List<CompletableFuture<Void>> stops = new ArrayList<>();
            TestTopic topic = compactWhile(new Steps.Fault() {
                @Override
                public void before(int step) {
                    if (stops.isEmpty() && lake.steps().seen().get(step).equals("CommitTable")) {
                        stops.add(CompletableFuture.runAsync(
                                LakeRestartIT.this::stopPostgres,
                                CompletableFuture.delayedExecutor(micros, TimeUnit.MICROSECONDS)));
                    }
                }

                @Override
                public void after(int step) {}
            });
            assertThat(stops).as("seed=%d", seed).hasSize(1);
            stops.getFirst().join();
            startPostgresAgain();
            mend(topic);
        }
    }

    @Test
    void controlPlaneRestartsAtACommit() {
        TestTopic topic = compactWhile(new Steps.Fault() {
            private boolean happened;

            @Override
            public void before(int step) {
                if (!happened && lake.steps().seen().get(step).equals("CommitTable")) {
                    happened = true;
                    lake.controlPlane().restart();
                }
            }

            @Override
            public void after(int step) {}
        });
        mend(topic);
    }

    private TestTopic compactWhile(Steps.Fault fault) {
        if (topics > 0) {
            // the database was away: pools may still have connections of before, which the set-up does not expect
            lake.controlPlane().restart();
        }
        TestTopic topic = lake.createTopic("t" + topics++, SCHEMA, "k", LakeSpec.getDefaultInstance());
        assertThat(lake.run(TaskKind.CREATE_TABLE).more()).isFalse();
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (long i = 0; i < 100; i++) {
            rows.add(List.of("k" + i % 3, i));
        }
        topic.push(rows, 10);
        lake.clock().advance(Duration.ofMinutes(2));
        Task task = lake.lease(TaskKind.COMPACT).orElseThrow();
        lake.steps().arm(fault);
        try {
            lake.run(task);
        } catch (RuntimeException e) {
            // the next attempt mends it
        } finally {
            lake.steps().disarm();
        }
        return topic;
    }

    private void mend(TestTopic topic) {
        assertThat(whenBack(() -> lake.compactAll(topic))).isLessThanOrEqualTo(1);
        TableRows.open(lake, topic, lake.plan(topic).metadataLocation(), directory)
                .assertHolds(topic);
        // if the commit was made and its answer lost, the task is still there, and would be the next round's
        assertThat(whenBack(() -> {
                    lake.runAll(TaskKind.COMPACT);
                    return lake.plan(topic).pages();
                }))
                .isEmpty();
    }

    /// Connections are made anew when the database is back.
    private static <T> T whenBack(Supplier<T> call) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(BACK_SECONDS);
        while (true) {
            try {
                return call.get();
            } catch (StatusRuntimeException e) {
                if (e.getStatus().getCode() != Status.Code.UNAVAILABLE || System.nanoTime() > end) {
                    throw e;
                }
            }
        }
    }
}
