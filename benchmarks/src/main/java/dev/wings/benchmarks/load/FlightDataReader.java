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
package dev.wings.benchmarks.load;

import io.grpc.HasByteBuffer;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Reads `FlightData` off the wire by hand: the header is looked at, the body is skipped or copied once.
public final class FlightDataReader {

    private static final int HEADER_FIELD = 2;
    private static final int BODY_FIELD = 1000;
    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;

    private FlightDataReader() {}

    /// What a message holds.
    ///
    /// @param rows how many rows the record batch has; 0 for other messages
    /// @param bodyBytes length of the body
    /// @param body its bytes, if they were asked for and are there; the receiver closes it
    public record Frame(long rows, long bodyBytes, @Nullable ArrowBuf body) {}

    /// Reads a message and copies nothing.
    public static Frame count(InputStream message) throws IOException {
        return read(message, null);
    }

    /// Reads a message and copies its body into a buffer of `allocator`, once.
    public static Frame open(InputStream message, BufferAllocator allocator) throws IOException {
        return read(message, allocator);
    }

    private static Frame read(InputStream message, @Nullable BufferAllocator allocator) throws IOException {
        long rows = 0;
        long bodyBytes = 0;
        ArrowBuf body = null;
        int tag;
        while ((tag = readTag(message)) != 0) {
            if ((tag & 7) == VARINT) {
                readVarint(message);
                continue;
            }
            if ((tag & 7) != LENGTH_DELIMITED) {
                throw new IOException("unknown wire type in FlightData: tag=" + tag);
            }
            long length = readVarint(message);
            switch (tag >>> 3) {
                case HEADER_FIELD -> rows = rows(message.readNBytes(Math.toIntExact(length)));
                case BODY_FIELD -> {
                    bodyBytes = length;
                    if (allocator == null) {
                        message.skipNBytes(length);
                    } else {
                        body = openCopy(message, length, allocator);
                    }
                }
                default -> message.skipNBytes(length);
            }
        }
        return new Frame(rows, bodyBytes, body);
    }

    private static ArrowBuf openCopy(InputStream message, long length, BufferAllocator allocator) throws IOException {
        ArrowBuf copy = allocator.buffer(length);
        try {
            fill(copy.nioBuffer(0, Math.toIntExact(length)), message);
            return copy;
        } catch (IOException | RuntimeException e) {
            copy.close();
            throw e;
        }
    }

    private static void fill(ByteBuffer into, InputStream message) throws IOException {
        if (message instanceof HasByteBuffer chunks && chunks.byteBufferSupported()) {
            while (into.hasRemaining()) {
                ByteBuffer chunk = chunks.getByteBuffer();
                if (chunk == null) {
                    throw new EOFException("FlightData ends early: missing=" + into.remaining());
                }
                int take = Math.min(into.remaining(), chunk.remaining());
                into.put(chunk.slice(chunk.position(), take));
                message.skipNBytes(take);
            }
        } else {
            // this is the last message of a stream, when gRPC has put its end behind it
            byte[] rest = message.readNBytes(into.remaining());
            into.put(rest);
            if (into.hasRemaining()) {
                throw new EOFException("FlightData ends early: missing=" + into.remaining());
            }
        }
    }

    private static long rows(byte[] header) {
        Message message = Message.getRootAsMessage(ByteBuffer.wrap(header));
        if (message.headerType() != MessageHeader.RecordBatch) {
            return 0;
        }
        RecordBatch batch = (RecordBatch) message.header(new RecordBatch());
        return batch == null ? 0 : batch.length();
    }

    private static int readTag(InputStream message) throws IOException {
        int first = message.read();
        return first < 0 ? 0 : (int) finishVarint(message, first);
    }

    private static long readVarint(InputStream message) throws IOException {
        return finishVarint(message, next(message));
    }

    private static long finishVarint(InputStream message, int first) throws IOException {
        long value = first & 0x7f;
        int part = first;
        for (int shift = 7; (part & 0x80) != 0; shift += 7) {
            part = next(message);
            value |= (long) (part & 0x7f) << shift;
        }
        return value;
    }

    private static int next(InputStream message) throws IOException {
        int value = message.read();
        if (value < 0) {
            throw new EOFException("FlightData ends within a number");
        }
        return value;
    }
}
