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

import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.TaskKind;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.controlplane.task.TaskPolicy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// An object that a topic needs is gone, cut or damaged. Whoever reads it is told which one; the task that
/// needs it is dead in the end and says why; other topics go on; and when the object is back, everything is
/// well again.
final class LakeDamageIT {

    private static final TopicSchema SCHEMA =
            new TopicSchema(0, List.of(TopicField.required(1, "n", FieldType.Primitive.LONG)), 1);

    private static final LakeSpec SOON = LakeSpec.newBuilder()
            .setFreshness(com.google.protobuf.Duration.newBuilder().setSeconds(1))
            .build();

    private static final int ATTEMPTS = 3;

    private static final TaskPolicy POLICY = new TaskPolicy(
            Duration.ofSeconds(30),
            ATTEMPTS,
            Duration.ofMillis(10),
            Duration.ofMillis(20),
            Duration.ofHours(1),
            1,
            4,
            100,
            Duration.ofDays(1),
            Duration.ofDays(1),
            Duration.ofDays(1));

    private static final int WAIT_SECONDS = 30;

    @TempDir
    private Path directory;

    private LakeFixture lake;
    private LakeSql sql;
    private TestTopic topic;
    private TestTopic other;

    enum What {
        SEGMENT,
        METADATA,
        MANIFEST_LIST,
        MANIFEST,
        FOLIO
    }

    enum Damage {
        SEGMENT_MISSING(What.SEGMENT, How.MISSING),
        SEGMENT_CUT(What.SEGMENT, How.CUT),
        METADATA_MISSING(What.METADATA, How.MISSING),
        METADATA_CUT(What.METADATA, How.CUT),
        MANIFEST_LIST_MISSING(What.MANIFEST_LIST, How.MISSING),
        MANIFEST_LIST_CUT(What.MANIFEST_LIST, How.CUT),
        MANIFEST_MISSING(What.MANIFEST, How.MISSING),
        MANIFEST_CUT(What.MANIFEST, How.CUT),
        FOLIO_MISSING(What.FOLIO, How.MISSING),
        FOLIO_CUT(What.FOLIO, How.CUT),
        PAGE_DAMAGED(What.FOLIO, How.DAMAGED);

        private final What what;
        private final How how;

        Damage(What what, How how) {
            this.what = what;
            this.how = how;
        }
    }

    enum How {
        MISSING,
        CUT,
        DAMAGED
    }

    @BeforeEach
    void open() {
        lake = new LakeFixture(directory.resolve("scratch"), TestControlPlane.State.inMemory(), POLICY);
        sql = lake.openSql(directory.resolve("sql"));
        topic = createTopic("topic");
        other = createTopic("other");
        push(other);
        lake.compactAll(other);
        for (int i = 0; i < 4; i++) {
            push(topic);
            lake.compactAll(topic);
        }
    }

    @AfterEach
    void close() {
        sql.close();
        lake.close();
    }

    private TestTopic createTopic(String id) {
        TestTopic created = lake.createTopic(id, SCHEMA, "", SOON);
        lake.run(TaskKind.CREATE_TABLE);
        return created;
    }

