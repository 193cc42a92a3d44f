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

import com.google.protobuf.InvalidProtocolBufferException;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.GrpcErrors;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.AcceptedBatch;
import dev.wings.common.proto.BatchResult;
import dev.wings.common.proto.CommitFolioResponse;
import dev.wings.common.proto.PageResult;
import dev.wings.common.proto.PartitionOffsets;
import dev.wings.common.proto.PlannedPage;
import dev.wings.common.proto.ProducerAnswers;
import dev.wings.common.proto.Rejection;
import dev.wings.controlplane.log.FolioAnswer.Accepted;
import dev.wings.controlplane.log.FolioAnswer.BatchAnswer;
import dev.wings.controlplane.log.FolioAnswer.Rejected;
import dev.wings.controlplane.log.LogPage.PageBatch;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Answers and batches in protobuf: what goes over the wire is also what is stored, and must stay readable for
/// ever.
public final class LogProtos {

    private LogProtos() {}

    public static CommitFolioResponse toProto(FolioAnswer answer) {
        CommitFolioResponse.Builder response = CommitFolioResponse.newBuilder().setCommitNumber(answer.commitNumber());
        for (List<BatchAnswer> page : answer.pages()) {
            PageResult.Builder result = PageResult.newBuilder();
            page.forEach(batch -> result.addBatches(toProto(batch)));
            response.addPages(result);
        }
        answer.changedTopics().forEach(uid -> response.addChangedTopics(uid.toString()));
        answer.producerResults()
                .forEach(result -> response.addProducerResults(dev.wings.common.proto.ProducerResult.newBuilder()
                        .setOutcome(
                                switch (result.outcome()) {
                                    case NEW -> dev.wings.common.proto.ProducerResult.Outcome.NEW;
                                    case REPEATED -> dev.wings.common.proto.ProducerResult.Outcome.REPEATED;
                                    case REFUSED -> dev.wings.common.proto.ProducerResult.Outcome.REFUSED;
                                })
                        .setAnswer(toProto(result.answer()))));
        return response.build();
    }

    private static dev.wings.common.proto.ProducerAnswer toProto(ProducerAnswer answer) {
        dev.wings.common.proto.ProducerAnswer.Builder proto = dev.wings.common.proto.ProducerAnswer.newBuilder()
                .setFingerprint(answer.fingerprint())
                .setDeadLetterRows(answer.deadLetterRows());
        answer.ranges()
                .forEach(range -> proto.addRanges(PartitionOffsets.newBuilder()
                        .setPartitionValue(range.partitionValue())
                        .setStartOffset(range.startOffset())
                        .setEndOffset(range.endOffset())
                        .setTimestampMicros(range.timestampMicros())));
        answer.rejection().ifPresent(rejected -> proto.setRejection(toProto(rejected)));
        return proto.build();
    }

    private static ProducerAnswer fromProto(dev.wings.common.proto.ProducerAnswer answer) {
        return new ProducerAnswer(
                answer.getFingerprint(),
                answer.getRangesList().stream()
                        .map(range -> new ProducerAnswer.Range(
                                range.getPartitionValue(),
                                range.getStartOffset(),
                                range.getEndOffset(),
                                range.getTimestampMicros()))
                        .toList(),
                answer.hasRejection() ? Optional.of(rejected(answer.getRejection())) : Optional.empty(),
                answer.getDeadLetterRows());
    }

    private static ProducerResult fromProto(dev.wings.common.proto.ProducerResult result) {
        return new ProducerResult(
                switch (result.getOutcome()) {
                    case NEW -> ProducerResult.Outcome.NEW;
                    case REPEATED -> ProducerResult.Outcome.REPEATED;
                    case REFUSED -> ProducerResult.Outcome.REFUSED;
                    case OUTCOME_UNSPECIFIED, UNRECOGNIZED ->
                        throw new WingsException(
                                ErrorKind.DATA_LOSS, "the stored answer of a commit lacks what became of a batch");
                },
                fromProto(result.getAnswer()));
    }

    /// The answers to a producer's last batches as they are stored.
    public static byte[] formatAnswers(List<ProducerAnswer> answers) {
        ProducerAnswers.Builder proto = ProducerAnswers.newBuilder();
        answers.forEach(answer -> proto.addAnswers(toProto(answer)));
        return proto.build().toByteArray();
    }

