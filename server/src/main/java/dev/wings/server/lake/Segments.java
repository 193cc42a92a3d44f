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
package dev.wings.server.lake;

import dev.wings.common.cache.ByteRange;
import dev.wings.common.cache.CachedObject;
import dev.wings.common.cache.ObjectId;
import dev.wings.common.cache.RangeCache;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.lake.LakeTable;
import dev.wings.common.lake.StoreFileIO;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import dev.wings.common.store.ObjectStore;
import dev.wings.server.table.SegmentStats;
import dev.wings.server.table.SqlColumn;
import dev.wings.server.table.TableNeeds;
import dev.wings.server.table.TopicTable;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.expressions.Evaluator;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.InclusiveMetricsEvaluator;
import org.apache.iceberg.expressions.ManifestEvaluator;
import org.apache.iceberg.expressions.Projections;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Plans the segments of topics: which files of a table's snapshot a query has to read, which row groups of
/// those files, and which columns of those groups. Safe for use by many threads.
public final class Segments {

    /// How many segments a plan may have, since it holds them in memory.
    private static final int MAX_SEGMENTS = 100_000;

    private static final Set<Integer> OFFSETS = Set.of(LakeTable.OFFSET_FIELD_ID);

    private final Function<URI, ObjectStore> stores;
    private final RangeCache cache;
    private final Executor fetchers;
    private final LakeFiles files = new LakeFiles();

    /// @param fetchers runs the loading of files, each on a thread of its own
    public Segments(Function<URI, ObjectStore> stores, RangeCache cache, Executor fetchers) {
        this.stores = stores;
        this.cache = cache;
        this.fetchers = fetchers;
    }

    /// A data file with what has to be read of it.
    ///
    /// @param file the file, with the statistics of its offsets only
    /// @param chunks how many column chunks the whole file has
    /// @param columns the needed columns as the file has them
    record Planned(
            DataFile file,
            ObjectId object,
            ByteRange footer,
            long chunks,
            List<ByteRange> ranges,
            int rowGroups,
            long rows,
            Map<SqlColumn, SegmentColumn> columns) {

        Planned footerOnly() {
            return new Planned(file, object, footer, chunks, List.of(footer), rowGroups, rows, columns);
        }

        long readBytes() {
            return ranges.stream().mapToLong(ByteRange::length).sum();
        }
    }

    /// Plans the segments that a query has to read; the scan is empty if no segment has a row that matters.
    ///
    /// @param store the store that the topic's files are in
    /// @param metadataLocation the location of the metadata file of the topic's table
    public SegmentScan plan(TableNeeds needs, URI store, String metadataLocation) {
        TopicTable topic = (TopicTable) needs.table();
        StoreFileIO io = new StoreFileIO(stores.apply(store), store);
        LakeSnapshot snapshot = snapshot(topic, io, metadataLocation);
        Expression condition = Conditions.of(needs, columnIds(topic), snapshot.schema());
        Counts counts = new Counts();
        List<Planned> planned = new ArrayList<>();
        Columns columns = new Columns(topic, needs, snapshot.schema());
        InclusiveMetricsEvaluator evaluator = new InclusiveMetricsEvaluator(snapshot.schema(), condition);
        Map<String, Integer> plain = plainColumnIds(topic, snapshot.schema());
        Expression ofRowGroups =
                plain.size() == columnIds(topic).size() ? condition : Conditions.of(needs, plain, snapshot.schema());
        InclusiveMetricsEvaluator rowGroups = new InclusiveMetricsEvaluator(snapshot.schema(), ofRowGroups);
        boolean unfiltered = ofRowGroups.op() == Expression.Operation.TRUE;
        Map<Integer, Integer> widths = unfiltered ? Map.of() : widths(topic);
        Predicate<SegmentLayout.RowGroup> matters = group -> unfiltered || rowGroups.eval(asFile(group, widths));
        for (DataFile file : matching(io, snapshot, condition, evaluator, counts)) {
            plan(io, store, file, columns, matters, counts).ifPresent(planned::add);
        }
        planned.sort(Comparator.comparingLong((Planned each) -> firstOffset(each.file())));
        SegmentStats stats = new SegmentStats(
                counts.files,
                planned.size(),
                counts.rowGroups,
                planned.stream().mapToInt(Planned::rowGroups).sum(),
                counts.rows,
                planned.stream().mapToLong(Planned::rows).sum(),
                counts.bytes,
                planned.stream().mapToLong(Planned::readBytes).sum(),
                metadataLocation);
        return new SegmentScan(planned, stats, cache, fetchers, maxOffset(planned));
    }

