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
package dev.wings.common.rpc;

import dev.wings.common.error.WingsException;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// A connection to a service of Wings, made on first use and made again when it breaks.
public final class GrpcClient implements AutoCloseable {

    /// Whoever closes a client has ended its calls before; this is time for what the connection still has to
    /// say.
    private static final Duration CLOSE_GRACE = Duration.ofSeconds(1);

    private final ManagedChannel channel;
    private final Channel intercepted;

    private GrpcClient(ManagedChannel channel, Duration deadline) {
        this.channel = channel;
        this.intercepted = ClientInterceptors.intercept(
                channel, new DefaultDeadline(deadline), new QuickReconnect(channel), new ActingTenant.Forwarding());
    }

    /// A client of the service at `address`: `http://host:port`, or `https://host:port` for TLS with the certificates
    /// that the machine trusts. Connects to nothing yet.
    ///
    /// @param deadline of each unary call whose stub sets none; streams have none of their own
    public static GrpcClient open(URI address, Duration deadline, int maxMessageBytes) {
        String host = address.getHost();
        String scheme = String.valueOf(address.getScheme());
        if (host == null || address.getPort() <= 0 || !(scheme.equals("http") || scheme.equals("https"))) {
            throw WingsException.invalid(
                    "bad address of a service: expected=http://host:port or https://host:port, found=" + address);
        }
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(host, address.getPort())
                .keepAliveTime(30, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .keepAliveWithoutCalls(true)
                .maxInboundMessageSize(maxMessageBytes);
        return new GrpcClient(
                (scheme.equals("http") ? builder.usePlaintext() : builder.useTransportSecurity()).build(), deadline);
    }

    /// For stubs. Valid until this is closed.
    public Channel channel() {
        return intercepted;
    }

    @Override
    public void close() {
        channel.shutdown();
        try {
            if (!channel.awaitTermination(CLOSE_GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                channel.shutdownNow();
                channel.awaitTermination(CLOSE_GRACE.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            channel.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private record DefaultDeadline(Duration deadline) implements ClientInterceptor {
        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
            boolean none = options.getDeadline() == null && method.getType() == MethodDescriptor.MethodType.UNARY;
            return next.newCall(
                    method, none ? options.withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS) : options);
        }
    }

    /// gRPC waits up to two minutes between attempts to connect, and fails calls meanwhile. How often to try is
    /// for those who call to decide, see [Retries]: when one comes back, the connection is tried at once.
    private record QuickReconnect(ManagedChannel channel) implements ClientInterceptor {
        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
            if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
                channel.resetConnectBackoff();
            }
            return next.newCall(method, options);
        }
    }
}
