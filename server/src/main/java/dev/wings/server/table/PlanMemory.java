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
package dev.wings.server.table;

import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import org.jspecify.annotations.Nullable;

/// Counts what a query, or a listing, gathers in memory before its first row: pages, rows of system tables,
/// topics. The result is rough, because what they hold is counted and not measured. It is held until this is
/// closed, out of a [PlanBudget]. It is used by one thread.
public final class PlanMemory implements AutoCloseable {

    /// How much is taken at a time from what all share.
    private static final long STEP_BYTES = 64 << 10;

    /// How many bytes an object takes, with a reference to it.
    private static final long OBJECT_BYTES = 24;

    private final long limitBytes;
    private final FairPlaces.Place held;
    private long heldBytes;
    private long bytes;

    /// @param limitBytes how much the query may hold; it is refused if it needs more
    /// @param held the place in what all share, with nothing in it yet; it is closed with this
    PlanMemory(long limitBytes, FairPlaces.Place held) {
        this.limitBytes = limitBytes;
        this.held = held;
    }

    /// Counts more, before it is held. Fails with EXHAUSTED, naming the limit and its setting, if it is too
    /// much for this query or for all that there are now.
    ///
    /// @param what what it is, in the plural, for the message
    public void add(long more, String what) {
        bytes += more;
        if (bytes > limitBytes) {
            throw WingsException.exhausted("what the query is about does not fit into its memory, ask for less of it or"
                    + " raise WINGS_SERVER_PLAN_MEMORY_BYTES: too_many=" + what + ", limit_bytes=" + limitBytes);
        }
        if (bytes > heldBytes) {
            long step = Math.min(Math.max(bytes - heldBytes, STEP_BYTES), limitBytes - heldBytes);
            if (!held.tryGrow(step)) {
                throw WingsException.exhausted("what all queries that run now are about does not fit into the memory"
                        + " for it, ask again when others have ended, ask for less, or raise"
                        + " WINGS_SERVER_PLAN_MEMORY_BYTES: too_many=" + what + ", limit_bytes_of_a_tenant="
                        + limitBytes);
            }
            heldBytes += step;
        }
    }

    /// Returns about how many bytes the values of a row, or of a list, take.
    public static long bytesOf(@Nullable Object... values) {
        long bytes = OBJECT_BYTES;
        for (@Nullable Object value : values) {
            bytes += OBJECT_BYTES
                    + switch (value) {
                        case String text -> OBJECT_BYTES + text.length();
                        case byte[] some -> some.length;
                        case null, default -> 0;
                    };
        }
        return bytes;
    }

    /// Returns how much was counted so far.
    public long bytes() {
        return bytes;
    }

    @Override
    public void close() {
        held.close();
    }
}
