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

import dev.wings.common.lake.StoreLocations;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/// The namespace below whose prefix the files of a table are, and the object store they are in.
///
/// @param objectPrefix what all object keys of the namespace start with, without the slash that follows
public record LakeHome(UUID namespaceUid, URI objectStore, String objectPrefix) {

    /// Locations of the directories that hold what only Wings writes: all folios, and the tables of topics.
    /// (What is elsewhere below the prefix belongs to tables that other engines made.)
    public List<String> ownDirectories() {
        StoreLocations locations = StoreLocations.of(objectStore);
        return Stream.of("/folios", "/tables")
                .map(directory -> locations.location(objectPrefix + directory) + "/")
                .toList();
    }
}
