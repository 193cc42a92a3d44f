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
package dev.wings.common.rpc;

import dev.wings.common.error.WingsException;
import dev.wings.common.resource.ResourceId;
import io.grpc.Metadata;
import java.util.Iterator;

/// The header with the id of the tenant that a caller acts for.
public final class TenantHeader {

    public static final String NAME = "wings-tenant";

    private static final Metadata.Key<String> KEY = Metadata.Key.of(NAME, Metadata.ASCII_STRING_MARSHALLER);

    private TenantHeader() {}

    /// The tenant's id; `default` without the header. INVALID if it is there more than once, since whoever checked one
    /// of them (a proxy, say) may not have checked the other, and if no tenant has such an id.
    public static String tenantOf(Metadata headers) {
        Iterable<String> values = headers.getAll(KEY);
        if (values == null) {
            return ResourceId.DEFAULT;
        }
        Iterator<String> each = values.iterator();
        String value = each.next();
        if (each.hasNext()) {
            throw WingsException.invalid("the header must be there once at most: header=" + NAME);
        }
        return value.isEmpty() ? ResourceId.DEFAULT : ResourceId.check("tenant", value);
    }
}
