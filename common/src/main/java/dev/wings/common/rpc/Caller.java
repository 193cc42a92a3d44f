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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.resource.ResourceId;
import dev.wings.common.resource.TenantName;
import io.grpc.Metadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Whom a call acts for, by the same rule at all doors, whatever their protocol: the tenant that its header names, and
/// `default` if it names none. The call finds, names and changes only what belongs to that tenant (I9).
///
/// @param tenant id of the tenant, which need not exist
public record Caller(String tenant) {

    /// The header with the tenant's id, or its name `tenants/{tenant}`.
    public static final String HEADER = "wings-tenant";

    static final Metadata.Key<String> KEY = Metadata.Key.of(HEADER, Metadata.ASCII_STRING_MARSHALLER);

    /// The tenant that headers of gRPC or Flight name. Fails as [#named(List)].
    public static Caller of(Metadata headers) {
        return named(headers).orElse(new Caller(ResourceId.DEFAULT));
    }

    /// As [#of], empty if the headers name none.
    public static Optional<Caller> named(Metadata headers) {
        Iterable<String> values = headers.getAll(KEY);
        List<String> all = new ArrayList<>();
        if (values != null) {
            values.forEach(all::add);
        }
        return named(all);
    }

    /// The tenant that a request names, if it names one. INVALID if the header is there more than once, since whoever
    /// checked one of them (a proxy, say) may not have checked the other, and if no tenant has such an id.
    ///
    /// @param values of the header, as often as it is there
    public static Optional<Caller> named(List<String> values) {
        if (values.size() > 1) {
            throw WingsException.invalid("the header must be there once at most: header=" + HEADER);
        }
        return values.stream()
                .filter(value -> !value.isEmpty())
                .map(value -> value.indexOf('/') < 0
                        ? ResourceId.check("tenant", value)
                        : TenantName.parse(value).tenant())
                .map(Caller::new)
                .findFirst();
    }

    /// Fails with FORBIDDEN for what belongs to another tenant.
    ///
    /// @param what as the request names it
    public void check(String owner, Object what) {
        if (!owner.equals(tenant)) {
            throw new WingsException(
                    ErrorKind.FORBIDDEN,
                    "it belongs to another tenant than the call acts for: name=" + what + ", acting_for=" + tenant);
        }
    }
}
