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

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.apache.arrow.flight.impl.FlightServiceGrpc;

/// The methods of Flight with messages passed through as bytes.
public final class RawFlight {

    /// The longest message, which is larger than any of a benchmark.
    public static final int MAX_MESSAGE_BYTES = 64 << 20;

    /// Passes bytes on as they are, both ways.
    public static final MethodDescriptor.Marshaller<byte[]> BYTES = new BytesMarshaller();

    /// A DoPut whose requests were encoded before, and whose answers stay bytes.
    public static final MethodDescriptor<byte[], byte[]> DO_PUT =
            FlightServiceGrpc.getDoPutMethod().toBuilder(BYTES, BYTES).build();

    /// A DoGet whose ticket is bytes, and whose frames were counted and dropped.
    public static final MethodDescriptor<byte[], FlightDataReader.Frame> DO_GET =
            FlightServiceGrpc.getDoGetMethod().toBuilder(BYTES, new CountingMarshaller())
                    .build();

    private RawFlight() {}

    /// A connection of its own to a plain-text port on loopback, whose callbacks run on its event loop. The caller
    /// shuts it down.
    public static ManagedChannel openChannel(int port) {
        return NettyChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .directExecutor()
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .build();
    }

    private static final class BytesMarshaller implements MethodDescriptor.Marshaller<byte[]> {

        @Override
        public InputStream stream(byte[] value) {
            return new Payload(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try (stream) {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static final class CountingMarshaller implements MethodDescriptor.Marshaller<FlightDataReader.Frame> {

        @Override
        public InputStream stream(FlightDataReader.Frame value) {
            throw new IllegalStateException("frames are only received");
        }

        @Override
        public FlightDataReader.Frame parse(InputStream stream) {
            try (stream) {
                return FlightDataReader.count(stream);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /// Lets gRPC copy the whole array into its own buffers in one go.
    private static final class Payload extends ByteArrayInputStream implements Drainable, KnownLength {

        Payload(byte[] bytes) {
            super(bytes);
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            int length = count - pos;
            target.write(buf, pos, length);
            pos = count;
            return length;
        }
    }
}
