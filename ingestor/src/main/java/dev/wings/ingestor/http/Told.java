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
package dev.wings.ingestor.http;

import dev.wings.common.error.WingsException;
import dev.wings.common.proto.IngestResponse.PartitionRange;
import dev.wings.ingestor.intake.IntakeMetrics;
import dev.wings.ingestor.intake.Session;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/// What the session tells of a batch.
final class Told implements Session.Outcome {

    private final IntakeMetrics metrics;
    private final IntakeMetrics.Stopwatch stopwatch;
    private final CompletableFuture<List<PartitionRange>> ranges = new CompletableFuture<>();
    private volatile Session.Kept kept = Session.Kept.NOTHING;
    private volatile boolean repeated;

    Told(IntakeMetrics metrics) {
        this.metrics = metrics;
        this.stopwatch = metrics.start();
    }

    @Override
    public void accepted(List<PartitionRange> accepted) {
        accepted(accepted, Session.Kept.NOTHING, false);
    }

    @Override
    public void accepted(List<PartitionRange> accepted, Session.Kept letters, boolean before) {
        if (before) {
            metrics.repeated();
        } else {
            metrics.accepted(stopwatch, accepted);
            metrics.deadLetters(HttpDoor.NAME, letters.rows());
        }
        repeated = before;
        kept = letters;
        ranges.complete(accepted);
    }

    @Override
    public void rejected(WingsException reason, boolean ends) {
        metrics.rejected(reason.kind());
        ranges.completeExceptionally(reason);
    }

    boolean isKnown() {
        return ranges.isDone();
    }

    void await() throws InterruptedException {
        try {
            ranges.get();
        } catch (ExecutionException e) {
            // told by refusal()
        }
    }

    @Nullable
    WingsException refusal() {
        return ranges.isCompletedExceptionally() ? (WingsException) ranges.exceptionNow() : null;
    }

    /// Whether the rows were stored when they were sent before.
    boolean isRepeated() {
        return repeated;
    }

    Session.Kept kept() {
        return kept;
    }

    List<PartitionRange> ranges() {
        return ranges.resultNow();
    }
}
