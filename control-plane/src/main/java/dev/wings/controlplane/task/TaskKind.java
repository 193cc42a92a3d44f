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

/// What a task does.
public enum TaskKind {
    /// Creates the Iceberg table of a topic.
    CREATE_TABLE(Duration.ZERO),
    /// Writes pages of a topic as segments of its table.
    COMPACT(Duration.ZERO),
    /// Replaces small segments of a table by larger ones with the same rows.
    REWRITE(Duration.ofMinutes(5)),
    /// Removes old snapshots of a table.
    EXPIRE_SNAPSHOTS(Duration.ofMinutes(30)),
    /// Removes objects of a namespace that nothing refers to any more.
    COLLECT_GARBAGE(Duration.ofMinutes(30));

    private final Duration patience;

    TaskKind(Duration patience) {
        this.patience = patience;
    }

    /// How much longer a task of this kind waits when there are others: rows come before housekeeping, and yet
    /// housekeeping is never put off for ever.
    Duration patience() {
        return patience;
    }
}
