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
import dev.wings.cli.postgres.StartFailure;
import dev.wings.common.process.Resources;
import dev.wings.common.service.Machine;
import dev.wings.common.telemetry.Telemetry;
import dev.wings.compactor.Compactor;
import dev.wings.compactor.CompactorConfig;
import dev.wings.controlplane.ControlPlane;
import dev.wings.ingestor.Ingestor;
import dev.wings.ingestor.IngestorConfig;
import dev.wings.server.ServerConfig;
import dev.wings.server.SqlServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All services in this process, with a PostgreSQL of their own and a directory as the object store. They know
/// nothing of it: each talks to the others over the network, as everywhere.
public final class Platform implements AutoCloseable {

    /// A time that is longer than all services together may take to drain.
    public static final Duration CLOSE_TIME = Duration.ofMinutes(2);

    private static final Duration CLOSE_TIME_WITHOUT_DATABASE = Duration.ofSeconds(3);

    private static final Logger LOG = LoggerFactory.getLogger(Platform.class);

    private final Resources resources;
    private final PlatformConfig config;
    private final EmbeddedPostgres database;

    private Platform(Resources resources, PlatformConfig config, EmbeddedPostgres database) {
        this.resources = resources;
        this.config = config;
        this.database = database;
    }

    /// The settings for which this platform has defaults of its own, as text, by their whole names.
    public static Map<String, String> defaults() {
        return PlatformConfig.DEFAULTS;
    }

    /// Looks for all that would keep a platform from starting, and makes nothing. Fails with INVALID that lists
    /// all problems: settings that are wrong, variables that nothing reads, ports that are taken.
    public static void check(Map<String, String> environment, int portOffset) {
        PlatformConfig.check(environment, portOffset);
    }

    /// Starts everything, and returns when the first request would succeed. [#check] says first what is in the
    /// way.
    ///
    /// @param data stays the caller's
    /// @param environment settings of the services
    /// @param portOffset added to all ports
    public static Platform open(DataDirectory data, Map<String, String> environment, int portOffset)
            throws InterruptedException {
        Resources resources = new Resources();
        try {
            EmbeddedPostgres postgres = resources.add(EmbeddedPostgres.open(
                    data.postgresql(), UserDirectories.current().cache(), data.logs()));
            PlatformConfig config = PlatformConfig.load(
                    environment,
                    portOffset,
                    directories(data),
                    new PlatformConfig.Database(
                            postgres.jdbcUrl(), EmbeddedPostgres.USER, Optional.of(postgres.passwordFile())));

            Machine machine = Machine.open(resources);
            Telemetry telemetry = resources.add(Telemetry.open("control-plane"));
            ControlPlane controlPlane = resources.add(
                    ControlPlane.open(config.controlPlane(), new ControlPlane.Surroundings(machine, telemetry)));
            controlPlane.createDefaults(data.objects().toUri());

            IngestorConfig ingestor = config.ingestor();
            resources.add(Ingestor.open(
                    ingestor,
                    machine.surroundings("ingestor", ingestor.controlPlane(), ingestor.callTimeout(), resources)));
            ServerConfig server = config.server();
            resources.add(SqlServer.open(
                    server, machine.surroundings("server", server.controlPlane(), server.callTimeout(), resources)));
            CompactorConfig compactor = config.compactor();
            resources.add(Compactor.open(
                    compactor,
                    machine.surroundings("compactor", compactor.controlPlane(), compactor.callTimeout(), resources)));
            FirstRequests.await(config.connection());
            return new Platform(resources, config, postgres);
        } catch (IOException e) {
            closeAfter(resources, e);
            throw StartFailure.explained(new UncheckedIOException(e), data.root());
        } catch (RuntimeException e) {
            closeAfter(resources, e);
            throw StartFailure.explained(e, data.root());
        } catch (InterruptedException | Error e) {
            closeAfter(resources, e);
            throw e;
        }
    }

    /// Closes what was opened. Without this, it would take the interruption that ended the start for its own,
    /// and warn of it.
    private static void closeAfter(Resources resources, Throwable failure) {
        boolean interrupted = Thread.interrupted();
        resources.closeAfter(failure);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Map<String, String> directories(DataDirectory data) throws IOException {
        return Map.of(
                "WINGS_SERVER_TICKET_KEY_FILE", data.ticketKey().toString(),
                "WINGS_SERVER_SPILL_DIRECTORY", data.spill().toString(),
                "WINGS_SERVER_CACHE_DIRECTORY", data.cache().toString(),
                "WINGS_COMPACTOR_SCRATCH_DIRECTORY", data.scratch().toString());
    }

    /// The connection for clients in this process.
    public Connection connection() {
        return config.connection();
    }

    /// The database, without which nothing works.
    EmbeddedPostgres database() {
        return database;
    }

    /// Returns where to connect to and under which names, a line for each.
    public String addresses() {
        Connection connection = config.connection();
        return "  SQL            jdbc:arrow-flight-sql://" + connection.address(Port.SERVER) + "/?useEncryption=false\n"
                + "  SQL            http://" + connection.address(Port.SERVER_HTTP) + "/v1/sql (POST)\n"
                + "  push           grpc://" + connection.address(Port.INGESTOR) + " (Arrow Flight DoPut)\n"
                + "  push           http://" + connection.address(Port.INGESTOR_HTTP)
                + "/v1/{namespace}/{topic} (POST of JSON)\n"
                + "  Iceberg        http://" + connection.address(Port.CONTROL_PLANE_HTTP)
                + "/iceberg (REST catalog)\n"
                + "  control plane  grpc://" + connection.address(Port.CONTROL_PLANE) + "\n"
                + "  metrics        http://" + connection.address(Port.CONTROL_PLANE_MANAGEMENT) + "/metrics, http://"
                + connection.address(Port.INGESTOR_MANAGEMENT) + "/metrics, http://"
                + connection.address(Port.SERVER_MANAGEMENT) + "/metrics, http://"
                + connection.address(Port.COMPACTOR_MANAGEMENT) + "/metrics\n";
    }

    /// Stops everything, the services in the order in which requests reach them: what was accepted is finished.
    /// Without the database nothing can be finished: then what does not stop soon is left to the end of the
    /// process.
    @Override
    public void close() {
        if (database.isRunning()) {
            resources.close();
            return;
        }
        Thread closing = Thread.ofPlatform().daemon().name("platform-close").start(() -> {
            try {
                resources.close();
            } catch (RuntimeException e) {
                LOG.info("the services did not stop in order without their database", e);
            }
        });
        try {
            closing.join(CLOSE_TIME_WITHOUT_DATABASE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
