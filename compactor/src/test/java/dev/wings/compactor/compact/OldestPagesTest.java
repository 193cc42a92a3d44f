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

import dev.wings.common.proto.CommitTableRequest;
import dev.wings.common.proto.PageBatch;
import dev.wings.common.proto.PlanScanResponse;
import dev.wings.common.proto.PlannedPage;
import dev.wings.common.proto.WatermarkMove;
import dev.wings.compactor.segment.TopicPage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

    private static OldestPages pages(long maxBytes, int maxPages) {
        return new OldestPages(new OldestPages.Limits(maxBytes, maxPages, 1 << 20, 1 << 20));
    }

    /// Pages come as in a plan: by partition, then offset.
    private static OldestPages select(long maxBytes, int maxPages) {
        OldestPages pages = pages(maxBytes, maxPages);
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
    void onePageIsAlwaysTaken() {
        assertThat(select(1, 100).pages()).hasSize(1);
        assertThat(select(1000, 1).pages()).hasSize(1);
    }

    /// A commit of 100,000 partitions with long keys, and one after it: whatever the order in which pages come, all of
    /// them move, each once, in requests that any control plane takes.
    @Test
    void manyPartitionsMoveInPartsThatTheControlPlaneTakes() {
        int partitions = 100_000;
        List<PlannedPage> left = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            String value = String.format(Locale.ROOT, "%06d", i) + "k".repeat(164);
            left.add(page(value, 1, 0, 2, 10));
            if (i % 10 == 0) {
                left.add(page(value, 2, 2, 5, 10));
            }
        }
        Map<String, Long> watermarks = new HashMap<>();
        int parts = 0;
        for (boolean complete = false; !complete; parts++) {
            OldestPages pages = new OldestPages(new Compaction.Limits(512 << 20, 100_000).ofPages());
            pages.add(answer(left.toArray(PlannedPage[]::new)));
            List<WatermarkMove> moves = OldestPages.moves(pages.pages());
            assertThat(CommitTableRequest.newBuilder()
                            .addAllWatermarks(moves)
                            .build()
                            .getSerializedSize())
                    .isBetween(1, 600_000);
            moves.forEach(move -> {
                assertThat(watermarks.getOrDefault(move.getPartitionValue(), 0L))
                        .isEqualTo(move.getStartOffset());
                watermarks.put(move.getPartitionValue(), move.getEndOffset());
            });
            left.removeIf(page -> page.getStartOffset() < watermarks.getOrDefault(page.getPartitionValue(), 0L));
            complete = pages.isComplete();
        }
        assertThat(left).isEmpty();
        assertThat(watermarks).hasSize(partitions);
        assertThat(watermarks.values().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(2L * partitions + 3 * 10_000);
        assertThat(parts).isBetween(20, 60);
    }

    /// A page may have very many batches.
    @Test
    void whatIsSaidOfPagesIsBounded() {
        OldestPages pages = new OldestPages(new OldestPages.Limits(1 << 20, 100, 10_000, 1 << 20));
        for (int i = 0; i < 10; i++) {
            PlannedPage.Builder page = page("a", i, i * 1_000L, i * 1_000L + 1, 1).toBuilder();
            for (int j = 1; j < 1_000; j++) {
                page.addBatches(PageBatch.newBuilder().setRows(1));
            }
            pages.add(answer(page.setEndOffset(i * 1_000L + 1_000).build()));
        }
        assertThat(pages.isComplete()).isFalse();
        assertThat(pages.pages()).hasSize(2);
    }

    @Test
    void everythingIsTakenIfItFits() {
        OldestPages pages = select(600, 6);
        assertThat(pages.isComplete()).isTrue();
        assertThat(OldestPages.moves(pages.pages()))
                .extracting(move -> move.getStartOffset() + "-" + move.getEndOffset())
                .containsExactly("10-26", "0-9");
        assertThat(pages(1, 1).isComplete()).isTrue();
    }

    /// The order is the one that the control plane wants: U+1F600 comes before U+FF21 in UTF-16, and behind it
    /// in UTF-8.
    @Test
    void movesAreInTheOrderOfUtf8() {
        OldestPages pages = pages(1000, 10);
        pages.add(answer(page("\uFF21", 1, 0, 5, 1), page("\uD83D\uDE00", 1, 0, 5, 1)));
        pages.add(answer(page("a", 1, 0, 5, 1), page("\uFF21", 2, 5, 6, 1)));
        assertThat(OldestPages.moves(pages.pages()))
                .extracting(WatermarkMove::getPartitionValue)
                .containsExactly("a", "\uFF21", "\uD83D\uDE00");
    }

    @Test
    void gapIsNoticed() {
        OldestPages pages = pages(1000, 10);
        pages.add(answer(page("a", 1, 0, 5, 1), page("a", 2, 6, 7, 1)));
        assertThatThrownBy(() -> OldestPages.moves(pages.pages()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("gap");
    }

    @Test
    void pageWithOtherRowsThanOffsetsIsNoticed() {
        PlannedPage bad = page("a", 1, 0, 5, 1).toBuilder().setEndOffset(6).build();
        assertThatThrownBy(() -> pages(1, 1).add(answer(bad))).isInstanceOf(IllegalStateException.class);
    }
}
