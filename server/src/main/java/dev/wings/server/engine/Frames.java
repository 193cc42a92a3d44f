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
package dev.wings.server.engine;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;

/// Frames on a socket: the length of the head, the length of the body, a type, the head and the body. A head is
/// what [java.io.DataOutput] writes; a body is what the buffers of a batch hold.
///
/// One thread reads; threads that write take turns.
final class Frames implements AutoCloseable {

    /// The limit of a head, which is more than any statement, schema or list of settings takes.
    static final int MAX_HEAD_BYTES = 64 << 20;

    private static final int PREFIX_BYTES = 4 + 8 + 1;

    private static final int READ_BYTES = 64 << 10;

    private final SocketChannel channel;
    private final ByteBuffer input = ByteBuffer.allocateDirect(READ_BYTES).flip();

    /// @param bodyBytes how many bytes follow, which must be read with [#readBody] or [#skipBody] next
    @SuppressWarnings("ArrayRecordComponent") // read once
    record Incoming(FrameType type, byte[] head, long bodyBytes) {}

    /// Writes a head.
    interface HeadWriter {
        void write(DataOutputStream out) throws IOException;
    }

    Frames(SocketChannel channel) {
        this.channel = channel;
    }

    static ByteBuffer encode(FrameType type, HeadWriter writer, long bodyBytes) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.write(new byte[PREFIX_BYTES]);
            writer.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ByteBuffer frame = ByteBuffer.wrap(bytes.toByteArray());
        frame.putInt(0, frame.capacity() - PREFIX_BYTES);
        frame.putLong(4, bodyBytes);
        frame.put(12, (byte) type.number());
        return frame;
    }

    /// Writes all buffers.
    synchronized void write(List<ByteBuffer> buffers) throws IOException {
        ByteBuffer[] rest = buffers.toArray(ByteBuffer[]::new);
        int first = 0;
        while (first < rest.length) {
            channel.write(rest, first, rest.length - first);
            while (first < rest.length && !rest[first].hasRemaining()) {
                first++;
            }
        }
    }

    void write(FrameType type, HeadWriter writer) throws IOException {
        write(List.of(encode(type, writer, 0)));
    }

    /// Writes a frame with these bytes as its body.
    void write(FrameType type, HeadWriter writer, ByteBuffer body) throws IOException {
        write(List.of(encode(type, writer, body.remaining()), body));
    }

    /// Writes a frame with rows.
    void write(FrameType type, HeadWriter writer, Batch batch) throws IOException {
        List<ByteBuffer> buffers = new ArrayList<>();
        buffers.add(encode(
                type,
                out -> {
                    writer.write(out);
                    batch.writeHead(out);
                },
                batch.bodyBytes()));
        batch.addBody(buffers);
        write(buffers);
    }

    Incoming read() throws IOException {
        fill(PREFIX_BYTES);
        int headBytes = input.getInt();
        long bodyBytes = input.getLong();
        FrameType type = FrameType.of(input.get());
        if (headBytes < 0 || headBytes > MAX_HEAD_BYTES) {
            throw new IOException("a frame is too long: type=" + type + ", bytes=" + headBytes);
        }
        byte[] head = new byte[headBytes];
        readFully(ByteBuffer.wrap(head));
        return new Incoming(type, head, bodyBytes);
    }

    /// Reads the body of the last frame. If this fails, nothing more can be read.
    ArrowBuf readBody(long bytes, BufferAllocator allocator) throws IOException {
        ArrowBuf body = allocator.buffer(bytes);
        boolean complete = false;
        try {
            long position = 0;
            while (position < bytes) {
                int length = (int) Math.min(bytes - position, 1 << 30);
                readFully(body.nioBuffer(position, length));
                position += length;
            }
            body.writerIndex(bytes);
            complete = true;
            return body;
        } finally {
            if (!complete) {
                body.close();
            }
        }
    }

    /// Reads the body of the last frame into the heap.
    byte[] readBody(long bytes) throws IOException {
        byte[] body = new byte[Math.toIntExact(bytes)];
        readFully(ByteBuffer.wrap(body));
        return body;
    }

    void skipBody(long bytes) throws IOException {
        ByteBuffer scratch = ByteBuffer.allocate((int) Math.min(bytes, READ_BYTES));
        long left = bytes;
        while (left > 0) {
            scratch.clear().limit((int) Math.min(left, scratch.capacity()));
            left -= scratch.limit();
            readFully(scratch);
        }
    }

    private void fill(int bytes) throws IOException {
        while (input.remaining() < bytes) {
            input.compact();
            int read = channel.read(input);
            input.flip();
            if (read < 0) {
                throw new EOFException("the other side is gone");
            }
        }
    }

    private void readFully(ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (input.hasRemaining()) {
                int length = Math.min(into.remaining(), input.remaining());
                into.put(input.slice(input.position(), length));
                input.position(input.position() + length);
            } else if (into.remaining() < READ_BYTES) {
                fill(1);
            } else if (channel.read(into) < 0) {
                throw new EOFException("the other side is gone");
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
