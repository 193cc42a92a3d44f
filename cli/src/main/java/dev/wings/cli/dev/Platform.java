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
package dev.wings.cli.dev;

import dev.wings.cli.connect.Connection;
import dev.wings.cli.connect.Port;
import dev.wings.cli.postgres.EmbeddedPostgres;
import dev.wings.common.process.Resources;
import dev.wings.common.rpc.GrpcClient;
import dev.wings.common.store.ObjectStores;
import dev.wings.common.telemetry.Telemetry;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import dev.wings.compactor.Compactor;
import dev.wings.controlplane.ControlPlane;
import dev.wings.ingestor.Ingestor;
import dev.wings.server.SqlServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/// All services in this process, with a PostgreSQL of their own and a directory as the object store. They know
/// nothing of it: each talks to the others over the network, as everywhere.
public final class Platform implements AutoCloseable {

    /// More than all services together may take to drain.
    public static final Duration CLOSE_TIME = Duration.ofMinutes(2);

    private static final int MAX_ANSWER_BYTES = 64 << 20;

    private final Resources resources;
    private final PlatformConfig config;

    private Platform(Resources resources, PlatformConfig config) {
        this.resources = resources;
        this.config = config;
    }

    /// Starts everything, and returns when the first request would succeed. What the caller can mend is a
    /// `WingsException`: INVALID for the environment's settings and ports that are taken, all in one.
    ///
    /// @param data stays the caller's
    /// @param environment settings of the services
    /// @param portOffset added to all ports
    public static Platform open(DataDirectory data, Map<String, String> environment, int portOffset)
            throws InterruptedException {
        PlatformConfig.check(environment, portOffset);
        Map<String, String> settings = new TreeMap<>(environment);
        Resources resources = new Resources();
        try {
            EmbeddedPostgres postgres = resources.add(EmbeddedPostgres.open(
                    data.postgresql(), UserDirectories.current().cache(), data.logs()));
            settings.putIfAbsent(
                    "WINGS_SERVER_TICKET_KEY_FILE", data.ticketKey().toString());
            settings.putIfAbsent("WINGS_SERVER_SPILL_DIRECTORY", data.spill().toString());
            settings.putIfAbsent("WINGS_SERVER_CACHE_DIRECTORY", data.cache().toString());
            settings.putIfAbsent(
                    "WINGS_COMPACTOR_SCRATCH_DIRECTORY", data.scratch().toString());
            PlatformConfig config = PlatformConfig.read(
                    settings,
                    portOffset,
                    new PlatformConfig.Database(
                            postgres.jdbcUrl(), EmbeddedPostgres.USER, Optional.of(postgres.passwordFile())));

            Scheduler scheduler = resources.add(Scheduler.system());
            ObjectStores objectStores = resources.add(new ObjectStores());
            BufferAllocator allocator = resources.add(new RootAllocator());
            IdGenerator ids = new IdGenerator(InstantSource.system(), new SecureRandom());

            ControlPlane controlPlane = resources.add(ControlPlane.open(
                    config.controlPlane(),
                    new ControlPlane.Surroundings(
                            objectStores, scheduler, ids, resources.add(Telemetry.open("control-plane")))));
            controlPlane.createDefaults(data.objects().toUri());

            GrpcClient forIngestor = resources.add(GrpcClient.open(
                    config.ingestor().controlPlane(), config.ingestor().callTimeout(), MAX_ANSWER_BYTES));
            resources.add(Ingestor.open(
                    config.ingestor(),
                    new Ingestor.Surroundings(
                            forIngestor.channel(),
                            objectStores::open,
                            allocator,
                            scheduler,
                            ids,
                            resources.add(Telemetry.open("ingestor")))));

            GrpcClient forServer = resources.add(GrpcClient.open(
                    config.server().controlPlane(), config.server().callTimeout(), MAX_ANSWER_BYTES));
            resources.add(SqlServer.open(
                    config.server(),
                    new SqlServer.Surroundings(
                            forServer.channel(),
                            objectStores::open,
                            allocator,
                            scheduler,
                            ids,
                            resources.add(Telemetry.open("server")))));

            GrpcClient forCompactor = resources.add(GrpcClient.open(
                    config.compactor().controlPlane(), config.compactor().callTimeout(), MAX_ANSWER_BYTES));
            resources.add(Compactor.open(
                    config.compactor(),
                    new Compactor.Surroundings(
                            forCompactor.channel(),
                            objectStores::open,
                            allocator,
                            scheduler,
                            ids,
                            resources.add(Telemetry.open("compactor")))));
            FirstRequests.await(config.connection());
            return new Platform(resources, config);
        } catch (IOException e) {
            resources.closeAfter(e);
            throw new UncheckedIOException(e);
        } catch (InterruptedException | RuntimeException | Error e) {
            resources.closeAfter(e);
            throw e;
        }
    }

    /// For clients in this process.
    public Connection connection() {
        return config.connection();
    }

    /// Where to connect to and as what, a line each.
    public String addresses() {
        Connection connection = config.connection();
        return "  SQL            jdbc:arrow-flight-sql://" + connection.address(Port.SERVER) + "/?useEncryption=false\n"
                + "  push           grpc://" + connection.address(Port.INGESTOR) + " (Arrow Flight DoPut)\n"
                + "  Iceberg        http://" + connection.address(Port.CONTROL_PLANE_HTTP)
                + "/iceberg (REST catalog)\n"
                + "  control plane  grpc://" + connection.address(Port.CONTROL_PLANE) + "\n"
                + "  metrics        http://" + connection.address(Port.CONTROL_PLANE_MANAGEMENT) + "/metrics, http://"
                + connection.address(Port.INGESTOR_MANAGEMENT) + "/metrics, http://"
                + connection.address(Port.SERVER_MANAGEMENT) + "/metrics, http://"
                + connection.address(Port.COMPACTOR_MANAGEMENT) + "/metrics\n";
    }

    /// Stops everything, the services in the order in which requests reach them: what was accepted is finished.
    @Override
    public void close() {
        resources.close();
    }
}
