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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.ObjectStoreName;
import dev.wings.common.resource.ResourceId;
import dev.wings.common.resource.TenantName;
import dev.wings.controlplane.cluster.ClusterMetadata;
import dev.wings.controlplane.cluster.ClusterMetadataStore;
import dev.wings.controlplane.cluster.NamespaceRecord;
import dev.wings.controlplane.cluster.ObjectStoreRecord;
import dev.wings.controlplane.lake.LakeMetadataStore;
import dev.wings.controlplane.lake.LakeNamespace;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.BadRequestException;

/// Namespaces: Iceberg's are Wings'. Each is bound to an object store when it is made, and stays so.
public final class CatalogNamespaces {

    /// The property with the id of the object store that a namespace is bound to. It may be left out if the
    /// tenant has a single object store, or one called `default`.
    public static final String OBJECT_STORE_PROPERTY = "wings.object-store";

    private static final String LOCATION_PROPERTY = "location";
    private static final int MAX_NAME_BYTES = 255;
    private static final int MAX_VALUE_BYTES = 4_096;

    private final CatalogEntries entries;
    private final LakeMetadataStore store;
    private final ClusterMetadata cluster;
    private final ClusterMetadataStore clusterStore;

    CatalogNamespaces(
            CatalogEntries entries,
            LakeMetadataStore store,
            ClusterMetadata cluster,
            ClusterMetadataStore clusterStore) {
        this.entries = entries;
        this.store = store;
        this.cluster = cluster;
        this.clusterStore = clusterStore;
    }

    /// Fails if there is no such tenant.
    public void checkTenant(TenantName tenant) {
        try {
            clusterStore.loadTenant(tenant);
        } catch (WingsException e) {
            throw e.kind() == ErrorKind.NOT_FOUND ? CatalogErrors.noSuchWarehouse(tenant) : e;
        }
    }

    /// The namespaces below `parent`: all of them for the empty parent; none for one that exists, since
    /// namespaces are not nested.
    public List<String> list(TenantName tenant, Namespace parent, String after, int limit) {
        if (!parent.isEmpty()) {
            load(tenant, parent);
            return List.of();
        }
        return clusterStore.listNamespaces(tenant, after, limit).stream()
                .map(namespace -> namespace.name().namespace())
                .toList();
    }

    public boolean exists(TenantName tenant, Namespace namespace) {
        try {
            load(tenant, namespace);
            return true;
        } catch (org.apache.iceberg.exceptions.NoSuchNamespaceException e) {
            return false;
        }
    }

    /// The properties of a namespace, with those that Wings gives.
    public Map<String, String> load(TenantName tenant, Namespace namespace) {
        return shown(entries.loadNamespace(tenant, namespace));
    }

    private static Map<String, String> shown(LakeNamespace namespace) {
        Map<String, String> properties = new HashMap<>(namespace.properties());
        properties.put(
                OBJECT_STORE_PROPERTY, namespace.namespace().objectStore().objectStore());
        properties.put(LOCATION_PROPERTY, new Warehouse(namespace.home()).root());
        return properties;
    }

    /// Makes a namespace and returns its properties.
    public Map<String, String> create(TenantName tenant, Namespace namespace, Map<String, String> properties) {
        if (namespace.length() != 1) {
            throw new BadRequestException("Namespaces are not nested: %s", namespace);
        }
        NamespaceName name = new NamespaceName(tenant.tenant(), namespace.level(0));
        Map<String, String> kept = new HashMap<>(properties);
        String objectStore = kept.remove(OBJECT_STORE_PROPERTY);
        check(kept);
        NamespaceRecord made = cluster.newNamespace(
                name,
                objectStore == null ? defaultObjectStore(tenant) : new ObjectStoreName(tenant.tenant(), objectStore));
        try {
            store.createNamespace(made, kept);
        } catch (WingsException e) {
            throw e.kind() == ErrorKind.ALREADY_EXISTS
                    ? new AlreadyExistsException("Namespace already exists: %s", namespace)
                    : e.kind() == ErrorKind.NOT_FOUND ? new BadRequestException(e, "%s", e.getMessage()) : e;
        }
        return load(tenant, namespace);
    }

    private ObjectStoreName defaultObjectStore(TenantName tenant) {
        List<ObjectStoreRecord> first = clusterStore.listObjectStores(tenant, "", 2);
        if (first.isEmpty()) {
            throw new BadRequestException("The tenant has no object store that the namespace could use: %s", tenant);
        }
        // Whether there is an object store of the default name is found out when the namespace is stored.
        return first.size() == 1 ? first.getFirst().name() : new ObjectStoreName(tenant.tenant(), ResourceId.DEFAULT);
    }

    /// Sets and removes properties; returns those of `removed` that were there.
    public Set<String> update(TenantName tenant, Namespace namespace, Map<String, String> set, Set<String> removed) {
        check(set);
        NamespaceName name = entries.name(tenant, namespace);
        try {
            return store.updateProperties(name, set, removed);
        } catch (WingsException e) {
            throw e.kind() == ErrorKind.NOT_FOUND ? CatalogErrors.noSuchNamespace(namespace) : e;
        }
    }

    public void drop(TenantName tenant, Namespace namespace) {
        NamespaceName name = entries.name(tenant, namespace);
        try {
            cluster.deleteNamespace(name);
        } catch (WingsException e) {
            switch (e.kind()) {
                case NOT_FOUND -> throw CatalogErrors.noSuchNamespace(namespace);
                case PRECONDITION -> throw CatalogErrors.namespaceNotEmpty(namespace, e.getMessage());
                default -> throw e;
            }
        }
    }

    private static void check(Map<String, String> properties) {
        properties.forEach((name, value) -> {
            if (name.equals(OBJECT_STORE_PROPERTY) || name.equals(LOCATION_PROPERTY)) {
                throw new BadRequestException("The property is given by Wings and cannot be changed: %s", name);
            }
            if (value == null || !fits(name, 1, MAX_NAME_BYTES) || !fits(value, 0, MAX_VALUE_BYTES)) {
                throw new BadRequestException(
                        "Properties are text without U+0000, names of 1 to %s bytes and values of up to %s bytes: %s",
                        MAX_NAME_BYTES, MAX_VALUE_BYTES, name.length() <= 100 ? name : name.substring(0, 100));
            }
        });
        if (properties.size() > LakeMetadataStore.MAX_PROPERTIES) {
            throw new BadRequestException("A namespace has at most %s properties", LakeMetadataStore.MAX_PROPERTIES);
        }
    }

    private static boolean fits(String text, int min, int max) {
        int bytes = text.length() <= max ? text.getBytes(StandardCharsets.UTF_8).length : Integer.MAX_VALUE;
        boolean sound =
                text.indexOf('\0') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(text);
        return sound && min <= bytes && bytes <= max;
    }
}
