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
package dev.wings.common.http;

import dev.wings.common.error.WingsException;
import dev.wings.common.fair.KnownTenants;
import dev.wings.common.resource.ResourceId;
import dev.wings.common.rpc.Caller;

/// For which tenant a request acts: its header says so, or it is the default one.
public record RequestTenant(KnownTenants tenants) {

    /// Who has the share of all requests that name no known tenant.
    private static final String STRANGERS = "";

    /// Whom a request acts for. Fails with INVALID if its header is no name, and with NOT_FOUND if there is no
    /// such tenant.
    public Caller check(HttpHead head) {
        Caller caller = caller(head);
        tenants.check(caller.tenant());
        return caller;
    }

    /// The tenant whose share a request has; all requests that name no known tenant share what one tenant may
    /// have.
    public String owner(HttpHead head) {
        try {
            String tenant = caller(head).tenant();
            return tenants.remembers(tenant) ? tenant : STRANGERS;
        } catch (WingsException e) {
            return STRANGERS;
        }
    }

    private static Caller caller(HttpHead head) {
        return Caller.named(head.headers(Caller.HEADER)).orElse(new Caller(ResourceId.DEFAULT));
    }
}
