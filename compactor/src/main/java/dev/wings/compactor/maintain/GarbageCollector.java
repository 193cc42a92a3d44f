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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.lake.StoreFileIO;
import dev.wings.common.lake.StoreLocations;
import dev.wings.common.proto.Garbage;
import dev.wings.common.proto.ListGarbageResponse;
import dev.wings.common.rpc.Retries;
import dev.wings.common.store.ObjectStore;
import dev.wings.common.time.IdGenerator;
import dev.wings.worker.task.TaskHandler;
import dev.wings.worker.task.TaskLease;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Collects the garbage of a namespace: what the control plane lists, tables that other engines have purged, and from
/// time to time orphans.
///
/// Objects go first, then the control plane forgets them: whoever takes over from a killed collector is told the same
/// again, and finds some of them gone.
public final class GarbageCollector implements TaskHandler {

    private static final Logger LOG = LoggerFactory.getLogger(GarbageCollector.class);

    private final GarbageClient client;
    private final Function<URI, ObjectStore> stores;
    private final Retries retries;
    private final Duration orphanInterval;
    /// For how many namespaces it is remembered; a forgotten namespace is searched once too often.
    private static final int MAX_SEARCHED = 10_000;

    private final IdGenerator ids;
    private final MeterRegistry registry;
    /// When this worker last searched each namespace for orphans.
    private final Map<String, Instant> searched = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
            return size() > MAX_SEARCHED;
        }
    });

    /// @param stores the object store at a root
    /// @param orphanInterval a namespace is not searched for orphans again for so long: that lists all of its
    ///     objects
    /// @param ids gives the clock, too
    public GarbageCollector(
            GarbageClient client,
            Function<URI, ObjectStore> stores,
            Retries retries,
            Duration orphanInterval,
            IdGenerator ids,
            MeterRegistry registry) {
        this.client = client;
        this.stores = stores;
        this.retries = retries;
        this.orphanInterval = orphanInterval;
        this.ids = ids;
        this.registry = registry;
    }

    @Override
    public Result run(TaskLease lease) {
        List<WingsException> refused = new ArrayList<>();
        ListGarbageResponse home = removeListed(lease, refused);
        removePurged(lease, home).ifPresent(refused::add);
        String namespace = lease.task().getTargetUid();
        Instant now = ids.clock().instant();
        Instant last = searched.get(namespace);
        if (last == null || !now.isBefore(last.plus(orphanInterval))) {
            searchOrphans(lease, home).ifPresent(refused::add);
            searched.put(namespace, now);
        }
        if (!refused.isEmpty()) {
            throw refused.getFirst();
        }
        return new Result(Optional.empty(), false);
    }

    /// @param refused gets the reasons for which some of it was left alone
    private ListGarbageResponse removeListed(TaskLease lease, List<WingsException> refused) {
        while (true) {
            lease.check();
            ListGarbageResponse due = client.list(lease);
            if (due.getMore()) {
                continue;
            }
            if (due.getGarbageCount() == 0) {
                return due;
            }
            URI root = URI.create(due.getObjectStoreUri());
            StoreLocations locations = StoreLocations.of(root);
            Removal removal = new Removal(lease, stores.apply(root), retries, registry, "listed");
            List<String> ids = new ArrayList<>();
            refused.clear();
            for (Garbage garbage : due.getGarbageList()) {
                try {
                    remove(garbage.getLocation(), locations, due.getObjectPrefix(), removal);
                    ids.add(garbage.getId());
                } catch (WingsException e) {
                    if (e.kind() != ErrorKind.INVALID) {
                        throw e;
                    }
                    LOG.warn(
                            "garbage is left alone: namespace={}, cause={}",
                            lease.task().getTarget(),
                            e.getMessage());
                    refused.add(e);
                }
            }
            if (ids.isEmpty()) {
                // the same items would be listed again
                return due;
            }
            client.remove(lease, ids);
        }
    }

    private static void remove(String location, StoreLocations locations, String objectPrefix, Removal removal) {
        boolean directory = location.endsWith("/");
        String key = locations.key(directory ? location.substring(0, location.length() - 1) : location);
        if (!key.startsWith(objectPrefix + "/")) {
            throw WingsException.invalid("garbage is outside of its namespace: location=" + location
                    + ", expected_prefix=" + objectPrefix + "/");
        }
        if (directory) {
            removal.removeAll(key + "/");
        } else {
            removal.remove(key);
        }
    }

    /// Removes purged tables. Returns why one was left alone, if one was.
    private Optional<WingsException> removePurged(TaskLease lease, ListGarbageResponse home) {
        URI root = URI.create(home.getObjectStoreUri());
        ObjectStore store = stores.apply(root);
        EngineFiles files = new EngineFiles(new StoreFileIO(store, root), home.getObjectPrefix());
        Removal removal = new Removal(lease, store, retries, registry, "purged");
        return new TablePurge(lease, client, files, removal).run();
    }

    /// Searches for orphans. Returns why a table was left alone, if one was.
    private Optional<WingsException> searchOrphans(TaskLease lease, ListGarbageResponse home) {
        URI root = URI.create(home.getObjectStoreUri());
        ObjectStore store = stores.apply(root);
        Removal removal = new Removal(lease, store, retries, registry, "orphan");
        Instant latest = Instant.ofEpochSecond(
                home.getOrphanTime().getSeconds(), home.getOrphanTime().getNanos());
        return new OrphanSearch(
                        lease,
                        client,
                        retries,
                        store,
                        new StoreFileIO(store, root),
                        home.getObjectPrefix(),
                        latest,
                        ids.random().nextLong(),
                        removal)
                .run();
    }
}
