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

import dev.wings.common.resource.ResourceId;
import dev.wings.common.resource.TenantName;
import java.util.UUID;

/// `tenants/{tenant}/tasks/{uuid}`
public record TaskName(TenantName tenant, UUID uid) {

    private static final String FORM = "tenants/{tenant}/tasks/{uuid}";

    /// Fails with INVALID if `name` has not this form.
    public static TaskName parse(String name) {
        String[] parts = name.split("/", -1);
        if (parts.length == 4 && parts[0].equals("tenants") && parts[2].equals("tasks")) {
            try {
                UUID uid = UUID.fromString(parts[3]);
                // fromString takes shortened forms too
                if (uid.toString().equals(parts[3])) {
                    return new TaskName(new TenantName(parts[1]), uid);
                }
            } catch (IllegalArgumentException e) {
                // the failure follows below
            }
        }
        throw ResourceId.malformed(FORM, name);
    }

    @Override
    public String toString() {
        return tenant + "/tasks/" + uid;
    }
}
