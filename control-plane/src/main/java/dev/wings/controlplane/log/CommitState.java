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

import java.util.Map;
import java.util.UUID;

/// What is known about a namespace at the moment of a commit, as far as the commit touches it. Nobody else
/// changes any of it until the commit is done.
///
/// @param objectPrefix what the keys of the namespace's objects start with, without the slash that follows
/// @param lastCommitNumber 0 before the first commit
/// @param folios those of the folios to commit that were committed before
/// @param topics those of the topics that exist in this namespace
/// @param partitions those of the partitions that exist, of topics of this namespace
/// @param producers what is known of the producers that have numbered their batches
/// @param producerEpochs the current epoch of those of them that have a name in this namespace, by their ids
public record CommitState(
        String objectPrefix,
        long lastCommitNumber,
        Map<UUID, KnownFolio> folios,
        Map<UUID, TopicState> topics,
        Map<PartitionKey, PartitionState> partitions,
        Map<ProducerKey, ProducerState> producers,
        Map<UUID, Long> producerEpochs) {

    /// A folio that was committed before.
    public record KnownFolio(UUID namespaceUid, FolioAnswer answer) {}

    /// @param schemaVersion the version of the current schema
    /// @param partitioned whether the topic has a partition key
    public record TopicState(int schemaVersion, boolean partitioned) {}

    /// @param lastTimestampMicros the timestamp of the newest batch
    public record PartitionState(long nextOffset, long lastTimestampMicros) {}
}
