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

import dev.wings.server.plan.QueryPlan;
import dev.wings.server.table.PlanMemory;
import dev.wings.server.table.SegmentSource;
import dev.wings.server.table.TableRef;
import dev.wings.server.table.TableSource;
import java.util.Map;
import java.util.Optional;

/// A query with the snapshot that it reads.
///
/// @param memory the memory that the sources take, until this is closed
record OpenedQuery(QueryPlan plan, Map<TableRef, TableSource> sources, PlanMemory memory) implements AutoCloseable {

    boolean isOnlyBatches() {
        return sources.values().stream().allMatch(source -> source.segments().isEmpty());
    }

    /// Returns the answer of a query that only counts rows, if it is known without reading them.
    Optional<Long> count() {
        return plan.query().onlyCounts() ? sources.values().iterator().next().rows() : Optional.empty();
    }

    /// Whether it reads rows of a topic.
    boolean readsTopics() {
        return sources.values().stream().anyMatch(source -> source.segments().isPresent() || source.pages() > 0);
    }

    @Override
    public void close() {
        memory.close();
    }

    long fetchAll() {
        return sources.values().stream()
                .flatMap(source -> source.segments().stream())
                .mapToLong(SegmentSource::fetchAll)
                .sum();
    }
}
