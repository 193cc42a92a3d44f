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
import dev.wings.common.rpc.GrpcLimits;
import java.net.URI;
import java.time.Duration;

/// Everything an operator can tell the ingestor. Read once at start, then passed down.
///
/// @param host address to listen on
/// @param flightPort Flight DoPut
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
/// @param callTimeout how long one call to the control plane may take; calls are made again while that helps
/// @param drainTimeout how long a shutdown waits for batches to be committed
public record IngestorConfig(
        String host,
        int flightPort,
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
        Duration callTimeout,
        Duration drainTimeout) {

    public static final String SERVICE = "INGESTOR";

    private static final int CONTROL_PLANE_PORT = 7701;

    public IngestorConfig {
        // A stream may hold a message, and its copy if it has to be split.
        if (maxBatchBytes > memoryBytes / 4) {
            throw new IllegalArgumentException(
                    "the largest batch must fit into a quarter of the memory: max_batch_bytes=" + maxBatchBytes
                            + ", memory_bytes=" + memoryBytes);
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
}
