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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.IngestResponse;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A push whose ingestor goes away, whatever the push is waiting for.
final class ProducerTest {

    private static final int BATCH_ROWS = 1 << 17;
    private static final int ENDLESS = 1_000_000;
    private static final long WAIT_SECONDS = 60;

    /// How long an answer is being taken: longer than it takes to close a connection that does not wait for it.
    private static final long TAKING_NANOS = 500_000_000;

    /// Batches at once: with one the push waits for its answer, with very many until the network takes more.
    private static final int FOR_ANSWERS = 1;

    private static final int FOR_THE_NETWORK = ENDLESS;

    private final BufferAllocator allocator = new RootAllocator();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CompletableFuture<ServerCall<byte[], byte[]>> call = new CompletableFuture<>();
    private final Queue<CompletableFuture<IngestResponse>> answers = new ConcurrentLinkedQueue<>();
    private Server server;
    private int port;

    @BeforeEach
    void open() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .fallbackHandlerRegistry(new Deaf())
                .build()
                .start();
        port = server.getPort();
    }

    @AfterEach
    void close() {
        server.shutdownNow();
        threads.close();
        allocator.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {FOR_ANSWERS, FOR_THE_NETWORK})
    void streamThatFailsEndsAPushThatWaits(int inFlight) throws Exception {
        assertEnds(
                inFlight, stream -> stream.close(Status.UNAVAILABLE.withDescription("gone"), new Metadata()), "gone");
    }

    @ParameterizedTest
    @ValueSource(ints = {FOR_ANSWERS, FOR_THE_NETWORK})
    void streamThatEndsEndsAPushThatWaits(int inFlight) throws Exception {
        assertEnds(inFlight, stream -> stream.close(Status.OK, new Metadata()), "ended the stream");
    }

    @ParameterizedTest
    @ValueSource(ints = {FOR_ANSWERS, FOR_THE_NETWORK})
    void connectionThatBreaksEndsAPushThatWaits(int inFlight) throws Exception {
        assertEnds(
                inFlight,
                stream -> server.shutdownNow(),
                "the connection to the ingestor at 127.0.0.1:" + port + " was lost");
    }

    @ParameterizedTest
    @ValueSource(ints = {FOR_ANSWERS, FOR_THE_NETWORK})
    void answersThatMakeNoSenseEndAPushThatWaits(int inFlight) throws Exception {
        assertEnds(inFlight, stream -> answer(stream, ByteString.copyFromUtf8("?")), "cannot be understood");
    }

    @Test
    void answersWithoutBatchesEndAPush() throws Exception {
        assertEnds(
                FOR_ANSWERS,
                stream -> {
                    // more than the push can send meanwhile
                    for (int i = 0; i < 10_000; i++) {
                        answer(stream, IngestResponse.getDefaultInstance().toByteString());
                    }
                },
                "more batches than were sent");
    }

    @Test
    void ingestorThatIsNotThereEndsAPush() throws Exception {
        server.shutdownNow().awaitTermination();
        Future<?> push = threads.submit(() -> push(FOR_THE_NETWORK, new AtomicLong()));
        assertThatThrownBy(() -> push.get(WAIT_SECONDS, TimeUnit.SECONDS))
                .hasCauseInstanceOf(WingsException.class)
                .hasMessageContaining("ingestor");
    }

    /// The answer's bytes are the connection's until who waits for it has been told, on a thread of the connection.
    @Test
    void connectionIsClosedOnceItsAnswersHaveBeenTaken() throws Exception {
        CountDownLatch answered = new CountDownLatch(1);
        CompletableFuture<Void> taken;
        try (BigIntVector numbers = new BigIntVector("a", allocator);
                VectorSchemaRoot rows = VectorSchemaRoot.of(numbers);
                FlightConnection to = connect()) {
            numbers.allocateNew(1);
            rows.setRowCount(1);
            try (Producer producer = Producer.open(to, allocator, "t", rows.getSchema(), FOR_ANSWERS)) {
                taken = producer.send(rows).thenAccept(answer -> {
                    answered.countDown();
                    LockSupport.parkNanos(TAKING_NANOS);
                });
                answer(
                        call.get(WAIT_SECONDS, TimeUnit.SECONDS),
                        IngestResponse.getDefaultInstance().toByteString());
                assertThat(answered.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
            }
        }
        assertThat(taken).isCompleted();
    }

    /// Takes one call and reads nothing of it.
    private final class Deaf extends HandlerRegistry {
        @Override
        public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
            MethodDescriptor<byte[], byte[]> method = MethodDescriptor.newBuilder(Bytes.MARSHALLER, Bytes.MARSHALLER)
                    .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                    .setFullMethodName(name)
                    .build();
            return ServerMethodDefinition.create(method, (started, headers) -> {
                started.sendHeaders(new Metadata());
                call.complete(started);
                return new ServerCall.Listener<>() {};
            });
        }
    }

    private enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
        MARSHALLER;

        @Override
        public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream message) {
            throw new IllegalStateException("nothing is read");
        }
    }

    private static void answer(ServerCall<byte[], byte[]> stream, ByteString metadata) {
        stream.sendMessage(
                Flight.PutResult.newBuilder().setAppMetadata(metadata).build().toByteArray());
    }

    private void assertEnds(int inFlight, Consumer<ServerCall<byte[], byte[]>> ending, String reason) throws Exception {
        AtomicLong sent = new AtomicLong();
        Future<?> push = threads.submit(() -> push(inFlight, sent));
        awaitStandstill(push, sent);

        ending.accept(call.get(WAIT_SECONDS, TimeUnit.SECONDS));

        assertThatThrownBy(() -> push.get(WAIT_SECONDS, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(WingsException.class)
                .hasMessageContaining(reason);
        for (CompletableFuture<IngestResponse> answer : answers) {
            assertThat(answer.handle((response, failure) -> response != null || failure instanceof WingsException)
                            .get(WAIT_SECONDS, TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    private FlightConnection connect() {
        return FlightConnection.open(Endpoint.of(new Address("ingestor", "127.0.0.1", port), "default"), allocator);
    }

    private Void push(int inFlight, AtomicLong sent) throws InterruptedException {
        try (FlightConnection to = connect();
                BigIntVector numbers = new BigIntVector("a", allocator);
                VectorSchemaRoot rows = VectorSchemaRoot.of(numbers)) {
            numbers.allocateNew(BATCH_ROWS);
            rows.setRowCount(BATCH_ROWS);
            try (Producer producer = Producer.open(
                    to, allocator, "tenants/default/namespaces/default/topics/t", rows.getSchema(), inFlight)) {
                for (int i = 0; i < ENDLESS; i++) {
                    answers.add(producer.send(rows));
                    sent.incrementAndGet();
                }
            }
        }
        return null;
    }

    /// Waits until the push has sent something, and sends no more.
    private static void awaitStandstill(Future<?> push, AtomicLong sent) throws InterruptedException {
        long before = 0;
        for (int same = 0; same < 20 && !push.isDone(); ) {
            Thread.sleep(25);
            long now = sent.get();
            same = now > 0 && now == before ? same + 1 : 0;
            before = now;
        }
        assertThat(push.isDone()).isFalse();
    }
}
