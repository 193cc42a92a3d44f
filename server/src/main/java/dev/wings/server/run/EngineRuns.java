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

import dev.wings.common.duckdb.DuckDbException;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.server.engine.Engine;
import dev.wings.server.engine.EnginePool;
import dev.wings.server.engine.SqlEngine;
import dev.wings.server.plan.QueryPlan;
import dev.wings.server.plan.QueryRequest;
import dev.wings.server.plan.ResultColumns;
import dev.wings.server.sql.Failures;
import dev.wings.server.table.TableRef;
import dev.wings.server.table.TableSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs one query over its rows, in an engine of a pool in which the caller holds a place.
final class EngineRuns {

    private static final Logger LOG = LoggerFactory.getLogger(EngineRuns.class);

    private final EnginePool engines;
    private boolean narrow;

    EngineRuns(EnginePool engines) {
        this.engines = engines;
    }

    /// Returns the engine's plan of a query, which is not run.
    String explain(RunningQuery query, OpenedQuery opened, BufferAllocator rows) {
        Map<TableRef, TableSource> sources = new LinkedHashMap<>();
        opened.sources().forEach((name, source) -> sources.put(name, source.forPlanning()));
        return plan(query, "EXPLAIN ", opened, sources, rows);
    }

    /// Returns the engine's plan of a query that was run, with what each of its parts took. The rows are
    /// dropped.
    String analyze(RunningQuery query, OpenedQuery opened, BufferAllocator rows) {
        StringBuilder plan = new StringBuilder();
        runWhole(query, opened, () -> false, () -> {
            // the query may be run once more
            plan.setLength(0);
            plan.append(plan(query, "EXPLAIN ANALYZE ", opened, opened.sources(), rows));
        });
        return plan.toString();
    }

    private String plan(
            RunningQuery query,
            String how,
            OpenedQuery opened,
            Map<TableRef, TableSource> sources,
            BufferAllocator rows) {
        StringBuilder plan = new StringBuilder();
        runInEngine(
                query, how + opened.plan().query().sql(), opened.plan(), sources, isOrdered(opened), rows, results -> {
                    // each row is a key and a value
                    while (results.next()) {
                        for (int row = 0; row < results.root().getRowCount(); row++) {
                            plan.append(results.root().getVector(1).getObject(row))
                                    .append('\n');
                        }
                    }
                });
        return plan.toString();
    }

    /// Takes the rows of an engine.
    private interface Taker {
        void take(SqlEngine.Rows results);
    }

    void run(RunningQuery query, OpenedQuery opened, BufferAllocator rows, ResultSink resultSink) {
        StartedSink sink =
                new StartedSink(resultSink, opened.plan().description().columns());
        runWhole(query, opened, sink::started, () -> runOnce(query, opened, rows, sink));
    }

    /// Runs a query, and once more if it needs more of a file. Only those parts of segments are on the local
    /// disk that the plan says are read. If the engine reads others, it finds zeros there, which it refuses;
    /// then the whole files are fetched.
    ///
    /// @param started whether the query has given rows, so that it cannot be run once more
    private void runWhole(RunningQuery query, OpenedQuery opened, BooleanSupplier started, Runnable once) {
        try {
            runInMemory(opened, started, once);
        } catch (UnreadableSegment e) {
            long missing = opened.fetchAll();
            if (started.getAsBoolean()) {
                throw missing == 0
                        ? e.lost()
                        : WingsException.unavailable(
                                "more of a segment was needed than was there: files=" + e.files, e);
            }
            // This is logged even if nothing was missing: somebody else may have fetched it just now.
            LOG.warn(
                    "a query read more of its segments than was planned: query={}",
                    query.request().id(),
                    e);
            try {
                runInMemory(opened, started, once);
            } catch (UnreadableSegment again) {
                throw again.lost();
            }
        }
    }

