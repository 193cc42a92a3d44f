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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.folio.FolioKey;
import dev.wings.controlplane.log.CommitDecision.Answered;
import dev.wings.controlplane.log.CommitDecision.CommittedFolio;
import dev.wings.controlplane.log.CommitDecision.Outcome;
import dev.wings.controlplane.log.CommitDecision.Refused;
import dev.wings.controlplane.log.CommitState.KnownFolio;
import dev.wings.controlplane.log.CommitState.PartitionState;
import dev.wings.controlplane.log.CommitState.TopicState;
import dev.wings.controlplane.log.FolioAnswer.Accepted;
import dev.wings.controlplane.log.FolioAnswer.BatchAnswer;
import dev.wings.controlplane.log.FolioAnswer.Rejected;
import dev.wings.controlplane.log.LogPage.PageBatch;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/// How a group of folios of one namespace becomes part of the log: who gets which commit number, offsets and
/// timestamps. No state is kept and nothing is read or written here, so a store may ask again when it has to
/// repeat a transaction.
///
/// Each folio gets the next commit number, even if all its batches are rejected, so that its answer can be
/// kept. A folio that was committed before gets the answer that it got then.
///
/// An object that was never committed is removed some day, and so is the row of a folio that was. So a folio
/// that is too old is refused: else a late commit could add pages whose bytes are gone, or add them twice (I8).
public final class CommitRule {

    /// 0001-01-01T00:00:00Z, the first instant that every client's date types can hold.
    static final long MIN_TIMESTAMP_MICROS = -62_135_596_800_000_000L;

    /// How many ranges the answers have together that a folio's batches got before; one answer may have more.
    static final int MAX_REPEATED_RANGES = 10_000;

    private static final Rejected STORED_BEFORE = new Rejected(ErrorKind.ALREADY_EXISTS, "the batch was stored before");

    private final UUID namespaceUid;
    private final CommitState state;
    private final long nowMicros;
    private final Duration maxAge;

    private final Map<UUID, FolioAnswer> answers = new HashMap<>();
    private final Map<PartitionKey, PartitionState> moved = new HashMap<>();
    private final ProducerRule producers;
    private final List<CommittedFolio> committed = new ArrayList<>();
    private long lastCommitNumber;

    private CommitRule(UUID namespaceUid, CommitState state, long nowMicros, Duration maxAge) {
        this.namespaceUid = namespaceUid;
        this.state = state;
        this.nowMicros = nowMicros;
        this.maxAge = maxAge;
        this.lastCommitNumber = state.lastCommitNumber();
        this.producers = new ProducerRule(state, now());
    }

    /// @param nowMicros the time of the commit, microseconds UTC
    /// @param maxAge the age that a folio may have by the time in its id: half of the grace after which an
    ///     object that was never committed is removed
    public static CommitDecision decide(
            UUID namespaceUid, List<FolioCommit> folios, CommitState state, long nowMicros, Duration maxAge) {
        CommitRule rule = new CommitRule(namespaceUid, state, nowMicros, maxAge);
        List<Outcome> outcomes = folios.stream().map(rule::decide).toList();
        return new CommitDecision(
                rule.now(),
                rule.lastCommitNumber,
                rule.committed,
                Map.copyOf(rule.moved),
                rule.producers.moved(),
                outcomes);
    }

    private Outcome decide(FolioCommit folio) {
        FolioAnswer sameGroup = answers.get(folio.folioId());
        if (sameGroup != null) {
            return again(folio, sameGroup);
        }
        KnownFolio known = state.folios().get(folio.folioId());
        if (known != null) {
            return known.namespaceUid().equals(namespaceUid)
                    ? again(folio, known.answer())
                    : new Refused(WingsException.invalid(
                            "the folio belongs to another namespace: folio_id=" + folio.folioId()));
        }
        if (!FolioKey.isOf(state.objectPrefix(), folio.folioId(), folio.objectKey())) {
            return new Refused(WingsException.invalid("the folio's object is not one of the namespace: folio_id="
                    + folio.folioId() + ", namespace_uid=" + namespaceUid));
        }
        Optional<WingsException> untimely = untimely(folio);
        return untimely.isPresent() ? new Refused(untimely.get()) : new Answered(commit(folio));
    }

    /// Why the time in the folio's id is not about now; empty if it is. A folio from the future would count as
    /// young for too long.
    private Optional<WingsException> untimely(FolioCommit folio) {
        Instant created = FolioKey.time(folio.folioId());
        Instant now = now();
        if (created.plus(maxAge).isBefore(now)) {
            return Optional.of(new WingsException(
                    ErrorKind.PRECONDITION,
                    "the folio is too old to commit: folio_id=" + folio.folioId() + ", created=" + created + ", limit="
                            + maxAge));
        }
        if (created.minus(maxAge).isAfter(now)) {
            return Optional.of(new WingsException(
                    ErrorKind.PRECONDITION,
                    "the folio is from the future, check the clocks: folio_id=" + folio.folioId() + ", created="
                            + created + ", now=" + now));
        }
        return Optional.empty();
    }

    private Instant now() {
        return Instant.EPOCH.plus(nowMicros, ChronoUnit.MICROS);
    }

