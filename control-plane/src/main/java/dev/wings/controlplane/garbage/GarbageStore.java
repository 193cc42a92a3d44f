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

import dev.wings.controlplane.lake.LakeHome;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// Keeps what is garbage, and since when. Safe for use by many threads and replicas.
///
/// All implementations pass one contract suite. Each method is one transaction. Failures: NOT_FOUND for a
/// namespace that never was; CONFLICT for a transaction that lost against another, with nothing written;
/// UNAVAILABLE when the state cannot be reached.
public interface GarbageStore {

    /// Where the objects of a namespace are; also of one that was deleted.
    LakeHome loadHome(UUID namespaceUid);

    /// Removes what topics of a namespace that were deleted have left in the log: some pages, then partitions,
    /// then what is known of their producers. What another replica is removing is passed over.
    ///
    /// @param limit how many of each are removed at most
    /// @return whether there may be more
    boolean removeDeletedTopics(UUID namespaceUid, int limit);

    /// Removes what is known of producers and has expired, and the names in a namespace of producers of which
    /// nothing is known that started at `latest` or before.
    ///
    /// @param limit how many of each are removed at most
    /// @return whether there may be more
    boolean removeProducers(UUID namespaceUid, Instant now, Instant latest, int limit);

    /// Marks the folios of a namespace that have no pages: they may be collected from `collectTime` on, unless
    /// they were marked before. Looks at folios in the order of their commits behind `after`.
    ///
    /// @param limit how many folios are looked at
    /// @return the last commit that was looked at; empty if there was none
    Optional<Long> markFolios(UUID namespaceUid, long after, int limit, Instant collectTime);

    /// Some of what is due, the most overdue first. A file that the pointer of a table or view is at is left
    /// out: two tables may have the same file, and what one has done with is the other's until its pointer
    /// moves on.
    List<Garbage> findDue(UUID namespaceUid, Instant now, int limit);

    /// Forgets what was due and is removed.
    void remove(UUID namespaceUid, Set<GarbageId> ids, Instant now);

    /// The keys of the objects of those of these folios that were committed, and were not forgotten since.
    Set<String> findFolios(Set<UUID> folioIds);

    /// Those of these locations that are listed as garbage, by themselves or with a directory that they are
    /// below.
    Set<String> findListed(UUID namespaceUid, Set<String> locations);

    /// The location of the metadata of a topic's table.
    Optional<String> findTable(UUID namespaceUid, UUID topicUid);

    /// Tables with files in a namespace that were dropped together with them at `latest` or before: those
    /// behind `after`, ordered by uid.
    List<PurgedTable> findPurged(UUID namespaceUid, Instant latest, UUID after, int limit);

    /// Forgets a table that [#findPurged] gives.
    void forgetPurged(UUID namespaceUid, UUID tableUid, Instant latest);

    /// Tables and views of other engines that have their files in a namespace: those behind `after`, ordered by
    /// uid.
    List<EngineTable> findEngineTables(UUID namespaceUid, UUID after, int limit);
}
