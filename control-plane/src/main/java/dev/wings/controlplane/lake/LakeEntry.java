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

import java.util.Optional;
import java.util.UUID;

/// A table or view of the catalog as it is stored.
///
/// @param uid of the entry; never used again
/// @param topicUid the topic whose rows the table holds; only Wings writes it. Empty for what other engines made
/// @param tableUuid the UUID that the metadata say
/// @param metadataLocation the pointer: all that the table is follows from this file, which never changes
/// @param version counts up from 1 with each change of the pointer
public record LakeEntry(
        TableName name,
        Kind kind,
        UUID uid,
        Optional<UUID> topicUid,
        UUID tableUuid,
        String metadataLocation,
        long version,
        LakeHome home) {

    /// The entry with its pointer somewhere else.
    public LakeEntry moved(String newLocation) {
        return new LakeEntry(name, kind, uid, topicUid, tableUuid, newLocation, version + 1, home);
    }

    public LakeEntry renamed(TableName newName) {
        return new LakeEntry(newName, kind, uid, topicUid, tableUuid, metadataLocation, version, home);
    }

    /// What an entry is. Tables and views share the names of a namespace.
    public enum Kind {
        TABLE,
        VIEW
    }
}
