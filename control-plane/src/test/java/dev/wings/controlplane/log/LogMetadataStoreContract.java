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

import static dev.wings.controlplane.log.LogFixture.batch;
import static dev.wings.controlplane.log.LogFixture.page;
import static dev.wings.controlplane.log.LogFixture.time;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.resource.NamespaceName;
import dev.wings.controlplane.cluster.TopicRecord;
import dev.wings.controlplane.log.CommitDecision.Answered;
import dev.wings.controlplane.log.FolioAnswer.Accepted;
import dev.wings.controlplane.log.FolioAnswer.Rejected;
import dev.wings.controlplane.log.LogFixture.CollectedPlan;
import dev.wings.controlplane.log.LogMetadataStore.CommitScope;
import dev.wings.controlplane.log.PlanSink.CountedRows;
import dev.wings.controlplane.log.PlanSink.TopicSnapshot;
import dev.wings.controlplane.log.ProducerAnswer.Range;
import dev.wings.controlplane.log.ProducerResult.Outcome;
import dev.wings.controlplane.state.StateContract;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every [LogMetadataStore] does.
public abstract class LogMetadataStoreContract extends StateContract {

    private LogFixture fixture;
    private TopicRecord topic;
    private TopicRecord single;

    protected LogMetadataStore store() {
        return stores().log();
    }

    @BeforeEach
    void createTopics() {
        fixture = new LogFixture(cluster());
        topic = fixture.createTopic("flights", true);
        single = fixture.createTopic("events", false);
    }

    @Test
    void commitNumbersAndOffsetsGoOnWhereTheLastCommitEnded() {
        FolioAnswer first = commit(fixture.folio(page(topic, "JFK", batch(10), batch(5))));
        FolioAnswer second = commit(fixture.folio(page(topic, "JFK", batch(1)), page(topic, "AMS", batch(7))));

        assertThat(first.commitNumber()).isEqualTo(1);
        assertThat(second.commitNumber()).isEqualTo(2);
        assertThat(offsets(first)).containsExactly("[0,10)", "[10,15)");
        assertThat(offsets(second)).containsExactly("[15,16)", "[0,7)");
    }

    @Test
    void timestampsNeverGoBack() {
        commit(1_000, fixture.folio(page(topic, "JFK", batch(1))));
        // the clock of another replica may lag
        FolioAnswer late = commit(900, fixture.folio(page(topic, "JFK", batch(1), batch(1, 950))));
        FolioAnswer next =
                commit(2_000, fixture.folio(page(topic, "JFK", batch(1, 1_500), batch(1, 9_999), batch(1, 1))));
        assertThat(timestamps(late)).containsExactly(1_000L, 1_000L);
        assertThat(timestamps(next)).containsExactly(1_500L, 2_000L, 2_000L);
    }

    @Test
    void sameFolioIsCommittedOnce() {
        FolioCommit folio = fixture.folio(page(topic, "JFK", batch(10)));
        FolioAnswer first = commit(folio);
        commit(fixture.folio(page(topic, "JFK", batch(3))));
        assertThat(commit(folio)).isEqualTo(first);
        assertThat(plan(TopicScan.all(topic.name())).rows()).isEqualTo(13);
        assertThat(plan(TopicScan.rows(topic.name())).topics().getFirst().pages())
                .contains(new CountedRows(13, 0));
        assertThat(plan(TopicScan.rows(topic.name())).pages()).isEmpty();
        // also of pages that are not wanted
        TopicSnapshot counted = plan(TopicScan.all(topic.name()).offsets(11, 12).counted())
                .topics()
                .getFirst();
        assertThat(counted.pages()).contains(new CountedRows(13, 0));
        assertThat(counted.pageCount()).contains(2L);
        assertThat(plan(TopicScan.all(topic.name())).topics().getFirst().pageCount())
                .isEmpty();
        assertThat(store().lastCommitNumbers(Set.of(fixture.namespaceUid()))).containsEntry(fixture.namespaceUid(), 2L);
    }

