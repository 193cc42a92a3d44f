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

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.impl.Flight.FlightData;
import org.apache.arrow.flight.impl.Flight.FlightDescriptor;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.message.ArrowBuffer;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Schema;

/// Messages of a Flight stream in the bytes of the wire, made once and sent many times.
///
/// @param rows the data set that they hold
/// @param batches one `FlightData` with a record batch each
/// @param rowsPerBatch how many rows each batch has
/// @param bodyBytes bytes of all bodies together: what throughput is counted in
public record FlightMessages(DataSet rows, List<byte[]> batches, int rowsPerBatch, long bodyBytes) {

    private static final IpcOption OPTION = IpcOption.DEFAULT;

    public FlightMessages {
        batches = List.copyOf(batches);
        if (batches.isEmpty() || rowsPerBatch < 1) {
            throw new IllegalArgumentException(
                    "a stream needs rows: batches=" + batches.size() + ", rowsPerBatch=" + rowsPerBatch);
        }
    }

    /// `count` different batches of sample rows with ids from `firstId` on.
    public static FlightMessages ofSampleRows(long firstId, int count, int rowsPerBatch) {
        return of(DataSet.SENSORS, firstId, count, rowsPerBatch);
    }

    /// `count` different batches of `rows` with ids from `firstId` on.
    public static FlightMessages of(DataSet rows, long firstId, int count, int rowsPerBatch) {
        List<byte[]> batches = new ArrayList<>();
        long bodyBytes = 0;
        try (BufferAllocator allocator = new RootAllocator()) {
            for (int index = 0; index < count; index++) {
                long id = firstId + (long) index * rowsPerBatch;
                try (VectorSchemaRoot root = rows.openBatch(allocator, id, rowsPerBatch);
                        ArrowRecordBatch batch = new VectorUnloader(root).getRecordBatch()) {
                    FlightData message = encode(batch);
                    bodyBytes += message.getDataBody().size();
                    batches.add(message.toByteArray());
                }
            }
        }
        return new FlightMessages(rows, batches, rowsPerBatch, bodyBytes);
    }

    /// The first message of a result.
    public byte[] schema() {
        return encode(rows.arrowSchema()).build().toByteArray();
    }

    /// The first message of a DoPut: schema and descriptor, whose path is the topic's name.
    public byte[] opening(String topic) {
        FlightDescriptor descriptor = FlightDescriptor.newBuilder()
                .setType(FlightDescriptor.DescriptorType.PATH)
                .addPath(topic)
                .build();
        return opening(descriptor);
    }

    /// The first message of a DoPut that is for something else than a topic.
    byte[] opening(FlightDescriptor descriptor) {
        return encode(rows.arrowSchema())
                .setFlightDescriptor(descriptor)
                .build()
                .toByteArray();
    }

    /// How many bytes one body has, on average.
    public double bytesPerBatch() {
        return (double) bodyBytes / batches.size();
    }

    private static FlightData.Builder encode(Schema schema) {
        return FlightData.newBuilder().setDataHeader(wrap(MessageSerializer.serializeMetadata(schema, OPTION)));
    }

    private static FlightData encode(ArrowRecordBatch batch) {
        ByteBuffer header = MessageSerializer.serializeMetadata(batch, OPTION);
        byte[] body = new byte[Math.toIntExact(batch.computeBodyLength())];
        for (int index = 0; index < batch.getBuffers().size(); index++) {
            ArrowBuffer place = batch.getBuffersLayout().get(index);
            ArrowBuf buffer = batch.getBuffers().get(index);
            buffer.getBytes(0, body, Math.toIntExact(place.getOffset()), Math.toIntExact(buffer.readableBytes()));
        }
        return FlightData.newBuilder()
                .setDataHeader(wrap(header))
                .setDataBody(UnsafeByteOperations.unsafeWrap(body))
                .build();
    }

    private static ByteString wrap(ByteBuffer bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes);
    }
}
