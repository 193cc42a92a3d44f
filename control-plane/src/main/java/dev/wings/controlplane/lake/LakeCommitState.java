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

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/// What is known at the moment of a commit to tables and views. Nobody else changes any of it until the commit is done.
///
/// @param namespaces the namespaces that have the names in which new entries are made, by the entry's uid
/// @param taken new entries whose names are taken
/// @param pointers the pointers of the entries that exist
/// @param listed entries whose new metadata file is listed as garbage of their home
/// @param held directories that the entries have
/// @param others directories of other entries of the same home; at least one that conflicts, if there is one
public record LakeCommitState(
        Map<UUID, UUID> namespaces,
        Set<UUID> taken,
        Map<UUID, Pointer> pointers,
        Set<UUID> listed,
        Map<UUID, List<String>> held,
        Map<UUID, List<String>> others) {

    /// @param ofTopic whether it is a topic's table
    public record Pointer(String metadataLocation, boolean ofTopic) {}

    List<String> heldBy(LakeChange change) {
        return held.getOrDefault(change.uid(), List.of());
    }

    /// What a change wants in addition to what its entry has.
    public LakeFiles wanted(LakeChange change) {
        return change.files().without(heldBy(change));
    }
}
