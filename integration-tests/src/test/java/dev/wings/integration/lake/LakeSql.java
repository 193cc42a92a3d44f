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
package dev.wings.integration.lake;

import dev.wings.common.config.Settings;
import dev.wings.common.process.Resources;
import dev.wings.common.service.Surroundings;
import dev.wings.common.store.ObjectStore;
import dev.wings.common.telemetry.Telemetry;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import dev.wings.common.time.Threads;
import dev.wings.common.time.World;
import dev.wings.integration.SqlClient;
import dev.wings.server.ServerConfig;
import dev.wings.server.SqlServer;
import io.grpc.Channel;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.memory.RootAllocator;

/// A SQL server over the control plane and the objects of a fixture, and a client of it.
final class LakeSql implements AutoCloseable {

    private final Resources resources = new Resources();
    private final SqlClient client;

    /// @param directory for what it keeps on disk
    LakeSql(Channel controlPlane, ObjectStore store, Path directory) {
        ServerConfig config = Settings.read(
                ServerConfig.SERVICE,
                Map.of(
                        "WINGS_SERVER_FLIGHT_PORT", "0",
                        "WINGS_SERVER_HTTP_PORT", "0",
                        "WINGS_SERVER_MANAGEMENT_PORT", "0",
                        "WINGS_SERVER_DRAIN_TIMEOUT", "1s",
                        "WINGS_SERVER_SPILL_DIRECTORY",
                                directory.resolve("spill").toString(),
                        "WINGS_SERVER_CACHE_DIRECTORY",
                                directory.resolve("cache").toString()),
                ServerConfig::from);
        // time of its own: queries are real, whatever the time of tasks does
        SqlServer server = resources.add(SqlServer.open(
                config,
                new Surroundings(
                        controlPlane,
                        uri -> store,
                        resources.add(new RootAllocator()),
                        new World(
                                resources.add(Scheduler.system()),
                                Threads.system(),
                                new IdGenerator(InstantSource.system(), new Random(5))),
                        resources.add(Telemetry.open("server")))));
        client = resources.add(new SqlClient(server.flightPort()));
    }

    SqlClient client() {
        return client;
    }

    @Override
    public void close() {
        resources.close();
    }
}
