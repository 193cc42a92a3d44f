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
        long rows = batches.stream().mapToLong(PageBatch::rows).sum();
        if (batches.isEmpty() || rows != endOffset - startOffset) {
            throw new IllegalStateException("a page's offsets count its rows: folio_id=" + folioId + ", start="
                    + startOffset + ", end=" + endOffset + ", rows=" + rows);
        }
    }

    public long firstTimestampMicros() {
        return batches.getFirst().timestampMicros();
    }

    /// Timestamps never go back within a partition, so the last is the greatest.
    public long lastTimestampMicros() {
        return batches.getLast().timestampMicros();
    }

    /// One record batch of a page.
    public record PageBatch(long rows, long timestampMicros) {}
}
