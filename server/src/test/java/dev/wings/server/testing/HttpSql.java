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
package dev.wings.server.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/// Runs statements over HTTP, as any client does.
public final class HttpSql implements AutoCloseable {

    public static final String PATH = "/v1/sql";

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final HttpClient client = HttpClient.newHttpClient();
    private final int port;

    public HttpSql(int port) {
        this.port = port;
    }

    /// Runs the bare text of a statement.
    public HttpResponse<String> run(String sql, Map<String, String> headers) {
        return text(send("POST", PATH, "application/sql", headers, sql));
    }

    /// Runs a statement that is described in JSON.
    public HttpResponse<String> runJson(String json) {
        return text(send("POST", PATH, "application/json", Map.of(), json));
    }

    private record Text(HttpResponse<byte[]> whole, String body) implements HttpResponse<String> {
        @Override
        public int statusCode() {
            return whole.statusCode();
        }

        @Override
        public HttpRequest request() {
            return whole.request();
        }

        @Override
        public java.util.Optional<HttpResponse<String>> previousResponse() {
            return java.util.Optional.empty();
        }

        @Override
        public java.net.http.HttpHeaders headers() {
            return whole.headers();
        }

        @Override
        public java.util.Optional<javax.net.ssl.SSLSession> sslSession() {
            return whole.sslSession();
        }

        @Override
        public URI uri() {
            return whole.uri();
        }

        @Override
        public HttpClient.Version version() {
            return whole.version();
        }
    }

    private static HttpResponse<String> text(HttpResponse<byte[]> whole) {
        return new Text(whole, new String(whole.body(), StandardCharsets.UTF_8));
    }

    public HttpResponse<String> sendText(String method, String path, String type, String body) {
        return text(send(method, path, type, Map.of(), body));
    }

    public HttpResponse<byte[]> send(
            String method, String path, String type, Map<String, String> headers, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(TIMEOUT)
                .header("Content-Type", type)
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// Sends a statement over a connection of its own, whose answer is taken as it comes.
    public Socket connect(String sql, String accept) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        byte[] body = sql.getBytes(StandardCharsets.UTF_8);
        String head = String.join(
                "\r\n",
                "POST " + PATH + " HTTP/1.1",
                "Host: x",
                "Content-Type: application/sql",
                "Accept: " + accept,
                "Content-Length: " + body.length,
                "",
                "");
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(body);
        return socket;
    }

    @Override
    public void close() {
        client.close();
    }
}
