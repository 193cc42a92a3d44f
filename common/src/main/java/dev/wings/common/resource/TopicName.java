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

/// `tenants/{tenant}/namespaces/{namespace}/topics/{topic}`
public record TopicName(String tenant, String namespace, String topic) {

    static final String FORM = "tenants/{tenant}/namespaces/{namespace}/topics/{topic}";

    public TopicName {
        ResourceId.check("tenant", tenant);
        ResourceId.checkNamespace(namespace);
        ResourceId.check("topic", topic);
    }

    /// Fails with INVALID if `name` has not the full form.
    public static TopicName parse(String name) {
        String[] parts = name.split("/", -1);
        if (parts.length != 6
                || !parts[0].equals("tenants")
                || !parts[2].equals("namespaces")
                || !parts[4].equals("topics")) {
            throw ResourceId.malformed(FORM, name);
        }
        return new TopicName(parts[1], parts[3], parts[5]);
    }

    /// Takes the full form, `namespace.topic`, or a bare topic id; what a short form leaves out comes from `home`.
    /// Fails with INVALID for anything else.
    public static TopicName resolve(String name, NamespaceName home) {
        if (name.indexOf('/') >= 0) {
            return parse(name);
        }
        String[] parts = name.split("\\.", -1);
        return switch (parts.length) {
            case 1 -> home.topic(parts[0]);
            case 2 -> new NamespaceName(home.tenant(), parts[0]).topic(parts[1]);
            default -> throw ResourceId.malformed(FORM + ", {namespace}.{topic} or {topic}", name);
        };
    }

    public NamespaceName parent() {
        return new NamespaceName(tenant, namespace);
    }

    @Override
    public String toString() {
        return "tenants/" + tenant + "/namespaces/" + namespace + "/topics/" + topic;
    }
}
