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
import dev.wings.common.folio.FolioKey;
import dev.wings.common.folio.SealedFolio;
import dev.wings.common.proto.BatchResult;
import dev.wings.common.proto.CommitFolioRequest;
import dev.wings.common.proto.CommitFolioResponse;
import dev.wings.common.proto.ProducerBatch;
import dev.wings.common.proto.ProducerResult;
import dev.wings.common.store.ObjectStore;
import dev.wings.common.time.IdGenerator;
import dev.wings.ingestor.topic.NamespaceTarget;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries one folio of a namespace from seal to answer: lay out, upload, wait for the folio sealed before,
/// commit, answer.
final class FolioCarrier {

    private static final Logger LOG = LoggerFactory.getLogger(FolioCarrier.class);

    private final NamespaceTarget namespace;
    private final ObjectStore store;
    private final FolioUploader uploader;
    private final FolioCommitter committer;
    private final IdGenerator ids;
    private final BooleanSupplier aborted;

    /// @param aborted whether nothing may be committed any more
    FolioCarrier(
            NamespaceTarget namespace,
            ObjectStore store,
            FolioUploader uploader,
            FolioCommitter committer,
            IdGenerator ids,
            BooleanSupplier aborted) {
        this.namespace = namespace;
        this.store = store;
        this.uploader = uploader;
        this.committer = committer;
        this.ids = ids;
        this.aborted = aborted;
    }

    /// Returns once the outcome is known and every submission is answered, and never before the folio that was
    /// sealed earlier is done. Closes the submissions.
    ///
    /// @param previous counted down when the folio that was sealed earlier is done
    void carry(List<Submission> submissions, CountDownLatch previous) {
        UUID id = ids.next();
        Outcome outcome;
        try (FolioMemory memory = new FolioMemory(() -> submissions.forEach(Submission::release))) {
            outcome = attempt(id, () -> {
                Stored stored;
                try {
                    stored = store(id, submissions, memory);
                } finally {
                    previous.await();
                }
                return commit(stored, memory);
            });
        }
        tell(submissions, outcome);
    }

    /// Commits a folio. All folios before this one are done, so it is settled which producers are broken. What
    /// the others sent goes into a folio of its own then: a page mixes producers, and nothing refers to the
    /// first folio's object.
    private Outcome commit(Stored stored, FolioMemory memory) throws InterruptedException {
        List<Submission> sound = stored.submissions.stream()
                .filter(submission -> submission.order().broken().isEmpty())
                .toList();
        if (sound.isEmpty()) {
            return new Outcome.Committed(new IdentityHashMap<>(), Set.of());
        }
        Stored toCommit = sound.size() == stored.submissions.size() ? stored : store(ids.next(), sound, memory);
        if (aborted.getAsBoolean()) {
            throw WingsException.unavailable("shut down before the batch was committed", null);
        }
        CommitFolioResponse response = committer.commit(toCommit.request);
        List<List<BatchResult>> results = toCommit.plan.distribute(response);
        List<Optional<ProducerResult>> numbered = toCommit.plan.distributeNumbered(response);
        IdentityHashMap<Submission, Result> bySubmission = new IdentityHashMap<>();
        for (int i = 0; i < sound.size(); i++) {
            bySubmission.put(sound.get(i), new Result(results.get(i), numbered.get(i)));
        }
        return new Outcome.Committed(bySubmission, Set.copyOf(response.getChangedTopicsList()));
    }

    /// Answers submissions that will not be carried. Closes them.
    void refuse(List<Submission> submissions) {
        submissions.forEach(Submission::release);
        tell(
                submissions,
                new Outcome.Failed(WingsException.unavailable("shut down before the batch was committed", null)));
    }

    private static void tell(List<Submission> submissions, Outcome outcome) {
        if (outcome instanceof Outcome.Failed failed) {
            submissions.forEach(submission -> submission.order().breakOff(failed.reason));
        }
        submissions.forEach(submission -> answer(submission, outcome));
    }

    private Outcome attempt(UUID id, Callable<Outcome> way) {
        try {
            return way.call();
        } catch (WingsException e) {
            return new Outcome.Failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome.Failed(WingsException.unavailable("shut down before the batch was committed", e));
        } catch (Exception | Error e) {
            // Whatever it is, the producers get an answer and the next folio its turn.
            LOG.error("folio failed: namespace={}, folio_id={}", namespace.name(), id, e);
            return new Outcome.Failed(new WingsException(
                    ErrorKind.INTERNAL, "internal error, see the ingestor's log: folio_id=" + id, e));
        }
    }

    private Stored store(UUID id, List<Submission> submissions, FolioMemory memory) throws InterruptedException {
        FolioPlan plan = FolioPlan.of(id, namespace.uid(), submissions);
        CommitFolioRequest pages = upload(plan.folio(), memory);
        List<ProducerBatch> numbered = plan.numbered();
        CommitFolioRequest request = numbered.isEmpty()
                ? pages
                : pages.toBuilder().addAllProducerBatches(numbered).build();
        return new Stored(submissions, plan, request);
    }

    private CommitFolioRequest upload(SealedFolio folio, FolioMemory memory) throws InterruptedException {
        AtomicInteger uploads = new AtomicInteger();
        String key = uploader.upload(
                store,
                () -> FolioKey.of(namespace.objectPrefix(), folio.id(), uploads.getAndIncrement()),
                folio.content(),
                memory);
        return folio.commitRequest(key);
    }

    private static void answer(Submission submission, Outcome outcome) {
        try {
            switch (outcome) {
                case Outcome.Committed(IdentityHashMap<Submission, Result> results, Set<String> changedTopics) -> {
                    if (changedTopics.contains(submission.topic().uid())) {
                        submission.answer().topicChanged();
                    }
                    Result ofSubmission = results.get(submission);
                    if (ofSubmission != null) {
                        submission.answer().committed(ofSubmission.batches, ofSubmission.numbered);
                    } else {
                        submission.answer().failed(leftOut(submission));
                    }
                }
                case Outcome.Failed(WingsException reason) ->
                    submission.answer().failed(reason);
            }
        } catch (RuntimeException e) {
            // one stream that cannot be told must not keep the others from being told
            LOG.error("answer failed", e);
        }
    }

    private static WingsException leftOut(Submission submission) {
        WingsException cause = submission.order().broken().orElseThrow();
        return WingsException.unavailable(
                "not committed, because an earlier batch was not: cause=" + cause.getMessage(), cause);
    }

    /// A folio that lies in the object store, and whose commit is still to come.
    private record Stored(List<Submission> submissions, FolioPlan plan, CommitFolioRequest request) {}

    /// What a commit says of one submission.
    private record Result(List<BatchResult> batches, Optional<ProducerResult> numbered) {}

    private sealed interface Outcome {
        /// @param results of each submission, except those whose producer was broken
        record Committed(IdentityHashMap<Submission, Result> results, Set<String> changedTopics) implements Outcome {}

        record Failed(WingsException reason) implements Outcome {}
    }
}
