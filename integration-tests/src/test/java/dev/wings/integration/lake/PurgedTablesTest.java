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

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.lake.StoreFileIO;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.Task;
import dev.wings.common.proto.TaskKind;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.store.ObjectInfo;
import dev.wings.controlplane.lake.LakeEntry.Kind;
import dev.wings.controlplane.memory.MemoryDatabase;
import dev.wings.integration.lake.TestControlPlane.State;
import dev.wings.worker.task.TaskLease;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.StaticTableOperations;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// When other engines drop tables together with their files, these files are removed, and nothing else ever is,
/// whatever engines have written into their tables (I8, I9).
@Timeout(120)
final class PurgedTablesTest {

    /// The grace of the fixture, which is also the time between two collections.
    private static final Duration GRACE = Duration.ofDays(1);

    private static final TopicSchema SCHEMA =
            new TopicSchema(0, List.of(new TopicField(1, "delay", false, FieldType.Primitive.LONG, "")), 2);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private LakeFixture lake;

    @SuppressWarnings("NullAway.Init")
    private EngineTables tables;

    @SuppressWarnings("NullAway.Init")
    private String topicMetadata;

    /// What is there before each test: the table of a topic, one of another engine, and something of another tenant.
    @SuppressWarnings("NullAway.Init")
    private Set<String> others;

    @BeforeEach
    void open() {
        MemoryDatabase database = new MemoryDatabase();
        lake = new LakeFixture(directory, State.inMemory(database), LakeFixture.POLICY);
        tables = new EngineTables(lake, database.stores(InstantSource.system()).lake());
        TestTopic topic = lake.createTopic("flights", SCHEMA, "", LakeSpec.getDefaultInstance());
        lake.run(TaskKind.CREATE_TABLE);
        topic.push(List.of(List.of(1L)), 1);
        lake.run(TaskKind.COMPACT);
        topicMetadata = lake.plan(topic).metadataLocation();
        tables.create("live", tables.location("live"));
        tables.store(LakeFixture.STORE + "/stranger/ns/external/t/data/a.parquet");
        // what the topic has left behind goes first
        collectAfterTheGrace();
        collectAfterTheGrace();
        others = keys();
    }

    @AfterEach
    void close() {
        lake.close();
    }

    @Test
    void filesOfAPurgedTableGoAfterTheGrace() {
        tables.create("orders", tables.location("orders-1"));
        Set<String> before = keys();
        lake.clock().advance(GRACE.minusHours(2));
        tables.purge("orders");
        lake.clock().advance(Duration.ofHours(4));
        lake.run(TaskKind.COLLECT_GARBAGE);
        assertThat(keys()).isEqualTo(before);
        collectAfterTheGrace();
        assertThat(keys()).isEqualTo(others);
        assertThat(removed()).isEqualTo(before.size() - others.size());
    }

    /// Iceberg encodes partition values so.
    @Test
    void filesOfEncodedPartitionsGoToo() {
        BaseTable table = tables.createEmpty("orders", tables.location("orders-1"), Map.of());
        for (String name :
                List.of("city=San+Francisco/a.parquet", "ts=2020-01-01T10%3A00/a.parquet", "name=*/%C3%A4")) {
            String file = tables.store(tables.location("orders-1/data/" + name));
            table.newAppend().appendFile(EngineTables.dataFile(file)).commit();
        }
        tables.purge("orders");
        collectAfterTheGrace();
        assertThat(keys()).isEqualTo(others);
    }

