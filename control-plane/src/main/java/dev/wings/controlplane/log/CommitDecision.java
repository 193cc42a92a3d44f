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
package dev.wings.controlplane.log;

import dev.wings.common.error.WingsException;
import dev.wings.controlplane.log.CommitState.PartitionState;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// What [CommitRule] makes of a group of folios: what is to be written, and what each of them is answered.
///
/// @param time the time of the commit, kept with the folios
/// @param lastCommitNumber the last commit of the namespace from now on
/// @param folios folios to be added, each with its pages, in the order of their commit numbers
/// @param partitions partitions that changed or are new, as they are from now on
/// @param producers what is known from now on of producers whose batches were answered
/// @param outcomes one for each folio of the group, in its order
public record CommitDecision(
        Instant time,
        long lastCommitNumber,
        List<CommittedFolio> folios,
        Map<PartitionKey, PartitionState> partitions,
        Map<ProducerKey, ProducerState> producers,
        List<Outcome> outcomes) {

    public CommitDecision {
        folios = List.copyOf(folios);
        outcomes = List.copyOf(outcomes);
    }

    /// A folio that becomes part of the log.
    public record CommittedFolio(FolioCommit folio, FolioAnswer answer, List<LogPage> pages) {}

    /// What a folio is answered.
    public sealed interface Outcome {}

    /// The folio is in the log, now or since an earlier commit.
    public record Answered(FolioAnswer answer) implements Outcome {}

    /// The folio is refused as a whole; nothing of it is in the log.
    public record Refused(WingsException reason) implements Outcome {}
}
