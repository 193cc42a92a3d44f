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

import java.time.Instant;
import java.util.UUID;

/// A task that is to be made. If its target has one of the kind that is not done, it is joined with that.
///
/// @param bytes the bytes of pages that wait, for COMPACT
/// @param sinceTime when what is to be done came up
/// @param nextRunTime the task is not leased before
public record NewTask(UUID uid, TaskKind kind, TaskTarget target, long bytes, Instant sinceTime, Instant nextRunTime) {

    /// When the task should be done.
    public Instant dueTime() {
        return nextRunTime.plus(kind.patience());
    }
}
