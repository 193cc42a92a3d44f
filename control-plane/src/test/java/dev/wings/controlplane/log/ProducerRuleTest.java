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
import dev.wings.controlplane.log.CommitDecision.Answered;
import dev.wings.controlplane.log.CommitState.PartitionState;
import dev.wings.controlplane.log.CommitState.TopicState;
import dev.wings.controlplane.log.FolioAnswer.Rejected;
import dev.wings.controlplane.log.ProducerAnswer.Range;
import dev.wings.controlplane.log.ProducerBatch.Part;
import dev.wings.controlplane.log.ProducerResult.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What numbered batches are answered, with a state that goes on from commit to commit.
final class ProducerRuleTest {

    private static final UUID NAMESPACE = new UUID(1, 1);
    private static final UUID TOPIC = new UUID(2, 1);
    private static final UUID OTHER_TOPIC = new UUID(2, 2);
    private static final ProducerKey ANONYMOUS = new ProducerKey(new UUID(3, 1), TOPIC);
    private static final ProducerKey NAMED = new ProducerKey(new UUID(3, 2), TOPIC);
    private static final Duration HOUR = Duration.ofHours(1);

    private final Map<PartitionKey, PartitionState> partitions = new HashMap<>();
    private final Map<ProducerKey, ProducerState> producers = new HashMap<>();
    private final Map<UUID, Long> epochs = new HashMap<>(Map.of(NAMED.producerId(), 4L));
    private long nowMicros = 1_000_000;

    @Test
    void batchIsStoredOnceAndItsAnswerRepeated() {
        ProducerResult first = commitOne(batch(ANONYMOUS, 0, 0), 10);
        assertThat(first.outcome()).isEqualTo(Outcome.NEW);
        assertThat(first.answer().ranges()).containsExactly(new Range("", 0, 10, 1_000_000));
        nowMicros += 5;
        assertThat(commitOne(batch(ANONYMOUS, 0, 1), 3).answer().ranges())
                .containsExactly(new Range("", 10, 13, 1_000_005));
        nowMicros += 5;

        ProducerResult again = commitOne(batch(ANONYMOUS, 0, 0), 10);
        assertThat(again).isEqualTo(new ProducerResult(Outcome.REPEATED, first.answer()));
        assertThat(nextOffset()).isEqualTo(13);
    }

    @Test
    void topicsAreNumberedByThemselves() {
        commitOne(batch(ANONYMOUS, 0, 0), 1);
        ProducerBatch other = batch(new ProducerKey(ANONYMOUS.producerId(), OTHER_TOPIC), 0, 0);
        assertThat(commitOne(other, 1).outcome()).isEqualTo(Outcome.NEW);
    }

    @Test
    void batchWithOthersMissingBeforeItIsRefused() {
        assertRefused(commitOne(batch(ANONYMOUS, 0, 1), 1), ErrorKind.PRECONDITION, "expected=0, found=1");
        commitOne(batch(ANONYMOUS, 0, 0), 1);
        assertRefused(commitOne(batch(ANONYMOUS, 0, 2), 1), ErrorKind.PRECONDITION, "expected=1, found=2");
        assertThat(commitOne(batch(ANONYMOUS, 0, 1), 1).outcome()).isEqualTo(Outcome.NEW);
        assertThat(nextOffset()).isEqualTo(2);
    }

    /// The folio of the first attempt may come to the commit after that of the second.
    @Test
    void attemptThatIsLateIsSkipped() {
        FolioCommit first = folio(List.of(batch(ANONYMOUS, 0, 0), batch(ANONYMOUS, 0, 1)), 4, 5);
        FolioCommit second = folio(List.of(batch(ANONYMOUS, 0, 0)), 4);
        List<CommitDecision.Outcome> outcomes = commit(second, first).outcomes();
        assertThat(results(outcomes.get(0))).extracting(ProducerResult::outcome).containsExactly(Outcome.NEW);
        assertThat(results(outcomes.get(1)))
                .extracting(ProducerResult::outcome)
                .containsExactly(Outcome.REPEATED, Outcome.NEW);
        assertThat(nextOffset()).isEqualTo(9);
    }

