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
package dev.wings.compactor.compact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.proto.PageBatch;
import dev.wings.common.proto.PlanScanResponse;
import dev.wings.common.proto.PlannedPage;
import dev.wings.common.proto.WatermarkMove;
import dev.wings.compactor.segment.TopicPage;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OldestPagesTest {

    private static PlannedPage page(String partition, long commit, long start, long end, long bytes) {
        return PlannedPage.newBuilder()
                .setPartitionValue(partition)
                .setCommitNumber(commit)
                .setStartOffset(start)
                .setEndOffset(end)
                .setByteLength(bytes)
                .addBatches(PageBatch.newBuilder().setRows(5).setSkipped(true))
                .addBatches(PageBatch.newBuilder().setRows(end - start))
                .build();
    }

    private static PlanScanResponse answer(PlannedPage... pages) {
        return PlanScanResponse.newBuilder()
                .addFolioKeys("f")
                .addAllPages(List.of(pages))
                .build();
    }

    /// As a plan comes: by partition, then offset.
    private static OldestPages select(long maxBytes, int maxPages) {
        OldestPages pages = new OldestPages(maxBytes, maxPages);
        pages.add(answer(page("a", 1, 10, 20, 100), page("a", 3, 20, 25, 100), page("a", 4, 25, 26, 100)));
        pages.add(answer(page("b", 1, 0, 5, 100), page("b", 2, 5, 6, 100), page("b", 4, 6, 9, 100)));
        return pages;
    }

    @Test
    void wholeCommitsAreTakenOldestFirst() {
        OldestPages pages = select(350, 100);
        assertThat(pages.isComplete()).isFalse();
        assertThat(pages.pages()).extracting(TopicPage::partitionValue).containsExactly("a", "b", "b");
        assertThat(OldestPages.moves(pages.pages()))
                .extracting(move -> move.getPartitionValue() + ":" + move.getStartOffset() + "-" + move.getEndOffset())
                .containsExactly("a:10-20", "b:0-6");
    }

    @Test
    void oneCommitIsAlwaysTaken() {
        assertThat(select(1, 100).pages()).hasSize(2);
        assertThat(select(1000, 1).pages()).hasSize(2);
    }

    @Test
    void everythingIsTakenIfItFits() {
        OldestPages pages = select(600, 6);
        assertThat(pages.isComplete()).isTrue();
        assertThat(OldestPages.moves(pages.pages()))
                .extracting(move -> move.getStartOffset() + "-" + move.getEndOffset())
                .containsExactly("10-26", "0-9");
        assertThat(new OldestPages(1, 1).isComplete()).isTrue();
    }

    /// As the control plane wants them: U+1F600 comes before U+FF21 in UTF-16, and behind it in UTF-8.
    @Test
    void movesAreInTheOrderOfUtf8() {
        OldestPages pages = new OldestPages(1000, 10);
        pages.add(answer(page("\uFF21", 1, 0, 5, 1), page("\uD83D\uDE00", 1, 0, 5, 1)));
        pages.add(answer(page("a", 1, 0, 5, 1), page("\uFF21", 2, 5, 6, 1)));
        assertThat(OldestPages.moves(pages.pages()))
                .extracting(WatermarkMove::getPartitionValue)
                .containsExactly("a", "\uFF21", "\uD83D\uDE00");
    }

    @Test
    void gapIsNoticed() {
        OldestPages pages = new OldestPages(1000, 10);
        pages.add(answer(page("a", 1, 0, 5, 1), page("a", 2, 6, 7, 1)));
        assertThatThrownBy(() -> OldestPages.moves(pages.pages()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("gap");
    }

    @Test
    void pageWithOtherRowsThanOffsetsIsNoticed() {
        PlannedPage bad = page("a", 1, 0, 5, 1).toBuilder().setEndOffset(6).build();
        assertThatThrownBy(() -> new OldestPages(1, 1).add(answer(bad))).isInstanceOf(IllegalStateException.class);
    }
}
