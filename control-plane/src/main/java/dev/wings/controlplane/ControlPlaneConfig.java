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

import static dev.wings.common.config.Settings.GIB;
import static dev.wings.common.config.Settings.KIB;
import static dev.wings.common.config.Settings.MIB;

import dev.wings.common.config.Secret;
import dev.wings.common.config.Settings;
import dev.wings.common.http.EdgeLimits;
import dev.wings.common.rpc.GrpcLimits;
import dev.wings.controlplane.log.CommitLimits;
import dev.wings.controlplane.postgres.DatabaseConfig;
import dev.wings.controlplane.task.TaskPolicy;
import java.time.Duration;
import java.util.Optional;

/// Everything an operator can tell the control plane. Read once at start, then passed down.
///
/// @param host address to listen on
/// @param grpcPort `ClusterMetadata` and `LogMetadata`
/// @param httpPort the Iceberg REST catalog
/// @param managementPort probes and metrics
/// @param databaseUrl where the PostgreSQL database is; `memory:` to keep nothing
/// @param commitConnections connections to the database for commits: so many groups of folios are committed at
///     once
/// @param taskConnections connections to the database for tasks and commits to tables that change at once
/// @param readConnections connections to the database for plans and lists
/// @param databaseTimeout how long a request waits for a connection before it fails
/// @param commitGroupFolios how many folios share a transaction at most
/// @param commitGroupBytes how many bytes the requests that share a transaction have at most
/// @param commitQueueBytes the bytes of all requests that wait to be committed; one namespace has a quarter of
///     it
/// @param planBufferBytes the bytes of plans that wait for their callers to take them, before they hold up the
///     database
/// @param maxMessageBytes a larger request is refused
/// @param grpc what clients of the gRPC port may take of it
/// @param maxFollowers how many followers of commits there may be at once
/// @param stallTimeout a caller that takes nothing of a stream for so long is ended
/// @param httpRequests how many HTTP requests are worked on at once
/// @param httpBodyBytes a larger HTTP body is refused
/// @param httpRequestTimeout how long an HTTP request may take, from its first byte to the last of its answer
/// @param catalogMemoryBytes the memory for metadata of tables in one tenant's requests; all tenants have a
///     third more. A file of more than an eighth of it is neither read nor written
/// @param drainTimeout how long a shutdown waits for calls that run
/// @param tasks when tasks are made, and what becomes of those that fail
public record ControlPlaneConfig(
        String host,
        int grpcPort,
        int httpPort,
        int managementPort,
        String databaseUrl,
        String databaseUser,
        Optional<Secret> databasePassword,
        int commitConnections,
        int taskConnections,
        int readConnections,
        Duration databaseTimeout,
        int commitGroupFolios,
        long commitGroupBytes,
        long commitQueueBytes,
        long planBufferBytes,
        long maxMessageBytes,
        GrpcLimits grpc,
        int maxFollowers,
        Duration stallTimeout,
        int httpRequests,
        long httpBodyBytes,
        Duration httpRequestTimeout,
        long catalogMemoryBytes,
        Duration drainTimeout,
        TaskPolicy tasks) {

    private static final int HTTP_CONNECTIONS = 1000;

    private static final Duration HTTP_HEAD_TIME = Duration.ofSeconds(30);

    public static final String SERVICE = "CONTROL_PLANE";

    public ControlPlaneConfig {
        if (ConfiguredStores.scheme(databaseUrl).isEmpty()) {
            throw new IllegalArgumentException(
                    "the database URL must start with jdbc:postgresql: or postgresql:, or be" + " memory:");
        }
    }

    public static ControlPlaneConfig from(Settings settings) {
        return new ControlPlaneConfig(
                settings.string("HOST", "127.0.0.1", "address to listen on"),
                settings.port("GRPC_PORT", 7701, "port of the gRPC services"),
                settings.port("HTTP_PORT", 7700, "port of the Iceberg REST catalog, which is under /iceberg"),
                settings.port("MANAGEMENT_PORT", 7790, "port of HTTP probes and metrics"),
                settings.string(
                        "DATABASE_URL",
                        "where the PostgreSQL database is: jdbc:postgresql://host/database or"
                                + " postgresql://host/database; or memory:, which loses all state with the process"),
                settings.string("DATABASE_USER", "wings", "PostgreSQL user, owner of the schema wings"),
                settings.secret("DATABASE_PASSWORD", "password of the PostgreSQL user"),
                settings.integer("COMMIT_CONNECTIONS", 8, 1, 1000, "database connections for commits"),
                settings.integer("TASK_CONNECTIONS", 4, 1, 1000, "database connections for tasks"),
                settings.integer("READ_CONNECTIONS", 10, 1, 1000, "database connections for plans and lists"),
                settings.duration(
                        "DATABASE_TIMEOUT",
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(1),
                        "how long a request waits for a database connection before it fails"),
                settings.integer("COMMIT_GROUP_FOLIOS", 256, 1, 10_000, "how many folios share a transaction at most"),
                settings.bytes(
                        "COMMIT_GROUP_BYTES",
                        4 * MIB,
                        64 * KIB,
                        64 * MIB,
                        "how many bytes the requests that share a transaction have at most"),
                settings.bytes(
                        "COMMIT_QUEUE_BYTES",
                        64 * MIB,
                        MIB,
                        16 * GIB,
                        "how many bytes the requests that wait to be committed may have; those of one namespace may"
                                + " have a quarter of it"),
                settings.bytes(
                        "PLAN_BUFFER_BYTES",
                        64 * MIB,
                        MIB,
                        GIB,
                        "how many bytes of plans may wait for their callers to take them"),
                settings.bytes("MAX_MESSAGE_BYTES", 16 * MIB, MIB, 256 * MIB, "a larger request is refused"),
                GrpcLimits.from(settings),
                settings.integer(
                        "MAX_FOLLOWERS", 1_000, 1, 1_000_000, "how many followers of commits there may be at once"),
                settings.duration(
                        "STALL_TIMEOUT",
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(1),
                        "a caller that takes nothing of a stream for so long is ended"),
                settings.integer("HTTP_REQUESTS", 16, 1, 1_000, "how many HTTP requests are worked on at once"),
                settings.bytes("HTTP_BODY_BYTES", 8 * MIB, 64 * KIB, 64 * MIB, "a larger HTTP body is refused"),
                settings.duration(
                        "HTTP_REQUEST_TIMEOUT",
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(10),
                        "an HTTP request that takes longer, from its first byte to the last byte of its answer, is"
                                + " cut"),
                settings.bytes(
                        "CATALOG_MEMORY_BYTES",
                        256 * MIB,
                        8 * MIB,
                        16 * GIB,
                        "how much memory the metadata files may take that one tenant's requests to the catalog hold;"
                                + " all tenants together may take a third more, and no file may be larger than an"
                                + " eighth of it"),
                settings.duration(
                        "DRAIN_TIMEOUT",
                        Duration.ofSeconds(20),
                        Duration.ZERO,
                        Duration.ofMinutes(10),
                        "how long a shutdown waits for calls that run"),
                TaskPolicy.from(settings));
    }

    DatabaseConfig database() {
        return new DatabaseConfig(
                databaseUrl.startsWith("jdbc:") ? databaseUrl : "jdbc:" + databaseUrl,
                databaseUser,
                databasePassword,
                commitConnections,
                taskConnections,
                readConnections,
                databaseTimeout);
    }

    EdgeLimits httpLimits() {
        long bytes = httpRequests * httpBodyBytes;
        return new EdgeLimits(
                HTTP_CONNECTIONS,
                bytes,
                bytes,
                httpRequestTimeout.compareTo(HTTP_HEAD_TIME) < 0 ? httpRequestTimeout : HTTP_HEAD_TIME,
                httpRequestTimeout,
                drainTimeout);
    }

    CommitLimits commitLimits() {
        return new CommitLimits(
                commitConnections, commitGroupFolios, commitGroupBytes, commitQueueBytes, tasks.maxCommitAge());
    }
}
