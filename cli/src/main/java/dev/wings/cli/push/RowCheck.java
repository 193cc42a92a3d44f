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

import dev.wings.cli.output.Human;
import dev.wings.cli.output.Ticker;
import dev.wings.common.arrow.BatchLimits;
import dev.wings.common.arrow.BatchReader;
import dev.wings.common.arrow.IpcHeader;
import dev.wings.common.arrow.SchemaBinding;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.Schema;
import dev.wings.common.schema.RowNumber;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.text.OnLoss;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;

/// Checks whether a push of a file would be taken: reads all its rows as the push does, and looks at each batch
/// as the ingestor does, with the same code.
public final class RowCheck {

    private static final int PERIOD_MILLIS = 1000;
    private static final int BATCH_ROWS = 8192;

    /// How many rows at the start of each file are looked at before any file is sent.
    private static final int START_ROWS = 1024;

    /// How large a part that is checked at once may be; what is written is in memory twice.
    private static final long PART_BYTES = 8 << 20;

    private static final int CONTINUATION = 0xFFFFFFFF;
    private static final int ALIGNMENT = 8;
    private static final BatchLimits LIMITS = new BatchLimits(Integer.MAX_VALUE, 256L << 20);

    private final BufferAllocator allocator;
    private final TopicSchema topic;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private RowCheck(BufferAllocator allocator, TopicSchema topic) {
        this.allocator = allocator;
        this.topic = topic;
    }

    /// The schema of a topic that takes all rows of the file. If there is none, fails with INVALID, saying
    /// which row does not fit and why.
    public static Schema schema(RowFile rows, OnLoss onLoss) {
        long start = System.nanoTime();
        AtomicLong checked = new AtomicLong();
        try (Ticker ticker = Ticker.start(true, PERIOD_MILLIS, () -> progress(rows.name(), checked.get(), start))) {
            Schema schema = rows.schema();
            check(rows, topic(rows, schema), onLoss, checked, BATCH_ROWS, false);
            return schema;
        }
    }

    /// Checks that the columns and the first rows fit the topic: as many as make a small batch. Fails with
    /// INVALID, saying which do not and why.
    static void checkStart(RowFile rows, TopicSchema topic, OnLoss onLoss) {
        check(rows, topic, onLoss, new AtomicLong(), START_ROWS, true);
    }

    private static TopicSchema topic(RowFile rows, Schema schema) {
        if (schema.getFieldsCount() == 0) {
            throw WingsException.invalid("cannot read " + rows.name() + ": no row of it has a field");
        }
        try {
            return SchemaProtos.fromCreateRequest(schema);
        } catch (WingsException e) {
            throw RowFile.unreadable(rows.name(), e);
        }
    }

    /// How far the check is, as `reading flights.csv: 1,234,567 rows checked, 12 s`.
    private static String progress(String name, long checked, long startNanos) {
        Duration took = Duration.ofNanos(System.nanoTime() - startNanos);
        return "reading " + name + ": " + (checked == 0 ? "" : Human.rows(checked) + " checked, ") + took.toSeconds()
                + " s";
    }

    private static void check(
            RowFile rows, TopicSchema topic, OnLoss onLoss, AtomicLong checked, int batchRows, boolean startOnly) {
        try (BufferAllocator allocator = new RootAllocator();
                ArrowReader reader = rows.read(allocator, batchRows, topic, onLoss)) {
            new RowCheck(allocator, topic).check(reader, checked, startOnly);
        } catch (IOException | WingsException e) {
            throw e instanceof WingsException failure && failure.getMessage().startsWith("cannot read ")
                    ? failure
                    : RowFile.unreadable(rows.name(), e);
        }
    }

    private void check(ArrowReader reader, AtomicLong checked, boolean startOnly) throws IOException {
        VectorSchemaRoot root = reader.getVectorSchemaRoot();
        try (VectorSchemaRoot part = VectorSchemaRoot.create(root.getSchema(), allocator);
                ArrowStreamWriter writer = new ArrowStreamWriter(part, reader, bytes)) {
            writer.start();
            SchemaBinding binding = SchemaBinding.bind(takeSchema(), topic);
            VectorLoader loader = new VectorLoader(part);
            try (BatchReader batches = new BatchReader(allocator, binding, LIMITS)) {
                boolean more = reader.loadNextBatch();
                while (more) {
                    int step = BatchParts.rows(root, PART_BYTES);
                    for (int start = 0; start < root.getRowCount(); start += step) {
                        load(root, start, Math.min(step, root.getRowCount() - start), loader);
                        writer.writeBatch();
                        take(batches, checked.get() + 1);
                        checked.addAndGet(part.getRowCount());
                    }
                    more = !startOnly && reader.loadNextBatch();
                }
            }
        }
    }

    private static void load(VectorSchemaRoot from, int start, int rows, VectorLoader into) {
        try (VectorSchemaRoot slice = from.slice(start, rows);
                ArrowRecordBatch batch = new VectorUnloader(slice).getRecordBatch()) {
            into.load(batch);
        }
    }

    private void take(BatchReader batches, long firstRow) {
        try {
            take(batches);
        } catch (WingsException e) {
            throw WingsException.invalid(RowNumber.inFile(String.valueOf(e.getMessage()), firstRow));
        }
    }

    private org.apache.arrow.vector.types.pojo.Schema takeSchema() {
        ByteBuffer stream = takeBytes();
        return ((IpcHeader.SchemaMessage) IpcHeader.parse(header(stream))).schema();
    }

    /// Gives to the reader what was written.
    private void take(BatchReader batches) {
        ByteBuffer stream = takeBytes();
        while (stream.hasRemaining()) {
            switch (IpcHeader.parse(header(stream))) {
                case IpcHeader.RecordBatch header -> {
                    try (ArrowBuf body = body(stream, header.bodyBytes())) {
                        batches.openBatch(header, body).close();
                    }
                }
                case IpcHeader.DictionaryBatch header -> {
                    try (ArrowBuf body = body(stream, header.values().bodyBytes())) {
                        batches.readDictionary(header, body);
                    }
                }
                case IpcHeader.SchemaMessage ignored -> throw new IllegalStateException("a stream has one schema");
            }
        }
    }

    private ByteBuffer takeBytes() {
        ByteBuffer stream = ByteBuffer.wrap(bytes.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.reset();
        return stream;
    }

    private static byte[] header(ByteBuffer stream) {
        if (stream.getInt() != CONTINUATION) {
            throw new IllegalStateException("not a message");
        }
        byte[] header = new byte[stream.getInt()];
        stream.get(header);
        return header;
    }

    @SuppressWarnings("ByteBufferBackingArray") // the whole of an array
    private ArrowBuf body(ByteBuffer stream, long length) {
        int padded = Math.toIntExact((length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        ArrowBuf body = allocator.buffer(padded);
        body.writeBytes(stream.array(), stream.position(), padded);
        stream.position(stream.position() + padded);
        return body;
    }
}