    private static void push(TestTopic to) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (long i = 0; i < 1_000; i++) {
            rows.add(List.of(i));
        }
        to.push(rows, 100);
    }

    @ParameterizedTest
    @EnumSource(Damage.class)
    @Tag("full")
    void damageIsNamedAndLeavesOthersAlone(Damage damage) {
        boolean ofPages = damage.what == What.FOLIO;
        if (ofPages) {
            push(topic);
        }
        String key = key(damage.what);
        ByteBuffer intact = read(key);
        replace(key, damaged(intact, damage.how));

        assertQueryNames(key);
        assertThat(sums("other")).isEqualTo(sums(other));

        String kind = ofPages ? "COMPACT" : "REWRITE";
        try (LakeCompactor compactor = lake.openCompactor(lake.store(), directory.resolve("compactor"))) {
            await(() -> state(topic, kind).equals("DEAD"));
            List<Object> task = sql.client()
                    .query("select attempts, failure from system.tasks where kind = '" + kind + "' and state = 'DEAD'")
                    .getFirst();
            assertThat((Integer) task.getFirst()).isEqualTo(ATTEMPTS);
            assertThat((String) task.getLast()).startsWith("data_loss: ").contains(key);
            await(() -> compactor.tasks(kind.toLowerCase(java.util.Locale.ROOT), "failed") == ATTEMPTS);
            await(() -> dead(kind) == 1);

            // the other topic goes on
            push(other);
            await(() -> lake.plan(other).pages().isEmpty());
            assertThat(sums("other")).isEqualTo(sums(other));

            // and so does this one, when the object is back
            replace(key, intact);
            assertThat(sums("topic")).isEqualTo(sums(topic));
            lake.retryDeadTasks();
            await(() -> state(topic, kind).equals("DONE"));
            await(() -> lake.plan(topic).pages().isEmpty());
        }
        assertThat(sums("topic")).isEqualTo(sums(topic));
        TableRows.open(lake, topic, lake.plan(topic).metadataLocation(), directory)
                .assertHolds(topic);
    }

    private String key(What what) {
        TableRows table = TableRows.open(lake, topic, lake.plan(topic).metadataLocation(), directory);
        Snapshot snapshot = table.table().currentSnapshot();
        return switch (what) {
            case SEGMENT -> key(table.files().getFirst().location());
            case METADATA -> key(lake.plan(topic).metadataLocation());
            case MANIFEST_LIST -> key(snapshot.manifestListLocation());
            case MANIFEST -> {
                ManifestFile first = snapshot.allManifests(table.table().io()).getFirst();
                yield key(first.path());
            }
            case FOLIO ->
                lake.store().list("", "", 1000).stream()
                        .map(info -> info.key())
                        .filter(name -> name.endsWith(".folio"))
                        .max(String::compareTo)
                        .orElseThrow();
        };
    }

    private static String key(String location) {
        return location.substring(LakeFixture.STORE.toString().length() + 1);
    }

    private ByteBuffer read(String key) {
        ByteBuffer bytes =
                ByteBuffer.allocate((int) lake.store().find(key).orElseThrow().bytes());
        lake.store().read(key, 0, bytes);
        return bytes.flip();
    }

    private static @Nullable ByteBuffer damaged(ByteBuffer intact, How how) {
        return switch (how) {
            case MISSING -> null;
            case CUT -> intact.duplicate().limit(intact.limit() / 2);
            case DAMAGED -> {
                ByteBuffer copy = ByteBuffer.allocate(intact.limit()).put(intact.duplicate());
                int at = intact.limit() / 3;
                yield copy.put(at, (byte) (copy.get(at) ^ 1)).flip();
            }
        };
    }

    private void replace(String key, @Nullable ByteBuffer content) {
        lake.store().delete(key);
        if (content != null) {
            lake.store().create(key, List.of(content.duplicate()));
        }
    }

    private void assertQueryNames(String key) {
        assertThatThrownBy(() -> sums("topic")).satisfies(e -> {
            FlightRuntimeException flight = flightOf(e);
            assertThat(flight.status().code()).isEqualTo(FlightStatusCode.INTERNAL);
            assertThat(flight.getMessage()).contains(key);
        });
        assertThat(sql.client().query("select error from system.queries").toString())
                .contains(key);
    }

    private static FlightRuntimeException flightOf(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof FlightRuntimeException flight) {
                return flight;
            }
        }
        throw new AssertionError("not a failure of Flight", failure);
    }

    private List<Long> sums(String name) {
        return sql
                .client()
                .query("select count(*), sum(n)::bigint, sum(__offset__)::bigint from " + name)
                .getFirst()
                .stream()
                .map(value -> ((Number) value).longValue())
                .toList();
    }

    private static List<Long> sums(TestTopic pushed) {
        List<List<@Nullable Object>> rows = pushed.rows().values().iterator().next();
        long numbers = rows.stream().mapToLong(row -> (Long) row.getFirst()).sum();
        long count = rows.size();
        return List.of(count, numbers, count * (count - 1) / 2);
    }

    /// The state of the topic's newest task of a kind.
    private String state(TestTopic of, String kind) {
        return sql
                .client()
                .query("select state from system.tasks where kind = '" + kind + "' and target = '" + of.name()
                        + "' order by create_time desc limit 1")
                .stream()
                .map(row -> (String) row.getFirst())
                .findFirst()
                .orElse("");
    }

    private double dead(String kind) {
        return lake.meters()
                .get("wings.tasks")
                .tags("kind", kind.toLowerCase(java.util.Locale.ROOT), "state", "dead")
                .gauge()
                .value();
    }

    /// Until something is so; time goes on for tasks, but not so much that leases lapse.
    private void await(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(WAIT_SECONDS).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime())
                    .as("in time; tasks: %s", sql.client().query("select * from system.tasks"))
                    .isLessThan(end);
            lake.clock().advance(Duration.ofMillis(50));
        }
    }
}
