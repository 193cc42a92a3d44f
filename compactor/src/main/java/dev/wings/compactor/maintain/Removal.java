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
package dev.wings.compactor.maintain;

import dev.wings.common.rpc.Retries;
import dev.wings.common.store.ObjectInfo;
import dev.wings.common.store.ObjectStore;
import dev.wings.worker.task.TaskLease;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;

/// Removes objects, and counts them.
final class Removal {

    private static final int PAGE = 1_000;

    private final TaskLease lease;
    private final ObjectStore store;
    private final Retries retries;
    private final Counter objects;
    private final Counter bytes;
    private long removed;

    /// @param why the reason, as the metrics have it: `listed`, `purged` or `orphan`
    Removal(TaskLease lease, ObjectStore store, Retries retries, MeterRegistry registry, String why) {
        this.lease = lease;
        this.store = store;
        this.retries = retries;
        this.objects = Counter.builder("wings.garbage.objects")
                .description("objects that were removed since nothing refers to them")
                .tag("why", why)
                .register(registry);
        this.bytes = Counter.builder("wings.garbage.bytes")
                .description("bytes of objects that were removed since nothing refers to them")
                .tag("why", why)
                .register(registry);
    }

    /// How many objects were removed.
    long removed() {
        return removed;
    }

    /// Removes an object; a missing one is no error.
    void remove(String key) {
        retries.idempotent(() -> store.find(key)).ifPresent(this::remove);
    }

    void remove(ObjectInfo object) {
        lease.check();
        retries.idempotent(() -> {
            store.delete(object.key());
            return object;
        });
        removed++;
        objects.increment();
        bytes.increment((double) object.bytes());
        lease.progress("removed " + TaskLease.count(removed, "object") + ", last " + object.key());
    }

    /// Removes all objects whose keys start with `prefix`.
    void removeAll(String prefix) {
        while (true) {
            // each page is asked for from the start: the objects of the last page are gone
            List<ObjectInfo> page = retries.idempotent(() -> store.list(prefix, "", PAGE));
            if (page.isEmpty()) {
                return;
            }
            page.forEach(this::remove);
        }
    }
}
