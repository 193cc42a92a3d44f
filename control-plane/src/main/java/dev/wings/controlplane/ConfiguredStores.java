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
package dev.wings.controlplane;

import dev.wings.controlplane.ControlPlane.Surroundings;
import dev.wings.controlplane.memory.MemoryDatabase;
import dev.wings.controlplane.postgres.PostgresDatabase;
import dev.wings.controlplane.state.Stores;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The stores that the scheme of a URL asks for: the one place that knows which kinds there are.
public final class ConfiguredStores {

    private static final Logger LOG = LoggerFactory.getLogger(ConfiguredStores.class);

    /// The URL of a new cluster that is kept in memory, for this replica alone.
    public static final String MEMORY = "memory:";

    private static final String POSTGRESQL = "postgresql:";
    private static final String JDBC = "jdbc:";

    private ConfiguredStores() {}

    /// The scheme of a URL, without what JDBC puts in front; empty if no stores are of that scheme.
    static Optional<String> scheme(String url) {
        String plain = url.startsWith(JDBC) ? url.substring(JDBC.length()) : url;
        if (plain.startsWith(POSTGRESQL)) {
            return Optional.of(POSTGRESQL);
        }
        return url.equals(MEMORY) ? Optional.of(MEMORY) : Optional.empty();
    }

    /// Reaches the state and brings its form up to date; the caller closes it. Fails with UNAVAILABLE if it is
    /// away, with PRECONDITION if it cannot be brought up to date.
    public static Stores open(ControlPlaneConfig config, Surroundings surroundings) {
        if (scheme(config.databaseUrl()).orElseThrow().equals(MEMORY)) {
            LOG.warn("all state is in memory and lost with this process: database_url={}", MEMORY);
            return new MemoryDatabase().stores(surroundings.world().clock());
        }
        return PostgresDatabase.open(config.database(), surroundings.telemetry().registry())
                .stores(surroundings.world().scheduler());
    }
}