    private LakeSnapshot snapshot(TopicTable topic, StoreFileIO io, String metadataLocation) {
        LakeSnapshot snapshot = files.snapshot(io, metadataLocation);
        if (!snapshot.topicUid().isEmpty() && !snapshot.topicUid().equals(topic.uid())) {
            throw new WingsException(
                    ErrorKind.INTERNAL,
                    "the table is of another topic: topic=" + topic.name() + ", metadata=" + metadataLocation);
        }
        return snapshot;
    }

    /// What is known of all rows of a table's current snapshot without reading a data file. No row is deleted
    /// within a file: rows are removed together with their files.
    ///
    /// @param maxOffset an offset that no row exceeds; empty if there are no rows, or no file tells
    public record Count(long rows, Optional<Long> maxOffset) {}

    /// Counts the rows of a topic's segments, see [#plan].
    public Count count(TopicTable topic, URI store, String metadataLocation) {
        StoreFileIO io = new StoreFileIO(stores.apply(store), store);
        LakeSnapshot snapshot = snapshot(topic, io, metadataLocation);
        long rows = 0;
        Optional<Long> maxOffset = Optional.empty();
        for (ManifestFile manifest : snapshot.manifests()) {
            for (DataFile file : files.dataFiles(io, snapshot, manifest)) {
                rows += file.recordCount();
                Optional<Long> last = bound(file.upperBounds(), LakeTable.OFFSET_FIELD_ID);
                if (maxOffset.isEmpty() || (last.isPresent() && last.get() > maxOffset.get())) {
                    maxOffset = last;
                }
            }
        }
        return new Count(rows, maxOffset);
    }

    /// Returns the snapshots that a table remembers, the oldest first.
    public List<Snapshot> snapshots(URI store, String metadataLocation) {
        StoreFileIO io = new StoreFileIO(stores.apply(store), store);
        return List.copyOf(LakeFiles.metadata(io, metadataLocation).snapshots());
    }

    /// Returns the first or the last value of a column of type long, or of a timestamp in microseconds, that a
    /// file may have.
    public static Optional<Long> bound(@Nullable Map<Integer, ByteBuffer> bounds, int column) {
        ByteBuffer bound = bounds == null ? null : bounds.get(column);
        return bound == null
                ? Optional.empty()
                : Optional.of(Conversions.fromByteBuffer(Types.LongType.get(), bound.duplicate()));
    }

    /// Shows all data files of a snapshot, whatever a query needs, each with its partition as in paths of
    /// Iceberg. The partition is empty if the table has none.
    public void forEachDataFile(URI store, String metadataLocation, BiConsumer<DataFile, String> consumer) {
        StoreFileIO io = new StoreFileIO(stores.apply(store), store);
        LakeSnapshot snapshot = files.snapshot(io, metadataLocation);
        for (ManifestFile manifest : snapshot.manifests()) {
            PartitionSpec spec = partitioning(snapshot, manifest);
            files.dataFiles(io, snapshot, manifest)
                    .forEach(file -> consumer.accept(file, spec.partitionToPath(file.partition())));
        }
    }

    private static final class Counts {
        private int files;
        private int rowGroups;
        private long rows;
        private long bytes;
    }

