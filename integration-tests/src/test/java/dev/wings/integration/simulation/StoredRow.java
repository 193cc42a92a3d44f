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
package dev.wings.integration.simulation;

import dev.wings.common.arrow.Batch;
import dev.wings.common.arrow.BatchLimits;
import dev.wings.common.arrow.BatchReader;
import dev.wings.common.arrow.IpcHeader;
import dev.wings.common.arrow.SchemaBinding;
import dev.wings.common.folio.Page;
import dev.wings.common.folio.PageBatch;
import dev.wings.common.folio.PageReader;
import dev.wings.common.scan.PageRef;
import dev.wings.common.store.ObjectStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/// A row as it lies in a page, or in a file of a table. Such a file has a line for each row: the simulation has no
/// engine that writes Parquet.
///
/// @param id the id that its producer has given it
record StoredRow(Position position, long id, long timestampMicros) {

    /// Returns the rows of a page.
    static List<StoredRow> ofPage(ObjectStore store, PageRef page, String partition) {
        byte[] content = content(
                store, page.range().key(), page.range().start(), page.range().length());
        List<StoredRow> rows = new ArrayList<>();
        try (RootAllocator allocator = new RootAllocator();
                ArrowBuf bytes = allocator.buffer(content.length)) {
            bytes.setBytes(0, content);
            PageReader.checkCrc(page.range(), bytes, page.crc32c());
            Page read = PageReader.read(page.range(), bytes);
            SchemaBinding binding = SchemaBinding.bind(read.schema(), SimulatedCluster.SCHEMA);
            try (BatchReader reader = new BatchReader(allocator, binding, new BatchLimits(1 << 22, 64 << 20))) {
                for (int i = 0; i < read.batches().size(); i++) {
                    long timestampMicros = page.batches().get(i).getTimestampMicros();
                    for (long id : ids(read.batches().get(i), reader, allocator)) {
                        Position position = new Position(partition, page.startOffset() + rows.size());
                        rows.add(new StoredRow(position, id, timestampMicros));
                    }
                }
            }
        }
        return rows;
    }

    private static long[] ids(PageBatch stored, BatchReader reader, RootAllocator allocator) {
        IpcHeader.RecordBatch header = (IpcHeader.RecordBatch) IpcHeader.parse(stored.header());
        try (Batch batch = reader.openBatch(header, stored.body());
                VectorSchemaRoot root = batch.openRoot(allocator)) {
            long[] ids = new long[root.getRowCount()];
            for (int row = 0; row < ids.length; row++) {
                ids[row] = ((BigIntVector) root.getVector(0)).get(row);
            }
            return ids;
        }
    }

    /// Returns the rows of a file of a table.
    static List<StoredRow> ofFile(ObjectStore store, String key, long bytes) {
        List<StoredRow> rows = new ArrayList<>();
        String text = new String(content(store, key, 0, bytes), StandardCharsets.UTF_8);
        for (String line : text.lines().toList()) {
            String[] parts = line.split(",", -1);
            Position position = new Position(parts[0], Long.parseLong(parts[1]));
            rows.add(new StoredRow(position, Long.parseLong(parts[2]), Long.parseLong(parts[3])));
        }
        return rows;
    }

    /// Returns the content of a file that holds these rows.
    static ByteBuffer file(List<StoredRow> rows) {
        StringBuilder text = new StringBuilder();
        for (StoredRow row : rows) {
            text.append(row.position.partition())
                    .append(',')
                    .append(row.position.offset())
                    .append(',')
                    .append(row.id)
                    .append(',')
                    .append(row.timestampMicros)
                    .append('\n');
        }
        return ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] content(ObjectStore store, String key, long start, long bytes) {
        byte[] content = new byte[Math.toIntExact(bytes)];
        store.read(key, start, ByteBuffer.wrap(content));
        return content;
    }
}
