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
package dev.wings.compactor.segment;

import dev.wings.common.proto.PageBatch;
import dev.wings.common.proto.PlannedPage;
import dev.wings.common.scan.PageRef;

/// A page of a topic, with rows `[startOffset, endOffset)` of one of its partitions.
public record TopicPage(String partitionValue, PageRef ref, long endOffset) {

    public TopicPage {
        long rows = ref.batches().stream()
                .filter(batch -> !batch.getSkipped())
                .mapToLong(PageBatch::getRows)
                .sum();
        if (rows != endOffset - ref.startOffset()) {
            throw new IllegalStateException("a page has another number of rows than its offsets say: " + ref.range()
                    + ", rows=" + rows + ", offsets=[" + ref.startOffset() + ", " + endOffset + ")");
        }
    }

    /// @param objectKey the key of the folio that the page is in
    public static TopicPage of(PlannedPage page, String objectKey) {
        return new TopicPage(page.getPartitionValue(), PageRef.of(page, objectKey), page.getEndOffset());
    }

    public long startOffset() {
        return ref.startOffset();
    }

    public long rows() {
        return endOffset - startOffset();
    }

    public long bytes() {
        return ref.range().length();
    }
}