    @Test
    void folioTwiceInOneGroupIsCommittedOnce() {
        FolioCommit folio = fixture.folio(page(topic, "JFK", batch(10)));
        CommitDecision decision = decide(1_000, List.of(folio, folio));
        assertThat(decision.folios()).hasSize(1);
        assertThat(decision.outcomes()).hasSize(2);
        assertThat(decision.outcomes().getFirst()).isEqualTo(decision.outcomes().getLast());
    }

    @Test
    void groupIsOneTransaction() {
        List<FolioCommit> group = List.of(
                fixture.folio(page(topic, "JFK", batch(10)), page(single, "", batch(1))),
                fixture.folio(page(topic, "JFK", batch(4))),
                fixture.folio(page(topic, "AMS", batch(2))));
        CommitDecision decision = decide(1_000, group);
        assertThat(decision.outcomes())
                .extracting(outcome -> ((Answered) outcome).answer().commitNumber())
                .containsExactly(1L, 2L, 3L);
        assertThat(plan(TopicScan.all(topic.name())).ranges())
                .containsExactly("AMS[0,2)@3", "JFK[0,10)@1", "JFK[10,14)@2");
    }

    @Test
    void topicOfAnotherNamespaceIsNoTopic() {
        LogFixture other = new LogFixture(cluster(), new NamespaceName("acme", "other"));
        TopicRecord foreign = other.createTopic("foreign", true);
        FolioAnswer answer = commit(fixture.folio(page(foreign, "JFK", batch(1)), page(topic, "JFK", batch(2))));
        assertThat(answer.pages().getFirst())
                .allSatisfy(batch -> assertThat(batch)
                        .isInstanceOfSatisfying(
                                FolioAnswer.Rejected.class,
                                rejected -> assertThat(rejected.kind()).isEqualTo(ErrorKind.NOT_FOUND)));
        assertThat(answer.pages().getLast()).containsExactly(new Accepted(0, 2, 1_000));
        assertThat(plan(TopicScan.all(foreign.name())).pages()).isEmpty();
    }

    @Test
    void folioOfAnotherNamespaceIsRefused() {
        FolioCommit folio = fixture.folio(page(topic, "JFK", batch(1)));
        commit(folio);
        LogFixture other = new LogFixture(cluster(), new NamespaceName("acme", "other"));
        CommitDecision decision = decide(other.namespaceUid(), 1_000, List.of(folio));
        assertThat(decision.outcomes())
                .allSatisfy(outcome -> assertThat(outcome).isInstanceOf(CommitDecision.Refused.class));
        assertThat(store().lastCommitNumbers(Set.of(other.namespaceUid()))).containsEntry(other.namespaceUid(), 0L);
    }

    @Test
    void folioWithOnlyRejectedBatchesKeepsItsAnswer() {
        cluster().deleteTopic(topic.name(), LogFixture.time(1), LogFixture.time(2));
        FolioCommit folio = fixture.folio(page(topic, "JFK", batch(1)));
        FolioAnswer answer = commit(folio);
        assertThat(answer.commitNumber()).isEqualTo(1);
        assertThat(commit(folio)).isEqualTo(answer);
        assertThat(store().readCommits(fixture.namespaceUid(), 1, 10)).hasSize(1);
    }

    @Test
    void missingNamespaceIsNotFound() {
        UUID unknown = new UUID(1, 2);
        FolioCommit folio = fixture.folio(page(topic, "JFK", batch(1)));
        assertFails(() -> decide(unknown, 1_000, List.of(folio)), ErrorKind.NOT_FOUND, unknown.toString());
        assertFails(() -> store().readCommits(unknown, 1, 10), ErrorKind.NOT_FOUND, unknown.toString());
        assertThat(store().tenant(unknown)).isEmpty();
        assertThat(store().tenant(fixture.namespaceUid()))
                .contains(fixture.namespace().name().tenant());
        assertThat(store().lastCommitNumbers(Set.of(unknown))).isEmpty();
    }

