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
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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

    /// I11
    @Test
    void requestsAreBounded() throws Exception {
        List<Socket> open = new ArrayList<>();
        try {
            List<CompletableFuture<Void>> ends = new ArrayList<>();
            for (int i = 0; i <= ManagementServer.MAX_REQUESTS; i++) {
                Socket socket = connect(server);
                open.add(socket);
                begin(socket);
                ends.add(isCutOff(socket));
            }
            // which one is refused is for the server to say: it may see many at once
            CompletableFuture.anyOf(ends.toArray(new CompletableFuture<?>[0])).get(WAIT_SECONDS, TimeUnit.SECONDS);
        } finally {
            closeAll(open);
        }
        awaitAnswer();
    }

    /// I11: the JDK's server counts them, if it is told to.
    @Test
    void optionsOfTheProcessBoundConnections() {
        assertThat(Integer.getInteger("jdk.httpserver.maxConnections")).isPositive();
    }

    /// The JDK's server has them for the whole process only.
    @Test
    void limitsInTimeAreNotThoseOfOtherServers() {
        assertThat(System.getProperties())
                .doesNotContainKeys("sun.net.httpserver.maxReqTime", "sun.net.httpserver.maxRspTime");
    }

    /// The server notices in a moment that connections are gone.
    private void awaitAnswer() {
        assertTimeoutPreemptively(Duration.ofSeconds(WAIT_SECONDS), () -> {
            while (true) {
                try {
                    assertThat(get("/livez").statusCode()).isEqualTo(200);
                    return;
                } catch (IOException e) {
                    Thread.onSpinWait();
                }
            }
        });
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
