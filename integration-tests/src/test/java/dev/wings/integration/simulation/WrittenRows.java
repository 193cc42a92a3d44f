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
import dev.wings.common.proto.LogMetadataGrpc;
import dev.wings.common.proto.PlanScanRequest;
import dev.wings.common.proto.PlanScanResponse;
import dev.wings.common.proto.PlannedPage;
import dev.wings.common.proto.Topic;
import dev.wings.common.proto.TopicScan;
import dev.wings.common.scan.PageRef;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.store.MemoryObjectStore;
import io.grpc.Channel;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/// What producers were told, and whether the log keeps it.
final class WrittenRows {

    private final Set<Long> sent = new HashSet<>();
    /// By offset.
    private final SortedMap<Long, Long> acknowledged = new TreeMap<>();

    void sent(long firstId, int rows) {
        for (long id = firstId; id < firstId + rows; id++) {
            sent.add(id);
        }
    }

    void acknowledged(long firstId, int rows, long startOffset) {
        for (int row = 0; row < rows; row++) {
            Long other = acknowledged.put(startOffset + row, firstId + row);
            if (other != null) {
                throw new AssertionError("I2: an offset was given twice: offset=" + (startOffset + row) + ", ids="
                        + other + ", " + (firstId + row));
            }
        }
    }

    int acknowledged() {
        return acknowledged.size();
    }

    /// Reads the log, and compares.
    void check(Topic topic, Channel controlPlane, MemoryObjectStore objects) {
        // what was acknowledged before this is planned has to be there (I5)
        SortedMap<Long, Long> expected = new TreeMap<>(acknowledged);
        SortedMap<Long, Long> log = read(topic, controlPlane, objects);
        long next = 0;
        Set<Long> seen = new HashSet<>();
        for (Map.Entry<Long, Long> row : log.entrySet()) {
            if (row.getKey() != next++) {
                throw new AssertionError("I2: offsets have a gap: offset=" + row.getKey());
            }
            if (!seen.add(row.getValue()) || !sent.contains(row.getValue())) {
                throw new AssertionError("a row was stored that was not sent, or twice: id=" + row.getValue());
            }
        }
        expected.forEach((offset, id) -> {
            if (!id.equals(log.get(offset))) {
                throw new AssertionError("I1, I5: an acknowledged row is missing: offset=" + offset + ", id=" + id
                        + ", found=" + log.get(offset));
            }
        });
    }

    private static SortedMap<Long, Long> read(Topic topic, Channel controlPlane, MemoryObjectStore objects) {
        SortedMap<Long, Long> rows = new TreeMap<>();
        try (RootAllocator allocator = new RootAllocator()) {
            LogMetadataGrpc.newBlockingStub(controlPlane)
                    .planScan(PlanScanRequest.newBuilder()
                            .addTopics(TopicScan.newBuilder()
                                    .setTopic(topic.getName())
                                    .setAllPartitions(true))
                            .build())
                    .forEachRemaining(answer -> read(topic, answer, objects, allocator, rows));
        }
        return rows;
    }

    private static void read(
            Topic topic,
            PlanScanResponse answer,
            MemoryObjectStore objects,
            RootAllocator allocator,
            SortedMap<Long, Long> rows) {
        for (PlannedPage planned : answer.getPagesList()) {
            PageRef page = PageRef.of(planned, answer.getFolioKeys(planned.getFolioIndex()));
            ByteBuffer content = ByteBuffer.allocate(
                    Math.toIntExact(page.range().end() - page.range().start()));
            objects.read(page.range().key(), page.range().start(), content);
            try (ArrowBuf bytes = allocator.buffer(content.capacity())) {
                bytes.setBytes(0, content.array());
                PageReader.checkCrc(page.range(), bytes, page.crc32c());
                read(topic, PageReader.read(page.range(), bytes), page.startOffset(), allocator, rows);
            }
        }
    }

    private static void read(
            Topic topic, Page page, long startOffset, RootAllocator allocator, SortedMap<Long, Long> rows) {
        SchemaBinding binding = SchemaBinding.bind(page.schema(), SchemaProtos.fromProto(topic.getSchema()));
        long offset = startOffset;
        try (BatchReader reader = new BatchReader(allocator, binding, new BatchLimits(1 << 22, 64 << 20))) {
            for (PageBatch stored : page.batches()) {
                IpcHeader.RecordBatch header = (IpcHeader.RecordBatch) IpcHeader.parse(stored.header());
                try (Batch batch = reader.openBatch(header, stored.body());
                        VectorSchemaRoot root = batch.openRoot(allocator)) {
                    for (int row = 0; row < root.getRowCount(); row++) {
                        Long other = rows.put(offset++, ((BigIntVector) root.getVector(0)).get(row));
                        if (other != null) {
                            throw new AssertionError("I2: two rows have one offset: offset=" + (offset - 1));
                        }
                    }
                }
            }
        }
    }
}
