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

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.message.ArrowBuffer;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Schema;

/// A message of an Arrow IPC stream in the encapsulated format, ready to be written: continuation marker,
/// length of the header, header, padding, body. Its length is a multiple of 8, so that messages in a row stay
/// aligned.
///
/// The body is not copied: the message holds references to the buffers it is made of until it is closed.
public final class IpcMessage implements AutoCloseable {

    private static final int ALIGNMENT = 8;
    private static final int CONTINUATION = 0xFFFFFFFF;
    private static final int PREFIX_BYTES = 8;
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(ALIGNMENT).asReadOnlyBuffer();
    private static final IpcMessage END_OF_STREAM =
            new IpcMessage(prefix(PREFIX_BYTES, 0).flip(), List.of(), List.of());

    private final ByteBuffer head;
    private final List<ByteBuffer> body;
    private final List<ArrowBuf> references;
    private final long bytes;

    private IpcMessage(ByteBuffer head, List<ByteBuffer> body, List<ArrowBuf> references) {
        this.head = head.asReadOnlyBuffer();
        this.body = List.copyOf(body);
        this.references = List.copyOf(references);
        long sum = head.remaining();
        for (ByteBuffer part : body) {
            sum += part.remaining();
        }
        if (sum % ALIGNMENT != 0) {
            throw new IllegalStateException("an IPC message must end aligned: bytes=" + sum);
        }
        this.bytes = sum;
    }

    /// The message that starts a stream.
    public static IpcMessage ofSchema(Schema schema) {
        return new IpcMessage(
                head(MessageSerializer.serializeMetadata(schema, IpcOption.DEFAULT)), List.of(), List.of());
    }

    /// The marker that ends a stream.
    public static IpcMessage endOfStream() {
        return END_OF_STREAM;
    }

    /// The rows of `root`.
    public static IpcMessage open(VectorSchemaRoot root) {
        try (ArrowRecordBatch batch = new VectorUnloader(root).getRecordBatch()) {
            return open(batch);
        }
    }

    /// The rows of `batch`.
    public static IpcMessage open(ArrowRecordBatch batch) {
        Body body = new Body();
        try {
            List<ArrowBuf> buffers = batch.getBuffers();
            List<ArrowBuffer> layout = batch.getBuffersLayout();
            for (int i = 0; i < buffers.size(); i++) {
                body.padTo(layout.get(i).getOffset());
                body.add(
                        buffers.get(i),
                        buffers.get(i).readerIndex(),
                        layout.get(i).getSize());
            }
            body.padTo(batch.computeBodyLength());
            return body.message(head(MessageSerializer.serializeMetadata(batch, IpcOption.DEFAULT)));
        } catch (RuntimeException | Error e) {
            body.release();
            throw e;
        }
    }

    /// Length of the whole message.
    public long byteLength() {
        return bytes;
    }

    /// The message's bytes, in order: the parts of the body stand in the Arrow buffers and may be read until
    /// the message is closed. Each call gives buffers with positions of their own.
    public List<ByteBuffer> byteBuffers() {
        List<ByteBuffer> parts = new ArrayList<>(1 + body.size());
        parts.add(head.duplicate());
        for (ByteBuffer part : body) {
            parts.add(part.duplicate());
        }
        return parts;
    }

    /// Gives the buffers of the body back. To be called once.
    @Override
    public void close() {
        references.forEach(ArrowBuf::close);
    }

    static long padded(long bytes) {
        return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /// Prefix, flatbuffer and padding.
    static ByteBuffer head(ByteBuffer flatbuffer) {
        int headerBytes = Math.toIntExact(padded(flatbuffer.remaining()));
        ByteBuffer head = prefix(PREFIX_BYTES + headerBytes, headerBytes).put(flatbuffer.duplicate());
        return head.position(0).limit(PREFIX_BYTES + headerBytes);
    }

    private static ByteBuffer prefix(int capacity, int headerBytes) {
        return ByteBuffer.allocate(capacity)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(CONTINUATION)
                .putInt(headerBytes);
    }

    /// The body of a message in the making.
    static final class Body {

        private final List<ByteBuffer> parts = new ArrayList<>();
        private final List<ArrowBuf> references = new ArrayList<>();
        private long position;

        long position() {
            return position;
        }

        /// Adds bytes `[offset, offset + length)` of `buffer`, and keeps a reference to it.
        void add(ArrowBuf buffer, long offset, long length) {
            if (length == 0) {
                return;
            }
            buffer.getReferenceManager().retain();
            references.add(buffer);
            // A byte buffer cannot be longer than this.
            for (long done = 0; done < length; ) {
                int part = (int) Math.min(length - done, 1 << 30);
                parts.add(buffer.nioBuffer(offset + done, part));
                done += part;
            }
            position += length;
        }

        void padTo(long target) {
            long padding = target - position;
            if (padding < 0 || padding >= ALIGNMENT) {
                throw new IllegalStateException(
                        "bad layout of an IPC body: position=" + position + ", target=" + target);
            }
            if (padding > 0) {
                parts.add(ZEROS.duplicate().limit((int) padding));
                position = target;
            }
        }

        void align() {
            padTo(padded(position));
        }

        IpcMessage message(ByteBuffer head) {
            return new IpcMessage(head, parts, references);
        }

        void release() {
            references.forEach(ArrowBuf::close);
        }
    }
}
