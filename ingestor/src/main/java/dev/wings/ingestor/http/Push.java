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

import dev.wings.common.arrow.BatchLimits;
import dev.wings.common.arrow.SentBatch;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.IngestResponse.PartitionRange;
import dev.wings.common.schema.OnError;
import dev.wings.ingestor.budget.MemoryBudget;
import dev.wings.ingestor.intake.Intake;
import dev.wings.ingestor.intake.Session;
import dev.wings.ingestor.topic.TopicTarget;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.apache.arrow.memory.OutOfMemoryException;
import org.jspecify.annotations.Nullable;

/// The rows of one body on their way into one topic, which is taken for what it was when they came.
///
/// They are read once, and if some of them are bad and the others are wanted, once more without those. All that
/// are taken are one batch, so that they are stored together or not at all.
final class Push implements AutoCloseable {

    private final HttpDoor door;
    private final Supplier<BodyRows> body;
    private final PushOptions options;
    private final TopicTarget topic;
    private final RequestMemory memory;
    private final boolean keepsLetters;
    private final RowFailures failures;

    /// @param body opens the rows, from the first on
    Push(HttpDoor door, Supplier<BodyRows> body, PushOptions options, TopicTarget topic) {
        this.door = door;
        this.body = body;
        this.options = options;
        this.topic = topic;
        this.keepsLetters = topic.intake().onError() == OnError.DEAD_LETTER && !options.atomic();
        this.failures = keepsLetters ? new RowFailures(Intake.MAX_LETTERS) : new RowFailures();
        this.memory = new RequestMemory(
                door.budget(),
                topic.name().tenant(),
                door.allocator(),
                door.limits().valueBytes());
    }

    /// What became of the rows.
    sealed interface Result {

        /// Rows were stored, or would have been.
        ///
        /// @param kept those of the failures that became dead letters
        /// @param repeated whether they were stored when the request was sent before
        record Taken(int rows, List<PartitionRange> ranges, RowFailures failures, Session.Kept kept, boolean repeated)
                implements Result {}

        /// No row was stored, because of these.
        record Refused(RowFailures failures) implements Result {}

        /// No row was stored, because the topic is another one by now.
        record Outdated() implements Result {}
    }

    /// Reads the rows and stores them. Fails with what the session fails with; then nobody knows whether the
    /// rows are stored if the failure is not the rows' own.
    ///
    /// @param isCurrent says whether the topic is what it is taken for; asked when there is something wrong
    ///     with the rows
    Result run(Current isCurrent) throws InterruptedException {
        try (TopicColumns columns = new TopicColumns(topic.schema(), memory.values());
                Session session = door.intake().openSession(topic, columns.schema(), memory.account())) {
            memory.awaitRoom(door.scheduler());
            Result result;
            try {
                result = run(columns, session, isCurrent);
            } catch (WingsException e) {
                if (Session.ends(e)) {
                    throw e;
                }
                return earlier(session, e).orElseThrow(() -> e);
            }
            return result instanceof Result.Refused refused
                    ? earlier(
                                    session,
                                    WingsException.invalid(
                                            refused.failures().first().text()))
                            .orElse(result)
                    : result;
        } catch (OutOfMemoryException e) {
            throw WingsException.exhausted("the ingestor has no memory for the rows, send them again later");
        }
    }

    /// What became of a request with a key that is refused now, if it was taken when it was sent before: the
    /// topic may have changed since. If it was not, it is refused for ever.
    private Optional<Result> earlier(Session session, WingsException reason) throws InterruptedException {
        if (options.number().isEmpty() || options.dryRun()) {
            return Optional.empty();
        }
        Told told = new Told(door.metrics());
        try (MemoryBudget.Account.Lease lease = memory.take(0)) {
            session.refuse(options.number().get(), reason, lease, told);
        }
        told.await();
        @Nullable WingsException refusal = told.refusal();
        if (refusal == null) {
            return Optional.of(taken(0, told));
        }
        if (Session.ends(refusal)) {
            throw refusal;
        }
        return Optional.empty();
    }

