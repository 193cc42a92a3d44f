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
package dev.wings.cli.connect;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightGrpcUtils;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.memory.BufferAllocator;

/// A Flight client of one service, and the headers that go with its calls. The caller closes it.
public final class FlightConnection implements AutoCloseable {

    private final Address address;
    private final FlightClient client;
    private final CallOption[] options;

    private FlightConnection(Address address, FlightClient client, CallOption[] options) {
        this.address = address;
        this.client = client;
        this.options = options;
    }

    /// Connects to nothing yet.
    public static FlightConnection open(Connection connection, Port port, BufferAllocator allocator) {
        Address address = connection.address(port);
        // a service that hangs is noticed, however long a query may rightly take
        ManagedChannel channel = NettyChannelBuilder.forAddress(address.host(), address.port())
                .usePlaintext()
                .keepAliveTime(30, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .intercept(new Cookies())
                .build();
        FlightClient client = FlightGrpcUtils.createFlightClient(allocator, channel);
        FlightCallHeaders headers = new FlightCallHeaders();
        headers.insert(Connection.TENANT_HEADER, connection.tenant().tenant());
        return new FlightConnection(address, client, new CallOption[] {new HeaderCallOption(headers)});
    }

    public Address address() {
        return address;
    }

    public FlightClient client() {
        return client;
    }

    public CallOption[] options() {
        return options.clone();
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
