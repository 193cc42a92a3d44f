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
package dev.wings.common.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ManagementServerTest {

    /// Well below the time that a request has.
    private static final int WAIT_SECONDS = 15;

    private final Telemetry telemetry = Telemetry.open("sample");
    private volatile ReadinessCheck.Probe probe = Optional::empty;
    private final List<ReadinessCheck> checks = List.of(
            new ReadinessCheck("postgres", () -> probe.problem()), new ReadinessCheck("store", Optional::empty));
    private final ManagementServer server = ManagementServer.open("127.0.0.1", 0, telemetry, checks);
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        http.close();
        server.close();
        telemetry.close();
    }

    private HttpResponse<String> request(String method, String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return request("GET", path);
    }

    @Test
    void livesAndIsReadyWhileAllChecksPass() throws Exception {
        assertThat(get("/livez").statusCode()).isEqualTo(200);
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
        assertThat(get("/readyz").body()).isEqualTo("postgres: ok\nstore: ok\nok\n");

        probe = () -> Optional.of("connection refused");
        assertThat(get("/readyz").statusCode()).isEqualTo(503);
        assertThat(get("/readyz").body()).isEqualTo("postgres: connection refused\nstore: ok\n");
        assertThat(get("/livez").statusCode()).isEqualTo(200);
    }

    @Test
    void probeThatThrowsIsNotReadyAndTellsNoSecret() throws Exception {
        probe = () -> {
            throw new IllegalStateException("password=s3cret");
        };
        HttpResponse<String> answer = get("/readyz");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("postgres: failed").doesNotContain("s3cret");
    }

    @Test
    void probeThatHangsIsNotReadyAndSaysSo() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        probe = () -> {
            never.await();
            return Optional.empty();
        };
        HttpResponse<String> answer = get("/readyz");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("postgres: no answer within 3 s");
    }

    @Test
    void drainingIsAliveButNotReady() throws Exception {
        server.announceDrain();
        assertThat(get("/readyz").statusCode()).isEqualTo(503);
        assertThat(get("/readyz").body()).startsWith("draining\n");
        assertThat(get("/livez").statusCode()).isEqualTo(200);
    }

    @Test
    void metricsAreNamedAsPrometheusDoes() throws Exception {
        telemetry
                .registry()
                .counter("wings.sample.batches", "outcome", "accepted")
                .increment();
        telemetry.registry().timer("wings.sample.flush").record(Duration.ofMillis(3));

        HttpResponse<String> answer = get("/metrics");

        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
        assertThat(answer.body())
                .contains("wings_sample_batches_total{outcome=\"accepted\",service=\"sample\"} 1.0")
                .contains("wings_sample_flush_seconds_count{service=\"sample\"} 1")
                .contains("jvm_memory_used_bytes{")
                .contains("process_files_open_files{")
                .contains("jvm_threads_live_threads{");
    }

    @Test
    void otherRequestsAreRefused() throws Exception {
        assertThat(get("/").statusCode()).isEqualTo(404);
        assertThat(get("/livez/x").statusCode()).isEqualTo(404);
        assertThat(get("/livezx").statusCode()).isEqualTo(404);
        assertThat(request("POST", "/readyz").statusCode()).isEqualTo(405);
        assertThat(request("HEAD", "/livez").statusCode()).isEqualTo(200);
        assertThat(get("/livez").statusCode()).isEqualTo(200);
    }

    @Test
    void requestThatNeverEndsIsCutOff() throws Exception {
        try (ManagementServer hasty = ManagementServer.open("127.0.0.1", 0, telemetry, checks, Duration.ofMillis(100));
                Socket dawdler = connect(hasty)) {
            begin(dawdler);

            isCutOff(dawdler).get(WAIT_SECONDS, TimeUnit.SECONDS);
        }
    }

    /// I11: probes are answered whatever others have begun and not ended.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "GET /livez HTTP/1.1\r\nHost: ",
                "POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n123",
                "POST /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12",
                "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\nGET /readyz HTTP/1.1\r\nHost: x\r\n\r\nGET "
            })
    void probesAreAnsweredBesideManyThatDawdle(String begun) throws Exception {
        List<Socket> open = new ArrayList<>();
        try {
            for (int i = 0; i < ManagementServer.MAX_CONNECTIONS + 50; i++) {
                Socket socket = connect(server);
                open.add(socket);
                socket.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
            }
            for (String probe : List.of("/livez", "/readyz", "/metrics", "/livez")) {
                assertThat(get(probe).statusCode()).isEqualTo(200);
            }
        } finally {
            closeAll(open);
        }
    }

    @Test
    void checksRunOnceForAllWhoAskMeanwhile() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger runs = new AtomicInteger();
        probe = () -> {
            runs.incrementAndGet();
            asked.countDown();
            go.await();
            return Optional.empty();
        };
        CompletableFuture<HttpResponse<String>> first = getAsync("/readyz");
        asked.await();
        List<CompletableFuture<HttpResponse<String>>> others = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            others.add(getAsync("/readyz"));
        }
        assertThat(get("/livez").statusCode()).isEqualTo(200);
        go.countDown();
        assertThat(first.get().statusCode()).isEqualTo(200);
        for (CompletableFuture<HttpResponse<String>> other : others) {
            assertThat(other.get().statusCode()).isEqualTo(200);
        }
        assertThat(runs.get()).isLessThanOrEqualTo(others.size());
    }

    private CompletableFuture<HttpResponse<String>> getAsync(String path) {
        return http.sendAsync(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static Socket connect(ManagementServer server) throws IOException {
        return new Socket(InetAddress.ofLiteral("127.0.0.1"), server.port());
    }

    private static void begin(Socket socket) throws IOException {
        socket.getOutputStream().write("GET /livez HTTP/1.1\r\nHost: ".getBytes(StandardCharsets.US_ASCII));
    }

    /// Completes when the server closes the connection without an answer.
    private static CompletableFuture<Void> isCutOff(Socket socket) {
        CompletableFuture<Void> end = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                assertThat(socket.getInputStream().read()).isNegative();
                end.complete(null);
            } catch (SocketException e) {
                end.complete(null);
            } catch (IOException | AssertionError e) {
                end.completeExceptionally(e);
            }
        });
        return end;
    }

    private static void closeAll(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @Test
    void takenPortIsNamed() {
        assertThatThrownBy(() -> ManagementServer.open("127.0.0.1", server.port(), telemetry, List.of()))
                .isInstanceOfSatisfying(
                        WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.PRECONDITION))
                .hasMessageContaining("address=127.0.0.1:" + server.port());
    }
}
