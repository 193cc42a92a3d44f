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
import dev.wings.common.proto.ProducerResult;
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
/// @param number by which it is stored once; may be all that there is, for a message without rows
/// @param rejection why none of it is to be taken, unless it was before; then there is nothing but its number
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
        Optional<BatchNumber> number,
        Optional<WingsException> rejection,
        long requestedTimestampMicros,
        long bytes,
        MemoryBudget.Account.Lease memory,
        Answer answer) {

    /// What a page of its own for each batch adds to a commit: the topic's uid, numbers, tags.
    private static final int COMMIT_BYTES_PER_BATCH = 128;

    /// What a number adds to a commit, without the reason of a rejection.
    private static final int COMMIT_BYTES_PER_NUMBER = 128;

    /// How much of the reason of a rejection is kept with its number.
    private static final int MAX_REASON_LENGTH = 1_000;

    public Submission(
            StreamOrder order,
            TopicTarget topic,
            List<PartitionBatch> batches,
            long requestedTimestampMicros,
            MemoryBudget.Account.Lease memory,
            Answer answer) {
        this(order, topic, batches, Optional.empty(), Optional.empty(), requestedTimestampMicros, memory, answer);
    }

    public Submission(
            StreamOrder order,
            TopicTarget topic,
            List<PartitionBatch> batches,
            Optional<Letters> letters,
            Optional<BatchNumber> number,
            long requestedTimestampMicros,
            MemoryBudget.Account.Lease memory,
            Answer answer) {
        this(
                order,
                topic,
                batches,
                letters,
                number,
                Optional.empty(),
                requestedTimestampMicros,
                batches.stream().mapToLong(PartitionBatch::bytes).sum()
                        + letters.map(Letters::bytes).orElse(0L),
                memory,
                answer);
    }

    public Submission {
        batches = List.copyOf(batches);
        if (batches.isEmpty() && letters.isEmpty() && number.isEmpty()) {
            throw new IllegalArgumentException("a submission has at least one batch, or a number");
        }
    }

    /// A message with a number that is not to be taken, unless it was before.
    public static Submission rejected(
            StreamOrder order,
            TopicTarget topic,
            BatchNumber number,
            WingsException rejection,
            MemoryBudget.Account.Lease memory,
            Answer answer) {
        return new Submission(
                order,
                topic,
                List.of(),
                Optional.empty(),
                Optional.of(number),
                Optional.of(shortened(rejection)),
                0,
                0,
                memory,
                answer);
    }

    private static WingsException shortened(WingsException reason) {
        String message = String.valueOf(reason.getMessage());
        return message.length() <= MAX_REASON_LENGTH
                ? reason
                : new WingsException(reason.kind(), message.substring(0, MAX_REASON_LENGTH) + "...", reason);
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
        long bytes = number.isEmpty() ? 0 : COMMIT_BYTES_PER_NUMBER;
        bytes += rejection
                .map(reason -> 3L * String.valueOf(reason.getMessage()).length())
                .orElse(0L);
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
        ///
        /// @param result what became of a numbered message, whose batches may be left out since it was sent
        ///     before
        void committed(List<BatchResult> results, Optional<ProducerResult> result);

        /// None of the batches is in the log, or (UNAVAILABLE, INTERNAL) nobody knows.
        void failed(WingsException reason);
    }
}
