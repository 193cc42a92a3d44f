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

import dev.wings.common.arrow.ArrowSchemas;
import dev.wings.common.duckdb.ArrowTable;
import dev.wings.common.lake.LakeTable;
import dev.wings.common.scan.PageRef;
import dev.wings.common.scan.ScanColumn;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.transforms.Transform;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.SerializableFunction;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;

/// Writes rows as segments: each holds rows of one partition of the table, in the table's order, and is about
/// as large as the target says.
///
/// There are two ways. Where a partition of the topic lies in one partition of the table (the default), rows
/// stream from pages to files, and are only sorted if the table has a sort order of its own. Otherwise, say for
/// a table by day of an event, all rows are sorted by the table's partitions into a temporary table, of which
/// each partition is a range.
final class SegmentWriter {

    /// The most rows of a row group: DuckDB's own choice, and what its readers like best.
    private static final int MAX_ROW_GROUP_ROWS = 122_880;

    private static final int MIN_ROW_GROUP_ROWS = 2048;

    /// The most bytes of a row group, which is held in memory until it is complete.
    private static final long MAX_ROW_GROUP_BYTES = 64L << 20;

    /// How many row groups must fit into memory: the rows of one, their encoding and what that is compressed to
    /// are there at once, and two copies of a large value.
    private static final int MIN_ROW_GROUPS_IN_MEMORY = 8;

    /// How many row groups a file has at least: a file ends where a row group does.
    private static final int MIN_ROW_GROUPS_PER_FILE = 4;

    private final TableLayout layout;
    private final SegmentEngine engine;
    private final BufferAllocator allocator;
    private final Path directory;
    private final SegmentUploads segments;
    private int parts;
    /// Facts of the rows that are being written.
    private ColumnFacts written = new ColumnFacts();

    /// @param directory for the files, of the caller's own
    /// @param segments is given each segment as soon as it is complete
    SegmentWriter(
            TableLayout layout,
            SegmentEngine engine,
            BufferAllocator allocator,
            Path directory,
            SegmentUploads segments) {
        this.layout = layout;
        this.engine = engine;
        this.allocator = allocator;
        this.directory = directory;
        this.segments = segments;
    }

