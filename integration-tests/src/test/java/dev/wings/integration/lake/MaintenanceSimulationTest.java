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

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.folio.FolioKey;
import dev.wings.common.lake.StoreFileIO;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.Task;
import dev.wings.common.proto.TaskKind;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.store.ObjectInfo;
import dev.wings.integration.lake.TestControlPlane.State;
import dev.wings.worker.task.TaskHandler;
import dev.wings.worker.task.TaskLease;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StaticTableOperations;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever is done in which order, nothing is removed that anybody refers to, or that a query of the last day
/// may still read; and in the end nothing else is left (I8).
@Timeout(300)
class MaintenanceSimulationTest {

    /// The grace of the fixture.
    private static final Duration GRACE = Duration.ofDays(1);

    private static final int STEPS = 40;

    private static final TopicSchema SCHEMA = new TopicSchema(
            0,
            List.of(
                    new TopicField(1, "origin", true, FieldType.Primitive.STRING, ""),
                    new TopicField(2, "delay", false, FieldType.Primitive.LONG, "")),
            2);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private LakeFixture lake;

    private final List<TestTopic> topics = new ArrayList<>();
    private final List<Query> queries = new ArrayList<>();

    /// A query that began, and what it may read until then.
    private record Query(Instant end, Set<String> keys) {}

    @BeforeEach
    void open() throws InterruptedException {
        lake = new LakeFixture(directory, openState(), LakeFixture.POLICY);
    }

    /// What the control plane keeps its state in.
    State openState() throws InterruptedException {
        return State.inMemory();
    }

    @AfterEach
    void close() {
        lake.close();
        closeState();
    }

    void closeState() {}

    @Test
    void nothingReferredToIsRemovedAndNothingElseIsLeft() {
        long seed = Long.getLong("wings.seed", System.nanoTime());
        Random random = new Random(seed);
        try {
            topics.add(createTopic("flights"));
            topics.add(createTopic("old"));
            for (int i = 0; i < STEPS; i++) {
                step(random);
                check();
            }
            for (int i = 0; i < 4; i++) {
                lake.clock().advance(GRACE.plusMinutes(10));
                lake.run(TaskKind.COLLECT_GARBAGE);
                check();
            }
            Set<String> referred = new TreeSet<>();
            topics.forEach(topic -> referred.addAll(references(topic)));
            assertThat(keys()).containsExactlyElementsOf(referred);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("replay with -Dwings.seed=" + seed, e);
        }
    }

    @Test
    void snapshotsAreTakenOutAndTheirFilesStayForTheGrace() {
        TestTopic topic = createTopic("flights");
        topics.add(topic);
        for (int i = 0; i < 5; i++) {
            push(topic, new Random(i));
            lake.run(TaskKind.COMPACT);
        }
        assertThat(snapshots(topic)).isEqualTo(5);
        Set<String> before = references(topic);
        lake.clock().advance(GRACE.plusDays(1));
        while (runIfDue(TaskKind.EXPIRE_SNAPSHOTS)) {
            lake.clock().advance(Duration.ofMinutes(2));
        }
        assertThat(snapshots(topic)).isEqualTo(1);
        Set<String> dropped = new TreeSet<>(before);
        dropped.removeAll(references(topic));
        assertThat(dropped).isNotEmpty();
        runIfDue(TaskKind.COLLECT_GARBAGE);
        assertThat(keys()).containsAll(dropped);
        lake.clock().advance(GRACE.plusMinutes(10));
        lake.run(TaskKind.COLLECT_GARBAGE);
        assertThat(keys()).doesNotContainAnyElementsOf(dropped).containsAll(references(topic));
    }

    /// Readers of the last snapshot that had them may have begun a moment ago, however old they are.
    @Test
    void segmentsThatWereRewrittenStayForTheGraceOnceNoSnapshotHasThem() {
        TestTopic topic = createTopic("flights");
        topics.add(topic);
        for (int i = 0; i < 5; i++) {
            push(topic, new Random(i));
            lake.run(TaskKind.COMPACT);
        }
        lake.clock().advance(GRACE.plusDays(1));
        lake.runAll(TaskKind.REWRITE);
        Set<String> before = references(topic);
        lake.clock().advance(Duration.ofDays(2));
        lake.runAll(TaskKind.EXPIRE_SNAPSHOTS);
        assertThat(snapshots(topic)).isEqualTo(1);
        Set<String> dropped = new TreeSet<>(before);
        dropped.removeAll(references(topic));
        assertThat(dropped).anyMatch(key -> key.endsWith(".parquet"));
        lake.run(TaskKind.COLLECT_GARBAGE);
        assertThat(keys()).containsAll(dropped);
        lake.clock().advance(GRACE.plusMinutes(10));
        lake.run(TaskKind.COLLECT_GARBAGE);
        assertThat(keys()).doesNotContainAnyElementsOf(dropped).containsAll(references(topic));
    }

