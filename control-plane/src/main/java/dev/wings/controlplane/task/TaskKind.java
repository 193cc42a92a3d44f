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

import java.time.Duration;

/// What a task does. All that is particular about a kind is said here, except which tasks follow from which
/// ([FollowUps]).
public enum TaskKind {
    /// Creates the Iceberg table of a topic.
    CREATE_TABLE(Target.TOPIC, true, false, Duration.ZERO),
    /// Writes pages of a topic as segments of its table.
    COMPACT(Target.TABLE, true, true, Duration.ZERO),
    /// Replaces small segments of a table by larger ones with the same rows.
    REWRITE(Target.TABLE, true, false, Duration.ofMinutes(5)),
    /// Removes old snapshots of a table.
    EXPIRE_SNAPSHOTS(Target.TABLE, true, false, Duration.ofMinutes(30)),
    /// Removes objects of a namespace that nothing refers to any more. This task cannot die: one table that
    /// cannot be read must not end the collection of all other garbage.
    COLLECT_GARBAGE(Target.NAMESPACE, false, false, Duration.ofMinutes(30));

    /// What there has to be before a task may run.
    public enum Target {
        /// A namespace, or what is left of it.
        NAMESPACE,
        TOPIC,
        /// A topic that has its table.
        TABLE
    }

    private final Target target;
    private final boolean canDie;
    private final boolean movesWatermarks;
    private final Duration patience;

    TaskKind(Target target, boolean canDie, boolean movesWatermarks, Duration patience) {
        this.target = target;
        this.canDie = canDie;
        this.movesWatermarks = movesWatermarks;
        this.patience = patience;
    }

    public Target target() {
        return target;
    }

    /// Whether a task is given up after some attempts. One that is not is made again when it is done, as long
    /// as its target is there.
    public boolean canDie() {
        return canDie;
    }

    /// Whether its commits take rows out of pages; it goes on with the pages that are left.
    public boolean movesWatermarks() {
        return movesWatermarks;
    }

    /// How much longer a task of this kind waits when there are others: rows come before housekeeping, and yet
    /// housekeeping is never put off for ever.
    Duration patience() {
        return patience;
    }
}
