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

import dev.wings.common.folio.PageKey;
import dev.wings.common.proto.PlanScanResponse;
import dev.wings.common.proto.PlannedPage;
import dev.wings.common.proto.WatermarkMove;
import dev.wings.compactor.segment.TopicPage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The oldest pages of a plan that fit into a budget: all pages of all commits up to one. So each partition gives a
/// prefix of its pages, and the memory taken is bounded however long the plan is.
final class OldestPages {

    private final long maxBytes;
    private final int maxPages;
    private final TreeMap<Long, List<TopicPage>> byCommit = new TreeMap<>();
    private long bytes;
    private int pages;
    private boolean complete = true;
    /// Pages of this commit and later ones are left to the next task.
    private long endCommit = Long.MAX_VALUE;

    /// @param maxBytes and
    /// @param maxPages what the pages may be together; one commit is always taken
    OldestPages(long maxBytes, int maxPages) {
        this.maxBytes = maxBytes;
        this.maxPages = maxPages;
    }

    void add(PlanScanResponse answer) {
        for (PlannedPage page : answer.getPagesList()) {
            add(page.getCommitNumber(), TopicPage.of(page, answer.getFolioKeys(page.getFolioIndex())));
        }
    }

    private void add(long commit, TopicPage page) {
        if (commit >= endCommit) {
            return;
        }
        byCommit.computeIfAbsent(commit, number -> new ArrayList<>()).add(page);
        bytes += page.bytes();
        pages++;
        while ((bytes > maxBytes || pages > maxPages) && byCommit.size() > 1) {
            Map.Entry<Long, List<TopicPage>> newest = byCommit.pollLastEntry();
            endCommit = newest.getKey();
            complete = false;
            bytes -= newest.getValue().stream().mapToLong(TopicPage::bytes).sum();
            pages -= newest.getValue().size();
        }
    }

    /// Whether these are all pages of the plan.
    boolean isComplete() {
        return complete;
    }

    List<TopicPage> pages() {
        return byCommit.values().stream().flatMap(List::stream).toList();
    }

    /// What moves out of pages, by partition, in the only order that the control plane takes: each gives one run of
    /// offsets without gaps.
    static List<WatermarkMove> moves(List<TopicPage> pages) {
        List<TopicPage> ordered = pages.stream()
                .sorted(Comparator.comparing(TopicPage::partitionValue, PageKey.VALUE_ORDER)
                        .thenComparingLong(TopicPage::startOffset))
                .toList();
        Map<String, WatermarkMove.Builder> moves = new LinkedHashMap<>();
        for (TopicPage page : ordered) {
            WatermarkMove.Builder move = moves.computeIfAbsent(
                    page.partitionValue(),
                    value -> WatermarkMove.newBuilder()
                            .setPartitionValue(value)
                            .setStartOffset(page.startOffset())
                            .setEndOffset(page.startOffset()));
            if (move.getEndOffset() != page.startOffset()) {
                throw new IllegalStateException("pages of a partition have a gap: partition=" + page.partitionValue()
                        + ", end=" + move.getEndOffset() + ", next_start=" + page.startOffset());
            }
            move.setEndOffset(page.endOffset());
        }
        return moves.values().stream().map(WatermarkMove.Builder::build).toList();
    }
}