    @Test
    void failedRuleWritesNothing() {
        FolioCommit folio = fixture.folio(page(topic, "JFK", batch(1)));
        CommitScope scope = CommitScope.of(fixture.namespaceUid(), List.of(folio));
        assertThatThrownBy(() -> store().commit(scope, state -> {
                    throw new IllegalStateException("a bug");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(plan(TopicScan.all(topic.name())).pages()).isEmpty();
        assertThat(commit(folio).commitNumber()).isEqualTo(1);
    }

    @Test
    void planTellsWhereEachPageIs() {
        FolioCommit folio = fixture.folio(page(topic, "JFK", batch(10), batch(5, 700)), page(single, "", batch(3)));
        commit(1_000, folio);
        CollectedPlan plan = plan(TopicScan.all(single.name()), TopicScan.all(topic.name()));

        assertThat(plan.topics())
                .containsExactly(
                        new PlanSink.TopicSnapshot(
                                single.uid(), 0, fixture.namespaceUid(), 1, "", Optional.empty(), Optional.empty()),
                        new PlanSink.TopicSnapshot(
                                topic.uid(), 0, fixture.namespaceUid(), 1, "", Optional.empty(), Optional.empty()));
        FolioCommit.Page committed = folio.pages().getFirst();
        LogPage expected = new LogPage(
                committed.partition(),
                0,
                15,
                folio.folioId(),
                committed.byteOffset(),
                committed.byteLength(),
                committed.crc32c(),
                0,
                List.of(LogPage.PageBatch.of(10, 1_000), LogPage.PageBatch.of(5, 1_000)));
        assertThat(plan.pages().get(1)).containsExactly(new PlanSink.PlannedPage(expected, folio.objectKey(), 1));
        assertThat(plan.pages().get(0)).hasSize(1);
    }

    @Test
    void planOfEmptyTopicHasNoPages() {
        CollectedPlan plan = plan(TopicScan.all(topic.name()));
        assertThat(plan.topics()).hasSize(1);
        assertThat(plan.topics().getFirst().commitNumber()).isZero();
        assertThat(plan.pages()).isEmpty();
    }

    @Test
    void planOfMissingTopicNamesItAndDeliversNothing() {
        CollectedPlan plan = new CollectedPlan();
        List<TopicScan> scans = List.of(
                TopicScan.all(topic.name()), TopicScan.all(topic.name().parent().topic("nothing")));
        assertFails(() -> store().plan(scans, plan), ErrorKind.NOT_FOUND, "topics/nothing");
        assertThat(plan.topics()).isEmpty();
        NamespaceName elsewhere = new NamespaceName("acme", "nowhere");
        assertFails(() -> plan(TopicScan.all(elsewhere.topic("flights"))), ErrorKind.NOT_FOUND, "namespaces/nowhere");
    }

    @Test
    void planLeavesOutPagesThatCannotMatch() {
        commit(1_000, fixture.folio(page(topic, "AMS", batch(10)), page(topic, "JFK", batch(10))));
        commit(2_000, fixture.folio(page(topic, "AMS", batch(10)), page(topic, "JFK", batch(10))));
        commit(3_000, fixture.folio(page(topic, "AMS", batch(10)), page(topic, "", batch(10))));
        TopicScan all = TopicScan.all(topic.name());

        assertThat(plan(all).ranges())
                .containsExactly(
                        "[0,10)@3", "AMS[0,10)@1", "AMS[10,20)@2", "AMS[20,30)@3", "JFK[0,10)@1", "JFK[10,20)@2");
        assertThat(plan(all.partitions(Set.of("JFK", "ZRH"))).ranges()).containsExactly("JFK[0,10)@1", "JFK[10,20)@2");
        assertThat(plan(all.partitions(Set.of())).ranges()).isEmpty();
        assertThat(plan(all.partitions(Set.of("AMS")).offsets(10, 20)).ranges()).containsExactly("AMS[10,20)@2");
        assertThat(plan(all.partitions(Set.of("AMS")).offsets(9, 21)).ranges()).hasSize(3);
        assertThat(plan(all.offsets(20, Long.MAX_VALUE)).ranges()).containsExactly("AMS[20,30)@3");
        assertThat(plan(all.timestamps(2_000, 3_000)).ranges()).containsExactly("AMS[10,20)@2", "JFK[10,20)@2");
        assertThat(plan(all.timestamps(1_001, 2_000)).ranges()).isEmpty();
    }

    @Test
    void deletedTopicIsGoneAndItsNameStartsAnew() {
        commit(fixture.folio(page(topic, "JFK", batch(10)), page(single, "", batch(1))));
        cluster().deleteTopic(topic.name(), LogFixture.time(1), LogFixture.time(2));
        assertFails(() -> plan(TopicScan.all(topic.name())), ErrorKind.NOT_FOUND, "topics/flights");
        assertThat(plan(TopicScan.all(single.name())).rows()).isEqualTo(1);
        assertThat(store().readCommits(fixture.namespaceUid(), 1, 10).getFirst().pages())
                .extracting(page -> page.partition().topicUid())
                .contains(single.uid());

        TopicRecord again = fixture.createTopic("flights", true);
        assertThat(plan(TopicScan.all(again.name())).pages()).isEmpty();
        FolioAnswer answer = commit(fixture.folio(page(topic, "JFK", batch(1)), page(again, "JFK", batch(2))));
        assertThat(answer.pages().getFirst().getFirst()).isInstanceOf(FolioAnswer.Rejected.class);
        assertThat(answer.pages().getLast().getFirst()).isEqualTo(new Accepted(0, 2, 1_000));
    }

    @Test
    void deletedNamespaceTakesNoCommit() {
        cluster().deleteTopic(topic.name(), LogFixture.time(1), LogFixture.time(2));
        cluster().deleteTopic(single.name(), LogFixture.time(1), LogFixture.time(2));
        cluster().deleteNamespace(topic.name().parent(), LogFixture.time(1), LogFixture.time(1));
        assertFails(
                () -> commit(fixture.folio(page(topic, "JFK", batch(1)))),
                ErrorKind.NOT_FOUND,
                fixture.namespaceUid().toString());
        assertThat(store().lastCommitNumbers(Set.of(fixture.namespaceUid()))).isEmpty();
    }

    @Test
    void partitionsAreListedByTheBytesOfTheirValues() {
        // U+1F680 is above U+FFFD in UTF-8, below it in UTF-16
        List<String> values = List.of("", "\u0001", "JFK", "JFK\n", "ams", "\u00e9", "\ufffd", "\ud83d\ude80");
        for (String value : values.reversed()) {
            commit(fixture.folio(page(topic, value, batch(2))));
        }
        assertThat(store().listPartitions(topic.name(), null, 100))
                .extracting(PartitionRecord::value)
                .containsExactlyElementsOf(values);
        assertThat(store().listPartitions(topic.name(), "", 2))
                .containsExactly(new PartitionRecord("\u0001", 2, 0, 1_000), new PartitionRecord("JFK", 2, 0, 1_000));
        assertThat(plan(TopicScan.all(topic.name())).pages().getFirst())
                .extracting(page -> page.page().partition().value())
                .containsExactlyElementsOf(values);
        assertThat(store().listPartitions(single.name(), null, 10)).isEmpty();
        assertFails(
                () -> store().listPartitions(topic.name().parent().topic("nothing"), null, 1),
                ErrorKind.NOT_FOUND,
                "topics/nothing");
    }

    @Test
    void commitsAreReadInOrderAndWhole() {
        for (int i = 0; i < 5; i++) {
            commit(fixture.folio(
                    page(topic, "JFK", batch(1)), page(single, "", batch(1)), page(topic, "AMS", batch(1))));
        }
        List<Commit> commits = store().readCommits(fixture.namespaceUid(), 2, 4);
        assertThat(commits).extracting(Commit::number).containsExactly(2L, 3L);
        assertThat(commits.getFirst().pages())
                .extracting(page -> page.partition().value())
                .containsExactly("JFK", "", "AMS");
        assertThat(store().readCommits(fixture.namespaceUid(), 5, 1))
                .extracting(Commit::number)
                .containsExactly(5L);
        assertThat(store().readCommits(fixture.namespaceUid(), 6, 100)).isEmpty();
    }

    @Test
    void commitOfTenThousandPagesIsOneAsAnyOther() {
        FolioCommit.Page[] pages = IntStream.range(0, 10_000)
                .mapToObj(i -> page(topic, "P" + (i % 5_000), batch(2)))
                .toArray(FolioCommit.Page[]::new);
        FolioCommit folio = fixture.folio(pages);
        FolioAnswer answer = commit(folio);
        assertThat(offsets(answer).subList(4_999, 5_001)).containsExactly("[0,2)", "[2,4)");
        assertThat(commit(folio)).isEqualTo(answer);
        CollectedPlan plan = plan(TopicScan.all(topic.name()));
        assertThat(plan.rows()).isEqualTo(20_000);
        assertThat(plan.pages().getFirst()).hasSize(10_000);
        assertThat(plan(TopicScan.rows(topic.name())).topics().getFirst().pages())
                .contains(new CountedRows(20_000, 0));
        List<Commit> commits = store().readCommits(fixture.namespaceUid(), 1, 1);
        assertThat(commits).hasSize(1);
        assertThat(commits.getFirst().pages()).hasSize(10_000);
        assertThat(store().listPartitions(topic.name(), "P998", 10))
                .containsExactly(new PartitionRecord("P999", 4, 0, 1_000));
    }

    @Test
    void numberedBatchesAreRememberedAcrossCommits() {
        UUID producer = LogFixture.newId();
        FolioAnswer first =
                commit(numbered(producer, 0, 0, page(topic, "JFK", batch(10)), page(topic, "AMS", batch(2))));
        assertThat(first.producerResults())
                .containsExactly(new ProducerResult(
                        Outcome.NEW,
                        new ProducerAnswer(
                                0,
                                List.of(new Range("JFK", 0, 10, 1_000), new Range("AMS", 0, 2, 1_000)),
                                Optional.empty(),
                                0)));
        FolioAnswer again =
                commit(2_000, numbered(producer, 0, 0, page(topic, "JFK", batch(10)), page(topic, "AMS", batch(2))));
        assertThat(again.producerResults())
                .containsExactly(new ProducerResult(
                        Outcome.REPEATED, first.producerResults().getFirst().answer()));
        assertThat(commit(numbered(producer, 0, 1, page(topic, "JFK", batch(1))))
                        .producerResults())
                .extracting(ProducerResult::outcome)
                .containsExactly(Outcome.NEW);
        assertThat(plan(TopicScan.all(topic.name())).ranges())
                .containsExactly("AMS[0,2)@1", "JFK[0,10)@1", "JFK[10,11)@3");
    }

    @Test
    void rejectionIsRememberedWithoutAPage() {
        UUID producer = LogFixture.newId();
        ProducerBatch rejected = new ProducerBatch(
                new ProducerKey(producer, topic.uid()),
                0,
                0,
                false,
                0,
                Optional.of(new Rejected(ErrorKind.INVALID, "no")),
                List.of());
        FolioCommit folio = fixture.folio(List.of(rejected));
        FolioAnswer answer = commit(folio);
        assertThat(commit(folio)).isEqualTo(answer);
        assertThat(commit(numbered(producer, 0, 0, page(topic, "JFK", batch(10))))
                        .producerResults())
                .containsExactly(new ProducerResult(
                        Outcome.REPEATED, answer.producerResults().getFirst().answer()));
        assertThat(plan(TopicScan.all(topic.name())).rows()).isZero();
        assertThat(store().readCommits(fixture.namespaceUid(), 1, 10))
                .allSatisfy(commit -> assertThat(commit.pages()).isEmpty());
    }

    @Test
    void laterProducerOfANameFencesThoseBefore() {
        NamespaceName namespace = fixture.namespace().name();
        NamedProducer first = store().initProducer(namespace, "loader", LogFixture.newId(), time(1_000), 2);
        assertThat(first.epoch()).isEqualTo(1);
        assertThat(commit(numbered(first.producerId(), 1, 0, page(topic, "JFK", batch(1))))
                        .producerResults())
                .extracting(ProducerResult::outcome)
                .containsExactly(Outcome.NEW);
        NamedProducer second = store().initProducer(namespace, "loader", LogFixture.newId(), time(2_000), 2);
        assertThat(second).isEqualTo(new NamedProducer(first.producerId(), 2, time(2_000)));
        assertThat(commit(numbered(first.producerId(), 1, 1, page(topic, "JFK", batch(1))))
                        .producerResults())
                .extracting(result -> result.answer().rejection().map(Rejected::kind))
                .containsExactly(Optional.of(ErrorKind.CONFLICT));
        assertThat(commit(numbered(first.producerId(), 2, 0, page(topic, "JFK", batch(1))))
                        .producerResults())
                .extracting(ProducerResult::outcome)
                .containsExactly(Outcome.NEW);

        // a namespace has its own producers, and so many
        NamedProducer other = store().initProducer(namespace, "other", LogFixture.newId(), time(1_000), 2);
        assertThat(other.producerId()).isNotEqualTo(first.producerId());
        assertThatThrownBy(() -> store().initProducer(namespace, "third", LogFixture.newId(), time(1_000), 2))
                .isInstanceOfSatisfying(
                        WingsException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.EXHAUSTED));
        assertThat(store().initProducer(namespace, "other", LogFixture.newId(), time(1_000), 2)
                        .epoch())
                .isEqualTo(2);
        NamespaceName missing = new NamespaceName("acme", "missing");
        assertFails(
                () -> store().initProducer(missing, "loader", LogFixture.newId(), time(1_000), 2),
                ErrorKind.NOT_FOUND,
                missing.toString());
    }

    /// One batch of a producer, each part of it in a page of its own.
    private FolioCommit numbered(UUID producer, long epoch, long sequence, FolioCommit.Page... pages) {
        return fixture.folio(
                List.of(new ProducerBatch(
                        new ProducerKey(producer, topic.uid()),
                        epoch,
                        sequence,
                        false,
                        0,
                        Optional.empty(),
                        IntStream.range(0, pages.length)
                                .mapToObj(i -> new ProducerBatch.Part(i, 0))
                                .toList())),
                pages);
    }

    private FolioAnswer commit(FolioCommit folio) {
        return commit(1_000, folio);
    }

    private FolioAnswer commit(long nowMicros, FolioCommit folio) {
        return ((Answered) decide(nowMicros, List.of(folio)).outcomes().getFirst()).answer();
    }

    private CommitDecision decide(long nowMicros, List<FolioCommit> folios) {
        return decide(fixture.namespaceUid(), nowMicros, folios);
    }

    private CommitDecision decide(UUID namespaceUid, long nowMicros, List<FolioCommit> folios) {
        CommitScope scope = CommitScope.of(namespaceUid, folios);
        return store().commit(
                        scope, state -> CommitRule.decide(namespaceUid, folios, state, nowMicros, LogFixture.ANY_AGE));
    }

    private CollectedPlan plan(TopicScan... scans) {
        CollectedPlan plan = new CollectedPlan();
        store().plan(List.of(scans), plan);
        return plan;
    }

    private static List<String> offsets(FolioAnswer answer) {
        return answer.pages().stream()
                .flatMap(List::stream)
                .map(Accepted.class::cast)
                .map(batch -> "[" + batch.startOffset() + "," + batch.endOffset() + ")")
                .toList();
    }

    private static List<Long> timestamps(FolioAnswer answer) {
        return answer.pages().stream()
                .flatMap(List::stream)
                .map(batch -> ((Accepted) batch).timestampMicros())
                .toList();
    }

    private static void assertFails(ThrowingCallable call, ErrorKind kind, String part) {
        assertThatThrownBy(call).isInstanceOfSatisfying(WingsException.class, failure -> {
            assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(kind);
            assertThat(failure.getMessage()).endsWith(part);
        });
    }
}
