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
package dev.wings.controlplane.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.error.WingsException;
import dev.wings.common.http.HttpHead;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Checks I11 for HTTP: clients cannot hold more than they are given.
@Timeout(60)
final class HttpEndpointTest {

    private static final HttpLimits LIMITS = new HttpLimits(2, 64 << 10, Duration.ofSeconds(2), Duration.ofSeconds(10));

    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void bodyIsHandedOverAndAnswered() throws Exception {
        try (HttpEndpoint endpoint = open(request -> HttpResponse.json(200, request.body()))) {
            assertThat(post(endpoint, BodyPublishers.ofString("{}"))).isEqualTo("200 {}");
            assertThat(post(endpoint, BodyPublishers.ofByteArray(new byte[64 << 10])))
                    .startsWith("200 ");
        }
    }

    @Test
    void bodyThatIsTooLargeIsRefused() throws Exception {
        try (HttpEndpoint endpoint = open(request -> HttpResponse.NO_CONTENT)) {
            byte[] large = new byte[(64 << 10) + 1];
            assertThat(post(endpoint, BodyPublishers.ofByteArray(large)))
                    .startsWith("413 ")
                    .contains("too large");
            // of unknown length
            assertThat(post(endpoint, BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(large))))
                    .startsWith("413 ")
                    .contains("too large");
            assertThat(post(endpoint, BodyPublishers.ofString("{}"))).isEqualTo("204 ");
        }
    }

    @Test
    void requestsBeyondTheLimitAreRefusedAfterAWhile() throws Exception {
        // refused after half of that time, so that one which comes some seconds late is refused before the others end
        HttpLimits patient =
                new HttpLimits(LIMITS.requests(), LIMITS.bodyBytes(), Duration.ofSeconds(10), LIMITS.drainTime());
        CountDownLatch held = new CountDownLatch(1);
        try (HttpEndpoint endpoint = open(patient, request -> {
            await(held);
            return HttpResponse.NO_CONTENT;
        })) {
            List<CompletableFuture<String>> running = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                running.add(CompletableFuture.supplyAsync(() -> postQuietly(endpoint)));
            }
            String first = (String) CompletableFuture.anyOf(running.toArray(new CompletableFuture<?>[0]))
                    .get();
            assertThat(first).contains("too many requests at once");
            held.countDown();
        }
    }

    /// I9
    @Test
    void oneTenantLeavesAPlaceToTheOthers() throws Exception {
        HttpLimits patient = new HttpLimits(4, LIMITS.bodyBytes(), Duration.ofSeconds(50), Duration.ofSeconds(1));
        CountDownLatch started = new CountDownLatch(3);
        CountDownLatch held = new CountDownLatch(1);
        try (HttpEndpoint endpoint = open(patient, request -> {
            if (request.owner().equals("noisy")) {
                started.countDown();
                await(held);
            }
            return HttpResponse.NO_CONTENT;
        })) {
            List<CompletableFuture<Integer>> noisy = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                noisy.add(CompletableFuture.supplyAsync(() -> statusFor(endpoint, "noisy")));
            }
            started.await();
            assertThat(statusFor(endpoint, "quiet")).isEqualTo(204);
            held.countDown();
            for (CompletableFuture<Integer> each : noisy) {
                assertThat(each.get()).isEqualTo(204);
            }
        }
    }

    private int statusFor(HttpEndpoint endpoint, String tenant) {
        java.net.http.HttpRequest request = java.net.http.HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + endpoint.port() + "/"))
                .header("wings-tenant", tenant)
                .build();
        return client.sendAsync(request, BodyHandlers.discarding()).join().statusCode();
    }

    @Test
    void slowClientIsCutOff() throws Exception {
        try (HttpEndpoint endpoint = open(request -> HttpResponse.NO_CONTENT);
                Socket headers = connect(endpoint, "POST / HTTP/1.1\r\nHost: x\r\n");
                Socket body = connect(endpoint, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n123")) {
            assertThat(isClosed(headers)).isTrue();
            assertThat(isClosed(body)).isTrue();
            assertThat(post(endpoint, BodyPublishers.ofString("{}"))).isEqualTo("204 ");
        }
    }

    @Test
    void closingWaitsForRequestsThatRun() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        HttpEndpoint endpoint = open(request -> {
            started.countDown();
            await(held);
            return HttpResponse.json(200, "done".getBytes(StandardCharsets.UTF_8));
        });
        CompletableFuture<String> running = CompletableFuture.supplyAsync(() -> postQuietly(endpoint));
        started.await();
        CompletableFuture<Void> closing = CompletableFuture.runAsync(endpoint::close);
        held.countDown();
        assertThat(running.get()).isEqualTo("200 done");
        closing.get();
        assertThat(postQuietly(endpoint)).startsWith("failed");
    }

    private HttpEndpoint open(Function<HttpRequest, HttpResponse> handler) {
        return open(LIMITS, handler);
    }

    private HttpEndpoint open(HttpLimits limits, Function<HttpRequest, HttpResponse> handler) {
        return HttpEndpoint.open("127.0.0.1", 0, limits, new HttpEndpoint.Handler() {
            @Override
            public String owner(HttpHead head) {
                return head.header("wings-tenant").orElse("");
            }

            @Override
            public void handle(HttpRequest request, HttpEndpoint.Answer answer) throws IOException {
                answer.send(handler.apply(request));
            }

            @Override
            public HttpResponse failed(WingsException reason) {
                return HttpErrors.response(reason);
            }
        });
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String post(HttpEndpoint endpoint, java.net.http.HttpRequest.BodyPublisher body)
            throws IOException, InterruptedException {
        java.net.http.HttpRequest request = java.net.http.HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + endpoint.port() + "/"))
                .POST(body)
                .build();
        java.net.http.HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        return response.statusCode() + " " + response.body();
    }

    private String postQuietly(HttpEndpoint endpoint) {
        try {
            return post(endpoint, BodyPublishers.ofString("{}"));
        } catch (IOException e) {
            return "failed: " + e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "failed: " + e;
        }
    }

    private static Socket connect(HttpEndpoint endpoint, String sent) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), endpoint.port());
        socket.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /// Waits for it.
    private static boolean isClosed(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        try {
            while (in.read() >= 0) {
                // an answer, if there was one
            }
            return true;
        } catch (java.net.SocketException e) {
            return true;
        }
    }
}
