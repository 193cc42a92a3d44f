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
package dev.wings.worker.task;

import dev.wings.common.proto.TableStats;
import java.util.Optional;

/// Does the tasks of one kind. Used by many threads at once; each task has a platform thread of its own.
@FunctionalInterface
public interface TaskHandler {

    /// Does the task. If it throws, the task has failed for that reason: a `WingsException` with a message that
    /// names the thing. NOT_FOUND means that the target is gone, so that no further attempt can do better.
    ///
    /// The thread is interrupted when the lease is lost or the worker stops; [TaskLease#check] tells.
    Result run(TaskLease lease);

    /// @param table how the table is now; empty if the task did not look
    /// @param more whether there is more to do of the same kind
    record Result(Optional<TableStats> table, boolean more) {}
}
