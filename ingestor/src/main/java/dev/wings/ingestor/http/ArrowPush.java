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

import com.fasterxml.jackson.core.JsonGenerator;
import dev.wings.common.arrow.IpcHeader;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.http.HttpAnswer;
import dev.wings.common.http.Problem;
import dev.wings.common.proto.IngestResponse.PartitionRange;
import dev.wings.common.resource.TopicName;
import dev.wings.ingestor.budget.MemoryBudget;
import dev.wings.ingestor.intake.Session;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.OutOfMemoryException;
import org.jspecify.annotations.Nullable;

/// The batches of one body on their way into one topic, as if they came by DoPut: each gets its own outcome,
/// and is taken as a whole or not at all, unless the topic keeps dead letters.
final class ArrowPush implements AutoCloseable {

    /// A stream with a key has at most so many batches: more answers to a producer are not remembered.
    private static final int MAX_NUMBERED = 32;

    private final HttpDoor door;
    private final ArrowStream stream;
    private final byte[] body;
    private final PushOptions options;
    private final RequestMemory memory;

    ArrowPush(HttpDoor door, TopicName topic, byte[] body, PushOptions options) {
        this.door = door;
        this.body = body;
        this.options = options;
        this.stream = ArrowStream.of(body);
        if (options.atomic() && stream.rowBatches() > 1) {
            throw WingsException.invalid(
                    "batches are taken or rejected one by one, so atomic is for a stream of one batch:"
                            + " send all rows as one: batches=" + stream.rowBatches());
        }
        if (options.number().isPresent() && stream.rowBatches() > MAX_NUMBERED) {
            throw WingsException.invalid("a stream with the header " + PushOptions.IDEMPOTENCY_KEY
                    + " has few batches, since the answer to each is remembered: send larger ones: batches="
                    + stream.rowBatches() + ", limit=" + MAX_NUMBERED);
        }
        this.memory = new RequestMemory(
                door.budget(), topic.tenant(), door.allocator(), door.limits().valueBytes());
    }

    /// What became of a batch.
    ///
    /// @param number the first batch of rows is 1
    private record Sent(int number, long rows, Told told) {}

    HttpAnswer run(TopicName topic) throws InterruptedException {
        List<Sent> sent = new ArrayList<>();
        try (Session session = door.intake().openSession(topic, stream.schema(), memory.account())) {
            @Nullable WingsException stopped = null;
            for (ArrowStream.Part part : stream.batches()) {
                if (stopped == null) {
                    stopped = takeUnlessFull(part, session, sent);
                } else if (part.header() instanceof IpcHeader.RecordBatch batch) {
                    Told told = new Told(door.metrics());
                    told.rejected(stopped, true);
                    sent.add(new Sent(sent.size() + 1, batch.rows(), told));
                }
            }
            for (Sent each : sent) {
                each.told.await();
            }
        }
        return answer(sent);
    }

    /// Takes a message. Returns why neither it nor what follows is taken, since what came before it is.
    private @Nullable WingsException takeUnlessFull(ArrowStream.Part part, Session session, List<Sent> sent)
            throws InterruptedException {
        int before = sent.size();
        WingsException reason;
        try {
            memory.awaitRoom(door.scheduler());
            take(part, session, sent);
            return null;
        } catch (OutOfMemoryException e) {
            reason = noMemory();
        } catch (WingsException e) {
            reason = e;
        }
        if (part.header() instanceof IpcHeader.RecordBatch batch && sent.size() == before) {
            Told told = new Told(door.metrics());
            told.rejected(reason, true);
            sent.add(new Sent(before + 1, batch.rows(), told));
            return reason;
        }
        if (sent.isEmpty()) {
            throw reason;
        }
        return reason;
    }

    private void take(ArrowStream.Part part, Session session, List<Sent> sent) {
        try (ArrowBuf copy = door.allocator().buffer(part.length())) {
            copy.writeBytes(body, part.start(), part.length());
            switch (part.header()) {
                case IpcHeader.SchemaMessage ignored ->
                    throw WingsException.invalid("the schema of a stream can be sent once only");
                case IpcHeader.DictionaryBatch dictionary ->
                    session.readDictionary(dictionary, copy, memory.take(part.length()));
                case IpcHeader.RecordBatch batch -> {
                    Told told = new Told(door.metrics());
                    sent.add(new Sent(sent.size() + 1, batch.rows(), told));
                    append(batch, copy, session, wishes(sent.size() - 1), told);
                }
            }
        }
    }

