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
package dev.wings.server.table;

import dev.wings.common.fair.FairPlaces;

/// What all queries and listings of a server may gather together, each in its [PlanMemory]. Those of one tenant
/// may have as much together as a single one; all tenants have a third more, which they share fairly. Nobody
/// waits: what is there already is held until its query ends.
public final class PlanBudget {

    private final long limitBytes;
    private final FairPlaces bytes;

    /// @param limitBytes how much one query may have, and all of one tenant together
    public PlanBudget(long limitBytes) {
        this.limitBytes = limitBytes;
        this.bytes = new FairPlaces("bytes of what queries are about", Math.ceilDiv(4 * limitBytes, 3L));
    }

    /// Opens the memory of one query, or listing, which closes it at its end.
    public PlanMemory open(String tenant) {
        return new PlanMemory(limitBytes, bytes.tryAcquire(tenant, 0).orElseThrow());
    }

    /// Returns how much is held now.
    public long heldBytes() {
        return bytes.taken();
    }
}
