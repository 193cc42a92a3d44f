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
package dev.wings.controlplane.catalog;

import dev.wings.common.store.ObjectStores;
import dev.wings.common.time.IdGenerator;
import dev.wings.controlplane.cluster.ClusterMetadata;
import dev.wings.controlplane.cluster.ClusterMetadataStore;
import dev.wings.controlplane.lake.LakeMetadataStore;
import java.time.Duration;
import java.time.InstantSource;

/// The catalog's three kinds of things. The tenant is an argument everywhere: nothing finds what another tenant has.
///
/// @param memory whoever calls the catalog does so within [MetadataMemory#during]
public record IcebergCatalog(
        CatalogNamespaces namespaces, CatalogTables tables, CatalogViews views, MetadataMemory memory) {

    /// @param time the clock that is the same for all replicas
    /// @param garbageGrace how long an object stays that nothing refers to any more
    public static IcebergCatalog over(
            LakeMetadataStore store,
            ClusterMetadata cluster,
            ClusterMetadataStore clusterStore,
            ObjectStores objectStores,
            IdGenerator ids,
            InstantSource time,
            Duration garbageGrace,
            MetadataMemory memory) {
        CatalogEntries entries = new CatalogEntries(store, time, garbageGrace);
        MetadataFiles files = new MetadataFiles(objectStores, memory);
        return new IcebergCatalog(
                new CatalogNamespaces(entries, store, cluster, clusterStore),
                new CatalogTables(entries, files, ids),
                new CatalogViews(entries, files, ids),
                memory);
    }
}
