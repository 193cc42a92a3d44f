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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import dev.wings.common.time.Scheduler;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// A gRPC server with health, reflection, limits and metrics, on a virtual thread per call. Exceptions of services
/// become the statuses of [dev.wings.common.error.GrpcErrors].
///
/// Closing it drains: new calls are refused and running ones may finish within the drain time; then they are
/// cancelled.
public final class GrpcServer implements AutoCloseable {

    /// How long a cancelled call may take to notice.
    private static final Duration CANCEL_GRACE = Duration.ofSeconds(5);

    private final Server server;
    private final NetworkThreads network;
    private final HealthStatusManager health;
    private final ExecutorService executor;
    private final Duration drain;
    private final Optional<RequestTimeouts> timeouts;
    private final AtomicBoolean draining = new AtomicBoolean();

    private GrpcServer(
            Server server,
            NetworkThreads network,
            HealthStatusManager health,
            ExecutorService executor,
            Duration drain,
            Optional<RequestTimeouts> timeouts) {
        this.server = server;
        this.network = network;
        this.health = health;
        this.executor = executor;
        this.drain = drain;
        this.timeouts = timeouts;
    }

    /// A server on `host` and `port` (0 takes a free one) that is not started yet.
    public static Builder on(String host, int port, MeterRegistry registry) {
        return new Builder(host, port, registry);
    }

    public int port() {
        return server.getPort();
    }

    /// Tells health checks, and so load balancers, that no new calls are wanted; calls still work.
    public void announceDrain() {
        // gRPC warns, with a stack trace, of being told twice
        if (draining.compareAndSet(false, true)) {
            health.enterTerminalState();
        }
    }

