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
package dev.wings.server.flight;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import io.grpc.Detachable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.apache.arrow.flight.impl.Flight;

/// A message of an upload as it came. It stays in the buffers of the network until it is read, passed on or
/// closed. Only one of these is done, and only once.
final class PutMessage implements AutoCloseable {

    static final MethodDescriptor.Marshaller<PutMessage> MARSHALLER = new Received();

    private final InputStream bytes;
    private final int length;

    private PutMessage(InputStream bytes, int length) {
        this.bytes = bytes;
        this.length = length;
    }

    int length() {
        return length;
    }

    /// Returns the message as Flight knows it. Fails with INVALID if it cannot be read.
    Flight.FlightData parse() {
        try (bytes) {
            return Flight.FlightData.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new WingsException(ErrorKind.INVALID, "malformed FlightData: cause=" + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Returns the bytes of the message for the one who sends it on, and who closes them.
    InputStream passOn() {
        return bytes;
    }

    @Override
    public void close() {
        try {
            bytes.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Received implements MethodDescriptor.Marshaller<PutMessage> {

        @Override
        public InputStream stream(PutMessage message) {
            throw new UnsupportedOperationException("messages of this type are only received");
        }

        @Override
        public PutMessage parse(InputStream stream) {
            try {
                if (stream instanceof Detachable network && stream instanceof KnownLength) {
                    int length = stream.available();
                    return new PutMessage(network.detach(), length);
                }
                // the message was compressed on its way
                byte[] read = stream.readAllBytes();
                return new PutMessage(new ByteArrayInputStream(read), read.length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
