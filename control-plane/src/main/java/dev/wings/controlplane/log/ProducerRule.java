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
import dev.wings.controlplane.log.FolioAnswer.Rejected;
import dev.wings.controlplane.log.ProducerResult.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// Which batches of producers a group of commits takes (I4). Each producer numbers the batches that it sends to
/// a topic, from 0: a batch is taken if its number is the next one, repeats its first answer if it was answered
/// before, and is refused if others are missing before it.
///
/// A rejected batch uses up its number as a stored one does, so that each number has one answer for ever: a
/// producer that sends it again, to another ingestor say, cannot hear of a rejection when an attempt that is
/// still under way stores it.
///
/// A producer with a name has an epoch, and those before it are fenced. An id that a producer has made by
/// itself has the epoch 0.
public final class ProducerRule {

    /// How many answers are remembered: so many batches may a producer have under way in a topic.
    static final int MAX_ANSWERS = 32;

    /// How many ranges these answers have together; the newest is remembered whatever it has.
    static final int MAX_RANGES = 1_000;

    /// How long a producer is remembered that sends nothing.
    public static final Duration LIFE = Duration.ofDays(7);

    static final Duration SINGLE_LIFE = Duration.ofDays(1);

    /// A state that lives nearly as long as it could is not given a later end, so that few writes change it.
    private static final Duration LIFE_STEP = Duration.ofHours(6);

    private final CommitState state;
    private final Instant now;
    private final Map<ProducerKey, ProducerState> moved = new HashMap<>();
    /// What follows the batches that are taken, whether they are recorded yet or not.
    private final Map<ProducerKey, Long> expected = new HashMap<>();

    ProducerRule(CommitState state, Instant now) {
        this.state = state;
        this.now = now;
    }

    /// The producers that have changed, as they are from now on.
    Map<ProducerKey, ProducerState> moved() {
        return Map.copyOf(moved);
    }

    /// Returns what a batch is answered that is not taken; empty for one that is. Nothing may be asked about
    /// such a batch until [#record] has given it an answer.
    Optional<ProducerResult> decide(ProducerBatch batch) {
        UUID topic = batch.key().topicUid();
        if (!state.topics().containsKey(topic)) {
            return refused(batch, ErrorKind.NOT_FOUND, "topic not found: topic_uid=" + topic);
        }
        Long epoch = state.producerEpochs().get(batch.key().producerId());
        if (epoch == null && batch.epoch() > 0) {
            return refused(
                    batch,
                    ErrorKind.CONFLICT,
                    "the producer has been forgotten, start it anew by its name: producer_id="
                            + batch.key().producerId() + ", epoch=" + batch.epoch());
        }
        if (epoch != null && batch.epoch() != epoch) {
            return refused(
                    batch,
                    batch.epoch() < epoch ? ErrorKind.CONFLICT : ErrorKind.INVALID,
                    (batch.epoch() < epoch
                                    ? "the producer is fenced: a later one of its name was started: producer_id="
                                    : "the producer has no such epoch: producer_id=")
                            + batch.key().producerId() + ", epoch=" + batch.epoch() + ", current=" + epoch);
        }
        ProducerState known = known(batch);
        long next = expected.getOrDefault(batch.key(), known.nextSequence());
        if (batch.sequence() > next) {
            return refused(
                    batch,
                    ErrorKind.PRECONDITION,
                    "batches before this one are missing: producer_id="
                            + batch.key().producerId() + ", expected=" + next + ", found=" + batch.sequence());
        }
        if (batch.sequence() == next) {
            expected.put(batch.key(), next + 1);
            return Optional.empty();
        }
        return Optional.of(again(batch, known));
    }

    private ProducerState known(ProducerBatch batch) {
        ProducerState known = moved.getOrDefault(batch.key(), state.producers().get(batch.key()));
        return known == null || known.epoch() < batch.epoch()
                ? new ProducerState(batch.epoch(), 0, List.of(), Instant.MIN)
                : known;
    }

    /// The answer that a batch got before.
    static ProducerResult again(ProducerBatch batch, ProducerAnswer answer) {
        return answer.fingerprint() == batch.fingerprint()
                ? new ProducerResult(Outcome.REPEATED, answer)
                : result(
                        Outcome.REFUSED,
                        batch,
                        ErrorKind.INVALID,
                        "another batch was sent under this number: producer_id="
                                + batch.key().producerId() + ", sequence=" + batch.sequence());
    }

    private static ProducerResult again(ProducerBatch batch, ProducerState known) {
        long oldest = known.nextSequence() - known.last().size();
        if (batch.sequence() < oldest) {
            return result(
                    Outcome.REPEATED,
                    batch,
                    ErrorKind.ALREADY_EXISTS,
                    "the batch was answered before, and how is not remembered: producer_id="
                            + batch.key().producerId() + ", sequence=" + batch.sequence() + ", oldest=" + oldest);
        }
        return again(batch, known.last().get(Math.toIntExact(batch.sequence() - oldest)));
    }

    /// Keeps the first answer to a batch that [#decide] has let pass.
    void record(ProducerBatch batch, ProducerAnswer answer) {
        ProducerState known = known(batch);
        if (batch.sequence() != known.nextSequence()) {
            throw new IllegalStateException("only the next batch of a producer is answered: producer_id="
                    + batch.key().producerId() + ", expected=" + known.nextSequence() + ", found="
                    + batch.sequence());
        }
        List<ProducerAnswer> last = new ArrayList<>(known.last());
        last.add(answer);
        int ranges = 0;
        int first = last.size() - 1;
        for (int i = first; i >= 0 && last.size() - i <= MAX_ANSWERS; i--) {
            ranges += last.get(i).ranges().size();
            if (ranges > MAX_RANGES) {
                break;
            }
            first = i;
        }
        Instant end = now.plus(batch.single() ? SINGLE_LIFE : LIFE);
        Instant expireTime = known.expireTime().isAfter(end.minus(LIFE_STEP)) ? known.expireTime() : end;
        moved.put(
                batch.key(),
                new ProducerState(batch.epoch(), batch.sequence() + 1, last.subList(first, last.size()), expireTime));
    }

    static ProducerResult tooManyRepeated(ProducerAnswer answer, int limit) {
        return new ProducerResult(
                Outcome.REFUSED,
                ProducerAnswer.rejection(
                        answer.fingerprint(),
                        new Rejected(
                                ErrorKind.EXHAUSTED,
                                "too many batches are sent again at once, send this one later: limit=" + limit
                                        + " ranges")));
    }

    private static Optional<ProducerResult> refused(ProducerBatch batch, ErrorKind kind, String message) {
        return Optional.of(result(Outcome.REFUSED, batch, kind, message));
    }

    private static ProducerResult result(Outcome outcome, ProducerBatch batch, ErrorKind kind, String message) {
        return new ProducerResult(outcome, ProducerAnswer.rejection(batch.fingerprint(), new Rejected(kind, message)));
    }
}
