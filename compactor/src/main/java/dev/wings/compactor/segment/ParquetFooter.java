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

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.DateType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.IntType;
import org.apache.parquet.format.ListType;
import org.apache.parquet.format.LogicalType;
import org.apache.parquet.format.MapType;
import org.apache.parquet.format.MicroSeconds;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.StringType;
import org.apache.parquet.format.TimeType;
import org.apache.parquet.format.TimeUnit;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;
import org.apache.parquet.format.converter.ParquetMetadataConverter;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;

/// The footer of a local Parquet file, which is at its end: metadata, their length, `PAR1`.
final class ParquetFooter {

    private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
    private static final int TAIL_BYTES = 8;

    private ParquetFooter() {}

    /// Gives the fields of a file other names, which are in its footer only. It also says what they are in the
    /// words of today's format: DuckDB marks lists, maps, texts, dates and numbers by the older converted types
    /// alone, which readers need not know.
    ///
    /// @param names by field id; a field that is not in it keeps its name, unless another has that now
    /// @param types columns of 64 bits that are to be taken for something else than they were, by field id
    /// @return the footer
    static ParquetMetadata rename(Path file, Map<Integer, String> names, Map<Integer, Long64> types)
            throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long start = start(channel);
            FileMetaData metadata = parse(channel, start);
            // a footer without its schema, its row groups or their columns was not read
            List<SchemaElement> schema = Objects.requireNonNull(metadata.getSchema());
            Set<String> taken = new HashSet<>(names.values());
            for (SchemaElement element : schema) {
                if (element.isSetField_id() && names.containsKey(element.getField_id())) {
                    element.setName(names.get(element.getField_id()));
                } else if (taken.contains(element.getName())) {
                    element.setName("dropped_" + element.getField_id());
                }
                if (element.isSetField_id() && types.containsKey(element.getField_id())) {
                    types.get(element.getField_id()).annotate(element);
                }
                ConvertedType converted = element.getConverted_type();
                if (converted != null && !element.isSetLogicalType()) {
                    logicalType(converted).ifPresent(element::setLogicalType);
                }
            }
            List<List<String>> paths = paths(schema);
            for (RowGroup group : Objects.requireNonNull(metadata.getRow_groups())) {
                setPaths(Objects.requireNonNull(group.getColumns()), paths);
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            Util.writeFileMetaData(metadata, bytes);
            ByteBuffer footer = ByteBuffer.allocate(bytes.size() + TAIL_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            footer.put(bytes.toByteArray()).putInt(bytes.size()).put(MAGIC).flip();
            channel.truncate(start);
            for (long position = start; footer.hasRemaining(); ) {
                position += channel.write(footer, position);
            }
            return new ParquetMetadataConverter().fromParquetMetadata(metadata);
        }
    }

    /// What the 64 bits of a value can be. The bits, and their order, are the same.
    enum Long64 {
        LONG,
        TIME;

        private void annotate(SchemaElement element) throws IOException {
            if (element.getType() != Type.INT64) {
                throw new IOException(
                        "not a column of 64 bits: field_id=" + element.getField_id() + ", type=" + element.getType());
            }
            switch (this) {
                case LONG -> {
                    element.setConverted_type(ConvertedType.INT_64);
                    element.setLogicalType(LogicalType.INTEGER(new IntType((byte) Long.SIZE, true)));
                }
                case TIME -> {
                    element.setConverted_type(ConvertedType.TIME_MICROS);
                    element.setLogicalType(LogicalType.TIME(new TimeType(false, TimeUnit.MICROS(new MicroSeconds()))));
                }
            }
        }
    }

    /// The logical type that stands for a converted type that needs no more than its name.
    private static Optional<LogicalType> logicalType(ConvertedType type) {
        return switch (type) {
            case LIST -> Optional.of(LogicalType.LIST(new ListType()));
            case MAP -> Optional.of(LogicalType.MAP(new MapType()));
            case UTF8 -> Optional.of(LogicalType.STRING(new StringType()));
            case DATE -> Optional.of(LogicalType.DATE(new DateType()));
            case INT_32 -> Optional.of(LogicalType.INTEGER(new IntType((byte) Integer.SIZE, true)));
            case INT_64 -> Optional.of(LogicalType.INTEGER(new IntType((byte) Long.SIZE, true)));
            default -> Optional.empty();
        };
    }

    private static void setPaths(List<ColumnChunk> columns, List<List<String>> paths) throws IOException {
        if (columns.size() != paths.size()) {
            throw new IOException("the footer has another number of columns than its schema: columns=" + columns.size()
                    + ", leaves=" + paths.size());
        }
        for (int i = 0; i < paths.size(); i++) {
            ColumnMetaData column = columns.get(i).getMeta_data();
            if (column == null) {
                throw new IOException("the footer does not say what a column chunk has");
            }
            column.setPath_in_schema(paths.get(i));
        }
    }

    /// The paths of the leaves, in their order, which is that of the columns of a row group.
    private static List<List<String>> paths(List<SchemaElement> schema) {
        List<List<String>> paths = new ArrayList<>();
        int next = 1;
        for (int i = 0; i < schema.getFirst().getNum_children(); i++) {
            next = addPaths(schema, next, List.of(), paths);
        }
        return paths;
    }

    /// Adds the paths of the element at an index. Returns the index after it and all that is in it.
    private static int addPaths(List<SchemaElement> schema, int index, List<String> parents, List<List<String>> paths) {
        SchemaElement element = schema.get(index);
        List<String> path = new ArrayList<>(parents);
        path.add(element.getName());
        int next = index + 1;
        if (!element.isSetNum_children()) {
            paths.add(path);
        }
        for (int i = 0; element.isSetNum_children() && i < element.getNum_children(); i++) {
            next = addPaths(schema, next, path, paths);
        }
        return next;
    }

    private static FileMetaData parse(FileChannel channel, long start) throws IOException {
        byte[] bytes = read(channel, start, Math.toIntExact(channel.size() - TAIL_BYTES - start))
                .array();
        return Util.readFileMetaData(new ByteArrayInputStream(bytes));
    }

    private static long start(FileChannel channel) throws IOException {
        long size = channel.size();
        ByteBuffer tail = read(channel, size - TAIL_BYTES, TAIL_BYTES);
        if (tail.slice(4, 4).mismatch(ByteBuffer.wrap(MAGIC)) >= 0) {
            throw new IOException("not a Parquet file");
        }
        return size - TAIL_BYTES - tail.getInt(0);
    }

    private static ByteBuffer read(FileChannel channel, long start, int length) throws IOException {
        if (length < 0) {
            throw new IOException("file has no footer");
        }
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (start < 0 || channel.read(bytes, start + bytes.position()) < 0) {
                throw new IOException("file ends too early");
            }
        }
        return bytes;
    }
}
