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
package dev.wings.controlplane.log;

import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/// A page that is part of the log: rows `[startOffset, endOffset)` of a partition.
///
/// @param byteOffset where the page is in its folio's object: `[byteOffset, byteOffset + byteLength)`
/// @param batches all batches of the page, in its order
public record LogPage(
        PartitionKey partition,
        long startOffset,
        long endOffset,
        UUID folioId,
        long byteOffset,
        long byteLength,
        int crc32c,
        int schemaVersion,
        List<PageBatch> batches) {

    public LogPage {
        batches = List.copyOf(batches);
        long rows = taken(batches).mapToLong(PageBatch::rows).sum();
        if (rows == 0 || rows != endOffset - startOffset) {
            throw new IllegalStateException("a page's offsets count its rows: folio_id=" + folioId + ", start="
                    + startOffset + ", end=" + endOffset + ", rows=" + rows);
        }
    }

    /// The smallest timestamp: they never go back within a partition, so it is the first.
    public long firstTimestampMicros() {
        return taken(batches).mapToLong(PageBatch::timestampMicros).findFirst().orElseThrow();
    }

    public long lastTimestampMicros() {
        return taken(batches.reversed())
                .mapToLong(PageBatch::timestampMicros)
                .findFirst()
                .orElseThrow();
    }

    private static Stream<PageBatch> taken(List<PageBatch> batches) {
        return batches.stream().filter(batch -> !batch.skipped());
    }

    /// One record batch of a page.
    ///
    /// @param timestampMicros 0 if it is skipped
    /// @param skipped whether it was rejected: its bytes are in the page, its rows are not in the log
    public record PageBatch(long rows, long timestampMicros, boolean skipped) {

        public static PageBatch of(long rows, long timestampMicros) {
            return new PageBatch(rows, timestampMicros, false);
        }

        public static PageBatch skipped(long rows) {
            return new PageBatch(rows, 0, true);
        }
    }
}
