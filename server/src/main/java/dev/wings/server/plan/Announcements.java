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

import dev.wings.common.error.WingsException;
import dev.wings.server.table.Tables;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;

/// Tells the shapes of queries over the tables as they are now. The snapshots that this takes are kept for
/// whoever asks for the rows next.
public final class Announcements {

    private static final int MAX_ATTEMPTS = 3;

    /// How long a snapshot is kept: a client that asks for the rows of a query later sees the rows of that time.
    private static final Duration MAX_AGE = Duration.ofSeconds(1);

    private static final long MAX_BYTES = 8L << 20;

    private final Planning planning;
    private final Tables tables;
    private final InstantSource clock;
    private final Duration timeout;
    private final UpcomingQueries upcoming;

    /// @param timeout how long a query may take
    public Announcements(Planning planning, Tables tables, InstantSource clock, Duration timeout) {
        this.planning = planning;
        this.tables = tables;
        this.clock = clock;
        this.timeout = timeout;
        Duration part = timeout.dividedBy(10);
        this.upcoming = new UpcomingQueries(clock, MAX_AGE.compareTo(part) < 0 ? MAX_AGE : part, MAX_BYTES);
    }

    /// Checks a query over the tables as they are now and tells its shape.
    public Description describe(QueryRequest request) {
        return planned(request, plan -> tables.check(plan.tables().values())).description();
    }

    /// Does the same, and takes a snapshot for a client who reads soon.
    public Description announce(QueryRequest request) {
        return planned(request, plan -> take(request, plan)).description();
    }

    private void take(QueryRequest request, QueryPlan plan) {
        boolean bound =
                plan.description().parameters().size() == request.parameters().size();
        // A query that asks for the time needs other rows when it runs.
        if (!bound || !plan.query().timeless()) {
            tables.check(plan.tables().values());
            return;
        }
        Instant time = clock.instant();
        tables.snapshot(plan.needs(request.parameters()).values())
                .ifPresent(snapshot -> upcoming.put(request.id(), new UpcomingQueries.Taken(snapshot, time)));
    }

    /// Returns a plan that passes a check of the tables that it is about.
    private QueryPlan planned(QueryRequest request, Consumer<QueryPlan> check) {
        QueryPlan plan = planning.recentPlan(request);
        for (int attempt = 1; ; attempt++) {
            try {
                check.accept(plan);
                return plan;
            } catch (WingsException e) {
                if (!Planning.isChange(e) || attempt == MAX_ATTEMPTS) {
                    throw e;
                }
            }
            plan = planning.plan(request);
        }
    }

    /// Gives the snapshot of a query that was announced just now to the first who asks.
    public Optional<UpcomingQueries.Taken> take(String id) {
        return upcoming.take(id);
    }

    /// Whether a snapshot may still be used.
    public boolean isYoung(UpcomingQueries.Taken taken) {
        return upcoming.isYoung(taken);
    }

    /// Returns how long a query may still read: nobody may read for longer than a query's time after its
    /// snapshot, since afterwards what it reads may be gone.
    public Duration timeLeft(UpcomingQueries.Taken taken) {
        return timeout.minus(Duration.between(taken.time(), clock.instant()));
    }
}
