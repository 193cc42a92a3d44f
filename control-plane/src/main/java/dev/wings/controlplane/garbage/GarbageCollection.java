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
package dev.wings.controlplane.garbage;

import dev.wings.common.error.WingsException;
import dev.wings.common.folio.FolioKey;
import dev.wings.common.lake.StoreLocations;
import dev.wings.controlplane.lake.LakeHome;
import dev.wings.controlplane.log.ProducerRule;
import dev.wings.controlplane.task.TaskKind;
import dev.wings.controlplane.task.TaskName;
import dev.wings.controlplane.task.TaskPolicy;
import dev.wings.controlplane.task.TaskRecord;
import dev.wings.controlplane.task.TaskStore;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// What a worker that collects the garbage of a namespace asks. All of it may be repeated, also by a worker
/// that has lost its lease: nothing becomes garbage here that anything could refer to again.
public final class GarbageCollection {

    /// How many items one call gives or takes at most.
    private static final int MAX_ITEMS = 1_000;

    /// How many folios one transaction looks at, and how many transactions one call makes.
    private static final int MARKED_FOLIOS = 10_000;

    private static final int MARKINGS = 10;

    /// For how many leases the progress is remembered.
    private static final int MAX_LOOKING = 10_000;

    /// How many pages of deleted topics one transaction removes, and how many transactions one call makes,
    /// which has to end soon.
    private static final int REMOVED_PAGES = 10_000;

    private static final int REMOVALS = 10;

    /// A uid that is before all others.
    private static final UUID NO_UID = new UUID(0, 0);