    /// What only an old snapshot refers to is known by what follows it, if that is all there is.
    @Test
    void tableWhoseSnapshotsDoNotFollowFromEachOtherKeepsThem() throws IOException {
        TestTopic topic = createTopic("flights");
        for (int i = 0; i < 3; i++) {
            push(topic, new Random(i));
            lake.run(TaskKind.COMPACT);
        }
        String location = lake.plan(topic).metadataLocation();
        TableMetadata metadata = table(location).operations().current();
        ObjectNode json = (ObjectNode) new ObjectMapper().readTree(TableMetadataParser.toJson(metadata));
        ((ObjectNode) json.path("refs"))
                .putObject("old")
                .put("snapshot-id", metadata.snapshots().getFirst().snapshotId())
                .put("type", "tag");
        String key = io().locations().key(location);
        lake.store().delete(key);
        lake.store().create(key, List.of(ByteBuffer.wrap(json.toString().getBytes(StandardCharsets.UTF_8))));
        lake.clock().advance(GRACE.plusDays(1));
        Task task = lake.lease(TaskKind.EXPIRE_SNAPSHOTS).orElseThrow();
        assertThatThrownBy(() -> lake.run(task))
                .isInstanceOfSatisfying(
                        WingsException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.DATA_LOSS));
        assertThat(snapshots(topic)).isEqualTo(3);
    }

    @Test
    void fewerSnapshotsAreTakenOutAtOnceWhenTheyDropTooMuchButAlwaysOne() {
        TestTopic topic = createTopic("flights");
        for (int i = 0; i < 5; i++) {
            push(topic, new Random(i));
            lake.run(TaskKind.COMPACT);
        }
        lake.limitDropped(1);
        lake.clock().advance(GRACE.plusDays(1));
        List<Integer> left = new ArrayList<>();
        while (runIfDue(TaskKind.EXPIRE_SNAPSHOTS)) {
            left.add(snapshots(topic));
            lake.clock().advance(Duration.ofMinutes(2));
        }
        assertThat(left).containsExactly(4, 3, 2, 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tableThatCannotBeReadKeepsItsOrphansAndNoOtherDoes(boolean missing) {
        // tables are looked at by name
        TestTopic damaged = createTopic("a");
        TestTopic whole = createTopic("b");
        push(damaged, new Random(1));
        lake.run(TaskKind.COMPACT);
        String left = leaveOrphan(damaged);
        String removed = leaveOrphan(whole);
        String manifest = keys().stream()
                .filter(key -> key.endsWith("-m0.avro"))
                .findFirst()
                .orElseThrow();
        lake.store().delete(manifest);
        if (!missing) {
            lake.store().create(manifest, List.of(ByteBuffer.allocate(100)));
        }
        lake.clock().advance(GRACE.plusMinutes(10));
        TaskHandler collecting = lake.collecting(Duration.ofDays(1));
        Task task = lake.lease(TaskKind.COLLECT_GARBAGE).orElseThrow();
        assertThatThrownBy(() -> collecting.run(new TaskLease(task)))
                .isInstanceOfSatisfying(
                        WingsException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.DATA_LOSS))
                .hasMessageStartingWith("references of a table: ");
        assertThat(keys()).contains(left).doesNotContain(removed);

        // the objects of the namespace are not listed again for that table alone
        assertThat(collecting.run(new TaskLease(task))).isNotNull();
    }

    private TestTopic createTopic(String id) {
        TestTopic topic = lake.createTopic(id, SCHEMA, "", LakeSpec.getDefaultInstance());
        lake.run(TaskKind.CREATE_TABLE);
        return topic;
    }

    private void step(Random random) {
        TestTopic topic = topics.get(random.nextInt(topics.size()));
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> push(topic, random);
            case 3, 4 -> runIfDue(TaskKind.COMPACT);
            case 5 -> runIfDue(TaskKind.REWRITE);
            case 6 -> runIfDue(TaskKind.EXPIRE_SNAPSHOTS);
            case 7 -> lake.clock().advance(Duration.ofHours(random.nextLong(30)));
            case 8 -> leaveOrphans(topic);
            case 9 -> runIfDue(TaskKind.COLLECT_GARBAGE);
            case 10 ->
                lake.lease(TaskKind.COLLECT_GARBAGE, LakeFixture.SOON).ifPresent(task -> kill(task, random.nextInt(4)));
            default -> {
                if (topics.size() > 1 && random.nextInt(3) == 0) {
                    lake.deleteTopic(topics.removeLast());
                }
            }
        }
        lake.clock().advance(Duration.ofMinutes(2));
    }

    private boolean runIfDue(TaskKind kind) {
        Optional<Task> task = lake.lease(kind, LakeFixture.SOON);
        task.ifPresent(lake::run);
        return task.isPresent();
    }

    private void push(TestTopic topic, Random random) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(5); i++) {
            rows.add(List.of("JFK", random.nextLong(100)));
        }
        topic.push(rows, 2);
    }

    /// What a crashed ingestor and a crashed task leave.
    private void leaveOrphans(TestTopic topic) {
        List<ByteBuffer> content = List.of(ByteBuffer.allocate(10));
        lake.store().create(FolioKey.of(lake.objectPrefix(), lake.ids().next()), content);
        String ignored = leaveOrphan(topic);
    }

    /// Returns its key.
    private String leaveOrphan(TestTopic topic) {
        String key = lake.objectPrefix() + "/tables/" + topic.name().topic() + "-"
                + topic.proto().getUid() + "/data/" + lake.ids().next() + ".parquet";
        lake.store().create(key, List.of(ByteBuffer.allocate(10)));
        return key;
    }

    /// A collector that ends in the middle of its work: its lease is over by the next step.
    private void kill(Task task, int removals) {
        AtomicInteger left = new AtomicInteger(removals);
        lake.collectFrom(new KillingStore(lake.store(), left));
        try {
            lake.handler(TaskKind.COLLECT_GARBAGE).run(new TaskLease(task));
        } catch (IllegalStateException e) {
            assertThat(e).hasMessage("killed");
        } finally {
            lake.collectFrom(lake.store());
        }
    }

    private void check() {
        Instant now = lake.clock().instant();
        for (TestTopic topic : topics) {
            queries.add(new Query(now.plus(GRACE), references(topic)));
        }
        queries.removeIf(query -> query.end().isBefore(now));
        Set<String> keys = keys();
        queries.forEach(query -> assertThat(keys).containsAll(query.keys()));
    }

    private Set<String> keys() {
        Set<String> keys = new TreeSet<>();
        String after = "";
        while (true) {
            List<ObjectInfo> page = lake.store().list("", after, 1_000);
            if (page.isEmpty()) {
                return keys;
            }
            page.forEach(object -> keys.add(object.key()));
            after = page.getLast().key();
        }
    }

    private int snapshots(TestTopic topic) {
        return table(lake.plan(topic).metadataLocation())
                .operations()
                .current()
                .snapshots()
                .size();
    }

    private BaseTable table(String location) {
        return new BaseTable(new StaticTableOperations(location, io()), "table");
    }

    private StoreFileIO io() {
        return new StoreFileIO(lake.store(), LakeFixture.STORE);
    }

    /// Keys of all that is reachable from a topic, as Iceberg's scans find it.
    private Set<String> references(TestTopic topic) {
        LakeFixture.Plan plan = lake.plan(topic);
        Set<String> locations = new TreeSet<>(Collections.singleton(plan.metadataLocation()));
        BaseTable table = table(plan.metadataLocation());
        table.operations().current().previousFiles().forEach(entry -> locations.add(entry.file()));
        for (Snapshot snapshot : table.snapshots()) {
            locations.add(snapshot.manifestListLocation());
            snapshot.allManifests(io()).forEach(manifest -> locations.add(manifest.path()));
            try (CloseableIterable<FileScanTask> files =
                    table.newScan().useSnapshot(snapshot.snapshotId()).planFiles()) {
                files.forEach(file -> locations.add(file.file().location()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        Set<String> keys = new TreeSet<>();
        locations.forEach(location -> keys.add(io().locations().key(location)));
        keys.addAll(lake.folioKeys(topic));
        return keys;
    }
}
