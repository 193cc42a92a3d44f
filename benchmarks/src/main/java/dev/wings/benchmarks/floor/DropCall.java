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
package dev.wings.benchmarks.floor;

import dev.wings.benchmarks.load.FlightDataReader.Frame;
import dev.wings.common.proto.IngestResponse;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.apache.arrow.flight.impl.Flight.PutResult;

/// A DoPut whose batches are dropped and acknowledged.
final class DropCall extends ServerCall.Listener<Frame> {

    private final ServerCall<Frame, byte[]> call;

    private DropCall(ServerCall<Frame, byte[]> call) {
        this.call = call;
    }

    static ServerCall.Listener<Frame> start(ServerCall<Frame, byte[]> call) {
        call.sendHeaders(new Metadata());
        call.request(1);
        return new DropCall(call);
    }

    @Override
    public void onMessage(Frame frame) {
        FloorServer.release(frame);
        if (frame.rows() > 0) {
            call.sendMessage(acknowledgement(frame.rows()));
        }
        call.request(1);
    }

    @Override
    public void onHalfClose() {
        call.close(Status.OK, new Metadata());
    }

    private static byte[] acknowledgement(long rows) {
        IngestResponse response = IngestResponse.newBuilder()
                .setAccepted(IngestResponse.Accepted.newBuilder()
                        .addRanges(IngestResponse.PartitionRange.newBuilder().setEndOffset(rows)))
                .build();
        return PutResult.newBuilder()
                .setAppMetadata(response.toByteString())
                .build()
                .toByteArray();
    }
}
