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
import dev.wings.client.Address;
import dev.wings.common.config.Presets;
import dev.wings.common.config.Reading;
import dev.wings.common.config.Settings;
import dev.wings.common.config.UnknownNames;
import dev.wings.common.error.WingsException;
import dev.wings.common.resource.ResourceId;
import dev.wings.compactor.CompactorConfig;
import dev.wings.controlplane.ControlPlaneConfig;
import dev.wings.ingestor.IngestorConfig;
import dev.wings.server.ServerConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The configuration of all services of a platform in one process: that of the environment and of the files
/// that it names. Where these say nothing, it is what suits a developer's machine.
///
/// @param connection where the services listen
record PlatformConfig(
        ControlPlaneConfig controlPlane,
        IngestorConfig ingestor,
        ServerConfig server,
        CompactorConfig compactor,
        Connection connection) {

    private static final String DATABASE = "WINGS_CONTROL_PLANE_DATABASE_";

    /// Less memory than services take on a machine of their own: four of them and a database share this one.
    /// What one query may read with stays as it is: less would refuse scans of large pages. A task that
    /// rewrites the largest values takes five times as much as such a value.
    static final Map<String, String> DEFAULTS = Map.of(
            "WINGS_SERVER_QUERIES", "3",
            "WINGS_SERVER_QUERY_MEMORY_BYTES", "192MiB",
            "WINGS_SERVER_PLAN_MEMORY_BYTES", "32MiB",
            "WINGS_COMPACTOR_WORKERS", "1",
            "WINGS_COMPACTOR_TASK_MEMORY_BYTES", "384MiB");

    /// Variables that the command itself and its script read.
    private static final Set<String> OF_THE_COMMAND =
            Set.of("WINGS_HOST", "WINGS_JAVA_OPTS", "WINGS_PAGER", "WINGS_TENANT");

    /// Where the database is, once it runs.
    record Database(String url, String user, Optional<Path> passwordFile) {

        private static final Database NONE_YET = new Database("jdbc:postgresql://none/none", "none", Optional.empty());

        private Map<String, String> settings() {
            return Map.of(
                    DATABASE + "URL",
                    url,
                    DATABASE + "USER",
                    user,
                    DATABASE + "PASSWORD_FILE",
                    passwordFile.map(Path::toString).orElse(""));
        }
    }

    /// What came of reading the configurations of all services.
    private record Readings(
            Reading<ControlPlaneConfig> controlPlane,
            Reading<IngestorConfig> ingestor,
            Reading<ServerConfig> server,
            Reading<CompactorConfig> compactor) {

        List<Reading<?>> all() {
            return List.of(controlPlane, ingestor, server, compactor);
        }

        /// All problems; one that several services have is said once.
        Set<String> problems() {
            Set<String> problems = new LinkedHashSet<>();
            all().forEach(reading -> problems.addAll(reading.problems()));
            longestQuery().ifPresent(problems::add);
            return problems;
        }

        /// Checks the longest query. Services that run apart from each other find out about it when the first
        /// query is planned.
        private Optional<String> longestQuery() {
            return server.config()
                    .flatMap(ofServer -> controlPlane
                            .config()
                            .filter(other -> ofServer.queryTimeout()
                                            .compareTo(other.tasks().garbageGrace())
                                    > 0)
                            .map(other -> "queries could outlive the objects that they read:"
                                    + " WINGS_SERVER_QUERY_TIMEOUT="
                                    + ofServer.queryTimeout().toSeconds()
                                    + "s is longer than WINGS_CONTROL_PLANE_GARBAGE_GRACE="
                                    + other.tasks().garbageGrace().toSeconds() + "s"));
        }

        /// The ports that are known: all of them if there are no problems.
        List<Listener> listeners() {
            List<Listener> listeners = new ArrayList<>();
            add(Port.CONTROL_PLANE_HTTP, controlPlane, "HTTP_PORT", listeners);
            add(Port.CONTROL_PLANE, controlPlane, "GRPC_PORT", listeners);
            add(Port.CONTROL_PLANE_MANAGEMENT, controlPlane, "MANAGEMENT_PORT", listeners);
            add(Port.INGESTOR, ingestor, "FLIGHT_PORT", listeners);
            add(Port.INGESTOR_HTTP, ingestor, "HTTP_PORT", listeners);
            add(Port.INGESTOR_MANAGEMENT, ingestor, "MANAGEMENT_PORT", listeners);
            add(Port.SERVER, server, "FLIGHT_PORT", listeners);
            add(Port.SERVER_HTTP, server, "HTTP_PORT", listeners);
            add(Port.SERVER_MANAGEMENT, server, "MANAGEMENT_PORT", listeners);
            add(Port.COMPACTOR_MANAGEMENT, compactor, "MANAGEMENT_PORT", listeners);
            return listeners;
        }

        private static void add(Port port, Reading<?> reading, String setting, List<Listener> listeners) {
            @Nullable String host = reading.texts().get("HOST");
            @Nullable Integer number = reading.ports().get(setting);
            if (host != null && number != null) {
                listeners.add(new Listener(port, host, number));
            }
        }
    }

    private record Listener(Port port, String host, int number) {

        Address address() {
            return new Address(port.label(), host, number);
        }
    }

    /// Looks for all that would keep a platform from starting, before anything is started or made. Fails with
    /// INVALID that lists all problems: settings that are wrong, variables that nothing reads, ports that are
    /// taken.
    static void check(Map<String, String> environment, int portOffset) {
        // A wrong offset would be a problem of each service.
        checkPortOffset(portOffset);
        Readings readings = read(environment, portOffset, Map.of(), Database.NONE_YET);
        Set<String> problems = readings.problems();
        problems.addAll(UnknownNames.find(environment, readings.all(), OF_THE_COMMAND));
        List<String> taken = takenPorts(readings.listeners());
        problems.addAll(taken);
        if (!problems.isEmpty()) {
            String advice =
                    taken.isEmpty() ? "" : "\nStop what listens on these ports, or move all with --port-offset N.";
            throw WingsException.invalid(message(problems) + advice);
        }
    }

    /// Reads the configuration. Fails with INVALID that lists all problems.
    ///
    /// @param directories settings for where the platform keeps its data, where nobody set another place
    static PlatformConfig load(
            Map<String, String> environment, int portOffset, Map<String, String> directories, Database database) {
        Readings readings = read(environment, portOffset, directories, database);
        Supplier<WingsException> failure = () -> WingsException.invalid(message(readings.problems()));
        Map<Port, Address> addresses = new EnumMap<>(Port.class);
        readings.listeners().forEach(listener -> addresses.put(listener.port(), listener.address()));
        return new PlatformConfig(
                readings.controlPlane().config().orElseThrow(failure),
                readings.ingestor().config().orElseThrow(failure),
                readings.server().config().orElseThrow(failure),
                readings.compactor().config().orElseThrow(failure),
                new Connection(addresses, ResourceId.DEFAULT));
    }

    private static String message(Collection<String> problems) {
        return "the platform cannot start:\n  - " + String.join("\n  - ", problems);
    }

    private static void checkPortOffset(int portOffset) {
        if (portOffset < 0) {
            throw WingsException.invalid("the port offset must not be negative: offset=" + portOffset);
        }
        for (Port port : Port.values()) {
            port.number(portOffset);
        }
    }

    private static Readings read(
            Map<String, String> environment, int portOffset, Map<String, String> directories, Database database) {
        Map<String, String> settings = new TreeMap<>(environment);
        settings.put("WINGS_PORT_OFFSET", String.valueOf(portOffset));
        Map<String, String> defaults = new TreeMap<>(DEFAULTS);
        defaults.putAll(directories);
        Reading<ControlPlaneConfig> controlPlane = Settings.read(
                ControlPlaneConfig.SERVICE,
                settings,
                new Presets(defaults, database.settings()),
                ControlPlaneConfig::from);
        controlPlane.config().ifPresent(config -> {
            String uri = "http://" + new Address("", config.host(), config.grpcPort());
            defaults.put("WINGS_INGESTOR_CONTROL_PLANE_URI", uri);
            defaults.put("WINGS_SERVER_CONTROL_PLANE_URI", uri);
            defaults.put("WINGS_COMPACTOR_CONTROL_PLANE_URI", uri);
        });
        Presets presets = new Presets(defaults, Map.of());
        Reading<IngestorConfig> ingestor =
                Settings.read(IngestorConfig.SERVICE, settings, presets, IngestorConfig::from);
        ingestor.config()
                .ifPresent(config -> defaults.put(
                        "WINGS_SERVER_INGESTOR_URI", "http://" + new Address("", config.host(), config.flightPort())));
        presets = new Presets(defaults, Map.of());
        return new Readings(
                controlPlane,
                ingestor,
                Settings.read(ServerConfig.SERVICE, settings, presets, ServerConfig::from),
                Settings.read(CompactorConfig.SERVICE, settings, presets, CompactorConfig::from));
    }

    private static List<String> takenPorts(List<Listener> listeners) {
        List<String> taken = new ArrayList<>();
        for (Listener listener : listeners) {
            try (ServerSocket socket = new ServerSocket()) {
                // Connections of the last run that have not timed out are no reason to refuse.
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(listener.host(), listener.number()));
            } catch (IOException e) {
                taken.add("port " + listener.number() + " of the "
                        + listener.port().label() + " cannot be used: " + e.getMessage());
            }
        }
        return taken;
    }
}
