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
package dev.wings.controlplane;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.ObjectStoreName;
import dev.wings.common.resource.ResourceId;
import dev.wings.common.resource.TenantName;
import dev.wings.controlplane.cluster.ClusterMetadata;
import java.net.URI;

/// Makes the resources that requests fall back to if they name no tenant or namespace, for installations that
/// start with one of each.
final class DefaultResources {

    private static final TenantName TENANT = new TenantName(ResourceId.DEFAULT);
    private static final ObjectStoreName OBJECT_STORE = new ObjectStoreName(ResourceId.DEFAULT, ResourceId.DEFAULT);
    private static final NamespaceName NAMESPACE = new NamespaceName(ResourceId.DEFAULT, ResourceId.DEFAULT);

    private DefaultResources() {}

    /// Creates what is missing. It may be called at every start, and by several processes at once.
    static void create(ClusterMetadata cluster, URI objectStore) {
        unlessExists(() -> cluster.createTenant(TENANT));
        unlessExists(() -> cluster.createObjectStore(OBJECT_STORE, objectStore.toString()));
        unlessExists(() -> cluster.createNamespace(NAMESPACE, OBJECT_STORE));
        URI found = cluster.loadObjectStore(OBJECT_STORE).uri();
        if (!cluster.isSameStore(found, objectStore)) {
            throw WingsException.invalid("the default object store is somewhere else: name=" + OBJECT_STORE + ", uri="
                    + found + ", expected=" + objectStore);
        }
    }

    private static void unlessExists(Runnable creation) {
        try {
            creation.run();
        } catch (WingsException e) {
            if (e.kind() != ErrorKind.ALREADY_EXISTS) {
                throw e;
            }
        }
    }
}
