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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.CommitFolioRequest;
import dev.wings.common.proto.CommitFolioResponse;
import dev.wings.common.proto.LogMetadataGrpc.LogMetadataBlockingStub;
import dev.wings.common.rpc.Retries;
import dev.wings.common.time.Scheduler;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Commits folios, and does not give up before the outcome is known: commits are idempotent by folio id, so a call
/// whose outcome got lost is made again until it is answered.
final class FolioCommitter {

    private static final Logger LOG = LoggerFactory.getLogger(FolioCommitter.class);

    /// How often a commit may be refused for a reason that may pass: for about 10 seconds.
    private static final int MAX_REFUSALS = 12;

    private final LogMetadataBlockingStub logMetadata;
    private final Duration callTimeout;
    private final Retries retries;

    FolioCommitter(
            LogMetadataBlockingStub logMetadata, Duration callTimeout, Scheduler scheduler, RandomGenerator random) {
        this.logMetadata = logMetadata;
        this.callTimeout = callTimeout;
        this.retries = new Retries(scheduler, random, Integer.MAX_VALUE, Duration.ofMillis(20), Duration.ofSeconds(2));
    }

    /// Returns the answer. Fails with the reason for which the control plane refused the commit; with
    /// UNAVAILABLE or INTERNAL if the outcome is unknown: the call was interrupted, or the control plane keeps
    /// refusing or failing on a folio that an earlier call may have committed, or may still commit.
    CommitFolioResponse commit(CommitFolioRequest request) {
        Retries.Pauses pauses = retries.pauses();
        int refusals = 0;
        boolean unknown = false;
        while (true) {
            WingsException failure;
            try {
                return Retries.once(() -> logMetadata
                        .withDeadline(retries.scheduler().deadline(callTimeout))
                        .commitFolio(request));
            } catch (WingsException e) {
                failure = e;
            }
            switch (failure.kind()) {
                // the call is made again, however long that takes
                case UNAVAILABLE, DEADLINE -> unknown = true;
                // These may pass, or stay: a folio that is always refused must not keep all others waiting.
                case CANCELLED, INTERNAL -> {
                    unknown = true;
                    refusals++;
                }
                case CONFLICT, EXHAUSTED -> refusals++;
                case INVALID, UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, ALREADY_EXISTS, PRECONDITION, DATA_LOSS ->
                    throw failure;
            }
            if (refusals == MAX_REFUSALS) {
                throw unknown && failure.kind() != ErrorKind.INTERNAL
                        ? WingsException.unavailable(
                                "gave up, the outcome of the commit is unknown: " + failure.getMessage(), failure)
                        : failure;
            }
            LOG.warn(
                    "commit has no answer yet, asking again: namespace_uid={}, attempt={}, cause={}",
                    request.getNamespaceUid(),
                    pauses.attempt(),
                    failure.getMessage());
            try {
                pauses.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw WingsException.unavailable("shut down before the outcome of the commit was known", e);
            }
        }
    }
}
