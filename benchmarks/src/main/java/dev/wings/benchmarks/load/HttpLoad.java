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
package dev.wings.benchmarks.load;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/// Posts bodies that lie ready, over some connections, each of which sends the next one when the last is
/// answered. The client is kept cheap: requests are whole in memory, and of answers only the head and the start
/// are looked at.
public final class HttpLoad implements AutoCloseable {

    private static final int END_OF_HEAD = '\n' << 24 | '\r' << 16 | '\n' << 8 | '\r';

    private final List<byte[]> requests;
    private final byte[] expected;
    private final int rows;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<?>> connections = new ArrayList<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final LongAdder acknowledged = new LongAdder();

    /// @param rows of each body
    private HttpLoad(List<byte[]> requests, int rows) {
        this.requests = List.copyOf(requests);
        this.rows = rows;
        this.expected = ("{\"accepted\":" + rows + ",\"rejected\":0,").getBytes(StandardCharsets.UTF_8);
    }

    /// Starts to post.
    ///
    /// @param bodies sent in turn
    /// @param rows of each body
    public static HttpLoad open(int port, String path, String type, List<byte[]> bodies, int rows, int connections) {
        List<byte[]> requests =
                bodies.stream().map(body -> request(path, type, body)).toList();
        HttpLoad load = new HttpLoad(requests, rows);
        for (int i = 0; i < connections; i++) {
            int first = i;
            load.connections.add(load.threads.submit(() -> {
                load.post(port, first);
                return null;
            }));
        }
        return load;
    }

    private static byte[] request(String path, String type, byte[] body) {
        byte[] head = ("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type + "\r\nContent-Length: "
                        + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8);
        byte[] request = new byte[head.length + body.length];
        System.arraycopy(head, 0, request, 0, head.length);
        System.arraycopy(body, 0, request, head.length, body.length);
        return request;
    }

    private void post(int port, int first) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            InputStream in = socket.getInputStream();
            for (int next = first; !over.get(); next++) {
                socket.getOutputStream().write(requests.get(next % requests.size()));
                byte[] answer = in.readNBytes(bodyBytes(in));
                if (!new String(answer, StandardCharsets.UTF_8)
                        .startsWith(new String(expected, StandardCharsets.UTF_8))) {
                    throw new IOException("not all rows were accepted: " + new String(answer, StandardCharsets.UTF_8));
                }
                acknowledged.add(rows);
            }
        }
    }

    /// Reads the head of an answer, and returns how long its body is.
    private static int bodyBytes(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        int last = 0;
        while (last != END_OF_HEAD) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the server has closed the connection: head=" + head);
            }
            head.append((char) next);
            last = last >>> 8 | next << 24;
        }
        return head.toString()
                .lines()
                .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:"))
                .mapToInt(line ->
                        Integer.parseInt(line.substring(line.indexOf(':') + 1).strip()))
                .findFirst()
                .orElseThrow(() -> new IOException("the answer has no length: head=" + head));
    }

    /// Counts for so long, and returns how many rows were acknowledged a second.
    public double rowsPerSecond(Duration window) throws Exception {
        long start = System.nanoTime();
        long before = acknowledged.sum();
        Thread.sleep(window);
        for (Future<?> connection : connections) {
            if (connection.isDone()) {
                connection.get();
            }
        }
        return (acknowledged.sum() - before) / ((System.nanoTime() - start) / 1e9);
    }

    /// Waits for the requests that are on their way, and fails if one did.
    public void finish() throws Exception {
        over.set(true);
        for (Future<?> connection : connections) {
            connection.get();
        }
    }

    @Override
    public void close() {
        over.set(true);
        threads.close();
    }
}
