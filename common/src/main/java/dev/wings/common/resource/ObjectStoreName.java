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
package dev.wings.common.resource;

/// `tenants/{tenant}/objectStores/{objectStore}`
public record ObjectStoreName(String tenant, String objectStore) {

    static final String FORM = "tenants/{tenant}/objectStores/{object_store}";

    public ObjectStoreName {
        ResourceId.check("tenant", tenant);
        ResourceId.check("object store", objectStore);
    }

    /// Fails with INVALID if `name` has not this form.
    public static ObjectStoreName parse(String name) {
        String[] parts = name.split("/", -1);
        if (parts.length != 4 || !parts[0].equals("tenants") || !parts[2].equals("objectStores")) {
            throw ResourceId.malformed(FORM, name);
        }
        return new ObjectStoreName(parts[1], parts[3]);
    }

    public TenantName parent() {
        return new TenantName(tenant);
    }

    @Override
    public String toString() {
        return "tenants/" + tenant + "/objectStores/" + objectStore;
    }
}