    /// What is asked for along with a batch, which is one of several with the request's key.
    private Session.Wishes wishes(int index) {
        return new Session.Wishes(
                Optional.empty(),
                OptionalLong.empty(),
                options.number().map(number -> number.oneOfSeveral(index)),
                options.atomic()
                        ? Optional.empty()
                        : Optional.of(new Session.Sender(HttpDoor.NAME, options.requestId(), List.of(), true)));
    }

    private void append(IpcHeader.RecordBatch batch, ArrowBuf copy, Session session, Session.Wishes wishes, Told told) {
        if (options.dryRun()) {
            try {
                session.check(batch, copy, Session.Wishes.NONE);
                told.accepted(List.of());
            } catch (WingsException e) {
                told.rejected(e, Session.ends(e));
            }
            return;
        }
        try (MemoryBudget.Account.Lease lease = memory.take(copy.capacity())) {
            session.append(batch, copy, wishes, lease, told);
        } catch (OutOfMemoryException e) {
            told.rejected(noMemory(), true);
            throw e;
        }
    }

    private static WingsException noMemory() {
        return WingsException.exhausted("the ingestor has no memory for the rows, send them again later");
    }

    private HttpAnswer answer(List<Sent> sent) {
        List<Session.Kept> kept = sent.stream()
                .map(each -> each.told.kept())
                .filter(each -> each.rows() > 0)
                .toList();
        int letters = kept.stream().mapToInt(Session.Kept::rows).sum();
        List<Sent> rejected =
                sent.stream().filter(each -> each.told.refusal() != null).toList();
        long rows = sent.stream().mapToLong(Sent::rows).sum();
        long lost = rejected.stream().mapToLong(Sent::rows).sum();
        if (!rejected.isEmpty() && rejected.size() == sent.size()) {
            return refused(rejected, lost);
        }
        List<PartitionRange> ranges = sent.stream()
                .filter(each -> each.told.refusal() == null)
                .flatMap(each -> each.told.ranges().stream())
                .toList();
        return PushAnswers.taken(
                rows - lost - letters,
                lost + letters,
                ranges,
                options.dryRun(),
                rejected.isEmpty() && letters == 0,
                json -> {
                    if (sent.stream().allMatch(each -> each.told.isRepeated())) {
                        json.writeBooleanField("repeated", true);
                    }
                    writeKept(letters, kept, json);
                    writeBatches(rejected, json);
                });
    }

    /// Batches of a request that has no name have names of their own.
    private static void writeKept(int letters, List<Session.Kept> kept, JsonGenerator json) throws IOException {
        List<String> names =
                kept.stream().map(Session.Kept::requestId).distinct().toList();
        if (names.size() <= 1) {
            PushAnswers.writeKept(new Session.Kept(letters, String.join("", names)), json);
            return;
        }
        json.writeNumberField("dead_letters", letters);
        json.writeArrayFieldStart("request_ids");
        for (String name : names) {
            json.writeString(name);
        }
        json.writeEndArray();
    }

    private static HttpAnswer refused(List<Sent> rejected, long lost) {
        @Nullable WingsException first = rejected.getFirst().told.refusal();
        if (first == null || first.kind() != ErrorKind.INVALID) {
            return Problem.of(first == null ? new IllegalStateException("a rejected batch has a reason") : first)
                    .answer();
        }
        String detail = (rejected.size() == 1
                        ? "the batch cannot be taken: "
                        : rejected.size() + " batches cannot be taken, and none was stored; the first: ")
                + first.getMessage();
        return Problem.of(400, "bad-rows", "Rows cannot be taken", detail).answer(json -> {
            json.writeNumberField("accepted", 0);
            json.writeNumberField("rejected", lost);
            writeBatches(rejected, json);
        });
    }

    private static void writeBatches(List<Sent> rejected, JsonGenerator json) throws IOException {
        if (rejected.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart("batches");
        for (Sent each : rejected.subList(0, Math.min(rejected.size(), RowFailures.MAX_TOLD))) {
            @Nullable WingsException reason = each.told.refusal();
            Problem problem = Problem.of(reason == null ? new IllegalStateException("rejected") : reason);
            json.writeStartObject();
            json.writeNumberField("batch", each.number);
            json.writeNumberField("rows", each.rows);
            json.writeStringField("type", "urn:wings:problem:" + problem.kind());
            json.writeStringField("reason", problem.detail());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    @Override
    public void close() {
        memory.close();
    }
}
