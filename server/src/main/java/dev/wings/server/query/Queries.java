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
package dev.wings.server.query;

import dev.wings.common.duckdb.ArrowTable;
import dev.wings.common.duckdb.DuckDbException;
import dev.wings.common.duckdb.Results;
import dev.wings.common.duckdb.Statement;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.resource.ResourceId;
import dev.wings.common.time.Scheduler;
import dev.wings.server.table.SqlColumn;
import dev.wings.server.table.SqlTable;
import dev.wings.server.table.TableNeeds;
import dev.wings.server.table.TableRef;
import dev.wings.server.table.Tables;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// Describes and runs queries, a bounded number at once, each within limits of time and memory.
///
/// A query goes through two engines: in a planning one it is checked and planned over empty tables, in a running one
/// it runs over the rows. A query that only picks columns of a topic needs neither: its batches go out as they are
/// read.
public final class Queries implements AutoCloseable {

    /// Part of the work is native and would pin the carriers of virtual threads.
    private static final int PLANNING_THREADS = 4;

    private static final int MAX_WAITING_PLANS = 1024;

    /// Planning engines hold no rows, so that all share them.
    private static final String ANYBODY = "";

    /// Constants are folded while a query is planned, which can take any time.
    private static final Duration PLANNING_TIMEOUT = Duration.ofSeconds(20);

    private static final int MAX_ATTEMPTS = 3;

    private static final Duration STOP_AGAIN_AFTER = Duration.ofMillis(50);

    private final Tables tables;
    private final Limits limits;
    private final BufferAllocator allocator;
    private final Scheduler scheduler;
    private final InstantSource clock;
    private final QueryLog log;
    private final EnginePool planners;
    private final EnginePool runners;
    private final ExecutorService planning;

    /// @param concurrent queries that run at once
    /// @param queued queries that wait for others at most
    /// @param queueTimeout how long they wait
    /// @param timeout of a query, from its start until its last row is taken
    /// @param threads that one query computes with
    /// @param memoryBytes that one query computes with; beyond, it spills to disk
    /// @param readMemoryBytes that one query's rows may take between the object store and the engine, or the client
    /// @param temporaryBytes that one query may spill
    public record Limits(
            int concurrent,
            int queued,
            Duration queueTimeout,
            Duration timeout,
            int threads,
            long memoryBytes,
            long readMemoryBytes,
            long temporaryBytes) {}

    /// The shape of a query.
    ///
    /// @param columns of the result; empty if they depend on the values of parameters
    public record Description(Optional<Schema> columns, List<Field> parameters) {}

