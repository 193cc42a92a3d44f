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
package dev.wings.server.plan;

import dev.wings.common.duckdb.DuckDbException;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import dev.wings.common.resource.ResourceId;
import dev.wings.common.rpc.ActingTenant;
import dev.wings.common.time.Scheduler;
import dev.wings.common.time.World;
import dev.wings.server.engine.Engine;
import dev.wings.server.engine.EngineFactory;
import dev.wings.server.engine.EnginePool;
import dev.wings.server.engine.LocalEngines;
import dev.wings.server.engine.SqlEngine;
import dev.wings.server.sql.Failures;
import dev.wings.server.sql.Gate;
import dev.wings.server.sql.ParsedQuery;
import dev.wings.server.table.SqlTable;
import dev.wings.server.table.TableRef;
import dev.wings.server.table.Tables;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// Checks queries and plans them over empty tables, a bounded number at once. Tenants take turns.
///
/// A client asks for a query twice, for its columns and for its rows, and asks for a prepared one again and
/// again. So plans are kept, unless the same text would be planned differently at another time.
public final class Planning implements AutoCloseable {

    /// How many threads plan. Part of the work is native and would pin the carriers of virtual threads.
    private static final int THREADS = 4;

    /// How many queries of one tenant wait at most.
    private static final int MAX_WAITING = 256;

    /// How long planning may take: constants are folded while a query is planned, which can take any time.
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private static final Duration STOP_AGAIN_AFTER = Duration.ofMillis(50);

    /// After so many interrupts the engine is killed.
    private static final int MAX_INTERRUPTS = 20;

    private static final long MAX_SHAPE_BYTES = 16L << 20;

    private static final int MAX_KEPT_PLANS = 1000;

    private static final long MAX_KEPT_BYTES = 16L << 20;

    private final Tables tables;
    private final BufferAllocator allocator;
    private final Scheduler scheduler;
    private final EnginePool engines;
    private final ExecutorService threads;
    private final PlanCache kept = new PlanCache(MAX_KEPT_PLANS, MAX_KEPT_BYTES);

    /// @param factory opens engines
    /// @param queueTimeout how long a query waits for its tenant's turn
    public Planning(
            EngineFactory factory,
            Tables tables,
            Duration queueTimeout,
            BufferAllocator allocator,
            World world,
            Path directory) {
        this.tables = tables;
        this.scheduler = world.scheduler();
        this.allocator = allocator;
        this.engines = new EnginePool(
                factory,
                scheduler,
                Engine.Purpose.PLANNING,
                new EnginePool.Limits(THREADS, MAX_WAITING, queueTimeout, 1, 256L << 20, 0, 64L << 20),
                directory,
                Optional.empty());
        // one thread for each place
        this.threads = world.threads().pool("sql-plan", LocalEngines.STACK_BYTES);
    }

    /// Returns the engines, for whoever counts them.
    public EnginePool engines() {
        return engines;
    }

    public void warmUp() {
        engines.warmUp(ResourceId.DEFAULT);
    }

    /// Plans a query over the tables as they were last seen. The reader notices if they have changed.
    public QueryPlan plan(QueryRequest request) {
        Optional<QueryPlan> known = kept.find(request);
        if (known.isPresent() && isAsSeen(request.tenant(), known.get())) {
            return known.get();
        }
        QueryPlan plan = inEngine(request, engine -> plan(engine, request));
        if (plan.query().timeless()) {
            kept.put(request, plan);
        }
        return plan;
    }

    /// Whether tables are as they were last seen, and views as they are now: who reads notices a change of
    /// tables only.
    private boolean isAsSeen(String tenant, QueryPlan plan) {
        try {
            return isAsKnown(tenant, plan);
        } catch (WingsException e) {
            // who plans anew says which view it is of whose table is gone
            if (isChange(e) && !plan.views().isEmpty()) {
                return false;
            }
            throw e;
        }
    }

    private boolean isAsKnown(String tenant, QueryPlan plan) {
        return plan.tables().equals(tables.resolve(tenant, plan.query().tables()))
                && plan.views().stream()
                        .allMatch(use -> tables.findView(tenant, use.view().ref())
                                .filter(use.view()::equals)
                                .isPresent());
    }

    /// Does the same, or returns a plan that was made over tables as they were seen before.
    public QueryPlan recentPlan(QueryRequest request) {
        return kept.find(request).filter(plan -> plan.views().isEmpty()).orElseGet(() -> plan(request));
    }

    public boolean isKept(QueryRequest request) {
        return kept.find(request).isPresent();
    }

    /// Stops what is being planned. After this, nobody may ask for a plan.
    @Override
    public void close() {
        threads.shutdownNow();
        engines.close();
    }

    private QueryPlan plan(Engine engine, QueryRequest request) {
        ParsedQuery parsed = Gate.check(engine.duckDb(), request.sql(), request.schema());
        NamedTables found = NamedTables.of(engine.duckDb(), tables, request.tenant(), parsed);
        try {
            return plan(engine, request, found);
        } catch (WingsException | DuckDbException e) {
            boolean ofStatement =
                    !(e instanceof DuckDbException known) || known.kind() == DuckDbException.Kind.STATEMENT;
            if (!ofStatement || isCurrent(found.tables())) {
                throw e;
            }
        }
        return plan(engine, request, NamedTables.of(engine.duckDb(), tables, request.tenant(), parsed));
    }

    /// Whether tables still are what they were last seen as: a query that is wrong for those may be right for
    /// the tables of now.
    private boolean isCurrent(Map<TableRef, SqlTable> found) {
        try {
            tables.check(found.values());
            return true;
        } catch (WingsException e) {
            return !isChange(e);
        }
    }

