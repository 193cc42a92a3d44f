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

import dev.wings.controlplane.task.TableCommit.WatermarkMove;
import dev.wings.controlplane.task.TableCommitState.TablePointer;
import java.time.Instant;
import java.util.List;

/// What [TableCommitRule] makes of a commit.
public sealed interface TableCommitDecision {

    /// The commit was made before.
    record Repeated(long rows) implements TableCommitDecision {}

    /// The commit is to be made.
    ///
    /// @param table the table as it is from now on
    /// @param created whether there was no table before
    /// @param moves the moves whose pages go; the pages must have as many rows as they say
    /// @param garbage locations that may be collected from `collectTime` on
    record Apply(
            TablePointer table,
            boolean created,
            List<WatermarkMove> moves,
            List<String> garbage,
            Instant time,
            Instant collectTime)
            implements TableCommitDecision {

        /// How many rows move out of pages.
        public long rows() {
            return moves.stream().mapToLong(WatermarkMove::rows).sum();
        }
    }
}
