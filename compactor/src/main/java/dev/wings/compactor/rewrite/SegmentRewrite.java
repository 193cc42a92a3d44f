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
package dev.wings.compactor.rewrite;

import dev.wings.common.schema.TopicSchema;
import dev.wings.compactor.segment.Segment;
import dev.wings.compactor.segment.SegmentMaker;
import dev.wings.compactor.segment.TableLayout;
import dev.wings.worker.table.LeasedTable;
import dev.wings.worker.table.TableReads;
import dev.wings.worker.table.TableSummary;
import dev.wings.worker.table.TaskTables;
import dev.wings.worker.task.TaskHandler;
import dev.wings.worker.task.TaskLease;
import dev.wings.worker.topic.TopicTarget;
import dev.wings.worker.topic.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.util.StructLikeWrapper;

/// Replaces small segments of a table by larger ones with the same rows, in the table's order.
public final class SegmentRewrite implements TaskHandler {

    private final Topics topics;
    private final TaskTables tables;
    private final SegmentMaker segments;
    private final long maxBytes;

    /// @param maxBytes how many bytes of segments one task reads
    public SegmentRewrite(Topics topics, TaskTables tables, SegmentMaker segments, long maxBytes) {
        this.topics = topics;
        this.tables = tables;
        this.segments = segments;
        this.maxBytes = maxBytes;
    }

    @Override
    public Result run(TaskLease lease) {
        lease.progress("planning");
        TopicTarget topic = topics.load(lease.task());
        LeasedTable table = tables.open(lease, topic, topics.snapshot(topic).getTableMetadataLocation());
        long target = topic.lake().getTargetSegmentBytes();
        RewritePlan plan = RewritePlan.of(
                TableReads.reading(
                        "manifests of a table: topic=" + topic.name(),
                        () -> partitions(table.table(), table.helpers(), target)),
                target,
                maxBytes);
        if (plan.groups().isEmpty()) {
            return new Result(Optional.of(TableSummary.stats(table.current())), false);
        }
        table.follow(topic.table());
        TableLayout layout = TableLayout.of(topic.schema(), topic.partitionKey(), table.current(), target);
        List<DataFile> added;
        try (SegmentMaker.Job job = segments.open(topic, layout, tables.store(topic), lease)) {
            for (List<Segment> group : plan.groups()) {
                lease.progress("rewriting " + TaskLease.count(group.size(), "segment") + " of "
                        + TaskLease.count(plan.groups().size(), "group"));
                job.addSegments(group);
            }
            added = job.finish();
        }
        lease.progress("committing " + TaskLease.count(added.size(), "segment"));
        commit(table, plan, added);
        return new Result(Optional.of(TableSummary.stats(table.current())), plan.leftSegments() > 0);
    }

    /// The small segments of each partition of the table, in its current layout. Nothing else of the manifests
    /// is kept: a table may have many large segments and many columns.
    static Iterable<List<Segment>> partitions(Table table, ExecutorService helpers, long targetBytes) {
        PartitionSpec spec = table.spec();
        Map<StructLikeWrapper, List<Segment>> partitions = new LinkedHashMap<>();
        StructLikeWrapper keys = StructLikeWrapper.forType(spec.partitionType());
        try (CloseableIterable<FileScanTask> files = table.newScan()
                .planWith(helpers)
                .includeColumnStats(Set.of(TopicSchema.OFFSET_COLUMN))
                .planFiles()) {
            for (FileScanTask task : files) {
                DataFile file = task.file();
                if (file.specId() == spec.specId() && TableSummary.isSmall(file.fileSizeInBytes(), targetBytes)) {
                    partitions
                            .computeIfAbsent(keys.copyFor(file.partition()), key -> new ArrayList<>())
                            .add(Segment.of(file));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the manifests of a table: table=" + table.location(), e);
        }
        return partitions.values();
    }

    private static void commit(LeasedTable table, RewritePlan plan, List<DataFile> added) {
        List<DataFile> replaced = new ArrayList<>();
        long before = 0;
        for (List<Segment> group : plan.groups()) {
            for (Segment segment : group) {
                replaced.add(segment.file());
                before += segment.file().recordCount();
            }
        }
        long after = added.stream().mapToLong(DataFile::recordCount).sum();
        if (before != after) {
            throw new IllegalStateException("a rewrite must keep every row: before=" + before + ", after=" + after);
        }
        RewriteFiles rewrite = table.prepare(table.table().newRewrite(), List.of());
        // Nothing has been added since. Without this, Iceberg looks for the table's first snapshot, which may
        // have expired.
        rewrite.validateFromSnapshot(table.current().currentSnapshot().snapshotId());
        new TableSummary(plan.leftSegments(), plan.leftBytes()).properties().forEach(rewrite::set);
        replaced.forEach(rewrite::deleteFile);
        added.forEach(rewrite::addFile);
        rewrite.commit();
    }
}
