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
package dev.wings.integration;

import dev.wings.common.proto.ClusterMetadataGrpc;
import dev.wings.common.proto.GarbageCollectionGrpc;
import dev.wings.common.proto.LogMetadataGrpc;
import dev.wings.common.proto.TasksGrpc;
import dev.wings.common.proto.ViewsGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Compressor;
import io.grpc.CompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.arrow.flight.impl.FlightServiceGrpc;

/// All methods of a gRPC port, as the port itself says that it has them, to be called with bytes of any kind.
final class RawMethods implements AutoCloseable {

    private static final long SECONDS = 60;

    /// A service that is not here has no test: add it.
    private static final Map<String, ServiceDescriptor> KNOWN = Stream.of(
                    ClusterMetadataGrpc.getServiceDescriptor(),
                    LogMetadataGrpc.getServiceDescriptor(),
                    TasksGrpc.getServiceDescriptor(),
                    GarbageCollectionGrpc.getServiceDescriptor(),
                    ViewsGrpc.getServiceDescriptor(),
                    FlightServiceGrpc.getServiceDescriptor(),
                    HealthGrpc.getServiceDescriptor(),
                    ServerReflectionGrpc.getServiceDescriptor(),
                    io.grpc.reflection.v1alpha.ServerReflectionGrpc.getServiceDescriptor())
            .collect(Collectors.toMap(ServiceDescriptor::getName, Function.identity()));

    private final String port;
    private final ManagedChannel channel;
    private final List<MethodDescriptor<?, ?>> methods;

    private RawMethods(String port, ManagedChannel channel, List<MethodDescriptor<?, ?>> methods) {
        this.port = port;
        this.channel = channel;
        this.methods = methods;
    }

    /// @param compressed what each compressed message becomes on its way, whatever it is
    static RawMethods open(String port, int number, byte[] compressed) {
        CompressorRegistry compressors = CompressorRegistry.newEmptyInstance();
        compressors.register(new Prepared(compressed));
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", number)
                .usePlaintext()
                .disableRetry()
                .maxInboundMessageSize(64 << 20)
                .compressorRegistry(compressors)
                .build();
        List<MethodDescriptor<?, ?>> methods = new ArrayList<>();
        for (String service : services(channel)) {
            ServiceDescriptor known = KNOWN.get(service);
            if (known == null) {
                throw new IllegalStateException("no test knows the service " + service + " of " + port);
            }
            methods.addAll(known.getMethods());
        }
        return new RawMethods(port, channel, methods);
    }

    private static List<String> services(Channel channel) {
        CompletableFuture<List<String>> names = new CompletableFuture<>();
        StreamObserver<ServerReflectionRequest> requests = ServerReflectionGrpc.newStub(channel)
                .serverReflectionInfo(new StreamObserver<ServerReflectionResponse>() {
                    @Override
                    public void onNext(ServerReflectionResponse answer) {
                        names.complete(answer.getListServicesResponse().getServiceList().stream()
                                .map(ServiceResponse::getName)
                                .toList());
                    }

                    @Override
                    public void onError(Throwable failure) {
                        names.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {}
                });
        requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        List<String> found = get(names);
        requests.onCompleted();
        return found;
    }

    String port() {
        return port;
    }

    List<MethodDescriptor<?, ?>> methods() {
        return methods;
    }

    /// Opens a call that reads nothing of its answers until it is told to.
    Call call(MethodDescriptor<?, ?> method, boolean compressed, Metadata headers) {
        CallOptions options = compressed ? CallOptions.DEFAULT.withCompression(Prepared.NAME) : CallOptions.DEFAULT;
        ClientCall<byte[], byte[]> call =
                channel.newCall(method.toBuilder(new Bytes(), new Bytes()).build(), options);
        Call opened = new Call(call);
        call.start(opened, headers);
        call.setMessageCompression(compressed);
        return opened;
    }

    @Override
    public void close() throws InterruptedException {
        channel.shutdownNow();
        channel.awaitTermination(SECONDS, TimeUnit.SECONDS);
    }

    private static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    /// One call. Its answers are dropped.
    static final class Call extends ClientCall.Listener<byte[]> {
        private final ClientCall<byte[], byte[]> call;
        private final CompletableFuture<Status> end = new CompletableFuture<>();

        private Call(ClientCall<byte[], byte[]> call) {
            this.call = call;
        }

        Call send(byte[] message) {
            call.sendMessage(message);
            return this;
        }

        Call halfClose() {
            call.halfClose();
            return this;
        }

        /// Takes all answers.
        Call read() {
            call.request(Integer.MAX_VALUE);
            return this;
        }

        /// How the call ended, once it has.
        Status end() {
            return get(end);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            end.complete(status);
        }
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /// Says that it is gzip, and gives what was prepared for whatever is to be compressed.
    @SuppressWarnings("ArrayRecordComponent") // read-only
    private record Prepared(byte[] content) implements Compressor {

        static final String NAME = "gzip";

        @Override
        public String getMessageEncoding() {
            return NAME;
        }

        @Override
        public OutputStream compress(OutputStream into) {
            return new ByteArrayOutputStream() {
                @Override
                public void close() throws IOException {
                    into.write(content);
                    into.close();
                }
            };
        }
    }
}
