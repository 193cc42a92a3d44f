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

import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The plans that were made lately, by all that a text's meaning depends on except the tables that it names: a
/// plan says which those were. Their number and their size are bounded; plans that were not used for longest
/// are removed first.
///
/// Safe for use by many threads.
final class PlanCache {

    private final int maxPlans;
    private final long maxBytes;
    private final Map<Key, Entry> plans = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, Share> shares = new HashMap<>();
    private long bytes;

    private record Key(String tenant, String schema, String timeZone, String sql) {
        static Key of(QueryRequest request) {
            return new Key(request.tenant(), request.schema(), request.timeZone(), request.sql());
        }
    }

    private record Entry(QueryPlan plan, long bytes) {}

    /// How much is kept for a tenant.
    private record Share(long plans, long bytes) {
        static final Share NONE = new Share(0, 0);
    }

    PlanCache(int maxPlans, long maxBytes) {
        this.maxPlans = maxPlans;
        this.maxBytes = maxBytes;
    }

    synchronized Optional<QueryPlan> find(QueryRequest request) {
        return Optional.ofNullable(plans.get(Key.of(request))).map(Entry::plan);
    }

    /// Keeps a plan in place of the one that the query had.
    void put(QueryRequest request, QueryPlan plan) {
        Entry entry = new Entry(plan, plan.bytes() + 2L * request.sql().length());
        synchronized (this) {
            remove(request);
            plans.put(Key.of(request), entry);
            count(request.tenant(), 1, entry.bytes());
            while (plans.size() > maxPlans) {
                removeEldest(Comparator.comparingLong(Share::plans));
            }
            while (bytes > maxBytes) {
                removeEldest(Comparator.comparingLong(Share::bytes));
            }
        }
    }

    synchronized void remove(QueryRequest request) {
        Entry entry = plans.remove(Key.of(request));
        if (entry != null) {
            count(request.tenant(), -1, -entry.bytes());
        }
    }

    /// Removes the eldest plan of the tenant that has the most, so that nobody's texts push out those of others.
    private void removeEldest(Comparator<Share> order) {
        String tenant = Collections.max(shares.entrySet(), Map.Entry.comparingByValue(order))
                .getKey();
        for (Iterator<Map.Entry<Key, Entry>> each = plans.entrySet().iterator(); each.hasNext(); ) {
            Map.Entry<Key, Entry> eldest = each.next();
            if (eldest.getKey().tenant().equals(tenant)) {
                each.remove();
                count(tenant, -1, -eldest.getValue().bytes());
                return;
            }
        }
        throw new IllegalStateException("a share without plans: tenant=" + tenant);
    }

    private void count(String tenant, long morePlans, long moreBytes) {
        bytes += moreBytes;
        Share old = shares.getOrDefault(tenant, Share.NONE);
        Share share = new Share(old.plans() + morePlans, old.bytes() + moreBytes);
        if (share.plans() == 0) {
            shares.remove(tenant);
        } else {
            shares.put(tenant, share);
        }
    }

    synchronized int size() {
        return plans.size();
    }
}
