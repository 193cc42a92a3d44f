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
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Statistics;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;

/// Says where the columns of a Parquet file are: its footer, as far as it matters for what has to be fetched.
///
/// @param footer the range from its first byte to the end of the file
/// @param nestedNames the names of the fields within structs, by field id
record SegmentLayout(ByteRange footer, List<RowGroup> rowGroups, Map<Integer, String> nestedNames) {

    /// How much of the end of a file is read first, which is enough for the footers of most files.
    static final int FIRST_READ_BYTES = 64 << 10;

    private static final int MAGIC = 0x31524150;
    private static final int TRAILER_BYTES = 8;
    private static final int MAX_BOUND_BYTES = 256;

    /// @param rows how many rows the group has
    record RowGroup(long rows, List<Chunk> chunks) {

        long bytes() {
            return chunks.stream().mapToLong(chunk -> chunk.data().length()).sum();
        }
    }

    /// A column of a row group.
    ///
    /// @param column the id of the top-level field that it belongs to
    /// @param data where its values are
    /// @param bloom where its bloom filter is
    /// @param bounds the bounds of a top-level field of a primitive type
    record Chunk(int column, ByteRange data, Optional<ByteRange> bloom, Optional<Bounds> bounds) {}

    /// The bounds of the values, as Iceberg writes single values. They need not be the smallest value and the
    /// largest.
    record Bounds(ByteBuffer lower, ByteBuffer upper, long nulls) {}

    long chunkCount() {
        return 1L
                + rowGroups.size()
                        * (rowGroups.isEmpty()
                                ? 0L
                                : rowGroups.getFirst().chunks().size());
    }

    /// @param tail the last bytes of the file
    static long footerStart(ByteBuffer tail, long fileBytes) {
        ByteBuffer end = tail.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int length = end.limit() < TRAILER_BYTES ? -1 : end.getInt(end.limit() - TRAILER_BYTES);
        if (length < 0 || length > fileBytes - TRAILER_BYTES || end.getInt(end.limit() - 4) != MAGIC) {
            throw new IllegalArgumentException("no Parquet footer: file_bytes=" + fileBytes);
        }
        return fileBytes - TRAILER_BYTES - length;
    }

    static SegmentLayout parse(ByteBuffer footer, long footerStart, long fileBytes) {
        FileMetaData metadata;
        try {
            metadata = Util.readFileMetaData(
                    new ByteArrayInputStream(footer.array(), footer.arrayOffset(), footer.limit() - TRAILER_BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // a footer without its schema, its row groups or their columns was not read
        Leaves leaves = Leaves.of(Objects.requireNonNull(metadata.getSchema()));
        List<RowGroup> rowGroups = new ArrayList<>();
        for (org.apache.parquet.format.RowGroup group : Objects.requireNonNull(metadata.getRow_groups())) {
            List<ColumnChunk> columns = Objects.requireNonNull(group.getColumns());
            List<Chunk> chunks = new ArrayList<>();
            for (int i = 0; i < columns.size(); i++) {
                chunks.add(chunk(columns.get(i), leaves.leaves().get(i), footerStart));
            }
            rowGroups.add(new RowGroup(group.getNum_rows(), List.copyOf(chunks)));
        }
        return new SegmentLayout(new ByteRange(footerStart, fileBytes), List.copyOf(rowGroups), leaves.nestedNames());
    }

    /// Returns the names of those of these fields that are within structs of this file.
    Map<Integer, String> namesOf(Set<Integer> fields) {
        if (fields.isEmpty()) {
            return Map.of();
        }
        Map<Integer, String> names = new HashMap<>();
        for (Integer id : fields) {
            String name = nestedNames.get(id);
            if (name != null) {
                names.put(id, name);
            }
        }
        return names;
    }

    private static Chunk chunk(ColumnChunk chunk, Leaf leaf, long footerStart) {
        ColumnMetaData column = chunk.getMeta_data();
        if (column == null) {
            throw new IllegalArgumentException("the footer does not say where a column chunk is");
        }
        long start = column.isSetDictionary_page_offset() && column.getDictionary_page_offset() > 0
                ? Math.min(column.getDictionary_page_offset(), column.getData_page_offset())
                : column.getData_page_offset();
        ByteRange data = new ByteRange(start, start + column.getTotal_compressed_size());
        if (data.end() > footerStart) {
            throw new IllegalArgumentException("a column chunk is outside of the file: " + data);
        }
        Optional<ByteRange> bloom = column.isSetBloom_filter_offset()
                ? Optional.of(new ByteRange(
                        column.getBloom_filter_offset(),
                        column.isSetBloom_filter_length()
                                ? column.getBloom_filter_offset() + column.getBloom_filter_length()
                                : footerStart))
                : Optional.empty();
        return new Chunk(leaf.column(), data, bloom, leaf.flat() ? bounds(column, leaf) : Optional.empty());
    }

    private static Optional<Bounds> bounds(ColumnMetaData column, Leaf leaf) {
        Statistics statistics = column.getStatistics();
        if (statistics == null
                || !statistics.isSetMin_value()
                || !statistics.isSetMax_value()
                || !statistics.isSetNull_count()
                || statistics.getMin_value().length > MAX_BOUND_BYTES
                || statistics.getMax_value().length > MAX_BOUND_BYTES) {
            return Optional.empty();
        }
        return Optional.of(new Bounds(
                leaf.singleValue(statistics.getMin_value()),
                leaf.singleValue(statistics.getMax_value()),
                statistics.getNull_count()));
    }

    /// @param column the id of the top-level field, 0 if it has none
    /// @param flat whether the leaf is that field itself
    /// @param reversed whether Iceberg writes its bytes the other way round
    private record Leaf(int column, boolean flat, boolean reversed) {

        ByteBuffer singleValue(byte[] value) {
            byte[] bytes = value.clone();
            for (int i = 0; reversed && i < bytes.length / 2; i++) {
                byte swapped = bytes[i];
                bytes[i] = bytes[bytes.length - 1 - i];
                bytes[bytes.length - 1 - i] = swapped;
            }
            return ByteBuffer.wrap(bytes);
        }
    }

    /// The columns of a file in the order of its chunks.
    private record Leaves(List<Leaf> leaves, Map<Integer, String> nestedNames) {

        static Leaves of(List<SchemaElement> schema) {
            Leaves leaves = new Leaves(new ArrayList<>(), new HashMap<>());
            int next = 1;
            for (int i = 0; i < schema.getFirst().getNum_children(); i++) {
                next = leaves.add(schema, next, schema.get(next).getField_id(), true, false);
            }
            return leaves;
        }

        /// Adds the element at an index and what is in it. Returns the index after them.
        private int add(List<SchemaElement> schema, int index, int column, boolean top, boolean inStruct) {
            SchemaElement element = schema.get(index);
            if (inStruct && element.isSetField_id()) {
                nestedNames.put(element.getField_id(), element.getName());
            }
            if (!element.isSetNum_children()) {
                boolean decimal = element.isSetPrecision() && element.getType() != Type.FIXED_LEN_BYTE_ARRAY;
                leaves.add(new Leaf(column, top, decimal));
                return index + 1;
            }
            // A struct has neither an annotation nor repetition. Lists and maps have one of them, and the ids
            // below them belong to elements.
            boolean struct = !element.isSetConverted_type()
                    && !element.isSetLogicalType()
                    && element.getRepetition_type() != org.apache.parquet.format.FieldRepetitionType.REPEATED;
            int next = index + 1;
            for (int i = 0; i < element.getNum_children(); i++) {
                next = add(schema, next, column, false, struct);
            }
            return next;
        }
    }
}
