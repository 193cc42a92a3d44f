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

import com.google.protobuf.InvalidProtocolBufferException;
import dev.wings.benchmarks.load.FlightMessages;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.apache.arrow.flight.impl.Flight.Ticket;

/// A DoGet that sends ready batches as long as the transport takes them.
final class StreamCall extends ServerCall.Listener<byte[]> {

    private final ServerCall<byte[], byte[]> call;
    private final FlightMessages batches;
    private long sent;
    private long count;
    private boolean closed;

    private StreamCall(ServerCall<byte[], byte[]> call, FlightMessages batches) {
        this.call = call;
        this.batches = batches;
    }

    static ServerCall.Listener<byte[]> start(ServerCall<byte[], byte[]> call, FlightMessages batches) {
        call.setOnReadyThreshold(1 << 20);
        call.sendHeaders(new Metadata());
        call.request(1);
        return new StreamCall(call, batches);
    }

    @Override
    public void onMessage(byte[] request) {
        try {
            count = Long.parseLong(Ticket.parseFrom(request).getTicket().toStringUtf8());
        } catch (InvalidProtocolBufferException | NumberFormatException e) {
            closed = true;
            call.close(Status.INVALID_ARGUMENT.withDescription("not a number of batches"), new Metadata());
            return;
        }
        call.sendMessage(batches.schema());
        onReady();
    }

    @Override
    public void onReady() {
        while (count > 0 && !closed && call.isReady()) {
            if (sent == count) {
                closed = true;
                call.close(Status.OK, new Metadata());
                return;
            }
            call.sendMessage(
                    batches.batches().get((int) (sent % batches.batches().size())));
            sent++;
        }
    }
}
