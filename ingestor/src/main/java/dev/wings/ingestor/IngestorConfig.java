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
package dev.wings.ingestor;

import static dev.wings.common.config.Settings.GIB;
import static dev.wings.common.config.Settings.KIB;
import static dev.wings.common.config.Settings.MIB;

import dev.wings.common.config.Settings;
import dev.wings.common.http.Cors;
import dev.wings.common.http.EdgeLimits;
import dev.wings.common.rpc.GrpcLimits;
import java.net.URI;
import java.time.Duration;

/// Everything an operator can tell the ingestor. Read once at start, then passed down.
///
/// @param host address to listen on
/// @param flightPort Flight DoPut
/// @param httpPort HTTP, over which rows come as text
/// @param managementPort probes and metrics
/// @param controlPlane gRPC address of the control plane
/// @param flushBytes a folio with so many bytes is sealed
/// @param flushLinger a folio with fewer bytes is sealed this long after the one before; so no batch waits
///     longer for others
/// @param foliosInFlight how many folios of one namespace may be between seal and answer; meanwhile batches
///     gather
/// @param uploads how many uploads one object store gets at once, over all of its namespaces
/// @param minHedgeDelay an upload that takes longer than this, and longer than 95 of 100 did lately, is made a
///     second time
/// @param uploadTimeout how long an upload may take with all its attempts; then its batches fail, and may be
///     sent again
/// @param memoryBytes the bytes of batches between arrival and answer; beyond three quarters producers are
///     slowed down
/// @param maxBatchBytes a larger message ends its stream
/// @param maxStreams how many streams may be open at once; one tenant may have three quarters of them
/// @param streamIdleTimeout a stream whose client neither sends nor takes anything for so long is ended
/// @param grpc what clients of the Flight port may take of it
/// @param httpRequests how many HTTP requests are worked on at once; one tenant may have three quarters of them
/// @param httpBodyBytes a larger HTTP body is refused
/// @param httpMemoryBytes the bytes of all HTTP bodies; one tenant may have three quarters of them
/// @param httpRequestTimeout how long an HTTP request may take, from its first byte to the last of its answer
/// @param httpCorsOrigins the sites whose pages may use the HTTP port, see [Cors#parse]
/// @param callTimeout how long one call to the control plane may take; calls are made again while that helps
/// @param drainTimeout how long a shutdown waits for batches to be committed
public record IngestorConfig(
        String host,
        int flightPort,
        int httpPort,
        int managementPort,
        URI controlPlane,
        long flushBytes,
        Duration flushLinger,
        int foliosInFlight,
        int uploads,
        Duration minHedgeDelay,
        Duration uploadTimeout,
        long memoryBytes,
        long maxBatchBytes,
        int maxStreams,
        Duration streamIdleTimeout,
        GrpcLimits grpc,
        int httpRequests,
        long httpBodyBytes,
        long httpMemoryBytes,
        Duration httpRequestTimeout,
        String httpCorsOrigins,
        Duration callTimeout,
        Duration drainTimeout) {

    public static final String SERVICE = "INGESTOR";

    private static final int CONTROL_PLANE_PORT = 7701;

    private static final int HTTP_CONNECTIONS = 1000;

    private static final long HTTP_ANSWERS_BYTES = 32 * MIB;

    private static final Duration HTTP_HEAD_TIME = Duration.ofSeconds(30);

    public IngestorConfig {
        // A stream may hold a message, and its copy if it has to be split.
        if (maxBatchBytes > memoryBytes / 4) {
            throw new IllegalArgumentException(
                    "the largest batch must fit into a quarter of the memory: max_batch_bytes=" + maxBatchBytes
                            + ", memory_bytes=" + memoryBytes);
        }
        // a tenant that is alone may have as much
        Cors.parse(httpCorsOrigins);
        if (httpBodyBytes > httpMemoryBytes / 4 * 3) {
            throw new IllegalArgumentException(
                    "the largest HTTP body must fit into three quarters of the memory for all: http_body_bytes="
                            + httpBodyBytes + ", http_memory_bytes=" + httpMemoryBytes);
        }
        if (flushBytes > memoryBytes / 4) {
            throw new IllegalArgumentException("a folio must fit into a quarter of the memory: flush_bytes="
                    + flushBytes + ", memory_bytes=" + memoryBytes);
        }
    }

    public static IngestorConfig from(Settings settings) {
        URI controlPlane = URI.create("http://127.0.0.1:" + (CONTROL_PLANE_PORT + settings.portOffset()));
        return new IngestorConfig(
                settings.string("HOST", "127.0.0.1", "address to listen on"),
                settings.port("FLIGHT_PORT", 7702, "port of Flight, to which producers write with DoPut"),
                settings.port("HTTP_PORT", 7703, "port of HTTP, to which producers POST rows as text"),
                settings.port("MANAGEMENT_PORT", 7791, "port of HTTP probes and metrics"),
                settings.uri("CONTROL_PLANE_URI", controlPlane, "gRPC address of the control plane"),
                settings.bytes("FLUSH_BYTES", 8 * MIB, 64 * KIB, GIB, "a folio that has so many bytes is sealed"),
                settings.duration(
                        "FLUSH_LINGER",
                        Duration.ofMillis(100),
                        Duration.ofMillis(1),
                        Duration.ofSeconds(60),
                        "a folio that has fewer bytes is sealed this long after the folio before it; so no batch waits"
                                + " longer for others"),
                settings.integer(
                        "FOLIOS_IN_FLIGHT",
                        4,
                        1,
                        64,
                        "how many folios of one namespace may be between seal and answer"),
                settings.integer(
                        "UPLOADS",
                        16,
                        1,
                        1024,
                        "how many uploads one object store gets at once, over all of its namespaces"),
                settings.duration(
                        "MIN_HEDGE_DELAY",
                        Duration.ofMillis(100),
                        Duration.ofMillis(1),
                        Duration.ofSeconds(60),
                        "an upload that takes longer than this, and longer than 95 of 100 did lately, is made a"
                                + " second time"),
                settings.duration(
                        "UPLOAD_TIMEOUT",
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(1),
                        Duration.ofHours(1),
                        "how long an upload may take with all its attempts; then its batches fail, and may be sent"
                                + " again"),
                settings.bytes(
                        "MEMORY_BYTES",
                        256 * MIB,
                        16 * MIB,
                        256 * GIB,
                        "how many bytes the batches between arrival and answer may have; beyond three quarters of it"
                                + " producers are slowed down"),
                settings.bytes("MAX_BATCH_BYTES", 64 * MIB, 64 * KIB, GIB, "a larger message ends its stream"),
                settings.integer(
                        "MAX_STREAMS",
                        512,
                        1,
                        1_000_000,
                        "how many DoPut calls may be open at once; one tenant may have three quarters of them. Each"
                                + " can hold up to 1 MiB of network"
                                + " buffers"),
                settings.duration(
                        "STREAM_IDLE_TIMEOUT",
                        Duration.ofMinutes(15),
                        Duration.ofSeconds(1),
                        Duration.ofHours(24),
                        "a DoPut call whose client neither sends nor takes anything for so long is ended; one that has"
                                + " sent nothing yet is ended after a minute"),
                GrpcLimits.from(settings),
                settings.integer(
                        "HTTP_REQUESTS",
                        128,
                        1,
                        10_000,
                        "how many HTTP requests are worked on at once; one tenant may have three quarters of them"),
                settings.bytes("HTTP_BODY_BYTES", 16 * MIB, 64 * KIB, 256 * MIB, "a larger HTTP body is refused"),
                settings.bytes(
                        "HTTP_MEMORY_BYTES",
                        64 * MIB,
                        MIB,
                        16 * GIB,
                        "how many bytes the bodies of all HTTP requests may have, which are on the heap up to twice; one"
                                + " tenant may have three quarters of them"),
                settings.duration(
                        "HTTP_REQUEST_TIMEOUT",
                        Duration.ofMinutes(2),
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(30),
                        "an HTTP request that takes longer, from its first byte to the last byte of its answer, is"
                                + " cut"),
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
                        "how long a shutdown waits for batches to be committed"));
    }

    /// What the clients of the HTTP port can use up together.
    EdgeLimits httpLimits() {
        return new EdgeLimits(
                HTTP_CONNECTIONS,
                httpMemoryBytes,
                HTTP_ANSWERS_BYTES,
                httpRequestTimeout.compareTo(HTTP_HEAD_TIME) < 0 ? httpRequestTimeout : HTTP_HEAD_TIME,
                httpRequestTimeout,
                drainTimeout);
    }
}
