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
package dev.wings.benchmarks.hot;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.wings.benchmarks.load.FlightMessages;
import dev.wings.common.arrow.IpcHeader;
import org.apache.arrow.flight.impl.Flight.FlightData;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;

/// A batch of sample rows as the ingestor has it once it is off the wire.
///
/// @param header read out of its flatbuffer
/// @param headerBytes the flatbuffer
/// @param body in memory of the allocator
record SampleBatch(IpcHeader.RecordBatch header, ByteString headerBytes, ArrowBuf body) implements AutoCloseable {

    static SampleBatch open(BufferAllocator allocator, int rows) throws InvalidProtocolBufferException {
        FlightData message = FlightData.parseFrom(
                FlightMessages.ofSampleRows(0, 1, rows).batches().getFirst());
        byte[] body = message.getDataBody().toByteArray();
        ArrowBuf buffer = allocator.buffer(body.length);
        buffer.writeBytes(body);
        IpcHeader header = IpcHeader.parse(message.getDataHeader().toByteArray());
        return new SampleBatch((IpcHeader.RecordBatch) header, message.getDataHeader(), buffer);
    }

    @Override
    public void close() {
        body.close();
    }
}
