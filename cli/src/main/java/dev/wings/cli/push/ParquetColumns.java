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
package dev.wings.cli.push;

import dev.wings.common.error.WingsException;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import dev.wings.common.text.ValueWriter;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.LogicalType;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Statistics;
import org.apache.parquet.format.TimeType;
import org.apache.parquet.format.TimestampType;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;
import org.jspecify.annotations.Nullable;

/// The columns of a Parquet file as its own schema has them: by their own names, and with those that DuckDB reads with
/// a loss. It cuts or wraps INT96, wraps milliseconds beyond the range of microseconds, and turns decimals of more than
/// 38 digits into doubles.
///
/// @param names the names of the columns
/// @param raw what DuckDB is to read as bytes, by the number of the leaf, depth first
record ParquetColumns(List<String> names, Map<Integer, RawLeaf> raw) {

    /// A larger footer is not taken into memory.
    private static final int MAX_FOOTER_BYTES = 32 << 20;

    private static final int END_BYTES = 8;
    private static final byte[] MAGIC = {'P', 'A', 'R', '1'};

    ParquetColumns {
        names = List.copyOf(names);
        raw = Map.copyOf(raw);
    }

    /// Reads the columns of a file. Fails with INVALID for columns or members whose names are the same for a
    /// topic.
    static ParquetColumns read(Connection duckdb, Path file) throws SQLException, IOException {
        FileMetaData footer;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            footer = readFooter(channel);
        }
        if (footer.getSchemaSize() <= 1) {
            throw WingsException.invalid("it has no columns");
        }
        Tree tree = new Tree();
        try (Statement statement = duckdb.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select coalesce(name, '') as name, type, coalesce(num_children, 0) as children,"
                                + " coalesce(converted_type, '') as converted, coalesce(logical_type, '') as logical,"
                                + " coalesce(scale, 0) as scale, coalesce(precision, 0) as precision"
                                + " from parquet_schema(" + LocalDuckDb.path(file) + ")")) {
            while (rows.next()) {
                boolean decimal = rows.getString("converted").equals("DECIMAL")
                        || rows.getString("logical").startsWith("DecimalType");
                tree.add(
                        rows.getString("name"),
                        rows.getInt("children"),
                        String.valueOf(rows.getString("type")),
                        decimal ? rows.getInt("precision") : 0,
                        rows.getInt("scale"),
                        isNested(rows.getString("converted"), rows.getString("logical")));
            }
        }
        if (tree.leaves > 0) {
            addInstants(footer, tree.raw);
        }
        return new ParquetColumns(tree.names, tree.raw);
    }

    /// Adds the columns of milliseconds of which the file's statistics do not say that all are within the range
    /// of microseconds, those of nanoseconds with a zone, and those of times of the day marked as UTC: these come
    /// from DuckDB as bytes.
    private static void addInstants(FileMetaData footer, Map<Integer, RawLeaf> raw) {
        int leaf = 0;
        for (SchemaElement element : fields(footer)) {
            if (element.isSetNum_children() && element.getNum_children() > 0) {
                continue;
            }
            int column = leaf++;
            LogicalType logical = element.getLogicalType();
            if (logical != null && logical.isSetTIME()) {
                TimeType time = logical.getTIME();
                if (time.isIsAdjustedToUTC()) {
                    raw.put(column, new RawLeaf.TimesOfDay(unit(time.getUnit())));
                }
                continue;
            }
            TimestampType type = logical != null && logical.isSetTIMESTAMP() ? logical.getTIMESTAMP() : null;
            boolean millis = type == null
                    ? element.getConverted_type() == ConvertedType.TIMESTAMP_MILLIS
                    : unit(type.getUnit()) == TimeUnit.MILLISECOND;
            boolean zoned = type != null && type.isIsAdjustedToUTC();
            if (millis && !rowGroups(footer).stream().allMatch(group -> isWithinMicros(group, column))) {
                raw.put(column, new RawLeaf.Instants(TimeUnit.MILLISECOND, zoned));
            } else if (type != null && zoned && unit(type.getUnit()) == TimeUnit.NANOSECOND) {
                raw.put(column, new RawLeaf.Instants(TimeUnit.NANOSECOND, true));
            }
        }
    }

    /// Whether a group is a list or a map, as far as its annotations tell.
    private static boolean isNested(String converted, String logical) {
        return converted.equals("LIST")
                || converted.startsWith("MAP")
                || logical.startsWith("ListType")
                || logical.startsWith("MapType");
    }

    /// The elements of the schema but its root. A footer without what must be there was not read.
    private static List<SchemaElement> fields(FileMetaData footer) {
        return Objects.requireNonNull(footer.getSchema()).subList(1, footer.getSchemaSize());
    }

    private static List<RowGroup> rowGroups(FileMetaData footer) {
        return Objects.requireNonNull(footer.getRow_groups());
    }

    private static List<ColumnChunk> chunks(RowGroup group) {
        return Objects.requireNonNull(group.getColumns());
    }

    private static ColumnMetaData metadata(ColumnChunk chunk) {
        ColumnMetaData metadata = chunk.getMeta_data();
        if (metadata == null) {
            throw WingsException.invalid("its footer does not say where all of its columns are");
        }
        return metadata;
    }

    private static TimeUnit unit(org.apache.parquet.format.@Nullable TimeUnit unit) {
        Objects.requireNonNull(unit);
        return unit.isSetMILLIS()
                ? TimeUnit.MILLISECOND
                : unit.isSetMICROS() ? TimeUnit.MICROSECOND : TimeUnit.NANOSECOND;
    }

    private static boolean isWithinMicros(RowGroup group, int column) {
        Statistics statistics = metadata(chunks(group).get(column)).getStatistics();
        if (statistics == null) {
            return false;
        }
        byte[] min = statistics.isSetMin_value() ? statistics.getMin_value() : statistics.getMin();
        byte[] max = statistics.isSetMax_value() ? statistics.getMax_value() : statistics.getMax();
        return isWithinMicros(min) && isWithinMicros(max);
    }

    private static boolean isWithinMicros(byte @Nullable [] millis) {
        if (millis == null || millis.length != Long.BYTES) {
            return false;
        }
        long value = ByteBuffer.wrap(millis).order(ByteOrder.LITTLE_ENDIAN).getLong();
        return Math.abs(value / 1000) < Long.MAX_VALUE / 1_000_000;
    }

    /// Reads the footer, and leaves the channel where the footer starts.
    private static FileMetaData readFooter(FileChannel channel) throws IOException {
        long size = channel.size();
        ByteBuffer end = read(channel, size - END_BYTES, END_BYTES);
        int length = end.getInt(0);
        if (!Arrays.equals(read(channel, size - MAGIC.length, MAGIC.length).array(), MAGIC)) {
            throw WingsException.invalid("it is not a whole Parquet file, since it does not end as one: bytes=" + size);
        }
        if (length < 0 || length > Math.min(size - END_BYTES, MAX_FOOTER_BYTES)) {
            throw WingsException.invalid("its footer is too large: bytes=" + length + ", limit=" + MAX_FOOTER_BYTES);
        }
        long start = size - END_BYTES - length;
        channel.position(start);
        return Util.readFileMetaData(
                new ByteArrayInputStream(read(channel, start, length).array()));
    }

    /// The elements of a schema, as they come depth first.
    private static final class Tree {
        private final List<String> names = new ArrayList<>();
        private final Map<Integer, RawLeaf> raw = new TreeMap<>();

        /// How many children each group that is open still has.
        private final List<int[]> open = new ArrayList<>();

        /// The names of the children that came, for each group that is open.
        private final List<Map<String, String>> seen = new ArrayList<>();
        private int leaves;

        /// For each group that is open how many levels below it, starting with its children, have names that do not
        /// count: those within a list or map.
        private final List<Integer> nameless = new ArrayList<>();

        void add(String name, int children, String type, int precision, int scale, boolean nested) {
            int depth = open.size();
            int levels = depth == 0 ? 0 : nameless.getLast();
            if (depth > 0) {
                if (name.isEmpty() && levels == 0) {
                    throw WingsException.invalid("bad field name: 1 to 255 characters are expected: field=\"\", "
                            + (depth == 1
                                    ? "column=" + (names.size() + 1)
                                    : "column=" + ValueWriter.quoted(names.getLast()))
                            + "; the column needs a name before it is written, as rename_columns of pyarrow gives it");
                }
                String other = seen.getLast().putIfAbsent(TopicField.folded(name), name);
                if (other != null) {
                    throw WingsException.invalid("two of its fields have the same name for a topic: field="
                            + ValueWriter.quoted(name) + ", other=" + ValueWriter.quoted(other));
                }
                open.getLast()[0]--;
            }
            if (depth == 1) {
                names.add(name);
            }
            if (children > 0) {
                open.add(new int[] {children});
                nameless.add(nested ? 2 : Math.max(0, levels - 1));
                seen.add(new HashMap<>());
            } else if (depth > 0) {
                if (type.equals("INT96")) {
                    raw.put(leaves, new RawLeaf.Int96());
                } else if (precision > FieldType.Decimal.MAX_PRECISION) {
                    raw.put(leaves, new RawLeaf.WideDecimal(precision, scale));
                }
                leaves++;
            }
            while (!open.isEmpty() && open.getLast()[0] == 0) {
                open.removeLast();
                nameless.removeLast();
                seen.removeLast();
            }
        }
    }

    /// Copies the file with another footer, which says of the raw columns that they are bytes.
    void copyReadable(Path file, Path copy) throws IOException {
        Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel channel = FileChannel.open(copy, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            FileMetaData footer = readFooter(channel);
            long start = channel.position();
            change(footer);
            channel.truncate(start);
            writeFooter(copy, footer, start);
        }
    }

    private static void writeFooter(Path copy, FileMetaData footer, long start) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(copy, StandardOpenOption.APPEND))) {
            Util.writeFileMetaData(footer, out);
            out.flush();
            int length = Math.toIntExact(Files.size(copy) - start);
            out.write(ByteBuffer.allocate(Integer.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(length)
                    .array());
            out.write(MAGIC);
        }
    }

    private void change(FileMetaData footer) {
        int leaf = 0;
        for (SchemaElement element : fields(footer)) {
            if (element.isSetNum_children() && element.getNum_children() > 0) {
                continue;
            }
            if (raw.containsKey(leaf)) {
                element.unsetConverted_type();
                element.unsetLogicalType();
                element.unsetScale();
                element.unsetPrecision();
                if (element.getType() == Type.INT96) {
                    element.setType(Type.FIXED_LEN_BYTE_ARRAY);
                    element.setType_length(RawLeaf.Int96.BYTES);
                }
            }
            leaf++;
        }
        for (RowGroup group : rowGroups(footer)) {
            for (int i = 0; i < group.getColumnsSize(); i++) {
                if (raw.containsKey(i)) {
                    ColumnMetaData column = metadata(chunks(group).get(i));
                    column.unsetStatistics();
                    if (column.getType() == Type.INT96) {
                        column.setType(Type.FIXED_LEN_BYTE_ARRAY);
                    }
                }
            }
        }
    }

    private static ByteBuffer read(FileChannel file, long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (position < 0 || file.read(bytes, position + bytes.position()) < 0) {
                throw WingsException.invalid("it is not a whole Parquet file: bytes=" + file.size());
            }
        }
        return bytes.flip();
    }
}