    private Result.Taken taken(int rows, Told told) {
        int stored = told.isRepeated()
                ? told.ranges().stream()
                        .mapToInt(range -> Math.toIntExact(range.getEndOffset() - range.getStartOffset()))
                        .sum()
                : rows;
        return new Result.Taken(stored, told.ranges(), failures, told.kept(), told.isRepeated());
    }

    private Result run(TopicColumns columns, Session session, Current isCurrent) throws InterruptedException {
        try {
            int rows = read(columns);
            if (!failures.isEmpty()) {
                if (!isCurrent.check(topic)) {
                    return new Result.Outdated();
                }
                if (options.atomic() || failures.endBody() || isTooMany() || (rows == 0 && !keepsLetters)) {
                    return new Result.Refused(failures);
                }
                rows = read(columns);
            }
            return rows == 0 && failures.isEmpty()
                    ? new Result.Taken(0, List.of(), failures, Session.Kept.NOTHING, false)
                    : take(columns, session, isCurrent);
        } catch (OutOfMemoryException e) {
            throw WingsException.exhausted("the ingestor has no memory for the rows, send them again later");
        }
    }

    /// Whether there are more bad rows than can become dead letters.
    private boolean isTooMany() {
        return keepsLetters && failures.count() > Intake.MAX_LETTERS;
    }

    /// Says whether a topic is what it was.
    interface Current {
        boolean check(TopicTarget known);
    }

    /// Reads all rows but those that are known to be bad, and returns how many there are.
    private int read(TopicColumns columns) {
        try {
            int rows = write(columns);
            // nulls take memory, too
            columns.setRows(rows);
            memory.count();
            return rows;
        } catch (OutOfMemoryException e) {
            throw outOfMemory(e);
        }
    }

    private int write(TopicColumns columns) {
        columns.clear();
        boolean again = !failures.isEmpty();
        int count = 0;
        try (BodyRows rows = body.get()) {
            while (true) {
                try {
                    if (!rows.next()) {
                        break;
                    }
                    if (again && failures.has(rows.row())) {
                        keepText(rows);
                        continue;
                    }
                    rows.write(columns, count);
                    count++;
                    memory.count();
                } catch (BadRowException e) {
                    if (again) {
                        keepText(rows);
                    } else if (e.endsBody()) {
                        failures.addLast(e.failure());
                    } else {
                        failures.add(e.failure());
                    }
                    if (e.endsBody()) {
                        return 0;
                    }
                }
            }
        }
        return count;
    }

    private void keepText(BodyRows rows) {
        if (keepsLetters) {
            rows.text().ifPresent(text -> failures.text(rows.row(), text));
        }
    }

    /// The failure of a request for which there is no memory.
    private RuntimeException outOfMemory(OutOfMemoryException cause) {
        return memory.isMostlyUsed()
                ? new TooLargeException("the values of the rows take too much memory, send fewer rows at once:"
                        + " limit_bytes=" + door.limits().valueBytes())
                : cause;
    }

    /// Stores the rows that are in the columns. The batch may be refused for a row whose values fit its fields,
    /// and are refused all the same; then that is looked for.
    private Result take(TopicColumns columns, Session session, Current isCurrent) throws InterruptedException {
        int rows = columns.rows();
        Told told = new Told(door.metrics());
        boolean atOnce = append(columns, session, told);
        @Nullable WingsException reason = told.refusal();
        if (reason == null) {
            return taken(rows, told);
        }
        if (reason.kind() == ErrorKind.NOT_FOUND || reason.kind() == ErrorKind.INVALID) {
            if (!isCurrent.check(topic)) {
                return new Result.Outdated();
            }
        }
        if (reason.kind() != ErrorKind.INVALID || !atOnce || !findBad(columns, session)) {
            throw reason;
        }
        int rest = options.atomic() || isTooMany() ? 0 : read(columns);
        if (rest == 0 && (!keepsLetters || isTooMany())) {
            return new Result.Refused(failures);
        }
        Told second = new Told(door.metrics());
        append(columns, session, second);
        @Nullable WingsException still = second.refusal();
        if (still != null) {
            throw still;
        }
        return taken(rest, second);
    }

