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
package dev.wings.common.folio;

import dev.wings.common.arrow.Batch;
import dev.wings.common.arrow.BatchLimits;
import dev.wings.common.arrow.BatchReader;
import dev.wings.common.arrow.IpcHeader;
import dev.wings.common.arrow.SchemaBinding;
import dev.wings.common.arrow.ValueBounds;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;

/// Makes folios and takes their bytes.
final class Folios {

    static final UUID ID = UUID.fromString("01912345-6789-7abc-8def-0123456789ab");
    static final String NAMESPACE = "01912345-0000-7000-8000-000000000001";
    static final String TOPIC = "01912345-0000-7000-8000-000000000002";
    static final String OTHER_TOPIC = "01912345-0000-7000-8000-000000000003";

    private Folios() {}

    /// What an ingestor finds of a batch of [ArrowBatches].
    static List<ValueBounds> bounds(BufferAllocator allocator, ArrowBatches.Message message) {
        TopicSchema topic = new TopicSchema(
                0,
                List.of(TopicField.required(1, "id", Primitive.LONG), TopicField.optional(2, "name", Primitive.STRING)),
                2);
        byte[] header = new byte[message.header().remaining()];
        message.header().duplicate().get(header);
        try (ArrowBuf body = allocator.buffer(message.body().remaining());
                BatchReader reader = new BatchReader(
                        allocator, SchemaBinding.bind(ArrowBatches.SCHEMA, topic), new BatchLimits(1 << 20, 1 << 30))) {
            body.setBytes(0, message.body().duplicate());
            body.writerIndex(message.body().remaining());
            try (Batch batch = reader.openBatch((IpcHeader.RecordBatch) IpcHeader.parse(header), body)) {
                return batch.bounds();
            }
        }
    }

    static PageBuilder page(BufferAllocator allocator, PageKey key, int... batchRows) {
        PageBuilder page = new PageBuilder(key, ArrowBatches.schemaMessage());
        long firstId = 0;
        for (int rows : batchRows) {
            ArrowBatches.Message batch = ArrowBatches.batch(allocator, firstId, rows);
            page.add(batch.header(), List.of(batch.body()), 0, List.of());
            firstId += rows;
        }
        return page;
    }

    /// Three pages of two topics.
    static SealedFolio sample(BufferAllocator allocator) {
        return FolioWriter.seal(
                ID,
                NAMESPACE,
                List.of(
                        page(allocator, new PageKey(OTHER_TOPIC, "", 0), 5),
                        page(allocator, new PageKey(TOPIC, "b", 3), 1, 20),
                        page(allocator, new PageKey(TOPIC, "a", 3), 3)));
    }

    static byte[] bytes(SealedFolio folio) {
        return bytes(folio.content());
    }

    static byte[] bytes(List<ByteBuffer> content) {
        int length = content.stream().mapToInt(ByteBuffer::remaining).sum();
        ByteBuffer all = ByteBuffer.allocate(length);
        content.forEach(buffer -> all.put(buffer.duplicate()));
        return all.array();
    }

    /// The caller closes it.
    static ArrowBuf arrowBuf(BufferAllocator allocator, byte[] bytes, long start, long length) {
        ArrowBuf buffer = allocator.buffer(Math.max(length, 1));
        buffer.setBytes(0, ByteBuffer.wrap(bytes, (int) start, (int) length));
        return buffer;
    }
}
