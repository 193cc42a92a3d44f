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

import dev.wings.common.proto.TopicSnapshot;
import dev.wings.common.proto.WatermarkMove;
import dev.wings.compactor.segment.SegmentMaker;
import dev.wings.compactor.segment.TableLayout;
import dev.wings.compactor.segment.TopicPage;
import dev.wings.worker.table.LeasedTable;
import dev.wings.worker.table.TableSummary;
import dev.wings.worker.table.TaskTables;
import dev.wings.worker.task.TaskHandler;
import dev.wings.worker.task.TaskLease;
import dev.wings.worker.topic.TopicTarget;
import dev.wings.worker.topic.Topics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.TableMetadata;

/// Moves the oldest rows of a topic from pages to segments.
///
/// One plan gives pages and table of the same moment. What is written becomes the topic's in one transaction of
/// the control plane, which also moves the watermarks and removes the pages; until then nobody sees it, and if
/// it never comes to that, the files are garbage.
public final class Compaction implements TaskHandler {

    private final Topics topics;
    private final TaskTables tables;
    private final SegmentMaker segments;
    private final Limits limits;
    private final Counter rows;
    private final Counter pageBytes;

    /// What one task takes at most.
    ///
    /// @param moveBytes how many bytes one commit tells the control plane of partitions
    public record Limits(long pageBytes, int pages, long moveBytes) {

        /// Half of the smallest bound that a control plane can have for a request (`MAX_MESSAGE_BYTES`): a
        /// topic of very many partitions is compacted in parts that every control plane takes.
        private static final long MOVE_BYTES = 512 << 10;

        /// How many bytes the descriptions of the pages of one task may have, batches included; they take some
        /// five times as much memory.
        private static final long PLAN_BYTES = 64 << 20;

        public Limits(long pageBytes, int pages) {
            this(pageBytes, pages, MOVE_BYTES);
        }

        OldestPages.Limits ofPages() {
            return new OldestPages.Limits(pageBytes, pages, PLAN_BYTES, moveBytes);
        }
    }

    public Compaction(Topics topics, TaskTables tables, SegmentMaker segments, Limits limits, MeterRegistry registry) {
        this.topics = topics;
        this.tables = tables;
        this.segments = segments;
        this.limits = limits;
        this.rows = Counter.builder("wings.compactor.rows")
                .description("rows moved from pages to segments")
                .register(registry);
        this.pageBytes = Counter.builder("wings.compactor.page.bytes")
                .description("bytes of pages whose rows were moved to segments")
                .register(registry);
    }

    @Override
    public Result run(TaskLease lease) {
        lease.progress("planning");
        TopicTarget topic = topics.load(lease.task());
        OldestPages plan = new OldestPages(limits.ofPages());
        TopicSnapshot snapshot = topics.plan(topic, plan::add);
        if (snapshot.getSchemaVersion() > topic.schema().version()) {
            // Pages may have columns that the topic did not have a moment ago.
            topic = topics.load(lease.task());
        }
        LeasedTable table = tables.open(lease, topic, snapshot.getTableMetadataLocation());
        List<TopicPage> pages = plan.pages();
        if (pages.isEmpty()) {
            return new Result(Optional.of(TableSummary.stats(table.current())), false);
        }
        List<WatermarkMove> moves = OldestPages.moves(pages);
        table.follow(topic.table());
        lease.progress("compacting " + TaskLease.count(pages.size(), "page"));
        long target = topic.lake().getTargetSegmentBytes();
        TableLayout layout = TableLayout.of(topic.schema(), topic.partitionKey(), table.current(), target);
        List<DataFile> files;
        try (SegmentMaker.Job job = segments.open(topic, layout, tables.store(topic), lease)) {
            job.addPages(pages);
            files = job.finish();
        }
        lease.progress("committing " + TaskLease.count(files.size(), "segment"));
        append(table, files, moves, target);
        rows.increment((double) pages.stream().mapToLong(TopicPage::rows).sum());
        pageBytes.increment((double) pages.stream().mapToLong(TopicPage::bytes).sum());
        return new Result(Optional.of(TableSummary.stats(table.current())), !plan.isComplete());
    }

    private static void append(LeasedTable table, List<DataFile> files, List<WatermarkMove> moves, long targetBytes) {
        long moved = moves.stream()
                .mapToLong(move -> move.getEndOffset() - move.getStartOffset())
                .sum();
        long written = files.stream().mapToLong(DataFile::recordCount).sum();
        if (moved != written) {
            throw new IllegalStateException(
                    "segments must hold all rows, and no others: rows_of_pages=" + moved + ", in_segments=" + written);
        }
        List<DataFile> small = files.stream()
                .filter(file -> TableSummary.isSmall(file.fileSizeInBytes(), targetBytes))
                .toList();
        TableMetadata base = table.current();
        AppendFiles append = table.prepare(table.table().newAppend(), moves);
        TableSummary.of(base)
                .plus(
                        small.size(),
                        small.stream().mapToLong(DataFile::fileSizeInBytes).sum())
                .properties()
                .forEach(append::set);
        files.forEach(append::appendFile);
        append.commit();
    }
}
