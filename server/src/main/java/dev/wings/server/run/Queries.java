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
package dev.wings.server.run;

import dev.wings.common.duckdb.ArrowTable;
import dev.wings.common.duckdb.DuckDbException;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import dev.wings.common.resource.ResourceId;
import dev.wings.common.time.Scheduler;
import dev.wings.common.time.World;
import dev.wings.server.engine.Engine;
import dev.wings.server.engine.EngineFactory;
import dev.wings.server.engine.EnginePool;
import dev.wings.server.plan.Announcements;
import dev.wings.server.plan.Description;
import dev.wings.server.plan.DirectResult;
import dev.wings.server.plan.Explanation;
import dev.wings.server.plan.Planning;
import dev.wings.server.plan.QueryPlan;
import dev.wings.server.plan.QueryRequest;
import dev.wings.server.plan.UpcomingQueries;
import dev.wings.server.sql.Failures;
import dev.wings.server.sql.ParsedQuery;
import dev.wings.server.sql.SqlText;
import dev.wings.server.table.PlanBudget;
import dev.wings.server.table.PlanMemory;
import dev.wings.server.table.TableRef;
import dev.wings.server.table.TableSnapshot;
import dev.wings.server.table.Tables;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.jspecify.annotations.Nullable;

/// Describes and runs queries, a bounded number at once, each within limits of time and memory.
///
/// A query goes through two engines: in one for planning it is checked and planned over empty tables, in one
/// for running it runs over the rows. A query that only picks columns of a topic needs neither: its batches are
/// sent as they are read. A query that only counts rows reads none.
///
/// Queries that only read tables of the schema `system` have a few engines and a short queue of their own:
/// whoever wants to know why queries are waiting does not wait behind them.
public final class Queries implements AutoCloseable {

    /// How long a statement may be, in UTF-8.
    public static final int MAX_STATEMENT_BYTES = SqlText.MAX_BYTES;

    private static final int MAX_ATTEMPTS = 3;

    private static final long SYSTEM_MEMORY_BYTES = 128L << 20;

    private static final Duration STOP_AGAIN_AFTER = Duration.ofMillis(50);