    private final TaskStore tasks;
    private final GarbageStore store;
    private final TaskPolicy policy;
    private final InstantSource clock;
    private final int markedFolios;
    /// How far folios have been looked at under a lease.
    private final Map<Looking, Long> looked = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Looking, Long> eldest) {
            return size() > MAX_LOOKING;
        }
    });

    public GarbageCollection(TaskStore tasks, GarbageStore store, TaskPolicy policy, InstantSource clock) {
        this(tasks, store, policy, clock, MARKED_FOLIOS);
    }

    GarbageCollection(TaskStore tasks, GarbageStore store, TaskPolicy policy, InstantSource clock, int markedFolios) {
        this.markedFolios = markedFolios;
        this.tasks = tasks;
        this.store = store;
        this.policy = policy;
        this.clock = clock;
    }

    /// Garbage that is due.
    ///
    /// @param home where the objects of the namespace are
    /// @param garbage the garbage that is due
    /// @param orphanTime objects that were stored later are no orphans
    /// @param more whether to ask again although nothing is due
    public record Due(LakeHome home, List<Garbage> garbage, Instant orphanTime, boolean more) {}

    /// Some of what is due; nothing, and no more, at the end.
    ///
    /// @param pageSize 0 for the default, which is the most
    public Due list(TaskName task, long epoch, int pageSize) {
        if (pageSize < 0) {
            throw WingsException.invalid("bad page size: 0 or more is expected: found=" + pageSize);
        }
        UUID namespace = checkLease(task, epoch);
        Instant now = now();
        int limit = pageSize == 0 ? MAX_ITEMS : Math.min(pageSize, MAX_ITEMS);
        List<Garbage> due = store.findDue(namespace, now, limit);
        boolean more = due.isEmpty() && (removeDeletedTopics(namespace) || removeProducers(namespace));
        if (due.isEmpty() && !more) {
            // This comes last, since it looks at every folio that has pages; what is marked is due after the
            // grace.
            more = mark(namespace, new Looking(task, epoch));
        }
        return new Due(store.loadHome(namespace), due, now.minus(policy.garbageGrace()), more);
    }

    /// Removes what deleted topics have left. Returns whether there is more.
    private boolean removeDeletedTopics(UUID namespace) {
        for (int i = 0; i < REMOVALS; i++) {
            if (!store.removeDeletedTopics(namespace, REMOVED_PAGES)) {
                return false;
            }
        }
        return true;
    }

    /// Forgets producers that have written nothing for long. Returns whether there is more.
    private boolean removeProducers(UUID namespace) {
        Instant now = now();
        return store.removeProducers(namespace, now, now.minus(ProducerRule.LIFE), REMOVED_PAGES);
    }

    /// Marks folios without pages. The grace of each begins when it is seen without pages: until then a query
    /// may have found them. A call looks at some folios, and the next one goes on from there. (At another
    /// replica the same task begins anew, and comes to its end too.)
    ///
    /// @return whether there are more
    private boolean mark(UUID namespace, Looking looking) {
        Optional<Long> last = Optional.of(looked.getOrDefault(looking, 0L));
        for (int i = 0; i < MARKINGS && last.isPresent(); i++) {
            last = store.markFolios(namespace, last.get(), markedFolios, now().plus(policy.garbageGrace()));
        }
        last.ifPresentOrElse(commit -> looked.put(looking, commit), () -> looked.remove(looking));
        return last.isPresent();
    }

    private record Looking(TaskName task, long epoch) {}

    public void remove(TaskName task, long epoch, List<String> ids) {
        checkNumber(ids.size());
        Set<GarbageId> parsed = new HashSet<>();
        ids.forEach(id -> parsed.add(GarbageId.parse(id)));
        store.remove(checkLease(task, epoch), parsed, now());
    }

    /// An object that was found in the object store.
    ///
    /// @param createTime by the store's clock
    public record Found(String key, Instant createTime) {}

    /// Which of these objects may be removed; a file of a table may be only if the table does not refer to it.
    /// Fails with INVALID for an object that is neither a folio's nor a table's of the namespace.
    public List<String> findOrphans(TaskName task, long epoch, List<Found> objects) {
        checkNumber(objects.size());
        UUID namespace = checkLease(task, epoch);
        LakeHome home = store.loadHome(namespace);
        StoreLocations locations = StoreLocations.of(home.objectStore());
        Instant latest = now().minus(policy.garbageGrace());
        // a folio may have been uploaded more than once
        Map<String, UUID> folios = new HashMap<>();
        Map<String, String> files = new HashMap<>();
        for (Found object : objects) {
            boolean old = !object.createTime().isAfter(latest);
            if (object.key().startsWith(FolioKey.directory(home.objectPrefix()))) {
                FolioKey.findId(home.objectPrefix(), object.key())
                        // the clocks of the folio's maker and of the store may be off
                        .filter(id -> old && !FolioKey.time(id).isAfter(latest))
                        .ifPresent(id -> folios.put(object.key(), id));
            } else if (object.key().startsWith(home.objectPrefix() + "/tables/")) {
                if (old) {
                    files.put(locations.location(object.key()), object.key());
                }
            } else {
                throw WingsException.invalid("not an object that could be an orphan of the namespace: namespace_uid="
                        + namespace + ", expected_prefix=" + home.objectPrefix());
            }
        }
        folios.keySet().removeAll(store.findFolios(Set.copyOf(folios.values())));
        files.keySet().removeAll(store.findListed(namespace, Set.copyOf(files.keySet())));
        List<String> orphans = new ArrayList<>(folios.keySet());
        orphans.addAll(files.values());
        return orphans;
    }

    /// The location of the metadata of a topic's table; empty if the namespace has no such topic, or the topic
    /// no table.
    public Optional<String> findTable(TaskName task, long epoch, UUID topicUid) {
        return store.findTable(checkLease(task, epoch), topicUid);
    }

    /// Some of the tables of other engines whose files are to be removed; nothing at the end.
    ///
    /// @param after the last table that was listed; empty at first
    public List<PurgedTable> listPurged(TaskName task, long epoch, Optional<UUID> after) {
        UUID namespace = checkLease(task, epoch);
        return store.findPurged(namespace, now().minus(policy.garbageGrace()), after.orElse(NO_UID), MAX_ITEMS);
    }

    /// Forgets a table whose files are removed.
    public void forgetPurged(TaskName task, long epoch, UUID tableUid) {
        store.forgetPurged(checkLease(task, epoch), tableUid, now().minus(policy.garbageGrace()));
    }

    /// Some of the tables and views of other engines whose files are not to be removed; nothing at the end.
    ///
    /// @param after the last one that was listed; empty at first
    public List<EngineTable> listEngineTables(TaskName task, long epoch, Optional<UUID> after) {
        return store.findEngineTables(checkLease(task, epoch), after.orElse(NO_UID), MAX_ITEMS);
    }

    /// The namespace whose garbage the task collects.
    private UUID checkLease(TaskName name, long epoch) {
        TaskRecord task = tasks.load(name);
        if (task.kind() != TaskKind.COLLECT_GARBAGE) {
            throw WingsException.invalid("the task does not collect garbage: task=" + name + ", kind=" + task.kind());
        }
        task.checkLease(epoch);
        return task.target().uid();
    }

    private static void checkNumber(int items) {
        if (items > MAX_ITEMS) {
            throw WingsException.invalid("too many at once: found=" + items + ", limit=" + MAX_ITEMS);
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
