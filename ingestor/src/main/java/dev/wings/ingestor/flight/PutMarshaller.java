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
package dev.wings.ingestor.flight;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import dev.wings.common.error.WingsException;
import io.grpc.HasByteBuffer;
import io.grpc.MethodDescriptor;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.jspecify.annotations.Nullable;

/// Reads `FlightData` from the network buffers and copies its body once, into one buffer of the allocator: the same
/// memory is validated and later written to the object store.
///
/// The generated parser would copy each body to the heap. Field numbers are those of Arrow's `Flight.proto`.
final class PutMarshaller implements MethodDescriptor.Marshaller<PutMessage> {

    private static final int DESCRIPTOR = Flight.FlightData.FLIGHT_DESCRIPTOR_FIELD_NUMBER;
    private static final int HEADER = Flight.FlightData.DATA_HEADER_FIELD_NUMBER;
    private static final int APP_METADATA = Flight.FlightData.APP_METADATA_FIELD_NUMBER;
    private static final int BODY = Flight.FlightData.DATA_BODY_FIELD_NUMBER;

    private static final int MAX_DESCRIPTOR_BYTES = 64 << 10;
    private static final int MAX_HEADER_BYTES = 4 << 20;
    private static final int MAX_APP_METADATA_BYTES = 64 << 10;

    private static final byte[] NO_HEADER = {};

    private final BufferAllocator allocator;
    private final int maxMessageBytes;

    PutMarshaller(BufferAllocator allocator, int maxMessageBytes) {
        this.allocator = allocator;
        this.maxMessageBytes = maxMessageBytes;
    }

    @Override
    public InputStream stream(PutMessage message) {
        throw new UnsupportedOperationException("messages of this type are only received");
    }

    @Override
    public PutMessage parse(InputStream stream) {
        Parser parser = new Parser(stream);
        try {
            return parser.parse();
        } catch (OutOfMemoryException e) {
            parser.discard();
            return new PutMessage.Refused(
                    WingsException.exhausted("no memory for the batch now: body_bytes=" + parser.bodyBytes));
        } catch (TooLongException e) {
            parser.discard();
            return new PutMessage.Refused(WingsException.exhausted(String.valueOf(e.getMessage())));
        } catch (IOException e) {
            parser.discard();
            return new PutMessage.Refused(WingsException.invalid("malformed FlightData: " + e.getMessage()));
        }
    }

    private static final class TooLongException extends IOException {
        private static final long serialVersionUID = 1;

        TooLongException(String message) {
            super(message);
        }
    }

    private final class Parser {

        private final InputStream in;
        private Flight.@Nullable FlightDescriptor descriptor;
        private byte @Nullable [] header;
        private byte @Nullable [] appMetadata;
        private @Nullable ArrowBuf body;
        private int bodyBytes;
        private long readBytes;

        Parser(InputStream in) {
            this.in = in;
        }

        void discard() {
            if (body != null) {
                body.close();
            }
        }

        PutMessage parse() throws IOException {
            for (int first = in.read(); first >= 0; first = in.read()) {
                int tag = CodedInputStream.readRawVarint32(first, in);
                count(1);
                int field = WireFormat.getTagFieldNumber(tag);
                int wireType = WireFormat.getTagWireType(tag);
                switch (field) {
                    case DESCRIPTOR -> descriptor = parseDescriptor(bytes(wireType, MAX_DESCRIPTOR_BYTES, descriptor));
                    case HEADER -> header = bytes(wireType, MAX_HEADER_BYTES, header);
                    case APP_METADATA -> appMetadata = bytes(wireType, MAX_APP_METADATA_BYTES, appMetadata);
                    case BODY -> readBody(length(wireType, body));
                    default -> skip(wireType);
                }
            }
            return new PutMessage.Data(
                    descriptor,
                    header == null ? NO_HEADER : header,
                    appMetadata == null ? ByteString.EMPTY : UnsafeByteOperations.unsafeWrap(appMetadata),
                    body == null ? allocator.getEmpty() : body);
        }

        private static Flight.FlightDescriptor parseDescriptor(byte[] bytes) throws InvalidProtocolBufferException {
            return Flight.FlightDescriptor.parseFrom(bytes);
        }

        private byte[] bytes(int wireType, int limit, @Nullable Object before) throws IOException {
            int length = length(wireType, before);
            if (length > limit) {
                throw new IOException("field too long: bytes=" + length + ", limit=" + limit);
            }
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new EOFException("field cut short: bytes=" + bytes.length + ", expected=" + length);
            }
            return bytes;
        }

        private int length(int wireType, @Nullable Object before) throws IOException {
            if (wireType != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                throw new IOException("unexpected wire type: wire_type=" + wireType);
            }
            if (before != null) {
                throw new IOException("a field is there twice");
            }
            int length = CodedInputStream.readRawVarint32(nextByte(), in);
            if (length < 0) {
                throw new IOException("negative length");
            }
            count(length);
            return length;
        }

        /// Counts bytes that came out: a message that was compressed on its way can be far longer than what
        /// came in.
        private void count(int bytes) throws IOException {
            readBytes += bytes;
            if (readBytes > maxMessageBytes) {
                throw new TooLongException("message too long: limit_bytes=" + maxMessageBytes);
            }
        }

        private int nextByte() throws IOException {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("message cut short");
            }
            return next;
        }

        private void readBody(int length) throws IOException {
            bodyBytes = length;
            if (length == 0) {
                return;
            }
            if (in instanceof HasByteBuffer chunks && chunks.byteBufferSupported()) {
                readBody(length, chunks);
            } else {
                readDecompressedBody(length);
            }
        }

        /// Copies the body. `available` is all that is left of the message, so that a length made up by the
        /// sender never makes us allocate.
        private void readBody(int length, HasByteBuffer chunks) throws IOException {
            if (length > in.available()) {
                throw new EOFException("body cut short: bytes=" + in.available() + ", expected=" + length);
            }
            ByteBuffer into = allocateBody(length);
            while (into.hasRemaining()) {
                ByteBuffer chunk = Objects.requireNonNull(chunks.getByteBuffer());
                int count = Math.min(chunk.remaining(), into.remaining());
                into.put(chunk.limit(chunk.position() + count));
                in.skipNBytes(count);
            }
        }

        private void readDecompressedBody(int length) throws IOException {
            ByteBuffer into = allocateBody(length);
            byte[] copy = new byte[Math.min(length, 64 << 10)];
            while (into.hasRemaining()) {
                int count = in.readNBytes(copy, 0, Math.min(copy.length, into.remaining()));
                if (count == 0) {
                    throw new EOFException("body cut short: missing=" + into.remaining());
                }
                into.put(copy, 0, count);
            }
        }

        private ByteBuffer allocateBody(int length) {
            ArrowBuf allocated = allocator.buffer(length);
            body = allocated;
            allocated.writerIndex(length);
            return allocated.nioBuffer(0, length);
        }

        private void skip(int wireType) throws IOException {
            switch (wireType) {
                case WireFormat.WIRETYPE_VARINT -> {
                    int count = 1;
                    while (nextByte() >= 0x80) {
                        if (++count > 10) {
                            throw new IOException("varint too long");
                        }
                    }
                }
                case WireFormat.WIRETYPE_FIXED64 -> in.skipNBytes(8);
                case WireFormat.WIRETYPE_FIXED32 -> in.skipNBytes(4);
                case WireFormat.WIRETYPE_LENGTH_DELIMITED -> in.skipNBytes(length(wireType, null));
                default -> throw new IOException("unexpected wire type: wire_type=" + wireType);
            }
        }
    }
}
