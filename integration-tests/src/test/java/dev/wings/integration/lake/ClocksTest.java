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

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wings.common.lake.StoreFileIO;
import dev.wings.common.lake.StoreLocations;
import dev.wings.common.lake.TableMetadataFiles;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.TaskKind;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.HistoryEntry;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Compactors whose clocks differ take turns with a table. Its times never go back.
final class ClocksTest {

    private static final TopicSchema SCHEMA =
            new TopicSchema(0, List.of(TopicField.required(1, "n", Primitive.INT)), 1);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"PT2M", "PT-2M", "PT2H", "PT-2H", "PT720H"})
    void lastCommitWasOfAnotherClock(String ahead) throws Exception {
        Duration skew = Duration.parse(ahead);
        try (LakeFixture lake = new LakeFixture(directory.resolve("scratch"))) {
            TestTopic topic = lake.createTopic("t", SCHEMA, "", LakeSpec.getDefaultInstance());
            lake.run(TaskKind.CREATE_TABLE);
            for (int i = 0; i < 3; i++) {
                compact(lake, topic, i);
            }
            shift(lake, topic, skew);
            TableMetadata before = metadata(lake, topic);
            for (int i = 3; i < 5; i++) {
                compact(lake, topic, i);
                assertTimesAfter(before, metadata(lake, topic));
                before = metadata(lake, topic);
            }
            lake.run(TaskKind.REWRITE);
            assertTimesAfter(before, metadata(lake, topic));
            before = metadata(lake, topic);
            lake.runAll(TaskKind.EXPIRE_SNAPSHOTS);
            assertThat(metadata(lake, topic).lastUpdatedMillis()).isGreaterThanOrEqualTo(before.lastUpdatedMillis());
            compact(lake, topic, 5);
            TableRows.open(lake, topic, lake.plan(topic).metadataLocation(), directory)
                    .assertHolds(topic);
        }
    }

    private static void compact(LakeFixture lake, TestTopic topic, int number) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            rows.add(List.of(number * 10 + i));
        }
        topic.push(rows, 10);
        lake.compactAll(topic);
    }

    /// Shifts the times of a table as if the clock of whoever made it had been ahead by so much.
    private static void shift(LakeFixture lake, TestTopic topic, Duration skew) throws IOException {
        String location = lake.plan(topic).metadataLocation();
        ObjectNode json = (ObjectNode) new ObjectMapper().readTree(TableMetadataParser.toJson(metadata(lake, topic)));
        json.put("last-updated-ms", json.path("last-updated-ms").asLong() + skew.toMillis());
        for (String list : List.of("snapshots", "snapshot-log", "metadata-log")) {
            for (JsonNode entry : json.path(list)) {
                ((ObjectNode) entry)
                        .put("timestamp-ms", entry.path("timestamp-ms").asLong() + skew.toMillis());
            }
        }
        String key = StoreLocations.of(LakeFixture.STORE).key(location);
        lake.store().delete(key);
        lake.store().create(key, List.of(ByteBuffer.wrap(json.toString().getBytes(StandardCharsets.UTF_8))));
    }

    private static TableMetadata metadata(LakeFixture lake, TestTopic topic) {
        return TableMetadataFiles.read(
                new StoreFileIO(lake.store(), LakeFixture.STORE),
                lake.plan(topic).metadataLocation());
    }

    private static void assertTimesAfter(TableMetadata before, TableMetadata after) {
        Snapshot last = before.currentSnapshot();
        Snapshot next = after.currentSnapshot();
        assertThat(next.parentId()).isEqualTo(last.snapshotId());
        assertThat(next.timestampMillis()).isGreaterThanOrEqualTo(last.timestampMillis());
        assertThat(after.lastUpdatedMillis()).isGreaterThanOrEqualTo(next.timestampMillis());
        assertThat(after.snapshotLog()).map(HistoryEntry::timestampMillis).isSorted();
        assertThat(after.snapshotLog()).startsWith(before.snapshotLog().toArray(HistoryEntry[]::new));
        assertThat(after.previousFiles())
                .map(TableMetadata.MetadataLogEntry::timestampMillis)
                .isSorted()
                .contains(before.lastUpdatedMillis());
        for (Snapshot snapshot : before.snapshots()) {
            assertThat(after.snapshot(snapshot.snapshotId()).timestampMillis()).isEqualTo(snapshot.timestampMillis());
        }
    }
}
