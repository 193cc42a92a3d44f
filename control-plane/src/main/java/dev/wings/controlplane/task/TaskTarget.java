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
package dev.wings.controlplane.task;

import dev.wings.common.resource.TenantName;
import java.util.UUID;

/// What a task works on. Tasks of one target never run at the same time.
///
/// @param uid the uid of a topic or namespace, see [TaskKind#target]
/// @param name full resource name, as it was when the task was made
public record TaskTarget(UUID tenantUid, UUID namespaceUid, UUID uid, String name) {

    private static final String PREFIX = "tenants/";

    public TaskTarget {
        if (!name.startsWith(PREFIX)) {
            throw new IllegalStateException("the target of a task is a resource of a tenant: name=" + name);
        }
    }

    public TenantName tenant() {
        int end = name.indexOf('/', PREFIX.length());
        return new TenantName(name.substring(PREFIX.length(), end < 0 ? name.length() : end));
    }
}
