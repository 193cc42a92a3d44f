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
package dev.wings.client;

import dev.wings.common.rpc.Caller;
import dev.wings.common.time.Threads;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightGrpcUtils;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.memory.BufferAllocator;

/// A Flight connection to one service. Producers and requests share it; the caller closes it after them.
public final class FlightConnection implements AutoCloseable {

    private static final long CLOSE_SECONDS = 5;

    private final Endpoint endpoint;
    private final ManagedChannel channel;
    private final ExecutorService callbacks;
    private final FlightClient client;
    private final CallOption[] options;

    private FlightConnection(
            Endpoint endpoint,
            ManagedChannel channel,
            ExecutorService callbacks,
            FlightClient client,
            CallOption[] options) {
        this.endpoint = endpoint;
        this.channel = channel;
        this.callbacks = callbacks;
        this.client = client;
        this.options = options;
    }

    /// Makes a connection, which reaches out at the first call.
    ///
    /// @param allocator holds what is received until the caller has read it
    public static FlightConnection open(Endpoint endpoint, BufferAllocator allocator) {
        ExecutorService callbacks = Threads.system().executor("wings-client");
        ManagedChannel channel = builder(endpoint.address()).executor(callbacks).build();
        FlightClient client;
        try {
            client = FlightGrpcUtils.createFlightClient(allocator, channel);
        } catch (RuntimeException | Error e) {
            channel.shutdownNow();
            callbacks.shutdown();
            throw e;
        }
        FlightCallHeaders headers = new FlightCallHeaders();
        headers.insert(Caller.HEADER, endpoint.tenant());
        return new FlightConnection(
                endpoint, channel, callbacks, client, new CallOption[] {new HeaderCallOption(headers)});
    }

    static NettyChannelBuilder builder(Address address) {
        // a service that hangs is noticed, however long a query may rightly take
        return NettyChannelBuilder.forAddress(address.host(), address.port())
                .usePlaintext()
                .keepAliveTime(30, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .intercept(new Cookies());
    }

    /// What this connects to.
    public Endpoint endpoint() {
        return endpoint;
    }

    /// The client of Arrow, for requests that this library has no method for.
    public FlightClient client() {
        return client;
    }

    /// The options that each request needs: they name the acting tenant.
    public CallOption[] options() {
        return options.clone();
    }

    /// Waits, for a short time, until everyone has been told what the connection received: only then is its
    /// memory given back. An interrupt ends the waiting and stays set.
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        try {
            interrupted |= !ended();
            // what is left to it is the allocator
            client.close();
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// @return false if the thread was interrupted
    private boolean ended() {
        try {
            if (!channel.shutdown().awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                channel.shutdownNow().awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
            }
            callbacks.shutdown();
            callbacks.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (InterruptedException e) {
            channel.shutdownNow();
            callbacks.shutdown();
            return false;
        }
    }
}
