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
package dev.wings.ingestor.folio;

import dev.wings.common.error.WingsException;
import dev.wings.common.proto.BatchResult;
import dev.wings.ingestor.batch.PartitionBatch;
import dev.wings.ingestor.budget.MemoryBudget;
import dev.wings.ingestor.topic.TopicTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What one message of a producer adds to the log: a batch for each partition that it has rows of. All of them
/// go into the same folio, and so do its dead letters, so that both or neither are stored.
///
/// @param letters what goes to another topic; may be all that there is
/// @param requestedTimestampMicros 0 for none
/// @param bytes size of what is to be stored
/// @param memory the lease on the bytes that the batches count for, held for as long as they are there,
///     whatever becomes of their stream
/// @param answer is told the outcome, exactly once
public record Submission(
        StreamOrder order,
        TopicTarget topic,
        List<PartitionBatch> batches,
        Optional<Letters> letters,
        long requestedTimestampMicros,
        long bytes,
        MemoryBudget.Account.Lease memory,
        Answer answer) {

    /// What a page of its own for each batch adds to a commit: the topic's uid, numbers, tags.
    private static final int COMMIT_BYTES_PER_BATCH = 128;

    public Submission(
            StreamOrder order,
            TopicTarget topic,
            List<PartitionBatch> batches,
            long requestedTimestampMicros,
            MemoryBudget.Account.Lease memory,
            Answer answer) {
        this(order, topic, batches, Optional.empty(), requestedTimestampMicros, memory, answer);
    }

    public Submission(
            StreamOrder order,
            TopicTarget topic,
            List<PartitionBatch> batches,
            Optional<Letters> letters,
            long requestedTimestampMicros,
            MemoryBudget.Account.Lease memory,
            Answer answer) {
        this(
                order,
                topic,
                batches,
                letters,
                requestedTimestampMicros,
                batches.stream().mapToLong(PartitionBatch::bytes).sum()
                        + letters.map(Letters::bytes).orElse(0L),
                memory,
                answer);
    }

    public Submission {
        batches = List.copyOf(batches);
        if (batches.isEmpty() && letters.isEmpty()) {
            throw new IllegalArgumentException("a submission has at least one batch");
        }
    }

    /// The rows that the topic does not take, as they are kept in another topic.
    ///
    /// @param topic of the same namespace
    public record Letters(TopicTarget topic, PartitionBatch batch) {

        long bytes() {
            return batch.bytes();
        }
    }

    /// A batch for a page.
    ///
    /// @param withTopicUid the other topic of the submission, without which the batch is not taken; empty for
    ///     none
    record Placed(String topicUid, String withTopicUid, long requestedTimestampMicros, PartitionBatch batch) {}

    /// All batches, in the order in which the answer has their results: those of the topic, then the dead
    /// letters.
    List<Placed> placed() {
        List<Placed> placed = new ArrayList<>();
        String other = letters.map(it -> it.topic.uid()).orElse("");
        batches.forEach(batch -> placed.add(new Placed(topic.uid(), other, requestedTimestampMicros, batch)));
        letters.ifPresent(
                it -> placed.add(new Placed(it.topic.uid(), batches.isEmpty() ? "" : topic.uid(), 0, it.batch)));
        return placed;
    }

    /// How many bytes a commit needs to say about the batches, at most and roughly.
    long commitBytes() {
        long bytes = 0;
        for (Placed placed : placed()) {
            bytes += COMMIT_BYTES_PER_BATCH
                    + placed.withTopicUid.length()
                    + 3L * placed.batch.partitionValue().length();
        }
        return bytes;
    }

    /// Gives the batches' memory back.
    void release() {
        batches.forEach(PartitionBatch::close);
        letters.ifPresent(it -> it.batch.close());
        memory.close();
    }

    /// Hears the outcome. It is called after the submission's memory was given back, on the thread that learned
    /// it, and must not block.
    public interface Answer {

        /// The topic's schema has changed since the batches were bound to it. The outcome follows.
        void topicChanged();

        /// The commit went through. The results are in the order of the batches; each may be a rejection.
        void committed(List<BatchResult> results);

        /// None of the batches is in the log, or (UNAVAILABLE, INTERNAL) nobody knows.
        void failed(WingsException reason);
    }
}