    public static List<ProducerAnswer> parseAnswers(byte[] stored) {
        try {
            return ProducerAnswers.parseFrom(stored).getAnswersList().stream()
                    .map(LogProtos::fromProto)
                    .toList();
        } catch (InvalidProtocolBufferException e) {
            throw WingsException.dataLoss("the stored answers of a producer cannot be read", e);
        }
    }

    /// Fails with INVALID for what no batch of a producer can be.
    public static ProducerBatch fromProto(dev.wings.common.proto.ProducerBatch batch, ProducerKey key) {
        if (batch.getPartPagesCount() != batch.getPartBatchesCount()) {
            throw WingsException.invalid("a producer's batch names as many pages as batches: producer_id="
                    + key.producerId() + ", part_pages=" + batch.getPartPagesCount() + ", part_batches="
                    + batch.getPartBatchesCount());
        }
        return new ProducerBatch(
                key,
                batch.getEpoch(),
                batch.getSequence(),
                batch.getSingle(),
                batch.getFingerprint(),
                batch.hasRejection() ? Optional.of(rejected(batch.getRejection())) : Optional.empty(),
                IntStream.range(0, batch.getPartPagesCount())
                        .mapToObj(i -> new ProducerBatch.Part(batch.getPartPages(i), batch.getPartBatches(i)))
                        .toList());
    }

    private static Rejection toProto(Rejected rejected) {
        return GrpcErrors.toRejection(new WingsException(rejected.kind(), rejected.message()));
    }

    private static Rejected rejected(Rejection rejection) {
        WingsException failure = GrpcErrors.fromRejection(rejection);
        return new Rejected(failure.kind(), failure.getMessage());
    }

    private static BatchResult toProto(BatchAnswer batch) {
        return switch (batch) {
            case Accepted accepted ->
                BatchResult.newBuilder()
                        .setAccepted(AcceptedBatch.newBuilder()
                                .setStartOffset(accepted.startOffset())
                                .setEndOffset(accepted.endOffset())
                                .setTimestampMicros(accepted.timestampMicros()))
                        .build();
            case Rejected rejected ->
                BatchResult.newBuilder().setRejected(toProto(rejected)).build();
        };
    }

    /// An answer that was stored.
    public static FolioAnswer parseAnswer(byte[] stored) {
        try {
            CommitFolioResponse response = CommitFolioResponse.parseFrom(stored);
            return new FolioAnswer(
                    response.getCommitNumber(),
                    response.getPagesList().stream()
                            .map(page -> page.getBatchesList().stream()
                                    .map(LogProtos::fromProto)
                                    .toList())
                            .toList(),
                    response.getChangedTopicsList().stream()
                            .map(UUID::fromString)
                            .collect(Collectors.toSet()),
                    response.getProducerResultsList().stream()
                            .map(LogProtos::fromProto)
                            .toList());
        } catch (InvalidProtocolBufferException e) {
            throw WingsException.dataLoss("the stored answer of a commit cannot be read", e);
        }
    }

    private static BatchAnswer fromProto(BatchResult batch) {
        return switch (batch.getResultCase()) {
            case ACCEPTED ->
                new Accepted(
                        batch.getAccepted().getStartOffset(),
                        batch.getAccepted().getEndOffset(),
                        batch.getAccepted().getTimestampMicros());
            case REJECTED -> rejected(batch.getRejected());
            case RESULT_NOT_SET ->
                throw new WingsException(ErrorKind.DATA_LOSS, "the stored answer of a commit lacks a batch");
        };
    }

    /// Adds batches to the field `batches`.
    public static void addBatches(PlannedPage.Builder page, List<PageBatch> batches) {
        for (PageBatch batch : batches) {
            page.addBatches(dev.wings.common.proto.PageBatch.newBuilder()
                    .setRows(batch.rows())
                    .setTimestampMicros(batch.timestampMicros())
                    .setSkipped(batch.skipped()));
        }
    }

    /// The batches of a page as they are stored.
    public static byte[] formatBatches(List<PageBatch> batches) {
        PlannedPage.Builder page = PlannedPage.newBuilder();
        addBatches(page, batches);
        return page.build().toByteArray();
    }

    public static List<PageBatch> parseBatches(byte[] stored) {
        try {
            return PlannedPage.parseFrom(stored).getBatchesList().stream()
                    .map(batch -> new PageBatch(batch.getRows(), batch.getTimestampMicros(), batch.getSkipped()))
                    .toList();
        } catch (InvalidProtocolBufferException e) {
            throw WingsException.dataLoss("the stored batches of a page cannot be read", e);
        }
    }
}
