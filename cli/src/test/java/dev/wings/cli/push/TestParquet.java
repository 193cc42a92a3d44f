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

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;

/// Parquet files with whatever types the format has: required columns, one page each.
final class TestParquet {

    /// @param values as the format has them in its plain encoding
    record Column(SchemaElement element, List<byte[]> values) {}

    private TestParquet() {}

    static SchemaElement element(String name, Type type) {
        SchemaElement element = new SchemaElement(name);
        element.setType(type);
        element.setRepetition_type(FieldRepetitionType.REQUIRED);
        return element;
    }

    static byte[] int96(long nanosOfDay, int julianDay) {
        return ByteBuffer.allocate(12)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(nanosOfDay)
                .putInt(julianDay)
                .array();
    }

    static byte[] int64(long value) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }

    static void write(Path file, List<Column> columns) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] magic = "PAR1".getBytes(StandardCharsets.US_ASCII);
        out.write(magic);
        List<SchemaElement> schema = new ArrayList<>();
        SchemaElement root = new SchemaElement("schema");
        root.setNum_children(columns.size());
        schema.add(root);
        List<ColumnChunk> chunks = new ArrayList<>();
        int rows = columns.getFirst().values().size();
        for (Column column : columns) {
            schema.add(column.element());
            long start = out.size();
            ByteArrayOutputStream page = new ByteArrayOutputStream();
            for (byte[] value : column.values()) {
                page.write(value);
            }
            PageHeader header = new PageHeader(PageType.DATA_PAGE, page.size(), page.size());
            header.setData_page_header(new DataPageHeader(rows, Encoding.PLAIN, Encoding.RLE, Encoding.RLE));
            Util.writePageHeader(header, out);
            page.writeTo(out);
            ColumnChunk chunk = new ColumnChunk(start);
            chunk.setMeta_data(new ColumnMetaData(
                    column.element().getType(),
                    List.of(Encoding.PLAIN),
                    List.of(column.element().getName()),
                    CompressionCodec.UNCOMPRESSED,
                    rows,
                    out.size() - start,
                    out.size() - start,
                    start));
            chunks.add(chunk);
        }
        writeFooter(
                out, new FileMetaData(1, schema, rows, List.of(new RowGroup(chunks, out.size() - magic.length, rows))));
        Files.write(file, out.toByteArray());
    }

    /// Takes out of the footer of a file what it says of the chunks of columns, as if they were in another file.
    static void forgetColumns(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int length = bytes.getInt(bytes.limit() - 8);
        int start = bytes.limit() - 8 - length;
        FileMetaData footer = Util.readFileMetaData(new ByteArrayInputStream(bytes.array(), start, length));
        for (RowGroup group : Objects.requireNonNull(footer.getRow_groups())) {
            Objects.requireNonNull(group.getColumns()).forEach(ColumnChunk::unsetMeta_data);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes.array(), 0, start);
        writeFooter(out, footer);
        Files.write(file, out.toByteArray());
    }

    private static void writeFooter(ByteArrayOutputStream out, FileMetaData footer) throws IOException {
        int start = out.size();
        Util.writeFileMetaData(footer, out);
        out.write(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(out.size() - start)
                .array());
        out.write("PAR1".getBytes(StandardCharsets.US_ASCII));
    }
}
