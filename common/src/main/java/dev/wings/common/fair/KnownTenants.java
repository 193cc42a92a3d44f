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
package dev.wings.common.fair;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.time.World;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Knows which tenants exist, so that a name that somebody has made up gets no share of what tenants share.
///
/// Tenants that were found are remembered for a while, names that are none are not. Those who ask for names
/// that were not known before take turns with those who ask again, so that neither keeps the other waiting.
/// Safe for use by many threads.
public final class KnownTenants {

    private static final int MAX_REMEMBERED = 10_000;

    private static final Duration REMEMBERED_FOR = Duration.ofMinutes(1);

    private static final FairPlaces.Limits LOOKUPS = new FairPlaces.Limits(8, 256, Duration.ofSeconds(10));

    private final Lookup lookup;
    private final InstantSource clock;
    private final FairPlaces lookups;
    private final Map<String, Instant> seen = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    /// Asks for a tenant.
    public interface Lookup {
        /// Fails with NOT_FOUND or INVALID if there is none of this name.
        void find(String tenant);
    }

    public KnownTenants(Lookup lookup, World world) {
        this.lookup = lookup;
        this.clock = world.clock();
        this.lookups = new FairPlaces("lookups of tenants", LOOKUPS, world.scheduler());
    }

    /// Whether the tenant was there when it was last asked for. Asks nobody.
    public boolean remembers(String tenant) {
        synchronized (seen) {
            return seen.containsKey(tenant);
        }
    }

    /// Fails with NOT_FOUND, or INVALID, if there is no such tenant. It asks, and blocks, if the tenant is not
    /// known or was asked for long ago; a tenant that was known counts as known while nobody answers.
    public void check(String tenant) {
        Instant now = clock.instant();
        boolean again;
        synchronized (seen) {
            @Nullable Instant last = seen.get(tenant);
            if (last != null && last.plus(REMEMBERED_FOR).isAfter(now)) {
                return;
            }
            again = last != null;
            if (again) {
                // one thread asks, the others go on meanwhile
                seen.put(tenant, now);
            }
        }
        try (FairPlaces.Place place = lookups.acquire(again ? "again" : "new")) {
            lookup.find(tenant);
            synchronized (seen) {
                seen.put(tenant, now);
            }
        } catch (WingsException e) {
            if (e.kind() == ErrorKind.NOT_FOUND || e.kind() == ErrorKind.INVALID) {
                synchronized (seen) {
                    seen.remove(tenant);
                }
                throw e;
            }
            if (!again) {
                throw e;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WingsException(ErrorKind.CANCELLED, "interrupted while a tenant was looked up", e);
        }
    }

    /// As [#check], for a tenant whose absence others report.
    public void learn(String tenant) {
        try {
            check(tenant);
        } catch (WingsException e) {
            if (e.kind() == ErrorKind.CANCELLED) {
                throw e;
            }
        }
    }
}
