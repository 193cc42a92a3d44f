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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.folio.FolioKey;
import dev.wings.controlplane.log.CommitDecision.Answered;
import dev.wings.controlplane.log.CommitDecision.Refused;
import dev.wings.controlplane.log.CommitState.PartitionState;
import dev.wings.controlplane.log.CommitState.TopicState;
import dev.wings.controlplane.log.FolioAnswer.Accepted;
import dev.wings.controlplane.log.FolioAnswer.BatchAnswer;
import dev.wings.controlplane.log.FolioAnswer.Rejected;
import dev.wings.controlplane.log.LogPage.PageBatch;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class CommitRuleTest {

    private static final UUID NAMESPACE = new UUID(1, 1);
    private static final UUID PARTITIONED = new UUID(2, 1);
    private static final UUID SINGLE = new UUID(2, 2);
    private static final long NOW = 1_000_000;

    private final CommitState state = new CommitState(
            "acme/sales",
            41,
            Map.of(),
            Map.of(PARTITIONED, new TopicState(3, true), SINGLE, new TopicState(0, false)),
            Map.of(new PartitionKey(PARTITIONED, "JFK"), new PartitionState(100, 500_000)),
            Map.of(),
            Map.of());

    @Test
    void rowsFollowThoseOfThePartition() {
        Answered answered = decideOne(folio("acme/sales/folios/x", page(PARTITIONED, "JFK", 3, 7, 2)));
        assertThat(answered.answer())
                .isEqualTo(new FolioAnswer(
                        42,
                        List.of(List.of(new Accepted(100, 107, NOW), new Accepted(107, 109, NOW))),
                        Set.of(),
                        List.of()));
    }

    @Test
    void topicsThatHaveChangedAreNamed() {
        Answered answered = decideOne(folio(
                "acme/sales/folios/x",
                page(PARTITIONED, "AMS", 2, 7),
                page(PARTITIONED, "JFK", 3, 7),
                page(SINGLE, "", 0, 1)));
        assertThat(answered.answer().changedTopics()).containsExactly(PARTITIONED);
        assertThat(LogProtos.parseAnswer(LogProtos.toProto(answered.answer()).toByteArray()))
                .isEqualTo(answered.answer());
    }

    @Test
    void newPartitionStartsAtZero() {
        Answered answered =
                decideOne(folio("acme/sales/folios/x", page(PARTITIONED, "AMS", 0, 7), page(SINGLE, "", 0, 1)));
        assertThat(answered.answer().pages())
                .containsExactly(List.of(new Accepted(0, 7, NOW)), List.of(new Accepted(0, 1, NOW)));
    }

    @Test
    void pagesOfOnePartitionFollowEachOther() {
        CommitDecision decision = decide(
                folio("acme/sales/folios/x", page(PARTITIONED, "JFK", 0, 5), page(PARTITIONED, "JFK", 1, 5)),
                folio("acme/sales/folios/y", page(PARTITIONED, "JFK", 0, 5)));
        assertThat(decision.lastCommitNumber()).isEqualTo(43);
        assertThat(decision.partitions())
                .containsExactly(Map.entry(new PartitionKey(PARTITIONED, "JFK"), new PartitionState(115, NOW)));
        assertThat(decision.folios().stream().flatMap(folio -> folio.pages().stream()))
                .extracting(LogPage::startOffset)
                .containsExactly(100L, 105L, 110L);
    }

    @Test
    void requestedTimestampIsMovedBetweenThePartitionsLastAndNow() {
        assertThat(timestamp("JFK", 600_000)).isEqualTo(600_000);
        assertThat(timestamp("JFK", 400_000)).isEqualTo(500_000);
        assertThat(timestamp("JFK", NOW + 1)).isEqualTo(NOW);
        assertThat(timestamp("AMS", -5)).isEqualTo(-5);
        assertThat(timestamp("AMS", Long.MIN_VALUE)).isEqualTo(CommitRule.MIN_TIMESTAMP_MICROS);
        assertThat(timestamp("AMS", Long.MAX_VALUE)).isEqualTo(NOW);
    }

    private long timestamp(String partition, long requested) {
        FolioCommit.Page page = new FolioCommit.Page(
                new PartitionKey(PARTITIONED, partition), 0, 0, 64, 0, List.of(new FolioCommit.Batch(1, requested)));
        BatchAnswer batch = decideOne(folio("acme/sales/folios/x", page))
                .answer()
                .pages()
                .getFirst()
                .getFirst();
        return ((Accepted) batch).timestampMicros();
    }

    @Test
    void wrongPageIsRejectedAndTheOthersAreNot() {
        Answered answered = decideOne(folio(
                "acme/sales/folios/x",
                page(new UUID(9, 9), "JFK", 0, 1, 1),
                page(PARTITIONED, "JFK", 4, 1),
                page(SINGLE, "JFK", 0, 1),
                page(PARTITIONED, "JFK", 3, 1)));
        List<List<BatchAnswer>> pages = answered.answer().pages();
        assertThat(pages.get(0)).hasSize(2).allSatisfy(batch -> assertRejected(batch, ErrorKind.NOT_FOUND));
        assertThat(pages.get(1)).hasSize(1).allSatisfy(batch -> assertRejected(batch, ErrorKind.INVALID));
        assertThat(pages.get(2)).hasSize(1).allSatisfy(batch -> assertRejected(batch, ErrorKind.INVALID));
        assertThat(pages.get(3)).containsExactly(new Accepted(100, 101, NOW));
    }

    @Test
    void aBatchThatGoesWithAnotherTopicIsNotTakenWithoutIt() {
        UUID gone = new UUID(9, 9);
        Answered answered = decideOne(folio(
                "acme/sales/folios/x",
                page(PARTITIONED, List.of(Optional.of(gone), Optional.of(SINGLE), Optional.empty())),
                page(SINGLE, List.of(Optional.of(PARTITIONED))),
                page(gone, List.of(Optional.of(PARTITIONED)))));
        List<List<BatchAnswer>> pages = answered.answer().pages();
        assertRejected(pages.get(0).get(0), ErrorKind.NOT_FOUND);
        assertThat(pages.get(0).subList(1, 3))
                .containsExactly(new Accepted(100, 101, NOW), new Accepted(101, 102, NOW));
        assertThat(pages.get(1)).containsExactly(new Accepted(0, 1, NOW));
        assertRejected(pages.get(2).get(0), ErrorKind.NOT_FOUND);
    }

    private static FolioCommit.Page page(UUID topic, List<Optional<UUID>> with) {
        List<FolioCommit.Batch> batches =
                with.stream().map(other -> new FolioCommit.Batch(1, 0, other)).toList();
        String partition = topic.equals(PARTITIONED) ? "JFK" : "";
        return new FolioCommit.Page(new PartitionKey(topic, partition), 0, 0, 64, 0, batches);
    }

    /// The bytes of a batch that is rejected stay in the page, and readers are told to skip them.
    @Test
    void batchIsRejectedByItself() {
        PartitionKey key = new PartitionKey(PARTITIONED, "full");
        CommitState nearlyFull = new CommitState(
                state.objectPrefix(),
                state.lastCommitNumber(),
                Map.of(),
                state.topics(),
                Map.of(key, new PartitionState(Long.MAX_VALUE - 10, 500_000)),
                Map.of(),
                Map.of());
        CommitDecision decision = CommitRule.decide(
                NAMESPACE,
                List.of(folio(
                        "acme/sales/folios/x",
                        page(PARTITIONED, "full", 0, 11, 3, 8, 7, 1),
                        page(PARTITIONED, "full", 0, 1, 2),
                        page(PARTITIONED, "JFK", 0, 1))),
                nearlyFull,
                NOW,
                LogFixture.ANY_AGE);

        List<List<BatchAnswer>> pages =
                ((Answered) decision.outcomes().getFirst()).answer().pages();
        long end = Long.MAX_VALUE;
        assertRejected(pages.get(0).get(0), ErrorKind.PRECONDITION);
        assertThat(pages.get(0).get(1)).isEqualTo(new Accepted(end - 10, end - 7, NOW));
        assertRejected(pages.get(0).get(2), ErrorKind.PRECONDITION);
        assertThat(pages.get(0).get(3)).isEqualTo(new Accepted(end - 7, end, NOW));
        assertRejected(pages.get(0).get(4), ErrorKind.PRECONDITION);
        assertThat(pages.get(1)).hasSize(2).allSatisfy(batch -> assertRejected(batch, ErrorKind.PRECONDITION));
        assertThat(pages.get(2)).containsExactly(new Accepted(0, 1, NOW));
        assertThat(decision.partitions()).containsEntry(key, new PartitionState(end, NOW));
        List<LogPage> inLog = decision.folios().getFirst().pages();
        assertThat(inLog).extracting(LogPage::startOffset).containsExactly(end - 10, 0L);
        List<PageBatch> batches = inLog.getFirst().batches();
        assertThat(batches)
                .containsExactly(
                        PageBatch.skipped(11),
                        PageBatch.of(3, NOW),
                        PageBatch.skipped(8),
                        PageBatch.of(7, NOW),
                        PageBatch.skipped(1));
        assertThat(inLog.getFirst())
                .extracting(LogPage::firstTimestampMicros, LogPage::lastTimestampMicros)
                .containsExactly(NOW, NOW);
        assertThat(LogProtos.parseBatches(LogProtos.formatBatches(batches))).isEqualTo(batches);
    }

    private static void assertRejected(BatchAnswer batch, ErrorKind kind) {
        assertThat(batch)
                .isInstanceOfSatisfying(
                        Rejected.class, rejected -> assertThat(rejected.kind()).isEqualTo(kind));
    }

    @Test
    void anotherFolioUnderAUsedIdIsRefused() {
        FolioCommit first = folio("acme/sales/folios/x", page(PARTITIONED, "JFK", 0, 1));
        FolioCommit second =
                new FolioCommit(first.folioId(), "acme/sales/x", 1_000, List.of(page(PARTITIONED, "JFK", 0, 1, 2)));
        assertThat(decide(first, second).outcomes().getLast()).isInstanceOf(Refused.class);
        assertThat(decide(first, first).outcomes().getLast()).isInstanceOf(Answered.class);
    }

    @Test
    void objectOutsideTheNamespaceIsRefused() {
        for (String key : List.of("acme/other/folios", "acme/sales", "acme/sales2/folios", "folios")) {
            CommitDecision decision = decide(folio(key, page(PARTITIONED, "JFK", 0, 1)));
            assertThat(decision.outcomes().getFirst()).isInstanceOf(Refused.class);
            assertThat(decision.folios()).isEmpty();
            assertThat(decision.partitions()).isEmpty();
            assertThat(decision.lastCommitNumber()).isEqualTo(41);
        }
    }

    @Test
    void objectUnderTheNameOfAnotherFolioIsRefused() {
        FolioCommit good = folio("acme/sales/folios/x", page(PARTITIONED, "JFK", 0, 1));
        FolioCommit other = new FolioCommit(LogFixture.newId(), good.objectKey(), 1_000, good.pages());
        assertThat(decide(other).outcomes().getFirst()).isInstanceOf(Refused.class);
    }

    @Test
    void folioOfAnotherTimeIsRefusedUnlessItWasCommittedBefore() {
        FolioCommit folio = folio("acme/sales/folios/x", page(PARTITIONED, "JFK", 0, 1));
        Instant created = FolioKey.time(folio.folioId());
        Duration maxAge = Duration.ofHours(12);
        assertThat(outcome(folio, state, created.plus(maxAge), maxAge)).isInstanceOf(Answered.class);
        assertThat(outcome(folio, state, created.minus(maxAge), maxAge)).isInstanceOf(Answered.class);
        for (Instant wrong : List.of(
                created.plus(maxAge).plusMillis(1), created.minus(maxAge).minusMillis(1))) {
            assertThat(outcome(folio, state, wrong, maxAge))
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused -> assertThat(refused.reason().kind()).isEqualTo(ErrorKind.PRECONDITION));
        }
        FolioAnswer answer = decideOne(folio).answer();
        CommitState later = new CommitState(
                state.objectPrefix(),
                state.lastCommitNumber(),
                Map.of(folio.folioId(), new CommitState.KnownFolio(NAMESPACE, answer)),
                state.topics(),
                state.partitions(),
                Map.of(),
                Map.of());
        assertThat(outcome(folio, later, created.plus(maxAge.multipliedBy(3)), maxAge))
                .isEqualTo(new Answered(answer));
    }

    private static CommitDecision.Outcome outcome(FolioCommit folio, CommitState state, Instant now, Duration maxAge) {
        return CommitRule.decide(
                        NAMESPACE, List.of(folio), state, ChronoUnit.MICROS.between(Instant.EPOCH, now), maxAge)
                .outcomes()
                .getFirst();
    }

    @Test
    void folioThatCannotBeIsInvalid() {
        FolioCommit.Page page = page(SINGLE, "", 0, 1);
        assertInvalid(() -> new FolioCommit(new UUID(1, 2), "acme/sales/x", 64, List.of(page)));
        assertInvalid(() -> folio("acme/sales/../x", page));
        assertInvalid(() -> folio("acme/sales/folios/x"));
        assertInvalid(() -> new FolioCommit(LogFixture.newId(), "acme/sales/x", 63, List.of(page)));
        assertInvalid(() -> new FolioCommit(LogFixture.newId(), "acme/sales/x", 640, List.of(page, page)));
        assertInvalid(() -> page(SINGLE, "", 0));
        assertInvalid(() -> page(SINGLE, "", 0, 0));
        assertInvalid(() -> page(SINGLE, "", 0, 1L << 31));
        assertInvalid(() -> page(SINGLE, "", -1, 1));
        assertInvalid(() -> page(SINGLE, "\u00e9".repeat(513), 0, 1));
        PartitionKey key = new PartitionKey(SINGLE, "");
        List<FolioCommit.Batch> batches = page.batches();
        assertInvalid(() -> new FolioCommit.Page(key, 0, -1, 64, 0, batches));
        assertInvalid(() -> new FolioCommit.Page(key, 0, 0, 0, 0, batches));
        FolioCommit.Page far = new FolioCommit.Page(key, 0, Long.MAX_VALUE, Long.MAX_VALUE, 0, batches);
        assertInvalid(() -> folio("acme/sales/folios/x", far));
    }

    private static void assertInvalid(Runnable creation) {
        assertThatThrownBy(creation::run)
                .isInstanceOfSatisfying(
                        WingsException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.INVALID));
    }

    private Answered decideOne(FolioCommit folio) {
        return (Answered) decide(folio).outcomes().getFirst();
    }

    private CommitDecision decide(FolioCommit... folios) {
        return CommitRule.decide(NAMESPACE, List.of(folios), state, NOW, LogFixture.ANY_AGE);
    }

    private static FolioCommit folio(String directory, FolioCommit.Page... pages) {
        FolioCommit.Page[] placed = new FolioCommit.Page[pages.length];
        for (int i = 0; i < pages.length; i++) {
            FolioCommit.Page page = pages[i];
            long offset = page.byteOffset() + 64L * i;
            placed[i] = new FolioCommit.Page(
                    page.partition(), page.schemaVersion(), offset, page.byteLength(), page.crc32c(), page.batches());
        }
        UUID id = LogFixture.newId();
        return new FolioCommit(id, directory + "/" + id + ".folio", 1_000, List.of(placed));
    }

    private static FolioCommit.Page page(UUID topic, String partition, int schemaVersion, long... batchRows) {
        List<FolioCommit.Batch> batches = java.util.Arrays.stream(batchRows)
                .mapToObj(rows -> new FolioCommit.Batch(rows, 0))
                .toList();
        return new FolioCommit.Page(new PartitionKey(topic, partition), schemaVersion, 0, 64, 0, batches);
    }
}
