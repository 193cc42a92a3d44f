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

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.time.Scheduler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An HTTP server on a virtual thread per request, bounded in all that its clients could use up. (The number of open
/// connections is bounded in `jvm.options`, for each server of the process.)
///
/// A request is read before it takes one of the places to be worked on, so that slow clients only keep each other out.
public final class HttpEndpoint implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HttpEndpoint.class);
    private static final int BACKLOG = 128;
    private static final int KIB = 1024;

    /// Requests being read, worked on and answered, for each that is worked on.
    private static final int OPEN_PER_WORKING = 4;

    private final HttpServer http;
    private final HttpLimits limits;
    private final Handler handler;
    private final Scheduler scheduler;
    private final Semaphore open;
    private final Semaphore working;
    private final Semaphore bodyKib;
    private final AtomicLong started = new AtomicLong();

    /// Answers requests. Whatever it throws cuts the connection.
    interface Handler {
        void handle(HttpRequest request, Answer answer) throws IOException;

        /// The answer to a request that is not handled.
        HttpResponse failed(WingsException reason);
    }

    /// Takes the one answer to a request.
    interface Answer {
        void send(HttpResponse response) throws IOException;
    }

    private HttpEndpoint(HttpServer http, HttpLimits limits, Handler handler, Scheduler scheduler) {
        this.http = http;
        this.limits = limits;
        this.handler = handler;
        this.scheduler = scheduler;
        this.open = new Semaphore(limits.requests() * OPEN_PER_WORKING);
        this.working = new Semaphore(limits.requests(), true);
        this.bodyKib = new Semaphore(limits.requests() * kib(limits.bodyBytes()), true);
    }

    private static int kib(long bytes) {
        return Math.toIntExact((bytes + KIB - 1) / KIB);
    }

    /// Starts to listen on `host` and `port`; 0 takes a free one. PRECONDITION that names the port if it is taken.
    static HttpEndpoint open(String host, int port, HttpLimits limits, Handler handler, Scheduler scheduler) {
        HttpServer http;
        try {
            http = HttpServer.create(new InetSocketAddress(host, port), BACKLOG);
        } catch (IOException e) {
            throw new WingsException(
                    ErrorKind.PRECONDITION,
                    "cannot listen for HTTP, is the port taken by another process? address=" + host + ":" + port
                            + ", cause=" + e.getMessage(),
                    e);
        }
        HttpEndpoint endpoint = new HttpEndpoint(http, limits, handler, scheduler);
        http.setExecutor(endpoint::start);
        http.createContext("/", endpoint::serve);
        http.start();
        return endpoint;
    }

    public int port() {
        return http.getAddress().getPort();
    }

    /// Refuses new connections and waits for requests that run.
    @Override
    public void close() {
        http.stop(Math.toIntExact(limits.drainTime().toSeconds()));
    }

    /// Reads and answers one request. The server cuts the connection when this refuses it.
    private void start(Runnable exchange) {
        if (!open.tryAcquire()) {
            throw new RejectedExecutionException("too many requests at once");
        }
        Thread.ofVirtual().name("http-" + started.incrementAndGet()).start(() -> {
            Thread self = Thread.currentThread();
            // cuts the connection if the thread waits for it, and otherwise ends what it waits for
            Scheduler.Timer timeout = scheduler.schedule(limits.requestTime(), self::interrupt);
            try {
                exchange.run();
            } finally {
                timeout.cancel();
                open.release();
            }
        });
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            answer(exchange);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("request took too long: method={}, limit={}", exchange.getRequestMethod(), limits.requestTime());
        }
    }

    private void answer(HttpExchange exchange) throws IOException, InterruptedException {
        long length = declaredLength(exchange);
        if (length > limits.bodyBytes()) {
            refuse(exchange, HttpErrors.tooLarge(limits.bodyBytes()));
            return;
        }
        int held = kib(length);
        // who sends nothing does not stand in line behind those who do
        if (held > 0 && !bodyKib.tryAcquire(held, waitMillis(), TimeUnit.MILLISECONDS)) {
            refuse(exchange, handler.failed(busy()));
            return;
        }
        try {
            byte[] body = body(exchange.getRequestBody());
            if (body.length > limits.bodyBytes()) {
                refuse(exchange, HttpErrors.tooLarge(limits.bodyBytes()));
            } else if (!working.tryAcquire(waitMillis(), TimeUnit.MILLISECONDS)) {
                refuse(exchange, handler.failed(busy()));
            } else {
                work(exchange, body);
            }
        } finally {
            bodyKib.release(held);
        }
    }

    /// Leaves the place at work when the answer is there: sending it may take the client's time.
    private void work(HttpExchange exchange, byte[] body) throws IOException {
        Place place = new Place();
        try {
            String path = exchange.getRequestURI().getRawPath();
            HttpRequest request = new HttpRequest(
                    exchange.getRequestMethod(),
                    path == null ? "" : path,
                    PercentCode.query(exchange.getRequestURI().getRawQuery()),
                    exchange.getRequestHeaders(),
                    body);
            handler.handle(request, response -> {
                place.leave();
                send(exchange, response);
            });
        } catch (WingsException e) {
            place.leave();
            send(exchange, handler.failed(e));
        } finally {
            place.leave();
        }
    }

    /// Of one request among those at work.
    private final class Place {
        private boolean taken = true;

        void leave() {
            if (taken) {
                taken = false;
                working.release();
            }
        }
    }

    /// The largest size for a body that comes in chunks.
    private long declaredLength(HttpExchange exchange) {
        if (exchange.getRequestHeaders().containsKey("Transfer-Encoding")) {
            return limits.bodyBytes();
        }
        String length = exchange.getRequestHeaders().getFirst("Content-Length");
        // the server has checked that it is a number
        return length == null ? 0 : Long.parseLong(length);
    }

    private byte[] body(InputStream in) throws IOException {
        return in.readNBytes(Math.toIntExact(limits.bodyBytes()) + 1);
    }

    private long waitMillis() {
        return limits.requestTime().toMillis() / 2;
    }

    private WingsException busy() {
        return WingsException.exhausted("too many requests at once: limit=" + limits.requests());
    }

    /// Answers without reading on, which ends the connection.
    private static void refuse(HttpExchange exchange, HttpResponse response) throws IOException {
        exchange.getResponseHeaders().set("Connection", "close");
        send(exchange, response);
    }

    private static void send(HttpExchange exchange, HttpResponse response) throws IOException {
        response.headers().forEach(exchange.getResponseHeaders()::set);
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        boolean bare =
                response.body().length == 0 || exchange.getRequestMethod().equals("HEAD");
        if (bare) {
            exchange.sendResponseHeaders(response.status(), -1);
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(response.status(), response.body().length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(response.body());
        }
    }
}
