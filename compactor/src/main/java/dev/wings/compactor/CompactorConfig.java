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
package dev.wings.compactor;

import static dev.wings.common.config.Settings.GIB;
import static dev.wings.common.config.Settings.KIB;
import static dev.wings.common.config.Settings.MIB;

import dev.wings.common.config.Settings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Everything an operator can tell the compactor. Read once at start, then passed down.
///
/// @param host address to listen on
/// @param managementPort probes and metrics
/// @param controlPlane gRPC address of the control plane
/// @param workers how many tasks run at once; each computes with one thread
/// @param taskMemoryBytes the memory that one task computes with; beyond it, the task spills to disk
/// @param taskReadBytes the memory that the rows of one task may take between the object store and the engine
/// @param taskSpillBytes how much one task may put on disk
/// @param scratchDirectory for local files of tasks; empty for the system's directory for temporary files
/// @param compactBytes how many bytes of pages one task takes at most
/// @param compactPages how many pages one task takes at most
/// @param rewriteBytes how many bytes of segments one task takes at most
/// @param snapshotAge older snapshots of a table are taken out of it
/// @param minSnapshots so many of the newest stay, however old they are
/// @param maxSnapshots when a table has more, the oldest go, however young they are
/// @param orphanInterval how often a namespace is searched for objects that nobody knows
/// @param readAheadPages how many pages a task reads ahead
/// @param readAheadBytes how many bytes of pages a task reads ahead
/// @param uploads how many segments one task uploads at once
/// @param callTimeout how long one call to the control plane may take; calls are made again while that helps
/// @param planTimeout how long one plan of a topic's pages may take
/// @param drainTimeout how long a shutdown waits for running tasks; those that are left are given back
public record CompactorConfig(
        String host,
        int managementPort,
        URI controlPlane,
        int workers,
        long taskMemoryBytes,
        long taskReadBytes,
        long taskSpillBytes,
        Optional<Path> scratchDirectory,
        long compactBytes,
        int compactPages,
        long rewriteBytes,
        Duration snapshotAge,
        int minSnapshots,
        int maxSnapshots,
        Duration orphanInterval,
        int readAheadPages,
        long readAheadBytes,
        int uploads,
        Duration callTimeout,
        Duration planTimeout,
        Duration drainTimeout) {

    public static final String SERVICE = "COMPACTOR";

    private static final int CONTROL_PLANE_PORT = 7701;

    public CompactorConfig {
        if (minSnapshots > maxSnapshots) {
            throw new IllegalArgumentException("no more snapshots may have to stay than may stay: min_snapshots="
                    + minSnapshots + ", max_snapshots=" + maxSnapshots);
        }
        if (readAheadBytes > taskReadBytes / 2) {
            throw new IllegalArgumentException(
                    "what is read ahead must fit into half of the memory for it: read_ahead_bytes=" + readAheadBytes
                            + ", task_read_bytes=" + taskReadBytes);
        }
    }

    public static CompactorConfig from(Settings settings) {
        URI controlPlane = URI.create("http://127.0.0.1:" + (CONTROL_PLANE_PORT + settings.portOffset()));
        return new CompactorConfig(
                settings.string("HOST", "127.0.0.1", "address to listen on"),
                settings.port("MANAGEMENT_PORT", 7793, "port of HTTP probes and metrics"),
                settings.uri("CONTROL_PLANE_URI", controlPlane, "gRPC address of the control plane"),
                settings.integer("WORKERS", 2, 1, 256, "how many tasks run at once; each computes with one thread"),
                settings.bytes(
                        "TASK_MEMORY_BYTES",
                        512 * MIB,
                        64 * MIB,
                        1024 * GIB,
                        "how much memory one task computes with; beyond it, the task spills to disk"),
                settings.bytes(
                        "TASK_READ_BYTES",
                        512 * MIB,
                        32 * MIB,
                        1024 * GIB,
                        "how much memory the rows of one task may take between the object store and the engine"),
                settings.bytes("TASK_SPILL_BYTES", 8 * GIB, MIB, 1024 * GIB, "how much one task may spill to disk"),
                settings.path(
                        "SCRATCH_DIRECTORY",
                        "where local files of tasks go, in a directory of the process's own; by default the system's"
                                + " directory for temporary files"),
                settings.bytes(
                        "COMPACT_BYTES",
                        512 * MIB,
                        MIB,
                        1024 * GIB,
                        "how many bytes of pages one task moves to segments at most"),
                settings.integer(
                        "COMPACT_PAGES", 100_000, 1, 10_000_000, "how many pages one task moves to segments at most"),
                settings.bytes(
                        "REWRITE_BYTES",
                        2 * GIB,
                        MIB,
                        1024 * GIB,
                        "how many bytes of small segments one task rewrites at most"),
                settings.duration(
                        "SNAPSHOT_AGE",
                        Duration.ofDays(1),
                        Duration.ofMinutes(1),
                        Duration.ofDays(3650),
                        "a snapshot of a table that is older is taken out of it"),
                settings.integer(
                        "MIN_SNAPSHOTS",
                        10,
                        1,
                        100_000,
                        "how many of the newest snapshots of a table stay, however old they are"),
                settings.integer(
                        "MAX_SNAPSHOTS",
                        100,
                        1,
                        100_000,
                        "how many snapshots of a table stay at most; set it below the control plane's setting, which"
                                + " says when a table is looked at"),
                settings.duration(
                        "ORPHAN_INTERVAL",
                        Duration.ofHours(6),
                        Duration.ofSeconds(1),
                        Duration.ofDays(30),
                        "how often a namespace is searched for objects that nobody knows"),
                settings.integer(
                        "READ_AHEAD_PAGE" + "S",
                        16,
                        1,
                        1024,
                        "how many pages, or runs of small ones, a task reads at once"),
                settings.bytes(
                        "READ_AHEAD_BYTES",
                        64 * MIB,
                        64 * KIB,
                        16 * GIB,
                        "how many bytes the pages that a task reads at once may have"),
                settings.integer("UPLOADS", 4, 1, 256, "how many segments a task uploads at once"),
                settings.duration(
                        "CALL_TIMEOUT",
                        Duration.ofSeconds(10),
                        Duration.ofMillis(100),
                        Duration.ofMinutes(5),
                        "how long one call to the control plane may take; calls are made again while that helps"),
                settings.duration(
                        "PLAN_TIMEOUT",
                        Duration.ofMinutes(5),
                        Duration.ofSeconds(1),
                        Duration.ofHours(1),
                        "how long the control plane may take to tell the pages of a topic, of which there are very"
                                + " many when compaction was away for long"),
                settings.duration(
                        "DRAIN_TIMEOUT",
                        Duration.ofSeconds(20),
                        Duration.ZERO,
                        Duration.ofMinutes(10),
                        "how long a shutdown waits for running tasks; those that are left are given back"));
    }
}
