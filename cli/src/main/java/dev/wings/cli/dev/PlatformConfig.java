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

import dev.wings.cli.connect.Address;
import dev.wings.cli.connect.Connection;
import dev.wings.cli.connect.Port;
import dev.wings.common.config.Presets;
import dev.wings.common.config.Settings;
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
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The configuration of all services of a platform in one process: that of the environment and of the files that it
/// names, and for what these leave open, what suits a developer's machine.
record PlatformConfig(
        ControlPlaneConfig controlPlane, IngestorConfig ingestor, ServerConfig server, CompactorConfig compactor) {

    private static final String DATABASE = "WINGS_CONTROL_PLANE_DATABASE_";

    /// Less than what services take on a machine of their own: four of them and a database share this one.
    /// What one query may read with stays as it is: less would refuse scans of large pages.
    static final Map<String, String> DEFAULTS = Map.of(
            "WINGS_SERVER_QUERIES", "2",
            "WINGS_SERVER_QUERY_MEMORY_BYTES", "192MiB",
            "WINGS_COMPACTOR_WORKERS", "1",
            "WINGS_COMPACTOR_TASK_MEMORY_BYTES", "256MiB");

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

    /// The services of which the configuration is right.
    private record Parts(
            @Nullable ControlPlaneConfig controlPlane,
            @Nullable IngestorConfig ingestor,
            @Nullable ServerConfig server,
            @Nullable CompactorConfig compactor) {

        Optional<PlatformConfig> whole() {
            return controlPlane == null || ingestor == null || server == null || compactor == null
                    ? Optional.empty()
                    : Optional.of(new PlatformConfig(controlPlane, ingestor, server, compactor));
        }

        List<Listener> listeners() {
            List<Listener> listeners = new ArrayList<>();
            if (controlPlane != null) {
                listeners.add(new Listener(Port.CONTROL_PLANE_HTTP, controlPlane.host(), controlPlane.httpPort()));
                listeners.add(new Listener(Port.CONTROL_PLANE, controlPlane.host(), controlPlane.grpcPort()));
                listeners.add(new Listener(
                        Port.CONTROL_PLANE_MANAGEMENT, controlPlane.host(), controlPlane.managementPort()));
            }
            if (ingestor != null) {
                listeners.add(new Listener(Port.INGESTOR, ingestor.host(), ingestor.flightPort()));
                listeners.add(new Listener(Port.INGESTOR_MANAGEMENT, ingestor.host(), ingestor.managementPort()));
            }
            if (server != null) {
                listeners.add(new Listener(Port.SERVER, server.host(), server.flightPort()));
                listeners.add(new Listener(Port.SERVER_MANAGEMENT, server.host(), server.managementPort()));
            }
            if (compactor != null) {
                listeners.add(new Listener(Port.COMPACTOR_MANAGEMENT, compactor.host(), compactor.managementPort()));
            }
            return listeners;
        }
    }

    private record Listener(Port port, String host, int number) {}

    /// Looks for all that would keep a platform from starting, before anything is started. INVALID that lists all
    /// problems: settings that are wrong or unknown, ports that are taken.
    static void check(Map<String, String> environment, int portOffset) {
        // what moves all ports would be a problem of each service
        checkPortOffset(portOffset);
        List<String> problems = new ArrayList<>();
        Parts parts = read(environment, portOffset, Map.of(), Database.NONE_YET, problems);
        addTakenPorts(parts.listeners(), problems);
        if (!problems.isEmpty()) {
            throw WingsException.invalid(String.join("\n", problems));
        }
    }

    /// Reads the configuration. INVALID that lists all problems.
    ///
    /// @param directories settings for what the platform keeps, where nobody set another place
    static PlatformConfig read(
            Map<String, String> environment, int portOffset, Map<String, String> directories, Database database) {
        List<String> problems = new ArrayList<>();
        Parts parts = read(environment, portOffset, directories, database, problems);
        return parts.whole().orElseThrow(() -> WingsException.invalid(String.join("\n", problems)));
    }

    private static void checkPortOffset(int portOffset) {
        if (portOffset < 0) {
            throw WingsException.invalid("the port offset must not be negative: offset=" + portOffset);
        }
        for (Port port : Port.values()) {
            port.number(portOffset);
        }
    }

    private static Parts read(
            Map<String, String> environment,
            int portOffset,
            Map<String, String> directories,
            Database database,
            List<String> problems) {
        Map<String, String> settings = new TreeMap<>(environment);
        settings.put("WINGS_PORT_OFFSET", String.valueOf(portOffset));
        Map<String, String> defaults = new TreeMap<>(DEFAULTS);
        defaults.putAll(directories);
        ControlPlaneConfig controlPlane = read(
                ControlPlaneConfig.SERVICE,
                settings,
                new Presets(defaults, database.settings()),
                ControlPlaneConfig::from,
                problems);
        if (controlPlane != null) {
            String uri = "http://" + address(controlPlane.host(), controlPlane.grpcPort());
            defaults.put("WINGS_INGESTOR_CONTROL_PLANE_URI", uri);
            defaults.put("WINGS_SERVER_CONTROL_PLANE_URI", uri);
            defaults.put("WINGS_COMPACTOR_CONTROL_PLANE_URI", uri);
        }
        Presets presets = new Presets(defaults, Map.of());
        return new Parts(
                controlPlane,
                read(IngestorConfig.SERVICE, settings, presets, IngestorConfig::from, problems),
                read(ServerConfig.SERVICE, settings, presets, ServerConfig::from, problems),
                read(CompactorConfig.SERVICE, settings, presets, CompactorConfig::from, problems));
    }

    private static <T> @Nullable T read(
            String service,
            Map<String, String> settings,
            Presets presets,
            Function<Settings, T> reader,
            List<String> problems) {
        try {
            return Settings.read(service, settings, presets, reader);
        } catch (WingsException e) {
            problems.add(e.getMessage());
            return null;
        }
    }

    /// Where the services listen.
    Connection connection() {
        Map<Port, Address> addresses = new EnumMap<>(Port.class);
        new Parts(controlPlane, ingestor, server, compactor)
                .listeners()
                .forEach(listener -> addresses.put(
                        listener.port(), new Address(listener.port().label(), listener.host(), listener.number())));
        return new Connection(addresses, ResourceId.DEFAULT);
    }

    private static void addTakenPorts(List<Listener> listeners, List<String> problems) {
        List<String> taken = new ArrayList<>();
        listeners.forEach(listener -> addIfTaken(listener, taken));
        if (!taken.isEmpty()) {
            taken.add("stop what listens there, or move all ports with --port-offset N");
            problems.addAll(taken);
        }
    }

    /// As it stands in URIs.
    static String address(String host, int port) {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    private static void addIfTaken(Listener listener, List<String> problems) {
        try (ServerSocket socket = new ServerSocket()) {
            // connections of the last run that have not timed out are no reason to refuse
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(listener.host(), listener.number()));
        } catch (IOException e) {
            problems.add("port " + listener.number() + " of the "
                    + listener.port().label() + " cannot be used: " + e.getMessage());
        }
    }
}