    private List<DataFile> matching(
            StoreFileIO io,
            LakeSnapshot snapshot,
            Expression condition,
            InclusiveMetricsEvaluator evaluator,
            Counts counts) {
        Map<Integer, ManifestEvaluator> ofManifests = new HashMap<>();
        Map<Integer, Evaluator> ofPartitions = new HashMap<>();
        List<DataFile> matching = new ArrayList<>();
        for (ManifestFile manifest : snapshot.manifests()) {
            PartitionSpec spec = partitioning(snapshot, manifest);
            boolean mayMatch = ofManifests
                    .computeIfAbsent(spec.specId(), id -> ManifestEvaluator.forRowFilter(condition, spec, true))
                    .eval(manifest);
            if (!mayMatch) {
                counts.files += live(manifest);
                continue;
            }
            Evaluator partition = ofPartitions.computeIfAbsent(
                    spec.specId(),
                    id -> new Evaluator(
                            spec.partitionType(),
                            Projections.inclusive(spec, true).project(condition),
                            true));
            for (DataFile file : files.dataFiles(io, snapshot, manifest)) {
                counts.files++;
                counts.rows += file.recordCount();
                counts.bytes += file.fileSizeInBytes();
                if (partition.eval(file.partition()) && evaluator.eval(file)) {
                    if (matching.size() == MAX_SEGMENTS) {
                        throw WingsException.exhausted("the query needs too many segments: limit=" + MAX_SEGMENTS
                                + ", metadata=" + snapshot.location());
                    }
                    matching.add(file.copyWithStats(OFFSETS));
                }
            }
        }
        return matching;
    }

    private static PartitionSpec partitioning(LakeSnapshot snapshot, ManifestFile manifest) {
        PartitionSpec spec = snapshot.partitionings().get(manifest.partitionSpecId());
        if (spec == null) {
            throw LakeErrors.lost("damaged", manifest.path(), new IllegalStateException("unknown partitioning"));
        }
        return spec;
    }

    private static int live(ManifestFile manifest) {
        Integer added = manifest.addedFilesCount();
        Integer existing = manifest.existingFilesCount();
        return (added == null ? 0 : added) + (existing == null ? 0 : existing);
    }

    private Optional<Planned> plan(
            StoreFileIO io,
            URI store,
            DataFile file,
            Columns columns,
            Predicate<SegmentLayout.RowGroup> matters,
            Counts counts) {
        if (file.format() != FileFormat.PARQUET) {
            throw new WingsException(ErrorKind.INTERNAL, "a segment is no Parquet: file=" + file.location());
        }
        ObjectId object = new ObjectId(store, io.locations().key(file.location()), file.fileSizeInBytes());
        SegmentLayout layout;
        try (CachedObject cached = cache.open(object)) {
            layout = files.layout(file.location(), cached);
        }
        List<ByteRange> ranges = new ArrayList<>();
        ranges.add(layout.footer());
        int read = 0;
        long rows = 0;
        for (SegmentLayout.RowGroup group : layout.rowGroups()) {
            counts.rowGroups++;
            if (matters.test(group)) {
                read++;
                rows += group.rows();
                for (SegmentLayout.Chunk chunk : group.chunks()) {
                    if (columns.ids.contains(chunk.column())) {
                        ranges.add(chunk.data());
                        chunk.bloom().ifPresent(ranges::add);
                    }
                }
            }
        }
        return read == 0
                ? Optional.empty()
                : Optional.of(new Planned(
                        file, object, layout.footer(), layout.chunkCount(), ranges, read, rows, columns.in(layout)));
    }

    /// Returns how many bytes the bounds of a column have, for those of numbers and times.
    private static Map<Integer, Integer> widths(TopicTable topic) {
        Map<Integer, Integer> widths = new HashMap<>();
        for (TopicField field : topic.schema().fields()) {
            int width = switch (field.type()) {
                case FieldType.Primitive primitive ->
                    switch (primitive) {
                        case INT, FLOAT, DATE -> Integer.BYTES;
                        case LONG, DOUBLE, TIME, TIMESTAMP, TIMESTAMPTZ -> Long.BYTES;
                        case BOOLEAN, STRING, BINARY, UUID -> 0;
                    };
                default -> 0;
            };
            if (width > 0) {
                widths.put(field.id(), width);
            }
        }
        return widths;
    }

    /// @param widths of bounds; others are of a narrower type that the column had before: the engine leaves out
    ///     no row group by them, so all row groups have to be there
    private static DataFile asFile(SegmentLayout.RowGroup group, Map<Integer, Integer> widths) {
        Map<Integer, Long> values = new HashMap<>();
        Map<Integer, Long> nulls = new HashMap<>();
        Map<Integer, ByteBuffer> lower = new HashMap<>();
        Map<Integer, ByteBuffer> upper = new HashMap<>();
        for (SegmentLayout.Chunk chunk : group.chunks()) {
            chunk.bounds()
                    .filter(bounds -> bounds.lower().remaining()
                            == widths.getOrDefault(
                                    chunk.column(), bounds.lower().remaining()))
                    .ifPresent(bounds -> {
                        values.put(chunk.column(), group.rows());
                        nulls.put(chunk.column(), bounds.nulls());
                        lower.put(chunk.column(), bounds.lower());
                        upper.put(chunk.column(), bounds.upper());
                    });
        }
        return asFile(new Metrics(group.rows(), Map.of(), values, nulls, Map.of(), lower, upper));
    }

