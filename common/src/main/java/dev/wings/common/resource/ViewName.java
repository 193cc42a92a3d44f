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

/// `tenants/{tenant}/namespaces/{namespace}/views/{view}`
public record ViewName(String tenant, String namespace, String view) {

    static final String FORM = "tenants/{tenant}/namespaces/{namespace}/views/{view}";

    public ViewName {
        ResourceId.check("tenant", tenant);
        ResourceId.checkNamespace(namespace);
        ResourceId.check("view", view);
    }

    /// Fails with INVALID if `name` has not this form.
    public static ViewName parse(String name) {
        String[] parts = name.split("/", -1);
        if (parts.length != 6
                || !parts[0].equals("tenants")
                || !parts[2].equals("namespaces")
                || !parts[4].equals("views")) {
            throw ResourceId.malformed(FORM, name);
        }
        return new ViewName(parts[1], parts[3], parts[5]);
    }

    public NamespaceName parent() {
        return new NamespaceName(tenant, namespace);
    }

    @Override
    public String toString() {
        return "tenants/" + tenant + "/namespaces/" + namespace + "/views/" + view;
    }
}
