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

import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.TopicName;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Where the log's metadata is kept. Safe for use by many threads.
///
/// All implementations pass one contract suite. Failures: NOT_FOUND naming what does not exist; CONFLICT for a
/// transaction that lost against another, with nothing written; UNAVAILABLE when the state cannot be reached,
/// the outcome of a commit then being unknown.
public interface LogMetadataStore {

    /// Reads what the commit touches, asks `rule` for a decision, and writes what it decided: one transaction,
    /// during which no other commit of the namespace and no delete of its topics runs, on any replica. What is
    /// returned is durable and in every plan that starts from now on. If the decision adds no folio, nothing is
    /// written.
    ///
    /// `rule` has no effects and may be asked more than once; it is asked when all that it decides on is
    /// locked, so a clock that it reads is that of the commit, however long the commit waited. Fails with
    /// NOT_FOUND if the namespace does not exist.
    CommitDecision commit(CommitScope scope, Function<CommitState, CommitDecision> rule);

    /// What a commit may read and write.
    record CommitScope(
            UUID namespaceUid,
            Set<UUID> folioIds,
            Set<UUID> topicUids,
            Set<PartitionKey> partitions,
            Set<ProducerKey> producers) {

        /// The scope of all that these folios touch.
        public static CommitScope of(UUID namespaceUid, List<FolioCommit> folios) {
            Set<UUID> folioIds = new HashSet<>();
            Set<UUID> topicUids = new HashSet<>();
            Set<PartitionKey> partitions = new HashSet<>();
            Set<ProducerKey> producers = new HashSet<>();
            for (FolioCommit folio : folios) {
                folioIds.add(folio.folioId());
                for (FolioCommit.Page page : folio.pages()) {
                    topicUids.add(page.partition().topicUid());
                    partitions.add(page.partition());
                }
                for (ProducerBatch batch : folio.producerBatches()) {
                    topicUids.add(batch.key().topicUid());
                    producers.add(batch.key());
                }
            }
            return new CommitScope(namespaceUid, folioIds, topicUids, partitions, producers);
        }
    }

    /// Starts a producer with a name: one that exists gets the next epoch, a new one `newId` and the epoch 1.
    /// No commit of the namespace runs meanwhile. Fails with NOT_FOUND if the namespace does not exist, and
    /// with EXHAUSTED if it has `limit` producers that have a name, and this would be one more.
    NamedProducer initProducer(NamespaceName namespace, String name, UUID newId, Instant now, int limit);

    /// Hands one consistent snapshot of the topics to `sink`: of each commit all or nothing, and every commit
    /// that was durable before the call. Blocks until the sink has taken it all. Fails with NOT_FOUND that
    /// names the first resource that does not exist; the sink was then not called.
    void plan(List<TopicScan> scans, PlanSink sink);

    /// The partitions of a topic, ordered by value ([PartitionKey#VALUE_ORDER]), behind `after` (null for the
    /// start).
    List<PartitionRecord> listPartitions(TopicName topic, @Nullable String after, int limit);

    /// Commits of a namespace from number `start` on, in order and without gaps, each as a whole with the pages
    /// that are still part of the log; those of a deleted topic may be among them for a while. Gives at least
    /// one if there is one, and ends at the first that brings the number of pages, or of commits, to
    /// `pageLimit`. Fails with NOT_FOUND if the namespace does not exist.
    List<Commit> readCommits(UUID namespaceUid, long start, int pageLimit);

    /// The tenant that a namespace belongs to; empty for one that does not exist.
    Optional<String> tenant(UUID namespaceUid);

    /// The newest commit number of each of these namespaces; none for one that does not exist.
    Map<UUID, Long> lastCommitNumbers(Set<UUID> namespaceUids);
}
