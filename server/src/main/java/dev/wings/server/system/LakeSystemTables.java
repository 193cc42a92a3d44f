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
package dev.wings.server.system;

import static dev.wings.server.system.NamedTopics.NAMESPACE;
import static dev.wings.server.system.NamedTopics.TOPIC;
import static dev.wings.server.table.SystemTable.bigInt;
import static dev.wings.server.table.SystemTable.instant;
import static dev.wings.server.table.SystemTable.text;

import dev.wings.common.lake.LakeTable;
import dev.wings.common.proto.PlanScanRequest;
import dev.wings.common.proto.TopicScan;
import dev.wings.server.catalog.Catalog;
import dev.wings.server.lake.Segments;
import dev.wings.server.table.SystemTable;
import dev.wings.server.table.TopicTable;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.jspecify.annotations.Nullable;

/// The system tables about what topics have in the lake.
public final class LakeSystemTables {

    private final Catalog catalog;
    private final Segments segments;

    public LakeSystemTables(Catalog catalog, Segments segments) {
        this.catalog = catalog;
        this.segments = segments;
    }

    List<SystemTable> tables() {
        return List.of(segments(), snapshots());
    }

    private SystemTable segments() {
        return new SystemTable(
                "segments",
                List.of(
                        text(NAMESPACE, ""),
                        text(TOPIC, ""),
                        text("location", "of the Parquet file"),
                        bigInt("bytes", ""),
                        bigInt("row_count", ""),
                        text("table_partition", "as Iceberg writes it in paths; empty if the table has none"),
                        bigInt("min_offset", "no row has a smaller one"),
                        bigInt("max_offset", "no row has a greater one"),
                        instant("first_timestamp", ""),
                        instant("last_timestamp", "")),
                (tenant, needs, rows) -> NamedTopics.forEach(
                        catalog,
                        tenant,
                        needs,
                        topic -> table(topic)
                                .ifPresent(location -> segments.forEachDataFile(
                                        catalog.objectStore(topic),
                                        location,
                                        (file, partition) -> rows.accept(segment(topic, file, partition))))));
    }

    private static @Nullable Object[] segment(TopicTable topic, DataFile file, String partition) {
        return new @Nullable Object[] {
            topic.name().namespace(),
            topic.name().topic(),
            file.location(),
            file.fileSizeInBytes(),
            file.recordCount(),
            partition,
            Segments.bound(file.lowerBounds(), LakeTable.OFFSET_FIELD_ID).orElse(null),
            Segments.bound(file.upperBounds(), LakeTable.OFFSET_FIELD_ID).orElse(null),
            Segments.bound(file.lowerBounds(), LakeTable.TIMESTAMP_FIELD_ID)
                    .map(LakeSystemTables::instantOf)
                    .orElse(null),
            Segments.bound(file.upperBounds(), LakeTable.TIMESTAMP_FIELD_ID)
                    .map(LakeSystemTables::instantOf)
                    .orElse(null)
        };
    }

    private SystemTable snapshots() {
        return new SystemTable(
                "snapshots",
                List.of(
                        text(NAMESPACE, ""),
                        text(TOPIC, ""),
                        bigInt("snapshot_id", "as Iceberg numbers it"),
                        instant("commit_time", ""),
                        text("operation", "append, replace, delete or overwrite"),
                        bigInt("added_segments", ""),
                        bigInt("removed_segments", ""),
                        bigInt("segment_count", "of the table since then"),
                        bigInt("row_count", "of the table since then")),
                (tenant, needs, rows) -> NamedTopics.forEach(
                        catalog,
                        tenant,
                        needs,
                        topic -> table(topic)
                                .ifPresent(location -> segments.snapshots(catalog.objectStore(topic), location)
                                        .forEach(snapshot -> rows.accept(snapshot(topic, snapshot))))));
    }

    private static @Nullable Object[] snapshot(TopicTable topic, Snapshot snapshot) {
        Map<String, String> summary = snapshot.summary() == null ? Map.of() : snapshot.summary();
        return new @Nullable Object[] {
            topic.name().namespace(),
            topic.name().topic(),
            snapshot.snapshotId(),
            Instant.ofEpochMilli(snapshot.timestampMillis()),
            snapshot.operation(),
            number(summary, SnapshotSummary.ADDED_FILES_PROP),
            number(summary, SnapshotSummary.DELETED_FILES_PROP),
            number(summary, SnapshotSummary.TOTAL_DATA_FILES_PROP),
            number(summary, SnapshotSummary.TOTAL_RECORDS_PROP)
        };
    }

    private static @Nullable Long number(Map<String, String> summary, String property) {
        String text = summary.get(property);
        return text == null ? null : Long.valueOf(text);
    }

    /// Returns the location of the newest metadata of a topic's table, if it has one.
    private Optional<String> table(TopicTable topic) {
        String[] location = {""};
        PlanScanRequest request = PlanScanRequest.newBuilder()
                .addTopics(TopicScan.newBuilder().setTopic(topic.name().toString()))
                .build();
        catalog.plan(
                request,
                answer ->
                        answer.getTopicsList().forEach(snapshot -> location[0] = snapshot.getTableMetadataLocation()));
        return location[0].isEmpty() ? Optional.empty() : Optional.of(location[0]);
    }

    private static Instant instantOf(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