    /// Runs a query, and once more with one thread if memory is not enough. Each thread that reads a topic
    /// holds the last rows and the next ones, and has room for 2,048 rows of all columns between one step of
    /// the plan and the next. If a topic's values are as large as they may be, or its columns are very many,
    /// memory does not hold this for all threads, but for one it does.
    private void runInMemory(OpenedQuery opened, BooleanSupplier started, Runnable once) {
        try {
            once.run();
        } catch (WingsException e) {
            boolean another = e.kind() == ErrorKind.EXHAUSTED
                    && !narrow
                    && engines.isWide()
                    && !started.getAsBoolean()
                    && opened.readsTopics();
            if (!another) {
                throw e;
            }
            LOG.info("a query needs more memory than it has with several threads: it runs with one");
            narrow = true;
            once.run();
        }
    }

    private void runOnce(RunningQuery query, OpenedQuery opened, BufferAllocator rows, StartedSink sink) {
        runInEngine(
                query,
                opened.plan().query().sql(),
                opened.plan(),
                opened.sources(),
                isOrdered(opened),
                rows,
                results -> {
                    while (results.next()) {
                        query.check();
                        query.addRows(results.root().getRowCount());
                        sink.accept(results.root());
                    }
                    sink.end(results.root());
                });
    }

    /// Whether one thread makes the rows in their order. A query that looks for some rows of a table has all
    /// threads to the end, and gets the rows as they are found. Where there may be many rows, one thread costs
    /// less if the client takes its time.
    private static boolean isOrdered(OpenedQuery opened) {
        return !opened.plan().query().picksRows()
                || opened.sources().values().stream()
                        .noneMatch(source -> source.needs().condition().namesValues());
    }

    private void runInEngine(
            RunningQuery query,
            String sql,
            QueryPlan plan,
            Map<TableRef, TableSource> sources,
            boolean ordered,
            BufferAllocator rows,
            Taker taker) {
        QueryRequest request = query.request();
        Engine engine = narrow ? engines.openNarrow(request.tenant()) : engines.take(request.tenant());
        boolean clean = false;
        try {
            query.runIn(engine.duckDb());
            engine.add(sources, plan.viewStatements(), request.schema(), request.timeZone(), ordered, rows);
            try (SqlEngine.Prepared statement = engine.duckDb().prepare(sql)) {
                for (int i = 0; i < request.parameters().size(); i++) {
                    statement.bind(i + 1, request.parameters().get(i));
                }
                try (SqlEngine.Rows results = statement.execute(rows)) {
                    taker.take(results);
                }
            }
            query.leaveEngine();
            engine.removeRows();
            clean = true;
        } catch (DuckDbException e) {
            List<String> blamed = engine.blamedFiles(e.getMessage());
            if (!blamed.isEmpty()) {
                throw new UnreadableSegment(blamed, e);
            }
            throw engine.duckDb()
                    .tableFailure()
                    .map(failure -> failure instanceof WingsException known
                            ? known
                            : new WingsException(ErrorKind.INTERNAL, "a scan failed", failure))
                    .orElseGet(() -> Failures.of(e, request.sql()));
        } finally {
            query.leaveEngine();
            if (clean && !narrow && engine.isUsable()) {
                engines.giveBack(request.tenant(), engine);
            } else {
                engine.close();
            }
        }
    }

    /// Says that the engine cannot read a segment.
    private static final class UnreadableSegment extends RuntimeException {

        private static final long serialVersionUID = 1;

        private final transient List<String> files;

        UnreadableSegment(List<String> files, DuckDbException cause) {
            super(cause);
            this.files = files;
        }

        WingsException lost() {
            return new WingsException(ErrorKind.DATA_LOSS, "a file of a table is damaged: files=" + files, this);
        }
    }

    /// A sink that starts with the first rows, or at the end: until then, the query can be run once more.
    private static final class StartedSink {

        private final ResultSink sink;
        private final Optional<Schema> told;
        private boolean started;

        StartedSink(ResultSink sink, Optional<Schema> told) {
            this.sink = sink;
            this.told = told;
        }

        boolean started() {
            return started;
        }

        void accept(VectorSchemaRoot root) {
            end(root);
            sink.accept();
        }

        void end(VectorSchemaRoot root) {
            if (!started) {
                started = true;
                sink.start(root, ResultColumns.sent(root.getSchema(), told));
            }
        }
    }
}