    @Test
    void batchThatIsTwiceInAFolioIsStoredOnce() {
        CommitDecision decision =
                commit(folio(List.of(batch(ANONYMOUS, 0, 0), batch(ANONYMOUS, 0, 0), batch(ANONYMOUS, 0, 1)), 4, 4, 2));
        assertThat(results(decision.outcomes().getFirst()))
                .extracting(
                        ProducerResult::outcome,
                        result -> result.answer().ranges().getFirst())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(Outcome.NEW, new Range("", 0, 4, nowMicros)),
                        org.assertj.core.groups.Tuple.tuple(Outcome.REPEATED, new Range("", 0, 4, nowMicros)),
                        org.assertj.core.groups.Tuple.tuple(Outcome.NEW, new Range("", 4, 6, nowMicros)));
        assertThat(decision.folios().getFirst().pages().getFirst().batches())
                .extracting(LogPage.PageBatch::skipped)
                .containsExactly(false, true, false);
    }

    @Test
    void deadLettersAreStoredOnceWithTheirBatch() {
        List<FolioCommit.Page> pages = List.of(page(TOPIC, "", 5), placed(page(OTHER_TOPIC, "", 2), 64));
        ProducerBatch batch =
                new ProducerBatch(ANONYMOUS, 0, 0, false, 0, Optional.empty(), List.of(new Part(0, 0), new Part(1, 0)));
        ProducerAnswer answer = new ProducerAnswer(0, List.of(new Range("", 0, 5, nowMicros)), Optional.empty(), 2);
        assertThat(results(commit(folio(pages, List.of(batch))).outcomes().getFirst()))
                .containsExactly(new ProducerResult(Outcome.NEW, answer));
        CommitDecision again = commit(folio(pages, List.of(batch)));
        assertThat(results(again.outcomes().getFirst())).containsExactly(new ProducerResult(Outcome.REPEATED, answer));
        assertThat(again.folios().getFirst().pages()).isEmpty();
        assertThat(partitions.get(new PartitionKey(OTHER_TOPIC, ""))).isEqualTo(new PartitionState(2, nowMicros));
    }

    @Test
    void rejectionIsAnAnswerForEver() {
        Rejected reason = new Rejected(ErrorKind.INVALID, "no such column");
        ProducerBatch rejected = new ProducerBatch(ANONYMOUS, 0, 0, false, 0, Optional.of(reason), List.of());
        assertThat(results(commit(folio(List.of(rejected))).outcomes().getFirst()))
                .containsExactly(
                        new ProducerResult(Outcome.NEW, new ProducerAnswer(0, List.of(), Optional.of(reason), 0)));
        // an attempt of before that would have been taken
        ProducerResult late = commitOne(batch(ANONYMOUS, 0, 0), 7);
        assertThat(late.outcome()).isEqualTo(Outcome.REPEATED);
        assertThat(late.answer().rejection()).contains(reason);
        assertThat(nextOffset()).isZero();
        // and one that was taken stays so
        ProducerResult stored = commitOne(batch(ANONYMOUS, 0, 1), 7);
        ProducerBatch again = new ProducerBatch(ANONYMOUS, 0, 1, false, 0, Optional.of(reason), List.of());
        assertThat(results(commit(folio(List.of(again))).outcomes().getFirst()))
                .containsExactly(new ProducerResult(Outcome.REPEATED, stored.answer()));
    }

    @Test
    void earlierProducersOfANameAreFenced() {
        assertThat(commitOne(batch(NAMED, 4, 0), 1).outcome()).isEqualTo(Outcome.NEW);
        epochs.put(NAMED.producerId(), 5L);
        assertRefused(commitOne(batch(NAMED, 4, 1), 1), ErrorKind.CONFLICT, "fenced");
        assertRefused(commitOne(batch(NAMED, 4, 0), 1), ErrorKind.CONFLICT, "epoch=4, current=5");
        assertRefused(commitOne(batch(NAMED, 6, 0), 1), ErrorKind.INVALID, "epoch=6, current=5");
        assertRefused(commitOne(batch(NAMED, 0, 0), 1), ErrorKind.CONFLICT, "fenced");
        assertThat(commitOne(batch(NAMED, 5, 0), 1).outcome()).isEqualTo(Outcome.NEW);
        assertRefused(commitOne(batch(ANONYMOUS, 1, 0), 1), ErrorKind.CONFLICT, "has been forgotten");
        assertThat(nextOffset()).isEqualTo(2);
    }

    @Test
    void answersAreRememberedForTheLastBatches() {
        int batches = ProducerRule.MAX_ANSWERS + 3;
        IntStream.range(0, batches).forEach(i -> commitOne(batch(ANONYMOUS, 0, i), 1));
        assertThat(commitOne(batch(ANONYMOUS, 0, 3), 1).answer().ranges())
                .extracting(Range::startOffset)
                .containsExactly(3L);
        ProducerResult old = commitOne(batch(ANONYMOUS, 0, 2), 1);
        assertThat(old.outcome()).isEqualTo(Outcome.REPEATED);
        assertThat(old.answer().rejection().orElseThrow().kind()).isEqualTo(ErrorKind.ALREADY_EXISTS);
        assertThat(nextOffset()).isEqualTo(batches);
    }

    @Test
    void answersAreBounded() {
        for (int i = 0; i < 4; i++) {
            commit(wide(i, ProducerRule.MAX_RANGES / 3 + 1));
        }
        assertThat(known(ANONYMOUS).last()).hasSize(2);
        commit(wide(4, ProducerRule.MAX_RANGES + 1));
        assertThat(known(ANONYMOUS).last()).hasSize(1);
        assertThat(known(ANONYMOUS).nextSequence()).isEqualTo(5);
    }

    @Test
    void answersThatAreRepeatedAtOnceAreBounded() {
        int ranges = CommitRule.MAX_REPEATED_RANGES * 2 / 3;
        commit(wide(0, ranges));
        ProducerBatch empty = new ProducerBatch(ANONYMOUS, 0, 0, false, 0, Optional.empty(), List.of());
        List<ProducerResult> results =
                results(commit(folio(List.of(empty, empty))).outcomes().getFirst());
        assertThat(results.getFirst().answer().ranges()).hasSize(ranges);
        assertRefused(results.getLast(), ErrorKind.EXHAUSTED, "limit=10000 ranges");
        assertThat(results(commit(folio(List.of(empty))).outcomes().getFirst()))
                .extracting(ProducerResult::outcome)
                .containsExactly(Outcome.REPEATED);
    }

    @Test
    void anotherBatchUnderAUsedNumberIsRefused() {
        ProducerBatch first = new ProducerBatch(ANONYMOUS, 0, 0, true, 77, Optional.empty(), List.of(new Part(0, 0)));
        ProducerBatch other = new ProducerBatch(ANONYMOUS, 0, 0, true, 78, Optional.empty(), List.of(new Part(0, 0)));
        assertThat(commitOne(first, 1).outcome()).isEqualTo(Outcome.NEW);
        assertThat(commitOne(first, 1).outcome()).isEqualTo(Outcome.REPEATED);
        assertRefused(commitOne(other, 1), ErrorKind.INVALID, "another batch was sent under this number");
    }

    @Test
    void stateLivesAsLongAsItIsUsed() {
        commitOne(batch(ANONYMOUS, 0, 0), 1);
        var end = known(ANONYMOUS).expireTime();
        assertThat(end).isEqualTo(LogFixture.time(nowMicros).plus(ProducerRule.LIFE));
        nowMicros += HOUR.toNanos() / 1_000;
        commitOne(batch(ANONYMOUS, 0, 1), 1);
        assertThat(known(ANONYMOUS).expireTime()).isEqualTo(end);
        nowMicros += 6 * HOUR.toNanos() / 1_000;
        commitOne(batch(ANONYMOUS, 0, 2), 1);
        assertThat(known(ANONYMOUS).expireTime()).isEqualTo(end.plus(HOUR.multipliedBy(7)));
        ProducerKey single = new ProducerKey(new UUID(3, 3), TOPIC);
        commitOne(new ProducerBatch(single, 0, 0, true, 0, Optional.empty(), List.of(new Part(0, 0))), 1);
        assertThat(known(single).expireTime())
                .isEqualTo(LogFixture.time(nowMicros).plus(ProducerRule.SINGLE_LIFE));
    }

    @Test
    void topicThatIsGoneRemembersNothing() {
        ProducerKey gone = new ProducerKey(ANONYMOUS.producerId(), new UUID(9, 9));
        assertRefused(commitOne(batch(gone, 0, 0), 1), ErrorKind.NOT_FOUND, "topic not found");
        assertThat(producers).isEmpty();
    }

    @Test
    void partsThatCannotBeAreInvalid() {
        assertInvalid(() -> folio(List.of(part(ANONYMOUS, new Part(0, 1))), 1));
        assertInvalid(() -> folio(List.of(part(ANONYMOUS, new Part(1, 0))), 1));
        assertInvalid(() -> folio(List.of(part(ANONYMOUS, new Part(-1, 0))), 1));
        assertInvalid(() -> folio(List.of(part(ANONYMOUS, new Part(0, 0), new Part(0, 0))), 1));
        assertInvalid(() -> folio(List.of(part(ANONYMOUS, new Part(0, 0)), part(NAMED, new Part(0, 0))), 1));
        assertInvalid(() -> new ProducerBatch(ANONYMOUS, -1, 0, false, 0, Optional.empty(), List.of()));
        assertInvalid(() -> new ProducerBatch(ANONYMOUS, 0, -1, false, 0, Optional.empty(), List.of()));
        assertInvalid(() -> new ProducerBatch(ANONYMOUS, 0, Long.MAX_VALUE, false, 0, Optional.empty(), List.of()));
        assertInvalid(() -> new ProducerBatch(
                ANONYMOUS,
                0,
                0,
                false,
                0,
                Optional.of(new Rejected(ErrorKind.INVALID, "no")),
                List.of(new Part(0, 0))));
    }

    private static void assertInvalid(Runnable creation) {
        assertThatThrownBy(creation::run)
                .isInstanceOfSatisfying(
                        WingsException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.INVALID));
    }

    private static void assertRefused(ProducerResult result, ErrorKind kind, String message) {
        assertThat(result.outcome()).isEqualTo(Outcome.REFUSED);
        Rejected reason = result.answer().rejection().orElseThrow();
        assertThat(reason.kind()).isEqualTo(kind);
        assertThat(reason.message()).contains(message);
    }

    private ProducerState known(ProducerKey key) {
        return Objects.requireNonNull(producers.get(key));
    }

    private long nextOffset() {
        return partitions
                .getOrDefault(new PartitionKey(TOPIC, ""), new PartitionState(0, 0))
                .nextOffset();
    }

    private static ProducerBatch batch(ProducerKey key, long epoch, long sequence) {
        return new ProducerBatch(key, epoch, sequence, false, 0, Optional.empty(), List.of(new Part(0, 0)));
    }

    private static ProducerBatch part(ProducerKey key, Part... parts) {
        return new ProducerBatch(key, 0, 0, false, 0, Optional.empty(), List.of(parts));
    }

    private ProducerResult commitOne(ProducerBatch batch, long rows) {
        CommitDecision decision = commit(folio(List.of(batch), rows));
        return results(decision.outcomes().getFirst()).getFirst();
    }

    private static List<ProducerResult> results(CommitDecision.Outcome outcome) {
        return ((Answered) outcome).answer().producerResults();
    }

    private CommitDecision commit(FolioCommit... folios) {
        CommitState state = new CommitState(
                "acme",
                0,
                Map.of(),
                Map.of(TOPIC, new TopicState(0, true), OTHER_TOPIC, new TopicState(0, false)),
                Map.copyOf(partitions),
                Map.copyOf(producers),
                Map.copyOf(epochs));
        CommitDecision decision = CommitRule.decide(NAMESPACE, List.of(folios), state, nowMicros, LogFixture.ANY_AGE);
        decision.outcomes()
                .forEach(outcome -> assertThat(LogProtos.parseAnswer(
                                LogProtos.toProto(((Answered) outcome).answer()).toByteArray()))
                        .isEqualTo(((Answered) outcome).answer()));
        partitions.putAll(decision.partitions());
        producers.putAll(decision.producers());
        return decision;
    }

    /// A folio with one page, of which each numbered batch is a batch.
    private static FolioCommit folio(List<ProducerBatch> batches, long... rows) {
        List<ProducerBatch> placed = new ArrayList<>();
        for (ProducerBatch batch : batches) {
            boolean own = batches.size() > 1 && rows.length == batches.size();
            placed.add(
                    own
                            ? new ProducerBatch(
                                    batch.key(),
                                    batch.epoch(),
                                    batch.sequence(),
                                    batch.single(),
                                    batch.fingerprint(),
                                    batch.rejection(),
                                    List.of(new Part(0, placed.size())))
                            : batch);
        }
        UUID topic = batches.getFirst().key().topicUid();
        return folio(rows.length == 0 ? List.of() : List.of(page(topic, "", rows)), placed);
    }

    private static FolioCommit wide(long sequence, int partitions) {
        List<FolioCommit.Page> pages = new ArrayList<>();
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            FolioCommit.Page page = page(TOPIC, "p" + i, 1);
            pages.add(placed(page, 64L * i));
            parts.add(new Part(i, 0));
        }
        return folio(pages, List.of(new ProducerBatch(ANONYMOUS, 0, sequence, false, 0, Optional.empty(), parts)));
    }

    private static FolioCommit folio(List<FolioCommit.Page> pages, List<ProducerBatch> batches) {
        UUID id = LogFixture.newId();
        return new FolioCommit(id, "acme/folios/" + id + ".folio", 1 << 20, pages, batches);
    }

    private static FolioCommit.Page placed(FolioCommit.Page page, long offset) {
        return new FolioCommit.Page(page.partition(), 0, offset, 64, 0, page.batches());
    }

    private static FolioCommit.Page page(UUID topic, String partition, long... rows) {
        return new FolioCommit.Page(
                new PartitionKey(topic, partition),
                0,
                0,
                64,
                0,
                Arrays.stream(rows)
                        .mapToObj(count -> new FolioCommit.Batch(count, 0))
                        .toList());
    }
}
