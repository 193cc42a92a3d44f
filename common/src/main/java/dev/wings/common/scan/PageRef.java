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
package dev.wings.common.scan;

import dev.wings.common.proto.PageBatch;
import dev.wings.common.proto.PlannedPage;
import dev.wings.common.store.ObjectRange;
import java.util.Comparator;
import java.util.List;

/// A page of a snapshot.
///
/// @param commitNumber the commit of its folio
/// @param range where it is
/// @param startOffset of the first row of the first batch that is not skipped
/// @param batches all batches of the page, in its order
public record PageRef(long commitNumber, ObjectRange range, int crc32c, long startOffset, List<PageBatch> batches) {

    /// The order of the log, and in each folio the order of the folio: pages that lie side by side are
    /// neighbours.
    public static final Comparator<PageRef> FOLIO_ORDER = Comparator.comparingLong(PageRef::commitNumber)
            .thenComparingLong(page -> page.range().start());

    /// @param objectKey the key of the folio that the planned page is in
    public static PageRef of(PlannedPage page, String objectKey) {
        ObjectRange range =
                new ObjectRange(objectKey, page.getByteOffset(), page.getByteOffset() + page.getByteLength());
        return new PageRef(
                page.getCommitNumber(), range, page.getCrc32C(), page.getStartOffset(), page.getBatchesList());
    }

    /// How many rows the batches have that are not skipped.
    public long rows() {
        return batches.stream()
                .filter(batch -> !batch.getSkipped())
                .mapToLong(PageBatch::getRows)
                .sum();
    }
}
