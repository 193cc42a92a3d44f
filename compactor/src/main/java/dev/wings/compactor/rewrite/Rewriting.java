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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.lake.StoreLocations;
import dev.wings.common.rpc.GrpcCalls;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.store.ObjectInfo;
import dev.wings.common.store.ObjectStore;
import dev.wings.compactor.scratch.Scratch;
import dev.wings.compactor.segment.SegmentFile;
import dev.wings.compactor.segment.SegmentWork;
import dev.wings.compactor.segment.SegmentWriter;
import dev.wings.compactor.segment.TableLayout;
import dev.wings.compactor.table.LeasedTable;
import dev.wings.compactor.table.TableReads;
import dev.wings.compactor.table.TableSummary;
import dev.wings.compactor.table.TaskTables;
import dev.wings.compactor.task.TaskHandler;
import dev.wings.compactor.task.TaskLease;
import dev.wings.compactor.topic.TopicTarget;
import dev.wings.compactor.topic.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.util.StructLikeWrapper;

/// Replaces small segments of a table by larger ones with the same rows, in the table's order.
public final class Rewriting implements TaskHandler {

    private static final int READ_BYTES = 4 << 20;

    private final Topics topics;
    private final TaskTables tables;
    private final SegmentWork work;
    private final GrpcCalls retries;
    private final long maxBytes;

    /// @param maxBytes of segments that one task reads
    public Rewriting(Topics topics, TaskTables tables, SegmentWork work, GrpcCalls retries, long maxBytes) {
        this.topics = topics;
        this.tables = tables;
        this.work = work;
        this.retries = retries;
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
                        "manifests of a table: topic=" + topic.name(), () -> partitions(table.table(), target)),
                target,
                maxBytes);
        if (plan.groups().isEmpty()) {
            return new Result(Optional.of(TableSummary.stats(table.current())), false);
        }
        TableLayout layout = TableLayout.of(topic.schema(), topic.partitionKey(), table.current(), target);
        List<DataFile> added =
                work.make(topic, layout, tables.store(topic), lease, (writer, segments, reader, input) -> {
                    for (List<Segment> group : plan.groups()) {
                        lease.progress("rewriting " + TaskLease.count(group.size(), "segment") + " of "
                                + TaskLease.count(plan.groups().size(), "group"));
                        rewrite(group, layout, topic, writer, segments, input);
                    }
                });
        lease.progress("committing " + TaskLease.count(added.size(), "segment"));
        commit(table, plan, added);
        return new Result(Optional.of(TableSummary.stats(table.current())), plan.leftSegments() > 0);
    }

    /// The small segments of each partition of the table, of its current layout. Nothing else of the manifests is kept:
    /// a table may have many large segments and many columns.
    static Iterable<List<Segment>> partitions(Table table, long targetBytes) {
        PartitionSpec spec = table.spec();
        Map<StructLikeWrapper, List<Segment>> partitions = new LinkedHashMap<>();
        StructLikeWrapper keys = StructLikeWrapper.forType(spec.partitionType());
        try (CloseableIterable<FileScanTask> files = table.newScan()
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

    private void rewrite(
            List<Segment> group,
            TableLayout layout,
            TopicTarget topic,
            SegmentWriter writer,
            Consumer<SegmentFile> segments,
            Path input) {
        List<Path> files = new ArrayList<>();
        try {
            for (Segment segment : group) {
                files.add(fetch(segment, topic, input.resolve("segment-" + files.size() + ".parquet")));
            }
            SegmentWriter.Expected expected = new SegmentWriter.Expected(
                    group.stream()
                            .mapToLong(segment -> segment.file().recordCount())
                            .sum(),
                    group.stream().mapToLong(Segment::minOffset).min().orElseThrow(),
                    group.stream().mapToLong(Segment::maxOffset).max().orElseThrow());
            writer.writeFiles(
                    files, isSorted(group, layout), partition(group.getFirst().file(), layout), expected, segments);
        } finally {
            files.forEach(Rewriting::delete);
        }
    }

    /// Whether the rows of the segments, one after the other, are in the table's order already.
    private static boolean isSorted(List<Segment> group, TableLayout layout) {
        boolean disjoint = true;
        for (int i = 1; i < group.size(); i++) {
            disjoint &= group.get(i - 1).maxOffset() < group.get(i).minOffset();
        }
        return disjoint && layout.isInTopicOrder() && layout.separatesTopicPartitions();
    }

    private static PartitionData partition(DataFile file, TableLayout layout) {
        PartitionData partition = new PartitionData(layout.partitioning().partitionType());
        for (int i = 0; i < partition.size(); i++) {
            partition.set(i, file.partition().get(i, Object.class));
        }
        return partition;
    }

    private Path fetch(Segment segment, TopicTarget topic, Path file) {
        ObjectStore store = tables.store(topic);
        String location = segment.file().location();
        String key = StoreLocations.of(topic.objectStore()).key(location);
        long bytes =
                retries.idempotent(() -> store.find(key).map(ObjectInfo::bytes)).orElse(-1L);
        if (bytes != segment.bytes()) {
            throw WingsException.dataLoss(
                    "a segment is " + (bytes < 0 ? "missing" : "cut") + ": location=" + location + ", expected_bytes="
                            + segment.bytes() + ", found_bytes=" + Math.max(0, bytes),
                    null);
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect((int) Math.min(READ_BYTES, bytes));
            for (long start = 0; start < bytes; start += buffer.limit()) {
                long from = start;
                retries.idempotent(() -> {
                    store.read(key, from, buffer.clear().limit((int) Math.min(READ_BYTES, bytes - from)));
                    return key;
                });
                buffer.flip();
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
            }
            return file;
        } catch (WingsException e) {
            if (e.kind() == ErrorKind.NOT_FOUND || e.kind() == ErrorKind.INVALID) {
                throw WingsException.dataLoss("a segment is missing or cut: location=" + location, e);
            }
            throw e;
        } catch (IOException e) {
            throw Scratch.failed("cannot write a local file: file=" + file, e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw Scratch.failed("cannot remove a local file: file=" + file, e);
        }
    }

    private static void commit(LeasedTable table, RewritePlan plan, List<DataFile> added) {
        Set<DataFile> replaced = new HashSet<>();
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
        // nothing has come since: without this, Iceberg looks for the table's first snapshot, which may have expired
        rewrite.validateFromSnapshot(table.current().currentSnapshot().snapshotId());
        new TableSummary(plan.leftSegments(), plan.leftBytes()).properties().forEach(rewrite::set);
        replaced.forEach(rewrite::deleteFile);
        added.forEach(rewrite::addFile);
        rewrite.commit();
    }
}
