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
package dev.wings.common.lake;

import java.util.Locale;
import java.util.UUID;

/// Where the files of a topic's table are in the namespace's object store.
///
/// | what | key |
/// |---|---|
/// | the table | `{namespace prefix}/tables/{topic id}-{topic uid}` |
/// | metadata file | `{table}/metadata/{version, at least 5 digits}-{uuid}.metadata.json` |
/// | manifests and lists of manifests | `{table}/metadata/{name given by Iceberg}.avro` |
/// | segment | `{table}/data/{uuid}.parquet` |
///
/// Keys do not tell partitions: many readers would take such names for the truth, and manifests have them.
///
/// @param store the store of the namespace
/// @param tableKey the key that all files of the table are below
public record TableLocations(StoreLocations store, String tableKey) {

    /// @param namespacePrefix what all keys of the namespace start with, without a slash at either end; may be empty
    /// @param topicId the last part of the topic's name
    public static TableLocations of(StoreLocations store, String namespacePrefix, String topicId, UUID topicUid) {
        String prefix = namespacePrefix.isEmpty() ? "" : namespacePrefix + "/";
        return new TableLocations(store, prefix + "tables/" + topicId + "-" + topicUid);
    }

    /// What Iceberg calls the location of the table.
    public String table() {
        return store.location(tableKey);
    }

    /// The location of a new metadata file.
    ///
    /// @param version counts up from 0 with each commit; it is there for people
    public String metadata(long version, UUID id) {
        return metadataFile(String.format(Locale.ROOT, "%05d-%s.metadata.json", version, id));
    }

    /// The location of a file beside the metadata, named by Iceberg.
    public String metadataFile(String name) {
        return store.location(tableKey + "/metadata/" + name);
    }

    public String segment(UUID id) {
        return dataFile(id + ".parquet");
    }

    public String dataFile(String name) {
        return store.location(tableKey + "/data/" + name);
    }

    /// The version in the name of a metadata file; 0 if it has another kind of name.
    public static long metadataVersion(String location) {
        String name = location.substring(location.lastIndexOf('/') + 1);
        int end = 0;
        while (end < name.length() && end < 18 && name.charAt(end) >= '0' && name.charAt(end) <= '9') {
            end++;
        }
        return end == 0 ? 0 : Long.parseLong(name.substring(0, end));
    }
}