    /// Appends the rows in the columns, and waits for what becomes of them. Returns whether that was known at
    /// once: then they are still in the columns.
    private boolean append(TopicColumns columns, Session session, Told told) throws InterruptedException {
        try (SentBatch batch = columns.openBatch(0, columns.rows(), door.allocator())) {
            check(batch);
            if (options.dryRun()) {
                try {
                    session.check(batch.header(), batch.body(), Session.Wishes.NONE);
                    told.accepted(List.of());
                } catch (WingsException e) {
                    told.rejected(e, Session.ends(e));
                }
            } else {
                try (MemoryBudget.Account.Lease lease = memory.take(batch.body().capacity())) {
                    session.append(batch.header(), batch.body(), wishes(), lease, told);
                }
            }
        }
        if (told.isKnown()) {
            return true;
        }
        // the batch has a copy, and the memory is for others
        columns.drop();
        told.await();
        return false;
    }

    /// What is bad was found out here, with the numbers that the rows have in the body: the session keeps it,
    /// and finds nothing itself.
    private Session.Wishes wishes() {
        return new Session.Wishes(
                Optional.empty(),
                OptionalLong.empty(),
                options.number(),
                failures.isEmpty() || !keepsLetters
                        ? Optional.empty()
                        : Optional.of(
                                new Session.Sender(HttpDoor.NAME, options.requestId(), failures.faults(), false)));
    }

    private void check(SentBatch batch) {
        BatchLimits limits = door.intake().settings().limits();
        if (batch.body().readableBytes() > limits.bytes()) {
            throw new TooLargeException("the values of the rows are too large, send fewer rows at once: bytes="
                    + batch.body().readableBytes() + ", limit_bytes=" + limits.bytes());
        }
        if (batch.header().rows() > limits.rows()) {
            throw new TooLargeException("these are too many rows, send fewer at once: rows="
                    + batch.header().rows() + ", limit=" + limits.rows());
        }
    }

    /// Finds rows for which a batch is refused that has them alone. Returns whether there are any, and not too
    /// many.
    private boolean findBad(TopicColumns columns, Session session) {
        int[] numbers = numbers(columns.rows());
        int before = failures.count();
        int most = before + (keepsLetters ? Intake.MAX_LETTERS : RowFailures.MAX_TOLD);
        findBad(columns, session, numbers, 0, columns.rows(), most);
        return failures.count() > before && failures.count() <= most;
    }

    private void findBad(TopicColumns columns, Session session, int[] numbers, int start, int count, int most) {
        if (failures.count() > most) {
            return;
        }
        try (SentBatch batch = columns.openBatch(start, count, door.allocator())) {
            session.check(batch.header(), batch.body(), Session.Wishes.NONE);
        } catch (WingsException e) {
            if (e.kind() != ErrorKind.INVALID) {
                throw e;
            }
            if (count == 1) {
                failures.add(new RowFailure(numbers[start], 0, 0, e.getMessage()));
                return;
            }
            int half = count / 2;
            findBad(columns, session, numbers, start, half, most);
            findBad(columns, session, numbers, start + half, count - half, most);
        }
    }

    /// The numbers that the rows in the columns have in the body.
    private int[] numbers(int rows) {
        int[] numbers = new int[rows];
        int number = 0;
        for (int i = 0; i < rows; i++) {
            do {
                number++;
            } while (failures.has(number));
            numbers[i] = number;
        }
        return numbers;
    }

    @Override
    public void close() {
        memory.close();
    }
}
