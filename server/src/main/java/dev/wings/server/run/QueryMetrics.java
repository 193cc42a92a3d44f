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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.server.engine.EnginePool;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// How many queries run and wait, how long they took and how they ended, and what they gave.
final class QueryMetrics {

    private final MeterRegistry registry;
    private final Counter rows;

    QueryMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.rows = Counter.builder("wings.query.rows")
                .description("rows given to clients")
                .register(registry);
    }

    /// @param of what the queries of this pool are about: `topics`, only `system` tables, or `planning`
    void watch(EnginePool places, String of) {
        Gauge.builder("wings.queries.running", places, EnginePool::taken)
                .description("queries that have a place and run")
                .tag("of", of)
                .register(registry);
        Gauge.builder("wings.queries.waiting", places, EnginePool::waiting)
                .description("queries that wait for a place")
                .tag("of", of)
                .register(registry);
    }

    void ended(QueryInfo query, @Nullable Throwable failure) {
        ErrorKind kind = failure instanceof WingsException known ? known.kind() : ErrorKind.INTERNAL;
        Timer.builder("wings.queries")
                .description("from the start of a query to its last row, waiting included, by how it ended")
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofMinutes(5))
                .tag("outcome", failure == null ? "ok" : kind.name().toLowerCase(Locale.ROOT))
                .register(registry)
                .record(Duration.between(query.startTime(), query.endTime().orElseThrow()));
        rows.increment((double) query.rows());
    }
}
