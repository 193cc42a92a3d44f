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
package dev.wings.controlplane.task;

import dev.wings.common.error.WingsException;
import dev.wings.controlplane.log.PartitionKey;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The result of a task, which is to become visible. Fails with INVALID for what no commit can be.
///
/// @param task the task under whose lease it is made
/// @param epoch the epoch of that lease
/// @param commitId makes it idempotent
/// @param baseLocation the metadata file that it is based on; null to create the table
/// @param metadataLocation the new metadata file, which is stored
/// @param tableUuid as the metadata say
/// @param moves ordered by partition value, each at most once
/// @param obsoleteLocations objects that the table does not refer to any more
public record TableCommit(
        TaskName task,
        long epoch,
        UUID commitId,
        UUID topicUid,
        @Nullable String baseLocation,
        String metadataLocation,
        UUID tableUuid,
        List<WatermarkMove> moves,
        List<String> obsoleteLocations) {

    public static final int MAX_LOCATION_LENGTH = 4_096;

    public TableCommit {
        moves = List.copyOf(moves);
        obsoleteLocations = List.copyOf(obsoleteLocations);
        for (int i = 1; i < moves.size(); i++) {
            if (PartitionKey.VALUE_ORDER.compare(
                            moves.get(i - 1).value(), moves.get(i).value())
                    >= 0) {
                throw WingsException.invalid(
                        "watermarks must be ordered by partition, each once: topic_uid=" + topicUid);
            }
        }
        checkLocation(metadataLocation);
        obsoleteLocations.forEach(TableCommit::checkLocation);
        if (metadataLocation.equals(baseLocation)) {
            throw WingsException.invalid("a commit has a new metadata file: topic_uid=" + topicUid);
        }
        if (obsoleteLocations.contains(metadataLocation)) {
            throw WingsException.invalid("the new metadata file cannot be obsolete: topic_uid=" + topicUid);
        }
    }

    private static void checkLocation(String location) {
        if (location.isEmpty() || location.length() > MAX_LOCATION_LENGTH) {
            throw WingsException.invalid(
                    "bad location: length=" + location.length() + ", limit=" + MAX_LOCATION_LENGTH);
        }
    }

    /// Rows `[startOffset, endOffset)` of a partition, which are now in segments.
    public record WatermarkMove(String value, long startOffset, long endOffset) {
        public WatermarkMove {
            if (startOffset < 0 || endOffset <= startOffset) {
                throw WingsException.invalid(
                        "bad move of a watermark: start_offset=" + startOffset + ", end_offset=" + endOffset);
            }
        }

        public long rows() {
            return endOffset - startOffset;
        }
    }
}
