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
import dev.wings.common.error.WingsException;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.memory.ArrowBuf;
import org.jspecify.annotations.Nullable;

/// One message of a DoPut stream, as far as its framing goes: what its header and body say is not looked at yet.
sealed interface PutMessage extends AutoCloseable {

    @Override
    void close();

    /// How many bytes of memory it takes.
    long bytes();

    /// A well-formed `FlightData`.
    ///
    /// @param descriptor where the stream goes; on its first message only
    /// @param header the Arrow IPC message, a flatbuffer; empty if there is none
    /// @param appMetadata empty if there is none
    /// @param body one buffer that this message owns; its writer index is the body's length
    @SuppressWarnings("ArrayRecordComponent") // made for this message, read once
    record Data(Flight.@Nullable FlightDescriptor descriptor, byte[] header, ByteString appMetadata, ArrowBuf body)
            implements PutMessage {

        @Override
        public long bytes() {
            return header.length + appMetadata.size() + body.readableBytes();
        }

        @Override
        public void close() {
            body.close();
        }
    }

    /// Bytes that are not a `FlightData`, or a message that there is no room for. It is a value and not an
    /// exception, because an exception out of a marshaller would end the stream with no reason given.
    record Refused(WingsException reason) implements PutMessage {

        @Override
        public long bytes() {
            return 0;
        }

        @Override
        public void close() {}
    }
}
