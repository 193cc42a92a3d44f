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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import dev.wings.common.http.EdgeLimits;
import dev.wings.common.http.HttpAnswer;
import dev.wings.common.http.HttpEdge;
import dev.wings.common.http.HttpHead;
import dev.wings.common.http.HttpService;
import dev.wings.common.http.Mount;
import dev.wings.common.time.Scheduler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// HTTP for operators and orchestrators: `/livez` answers while the process lives, `/readyz` answers 200 only while
/// all checks pass and no drain was announced, `/metrics` gives the meters to Prometheus.
///
/// It answers whatever its other clients do: see [HttpEdge]. What a request costs beyond that is bounded here: checks
/// run once for all who ask meanwhile, and few scrapes run at once.
public final class ManagementServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ManagementServer.class);

    /// More than enough: orchestrators and scrapers need a handful.
    static final int MAX_CONNECTIONS = 256;

    private static final long MAX_ANSWERS_BYTES = 16 << 20;

    /// How long a request may take: longer than scrapers wait.
    private static final Duration REQUEST_TIME = Duration.ofSeconds(30);

    private static final Duration SCRAPE_PATIENCE = Duration.ofSeconds(10);

    /// How long all readiness checks together may take: less than whoever asks waits, so that the reason is
    /// still read.
    static final Duration CHECK_TIME = Duration.ofSeconds(3);

    private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";

    private final ExecutorService executor;
    private final Scheduler scheduler = Scheduler.system();
    private final List<ReadinessCheck> checks;
    private final AtomicReference<@Nullable CompletableFuture<Report>> running = new AtomicReference<>();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final HttpEdge edge;

    private ManagementServer(
            String host, int port, Telemetry telemetry, List<ReadinessCheck> checks, Duration requestTime) {
        this.checks = List.copyOf(checks);
        this.executor = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("management-", 0).factory());
        EdgeLimits limits =
                new EdgeLimits(MAX_CONNECTIONS, 1, MAX_ANSWERS_BYTES, requestTime, requestTime, Duration.ZERO);
        FairPlaces scrapes = new FairPlaces("scrapes", new FairPlaces.Limits(4, 16, SCRAPE_PATIENCE), scheduler);
        this.edge = HttpEdge.open(
                host,
                port,
                limits,
                List.of(
                        mount("/livez", Optional.empty(), () -> HttpAnswer.text(200, "ok\n")),
                        mount("/readyz", Optional.empty(), this::ready),
                        mount(
                                "/metrics",
                                Optional.of(scrapes),
                                () -> new HttpAnswer(
                                        200,
                                        Map.of(),
                                        METRICS,
                                        telemetry.scrape().getBytes(StandardCharsets.UTF_8))),
                        mount("", Optional.empty(), () -> HttpAnswer.text(404, "not found\n"))));
    }

    private static Mount mount(String path, Optional<FairPlaces> places, Page page) {
        return new Mount(path, Set.of(), 0, places, new Service(path, page));
    }

    /// Starts to listen on `host` and `port`; 0 takes a free one. Fails with PRECONDITION that names the port
    /// if it is taken.
    public static ManagementServer open(String host, int port, Telemetry telemetry, List<ReadinessCheck> checks) {
        return open(host, port, telemetry, checks, REQUEST_TIME);
    }

    static ManagementServer open(
            String host, int port, Telemetry telemetry, List<ReadinessCheck> checks, Duration requestTime) {
        return new ManagementServer(host, port, telemetry, checks, requestTime);
    }

    public int port() {
        return edge.port();
    }

    /// Makes `/readyz` fail from now on, so that no new work is sent here.
    public void announceDrain() {
        draining.set(true);
    }

    @Override
    public void close() {
        edge.close();
        executor.shutdownNow();
        scheduler.close();
    }

    /// What can be read below a path.
    private interface Page {
        HttpAnswer read() throws InterruptedException;
    }

    private record Service(String path, Page page) implements HttpService {

        /// Each page has an owner of its own, so that a client that does not take one does not keep others from
        /// another.
        @Override
        public String owner(HttpHead head) {
            return head.path() + " " + head.client().getHostAddress();
        }

        @Override
        public void serve(HttpHead head, String owner, byte[] body, Answerer answerer)
                throws IOException, InterruptedException {
            boolean reads = head.method().equals("GET") || head.method().equals("HEAD");
            if (!path.isEmpty() && !head.path().equals(path)) {
                answerer.send(HttpAnswer.text(404, "not found\n"));
            } else if (path.isEmpty() || reads) {
                answerer.send(page.read());
            } else {
                answerer.send(new HttpAnswer(
                        405,
                        Map.of("Allow", "GET, HEAD"),
                        HttpAnswer.TEXT,
                        "only GET and HEAD\n".getBytes(StandardCharsets.UTF_8)));
            }
        }

        @Override
        public HttpAnswer refused(WingsException reason) {
            return refused(reason.kind() == ErrorKind.INVALID ? 400 : 503, String.valueOf(reason.getMessage()));
        }

        @Override
        public HttpAnswer refused(int status, String reason) {
            return HttpAnswer.text(status, reason + "\n");
        }
    }

    /// What the checks have found.
    private record Report(boolean ready, String text) {}

    private HttpAnswer ready() throws InterruptedException {
        Report report = check();
        boolean drains = draining.get();
        boolean ready = report.ready && !drains;
        return HttpAnswer.text(ready ? 200 : 503, (drains ? "draining\n" : "") + report.text + (ready ? "ok\n" : ""));
    }

    /// Runs the checks, or waits for those that run.
    private Report check() throws InterruptedException {
        CompletableFuture<Report> mine = new CompletableFuture<>();
        CompletableFuture<Report> others = running.compareAndExchange(null, mine);
        if (others != null) {
            try {
                return others.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("readiness checks failed", e.getCause());
            }
        }
        try {
            Report report = checkAll();
            mine.complete(report);
            return report;
        } catch (RuntimeException | Error e) {
            mine.completeExceptionally(e);
            throw e;
        } finally {
            running.set(null);
        }
    }

    private Report checkAll() {
        StringBuilder report = new StringBuilder();
        boolean ready = true;
        long deadline = System.nanoTime() + CHECK_TIME.toNanos();
        for (ReadinessCheck check : checks) {
            Optional<String> problem = problem(check, deadline - System.nanoTime());
            ready &= problem.isEmpty();
            report.append(check.name())
                    .append(": ")
                    .append(problem.orElse("ok"))
                    .append('\n');
        }
        return new Report(ready, report.toString());
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
}
