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
package dev.wings.common.arrow;

import com.google.flatbuffers.FlatBufferBuilder;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.flatbuf.BodyCompression;
import org.apache.arrow.flatbuf.BodyCompressionMethod;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// Rows in the canonical types of a topic, checked. Immutable; holds its memory until it is closed. What it
/// opens lives on after that.
public final class Batch implements AutoCloseable {

    /// As many as Iceberg keeps the bounds of.
    private static final int MAX_BOUNDED_COLUMNS = 100;

    private final Schema schema;
    private final int rows;
    private final List<ArrayData> columns;
    private final @Nullable Received received;
    private final BatchMemory memory;

    Batch(Schema schema, int rows, List<ArrayData> columns, @Nullable Received received, BatchMemory memory) {
        this.schema = schema;
        this.rows = rows;
        this.columns = List.copyOf(columns);
        this.received = received;
        this.memory = memory;
    }

    /// The message that the batch came in, if its body can go into a page as it is.
    record Received(IpcHeader.RecordBatch header, ArrowBuf body) {}

    /// The schema of its page.
    public Schema schema() {
        return schema;
    }

    public int rows() {
        return rows;
    }

    /// The batch as a message for a page: with the body as received, compressed or not, if no value had to be
    /// touched. The header is always a new one: nothing but what was checked goes on to readers.
    public IpcMessage openMessage() {
        IpcMessage.Body body = new IpcMessage.Body();
        try {
            return body.message(received == null ? assemble(body) : pass(received, body));
        } catch (RuntimeException | Error e) {
            body.release();
            throw e;
        }
    }

    /// What is known of the values of its first columns, without those inside of others.
    public List<ValueBounds> bounds() {
        List<ValueBounds> bounds = new ArrayList<>();
        for (int i = 0; i < Math.min(columns.size(), MAX_BOUNDED_COLUMNS); i++) {
            Field field = schema.getFields().get(i);
            bounds.add(ValueBounds.of(ArrowSchemas.fieldId(field).orElseThrow(), field, columns.get(i)));
        }
        return bounds;
    }

    /// All columns as vectors on the memory of this batch.
    public VectorSchemaRoot openRoot(BufferAllocator allocator) {
        return openRoot(allocator, schema.getFields(), columns);
    }

    /// One column as a vector on the memory of this batch.
    public FieldVector openColumn(BufferAllocator allocator, int column) {
        VectorSchemaRoot root =
                openRoot(allocator, List.of(schema.getFields().get(column)), List.of(columns.get(column)));
        return root.getVector(0);
    }

    /// The rows at `rows`, in that order, as a batch of their own, which does not need this one.
    public Batch openRows(BufferAllocator allocator, int[] rows) {
        BatchMemory taken = new BatchMemory(allocator, Long.MAX_VALUE);
        try {
            List<ArrayData> arrays = new ArrayList<>(columns.size());
            for (ArrayData column : columns) {
                arrays.add(Take.take(column, rows, taken));
            }
            return new Batch(schema, rows.length, arrays, null, taken);
        } catch (RuntimeException | Error e) {
            taken.close();
            throw e;
        }
    }

    @Override
    public void close() {
        memory.close();
    }

    private VectorSchemaRoot openRoot(BufferAllocator allocator, List<Field> fields, List<ArrayData> arrays) {
        List<ArrowFieldNode> nodes = new ArrayList<>();
        List<ArrowBuf> buffers = new ArrayList<>();
        for (ArrayData array : arrays) {
            collect(array, nodes, buffers, allocator.getEmpty());
        }
        VectorSchemaRoot root = VectorSchemaRoot.create(new Schema(fields), allocator);
        try (ArrowRecordBatch batch = new ArrowRecordBatch(rows, nodes, buffers)) {
            new VectorLoader(root).load(batch);
            return root;
        } catch (OutOfMemoryException e) {
            root.close();
            throw new WingsException(ErrorKind.EXHAUSTED, "no memory for the vectors of the batch: rows=" + rows, e);
        } catch (RuntimeException | Error e) {
            root.close();
            throw e;
        }
    }

