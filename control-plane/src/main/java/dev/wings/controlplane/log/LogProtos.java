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
import dev.wings.common.proto.PlannedPage;
import dev.wings.controlplane.log.FolioAnswer.Accepted;
import dev.wings.controlplane.log.FolioAnswer.BatchAnswer;
import dev.wings.controlplane.log.FolioAnswer.Rejected;
import dev.wings.controlplane.log.LogPage.PageBatch;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

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
        return response.build();
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
                BatchResult.newBuilder()
                        .setRejected(GrpcErrors.toRejection(new WingsException(rejected.kind(), rejected.message())))
                        .build();
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
                            .collect(Collectors.toSet()));
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
            case REJECTED -> {
                WingsException rejection = GrpcErrors.fromRejection(batch.getRejected());
                yield new Rejected(rejection.kind(), rejection.getMessage());
            }
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
