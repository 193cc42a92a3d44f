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
package dev.wings.ingestor.intake;

import dev.wings.common.arrow.IpcHeader;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.GrpcErrors;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.AcceptedBatch;
import dev.wings.common.proto.BatchResult;
import dev.wings.common.proto.IngestResponse.PartitionRange;
import dev.wings.ingestor.batch.BatchIntake;
import dev.wings.ingestor.batch.PartitionBatch;
import dev.wings.ingestor.budget.MemoryBudget;
import dev.wings.ingestor.folio.FolioPipeline;
import dev.wings.ingestor.folio.StreamOrder;
import dev.wings.ingestor.folio.Submission;
import dev.wings.ingestor.topic.TopicTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.arrow.memory.ArrowBuf;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What one producer writes to one topic: each batch gets its own outcome, and what is accepted is in the log
/// in the order of the calls (I2).
///
/// A batch that is rejected for what it is leaves the session as it was. One that failed otherwise ends it: the
/// producer may send that batch again, in another session, and nothing that it sent after it may come before
/// it. One thread calls at a time; outcomes come on any.
public final class Session implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    private final Intake intake;
    private final BatchIntake batches;
    private final MemoryBudget.Account account;
    private final StreamOrder order = new StreamOrder();

    /// The lease on what the dictionaries take; null until there is one.
    private MemoryBudget.Account.@Nullable Lease dictionaries;

    private volatile boolean ended;

    Session(Intake intake, BatchIntake batches, MemoryBudget.Account account) {
        this.intake = intake;
        this.batches = batches;
        this.account = account;
    }

    /// What a producer may ask for along with a batch.
    ///
    /// @param partitionValue the partition that all rows belong to
    /// @param timestampMicros microseconds UTC
    public record Wishes(Optional<String> partitionValue, OptionalLong timestampMicros) {

        public static final Wishes NONE = new Wishes(Optional.empty(), OptionalLong.empty());

        /// The time as commits have it: there 0 stands for none, so the first microsecond stands for the epoch.
        long requestedTimestampMicros() {
            return timestampMicros.isEmpty() ? 0 : timestampMicros.getAsLong() == 0 ? 1 : timestampMicros.getAsLong();
        }
    }

    /// Hears what became of a batch, exactly once, by whichever thread learns it; must not block.
    public interface Outcome {

        /// @param ranges one for each partition that the batch has rows of, ordered by value
        void accepted(List<PartitionRange> ranges);

        /// @param ends whether nothing that comes after the batch is taken by the session
        void rejected(WingsException reason, boolean ends);
    }

    /// Whether a batch that is rejected for this reason was not at fault itself.
    public static boolean ends(WingsException reason) {
        return switch (reason.kind()) {
            case INVALID, UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, ALREADY_EXISTS, PRECONDITION -> false;
            case CONFLICT, EXHAUSTED, UNAVAILABLE, DEADLINE, CANCELLED, DATA_LOSS, INTERNAL -> true;
        };
    }

    /// Keeps a dictionary for the batches that follow. Batches that need a dictionary that could not be read
    /// are rejected for that, so this does not fail with INVALID. Fails with EXHAUSTED.
    ///
    /// @param memory the lease on what the message counts for; closed
    public void readDictionary(IpcHeader.DictionaryBatch header, ArrowBuf body, MemoryBudget.Account.Lease memory) {
        try (memory) {
            batches.readDictionary(header, body);
        } catch (WingsException e) {
            if (e.kind() == ErrorKind.EXHAUSTED) {
                throw e;
            }
            LOG.debug(
                    "dictionary not taken: topic={}, cause={}", batches.topic().name(), e.getMessage());
        }
        keepDictionaries(batches.dictionaryBytes());
    }

    /// Counts what the dictionaries take now. They stay until the session ends, and a small message may have
    /// been packed to a fraction of its size.
    private void keepDictionaries(long bytes) {
        if (dictionaries == null) {
            dictionaries = account.hold(bytes);
        } else {
            dictionaries.resize(bytes);
        }
        if (!dictionaries.keep(MemoryBudget.Reason.DICTIONARIES)) {
            throw WingsException.exhausted(
                    "no memory for the dictionaries of the stream, send its columns without them or try again later:"
                            + " dictionary_bytes=" + bytes);
        }
    }

    /// Takes a batch. The body stays the caller's.
    ///
    /// @param memory the lease on what the batch counts for; moved if the batch is taken, else left to the
    ///     caller
    public void append(
            IpcHeader.RecordBatch header,
            ArrowBuf body,
            Wishes wishes,
            MemoryBudget.Account.Lease memory,
            Outcome outcome) {
        List<PartitionBatch> split;
        FolioPipeline pipeline;
        try {
            if (ended) {
                throw WingsException.unavailable("not taken, because an earlier batch was not", null);
            }
            batches.follow(intake.topics().load(batches.topic().name()));
            intake.grow(batches);
            pipeline = intake.pipelines().open(batches.topic().namespace());
            split = batches.openBatches(header, body, wishes.partitionValue());
        } catch (WingsException e) {
            reject(outcome, e, ends(e));
            return;
        }
        if (split.isEmpty()) {
            outcome.accepted(List.of());
        } else {
            submit(pipeline, split, wishes, memory, outcome);
        }
    }

    /// Looks whether a batch would be taken, and takes nothing. Fails as it would be rejected. The body stays
    /// the caller's.
    public void check(IpcHeader.RecordBatch header, ArrowBuf body, Wishes wishes) {
        batches.follow(intake.topics().load(batches.topic().name()));
        batches.openBatches(header, body, wishes.partitionValue()).forEach(PartitionBatch::close);
    }

    private void reject(Outcome outcome, WingsException reason, boolean ends) {
        // This is told first: what comes after it must not be told of sooner. Until then later batches are kept out by
        // the order that is broken.
        outcome.rejected(reason, ends);
        if (ends) {
            ended = true;
        }
    }

    /// Hands the batches over, which give back their memory whatever happens. The lease on what they count for
    /// goes with them: when the session is over they may be there for long.
    private void submit(
            FolioPipeline first,
            List<PartitionBatch> split,
            Wishes wishes,
            MemoryBudget.Account.Lease lease,
            Outcome outcome) {
        TopicTarget topic = batches.topic();
        FolioPipeline pipeline = first;
        MemoryBudget.Account.Lease memory = lease.move();
        Submission submission = new Submission(
                order, topic, split, wishes.requestedTimestampMicros(), memory, new Answer(topic, split, outcome));
        // A batch that was split is a copy, which is larger or smaller than what came in.
        memory.resize(Math.max(memory.bytes(), submission.bytes()));
        while (!pipeline.append(submission)) {
            // The pipeline was idle for long, and has been retired a moment ago.
            pipeline = intake.pipelines().open(topic.namespace());
        }
    }

    /// Gives back the dictionaries. Batches that were taken go their way.
    @Override
    public void close() {
        batches.close();
        if (dictionaries != null) {
            dictionaries.close();
            dictionaries = null;
        }
    }

    /// Hears what became of the partitions of one batch.
    private final class Answer implements Submission.Answer {

        private final TopicTarget topic;
        private final List<String> partitionValues;
        private final Outcome outcome;

        Answer(TopicTarget topic, List<PartitionBatch> split, Outcome outcome) {
            this.topic = topic;
            this.partitionValues =
                    split.stream().map(PartitionBatch::partitionValue).toList();
            this.outcome = outcome;
        }

        @Override
        public void topicChanged() {
            // The next batch is bound to what it is then.
            intake.topics().forget(topic);
        }

        @Override
        public void committed(List<BatchResult> results) {
            List<PartitionRange> ranges = new ArrayList<>();
            for (int i = 0; i < results.size(); i++) {
                BatchResult result = results.get(i);
                if (!result.hasAccepted()) {
                    // The topic is not what it was: it is looked up again for the next batch.
                    intake.topics().forget(topic);
                    reject(outcome, reason(result), false);
                    return;
                }
                AcceptedBatch accepted = result.getAccepted();
                ranges.add(PartitionRange.newBuilder()
                        .setPartitionValue(partitionValues.get(i))
                        .setStartOffset(accepted.getStartOffset())
                        .setEndOffset(accepted.getEndOffset())
                        .setTimestampMicros(accepted.getTimestampMicros())
                        .build());
            }
            outcome.accepted(ranges);
        }

        private WingsException reason(BatchResult refused) {
            WingsException reason = GrpcErrors.fromRejection(refused.getRejected());
            return reason.kind() == ErrorKind.NOT_FOUND
                    ? WingsException.notFound("the topic was deleted while it was written to, push again if there is"
                            + " another one of its name: topic=" + topic.name() + ", topic_uid=" + topic.uid())
                    : reason;
        }

        @Override
        public void failed(WingsException reason) {
            intake.topics().forget(topic);
            reject(outcome, reason, true);
        }
    }
}