    /// How soon it is noticed that another query has come to wait.
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);

    private final EngineFactory factory;
    private final Tables tables;
    private final Limits limits;
    private final BufferAllocator allocator;
    private final Scheduler scheduler;
    private final InstantSource clock;
    private final QueryLog log;
    private final Planning planning;
    private final EnginePool runners;
    private final EnginePool systemRunners;
    private final QueryMetrics metrics;
    private final PlanBudget planBudget;
    private final Announcements announcements;

    /// @param concurrent how many queries run at once
    /// @param queued how many queries of one tenant wait for others at most
    /// @param queueTimeout how long they wait
    /// @param timeout the time of a query, from its start until its last row is taken
    /// @param threads how many threads one query computes with
    /// @param memoryBytes the memory that one query computes with; when it needs more, it spills to disk
    /// @param readMemoryBytes the memory that one query's rows may take between the object store and the
    ///     engine, or the client
    /// @param planMemoryBytes the memory for what one query, or all of one tenant, gather before their first row
    /// @param temporaryBytes how much one query may spill
    /// @param readerTimeout a query whose client takes no rows for so long ends when another one waits for its
    ///     place
    public record Limits(
            int concurrent,
            int queued,
            Duration queueTimeout,
            Duration timeout,
            int threads,
            long memoryBytes,
            long readMemoryBytes,
            long planMemoryBytes,
            long temporaryBytes,
            Duration readerTimeout) {}

    /// @param factory opens engines; it is closed after this
    /// @param allocator the parent of the queries' allocators
    /// @param directory the directory for what queries spill; it exists
    /// @param segments the directory where the files that queries read can be linked; it exists
    public Queries(
            EngineFactory factory,
            Tables tables,
            Limits limits,
            BufferAllocator allocator,
            World world,
            QueryLog log,
            Path directory,
            Path segments,
            MeterRegistry registry) {
        this.factory = factory;
        this.tables = tables;
        this.limits = limits;
        this.allocator = allocator;
        this.scheduler = world.scheduler();
        this.clock = world.clock();
        this.log = log;
        this.planning = new Planning(factory, tables, limits.queueTimeout(), allocator, world, directory);
        this.runners = new EnginePool(
                factory,
                scheduler,
                Engine.Purpose.RUNNING,
                new EnginePool.Limits(
                        limits.concurrent(),
                        limits.queued(),
                        limits.queueTimeout(),
                        limits.threads(),
                        limits.memoryBytes(),
                        limits.readMemoryBytes() / 2,
                        limits.temporaryBytes()),
                directory,
                Optional.of(segments));
        this.systemRunners = new EnginePool(
                factory,
                scheduler,
                Engine.Purpose.SYSTEM,
                new EnginePool.Limits(
                        limits.concurrent(),
                        limits.queued(),
                        limits.queueTimeout(),
                        1,
                        Math.min(limits.memoryBytes(), SYSTEM_MEMORY_BYTES),
                        limits.readMemoryBytes() / 2,
                        limits.temporaryBytes()),
                directory,
                Optional.empty());
        this.metrics = new QueryMetrics(registry);
        this.announcements = new Announcements(planning, tables, clock, limits.timeout());
        this.planBudget = new PlanBudget(limits.planMemoryBytes());
        metrics.watch(runners, "topics");
        metrics.watch(systemRunners, "system");
        metrics.watch(planning.engines(), "planning");
    }

    /// Opens engines in advance. If this fails, the machine is the reason: no library, no memory, no disk.
    public void warmUp() {
        factory.prepare(2);
        planning.warmUp();
        runners.warmUp(ResourceId.DEFAULT);
    }

    /// Returns the budget for what queries, and listings, gather.
    public PlanBudget planBudget() {
        return planBudget;
    }

    /// Checks a query over the tables as they are now and tells its shape; nothing is read.
    public Description describe(QueryRequest request) {
        return announcements.describe(request);
    }

    /// Whether a query uses a view of this name, by itself or by another view.
    public boolean usesView(QueryRequest request, TableRef view) {
        return planning.recentPlan(request).uses(view);
    }

    /// Does the same for a query whose rows are likely to be asked for next. If that happens soon, they are the
    /// rows of this moment.
    public Description announce(QueryRequest request) {
        return announcements.announce(request);
    }

    /// Does the same for a query that was planned before, if its plan is still known.
    public Optional<Description> announceAgain(QueryRequest request) {
        return planning.isKept(request) ? Optional.of(announce(request)) : Optional.empty();
    }

    /// Takes up a query, which needs a thread next. From now on it is listed and can be cancelled; [#run] or
    /// [#drop] ends it.
    public RunningQuery admit(QueryRequest request) {
        RunningQuery query = new RunningQuery(request, clock);
        log.add(query);
        return query;
    }

    /// Ends a query that gets no thread.
    public void drop(RunningQuery query, Throwable failure) {
        end(query, failure);
    }

    private void end(RunningQuery query, @Nullable Throwable failure) {
        query.finish(failure);
        metrics.ended(query.info(), failure);
        log.remove(query);
    }

    /// Runs a query and gives its rows to `sink`. Blocks until the last row is taken; the calling thread is a
    /// platform thread of the query's own.
    public void run(RunningQuery query, ResultSink sink) {
        QueryRequest request = query.request();
        Optional<UpcomingQueries.Taken> taken = announcements.take(request.id());
        Scheduler.Timer timer = scheduler.schedule(
                taken.map(announcements::timeLeft).orElse(limits.timeout()),
                () -> stop(
                        query,
                        new WingsException(
                                ErrorKind.DEADLINE,
                                "the query took too long: limit="
                                        + limits.timeout().toSeconds() + "s")));
        Throwable failure = null;
        try {
            query.runHere();
            QueryPlan plan = planning.recentPlan(request);
            EnginePool engines = plan.ofSystemOnly() ? systemRunners : runners;
            try (FairPlaces.Place place = engines.acquire(request.tenant())) {
                query.begin(() -> engines.waiting() > 0);
                // A query that asks for the time means the time of its run, but a plan leaves out rows by its
                // own time.
                boolean outdated = place.waited() && !plan.query().timeless();
                QueryPlan latest = outdated ? planning.plan(request) : plan;
                run(query, latest, taken.filter(announcements::isYoung), new EngineRuns(engines), sink);
            }
        } catch (Throwable t) {
            failure = reason(query, t);
            if (failure instanceof WingsException known) {
                throw known;
            }
            throw new IllegalStateException("a query failed: query=" + request.id(), failure);
        } finally {
            timer.cancel();
            end(query, failure);
        }
    }

    /// Tells that a query waits from now on for its client to take rows, until the timer is cancelled. It may
    /// wait for as long as nobody else waits for its place, and no longer than a query may take.
    public Scheduler.Timer readerWaits(RunningQuery query) {
        return new ReaderWatch(query);
    }

    private final class ReaderWatch implements Scheduler.Timer {
        private final RunningQuery query;
        private Scheduler.Timer timer;
        private boolean cancelled;

        ReaderWatch(RunningQuery query) {
            this.query = query;
            this.timer = scheduler.schedule(limits.readerTimeout(), this::look);
        }

        private synchronized void look() {
            if (cancelled) {
                return;
            }
            if (query.isWanted()) {
                stop(
                        query,
                        new WingsException(
                                ErrorKind.DEADLINE,
                                "the client took no rows while others waited to run their queries: limit="
                                        + limits.readerTimeout()));
            } else {
                Duration pause = limits.readerTimeout();
                timer = scheduler.schedule(pause.compareTo(LOOK_AGAIN) < 0 ? pause : LOOK_AGAIN, this::look);
            }
        }

        @Override
        public synchronized void cancel() {
            cancelled = true;
            timer.cancel();
        }
    }

    /// Makes a query fail with CANCELLED, unless it is finished.
    public void cancel(RunningQuery query) {
        stop(query, new WingsException(ErrorKind.CANCELLED, "the query was cancelled"));
    }

    /// Makes the running queries of a tenant with this id fail with CANCELLED. Returns whether there was any
    /// here.
    public boolean cancel(String tenant, String id) {
        List<RunningQuery> found = log.running().stream()
                .filter(query -> query.request().tenant().equals(tenant)
                        && query.request().id().equals(id))
                .toList();
        found.forEach(this::cancel);
        return !found.isEmpty();
    }

    /// Makes all queries fail with UNAVAILABLE and waits until they have released their engines.
    @Override
    public void close() {
        for (RunningQuery query : log.running()) {
            stop(query, WingsException.unavailable("the server is stopping", null));
        }
        planning.close();
        try {
            close(runners);
        } finally {
            close(systemRunners);
        }
    }

    private static void close(EnginePool engines) {
        try {
            engines.drain(STOP_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            engines.close();
        }
    }

    private void stop(RunningQuery query, WingsException reason) {
        query.stop(reason);
        if (!query.isFinished()) {
            scheduler.schedule(STOP_AGAIN_AFTER, () -> stop(query, reason));
        }
    }

    private void run(
            RunningQuery query,
            QueryPlan recent,
            Optional<UpcomingQueries.Taken> taken,
            EngineRuns engineRuns,
            ResultSink sink) {
        query.check();
        QueryRequest request = query.request();
        try (BufferAllocator rows = allocator.newChildAllocator("query " + request.id(), 0, limits.readMemoryBytes());
                OpenedQuery opened = open(request, recent, taken, rows)) {
            query.check();
            Optional<DirectResult> direct = opened.plan().direct().filter(result -> opened.isOnlyBatches());
            if (opened.plan().query().isExplain()) {
                explain(query, opened, engineRuns, rows, sink);
            } else if (direct.isPresent()) {
                ArrowTable table = opened.sources().values().iterator().next().batches();
                Projections.run(
                        query, table, direct.get(), opened.plan().description().columns(), rows, sink);
            } else if (opened.count().isPresent()) {
                OwnResults.sendCount(
                        query,
                        opened.plan().description().columns().orElseThrow(),
                        opened.count().get(),
                        rows,
                        sink);
            } else {
                engineRuns.run(query, opened, rows, sink);
            }
        }
    }

    private void explain(
            RunningQuery query, OpenedQuery opened, EngineRuns engineRuns, BufferAllocator rows, ResultSink sink) {
        boolean run = opened.plan().query().explain() == ParsedQuery.Explain.RUN;
        // The lines are made before the query runs: what is cached then was not fetched for it.
        List<String> lines = new ArrayList<>(Explanation.lines(opened.sources()));
        Instant start = clock.instant();
        String plan;
        if (opened.count().isPresent()) {
            plan = Explanation.COUNT;
        } else if (run) {
            plan = engineRuns.analyze(query, opened, rows);
        } else {
            plan = engineRuns.explain(query, opened, rows);
        }
        if (run) {
            lines.addFirst("time=" + Duration.between(start, clock.instant()).toMillis() + " ms");
        }
        lines.addAll(plan.lines().toList());
        OwnResults.sendLines(lines, rows, sink);
    }

    /// Opens the sources of a query. The plan may be about tables that have changed since, or they may change
    /// right now: the snapshot tells.
    private OpenedQuery open(
            QueryRequest request, QueryPlan recent, Optional<UpcomingQueries.Taken> taken, BufferAllocator rows) {
        QueryPlan plan = recent;
        Optional<TableSnapshot> snapshot = taken.map(UpcomingQueries.Taken::snapshot);
        for (int attempt = 1; ; attempt++) {
            PlanMemory memory = planBudget.open(request.tenant());
            boolean opened = false;
            try {
                OpenedQuery query = new OpenedQuery(
                        plan,
                        tables.open(request.tenant(), plan.needs(request.parameters()), snapshot, rows, memory),
                        memory);
                opened = true;
                return query;
            } catch (WingsException e) {
                if (!Planning.isChange(e) || attempt == MAX_ATTEMPTS) {
                    throw e;
                }
            } finally {
                if (!opened) {
                    memory.close();
                }
            }
            plan = planning.plan(request);
            snapshot = Optional.empty();
        }
    }

    /// Returns why a query has failed. If it was stopped, the reason is why it was stopped, whatever broke
    /// because of it.
    private Throwable reason(RunningQuery query, Throwable failure) {
        Optional<WingsException> stopped = query.stopReason();
        if (stopped.isPresent()) {
            if (failure != stopped.get()) {
                stopped.get().addSuppressed(failure);
            }
            return stopped.get();
        }
        return switch (failure) {
            case DuckDbException e -> Failures.of(e);
            case OutOfMemoryException e ->
                new WingsException(
                        ErrorKind.EXHAUSTED,
                        "rows of the query need more memory at once than they may have: raise "
                                + "WINGS_SERVER_READ_MEMORY_BYTES, or read smaller values: limit="
                                + limits.readMemoryBytes(),
                        e);
            case InterruptedException e -> {
                Thread.currentThread().interrupt();
                yield new WingsException(ErrorKind.CANCELLED, "the query was interrupted", e);
            }
            default -> failure;
        };
    }
}