    @Override
    public void close() {
        announceDrain();
        server.shutdown();
        try {
            if (!server.awaitTermination(drain.toMillis(), TimeUnit.MILLISECONDS)) {
                server.shutdownNow();
                server.awaitTermination(CANCEL_GRACE.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        } finally {
            timeouts.ifPresent(RequestTimeouts::close);
            executor.shutdownNow();
            network.close();
        }
    }

    /// The threads that accept connections, and those that read and write.
    private record NetworkThreads(EventLoopGroup accepting, EventLoopGroup serving) implements AutoCloseable {

        static NetworkThreads open() {
            return new NetworkThreads(threads("grpc-accept-", 1), threads("grpc-io-", 0));
        }

        /// @param number 0 for as many as Netty takes
        private static EventLoopGroup threads(String name, int number) {
            return new MultiThreadIoEventLoopGroup(
                    number, Thread.ofPlatform().name(name, 0).daemon().factory(), NioIoHandler.newFactory());
        }

        @Override
        public void close() {
            Future<?> accepted = accepting.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            Future<?> served = serving.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            accepted.awaitUninterruptibly();
            served.awaitUninterruptibly();
        }
    }

    /// Collects what a server is made of.
    public static final class Builder {

        /// The longest message to health and reflection, which are asked for names.
        private static final int MAX_NAME_BYTES = 64 << 10;

        private final InetSocketAddress address;
        private final MeterRegistry registry;
        private final NettyServerBuilder netty;
        private final HealthStatusManager health = new HealthStatusManager();
        private final List<ServerServiceDefinition> services = new ArrayList<>();
        private final List<ServerServiceDefinition> countingServices = new ArrayList<>();
        private GrpcLimits limits = GrpcLimits.DEFAULTS;
        private Optional<Scheduler> scheduler = Optional.empty();
        private int maxMessageBytes = 4 << 20;
        private final Map<String, Integer> maxMessageBytesOfMethod = new HashMap<>();
        private Duration drain = Duration.ofSeconds(20);

        private Builder(String host, int port, MeterRegistry registry) {
            this.address = new InetSocketAddress(host, port);
            this.registry = registry;
            this.netty = NettyServerBuilder.forAddress(address)
                    // Pings find connections that were cut off silently; clients may ping as often as ours do.
                    .keepAliveTime(30, TimeUnit.SECONDS)
                    .keepAliveTimeout(20, TimeUnit.SECONDS)
                    .permitKeepAliveTime(10, TimeUnit.SECONDS)
                    .permitKeepAliveWithoutCalls(true)
                    .maxInboundMetadataSize(16 << 10);
        }

        public Builder service(BindableService service) {
            return service(service.bindService());
        }

        public Builder service(ServerServiceDefinition service) {
            services.add(service);
            return this;
        }

        /// A service that counts the bytes of its requests itself, and ends calls that send too many, see
        /// [#streamTracer].
        public Builder countingService(ServerServiceDefinition service) {
            countingServices.add(service);
            return this;
        }

        /// Adds an interceptor inside the error mapping and outside of the interceptors added before.
        public Builder interceptor(ServerInterceptor interceptor) {
            netty.intercept(interceptor);
            return this;
        }

        public Builder streamTracer(ServerStreamTracer.Factory tracer) {
            netty.addStreamTracerFactory(tracer);
            return this;
        }

        /// The largest message, counted after it was decompressed; a larger one ends its call with
        /// RESOURCE_EXHAUSTED. It is 4 MiB if not said.
        public Builder maxMessageBytes(int bytes) {
            this.maxMessageBytes = bytes;
            return this;
        }

        /// The largest message of one method.
        public Builder maxMessageBytes(MethodDescriptor<?, ?> method, int bytes) {
            maxMessageBytesOfMethod.put(method.getFullMethodName(), bytes);
            return this;
        }

        /// What clients may take of the port. If this is not said, the defaults hold, without a limit to the
        /// time that requests take.
        public Builder limits(GrpcLimits limits, Scheduler scheduler) {
            this.limits = limits;
            this.scheduler = Optional.of(scheduler);
            return this;
        }

        /// How long running calls may go on when the server is closed. It is 20 s if not said.
        public Builder drain(Duration time) {
            this.drain = time;
            return this;
        }

        /// Starts the server. Fails with PRECONDITION that names the port if it is taken.
        public GrpcServer open() {
            ExecutorService executor = Executors.newThreadPerTaskExecutor(
                    Thread.ofVirtual().name("grpc-", 0).factory());
            Optional<RequestTimeouts> timeouts =
                    scheduler.map(timers -> new RequestTimeouts(limits.requestTimeout(), timers));
            NetworkThreads network = NetworkThreads.open();
            FairPlaces connections = new FairPlaces("connections", limits.connections());
            try {
                netty.intercept(new ActingTenant.Interceptor());
                addServices();
                // the last interceptor is the outermost
                netty.intercept(new CallInterceptor(new CallMetrics(registry), executor, timeouts));
                Server server = netty.executor(executor)
                        .bossEventLoopGroup(network.accepting())
                        .workerEventLoopGroup(network.serving())
                        .channelFactory(() -> new FairServerChannel(connections))
                        .maxConcurrentCallsPerConnection(limits.connectionCalls())
                        .maxConnectionIdle(limits.connectionIdle().toMillis(), TimeUnit.MILLISECONDS)
                        .maxConnectionAge(limits.connectionAge().toMillis(), TimeUnit.MILLISECONDS)
                        .maxConnectionAgeGrace(limits.connectionAgeGrace().toMillis(), TimeUnit.MILLISECONDS)
                        .build()
                        .start();
                health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.SERVING);
                return new GrpcServer(server, network, health, executor, drain, timeouts);
            } catch (IOException e) {
                timeouts.ifPresent(RequestTimeouts::close);
                executor.shutdownNow();
                network.close();
                throw new WingsException(
                        ErrorKind.PRECONDITION,
                        "cannot listen, is the port taken by another process? address=" + address.getHostString() + ":"
                                + address.getPort() + ", cause=" + rootMessage(e),
                        e);
            } catch (RuntimeException | Error e) {
                timeouts.ifPresent(RequestTimeouts::close);
                executor.shutdownNow();
                network.close();
                throw e;
            }
        }

        /// Adds the services. gRPC has one limit for the messages of all services, and warns, with a stack
        /// trace, of each message that is beyond it: so gRPC gets no limit, and our own interceptors count what
        /// comes in.
        private void addServices() {
            Map<String, Integer> limitOfMethod = new HashMap<>();
            addServices(
                    List.of(
                            health.getHealthService().bindService(),
                            ProtoReflectionServiceV1.newInstance().bindService(),
                            olderReflection()),
                    Math.min(maxMessageBytes, MAX_NAME_BYTES),
                    limitOfMethod);
            addServices(services, maxMessageBytes, limitOfMethod);
            countingServices.forEach(netty::addService);
            netty.maxInboundMessageSize(Integer.MAX_VALUE);
            netty.addStreamTracerFactory(new InboundBytes(limitOfMethod, limits.receiveBytes()));
        }

        /// Serves the older protocol of reflection, which grpcurl and others ask before they know of the newer
        /// one.
        @SuppressWarnings("deprecation")
        private static ServerServiceDefinition olderReflection() {
            return ProtoReflectionService.newInstance().bindService();
        }

        private void addServices(List<ServerServiceDefinition> guarded, int limit, Map<String, Integer> limitOfMethod) {
            for (ServerServiceDefinition service : guarded) {
                for (MethodDescriptor<?, ?> method :
                        service.getServiceDescriptor().getMethods()) {
                    String name = method.getFullMethodName();
                    limitOfMethod.put(name, maxMessageBytesOfMethod.getOrDefault(name, limit));
                }
                netty.addService(GuardedService.guard(service, limitOfMethod::get));
            }
        }

        private static String rootMessage(Throwable failure) {
            Throwable root = failure;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            return String.valueOf(root.getMessage());
        }
    }
}