    /// The answer that the folio got before, unless that answer cannot belong to this folio.
    private static Outcome again(FolioCommit folio, FolioAnswer answer) {
        boolean same = answer.pages().size() == folio.pages().size()
                && answer.producerResults().size() == folio.producerBatches().size();
        for (int i = 0; same && i < answer.pages().size(); i++) {
            same = answer.pages().get(i).size()
                    == folio.pages().get(i).batches().size();
        }
        return same
                ? new Answered(answer)
                : new Refused(WingsException.invalid(
                        "another folio was committed under this id: folio_id=" + folio.folioId()));
    }

    private FolioAnswer commit(FolioCommit folio) {
        List<List<BatchAnswer>> pageAnswers = new ArrayList<>();
        List<LogPage> pages = new ArrayList<>();
        Set<UUID> changed = new TreeSet<>();
        ProducerResults ofProducers = new ProducerResults(folio);
        for (int index = 0; index < folio.pages().size(); index++) {
            FolioCommit.Page page = folio.pages().get(index);
            TopicState topic = state.topics().get(page.partition().topicUid());
            if (topic != null && topic.schemaVersion() > page.schemaVersion()) {
                changed.add(page.partition().topicUid());
            }
            List<BatchAnswer> batchAnswers = append(page, ofProducers.leftOut(index));
            pageAnswers.add(batchAnswers);
            logPage(folio.folioId(), page, batchAnswers).ifPresent(pages::add);
        }
        lastCommitNumber++;
        FolioAnswer answer = new FolioAnswer(lastCommitNumber, pageAnswers, changed, ofProducers.finish(pageAnswers));
        answers.put(folio.folioId(), answer);
        committed.add(new CommittedFolio(folio, answer, List.copyOf(pages)));
        return answer;
    }

    /// Why no batch of the page can be in the log; empty if they can.
    private Optional<Rejected> rejection(FolioCommit.Page page) {
        PartitionKey key = page.partition();
        TopicState topic = state.topics().get(key.topicUid());
        if (topic == null) {
            return Optional.of(new Rejected(ErrorKind.NOT_FOUND, "topic not found: topic_uid=" + key.topicUid()));
        }
        if (page.schemaVersion() > topic.schemaVersion()) {
            return Optional.of(new Rejected(
                    ErrorKind.INVALID,
                    "the topic has no such schema version: topic_uid=" + key.topicUid() + ", version="
                            + page.schemaVersion() + ", current=" + topic.schemaVersion()));
        }
        if (!topic.partitioned() && !key.value().isEmpty()) {
            return Optional.of(
                    new Rejected(ErrorKind.INVALID, "the topic has no partition key: topic_uid=" + key.topicUid()));
        }
        return Optional.empty();
    }

    /// Gives each batch that can be in the log the next offsets of the partition, and a timestamp.
    ///
    /// @param leftOut batches that are not to be in the log, by their indexes
    private List<BatchAnswer> append(FolioCommit.Page page, Map<Integer, Rejected> leftOut) {
        Optional<Rejected> ofPage = rejection(page);
        if (ofPage.isPresent()) {
            BatchAnswer rejected = ofPage.get();
            return page.batches().stream().map(batch -> rejected).toList();
        }
        PartitionState partition = moved.get(page.partition());
        if (partition == null) {
            partition = state.partitions().getOrDefault(page.partition(), new PartitionState(0, Long.MIN_VALUE));
        }
        long next = partition.nextOffset();
        long timestamp = partition.lastTimestampMicros();
        List<BatchAnswer> answered = new ArrayList<>(page.batches().size());
        for (int index = 0; index < page.batches().size(); index++) {
            FolioCommit.Batch batch = page.batches().get(index);
            Rejected reason = leftOut.get(index);
            if (reason != null) {
                answered.add(reason);
                continue;
            }
            Optional<UUID> missing =
                    batch.withTopic().filter(uid -> !state.topics().containsKey(uid));
            if (missing.isPresent()) {
                answered.add(new Rejected(ErrorKind.NOT_FOUND, "topic not found: topic_uid=" + missing.get()));
                continue;
            }
            if (batch.rows() > Long.MAX_VALUE - next) {
                answered.add(new Rejected(
                        ErrorKind.PRECONDITION,
                        "the partition has no offsets left for the batch: topic_uid="
                                + page.partition().topicUid() + ", next_offset=" + next));
                continue;
            }
            timestamp = Math.max(timestamp, wantedTimestamp(batch));
            answered.add(new Accepted(next, next + batch.rows(), timestamp));
            next += batch.rows();
        }
        if (next > partition.nextOffset()) {
            moved.put(page.partition(), new PartitionState(next, timestamp));
        }
        return List.copyOf(answered);
    }

    private long wantedTimestamp(FolioCommit.Batch batch) {
        return batch.requestedTimestampMicros() == 0
                ? nowMicros
                : Math.clamp(batch.requestedTimestampMicros(), MIN_TIMESTAMP_MICROS, nowMicros);
    }