    @Test
    void tableWithAFileThatHasNoKeyIsLeftAlone() {
        BaseTable table = tables.create("orders", tables.location("orders-1"));
        String file = tables.location("orders-1") + "/data/city=San Francisco/a.parquet";
        table.newAppend().appendFile(EngineTables.dataFile(file)).commit();
        tables.purge("orders");
        for (int i = 0; i < 2; i++) {
            Set<String> before = keys();
            assertThatThrownBy(this::collectAfterTheGrace)
                    .isInstanceOfSatisfying(
                            WingsException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.PRECONDITION))
                    .hasMessageContaining("location=" + file);
            assertThat(keys()).isEqualTo(before);
        }
    }

    @Test
    void killedCollectorsLeaveWhatTheNextOnesFind() {
        BaseTable table = tables.create("orders", tables.location("orders-1"));
        String pointer = key(table.operations().current().metadataFileLocation());
        tables.purge("orders");
        lake.clock().advance(GRACE.plusMinutes(10));
        int killed = 0;
        while (true) {
            lake.clock().advance(Duration.ofMinutes(2));
            Task task = lake.lease(TaskKind.COLLECT_GARBAGE).orElseThrow();
            lake.collectFrom(new KillingStore(lake.store(), new AtomicInteger(1)));
            try {
                lake.handler(TaskKind.COLLECT_GARBAGE).run(new TaskLease(task));
                break;
            } catch (IllegalStateException e) {
                assertThat(e).hasMessage("killed");
                killed++;
                Set<String> left = keys();
                left.removeAll(others);
                assertThat(left).as("the metadata file goes last").contains(pointer);
            }
        }
        assertThat(killed).isGreaterThan(10);
        assertThat(keys()).isEqualTo(others);
    }

    /// One that was killed behind the last removal has not said that the table is done.
    @Test
    void missingMetadataFileMeansThatAllIsGone() {
        tables.create("orders", tables.location("orders-1"));
        lake.store().delete(key(tables.metadataLocation("orders")));
        tables.purge("orders");
        Set<String> before = keys();
        collectAfterTheGrace();
        collectAfterTheGrace();
        assertThat(keys()).isEqualTo(before);
    }

    /// The hostile table refers to everything that is there.
    @Test
    void nothingOutsideOfTheTableIsRemoved() {
        BaseTable hostile = tables.createEmpty("hostile", tables.location("hostile"), Map.of());
        for (String key : others) {
            String location = LakeFixture.STORE + "/" + key;
            hostile.newAppend().appendFile(EngineTables.dataFile(location)).commit();
            hostile.newAppend()
                    .appendFile(EngineTables.dataFile(tables.location("hostile") + "/../../../" + key))
                    .commit();
        }
        tables.fill(hostile);
        tables.setStatistics(hostile, topicMetadata);
        tables.purge("hostile");
        collectAfterTheGrace();
        Set<String> left = keys();
        left.removeAll(others);
        assertThat(keys()).containsAll(others);
        // its statistics were replaced, which no metadata reach any more
        assertThat(left).containsExactly(key(tables.location("hostile/metadata/statistics.puffin")));
    }

    @Test
    void tableWhoseLocationIsNotOfEnginesIsLeftAlone() {
        BaseTable table = tables.create("orders", tables.location("orders-1"));
        String json = text(table.operations().current().metadataFileLocation());
        String topicTable = topicMetadata.substring(0, topicMetadata.indexOf("/metadata/"));
        List<String> locations = List.of(
                topicTable,
                LakeFixture.STORE + "/stranger/ns/external/t",
                LakeFixture.STORE + "/" + lake.objectPrefix(),
                LakeFixture.STORE + "/" + lake.objectPrefix() + "/external",
                tables.location("orders-1") + "/../../tables",
                "file:///etc",
                "s3://bucket/x");
        for (String location : locations) {
            String name = "hostile" + locations.indexOf(location);
            String hostile = json.replace(
                    "\"location\":\"" + tables.location("orders-1") + "\"", "\"location\":\"" + location + "\"");
            assertThat(hostile).isNotEqualTo(json);
            String file = tables.location(name + "/metadata/00000.metadata.json");
            tables.register(name, Kind.TABLE, tables.store(file, hostile.getBytes(UTF_8)));
            tables.purge(name);
        }
        // neither is one whose pointer is elsewhere
        tables.register("elsewhere", Kind.TABLE, topicMetadata);
        tables.purge("elsewhere");
        assertLeftAlone();
        // the others of the same collection are done
        tables.purge("orders");
        Set<String> before = keys();
        assertThatThrownBy(this::collectAfterTheGrace).isInstanceOf(WingsException.class);
        Set<String> gone = new TreeSet<>(before);
        gone.removeAll(keys());
        assertThat(gone).hasSizeGreaterThan(10).allMatch(key -> key.contains("/external/orders-1/"));
        assertThat(keys()).containsAll(others);
    }

    /// Manifests of others are not even read.
    @Test
    void tableWithManifestsOfOthersIsLeftAlone() {
        BaseTable table = tables.create("orders", tables.location("orders-1"));
        String json = text(table.operations().current().metadataFileLocation());
        String own = table.currentSnapshot().manifestListLocation();
        String foreign = new BaseTable(new StaticTableOperations(topicMetadata, io()), "flights")
                .currentSnapshot()
                .manifestListLocation();
        String file = tables.location("orders-1/metadata/hostile.metadata.json");
        tables.register(
                "hostile",
                Kind.TABLE,
                tables.store(file, json.replace(own, foreign).getBytes(UTF_8)));
        tables.purge("hostile");
        tables.purge("orders");
        Set<String> before = keys();
        assertThatThrownBy(this::collectAfterTheGrace)
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("not one of engines' tables");
        assertThat(keys()).containsAll(others).contains(key(file)).isNotEqualTo(before);
    }

    @Test
    void tableMadeAnewAtTheSameLocationIsNotTouched() {
        tables.create("orders", tables.location("orders-1"));
        tables.purge("orders");
        BaseTable anew = tables.createEmpty("orders", tables.location("orders-1"), Map.of());
        anew.newAppend()
                .appendFile(EngineTables.dataFile(tables.store(tables.location("orders-1/data/new.parquet"))))
                .commit();
        assertLeftAlone();
        tables.purge("orders");
        collectAfterTheGrace();
        collectAfterTheGrace();
        assertThat(keys()).isEqualTo(others);
    }

    @Test
    void tableAroundOrBelowAnotherIsLeftAlone() {
        tables.create("outer", tables.location("shared"));
        tables.create("inner", tables.location("shared/inner"));
        tables.purge("outer");
        assertLeftAlone();
        tables.createEmpty("outermost", tables.location("shared"), Map.of());
        tables.purge("inner");
        assertLeftAlone();
    }

    @Test
    void tableToWhoseFilesAnotherRefersIsLeftAlone() {
        tables.create("orders", tables.location("orders-1"));
        tables.purge("orders");
        BaseTable reader = tables.createEmpty("reader", tables.location("reader"), Map.of());
        // as Hadoop writes it
        String file = tables.location("orders-1/data/a.parquet").replace("file:///", "file:/");
        reader.newAppend().appendFile(EngineTables.dataFile(file)).commit();
        assertLeftAlone();
        reader.newDelete().deleteFile(file).commit();
        assertLeftAlone();
        tables.purge("reader");
        collectAfterTheGrace();
        Set<String> left = keys();
        left.removeAll(others);
        assertThat(left).isEmpty();
    }

    @Test
    void tableWithAViewInsideIsLeftAlone() {
        tables.create("orders", tables.location("orders-1"));
        tables.register("view", Kind.VIEW, tables.location("orders-1/data/a.parquet"));
        tables.purge("orders");
        assertLeftAlone();
    }

    @Test
    void nothingIsRemovedWhileATableThatExistsCannotBeRead() {
        tables.create("orders", tables.location("orders-1"));
        tables.purge("orders");
        String file = tables.location("broken/metadata/0.metadata.json");
        tables.register("broken", Kind.TABLE, tables.store(file, "{}".getBytes(UTF_8)));
        assertLeftAlone();
    }

    @Test
    void damagedTableKeepsAllOfItsFiles() {
        BaseTable first = tables.create("first", tables.location("first"));
        BaseTable second = tables.create("second", tables.location("second"));
        tables.create("third", tables.location("third"));
        overwrite(first.operations().current().metadataFileLocation());
        overwrite(second.currentSnapshot().allManifests(io()).getLast().path());
        Set<String> damaged = new TreeSet<>(keys());
        damaged.removeIf(key -> key.contains("/external/third/"));
        List.of("first", "second", "third").forEach(tables::purge);
        assertThatThrownBy(this::collectAfterTheGrace)
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("files of a purged table are left alone");
        assertThat(keys()).isEqualTo(damaged);
    }

    /// `gc.enabled` says that other tables, which need not be here, have the data too.
    @Test
    void dataStayIfTheTableSaysSo() {
        BaseTable table = tables.createEmpty("orders", tables.location("orders-1"), Map.of("gc.enabled", "false"));
        tables.fill(table);
        tables.purge("orders");
        collectAfterTheGrace();
        Set<String> left = keys();
        left.removeAll(others);
        assertThat(left).hasSize(3).allMatch(key -> key.contains("/external/orders-1/data/"));
    }

    private void collectAfterTheGrace() {
        lake.clock().advance(GRACE.plusMinutes(10));
        lake.run(TaskKind.COLLECT_GARBAGE);
    }

    private void assertLeftAlone() {
        Set<String> before = keys();
        assertThatThrownBy(this::collectAfterTheGrace)
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("files of a purged table are left alone");
        assertThat(keys()).isEqualTo(before);
    }

    private void overwrite(String location) {
        lake.store().delete(key(location));
        tables.store(location);
    }

    private String text(String location) {
        ObjectInfo info = lake.store().find(key(location)).orElseThrow();
        ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(info.bytes()));
        lake.store().read(key(location), 0, content);
        return UTF_8.decode(content.rewind()).toString();
    }

    private double removed() {
        return lake.meters()
                .get("wings.garbage.objects")
                .tag("why", "purged")
                .counter()
                .count();
    }

    private Set<String> keys() {
        Set<String> keys = new TreeSet<>();
        lake.store().list("", "", 10_000).forEach(object -> keys.add(object.key()));
        return keys;
    }

    private StoreFileIO io() {
        return new StoreFileIO(lake.store(), LakeFixture.STORE);
    }

    private String key(String location) {
        return io().locations().key(location);
    }
}