    private static void collect(ArrayData array, List<ArrowFieldNode> nodes, List<ArrowBuf> buffers, ArrowBuf empty) {
        nodes.add(new ArrowFieldNode(array.length(), array.nullCount()));
        buffers.add(slice(array.validity(), empty));
        for (Buf buffer : array.buffers()) {
            buffers.add(slice(buffer, empty));
        }
        for (ArrayData child : array.children()) {
            collect(child, nodes, buffers, empty);
        }
    }

    private static ArrowBuf slice(Buf buffer, ArrowBuf empty) {
        return buffer.base() == null ? empty : buffer.base().slice(buffer.offset(), buffer.length());
    }

    /// Passes the body on as it is. Returns the head of the message.
    private static ByteBuffer pass(Received received, IpcMessage.Body body) {
        IpcHeader.RecordBatch header = received.header();
        body.add(received.body(), received.body().readerIndex(), received.body().readableBytes());
        body.align();
        return head((int) header.rows(), header.nodes(), header.buffers(), header.compression(), body.position());
    }

    /// Puts a body together from the buffers of the arrays. Returns the head of the message.
    private ByteBuffer assemble(IpcMessage.Body body) {
        List<long[]> nodes = new ArrayList<>();
        List<long[]> buffers = new ArrayList<>();
        for (ArrayData column : columns) {
            assemble(column, nodes, buffers, body);
        }
        return head(rows, flatten(nodes), flatten(buffers), IpcHeader.Compression.NONE, body.position());
    }

    private static void assemble(ArrayData array, List<long[]> nodes, List<long[]> buffers, IpcMessage.Body body) {
        nodes.add(new long[] {array.length(), array.nullCount()});
        assemble(array.validity(), buffers, body);
        for (Buf buffer : array.buffers()) {
            assemble(buffer, buffers, body);
        }
        for (ArrayData child : array.children()) {
            assemble(child, nodes, buffers, body);
        }
    }

    private static void assemble(Buf buffer, List<long[]> buffers, IpcMessage.Body body) {
        buffers.add(new long[] {body.position(), buffer.length()});
        if (buffer.base() != null) {
            body.add(buffer.base(), buffer.offset(), buffer.length());
            body.align();
        }
    }

    private static long[] flatten(List<long[]> pairs) {
        return pairs.stream().flatMapToLong(Arrays::stream).toArray();
    }

    private static ByteBuffer head(
            int rows, long[] nodes, long[] buffers, IpcHeader.Compression compression, long bodyBytes) {
        FlatBufferBuilder builder = new FlatBufferBuilder(128 + 8 * (nodes.length + buffers.length));
        // Vectors are built from their ends.
        RecordBatch.startNodesVector(builder, nodes.length / 2);
        for (int i = nodes.length - 2; i >= 0; i -= 2) {
            org.apache.arrow.flatbuf.FieldNode.createFieldNode(builder, nodes[i], nodes[i + 1]);
        }
        int nodesOffset = builder.endVector();
        RecordBatch.startBuffersVector(builder, buffers.length / 2);
        for (int i = buffers.length - 2; i >= 0; i -= 2) {
            org.apache.arrow.flatbuf.Buffer.createBuffer(builder, buffers[i], buffers[i + 1]);
        }
        int buffersOffset = builder.endVector();
        int compressionOffset = switch (compression) {
            case NONE -> 0;
            case LZ4_FRAME ->
                BodyCompression.createBodyCompression(builder, CompressionType.LZ4_FRAME, BodyCompressionMethod.BUFFER);
            case ZSTD ->
                BodyCompression.createBodyCompression(builder, CompressionType.ZSTD, BodyCompressionMethod.BUFFER);
        };
        RecordBatch.startRecordBatch(builder);
        RecordBatch.addLength(builder, rows);
        RecordBatch.addNodes(builder, nodesOffset);
        RecordBatch.addBuffers(builder, buffersOffset);
        if (compression != IpcHeader.Compression.NONE) {
            RecordBatch.addCompression(builder, compressionOffset);
        }
        int batch = RecordBatch.endRecordBatch(builder);
        return IpcMessage.head(MessageSerializer.serializeMessage(
                builder, MessageHeader.RecordBatch, batch, bodyBytes, IpcOption.DEFAULT));
    }
}