    /// @param allocator parent of the queries' allocators
    /// @param directory for what queries spill; exists
    public Queries(
            Tables tables,
            Limits limits,
            BufferAllocator allocator,
            Scheduler scheduler,
            InstantSource clock,
            QueryLog log,
            Path directory) {
        this.tables = tables;
        this.limits = limits;
        this.allocator = allocator;
        this.scheduler = scheduler;
        this.clock = clock;
        this.log = log;
        this.planners = new EnginePool(
                Engine.Purpose.PLANNING,
                new EnginePool.Limits(
                        PLANNING_THREADS, limits.queued(), limits.queueTimeout(), 1, 128L << 20, 64L << 20),
                directory);
        this.runners = new EnginePool(
                Engine.Purpose.RUNNING,
                new EnginePool.Limits(
                        limits.concurrent(),
                        limits.queued(),
                        limits.queueTimeout(),
                        limits.threads(),
                        limits.memoryBytes(),
                        limits.temporaryBytes()),
                directory);
        this.planning = new ThreadPoolExecutor(
                PLANNING_THREADS,
                PLANNING_THREADS,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MAX_WAITING_PLANS),
                Thread.ofPlatform().name("sql-plan-", 0).daemon().factory());
    }

    /// Opens engines in advance. Its failure is that of the machine: no library, no memory, no disk.
    public void warmUp() {
        planners.warmUp(ANYBODY);
        runners.warmUp(ResourceId.DEFAULT);
    }

    /// Checks a query and tells its shape; nothing is read.
    public Description describe(QueryRequest request) {
        return inPlanner(engine -> {
            ParsedQuery query = Gate.check(engine, request.sql(), request.schema());
            Map<TableRef, SqlTable> found = tables.resolve(request.tenant(), query.tables());
            Optional<Description> direct = direct(query, found)
                    .map(columns -> new Description(
                            Optional.of(new Schema(
                                    columns.stream().map(Shown::field).toList())),
                            List.of()));
            return direct.orElseGet(() -> declared(engine, found, request.schema(), () -> {
                try (BufferAllocator shapes = allocator.newChildAllocator("describe", 0, 16L << 20);
                        Statement statement = engine.duckDb().prepare(query.sql())) {
                    return new Description(statement.columns(shapes), statement.parameters(shapes));
                }
            }));
        });
    }

    /// Runs a query and gives its rows to `sink`. Blocks until the last row is taken, on a platform thread of its own.
    public void run(QueryRequest request, ResultSink sink) {
        RunningQuery query = new RunningQuery(request, clock);
        log.add(query);
        Scheduler.Timer timer = scheduler.schedule(
                limits.timeout(),
                () -> stop(
                        query,
                        new WingsException(
                                ErrorKind.DEADLINE,
                                "the query took too long: limit="
                                        + limits.timeout().toSeconds() + "s")));
        Throwable failure = null;
        try {
            runners.acquire();
            try {
                query.begin();
                runWithRetry(query, sink);
            } finally {
                runners.release();
            }
        } catch (Throwable t) {
            failure = reason(query, t);
            if (failure instanceof WingsException known) {
                throw known;
            }
            throw new IllegalStateException("a query failed: query=" + request.id(), failure);
        } finally {
            timer.cancel();
            query.finish(failure);
            log.remove(query);
        }
    }

    /// Makes the running queries of a tenant with this id fail with CANCELLED; whether there was any here.
    public boolean cancel(String tenant, String id) {
        List<RunningQuery> found = log.running().stream()
                .filter(query -> query.request().tenant().equals(tenant)
                        && query.request().id().equals(id))
                .toList();
        found.forEach(query -> stop(query, new WingsException(ErrorKind.CANCELLED, "the query was cancelled")));
        return !found.isEmpty();
    }

    /// Makes all queries fail with UNAVAILABLE and waits until they have let go of their engines.
    @Override
    public void close() {
        for (RunningQuery query : log.running()) {
            stop(query, WingsException.unavailable("the server is stopping", null));
        }
        planning.shutdownNow();
        for (int i = 0; i < limits.concurrent(); i++) {
            try {
                runners.acquire();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        runners.close();
        planners.close();
    }

    private void stop(RunningQuery query, WingsException reason) {
        query.stop(reason);
        if (!query.isFinished()) {
            scheduler.schedule(STOP_AGAIN_AFTER, () -> stop(query, reason));
        }
    }

    /// A topic may change between the look at its schema and the plan of its pages, before anything was sent.
    private void runWithRetry(RunningQuery query, ResultSink sink) {
        for (int attempt = 1; ; attempt++) {
            try {
                run(query, sink);
                return;
            } catch (WingsException e) {
                if (e.kind() != ErrorKind.CONFLICT || attempt == MAX_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private void run(RunningQuery query, ResultSink sink) {
        query.check();
        QueryRequest request = query.request();
        Plan plan = inPlanner(engine -> plan(engine, request));
        query.check();
        try (BufferAllocator rows = allocator.newChildAllocator("query " + request.id(), 0, limits.readMemoryBytes())) {
            if (plan.direct().isPresent()) {
                List<ArrowTable> source = tables.open(request.tenant(), List.of(plan.only()), rows);
                Schema shown = new Schema(
                        plan.direct().get().stream().map(Shown::field).toList());
                Projections.run(query, source.getFirst(), shown, plan.limit(), rows, sink);
            } else {
                runInEngine(query, plan, rows, sink);
            }
        }
    }

    private void runInEngine(RunningQuery query, Plan plan, BufferAllocator rows, ResultSink sink) {
        QueryRequest request = query.request();
        List<ArrowTable> sources =
                tables.open(request.tenant(), List.copyOf(plan.needs().values()), rows);
        Engine engine = runners.take(request.tenant());
        boolean clean = false;
        try {
            query.runIn(engine.duckDb());
            engine.add(plan.needs(), sources, request.schema(), rows);
            try (Statement statement = engine.duckDb().prepare(plan.query().sql())) {
                for (int i = 0; i < request.parameters().size(); i++) {
                    statement.bind(i + 1, request.parameters().get(i));
                }
                try (Results results = statement.execute(rows)) {
                    sink.start(results.root());
                    while (results.next()) {
                        query.check();
                        query.addRows(results.root().getRowCount());
                        sink.accept();
                    }
                }
            }
            query.leaveEngine();
            engine.clear();
            clean = true;
        } catch (DuckDbException e) {
            throw engine.duckDb()
                    .tableFailure()
                    .map(failure -> failure instanceof WingsException known
                            ? known
                            : new WingsException(ErrorKind.INTERNAL, "a scan failed", failure))
                    .orElseGet(() -> failed(e));
        } finally {
            query.leaveEngine();
            if (clean) {
                runners.giveBack(request.tenant(), engine);
            } else {
                engine.close();
            }
        }
    }

    /// What the planning engine found out.
    ///
    /// @param direct the columns of the result, if it is made without an engine
    private record Plan(ParsedQuery query, Map<TableRef, TableNeeds> needs, Optional<List<Shown>> direct) {

        TableNeeds only() {
            return needs.values().iterator().next();
        }

        long limit() {
            return query.projection().map(ParsedQuery.Projection::limit).orElse(Long.MAX_VALUE);
        }
    }

    /// A column of a table in a result.
    private record Shown(SqlColumn column, String as) {
        Field field() {
            return column.shownAs(as);
        }
    }

    private Plan plan(Engine engine, QueryRequest request) {
        ParsedQuery query = Gate.check(engine, request.sql(), request.schema());
        Map<TableRef, SqlTable> found = tables.resolve(request.tenant(), query.tables());
        Optional<List<Shown>> direct = direct(query, found);
        if (direct.isPresent()) {
            Map<TableRef, TableNeeds> needs = new LinkedHashMap<>();
            found.forEach((name, table) -> needs.put(
                    name,
                    new TableNeeds(
                            table, direct.get().stream().map(Shown::column).toList(), Map.of())));
            return new Plan(query, needs, direct);
        }
        Map<TableRef, TableNeeds> needs = declared(
                engine, found, request.schema(), () -> Planner.plan(engine, query, found, request.parameters()));
        return new Plan(query, needs, Optional.empty());
    }

    private interface Work<T> {
        T get();
    }

    private static <T> T declared(Engine engine, Map<TableRef, SqlTable> tables, String schema, Work<T> work) {
        try {
            engine.declare(tables, schema);
            return work.get();
        } finally {
            engine.clear();
        }
    }

    /// The columns of a projection whose batches can go out as they are read: all are laid out as they are shown, and
    /// none stands there twice.
    private static Optional<List<Shown>> direct(ParsedQuery query, Map<TableRef, SqlTable> tables) {
        if (query.projection().isEmpty()) {
            return Optional.empty();
        }
        SqlTable table = tables.values().iterator().next();
        List<Shown> columns = new ArrayList<>();
        for (ParsedQuery.Projection.Column wanted : query.projection().get().columns()) {
            Optional<SqlColumn> column = table.find(wanted.name());
            if (column.isEmpty()) {
                return Optional.empty();
            }
            columns.add(
                    new Shown(column.get(), wanted.as().isEmpty() ? column.get().name() : wanted.as()));
        }
        if (columns.isEmpty()) {
            table.columns().forEach(column -> columns.add(new Shown(column, column.name())));
        }
        Set<String> seen = new HashSet<>();
        boolean plain = columns.stream()
                .allMatch(shown -> shown.column().shownAsStored()
                        && seen.add(shown.column().name()));
        return plain ? Optional.of(columns) : Optional.empty();
    }

    private <T> T inPlanner(Function<Engine, T> work) {
        PlannerInUse inUse = new PlannerInUse();
        Future<T> result = submitPlan(() -> {
            planners.acquire();
            try {
                return inPlanner(work, inUse);
            } finally {
                planners.release();
            }
        });
        try {
            return result.get(PLANNING_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof WingsException known) {
                throw known;
            }
            throw new IllegalStateException("a query cannot be planned", e.getCause());
        } catch (TimeoutException e) {
            inUse.interrupt();
            result.cancel(true);
            throw new WingsException(
                    ErrorKind.DEADLINE,
                    "planning the query took too long: limit=" + PLANNING_TIMEOUT.toSeconds() + "s",
                    e);
        } catch (InterruptedException e) {
            inUse.interrupt();
            result.cancel(true);
            Thread.currentThread().interrupt();
            throw new WingsException(ErrorKind.CANCELLED, "interrupted while a query was planned", e);
        }
    }

    private <T> Future<T> submitPlan(Callable<T> plan) {
        try {
            return planning.submit(plan);
        } catch (RejectedExecutionException e) {
            throw new WingsException(ErrorKind.EXHAUSTED, "too many queries are being planned", e);
        }
    }

    private <T> T inPlanner(Function<Engine, T> work, PlannerInUse inUse) {
        Engine engine = planners.take(ANYBODY);
        boolean usable = false;
        try {
            inUse.set(engine);
            T answer = work.apply(engine);
            usable = true;
            return answer;
        } catch (DuckDbException e) {
            usable = e.kind() == DuckDbException.Kind.STATEMENT;
            throw failed(e);
        } catch (WingsException e) {
            usable = true;
            throw e;
        } finally {
            inUse.set(null);
            if (usable && engine.isClear()) {
                planners.giveBack(ANYBODY, engine);
            } else {
                engine.close();
            }
        }
    }

    /// The planning engine that works for one caller, who may lose patience.
    private static final class PlannerInUse {
        private @Nullable Engine engine;

        synchronized void set(@Nullable Engine next) {
            engine = next;
        }

        synchronized void interrupt() {
            if (engine != null) {
                engine.duckDb().interrupt();
            }
        }
    }

    /// What DuckDB's failure means to the caller.
    private static WingsException failed(DuckDbException e) {
        String message = "SQL: " + e.getMessage();
        return switch (e.kind()) {
            case STATEMENT ->
                new WingsException(
                        e.getMessage().contains(Engine.TOO_LONG) ? ErrorKind.EXHAUSTED : ErrorKind.INVALID, message, e);
            case OUT_OF_MEMORY ->
                new WingsException(ErrorKind.EXHAUSTED, "the query needs more memory or disk than it may have", e);
            case INTERRUPTED -> new WingsException(ErrorKind.CANCELLED, "the query was interrupted", e);
            case BROKEN -> new WingsException(ErrorKind.INTERNAL, message, e);
        };
    }

    /// The failure of a query that was stopped is why it was stopped, whatever broke because of it.
    private static Throwable reason(RunningQuery query, Throwable failure) {
        Optional<WingsException> stopped = query.stopReason();
        if (stopped.isPresent()) {
            if (failure != stopped.get()) {
                stopped.get().addSuppressed(failure);
            }
            return stopped.get();
        }
        return switch (failure) {
            case DuckDbException e -> failed(e);
            case OutOfMemoryException e ->
                new WingsException(ErrorKind.EXHAUSTED, "the query needs more memory than it may have", e);
            case InterruptedException e -> {
                Thread.currentThread().interrupt();
                yield new WingsException(ErrorKind.CANCELLED, "the query was interrupted", e);
            }
            default -> failure;
        };
    }
}