    /// The columns that pages are to be read with.
    static List<ScanColumn> columns(TopicSchema topic) {
        List<ScanColumn> columns = new ArrayList<>();
        for (TopicField field : topic.fields()) {
            columns.add(new ScanColumn.Stored(
                    field.id(),
                    ArrowSchemas.toArrow(EngineNames.renamed(field)),
                    field.defaults().initial()));
        }
        columns.add(new ScanColumn.Offset(column(LakeTable.OFFSET_FIELD_ID, new ArrowType.Int(Long.SIZE, true))));
        columns.add(new ScanColumn.Timestamp(
                column(LakeTable.TIMESTAMP_FIELD_ID, new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC"))));
        return columns;
    }

    private static org.apache.arrow.vector.types.pojo.Field column(int id, ArrowType type) {
        return new org.apache.arrow.vector.types.pojo.Field(EngineNames.of(id), FieldType.notNullable(type), null);
    }

    /// Writes all rows of `pages`.
    void writePages(List<TopicPage> pages, PageTables tables) {
        ColumnFacts read = new ColumnFacts(layout.times().texts());
        written = new ColumnFacts();
        if (layout.followsTopicPartitions()) {
            List<TopicPage> ordered = inTopicOrder(pages);
            try (PageRows rows = new PageRows(new NotedRows(tables.open(ordered), read))) {
                stream(ordered, rows);
            }
        } else {
            // The pages are sorted later: until then they come in the order that takes the fewest reads.
            List<TopicPage> ordered = pages.stream()
                    .sorted(Comparator.comparing(TopicPage::ref, PageRef.FOLIO_ORDER))
                    .toList();
            sort(ordered, new NotedRows(tables.open(ordered), read));
        }
        ColumnFacts.check(read, written, layout.schema());
    }

    /// Writes all rows of segments of one partition of the table, ordered by their lowest offsets.
    ///
    /// @param files local copies, which are changed
    void writeSegments(List<Segment> group, List<Path> files) {
        ColumnFacts read = new ColumnFacts();
        written = new ColumnFacts();
        files.forEach(file -> read.add(renamed(file)));
        String query = "SELECT " + SegmentSql.columns(layout.schema()) + " FROM " + SegmentSql.segments(files, layout)
                + (layout.isSorted(group) ? "" : orderBy(SegmentSql.order(layout)));
        Expected expected = new Expected(
                group.stream()
                        .mapToLong(segment -> segment.file().recordCount())
                        .sum(),
                group.stream().mapToLong(Segment::minOffset).min().orElseThrow(),
                group.stream().mapToLong(Segment::maxOffset).max().orElseThrow());
        long bytes = group.stream().mapToLong(Segment::bytes).sum();
        copy(query, partitionOf(group.getFirst()), expected, rowGroups(bytes, expected.rows()));
        ColumnFacts.check(read, written, layout.schema());
    }

    private PartitionData partitionOf(Segment segment) {
        PartitionData partition = new PartitionData(layout.partitioning().partitionType());
        for (int i = 0; i < partition.size(); i++) {
            partition.set(i, segment.file().partition().get(i, Object.class));
        }
        return partition;
    }

    private ParquetMetadata renamed(Path segment) {
        try {
            return ParquetFooter.rename(
                    segment,
                    EngineNames.inEngine(layout.schema()),
                    layout.times().inEngine());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the footer of a segment: file=" + segment, e);
        }
    }

    /// What must be in the segments: pair assertions that hold whatever the writing does.
    private record Expected(long rows, long minOffset, long maxOffset) {}

    private void stream(List<TopicPage> pages, PageRows rows) {
        engine.addTable("pages", rows);
        String order = layout.isInTopicOrder() ? "" : orderBy(SegmentSql.order(layout));
        String query = "SELECT " + SegmentSql.columnsOfPages(layout) + " FROM pages" + order;
        SegmentSql.RowGroups rowGroups = rowGroups(bytes(pages), rows(pages));
        for (List<TopicPage> part : tablePartitions(pages)) {
            rows.startPart(rows(part));
            copy(query, partitionOf(part.getFirst()), expected(part), rowGroups);
        }
    }

    /// Divides pages into runs that lie in one partition of the table.
    private List<List<TopicPage>> tablePartitions(List<TopicPage> ordered) {
        if (layout.partitioning().isUnpartitioned()) {
            return List.of(ordered);
        }
        Map<String, List<TopicPage>> parts = new LinkedHashMap<>();
        ordered.forEach(page -> parts.computeIfAbsent(page.partitionValue(), value -> new ArrayList<>())
                .add(page));
        return List.copyOf(parts.values());
    }

    private PartitionData partitionOf(TopicPage page) {
        PartitionData partition = new PartitionData(layout.partitioning().partitionType());
        for (int i = 0; i < partition.size(); i++) {
            partition.set(i, keyOf(page));
        }
        return partition;
    }

    private Object keyOf(TopicPage page) {
        TopicField key = layout.partitionKey()
                .orElseThrow(() -> new IllegalStateException("the topic has no partition key: " + page));
        return PartitionValues.parse(key.type(), layout.column(key.id()).type(), page.partitionValue());
    }

    /// The pages ordered by the value of the partition key, not by its text, then by offset.
    private List<TopicPage> inTopicOrder(List<TopicPage> pages) {
        Comparator<TopicPage> byOffset = Comparator.comparingLong(TopicPage::startOffset);
        if (layout.partitionKey().isEmpty()) {
            return pages.stream().sorted(byOffset).toList();
        }
        Type.PrimitiveType type =
                layout.column(layout.partitionKey().get().id()).type().asPrimitiveType();
        Comparator<Object> byKey = Comparators.forType(type);
        record Keyed(Object key, TopicPage page) {}
        return pages.stream()
                .map(page -> new Keyed(keyOf(page), page))
                .sorted(Comparator.comparing(Keyed::key, byKey).thenComparing(Keyed::page, byOffset))
                .map(Keyed::page)
                .toList();
    }

    private void sort(List<TopicPage> pages, ArrowTable rows) {
        List<PartitionField> fields = layout.partitioning().fields();
        List<String> names = new ArrayList<>();
        List<TransformedRows.Column> transformed = new ArrayList<>();
        for (PartitionField field : fields) {
            Types.NestedField source = layout.column(field.sourceId());
            if (field.transform().isIdentity()) {
                names.add(EngineNames.of(source));
            } else {
                String name = "partition_" + field.fieldId();
                names.add(name);
                transformed.add(
                        new TransformedRows.Column(name, EngineNames.of(source), transform(field, source.type())));
            }
        }
        engine.addTable("pages", new TransformedRows(rows, transformed, allocator));
        List<String> order = new ArrayList<>(names);
        order.addAll(SegmentSql.order(layout));
        engine.run("CREATE TEMP TABLE sorted_rows AS SELECT * FROM pages" + orderBy(order));
        SegmentSql.RowGroups rowGroups = rowGroups(bytes(pages), rows(pages));
        long copied = 0;
        for (Range range : ranges(names)) {
            String query = "SELECT " + SegmentSql.columnsOfPages(layout) + " FROM sorted_rows WHERE rowid >= "
                    + range.first() + " AND rowid <= " + range.last();
            Expected expected = new Expected(range.rows(), range.minOffset(), range.maxOffset());
            copy(query, range.partition(), expected, rowGroups);
            copied += range.rows();
        }
        engine.run("DROP TABLE sorted_rows");
        check("rows of all partitions", rows(pages), copied);
    }

    @SuppressWarnings("unchecked")
    private static SerializableFunction<Object, Integer> transform(PartitionField field, Type source) {
        return ((Transform<Object, Integer>) field.transform()).bind(source);
    }

    /// Rows `[first, last]` of the sorted table: one partition of the table.
    private record Range(PartitionData partition, long first, long last, long rows, long minOffset, long maxOffset) {

        Range {
            if (last - first + 1 != rows) {
                throw new IllegalStateException("rows of a partition do not lie together: partition=" + partition
                        + ", rowids=[" + first + ", " + last + "], rows=" + rows);
            }
        }
    }

    private List<Range> ranges(List<String> names) {
        String keys = String.join(", ", names);
        String offset = EngineNames.of(LakeTable.OFFSET_FIELD_ID);
        return engine.query(
                "SELECT " + keys + ", min(rowid), max(rowid), count(*), min(" + offset + "), max(" + offset
                        + ") FROM sorted_rows GROUP BY " + keys + " ORDER BY min(rowid)",
                this::ranges);
    }

    private List<Range> ranges(VectorSchemaRoot root) {
        Types.StructType type = layout.partitioning().partitionType();
        int keys = type.fields().size();
        List<FieldVector> columns = root.getFieldVectors();
        List<Range> ranges = new ArrayList<>();
        for (int row = 0; row < root.getRowCount(); row++) {
            PartitionData partition = new PartitionData(type);
            for (int i = 0; i < keys; i++) {
                partition.set(i, PartitionValues.read(type.fields().get(i).type(), columns.get(i), row));
            }
            long[] numbers = new long[5];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = ((BigIntVector) columns.get(keys + i)).get(row);
            }
            ranges.add(new Range(partition, numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]));
        }
        return ranges;
    }

    private void copy(String query, PartitionData partition, Expected expected, SegmentSql.RowGroups rowGroups) {
        Path into = directory.resolve("part-" + parts++);
        long rows = 0;
        long minOffset = Long.MAX_VALUE;
        long maxOffset = Long.MIN_VALUE;
        for (SegmentEngine.CopiedFile copied : engine.copy(SegmentSql.copy(query, into, layout, rowGroups))) {
            SegmentFooter footer = SegmentFooter.complete(copied.file(), layout, copied.nanCounts());
            check(
                    "rows of a file and of its footer",
                    copied.rows(),
                    footer.metrics().recordCount());
            if (copied.rows() == 0) {
                continue;
            }
            written.add(footer.columns());
            rows += copied.rows();
            minOffset = Math.min(minOffset, offset(footer.metrics().lowerBounds()));
            maxOffset = Math.max(maxOffset, offset(footer.metrics().upperBounds()));
            segments.add(new SegmentFile(
                    copied.file(),
                    copied.file().toFile().length(),
                    partition,
                    footer.metrics(),
                    footer.splitOffsets()));
        }
        check("rows", expected.rows(), rows);
        check("lowest offset", expected.minOffset(), minOffset);
        check("highest offset", expected.maxOffset(), maxOffset);
    }

    private static long offset(Map<Integer, ByteBuffer> bounds) {
        ByteBuffer bound = bounds.get(LakeTable.OFFSET_FIELD_ID);
        if (bound == null) {
            throw new IllegalStateException("a segment has no bounds for its offsets");
        }
        return Conversions.<Long>fromByteBuffer(Types.LongType.get(), bound);
    }

    private static void check(String what, long expected, long found) {
        if (expected != found) {
            throw new IllegalStateException(
                    "segments are not what they were made of: " + what + ": expected=" + expected + ", found=" + found);
        }
    }

    private static Expected expected(List<TopicPage> pages) {
        return new Expected(
                rows(pages),
                pages.stream().mapToLong(TopicPage::startOffset).min().orElseThrow(),
                pages.stream().mapToLong(TopicPage::endOffset).max().orElseThrow() - 1);
    }

    private static long rows(List<TopicPage> pages) {
        return pages.stream().mapToLong(TopicPage::rows).sum();
    }

    private static long bytes(List<TopicPage> pages) {
        return pages.stream().mapToLong(TopicPage::bytes).sum();
    }

    private static String orderBy(List<String> terms) {
        return " ORDER BY " + String.join(", ", terms);
    }

    /// How large row groups are. What is compressed may become any size, so rows alone do not say how much a
    /// row group takes.
    private SegmentSql.RowGroups rowGroups(long bytes, long rows) {
        return new SegmentSql.RowGroups(
                rowGroupRows(bytes, rows), engine.limits().memoryBytes() / MIN_ROW_GROUPS_IN_MEMORY);
    }

    private int rowGroupRows(long bytes, long rows) {
        long bytesPerRow = Math.max(1, bytes / Math.max(1, rows));
        long groupBytes = Math.min(MAX_ROW_GROUP_BYTES, layout.targetSegmentBytes() / MIN_ROW_GROUPS_PER_FILE);
        return Math.clamp(groupBytes / bytesPerRow, MIN_ROW_GROUP_ROWS, MAX_ROW_GROUP_ROWS)
                / MIN_ROW_GROUP_ROWS
                * MIN_ROW_GROUP_ROWS;
    }
}