    /// Makes a file that Iceberg's evaluator understands, of rows of which only these metrics are known.
    static DataFile asFile(Metrics metrics) {
        return DataFiles.builder(PartitionSpec.unpartitioned())
                .withPath("rows")
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(1)
                .withMetrics(metrics)
                .build();
    }

    static Map<String, Integer> columnIds(TopicTable topic) {
        Map<String, Integer> ids = new HashMap<>();
        topic.schema().fields().forEach(field -> ids.put(field.name(), field.id()));
        ids.put(TopicTable.OFFSET.name(), LakeTable.OFFSET_FIELD_ID);
        ids.put(TopicTable.TIMESTAMP.name(), LakeTable.TIMESTAMP_FIELD_ID);
        return ids;
    }

    /// The columns that one query needs, as segments have them: all alike, unless structs have changed.
    private static final class Columns {

        private final TopicTable topic;
        private final List<SqlColumn> needed;
        private final Schema table;
        /// Those of the columns themselves.
        private final Set<Integer> ids = new HashSet<>();
        /// Those of the fields within structs of these columns.
        private final Set<Integer> members = new HashSet<>();

        private final Map<Map<Integer, String>, Map<SqlColumn, SegmentColumn>> byNames = new HashMap<>();

        Columns(TopicTable topic, TableNeeds needs, Schema table) {
            this.topic = topic;
            this.needed = needs.columns();
            this.table = table;
            Map<String, Integer> known = columnIds(topic);
            for (SqlColumn column : needed) {
                int id = Objects.requireNonNull(known.get(column.name()));
                ids.add(id);
                topic.schema().find(id).ifPresent(field -> SegmentColumn.addMembers(field.type(), members));
            }
        }

        /// Returns them as a file has them, in the order of the table.
        Map<SqlColumn, SegmentColumn> in(SegmentLayout file) {
            return byNames.computeIfAbsent(file.namesOf(members), names -> {
                Map<SqlColumn, SegmentColumn> columns = new LinkedHashMap<>();
                needed.forEach(column -> columns.put(column, column(topic, column, table, names)));
                return columns;
            });
        }
    }

    private static SegmentColumn column(TopicTable topic, SqlColumn column, Schema table, Map<Integer, String> names) {
        if (column.name().equals(TopicTable.OFFSET.name())) {
            return SegmentColumn.plain(LakeTable.OFFSET_FIELD_ID, column.sqlType());
        }
        if (column.name().equals(TopicTable.TIMESTAMP.name())) {
            return SegmentColumn.plain(LakeTable.TIMESTAMP_FIELD_ID, column.sqlType());
        }
        return SegmentColumn.of(
                topic.schema()
                        .find(column.name())
                        .orElseThrow(() -> new IllegalStateException("not a column of the topic: " + column.name())),
                table,
                names);
    }

    /// Returns the columns by whose bounds row groups may be left out. The engine must leave out the same ones,
    /// and it cannot by bounds of columns that it converts.
    private static Map<String, Integer> plainColumnIds(TopicTable topic, Schema table) {
        Map<String, Integer> ids = columnIds(topic);
        topic.schema().fields().stream()
                .filter(field -> SegmentColumn.isConverted(field, table))
                .forEach(field -> ids.remove(field.name()));
        return ids;
    }

    private static long firstOffset(DataFile file) {
        return bound(file.lowerBounds(), LakeTable.OFFSET_FIELD_ID).orElse(0L);
    }

    private static Optional<Long> maxOffset(List<Planned> planned) {
        return planned.stream()
                .flatMap(each -> bound(each.file().upperBounds(), LakeTable.OFFSET_FIELD_ID).stream())
                .max(Comparator.naturalOrder());
    }
}
