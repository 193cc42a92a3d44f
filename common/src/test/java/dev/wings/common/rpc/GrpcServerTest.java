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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.CommitFolioRequest;
import dev.wings.common.proto.CommitFolioResponse;
import dev.wings.common.proto.ListPartitionsRequest;
import dev.wings.common.proto.ListPartitionsResponse;
import dev.wings.common.proto.LogMetadataGrpc;
import dev.wings.common.proto.PlanScanRequest;
import dev.wings.common.proto.PlanScanResponse;
import dev.wings.common.proto.WatchCommitsRequest;
import dev.wings.common.proto.WatchCommitsResponse;
import dev.wings.common.time.Scheduler;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class GrpcServerTest {

    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Service service = new Service();
    private GrpcServer server = start(0);
    private final GrpcClient client =
            GrpcClient.open(URI.create("http://127.0.0.1:" + server.port()), DEADLINE, 4 << 20);
    private final LogMetadataGrpc.LogMetadataBlockingStub stub = LogMetadataGrpc.newBlockingStub(client.channel());

    /// A service that behaves as each test says.
    private static final class Service extends LogMetadataGrpc.LogMetadataImplBase {
        private Supplier<ListPartitionsResponse> answer = ListPartitionsResponse::getDefaultInstance;
        private final CountDownLatch entered = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);
        private final CompletableFuture<Boolean> virtualThread = new CompletableFuture<>();
        private final CompletableFuture<Boolean> cancelled = new CompletableFuture<>();

        @Override
        public void listPartitions(ListPartitionsRequest request, StreamObserver<ListPartitionsResponse> responses) {
            virtualThread.complete(Thread.currentThread().isVirtual());
            responses.onNext(answer.get());
            responses.onCompleted();
        }

        @Override
        public void commitFolio(CommitFolioRequest request, StreamObserver<CommitFolioResponse> responses) {
            responses.onError(new WingsException(ErrorKind.CONFLICT, "handed to onError: id=7"));
        }

        @Override
        public void planScan(PlanScanRequest request, StreamObserver<PlanScanResponse> responses) {
            responses.onNext(PlanScanResponse.getDefaultInstance());
            throw new WingsException(ErrorKind.NOT_FOUND, "in the middle of a stream");
        }

        @Override
        public void watchCommits(WatchCommitsRequest request, StreamObserver<WatchCommitsResponse> responses) {
            Context.current().addListener(context -> cancelled.complete(true), Runnable::run);
            responses.onNext(WatchCommitsResponse.getDefaultInstance());
            entered.countDown();
            try {
                released.await();
                responses.onCompleted();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private GrpcServer start(int port) {
        return GrpcServer.on("127.0.0.1", port, registry)
                .service(service)
                .maxMessageBytes(1 << 20)
                .drain(Duration.ofSeconds(5))
                .open();
    }

    @AfterEach
    void close() {
        service.released.countDown();
        client.close();
        server.close();
    }

    private ListPartitionsResponse list() {
        return stub.listPartitions(ListPartitionsRequest.getDefaultInstance());
    }

    @Test
    void callsRunOnVirtualThreads() {
        assertThat(list()).isEqualTo(ListPartitionsResponse.getDefaultInstance());
        assertThat(service.virtualThread.join()).isTrue();
    }

    @Test
    void failuresOfTheServiceBecomeTheirStatuses() {
        for (ErrorKind kind : ErrorKind.values()) {
            service.answer = () -> {
                throw new WingsException(kind, "what failed: key=value");
            };
            assertThatThrownBy(() -> Retries.once(this::list)).isInstanceOfSatisfying(WingsException.class, e -> {
                assertThat(e.kind()).isEqualTo(kind);
                boolean masked = kind == ErrorKind.INTERNAL || kind == ErrorKind.DATA_LOSS;
                assertThat(e.getMessage()).contains(masked ? "error_id=" : "what failed: key=value");
            });
        }
    }

    @Test
    void bugsAreMasked() {
        service.answer = () -> {
            throw new IllegalStateException("the password is s3cret");
        };
        assertThatThrownBy(this::list).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
            assertThat(e.getStatus().getDescription()).contains("error_id=").doesNotContain("s3cret");
        });
        service.answer = ListPartitionsResponse::getDefaultInstance;
        assertThat(list()).as("the server lives on").isNotNull();
    }

    @Test
    void failuresHandedToOnErrorAndInStreamsAreMappedToo() {
        assertThatThrownBy(() -> stub.commitFolio(CommitFolioRequest.getDefaultInstance()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.ABORTED))
                .hasMessageContaining("handed to onError: id=7");
        assertThatThrownBy(() ->
                        stub.planScan(PlanScanRequest.getDefaultInstance()).forEachRemaining(response -> {}))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
    }

    @Test
    void answersThatTheReaderLeavesAreCancelled() throws Exception {
        assertThatThrownBy(() -> Retries.streaming(
                        () -> stub.watchCommits(WatchCommitsRequest.getDefaultInstance()), answers -> {
                            assertThat(answers.next()).isEqualTo(WatchCommitsResponse.getDefaultInstance());
                            throw new WingsException(ErrorKind.EXHAUSTED, "too much");
                        }))
                .hasMessage("too much");
        assertThat(service.cancelled.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void callsAreMeasuredByMethodAndOutcome() {
        list();
        assertThatThrownBy(() -> stub.commitFolio(CommitFolioRequest.getDefaultInstance()))
                .isInstanceOf(StatusRuntimeException.class);

        assertThat(timer("wings.v1.LogMetadata/ListPartitions", "OK").count()).isEqualTo(1);
        assertThat(timer("wings.v1.LogMetadata/CommitFolio", "ABORTED").count()).isEqualTo(1);
        assertThat(registry.get("wings.grpc.server.active.calls").gauge().value())
                .isZero();
    }

    private Timer timer(String method, String code) {
        return registry.get("wings.grpc.server.calls")
                .tags("method", method, "code", code)
                .timer();
    }

    @Test
    void largerMessageIsRefused() {
        ListPartitionsRequest large =
                ListPartitionsRequest.newBuilder().setTopic("x".repeat(2 << 20)).build();
        assertThatThrownBy(() -> Retries.once(() -> stub.listPartitions(large)))
                .isInstanceOfSatisfying(
                        WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.EXHAUSTED));
        assertThat(list()).isNotNull();
    }

    @Test
    void unaryCallHasADeadlineOfItsOwn() {
        try (GrpcClient impatient =
                GrpcClient.open(URI.create("http://127.0.0.1:" + server.port()), Duration.ofMillis(50), 4 << 20)) {
            service.answer = () -> {
                try {
                    service.released.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return ListPartitionsResponse.getDefaultInstance();
            };
            assertThatThrownBy(() -> Retries.once(() -> LogMetadataGrpc.newBlockingStub(impatient.channel())
                            .listPartitions(ListPartitionsRequest.getDefaultInstance())))
                    .isInstanceOfSatisfying(
                            WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.DEADLINE));
        }
    }

    @Test
    void healthAndReflectionAreOn() throws InterruptedException {
        HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(client.channel());
        assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatus())
                .isEqualTo(ServingStatus.SERVING);
        server.announceDrain();
        assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatus())
                .isEqualTo(ServingStatus.NOT_SERVING);
        assertThat(list()).as("calls still work").isNotNull();

        BlockingQueue<ServerReflectionResponse> answers = new LinkedBlockingQueue<>();
        StreamObserver<ServerReflectionRequest> requests = ServerReflectionGrpc.newStub(client.channel())
                .serverReflectionInfo(new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse answer) {
                        answers.add(answer);
                    }

                    @Override
                    public void onError(Throwable failure) {}

                    @Override
                    public void onCompleted() {}
                });
        requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        assertThat(answers.poll(10, TimeUnit.SECONDS))
                .isNotNull()
                .satisfies(answer -> assertThat(answer.getListServicesResponse().getServiceList())
                        .anyMatch(found -> found.getName().equals("wings.v1.LogMetadata"))
                        .anyMatch(found -> found.getName().equals("grpc.reflection.v1alpha.ServerReflection")));
        requests.onCompleted();
    }

    @Test
    void drainAnnouncedBeforeTheCloseIsNoWarning() {
        List<LogRecord> warnings = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                warnings.add(line);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger grpc = Logger.getLogger("io.grpc");
        grpc.addHandler(handler);
        try (GrpcServer drained = start(0)) {
            drained.announceDrain();
            drained.announceDrain();
        } finally {
            grpc.removeHandler(handler);
        }
        assertThat(warnings)
                .extracting(LogRecord::getMessage, LogRecord::getThrown)
                .isEmpty();
    }

    @Test
    void takenPortIsNamed() {
        assertThatThrownBy(() -> start(server.port()))
                .isInstanceOfSatisfying(
                        WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.PRECONDITION))
                .hasMessageContaining("address=127.0.0.1:" + server.port());
    }

    /// I9: however many connections one address opens, another one gets in, and who closes some may open others.
    @Test
    void connectionsOfOneAddressLeaveRoomForThoseOfAnother() throws Exception {
        GrpcLimits limits = new GrpcLimits(
                8,
                1024,
                Duration.ofMinutes(1),
                Duration.ofMinutes(1),
                Duration.ofMinutes(1),
                64 << 20,
                Duration.ofMinutes(1));
        try (Scheduler timers = Scheduler.system();
                GrpcServer bounded = GrpcServer.on("127.0.0.1", 0, new SimpleMeterRegistry())
                        .service(service)
                        .limits(limits, timers)
                        .open()) {
            List<Socket> many = new ArrayList<>();
            try {
                for (int i = 0; i < 20; i++) {
                    many.add(connect(bounded, "127.0.0.2"));
                }
                List<Socket> kept = new ArrayList<>();
                for (Socket socket : many) {
                    if (isServed(socket)) {
                        kept.add(socket);
                    }
                }
                assertThat(kept).hasSize(6);
                try (Socket other = connect(bounded, "127.0.0.3")) {
                    assertThat(isServed(other)).isTrue();
                }
                kept.getFirst().close();
                boolean again = false;
                while (!again) {
                    try (Socket next = connect(bounded, "127.0.0.2")) {
                        again = isServed(next);
                    }
                }
            } finally {
                for (Socket socket : many) {
                    socket.close();
                }
            }
        }
    }

    private static Socket connect(GrpcServer server, String from) throws IOException {
        Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), server.port(), InetAddress.ofLiteral(from), 0);
        socket.setSoTimeout(Math.toIntExact(DEADLINE.toMillis()));
        return socket;
    }

    /// Whether the server begins with its settings; false if it closes the connection.
    private static boolean isServed(Socket socket) {
        try {
            return socket.getInputStream().read() >= 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void closingLetsRunningCallsFinish() throws Exception {
        CompletableFuture<Boolean> finished = new CompletableFuture<>();
        Thread caller = Thread.startVirtualThread(() -> {
            try {
                stub.watchCommits(WatchCommitsRequest.getDefaultInstance()).forEachRemaining(response -> {});
                finished.complete(true);
            } catch (StatusRuntimeException e) {
                finished.completeExceptionally(e);
            }
        });
        service.entered.await();
        Thread closer = Thread.startVirtualThread(server::close);
        assertThat(closer.join(Duration.ofMillis(100))).as("waits for the call").isFalse();
        service.released.countDown();

        assertThat(finished.get(10, TimeUnit.SECONDS)).isTrue();
        caller.join();
        closer.join();
        assertThatThrownBy(this::list).isInstanceOf(StatusRuntimeException.class);
    }

    @Test
    void callThatOutlastsTheDrainIsCancelled() throws Exception {
        int port = 0;
        try (GrpcServer brief = GrpcServer.on("127.0.0.1", port, new SimpleMeterRegistry())
                        .service(service)
                        .drain(Duration.ofMillis(50))
                        .open();
                GrpcClient other = GrpcClient.open(URI.create("http://127.0.0.1:" + brief.port()), DEADLINE, 4 << 20)) {
            CompletableFuture<ErrorKind> outcome = new CompletableFuture<>();
            Thread.startVirtualThread(() -> {
                try {
                    Retries.once(() -> {
                        LogMetadataGrpc.newBlockingStub(other.channel())
                                .watchCommits(WatchCommitsRequest.getDefaultInstance())
                                .forEachRemaining(response -> {});
                        return true;
                    });
                } catch (WingsException e) {
                    outcome.complete(e.kind());
                }
            });
            service.entered.await();
            brief.close();
            assertThat(outcome.get(10, TimeUnit.SECONDS)).isEqualTo(ErrorKind.UNAVAILABLE);
        }
    }

    @Test
    void idempotentCallOutlivesARestartOfTheServer() throws Exception {
        int port = server.port();
        list();
        server.close();
        assertThatThrownBy(() -> Retries.once(this::list))
                .isInstanceOfSatisfying(
                        WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.UNAVAILABLE));
        try (Scheduler scheduler = Scheduler.system()) {
            Retries calls = new Retries(scheduler, new Random(1), 100, Duration.ofMillis(20), Duration.ofMillis(100));
            CompletableFuture<ListPartitionsResponse> answer = new CompletableFuture<>();
            CountDownLatch failed = new CountDownLatch(3);
            Thread.startVirtualThread(() -> answer.complete(calls.idempotent(() -> {
                try {
                    return list();
                } catch (StatusRuntimeException e) {
                    failed.countDown();
                    throw e;
                }
            })));
            failed.await();
            server = start(port);
            assertThat(answer.get(10, TimeUnit.SECONDS)).isNotNull();
        }
    }

    @Test
    void badAddressIsInvalid() {
        for (String address : new String[] {"localhost:7701", "ftp://h:1", "http://h", "http:///x", "relative"}) {
            assertThatThrownBy(() -> GrpcClient.open(URI.create(address), DEADLINE, 1))
                    .isInstanceOfSatisfying(
                            WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID));
        }
    }
}
