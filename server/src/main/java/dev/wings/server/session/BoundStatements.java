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
package dev.wings.server.session;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// The values that were last bound to prepared statements, for clients that bind values and then ask with the
/// handle that they had before. (Other clients carry the values in the handle that binding has given them, and
/// can use any server.)
///
/// Their size is bounded: the oldest are forgotten, first those of a tenant that has more than its share.
public final class BoundStatements {

    /// One tenant has at most the whole size divided by this.
    private static final int SHARE = 4;

    private final long maxBytes;
    private final Map<String, Bound> byId = new LinkedHashMap<>();
    private final Map<String, Long> bytesByTenant = new HashMap<>();
    private long bytes;

    private record Bound(StatementHandle statement, long bytes) {}

    /// @param maxBytes how many bytes statements and values have together
    public BoundStatements(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /// @param size how many bytes the statement and its values have
    public synchronized void remember(StatementHandle bound, long size) {
        forget(bound.id());
        String tenant = bound.tenant();
        byId.put(bound.id(), new Bound(bound, size));
        bytes += size;
        bytesByTenant.merge(tenant, size, Long::sum);
        Iterator<Bound> oldest = byId.values().iterator();
        while (bytesByTenant.getOrDefault(tenant, 0L) > maxBytes / SHARE && oldest.hasNext()) {
            Bound next = oldest.next();
            if (next.statement().tenant().equals(tenant)) {
                oldest.remove();
                forgotten(next);
            }
        }
        while (bytes > maxBytes) {
            forget(byId.keySet().iterator().next());
        }
    }

    /// Returns the statement with the values that were last bound to it. It is returned as it is if it carries
    /// its own values, has no parameters, or no values are known.
    public synchronized StatementHandle latest(StatementHandle statement) {
        boolean carried = statement.parameters().size() == statement.parameterCount();
        Bound bound = carried ? null : byId.get(statement.id());
        return bound == null || !bound.statement().tenant().equals(statement.tenant()) ? statement : bound.statement();
    }

    public synchronized void forget(String id) {
        Bound bound = byId.remove(id);
        if (bound != null) {
            forgotten(bound);
        }
    }

    private void forgotten(Bound bound) {
        bytes -= bound.bytes();
        bytesByTenant.computeIfPresent(
                bound.statement().tenant(), (tenant, held) -> held == bound.bytes() ? null : held - bound.bytes());
    }
}
