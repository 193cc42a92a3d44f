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
package dev.wings.worker.table;

import com.google.protobuf.Timestamp;
import dev.wings.common.proto.TableStats;
import java.util.Map;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.TableMetadata;

/// What the summary of a table's newest snapshot says of the table. It is carried from snapshot to snapshot, so that
/// no task has to read all manifests only to say how the table is.
///
/// @param smallSegments how many segments a rewrite may be worth for
public record TableSummary(long smallSegments, long smallSegmentBytes) {

    /// Id of the commit, as the control plane knows it.
    static final String COMMIT_ID = "wings.commit-id";

    /// Name of the task that made the snapshot.
    static final String TASK = "wings.task";

    private static final String SMALL_SEGMENTS = "wings.small-segments";
    private static final String SMALL_SEGMENT_BYTES = "wings.small-segment-bytes";

    /// A segment that has so many percent of the target size is left as it is.
    private static final int LARGE_ENOUGH_PERCENT = 75;

    public static TableSummary of(TableMetadata metadata) {
        return new TableSummary(number(metadata, SMALL_SEGMENTS), number(metadata, SMALL_SEGMENT_BYTES));
    }

    public static boolean isSmall(long segmentBytes, long targetBytes) {
        return segmentBytes < targetBytes / 100 * LARGE_ENOUGH_PERCENT;
    }

    public TableSummary plus(long segments, long bytes) {
        return new TableSummary(smallSegments + segments, smallSegmentBytes + bytes);
    }

    public Map<String, String> properties() {
        return Map.of(
                SMALL_SEGMENTS, Long.toString(smallSegments), SMALL_SEGMENT_BYTES, Long.toString(smallSegmentBytes));
    }

    /// The figures of a table for the scheduling of further tasks.
    public static TableStats stats(TableMetadata metadata) {
        TableSummary summary = of(metadata);
        TableStats.Builder stats = TableStats.newBuilder()
                .setSmallSegments(summary.smallSegments())
                .setSmallSegmentBytes(summary.smallSegmentBytes())
                .setSegments(number(metadata, SnapshotSummary.TOTAL_DATA_FILES_PROP))
                .setSnapshots(metadata.snapshots().size());
        metadata.snapshots().stream()
                .mapToLong(Snapshot::timestampMillis)
                .min()
                .ifPresent(millis -> stats.setOldestSnapshotTime(Timestamp.newBuilder()
                        .setSeconds(Math.floorDiv(millis, 1000L))
                        .setNanos((int) Math.floorMod(millis, 1000L) * 1_000_000)));
        return stats.build();
    }

    private static long number(TableMetadata metadata, String property) {
        Snapshot newest = metadata.currentSnapshot();
        String text = newest == null ? null : newest.summary().get(property);
        return text == null ? 0 : Long.parseLong(text);
    }
}