    /// The page as it stands in the log; absent if none of its batches is in the log.
    private static Optional<LogPage> logPage(UUID folioId, FolioCommit.Page page, List<BatchAnswer> answers) {
        List<PageBatch> batches = new ArrayList<>(answers.size());
        long start = -1;
        long end = -1;
        for (int i = 0; i < answers.size(); i++) {
            long rows = page.batches().get(i).rows();
            switch (answers.get(i)) {
                case Accepted accepted -> {
                    start = start < 0 ? accepted.startOffset() : start;
                    end = accepted.endOffset();
                    batches.add(PageBatch.of(rows, accepted.timestampMicros()));
                }
                case Rejected ignored -> batches.add(PageBatch.skipped(rows));
            }
        }
        return end < 0
                ? Optional.empty()
                : Optional.of(new LogPage(
                        page.partition(),
                        start,
                        end,
                        folioId,
                        page.byteOffset(),
                        page.byteLength(),
                        page.crc32c(),
                        page.schemaVersion(),
                        batches));
    }

    private record Numbered(ProducerKey key, long sequence) {
        static Numbered of(ProducerBatch batch) {
            return new Numbered(batch.key(), batch.sequence());
        }
    }

    /// What becomes of the batches of a folio that producers have numbered.
    private final class ProducerResults {

        private final FolioCommit folio;
        /// For each of them what it is answered; nothing for those that are taken or are taken already.
        private final List<Optional<ProducerResult>> decided = new ArrayList<>();
        /// Those that are taken, and for each other one the place of the one that it repeats.
        private final Map<Numbered, Integer> taken = new HashMap<>();
        private final Map<Integer, Map<Integer, Rejected>> leftOut = new HashMap<>();
        private int repeatedRanges;

        ProducerResults(FolioCommit folio) {
            this.folio = folio;
            // all are decided on before one has its place: what a batch is answered depends on those before it
            for (ProducerBatch batch : folio.producerBatches()) {
                if (taken.containsKey(Numbered.of(batch))) {
                    decided.add(Optional.empty());
                    leaveOut(batch, STORED_BEFORE);
                    continue;
                }
                Optional<ProducerResult> result = producers.decide(batch);
                if (result.isEmpty()) {
                    taken.put(Numbered.of(batch), decided.size());
                } else {
                    leaveOut(batch, result.get().answer().rejection().orElse(STORED_BEFORE));
                }
                decided.add(result);
            }
        }

        private void leaveOut(ProducerBatch batch, Rejected reason) {
            batch.parts()
                    .forEach(part -> leftOut.computeIfAbsent(part.page(), page -> new HashMap<>())
                            .put(part.batch(), reason));
        }

        /// The batches of a page that are not taken, by their indexes.
        Map<Integer, Rejected> leftOut(int page) {
            return leftOut.getOrDefault(page, Map.of());
        }

        List<ProducerResult> finish(List<List<BatchAnswer>> pages) {
            List<ProducerResult> results = new ArrayList<>();
            for (int i = 0; i < decided.size(); i++) {
                ProducerBatch batch = folio.producerBatches().get(i);
                if (decided.get(i).isPresent()) {
                    results.add(decided.get(i).get());
                    continue;
                }
                int first = Objects.requireNonNull(taken.get(Numbered.of(batch)));
                if (first < i) {
                    results.add(ProducerRule.again(batch, results.get(first).answer()));
                    continue;
                }
                ProducerAnswer answer = answer(batch, pages);
                producers.record(batch, answer);
                results.add(new ProducerResult(ProducerResult.Outcome.NEW, answer));
            }
            return results.stream().map(this::bounded).toList();
        }

        /// Small batches may have got large answers, which they all could ask for again at once.
        private ProducerResult bounded(ProducerResult result) {
            int ranges = result.answer().ranges().size();
            if (result.outcome() != ProducerResult.Outcome.REPEATED || ranges == 0) {
                return result;
            }
            if (repeatedRanges > 0 && repeatedRanges + ranges > MAX_REPEATED_RANGES) {
                return ProducerRule.tooManyRepeated(result.answer(), MAX_REPEATED_RANGES);
            }
            repeatedRanges += ranges;
            return result;
        }

        private ProducerAnswer answer(ProducerBatch batch, List<List<BatchAnswer>> pages) {
            List<ProducerAnswer.Range> ranges = new ArrayList<>();
            Optional<Rejected> rejection = batch.rejection();
            long deadLetterRows = 0;
            for (ProducerBatch.Part part : batch.parts()) {
                PartitionKey partition = folio.pages().get(part.page()).partition();
                switch (pages.get(part.page()).get(part.batch())) {
                    case Accepted accepted
                    when partition.topicUid().equals(batch.key().topicUid()) ->
                        ranges.add(new ProducerAnswer.Range(
                                partition.value(),
                                accepted.startOffset(),
                                accepted.endOffset(),
                                accepted.timestampMicros()));
                    case Accepted accepted -> deadLetterRows += accepted.endOffset() - accepted.startOffset();
                    case Rejected rejected -> rejection = Optional.of(rejected);
                }
            }
            return new ProducerAnswer(batch.fingerprint(), ranges, rejection, deadLetterRows);
        }
    }
}
