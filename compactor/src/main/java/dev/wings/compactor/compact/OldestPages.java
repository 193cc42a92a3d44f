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

import com.google.protobuf.CodedOutputStream;
import dev.wings.common.folio.PageKey;
import dev.wings.common.proto.PlanScanResponse;
import dev.wings.common.proto.PlannedPage;
import dev.wings.common.proto.WatermarkMove;
import dev.wings.compactor.segment.TopicPage;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The oldest pages of a plan that fit into a budget. They are in the order of commits, and within a commit,
/// however many pages it has, in that of partitions and offsets. So each partition gives a prefix of its pages,
/// and the memory taken is bounded however long the plan is, as is what the control plane is told of the pages.
final class OldestPages {

    /// What one move takes in a request, besides the partition's value with its length: tags and two offsets.
    private static final int MOVE_BYTES = 32;

    private static final Comparator<Planned> ORDER = Comparator.comparingLong(Planned::commit)
            .thenComparing(planned -> planned.page().partitionValue(), PageKey.VALUE_ORDER)
            .thenComparingLong(planned -> planned.page().startOffset());

    private final Limits limits;
    private final TreeSet<Planned> taken = new TreeSet<>(ORDER);
    /// How many pages each partition gives.
    private final Map<String, Integer> partitions = new HashMap<>();
    private long bytes;
    private long planBytes;
    private long moveBytes;
    /// The first page that is left to the next task, with all later ones.
    private @Nullable Planned end;

    /// How much the pages may be together; one page is always taken.
    ///
    /// @param bytes the bytes of the pages
    /// @param pages how many there may be
    /// @param planBytes the bytes of their descriptions, with all of their batches
    /// @param moveBytes the bytes that the control plane is told of their partitions, in one request
    record Limits(long bytes, int pages, long planBytes, long moveBytes) {}

    private record Planned(long commit, TopicPage page, long planBytes) {}

    OldestPages(Limits limits) {
        this.limits = limits;
    }

    void add(PlanScanResponse answer) {
        for (PlannedPage page : answer.getPagesList()) {
            add(new Planned(
                    page.getCommitNumber(),
                    TopicPage.of(page, answer.getFolioKeys(page.getFolioIndex())),
                    page.getSerializedSize()));
        }
    }

    private void add(Planned planned) {
        if (end != null && ORDER.compare(planned, end) >= 0) {
            return;
        }
        if (!taken.add(planned)) {
            throw new IllegalStateException(
                    "a plan has each page once: partition=" + planned.page().partitionValue() + ", start="
                            + planned.page().startOffset());
        }
        bytes += planned.page().bytes();
        planBytes += planned.planBytes();
        if (partitions.merge(planned.page().partitionValue(), 1, Integer::sum) == 1) {
            moveBytes += moveBytes(planned);
        }
        while (isTooMuch() && taken.size() > 1) {
            end = taken.removeLast();
            remove(end);
        }
    }

    private boolean isTooMuch() {
        return bytes > limits.bytes()
                || taken.size() > limits.pages()
                || planBytes > limits.planBytes()
                || moveBytes > limits.moveBytes();
    }

    private void remove(Planned planned) {
        bytes -= planned.page().bytes();
        planBytes -= planned.planBytes();
        if (partitions.merge(planned.page().partitionValue(), -1, Integer::sum) == 0) {
            partitions.remove(planned.page().partitionValue());
            moveBytes -= moveBytes(planned);
        }
    }

    private static long moveBytes(Planned planned) {
        return (long) MOVE_BYTES
                + CodedOutputStream.computeStringSizeNoTag(planned.page().partitionValue());
    }

    /// Whether these are all pages of the plan.
    boolean isComplete() {
        return end == null;
    }

    List<TopicPage> pages() {
        return taken.stream().map(Planned::page).toList();
    }

    /// What moves out of pages, by partition, in the only order that the control plane takes: each partition
    /// gives one run of offsets without gaps.
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
