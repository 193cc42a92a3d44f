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
import org.jspecify.annotations.Nullable;

/// Counts what a query, or a listing, gathers in memory before its first row: pages, rows of system tables, topics.
/// About: what they hold is counted, not measured. For one thread.
public final class PlanMemory {

    /// What an object takes, with a reference to it.
    private static final long OBJECT_BYTES = 24;

    private final long limitBytes;
    private long bytes;

    /// @param limitBytes beyond which the query is refused
    public PlanMemory(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /// Called before more is held. EXHAUSTED, with the limit and its setting, if it is too much.
    ///
    /// @param what it is, in the plural, for the message
    public void add(long more, String what) {
        bytes += more;
        if (bytes > limitBytes) {
            throw WingsException.exhausted("what the query is about does not fit into its memory, ask for less of it or"
                    + " raise WINGS_SERVER_PLAN_MEMORY_BYTES: too_many=" + what + ", limit_bytes=" + limitBytes);
        }
    }

    /// About what the values of a row take, or of a list.
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

    /// What was counted so far.
    public long bytes() {
        return bytes;
    }
}
