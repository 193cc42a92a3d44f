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
package dev.wings.ingestor.testing;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.wings.common.arrow.IpcMessage;
import dev.wings.common.proto.IngestResponse;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.flight.impl.FlightServiceGrpc;

/// A stream of hand-made `FlightData`, which no Arrow client would send.
public final class RawProducer implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 60;
    private static final int PREFIX_BYTES = 8;

    private final ManagedChannel channel;
    private final BlockingQueue<IngestResponse> answers = new LinkedBlockingQueue<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();
    private final ClientCallStreamObserver<Flight.FlightData> requests;

    public RawProducer(int port) {
        this.channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        this.requests = (ClientCallStreamObserver<Flight.FlightData>)
                FlightServiceGrpc.newStub(channel).doPut(new Observer());
    }

    /// A stream of a tenant.
    public RawProducer(int port, String tenant) {
        this.channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("wings-tenant", Metadata.ASCII_STRING_MARSHALLER), tenant);
        this.requests = (ClientCallStreamObserver<Flight.FlightData>) FlightServiceGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .doPut(new Observer());
    }

    /// Whether the stream has ended.
    public boolean isEnded() {
        return end.isDone();
    }

    /// The first message of a stream to a topic.
    public static Flight.FlightData schema(String topic, byte[] header) {
        return Flight.FlightData.newBuilder()
                .setFlightDescriptor(Flight.FlightDescriptor.newBuilder()
                        .setType(Flight.FlightDescriptor.DescriptorType.PATH)
                        .addPath(topic))
                .setDataHeader(ByteString.copyFrom(header))
                .build();
    }

    /// The flatbuffer of a message.
    public static byte[] header(IpcMessage message) {
        ByteBuffer head = message.byteBuffers().getFirst();
        byte[] header = new byte[head.remaining() - PREFIX_BYTES];
        head.position(head.position() + PREFIX_BYTES).get(header);
        return header;
    }

    /// The body of a message.
    public static byte[] body(IpcMessage message) {
        List<ByteBuffer> parts = message.byteBuffers();
        ByteBuffer body = ByteBuffer.allocate(
                parts.stream().skip(1).mapToInt(ByteBuffer::remaining).sum());
        parts.stream().skip(1).forEach(body::put);
        return body.array();
    }

    public static Flight.FlightData message(byte[] header, byte[] body) {
        return Flight.FlightData.newBuilder()
                .setDataHeader(ByteString.copyFrom(header))
                .setDataBody(ByteString.copyFrom(body))
                .build();
    }

    public void send(Flight.FlightData message) {
        requests.onNext(message);
    }

    /// Whether sending more would only queue it up here.
    public boolean isReady() {
        return requests.isReady();
    }

    /// The next answer. Fails if the stream ends before, or nothing comes for long.
    public IngestResponse next() throws InterruptedException {
        return Objects.requireNonNull(
                answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS),
                () -> "no answer came; end of the stream: " + end.getNow(Status.OK));
    }

    /// Says that nothing more comes, and waits for the end of the stream.
    public Status finish() {
        if (!end.isDone()) {
            requests.onCompleted();
        }
        return awaitEnd();
    }

    /// Waits for the end of the stream.
    public Status awaitEnd() {
        return end.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    private final class Observer implements ClientResponseObserver<Flight.FlightData, Flight.PutResult> {

        @Override
        public void beforeStart(ClientCallStreamObserver<Flight.FlightData> stream) {}

        @Override
        public void onNext(Flight.PutResult result) {
            try {
                answers.add(IngestResponse.parseFrom(result.getAppMetadata()));
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void onError(Throwable failure) {
            end.complete(Status.fromThrowable(failure));
        }

        @Override
        public void onCompleted() {
            end.complete(Status.OK);
        }
    }
}
