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
import dev.wings.common.arrow.RowFault;
import dev.wings.common.arrow.RowFaults;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.GrpcErrors;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.AcceptedBatch;
import dev.wings.common.proto.BatchResult;
import dev.wings.common.proto.IngestResponse.PartitionRange;
import dev.wings.common.proto.ProducerAnswer;
import dev.wings.common.proto.ProducerResult;
import dev.wings.common.proto.Rejection;
import dev.wings.common.schema.OnError;
import dev.wings.ingestor.batch.BatchIntake;
import dev.wings.ingestor.batch.PartitionBatch;
import dev.wings.ingestor.budget.MemoryBudget;
import dev.wings.ingestor.folio.BatchNumber;
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
    /// @param number by which the batch is stored once, however often it is sent
    /// @param sender of a batch without which rows that do not fit it may be taken; empty for a batch that is
    ///     taken as a whole or not at all
    public record Wishes(
            Optional<String> partitionValue,
            OptionalLong timestampMicros,
            Optional<BatchNumber> number,
            Optional<Sender> sender) {

        public static final Wishes NONE =
                new Wishes(Optional.empty(), OptionalLong.empty(), Optional.empty(), Optional.empty());

        /// The time as commits have it: there 0 stands for none, so the first microsecond stands for the epoch.
        long requestedTimestampMicros() {
            return timestampMicros.isEmpty() ? 0 : timestampMicros.getAsLong() == 0 ? 1 : timestampMicros.getAsLong();
        }
    }

    /// Who sends a batch whose rows become dead letters if they do not fit, and their topic keeps those.
    ///
    /// @param door by which it came
    /// @param requestId what the producer calls the batch; empty for no name
    /// @param bad rows that came along with the batch, and are none of it, since they could not be read
    /// @param gathers whether rows of the batch itself become dead letters, too; else they reject it
    public record Sender(String door, String requestId, List<RowFault> bad, boolean gathers) {

        public Sender {
            bad = List.copyOf(bad);
        }
    }

    /// What became dead letters.
    ///
    /// @param requestId by which they are found: the producer's, or one that was made
    public record Kept(int rows, String requestId) {

        public static final Kept NOTHING = new Kept(0, "");
    }

    /// Hears what became of a batch, exactly once, by whichever thread learns it; must not block.
    public interface Outcome {

        /// @param ranges one for each partition that the batch has rows of, ordered by value
        void accepted(List<PartitionRange> ranges);

        /// As [#accepted(List)], which is enough for who sends no batch with a [Sender] or a number.
        ///
        /// @param repeated whether the batch was accepted before, when it was sent for the first time
        default void accepted(List<PartitionRange> ranges, Kept kept, boolean repeated) {
            accepted(ranges);
        }

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
        Optional<Letters> letters;
        FolioPipeline pipeline;
        try {
            if (ended) {
                throw WingsException.unavailable("not taken, because an earlier batch was not", null);
            }
            batches.follow(intake.topics().load(batches.topic().name()));
            intake.grow(batches);
            pipeline = intake.pipelines().open(batches.topic().namespace());
            RowFaults faults = gathers(wishes) ? RowFaults.gather(Intake.MAX_LETTERS) : RowFaults.refuse();
            split = batches.openBatches(header, body, wishes.partitionValue(), faults);
            letters = openLetters(wishes, faults, split);
        } catch (WingsException e) {
            if (ends(e) || wishes.number().isEmpty() || wishes.number().get().single()) {
                reject(outcome, e, ends(e));
            } else {
                refuse(wishes.number().get(), e, memory, outcome);
            }
            return;
        }
        if (split.isEmpty() && letters.isEmpty() && wishes.number().isEmpty()) {
            outcome.accepted(List.of(), Kept.NOTHING, false);
        } else {
            submit(pipeline, split, letters, wishes, memory, outcome);
        }
    }

    /// Says in a commit that a numbered batch is rejected, which is its answer for ever, unless an attempt of
    /// before was taken: then that is. A batch that is the only one of its producer is rejected so only by who
    /// sends it: it may first find out which rows are at fault.
    ///
    /// @param lease on what the batch counts for; moved
    public void refuse(BatchNumber number, WingsException reason, MemoryBudget.Account.Lease lease, Outcome outcome) {
        TopicTarget topic = batches.topic();
        FolioPipeline pipeline;
        try {
            pipeline = intake.pipelines().open(topic.namespace());
        } catch (WingsException e) {
            reject(outcome, e, ends(e));
            return;
        }
        append(
                Submission.rejected(
                        order,
                        topic,
                        number,
                        reason,
                        lease.move(),
                        new Answer(topic, List.of(), Kept.NOTHING, outcome)),
                pipeline);
    }

    private boolean gathers(Wishes wishes) {
        return keepsLetters() && wishes.sender().map(Sender::gathers).orElse(false);
    }

    private boolean keepsLetters() {
        return batches.topic().intake().onError() == OnError.DEAD_LETTER;
    }

    /// Dead letters on their way.
    private record Letters(Submission.Letters batch, Kept kept) {}

    /// Closes the batches if it fails.
    private Optional<Letters> openLetters(Wishes wishes, RowFaults faults, List<PartitionBatch> split) {
        try {
            List<RowFault> bad =
                    new ArrayList<>(wishes.sender().map(Sender::bad).orElse(List.of()));
            if (!bad.isEmpty() && !keepsLetters()) {
                throw WingsException.invalid("the topic keeps no dead letters: topic="
                        + batches.topic().name());
            }
            bad.addAll(faults.rows());
            if (bad.isEmpty()) {
                return Optional.empty();
            }
            Sender sender = wishes.sender().orElseThrow();
            String requestId =
                    sender.requestId().isEmpty() ? intake.ids().next().toString() : sender.requestId();
            return Optional.of(new Letters(
                    intake.openLetters(batches.topic(), bad, sender.door(), requestId),
                    new Kept(bad.size(), requestId)));
        } catch (RuntimeException | Error e) {
            split.forEach(PartitionBatch::close);
            throw e;
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
            Optional<Letters> letters,
            Wishes wishes,
            MemoryBudget.Account.Lease lease,
            Outcome outcome) {
        TopicTarget topic = batches.topic();
        MemoryBudget.Account.Lease memory = lease.move();
        Submission submission = new Submission(
                order,
                topic,
                split,
                letters.map(Letters::batch),
                wishes.number(),
                wishes.requestedTimestampMicros(),
                memory,
                new Answer(topic, split, letters.map(Letters::kept).orElse(Kept.NOTHING), outcome));
        // A batch that was split is a copy, which is larger or smaller than what came in.
        memory.resize(Math.max(memory.bytes(), submission.bytes()));
        append(submission, first);
    }

    private void append(Submission submission, FolioPipeline first) {
        FolioPipeline pipeline = first;
        while (!pipeline.append(submission)) {
            // The pipeline was idle for long, and has been retired a moment ago.
            pipeline = intake.pipelines().open(submission.topic().namespace());
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
        private final Kept kept;
        private final Outcome outcome;

        Answer(TopicTarget topic, List<PartitionBatch> split, Kept kept, Outcome outcome) {
            this.kept = kept;
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
        public void committed(List<BatchResult> results, Optional<ProducerResult> numbered) {
            if (numbered.isPresent() && !isNew(numbered.get())) {
                answered(numbered.get());
                return;
            }
            List<PartitionRange> ranges = new ArrayList<>();
            for (int i = 0; i < results.size(); i++) {
                BatchResult result = results.get(i);
                if (!result.hasAccepted()) {
                    // The topic is not what it was: it is looked up again for the next batch.
                    intake.topics().forget(topic);
                    reject(outcome, reason(result.getRejected()), false);
                    return;
                }
                if (i == partitionValues.size()) {
                    // these are the dead letters
                    break;
                }
                AcceptedBatch accepted = result.getAccepted();
                ranges.add(PartitionRange.newBuilder()
                        .setPartitionValue(partitionValues.get(i))
                        .setStartOffset(accepted.getStartOffset())
                        .setEndOffset(accepted.getEndOffset())
                        .setTimestampMicros(accepted.getTimestampMicros())
                        .build());
            }
            outcome.accepted(ranges, kept, false);
        }

        /// Whether what became of the batches of the message is its answer.
        private static boolean isNew(ProducerResult result) {
            return result.getOutcome() == ProducerResult.Outcome.NEW
                    && !result.getAnswer().hasRejection();
        }

        private void answered(ProducerResult result) {
            ProducerAnswer answer = result.getAnswer();
            if (answer.hasRejection()) {
                intake.topics().forget(topic);
                WingsException reason = reason(answer.getRejection());
                reject(outcome, reason, ends(reason));
                return;
            }
            List<PartitionRange> ranges = answer.getRangesList().stream()
                    .map(range -> PartitionRange.newBuilder()
                            .setPartitionValue(range.getPartitionValue())
                            .setStartOffset(range.getStartOffset())
                            .setEndOffset(range.getEndOffset())
                            .setTimestampMicros(range.getTimestampMicros())
                            .build())
                    .toList();
            outcome.accepted(ranges, new Kept(Math.toIntExact(answer.getDeadLetterRows()), kept.requestId()), true);
        }

        private WingsException reason(Rejection rejection) {
            WingsException reason = GrpcErrors.fromRejection(rejection);
            return reason.kind() == ErrorKind.NOT_FOUND
                    ? WingsException.notFound("the topic" + (kept.rows() > 0 ? ", or that of its dead letters," : "")
                            + " was deleted while it was written to, push again if there is"
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
