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

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// HTTP for operators and orchestrators: `/livez` answers while the process lives, `/readyz` answers 200 only while
/// all checks pass and no drain was announced, `/metrics` gives the meters to Prometheus.
///
/// Requests are bounded in number and in time: whoever begins one and then dawdles costs little and is cut off. (The
/// number of open connections is bounded in `jvm.options`, for each server of the process.)
public final class ManagementServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ManagementServer.class);
    private static final int BACKLOG = 64;
    /// At once; the connections of more are cut as they come. Orchestrators and scrapers need a handful.
    static final int MAX_REQUESTS = 64;
    /// From the first byte of a request to the last of its answer, then its connection is cut: longer than scrapers
    /// wait.
    private static final Duration REQUEST_TIME = Duration.ofSeconds(30);
    /// For all readiness checks together: within the patience of who asks, so that the reason is still read.
    static final Duration CHECK_TIME = Duration.ofSeconds(3);

    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";

    private final HttpServer http;
    private final ExecutorService executor;
    private final Telemetry telemetry;
    private final List<ReadinessCheck> checks;
    private final Duration requestTime;
    private final Semaphore places = new Semaphore(MAX_REQUESTS);
    private final AtomicBoolean draining = new AtomicBoolean();

    private ManagementServer(
            HttpServer http,
            ExecutorService executor,
            Telemetry telemetry,
            List<ReadinessCheck> checks,
            Duration requestTime) {
        this.http = http;
        this.executor = executor;
        this.telemetry = telemetry;
        this.checks = List.copyOf(checks);
        this.requestTime = requestTime;
    }

    /// Starts to listen on `host` and `port`; 0 takes a free one. PRECONDITION that names the port if it is taken.
    public static ManagementServer open(String host, int port, Telemetry telemetry, List<ReadinessCheck> checks) {
        return open(host, port, telemetry, checks, REQUEST_TIME);
    }

    static ManagementServer open(
            String host, int port, Telemetry telemetry, List<ReadinessCheck> checks, Duration requestTime) {
        HttpServer http;
        try {
            http = HttpServer.create(new InetSocketAddress(host, port), BACKLOG);
        } catch (IOException e) {
            throw new WingsException(
                    ErrorKind.PRECONDITION,
                    "cannot listen for management, is the port taken by another process? address=" + host + ":" + port
                            + ", cause=" + e.getMessage(),
                    e);
        }
        ExecutorService executor = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("management-", 0).factory());
        ManagementServer server = new ManagementServer(http, executor, telemetry, checks, requestTime);
        http.setExecutor(server::start);
        http.createContext("/livez", server.get("/livez", exchange -> answer(exchange, 200, TEXT, "ok\n")));
        http.createContext("/readyz", server.get("/readyz", server::ready));
        http.createContext("/metrics", server.get("/metrics", server::metrics));
        http.start();
        return server;
    }

    public int port() {
        return http.getAddress().getPort();
    }

    /// Makes `/readyz` fail from now on, so that no new work is sent here.
    public void announceDrain() {
        draining.set(true);
    }

    @Override
    public void close() {
        http.stop(0);
        executor.shutdownNow();
    }

    /// Reads and answers one request. The server cuts the connection when this refuses it. (The limits in time that the
    /// JDK's server has are of the whole process, and other servers in it need other ones.)
    private void start(Runnable exchange) {
        if (!places.tryAcquire()) {
            throw new RejectedExecutionException("too many requests at once");
        }
        Thread work = Thread.ofVirtual().name("management-request").start(() -> {
            try {
                exchange.run();
            } finally {
                places.release();
            }
        });
        executor.execute(() -> limitTime(work));
    }

    private void limitTime(Thread work) {
        try {
            if (work.join(requestTime)) {
                return;
            }
            LOG.warn("management request took too long: limit={}", requestTime);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // cuts the connection if the thread waits for it, and otherwise ends what it waits for
        work.interrupt();
    }

    private void ready(HttpExchange exchange) throws IOException {
        StringBuilder report = new StringBuilder();
        boolean ready = !draining.get();
        if (!ready) {
            report.append("draining\n");
        }
        long deadline = System.nanoTime() + CHECK_TIME.toNanos();
        for (ReadinessCheck check : checks) {
            Optional<String> problem = problem(check, deadline - System.nanoTime());
            ready &= problem.isEmpty();
            report.append(check.name())
                    .append(": ")
                    .append(problem.orElse("ok"))
                    .append('\n');
        }
        answer(exchange, ready ? 200 : 503, TEXT, ready ? report + "ok\n" : report.toString());
    }

    private void metrics(HttpExchange exchange) throws IOException {
        answer(exchange, 200, METRICS, telemetry.scrape());
    }

    /// What keeps `check` from passing; a check that does not answer in time is given up.
    private Optional<String> problem(ReadinessCheck check, long patienceNanos) {
        Future<Optional<String>> answer = executor.submit(() -> problem(check));
        try {
            return answer.get(patienceNanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return Optional.of("no answer within " + CHECK_TIME.toSeconds() + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        } catch (ExecutionException e) {
            throw new IllegalStateException("a readiness check failed: check=" + check.name(), e.getCause());
        } finally {
            answer.cancel(true);
        }
    }

    private static Optional<String> problem(ReadinessCheck check) {
        try {
            return check.probe().problem();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        } catch (WingsException e) {
            return Optional.of(e.getMessage());
        } catch (Exception e) {
            LOG.warn("readiness check failed: check={}", check.name(), e);
            return Optional.of("failed, see the service's log");
        }
    }

    private HttpHandler get(String path, HttpHandler handler) {
        return exchange -> {
            try (exchange) {
                if (!exchange.getRequestURI().getPath().equals(path)) {
                    answer(exchange, 404, TEXT, "not found\n");
                } else if (!exchange.getRequestMethod().equals("GET")
                        && !exchange.getRequestMethod().equals("HEAD")) {
                    exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                    answer(exchange, 405, TEXT, "only GET and HEAD\n");
                } else {
                    handler.handle(exchange);
                }
            }
        };
    }

    private static void answer(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }
}
