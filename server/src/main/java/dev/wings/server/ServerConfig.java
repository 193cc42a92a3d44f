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
package dev.wings.server;

import static dev.wings.common.config.Settings.GIB;
import static dev.wings.common.config.Settings.KIB;
import static dev.wings.common.config.Settings.MIB;

import dev.wings.common.config.Secret;
import dev.wings.common.config.Settings;
import dev.wings.common.http.Cors;
import dev.wings.common.http.EdgeLimits;
import dev.wings.common.rpc.GrpcLimits;
import dev.wings.server.session.Signer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Everything an operator can tell the SQL server. It is read once at start, then passed down.
///
/// @param host the address to listen on
/// @param flightPort the port of Flight SQL
/// @param httpPort the port of SQL over HTTP
/// @param managementPort the port of probes and metrics
/// @param controlPlane the gRPC address of the control plane
/// @param ingestor the gRPC address of the ingestors, where the rows of INSERT go
/// @param ticketKey the key that tickets and prepared statements are signed with, the same on all replicas;
///     without one, each process makes its own and is the only one that accepts its tickets
/// @param queries how many queries run at once
/// @param queuedQueries how many queries of one tenant wait for others at most
/// @param queueTimeout how long they wait
/// @param queryTimeout the time of a query, or of a listing of metadata, from its start until its last row is
///     taken
/// @param readerTimeout how long a client may take no rows while another query waits for the place of its own
/// @param queryThreads how many threads one query computes with; 0 for as many as there are processors, 16 at
///     most
/// @param queryMemoryBytes the memory that one query computes with; when it needs more, it spills to disk
/// @param readMemoryBytes the memory that one query's rows may take between the object store and the engine or
///     the client
/// @param planMemoryBytes the memory for what one query, or all queries and listings of one tenant, gather
///     before their first row
/// @param engineProcesses whether each engine has a process of its own
/// @param spillBytes how much one query may put on disk
/// @param spillDirectory the parent of the directory for what is spilled; empty for the system's directory for
///     temporary files
/// @param cacheBytes how much of the local disk may be taken by what was read of segments
/// @param cacheDirectory the directory for that, of this process alone; empty for one that goes with the
///     process
/// @param readAheadPages how many pages a scan of a topic reads ahead
/// @param readAheadBytes how many bytes it reads ahead
/// @param grpc what clients of the Flight SQL port may take of it
/// @param httpRequests how many HTTP requests are worked on at once; one tenant may have three quarters of them
/// @param httpStallTimeout how long an HTTP client may take nothing of an answer
/// @param httpCorsOrigins the sites whose pages may use the HTTP port, see [Cors#parse]
/// @param callTimeout how long one call to the control plane may take; calls are made again while that helps
/// @param drainTimeout how long a shutdown waits for running queries
public record ServerConfig(
        String host,
        int flightPort,
        int httpPort,
        int managementPort,
        URI controlPlane,
        URI ingestor,
        Optional<Secret> ticketKey,
        int queries,
        int queuedQueries,
        Duration queueTimeout,
        Duration queryTimeout,
        Duration readerTimeout,
        int queryThreads,
        long queryMemoryBytes,
        long readMemoryBytes,
        long planMemoryBytes,
        boolean engineProcesses,
        long spillBytes,
        Optional<Path> spillDirectory,
        long cacheBytes,
        Optional<Path> cacheDirectory,
        int readAheadPages,
        long readAheadBytes,
        GrpcLimits grpc,
        int httpRequests,
        Duration httpStallTimeout,
        String httpCorsOrigins,
        Duration callTimeout,
        Duration drainTimeout) {

    public static final String SERVICE = "SERVER";

    private static final int HTTP_CONNECTIONS = 1000;

    private static final long HTTP_BODIES_BYTES = 64 * MIB;

    private static final long HTTP_ANSWERS_BYTES = 128 * MIB;

    private static final Duration HTTP_HEAD_TIME = Duration.ofSeconds(30);

    /// What a request over HTTP may take beyond the queries that it runs.
    private static final Duration HTTP_TIME = Duration.ofMinutes(2);

    private static final int CONTROL_PLANE_PORT = 7701;

    private static final int INGESTOR_PORT = 7702;

    public ServerConfig {
        ticketKey.ifPresent(key -> {
            int bytes = key.reveal().getBytes(StandardCharsets.UTF_8).length;
            if (bytes < Signer.KEY_BYTES) {
                throw new IllegalArgumentException(
                        "the ticket key is too short: bytes=" + bytes + ", at_least=" + Signer.KEY_BYTES);
            }
        });
        Cors.parse(httpCorsOrigins);
        if (readAheadBytes > readMemoryBytes / 2) {
            throw new IllegalArgumentException("reading ahead must fit into half of the memory for reading:"
                    + " read_ahead_bytes=" + readAheadBytes + ", read_memory_bytes=" + readMemoryBytes);
        }
    }

    public static ServerConfig from(Settings settings) {
        URI controlPlane = URI.create("http://127.0.0.1:" + (CONTROL_PLANE_PORT + settings.portOffset()));
        URI ingestor = URI.create("http://127.0.0.1:" + (INGESTOR_PORT + settings.portOffset()));
        return new ServerConfig(
                settings.string("HOST", "127.0.0.1", "address to listen on"),
                settings.port("FLIGHT_PORT", 7704, "port of Flight SQL"),
                settings.port("HTTP_PORT", 7705, "port of HTTP, to which clients POST statements"),
                settings.port("MANAGEMENT_PORT", 7792, "port of HTTP probes and metrics"),
                settings.uri("CONTROL_PLANE_URI", controlPlane, "gRPC address of the control plane"),
                settings.uri("INGESTOR_URI", ingestor, "gRPC address of the ingestors, where the rows of INSERT go"),
                settings.secret(
                        "TICKET_KEY",
                        "key that tickets and prepared statements are signed with, the same on all replicas; at"
                                + " least 32 bytes"),
                settings.integer(
                        "QUERIES",
                        4,
                        1,
                        1024,
                        "how many queries run at once; one tenant has three quarters of them at most"),
                settings.integer(
                        "QUEUED_QUERIES", 64, 0, 4096, "how many queries of one tenant wait for others at most"),
                settings.duration(
                        "QUEUE_TIMEOUT",
                        Duration.ofSeconds(30),
                        Duration.ofMillis(1),
                        Duration.ofHours(1),
                        "how long a query waits for others before it fails"),
                settings.duration(
                        "QUERY_TIMEOUT",
                        Duration.ofMinutes(5),
                        Duration.ofMillis(10),
                        Duration.ofHours(24),
                        "how long a query, or a listing of metadata, may take from its start until its last row"
                                + " is taken"),
                settings.duration(
                        "READER_TIMEOUT",
                        Duration.ofSeconds(10),
                        Duration.ofMillis(10),
                        Duration.ofHours(24),
                        "a query whose client takes no rows for so long ends when another one waits for its place"),
                settings.integer(
                        "QUERY_THREADS",
                        0,
                        0,
                        256,
                        "how many threads one query computes with; 0 for as many as there are processors, 16 at most"),
                settings.bytes(
                        "QUERY_MEMORY_BYTES",
                        256 * MIB,
                        32 * MIB,
                        1024 * GIB,
                        "how much memory one query computes with; beyond it, the query spills to disk"),
                settings.bytes(
                        "READ_MEMORY_BYTES",
                        256 * MIB,
                        32 * MIB,
                        1024 * GIB,
                        "how much memory one query's rows may take between the object store and the engine or "
                                + "the client"),
                settings.bytes(
                        "PLAN_MEMORY_BYTES",
                        256 * MIB,
                        MIB,
                        64 * GIB,
                        "how much of the heap one query, or all queries of one tenant, may take for what they "
                                + "are about: pages, segments, rows of system tables and listings; a page takes about"
                                + " 250 bytes; all tenants together have a third more"),
                settings.bool(
                        "ENGINE_PROCESSES",
                        true,
                        "whether queries run in processes of their own, whose memory the kernel bounds and "
                                + "which are killed if they do not end in time"),
                settings.bytes("SPILL_BYTES", 4 * GIB, MIB, 1024 * GIB, "how much one query may put on disk"),
                settings.path(
                        "SPILL_DIRECTORY",
                        "where queries put what does not fit into memory, in a directory of the process's own; "
                                + "by default the system's directory for temporary files"),
                settings.bytes(
                        "CACHE_BYTES",
                        8 * GIB,
                        64 * MIB,
                        64L * 1024 * GIB,
                        "how much of the local disk may be taken by what was read of segments; it must hold "
                                + "what one query reads"),
                settings.path(
                        "CACHE_DIRECTORY",
                        "where that is kept, for this process alone and for the next one; by default a "
                                + "directory that is removed with the process"),
                settings.integer(
                        "READ_AHEAD_PAGES",
                        8,
                        1,
                        256,
                        "how many pages, or runs of small ones, a scan of a topic reads at once"),
                settings.bytes(
                        "READ_AHEAD_BYTES",
                        64 * MIB,
                        64 * KIB,
                        16 * GIB,
                        "how many bytes the pages that a scan reads at once may have"),
                GrpcLimits.from(settings),
                settings.integer(
                        "HTTP_REQUESTS",
                        128,
                        4,
                        4096,
                        "how many HTTP requests are worked on at once; one tenant may have three quarters of them"),
                settings.duration(
                        "HTTP_STALL_TIMEOUT",
                        Duration.ofMinutes(1),
                        Duration.ofMillis(10),
                        Duration.ofHours(1),
                        "an HTTP client that takes nothing of its answer for so long is cut off"),
                settings.string(
                        "HTTP_CORS_ORIGINS",
                        "",
                        "origins of the sites whose pages may use the HTTP port from browsers, separated by commas,"
                                + " or * for all; by default none"),
                settings.duration(
                        "CALL_TIMEOUT",
                        Duration.ofSeconds(10),
                        Duration.ofMillis(100),
                        Duration.ofMinutes(5),
                        "how long one call to the control plane may take; calls are made again while that helps"),
                settings.duration(
                        "DRAIN_TIMEOUT",
                        Duration.ofSeconds(20),
                        Duration.ZERO,
                        Duration.ofMinutes(10),
                        "how long a shutdown waits for running queries"));
    }

    /// What the clients of the HTTP port can use up together. Queries are bounded in time by themselves.
    EdgeLimits httpLimits() {
        return new EdgeLimits(
                HTTP_CONNECTIONS,
                HTTP_BODIES_BYTES,
                HTTP_ANSWERS_BYTES,
                HTTP_HEAD_TIME,
                queueTimeout.plus(queryTimeout).plus(HTTP_TIME),
                httpStallTimeout,
                drainTimeout);
    }
}
