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
package dev.wings.controlplane.task;

import static dev.wings.common.config.Settings.GIB;
import static dev.wings.common.config.Settings.MIB;

import dev.wings.common.config.Settings;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.random.RandomGenerator;

/// When tasks are made, and what becomes of those that fail.
///
/// @param lease how long a worker has a task without being heard of
/// @param maxAttempts after so many a task is dead
/// @param minBackoff the pause before the second attempt; doubled with each that fails
/// @param maxBackoff no pause between attempts is longer
/// @param retention how long what is done is remembered: tasks, and ids of commits
/// @param compactBytes pages of a topic are compacted before their freshness is over when they have so many
///     bytes
/// @param rewriteSegments so many small segments of a table are rewritten
/// @param maxSnapshots a table with more has its old ones expired
/// @param snapshotAge an older snapshot is expired
/// @param garbageInterval how often garbage of a namespace is collected
/// @param garbageGrace how long an object stays that nothing refers to any more: longer than the longest query
public record TaskPolicy(
        Duration lease,
        int maxAttempts,
        Duration minBackoff,
        Duration maxBackoff,
        Duration retention,
        long compactBytes,
        int rewriteSegments,
        int maxSnapshots,
        Duration snapshotAge,
        Duration garbageInterval,
        Duration garbageGrace) {

    /// The shortest grace. After half of it nothing is committed for the first time; that is more than twice
    /// what the database lets a transaction take between its decision and its end, so no commit is under way
    /// when its objects are taken for orphans.
    private static final Duration MIN_GARBAGE_GRACE = Duration.ofMinutes(5);

    /// How often a pause is doubled at most; that is far above what [#maxBackoff] allows.
    private static final int MAX_DOUBLINGS = 30;

    public TaskPolicy {
        if (minBackoff.compareTo(maxBackoff) > 0) {
            throw new IllegalArgumentException(
                    "the shortest backoff of tasks exceeds the longest: min=" + minBackoff + ", max=" + maxBackoff);
        }
        if (lease.multipliedBy(4).compareTo(garbageGrace) > 0) {
            throw new IllegalArgumentException(
                    "the grace of garbage must be at least four leases of tasks: GARBAGE_GRACE="
                            + garbageGrace.toSeconds() + "s, TASK_LEASE=" + lease.toSeconds() + "s");
        }
    }

    public static TaskPolicy from(Settings settings) {
        return new TaskPolicy(
                settings.duration(
                        "TASK_LEASE",
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(10),
                        "how long a worker has a task without being heard of"),
                settings.integer("TASK_ATTEMPTS", 12, 1, 1_000, "after so many failed attempts a task is dead"),
                settings.duration(
                        "TASK_MIN_BACKOFF",
                        Duration.ofSeconds(1),
                        Duration.ofMillis(10),
                        Duration.ofMinutes(10),
                        "the pause before the second attempt of a task; it is doubled with each attempt that fails"),
                settings.duration(
                        "TASK_MAX_BACKOFF",
                        Duration.ofMinutes(10),
                        Duration.ofMillis(10),
                        Duration.ofDays(1),
                        "the longest pause between two attempts of a task"),
                settings.duration(
                        "TASK_RETENTION",
                        Duration.ofHours(1),
                        Duration.ofMinutes(1),
                        Duration.ofDays(30),
                        "how long tasks that are done, and the ids of table commits, are remembered"),
                settings.bytes(
                        "COMPACT_BYTES",
                        256 * MIB,
                        MIB,
                        1024 * GIB,
                        "pages of a topic are compacted before its freshness is over when they have so many bytes"),
                settings.integer(
                        "REWRITE_SEGMENTS",
                        16,
                        2,
                        100_000,
                        "a table's small segments are rewritten when there are so many"),
                settings.integer(
                        "MAX_SNAPSHOTS", 200, 1, 100_000, "a table with more snapshots has its old ones expired"),
                settings.duration(
                        "SNAPSHOT_AGE",
                        Duration.ofDays(1),
                        Duration.ofMinutes(1),
                        Duration.ofDays(3650),
                        "a snapshot of a table that is older is expired"),
                settings.duration(
                        "GARBAGE_INTERVAL",
                        Duration.ofMinutes(10),
                        Duration.ofSeconds(1),
                        Duration.ofDays(7),
                        "how often the garbage of a namespace is collected"),
                settings.duration(
                        "GARBAGE_GRACE",
                        Duration.ofDays(1),
                        MIN_GARBAGE_GRACE,
                        Duration.ofDays(365),
                        "how long an object that nothing refers to any more stays: it must be longer than the"
                                + " longest query, and at least four times `WINGS_CONTROL_PLANE_TASK_LEASE`"));
    }

    /// The pause after an attempt that failed: it is doubled with each, and a random part of it, up to half, is
    /// taken off, so that what failed together is not tried again together.
    ///
    /// @param attempts how many there were so far, at least 1
    Duration backoff(int attempts, RandomGenerator random) {
        Duration doubled = minBackoff.multipliedBy(1L << Math.clamp(attempts - 1L, 0, MAX_DOUBLINGS));
        Duration bounded = doubled.compareTo(maxBackoff) > 0 ? maxBackoff : doubled;
        return bounded.minus(Duration.ofNanos((long) (random.nextDouble() * bounded.toNanos() / 2)))
                .truncatedTo(ChronoUnit.MICROS);
    }

    /// What was uploaded longer ago, or under an older lease, is not committed any more: it is about to be
    /// taken for an orphan. This is half of the grace, so that clocks and transactions may be off by as much.
    public Duration maxCommitAge() {
        return garbageGrace.dividedBy(2);
    }
}
