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
package dev.wings.ingestor.flight;

import dev.wings.common.error.GrpcErrors;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.IngestResponse;
import dev.wings.common.proto.Rejection;
import dev.wings.ingestor.intake.IntakeMetrics;
import dev.wings.ingestor.intake.Session;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The answer to one message, from the moment it came in.
final class PutAnswer implements Session.Outcome {

    private static final Logger LOG = LoggerFactory.getLogger(PutAnswer.class);

    /// The name of this door.
    static final String DOOR = "flight";

    private final Answers answers;
    private final Answers.Slot slot;
    private final IngestResponse.Builder response;
    private final IntakeMetrics metrics;
    private final IntakeMetrics.Stopwatch stopwatch;

    PutAnswer(Answers answers, Answers.Slot slot, long index, IntakeMetrics metrics) {
        this.answers = answers;
        this.slot = slot;
        this.response = IngestResponse.newBuilder().setBatchIndex(index);
        this.metrics = metrics;
        this.stopwatch = metrics.start();
    }

    /// Puts the producer's own id into the answer.
    void repeat(String requestId) {
        response.setRequestId(requestId);
    }

    @Override
    public void accepted(List<IngestResponse.PartitionRange> ranges) {
        accepted(ranges, Session.Kept.NOTHING, false);
    }

    @Override
    public void accepted(List<IngestResponse.PartitionRange> ranges, Session.Kept kept, boolean repeated) {
        if (kept.rows() > 0 && response.getRequestId().isEmpty()) {
            response.setRequestId(kept.requestId());
        }
        slot.accept(response.setAccepted(IngestResponse.Accepted.newBuilder()
                        .addAllRanges(ranges)
                        .setDeadLetterRows(kept.rows())
                        .setRepeated(repeated))
                .build());
        if (repeated) {
            metrics.repeated();
        } else {
            metrics.accepted(stopwatch, ranges);
            metrics.deadLetters(DOOR, kept.rows());
        }
    }

    /// @param ends whether the call ends with the same reason, once all answers before this one are sent
    @Override
    public void rejected(WingsException reason, boolean ends) {
        Rejection rejection = GrpcErrors.toRejection(reason);
        slot.reject(
                response.setRejected(rejection).build(),
                GrpcErrors.status(reason.kind()).withDescription(reason.getMessage()));
        metrics.rejected(reason.kind());
        LOG.debug("batch rejected: kind={}, message={}", reason.kind(), reason.getMessage());
        if (ends) {
            answers.endAfterAnswers(GrpcErrors.toStatus(reason).getStatus());
        }
    }
}
