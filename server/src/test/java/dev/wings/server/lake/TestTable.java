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

import dev.wings.common.duckdb.DuckDb;
import dev.wings.common.lake.LakeTable;
import dev.wings.common.lake.StoreFileIO;
import dev.wings.common.lake.TableLocations;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.Topic;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.store.ObjectStore;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.apache.iceberg.transforms.Transform;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// A real Iceberg table of a topic, made with iceberg-core, with Parquet files that DuckDB writes.
public final class TestTable {

    private final ObjectStore store;
    private final StoreFileIO io;
    private final TableLocations locations;
    private final Operations operations;
    private int version;

    public TestTable(ObjectStore store, URI uri, Topic topic, LakeSpec spec) {
        this.store = store;
        this.io = new StoreFileIO(store, uri);
        this.locations = TableLocations.of(
                io.locations(), "", TopicName.parse(topic.getName()).topic(), UUID.fromString(topic.getUid()));
        LakeTable table = LakeTable.of(
                UUID.fromString(topic.getUid()),
                SchemaProtos.fromProto(topic.getSchema()),
                topic.getPartitionFieldId(),
                spec);
        this.operations = new Operations(table.initialMetadata(UUID.randomUUID(), locations));
    }

    /// Returns the location of the current metadata file.
    public String location() {
        return operations.location;
    }

    public Schema schema() {
        return operations.current.schema();
    }

    /// The keys of all data files, in the order in which they were added.
    public List<String> dataKeys() {
        return operations.dataKeys;
    }

    /// Adds one segment with the rows of a query, all of one partition of the table.
    public void append(DuckDb duckDb, String query, String options, Path scratch) {
        try {
            Path file = Files.createTempFile(scratch, "segment", ".parquet");
            duckDb.run("COPY (" + query + ") TO '" + file + "' (FORMAT parquet, COMPRESSION zstd, FIELD_IDS "
                    + fieldIds(schema().asStruct()) + options + ")");
            byte[] content = Files.readAllBytes(file);
            Files.delete(file);
            String location = locations.segment(UUID.randomUUID());
            String key = io.locations().key(location);
            store.create(key, List.of(ByteBuffer.wrap(content)));
            operations.dataKeys.add(key);
            Metrics metrics = metrics(layout(content));
            PartitionSpec spec = operations.current.spec();
            DataFiles.Builder data = DataFiles.builder(spec)
                    .withPath(location)
                    .withFormat(FileFormat.PARQUET)
                    .withFileSizeInBytes(content.length)
                    .withMetrics(metrics);
            if (spec.isPartitioned()) {
                data.withPartition(partition(spec, metrics));
            }
            new BaseTable(operations, "test")
                    .newAppend()
                    .appendFile(data.build())
                    .commit();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static SegmentLayout layout(byte[] content) {
        ByteBuffer all = ByteBuffer.wrap(content);
        long start = SegmentLayout.footerStart(all, content.length);
        return SegmentLayout.parse(
                ByteBuffer.wrap(java.util.Arrays.copyOfRange(content, (int) start, content.length)),
                start,
                content.length);
    }

    private Metrics metrics(SegmentLayout layout) {
        long rows = 0;
        Map<Integer, Long> values = new HashMap<>();
        Map<Integer, Long> nulls = new HashMap<>();
        Map<Integer, ByteBuffer> lower = new HashMap<>();
        Map<Integer, ByteBuffer> upper = new HashMap<>();
        for (SegmentLayout.RowGroup group : layout.rowGroups()) {
            rows += group.rows();
            for (SegmentLayout.Chunk chunk : group.chunks()) {
                chunk.bounds().ifPresent(bounds -> {
                    Type type = schema().findType(chunk.column());
                    values.merge(chunk.column(), group.rows(), Long::sum);
                    nulls.merge(chunk.column(), bounds.nulls(), Long::sum);
                    lower.merge(chunk.column(), bounds.lower(), (a, b) -> compare(type, a, b) <= 0 ? a : b);
                    upper.merge(chunk.column(), bounds.upper(), (a, b) -> compare(type, a, b) >= 0 ? a : b);
                });
            }
        }
        // a column with a row group that has no bounds has none
        for (int column : List.copyOf(values.keySet())) {
            if (values.getOrDefault(column, 0L) != rows) {
                values.remove(column);
                nulls.remove(column);
                lower.remove(column);
                upper.remove(column);
            }
        }
        return new Metrics(rows, Map.of(), values, nulls, Map.of(), lower, upper);
    }

    private static int compare(Type type, ByteBuffer a, ByteBuffer b) {
        Comparator<Object> comparator = Comparators.forType(type.asPrimitiveType());
        return comparator.compare(
                Conversions.fromByteBuffer(type, a.duplicate()), Conversions.fromByteBuffer(type, b.duplicate()));
    }

    @SuppressWarnings("unchecked")
    private PartitionData partition(PartitionSpec spec, Metrics metrics) {
        PartitionData partition = new PartitionData(spec.partitionType());
        for (int i = 0; i < spec.fields().size(); i++) {
            PartitionField field = spec.fields().get(i);
            Type type = schema().findType(field.sourceId());
            Transform<@Nullable Object, @Nullable Object> transform =
                    (Transform<@Nullable Object, @Nullable Object>) field.transform();
            Object first = transform.bind(type).apply(bound(metrics.lowerBounds(), field.sourceId(), type));
            Object last = transform.bind(type).apply(bound(metrics.upperBounds(), field.sourceId(), type));
            if (!Objects.equals(first, last)) {
                throw new IllegalArgumentException("rows of several partitions: " + first + ", " + last);
            }
            partition.set(i, first);
        }
        return partition;
    }

    /// Null where a column has nothing but nulls.
    private static @Nullable Object bound(Map<Integer, ByteBuffer> bounds, int id, Type type) {
        ByteBuffer bound = bounds.get(id);
        return bound == null ? null : Conversions.fromByteBuffer(type, bound.duplicate());
    }

    private static String fieldIds(Types.StructType struct) {
        return struct.fields().stream().map(TestTable::fieldId).collect(Collectors.joining(", ", "{", "}"));
    }

    private static String fieldId(Types.NestedField field) {
        return "\"" + field.name() + "\": " + ids(field.fieldId(), field.type());
    }

    private static String ids(int id, Type type) {
        if (type.isPrimitiveType()) {
            return Integer.toString(id);
        }
        String children =
                type.asNestedType().fields().stream().map(TestTable::fieldId).collect(Collectors.joining(", "));
        return "{__duckdb_field_id: " + id + ", " + children + "}";
    }

    private final class Operations implements TableOperations {

        private final List<String> dataKeys = new java.util.ArrayList<>();
        private TableMetadata current;
        private String location;

        Operations(TableMetadata initial) {
            this.current = initial;
            this.location = "";
            commit(initial, initial);
        }

        @Override
        public TableMetadata current() {
            return current;
        }

        @Override
        public TableMetadata refresh() {
            return current;
        }

        @Override
        public void commit(TableMetadata base, TableMetadata metadata) {
            String next = locations.metadata(version++, UUID.randomUUID());
            TableMetadataParser.write(metadata, io.newOutputFile(next));
            location = next;
            current = TableMetadataParser.read(io, next);
        }

        @Override
        public FileIO io() {
            return io;
        }

        @Override
        public String metadataFileLocation(String name) {
            return locations.metadataFile(name);
        }

        @Override
        public LocationProvider locationProvider() {
            throw new UnsupportedOperationException();
        }
    }
}
