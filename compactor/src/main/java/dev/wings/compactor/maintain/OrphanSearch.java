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

import dev.wings.common.error.WingsException;
import dev.wings.common.lake.StoreFileIO;
import dev.wings.common.lake.StoreLocations;
import dev.wings.common.rpc.Retries;
import dev.wings.common.store.ObjectInfo;
import dev.wings.common.store.ObjectStore;
import dev.wings.worker.table.TableReads;
import dev.wings.worker.task.TaskLease;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds and removes objects of a namespace that nobody refers to and nobody has listed: what crashed ingestors and
/// tasks have uploaded. It holds a page of a listing and a [LocationFilter] in memory, whatever the namespace
/// holds.
///
/// An object that is referred to is never removed, because an orphan is older than the grace at the time that
/// the search began, and commits take only what is younger than half of it. So nothing that looks like an
/// orphan becomes part of a table while the search goes on. What a table dropped lately is listed as garbage,
/// which the control plane looks up after the table was read.
final class OrphanSearch {

    private static final Logger LOG = LoggerFactory.getLogger(OrphanSearch.class);

    private static final int UUID_LENGTH = 36;

    /// The character behind the slash.
    private static final String AFTER_SLASH = "0";

    private final TaskLease lease;
    private final GarbageClient client;
    private final Retries retries;
    private final ObjectStore store;
    private final StoreFileIO io;
    private final StoreLocations locations;
    private final String objectPrefix;
    private final Instant latest;
    private final long seed;
    private final Removal removal;

    /// @param objectPrefix the prefix of the namespace
    /// @param latest objects that were stored later are no orphans, as the control plane said before the search
    /// @param seed the seed of filters; another one for each search
    OrphanSearch(
            TaskLease lease,
            GarbageClient client,
            Retries retries,
            ObjectStore store,
            StoreFileIO io,
            String objectPrefix,
            Instant latest,
            long seed,
            Removal removal) {
        this.lease = lease;
        this.client = client;
        this.retries = retries;
        this.store = store;
        this.io = io;
        this.locations = io.locations();
        this.objectPrefix = objectPrefix;
        this.latest = latest;
        this.seed = seed;
        this.removal = removal;
    }

    /// Looks at all folios and at all tables of topics. Returns why a table was left alone, if any could not be read.
    Optional<WingsException> run() {
        search(objectPrefix + "/folios/", key -> true);
        String tables = objectPrefix + "/tables/";
        @Nullable WingsException failure = null;
        for (String table = nextDirectory(tables, "");
                !table.isEmpty();
                table = nextDirectory(tables, table + AFTER_SLASH)) {
            lease.check();
            try {
                searchTable(table);
            } catch (WingsException e) {
                lease.check();
                LOG.warn("orphans of a table are left alone: table={}, cause={}", table, e.getMessage());
                failure = e;
            }
        }
        return Optional.ofNullable(failure);
    }

    /// The key of the first directory behind `after`, without a slash at its end; empty if there is none.
    private String nextDirectory(String parent, String after) {
        List<ObjectInfo> first = retries.idempotent(() -> store.list(parent, after, 1));
        if (first.isEmpty()) {
            return "";
        }
        String key = first.getFirst().key();
        int end = key.indexOf('/', parent.length());
        // an object that is in no directory is none of ours
        return end < 0 ? nextDirectory(parent, key) : key.substring(0, end);
    }

    private void searchTable(String directory) {
        Optional<UUID> topic = topicUid(directory);
        if (topic.isEmpty()) {
            return;
        }
        String metadata = client.findTable(lease, topic.get());
        LocationFilter referred = metadata.isEmpty() ? new LocationFilter(seed) : references(metadata);
        search(directory + "/", key -> !referred.mayContain(locations.location(key)));
    }

    private LocationFilter references(String metadata) {
        return TableReads.reading("references of a table: location=" + metadata, () -> {
            LocationFilter referred = new LocationFilter(seed);
            TableReferences.tell(io, metadata, referred::add, lease::check);
            return referred;
        });
    }

    private static Optional<UUID> topicUid(String directory) {
        if (directory.length() <= UUID_LENGTH) {
            return Optional.empty();
        }
        String text = directory.substring(directory.length() - UUID_LENGTH);
        try {
            UUID uid = UUID.fromString(text);
            return uid.toString().equals(text) ? Optional.of(uid) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private void search(String prefix, Predicate<String> suspect) {
        String after = "";
        while (true) {
            lease.check();
            String start = after;
            List<ObjectInfo> page = retries.idempotent(() -> store.list(prefix, start, GarbageClient.MAX_OBJECTS));
            if (page.isEmpty()) {
                return;
            }
            after = page.getLast().key();
            List<ObjectInfo> suspects = new ArrayList<>();
            for (ObjectInfo object : page) {
                if (!object.createTime().isAfter(latest) && suspect.test(object.key())) {
                    suspects.add(object);
                }
            }
            if (!suspects.isEmpty()) {
                Set<String> orphans = new HashSet<>(client.findOrphans(lease, suspects));
                suspects.stream()
                        .filter(object -> orphans.contains(object.key()))
                        .forEach(removal::remove);
            }
        }
    }
}
