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

import dev.wings.common.error.WingsException;
import dev.wings.server.engine.SqlEngine;
import dev.wings.server.plan.QueryRequest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The state of one query: what it is doing, and whether it is to stop. Safe for use by many threads.
public final class RunningQuery {

    private static final int MAX_SHOWN_SQL = 2000;

    /// After so many calls to stop it, the engine is killed. The caller makes sure that they take about a
    /// second.
    private static final int MAX_STOPS = 20;

    private final QueryRequest request;
    private final InstantSource clock;
    private final Instant startTime;
    private QueryInfo.State state = QueryInfo.State.QUEUED;
    private @Nullable Instant endTime;
    private @Nullable String error;
    private long rows;
    private @Nullable WingsException stopReason;
    private int stops;
    private volatile BooleanSupplier wanted = () -> false;
    private @Nullable Thread thread;
    private @Nullable SqlEngine engine;

    RunningQuery(QueryRequest request, InstantSource clock) {
        this.request = request;
        this.clock = clock;
        this.startTime = clock.instant();
    }

    QueryRequest request() {
        return request;
    }

    /// Makes the query fail soon with `reason`, unless it has another reason already or is finished, and
    /// interrupts what it waits for. The call must be repeated until the query is finished, because an engine
    /// that is between two statements does not notice it.
    synchronized void stop(WingsException reason) {
        if (isFinished()) {
            return;
        }
        if (stopReason == null) {
            stopReason = reason;
        }
        stops++;
        if (engine != null) {
            if (stops > MAX_STOPS) {
                engine.kill();
            }
            engine.interrupt(thread);
        } else if (thread != null) {
            thread.interrupt();
        }
    }

    synchronized boolean isFinished() {
        return endTime != null;
    }

    /// Fails with the reason if the query is to stop.
    synchronized void check() {
        if (stopReason != null) {
            throw stopReason;
        }
    }

    /// Returns why the query is to stop, if it is to stop.
    synchronized Optional<WingsException> stopReason() {
        return Optional.ofNullable(stopReason);
    }

    /// Tells that the calling thread works for this query from now on.
    synchronized void runHere() {
        check();
        this.thread = Thread.currentThread();
    }

    /// Tells that the query no longer waits for others.
    ///
    /// @param wanted whether others wait for its place
    synchronized void begin(BooleanSupplier wanted) {
        state = QueryInfo.State.RUNNING;
        this.wanted = wanted;
    }

    boolean isWanted() {
        return wanted.getAsBoolean();
    }

    /// Tells that `engine` works for this query from now on.
    synchronized void runIn(SqlEngine engine) {
        check();
        this.engine = engine;
    }

    /// Tells that the engine is no longer to be interrupted.
    synchronized void leaveEngine() {
        this.engine = null;
    }

    synchronized void addRows(long count) {
        rows += count;
    }

    synchronized void finish(@Nullable Throwable failure) {
        endTime = clock.instant();
        state = failure == null ? QueryInfo.State.FINISHED : QueryInfo.State.FAILED;
        error = failure == null ? null : failure instanceof WingsException ? failure.getMessage() : "internal error";
    }

    synchronized QueryInfo info() {
        String sql = request.sql();
        return new QueryInfo(
                request.id(),
                request.tenant(),
                sql.length() <= MAX_SHOWN_SQL ? sql : sql.substring(0, MAX_SHOWN_SQL) + "...",
                state,
                startTime,
                Optional.ofNullable(endTime),
                rows,
                Optional.ofNullable(error));
    }
}
