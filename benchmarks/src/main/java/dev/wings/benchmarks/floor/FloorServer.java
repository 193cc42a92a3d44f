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
import dev.wings.benchmarks.load.FlightMessages;
import dev.wings.benchmarks.load.RawFlight;
import dev.wings.common.rpc.GrpcServer;
import io.grpc.ServerServiceDefinition;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.apache.arrow.flight.impl.FlightServiceGrpc;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/// A Flight service that stores nothing, on the gRPC server that every service of Wings uses. For a DoPut, each
/// body is copied once into a buffer and dropped, and its rows are acknowledged. For a DoGet, batches that lie
/// ready in the bytes of the wire are sent; the ticket says how many.
public final class FloorServer implements AutoCloseable {

    /// What the process prints in front of its port when it is ready.
    public static final String READY = "ready port=";

    private final BufferAllocator allocator = new RootAllocator();
    private final GrpcServer server;

    /// @param batches what DoGet sends, in turn
    public FloorServer(FlightMessages batches) {
        server = GrpcServer.on("127.0.0.1", 0, new SimpleMeterRegistry())
                .maxMessageBytes(RawFlight.MAX_MESSAGE_BYTES)
                .drain(Duration.ZERO)
                .service(service(batches))
                .open();
    }

    /// Runs until its standard input ends.
    ///
    /// @param args distinct batches of a result, rows of each
    public static void main(String[] args) throws Exception {
        FlightMessages batches = FlightMessages.ofSampleRows(0, Integer.parseInt(args[0]), Integer.parseInt(args[1]));
        try (FloorServer floor = new FloorServer(batches)) {
            System.out.println(READY + floor.port());
            while (System.in.read() >= 0) {
                // what was typed does not matter, only that the input ends
            }
        }
    }

    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.close();
        allocator.close();
    }

    private ServerServiceDefinition service(FlightMessages batches) {
        return ServerServiceDefinition.builder(FlightServiceGrpc.SERVICE_NAME)
                .addMethod(
                        FlightServiceGrpc.getDoPutMethod().toBuilder(new OpenedFrames(allocator), RawFlight.BYTES)
                                .build(),
                        (call, headers) -> DropCall.start(call))
                .addMethod(
                        FlightServiceGrpc.getDoGetMethod().toBuilder(RawFlight.BYTES, RawFlight.BYTES)
                                .build(),
                        (call, headers) -> StreamCall.start(call, batches))
                .build();
    }

    static void release(Frame frame) {
        if (frame.body() != null) {
            frame.body().close();
        }
    }
}
