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
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Decides whose turn it is (I9): first comes the tenant with the fewest tasks running, among equals the one
/// that was served the longest time ago; within a tenant the task that is due first. No state is kept and
/// nothing is read or written here.
public final class TurnRule {

    private static final Comparator<Candidate> ORDER = Comparator.comparingLong(Candidate::running)
            .thenComparing(Candidate::servedTime, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(Candidate::dueTime);

    private TurnRule() {}

    /// A task that may run now; one for each tenant is enough, the one that is due first.
    ///
    /// @param running how many tasks of its tenant run
    /// @param servedTime when its tenant was last given a worker; null for never
    public record Candidate(
            UUID task,
            Instant dueTime,
            long running,
            @Nullable Instant servedTime) {}

    /// The task whose turn it is; empty if there is none.
    public static Optional<UUID> next(Collection<Candidate> candidates) {
        return candidates.stream().min(ORDER).map(Candidate::task);
    }
}
