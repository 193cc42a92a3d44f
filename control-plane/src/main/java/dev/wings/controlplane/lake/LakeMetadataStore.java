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
package dev.wings.controlplane.lake;

import dev.wings.common.resource.NamespaceName;
import dev.wings.controlplane.cluster.NamespaceRecord;
import dev.wings.controlplane.lake.LakeEntry.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// Where the catalog keeps its tables and views: names and pointers. What a table is stands in the metadata
/// file that its pointer names. Each method is atomic, and what it did is durable when it returns.
///
/// All implementations fail alike, checked by one contract suite: NOT_FOUND naming the first resource that does
/// not exist, from the tenant down; ALREADY_EXISTS for a name that a table, a view or a topic has; FORBIDDEN
/// for a change of a topic's table, which only the lake's own commits make; CONFLICT for a pointer that is not
/// where the change expects it; UNAVAILABLE when the state cannot be reached, the outcome then being unknown.
public interface LakeMetadataStore {

    /// As in [dev.wings.controlplane.cluster.ClusterMetadataStore], with properties.
    void createNamespace(NamespaceRecord namespace, Map<String, String> properties);

    LakeNamespace loadNamespace(NamespaceName name);

    /// Sets and removes properties; returns those of `removed` that were there. Fails with INVALID if there
    /// would be more than [#MAX_PROPERTIES].
    Set<String> updateProperties(NamespaceName name, Map<String, String> set, Set<String> removed);

    /// The entry of that name, of either kind.
    Optional<LakeEntry> find(TableName name);

    /// Names, ordered by their bytes in UTF-8, behind `after` (empty for the start), at most `limit`; fewer are the
    /// last.
    List<String> list(NamespaceName parent, Kind kind, String after, int limit);

    /// Those of the metadata files that were written for an entry and are to be deleted: see [LakeFiles].
    Set<String> findDeletable(UUID entryUid, Set<String> locations);

    /// Makes all changes or none. Each entry may be changed once. Fails with INVALID for a pointer to what is
    /// listed as garbage of the entry's home, be it by one of these changes, and for a location that another
    /// entry of this home has.
    ///
    /// @param collectTime from then on obsolete objects may be removed
    void commit(List<LakeChange> changes, Instant now, Instant collectTime);

    /// Gives an entry of this kind another name of the same tenant. Its files stay where they are, and so the namespace
    /// that they are in cannot be deleted before it.
    void rename(Kind kind, TableName from, TableName to, Instant now);

    /// Removes an entry of this kind.
    ///
    /// @param purge its files are garbage from now on; else they are nobody's
    void drop(Kind kind, TableName name, boolean purge, Instant now);

    int MAX_PROPERTIES = 100;
}