    /// Whether a failure may say that a table is no longer what it was seen as.
    public static boolean isChange(WingsException e) {
        return e.kind() == ErrorKind.CONFLICT || e.kind() == ErrorKind.NOT_FOUND;
    }

    private QueryPlan plan(Engine engine, QueryRequest request, NamedTables named) {
        Map<TableRef, SqlTable> found = named.tables();
        ParsedQuery query = TableDescription.complete(named.query(), found);
        Optional<DirectResult> direct = query.projection()
                .filter(ignored -> request.timeZone().equals(QueryRequest.UTC))
                .flatMap(projection ->
                        DirectResult.of(projection, found.values().iterator().next()));
        if (direct.isPresent()) {
            Schema columns = ResultColumns.described(direct.get().schema(), query, found);
            return new QueryPlan(
                    query,
                    found,
                    named.views(),
                    new Description(Optional.of(columns), List.of()),
                    direct,
                    TableScans.NONE);
        }
        Map<TableRef, String> views = new LinkedHashMap<>();
        named.views().forEach(use -> views.put(use.view().ref(), use.statement()));
        engine.declare(found, views, request.schema(), request.timeZone());
        Description description = describe(engine, query, found);
        BoundPlan.check(engine, query);
        return new QueryPlan(
                query, found, named.views(), description, Optional.empty(), Planner.plan(engine, query, found));
    }

    private Description describe(Engine engine, ParsedQuery query, Map<TableRef, SqlTable> found) {
        try (BufferAllocator shapes = allocator.newChildAllocator("describe", 0, MAX_SHAPE_BYTES)) {
            Description known;
            try (SqlEngine.Prepared statement = engine.duckDb().prepare(query.sql())) {
                known = new Description(statement.columns(shapes), statement.parameters(shapes));
            }
            Description shape = ParameterTypes.refined(engine, query, known, shapes);
            return new Description(
                    query.isExplain()
                            ? Optional.of(ResultColumns.described(Explanation.SCHEMA))
                            : shape.columns().map(columns -> ResultColumns.described(columns, query, found)),
                    shape.parameters());
        }
    }

    /// Waits for a place, and gives it to the thread that plans, since the caller may lose patience. An engine
    /// holds no rows; but when a statement has killed an engine, the next caller has to wait for a new one, and
    /// that must not be another tenant.
    private <T> T inEngine(QueryRequest request, Function<Engine, T> work) {
        EngineInUse inUse = new EngineInUse();
        FairPlaces.Place place = acquire(request.tenant());
        Future<T> result = submit(place, () -> inEngine(request, work, inUse));
        Scheduler.Timer timeout = scheduler.schedule(TIMEOUT, () -> {
            stop(inUse);
            result.cancel(true);
        });
        try {
            return result.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof WingsException known) {
                throw known;
            }
            throw new IllegalStateException("a query cannot be planned", e.getCause());
        } catch (CancellationException e) {
            throw new WingsException(
                    ErrorKind.DEADLINE,
                    "planning the query took too long, the control plane may be slow or away: limit="
                            + TIMEOUT.toSeconds() + "s",
                    e);
        } catch (InterruptedException e) {
            stop(inUse);
            result.cancel(true);
            Thread.currentThread().interrupt();
            throw new WingsException(ErrorKind.CANCELLED, "interrupted while a query was planned", e);
        } finally {
            timeout.cancel();
        }
    }

    /// Stops an engine. One that is between two statements does not notice an interrupt, so that it is
    /// interrupted until it is given back.
    private void stop(EngineInUse inUse) {
        if (inUse.interrupt()) {
            scheduler.schedule(STOP_AGAIN_AFTER, () -> stop(inUse));
        }
    }

    private FairPlaces.Place acquire(String tenant) {
        try {
            return engines.acquire(tenant);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WingsException(ErrorKind.CANCELLED, "interrupted while a query waited to be planned", e);
        }
    }

    /// The place is given back when the work is done.
    private <T> Future<T> submit(FairPlaces.Place place, Callable<T> plan) {
        FutureTask<T> task = new FutureTask<>(plan);
        try {
            threads.execute(ActingTenant.working(place.owner(), () -> {
                try (place) {
                    task.run();
                }
            }));
            return task;
        } catch (RejectedExecutionException e) {
            place.close();
            throw WingsException.unavailable("the server is stopping", e);
        }
    }

    private <T> T inEngine(QueryRequest request, Function<Engine, T> work, EngineInUse inUse) {
        String tenant = request.tenant();
        Engine engine = engines.take(tenant);
        boolean usable = false;
        try {
            inUse.begin(engine);
            T answer = work.apply(engine);
            usable = true;
            return answer;
        } catch (DuckDbException e) {
            usable = e.kind() == DuckDbException.Kind.STATEMENT;
            throw Failures.of(e, request.sql());
        } catch (WingsException e) {
            usable = true;
            throw e;
        } finally {
            inUse.end();
            if (usable && engine.isUsable()) {
                engines.giveBack(tenant, engine);
            } else {
                engine.close();
            }
        }
    }

    /// The engine that works for one caller, who may lose patience.
    private static final class EngineInUse {

        private @Nullable Engine engine;
        private boolean stopped;
        private int interrupts;

        synchronized void begin(Engine next) {
            if (stopped) {
                throw new WingsException(ErrorKind.CANCELLED, "nobody waits for the plan any more");
            }
            engine = next;
        }

        synchronized void end() {
            engine = null;
        }

        /// Whether there is something to be interrupted. Nothing begins any more.
        synchronized boolean interrupt() {
            stopped = true;
            if (engine == null) {
                return false;
            }
            interrupts++;
            if (interrupts > MAX_INTERRUPTS) {
                engine.duckDb().kill();
            } else {
                engine.duckDb().interrupt(null);
            }
            return true;
        }
    }
}
