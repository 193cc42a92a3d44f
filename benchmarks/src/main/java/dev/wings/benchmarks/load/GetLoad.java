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

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.impl.Flight.Ticket;

/// Reads a result to its end and drops it: rows are counted from the headers, bodies are skipped.
public final class GetLoad {

    private static final int FRAMES_ASKED = 1 << 20;

    private GetLoad() {}

    /// What a result held and how long it took from the request to its end.
    ///
    /// @param rows how many rows all record batches have
    /// @param bytes how many bytes all bodies have
    public record Result(double seconds, long rows, long bytes) {

        public double megabytesPerSecond() {
            return bytes / seconds / 1e6;
        }
    }

    public static Result read(int port, Ticket ticket, Duration limit) throws Exception {
        ManagedChannel channel = RawFlight.openChannel(port);
        try {
            ClientCall<byte[], FlightDataReader.Frame> call = channel.newCall(RawFlight.DO_GET, CallOptions.DEFAULT);
            Counter counter = new Counter(call);
            long start = System.nanoTime();
            call.start(counter, new Metadata());
            call.request(FRAMES_ASKED);
            call.sendMessage(ticket.toByteArray());
            call.halfClose();
            Status status = counter.done.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            double seconds = (System.nanoTime() - start) / 1e9;
            if (!status.isOk()) {
                throw new IllegalStateException("DoGet failed: " + status, status.getCause());
            }
            return new Result(seconds, counter.rows, counter.bytes);
        } finally {
            channel.shutdownNow();
        }
    }

    private static final class Counter extends ClientCall.Listener<FlightDataReader.Frame> {

        private final ClientCall<byte[], FlightDataReader.Frame> call;
        private final CompletableFuture<Status> done = new CompletableFuture<>();
        private long rows;
        private long bytes;

        Counter(ClientCall<byte[], FlightDataReader.Frame> call) {
            this.call = call;
        }

        @Override
        public void onMessage(FlightDataReader.Frame frame) {
            rows += frame.rows();
            bytes += frame.bodyBytes();
            call.request(1);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            done.complete(status);
        }
    }
}
