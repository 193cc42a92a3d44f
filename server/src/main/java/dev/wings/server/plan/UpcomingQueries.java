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

import dev.wings.server.table.TableSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The snapshots of queries whose columns a client was just told: it asks for the rows next, most likely at once. Each
/// snapshot is given out once, and only for a short while. Their size is bounded; the oldest are removed first.
///
/// Safe for use by many threads.
public final class UpcomingQueries {

    private final InstantSource clock;
    private final Duration maxAge;
    private final long maxBytes;
    private final Map<String, Taken> byId = new LinkedHashMap<>();
    private long bytes;

    /// @param time when the snapshot was taken, or a little before
    public record Taken(TableSnapshot snapshot, Instant time) {}

    UpcomingQueries(InstantSource clock, Duration maxAge, long maxBytes) {
        this.clock = clock;
        this.maxAge = maxAge;
        this.maxBytes = maxBytes;
    }

    /// @param id the id of the query, which is never used again
    synchronized void put(String id, Taken taken) {
        remove(id);
        byId.put(id, taken);
        bytes += taken.snapshot().bytes();
        Iterator<Taken> oldest = byId.values().iterator();
        while (bytes > maxBytes) {
            bytes -= oldest.next().snapshot().bytes();
            oldest.remove();
        }
    }

    /// Gives the query's snapshot, unless it is too old by now.
    synchronized Optional<Taken> take(String id) {
        return remove(id).filter(this::isYoung);
    }

    boolean isYoung(Taken taken) {
        Duration age = Duration.between(taken.time(), clock.instant());
        return !age.isNegative() && age.compareTo(maxAge) <= 0;
    }

    private Optional<Taken> remove(String id) {
        Taken taken = byId.remove(id);
        if (taken != null) {
            bytes -= taken.snapshot().bytes();
        }
        return Optional.ofNullable(taken);
    }
}
