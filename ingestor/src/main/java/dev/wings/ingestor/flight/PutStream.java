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
package dev.wings.ingestor.flight;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.wings.common.arrow.IpcHeader;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.GrpcErrors;
import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import dev.wings.common.proto.AcceptedBatch;
import dev.wings.common.proto.BatchResult;
import dev.wings.common.proto.IngestRequest;
import dev.wings.common.proto.IngestResponse;
import dev.wings.common.resource.TopicName;
import dev.wings.ingestor.batch.BatchIntake;
import dev.wings.ingestor.batch.PartitionBatch;
import dev.wings.ingestor.budget.MemoryBudget;
import dev.wings.ingestor.folio.FolioPipeline;
import dev.wings.ingestor.folio.Producer;
import dev.wings.ingestor.folio.Submission;
import dev.wings.ingestor.topic.TopicTarget;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.memory.ArrowBuf;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One DoPut call: its first message names the topic and the schema, each further one is a batch that gets its own
/// answer, whatever becomes of the others.
///
/// gRPC calls one method at a time, on a virtual thread; blocking here keeps only this stream waiting. The next
/// message is requested when this one is dealt with and the memory budget has room.
final class PutStream extends ServerCall.Listener<PutMessage> {

    private static final Logger LOG = LoggerFactory.getLogger(PutStream.class);

    private static final int MAX_REQUEST_ID_LENGTH = 128;

    private final ServerCall<PutMessage, Flight.PutResult> call;
    private final Metadata headers;
    private final MemoryBudget.Account account;
    private final PutService service;
    private final Answers answers;
    private final Producer producer = new Producer();

    /// Null until there is a dictionary.
    private MemoryBudget.Account.@Nullable Lease dictionaries;

    private @Nullable BatchIntake intake;
    private long batches;

    private final FairPlaces.Place place;
    private volatile boolean begun;
    private volatile boolean asked = true;
    private volatile int silentSweeps;

    /// @param place of the stream among those of all tenants; closed when the stream is over
    PutStream(
            ServerCall<PutMessage, Flight.PutResult> call,
            Metadata headers,
            PutTracer tracer,
            FairPlaces.Place place,
            PutService service) {
        this.place = place;
        this.call = call;
        this.headers = headers;
        this.account = tracer.account();
        this.service = service;
        this.answers = new Answers(call);
        tracer.onExceeded(reason -> answers.endNow(GrpcErrors.toStatus(reason).getStatus()));
    }

    void start() {
        answers.start();
    }

    /// Takes no more batches, and ends the call once those it took are answered.
    void drain() {
        answers.endAfterAnswers(
                Status.UNAVAILABLE.withDescription("the ingestor is shutting down: connect again and go on"));
    }

    /// Ends the call if for so many sweeps it was its client's turn, and nothing came of it.
    ///
    /// @param sweepsToBegin the same for a stream whose first message has not come
    @SuppressWarnings("NonAtomicVolatileUpdate") // one sweeper counts, others only set it to zero
    void sweep(int sweepsToBegin, int sweeps) {
        boolean ours = !asked && answers.isEmpty();
        if (ours || !answers.waitForClient()) {
            silentSweeps = 0;
        } else if (++silentSweeps > (begun ? sweeps : sweepsToBegin)) {
            answers.endNow(
                    Status.UNAVAILABLE.withDescription("the stream was silent for too long: connect again and go on"));
        }
    }

    private void ask() {
        asked = true;
        call.request(1);
    }

    @Override
    public void onMessage(PutMessage message) {
        begun = true;
        asked = false;
        silentSweeps = 0;
        MemoryBudget.Account.Lease lease = account.take();
        try (lease;
                message) {
            // a message that was compressed on its way is larger here than there
            lease.resize(Math.max(lease.bytes(), message.bytes()));
            switch (message) {
                case PutMessage.Data data when intake == null -> onFirst(data);
                case PutMessage.Data data -> onNext(intake, data, lease);
                case PutMessage.Refused(WingsException reason) -> onRefused(reason);
            }
        } catch (RuntimeException | Error e) {
            answers.endNow(GrpcErrors.toStatus(e).getStatus());
            // the call is over only when its client has read what was sent to it
            giveBackDictionaries();
            return;
        }
        answers.whenRoom(() -> account.whenAdmitted(this::ask));
    }

    @Override
    public void onHalfClose() {
        answers.endAfterAnswers(Status.OK);
    }

    @Override
    public void onReady() {
        silentSweeps = 0;
        answers.send();
    }

    @Override
    public void onCancel() {
        onOver();
    }

    @Override
    public void onComplete() {
        onOver();
    }

    private void onOver() {
        answers.drop();
        giveBackDictionaries();
        place.close();
        service.onOver(this);
    }

    private void giveBackDictionaries() {
        if (intake != null) {
            intake.close();
        }
        if (dictionaries != null) {
            dictionaries.close();
            dictionaries = null;
        }
    }

    private void onFirst(PutMessage.Data message) {
        TopicName name = PutTarget.topic(message.descriptor(), headers);
        if (!(IpcHeader.parse(message.header()) instanceof IpcHeader.SchemaMessage schema)) {
            throw WingsException.invalid("the first message of a stream must be its schema");
        }
        intake = service.openIntake(name, schema.schema());
        account.join(intake.topic().namespace().uid());
    }

    private void onNext(BatchIntake open, PutMessage.Data message, MemoryBudget.Account.Lease lease) {
        switch (parse(message.header())) {
            case Header.Dictionary dictionary -> onDictionary(open, dictionary.header, message, lease);
            case Header.Answered answered -> onAnswered(open, answered, message, lease);
        }
    }

    private void onAnswered(
            BatchIntake open, Header.Answered header, PutMessage.Data message, MemoryBudget.Account.Lease lease) {
        long index = batches++;
        Optional<Answers.Slot> slot = nextAnswer();
        if (slot.isEmpty()) {
            return;
        }
        PutAnswer answer = new PutAnswer(slot.get(), index, service.metrics());
        try {
            IngestRequest request = parseRequest(message.appMetadata());
            answer.repeat(request.getRequestId());
            switch (header) {
                case Header.Batch batch -> onBatch(open, batch.header, message.body(), request, lease, answer);
                case Header.None ignored -> answer.accepted(List.of());
                case Header.Bad bad -> throw bad.reason;
            }
        } catch (WingsException e) {
            reject(answer, e);
        }
    }

    private Optional<Answers.Slot> nextAnswer() {
        return answers.next(account.hold(Answers.ANSWER_BYTES));
    }

    /// A dictionary that cannot be read is missed by the batches that need it, and they have answers to say so.
    private void onDictionary(
            BatchIntake open,
            IpcHeader.DictionaryBatch header,
            PutMessage.Data message,
            MemoryBudget.Account.Lease lease) {
        try (lease) {
            open.readDictionary(header, message.body());
        } catch (WingsException e) {
            if (e.kind() == ErrorKind.EXHAUSTED) {
                throw e;
            }
            LOG.debug("dictionary not taken: topic={}, cause={}", open.topic().name(), e.getMessage());
        }
        keepDictionaries(open.dictionaryBytes());
    }

    /// Dictionaries stay until the stream ends, and a small one may have been packed to a fraction of its size: so what
    /// counts is what they take now.
    private void keepDictionaries(long bytes) {
        if (dictionaries == null) {
            dictionaries = account.hold(bytes);
        } else {
            dictionaries.resize(bytes);
        }
        if (!dictionaries.keep(MemoryBudget.Reason.DICTIONARIES)) {
            throw WingsException.exhausted(
                    "no memory for the dictionaries of the stream, send its columns without them or try again later:"
                            + " dictionary_bytes=" + bytes);
        }
    }

    private void onBatch(
            BatchIntake open,
            IpcHeader.RecordBatch header,
            ArrowBuf body,
            IngestRequest request,
            MemoryBudget.Account.Lease lease,
            PutAnswer answer) {
        open.follow(service.topics().load(open.topic().name()));
        List<PartitionBatch> split = open.openBatches(header, body, partitionValue(request));
        if (split.isEmpty()) {
            answer.accepted(List.of());
        } else {
            submit(open.topic(), split, request, lease, answer);
        }
    }

    /// Hands the batches over, which give back their memory whatever happens. What they count for goes with them: when
    /// the stream is over they may be there for long.
    private void submit(
            TopicTarget topic,
            List<PartitionBatch> split,
            IngestRequest request,
            MemoryBudget.Account.Lease lease,
            PutAnswer answer) {
        FolioPipeline pipeline;
        try {
            pipeline = service.pipelines().open(topic.namespace());
        } catch (RuntimeException e) {
            split.forEach(PartitionBatch::close);
            throw e;
        }
        MemoryBudget.Account.Lease memory = lease.move();
        Submission submission = new Submission(
                producer, topic, split, requestedTimestampMicros(request), memory, new Outcome(topic, split, answer));
        // a split batch is a copy that is larger or smaller than what came in
        memory.resize(Math.max(memory.bytes(), submission.bytes()));
        while (!pipeline.append(submission)) {
            // it was idle for long, and has made room a moment ago
            pipeline = service.pipelines().open(topic.namespace());
        }
    }

    private void onRefused(WingsException reason) {
        if (intake == null) {
            throw reason;
        }
        long index = batches++;
        nextAnswer().ifPresent(slot -> reject(new PutAnswer(slot, index, service.metrics()), reason));
    }

    /// Rejects a batch that was not submitted. If the fault is not its own, the producer may send it again, and
    /// nothing that it sent after it must come before it: then the stream ends (I2).
    private void reject(PutAnswer answer, WingsException reason) {
        answer.rejected(reason);
        boolean goesOn = switch (reason.kind()) {
            case INVALID, UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, ALREADY_EXISTS, PRECONDITION -> true;
            case CONFLICT, EXHAUSTED, UNAVAILABLE, DEADLINE, CANCELLED, DATA_LOSS, INTERNAL -> false;
        };
        if (!goesOn) {
            answers.endAfterAnswers(GrpcErrors.toStatus(reason).getStatus());
        }
    }

    private static Header parse(byte[] header) {
        if (header.length == 0) {
            return new Header.None();
        }
        try {
            return switch (IpcHeader.parse(header)) {
                case IpcHeader.RecordBatch batch -> new Header.Batch(batch);
                case IpcHeader.DictionaryBatch dictionary -> new Header.Dictionary(dictionary);
                case IpcHeader.SchemaMessage ignored ->
                    new Header.Bad(WingsException.invalid("the schema of a stream can be sent once only"));
            };
        } catch (WingsException e) {
            return new Header.Bad(e);
        }
    }

    private static Optional<String> partitionValue(IngestRequest request) {
        return request.hasPartitionValue() ? Optional.of(request.getPartitionValue()) : Optional.empty();
    }

    /// In a commit 0 stands for none, so the first microsecond stands for the epoch.
    private static long requestedTimestampMicros(IngestRequest request) {
        if (!request.hasTimestampMicros()) {
            return 0;
        }
        return request.getTimestampMicros() == 0 ? 1 : request.getTimestampMicros();
    }

    private static IngestRequest parseRequest(ByteString appMetadata) {
        IngestRequest request;
        try {
            request = IngestRequest.parseFrom(appMetadata);
        } catch (InvalidProtocolBufferException e) {
            throw new WingsException(
                    ErrorKind.INVALID, "app_metadata must be empty or an IngestRequest: cause=" + e.getMessage(), e);
        }
        if (request.getRequestId().length() > MAX_REQUEST_ID_LENGTH) {
            throw WingsException.invalid("request id too long: length="
                    + request.getRequestId().length() + ", limit=" + MAX_REQUEST_ID_LENGTH);
        }
        return request;
    }

    /// What became of the batches of one message.
    private final class Outcome implements Submission.Answer {

        private final TopicTarget topic;
        private final List<String> partitionValues;
        private final PutAnswer answer;

        Outcome(TopicTarget topic, List<PartitionBatch> split, PutAnswer answer) {
            this.topic = topic;
            this.partitionValues =
                    split.stream().map(PartitionBatch::partitionValue).toList();
            this.answer = answer;
        }

        @Override
        public void committed(List<BatchResult> results) {
            List<IngestResponse.PartitionRange> ranges = new ArrayList<>();
            for (int i = 0; i < results.size(); i++) {
                BatchResult result = results.get(i);
                if (!result.hasAccepted()) {
                    // the topic is not what it was: it is looked up again for the next batch
                    service.topics().forget(topic);
                    answer.rejected(reason(result));
                    return;
                }
                AcceptedBatch accepted = result.getAccepted();
                ranges.add(IngestResponse.PartitionRange.newBuilder()
                        .setPartitionValue(partitionValues.get(i))
                        .setStartOffset(accepted.getStartOffset())
                        .setEndOffset(accepted.getEndOffset())
                        .setTimestampMicros(accepted.getTimestampMicros())
                        .build());
            }
            answer.accepted(ranges);
        }

        private WingsException reason(BatchResult refused) {
            WingsException reason = GrpcErrors.fromRejection(refused.getRejected());
            return reason.kind() == ErrorKind.NOT_FOUND
                    ? WingsException.notFound("the topic was deleted while it was written to, push again if there is"
                            + " another one of its name: topic=" + topic.name() + ", topic_uid=" + topic.uid())
                    : reason;
        }

        /// Whatever the stream sent after this batch is not committed either, so it ends here.
        @Override
        public void failed(WingsException reason) {
            service.topics().forget(topic);
            answer.rejected(reason);
            answers.endAfterAnswers(GrpcErrors.toStatus(reason).getStatus());
        }
    }

    /// What a message after the first one says that it is.
    private sealed interface Header {

        record Dictionary(IpcHeader.DictionaryBatch header) implements Header {}

        sealed interface Answered extends Header {}

        record Batch(IpcHeader.RecordBatch header) implements Answered {}

        /// Metadata without a batch: answered in its turn, after everything sent before.
        record None() implements Answered {}

        record Bad(WingsException reason) implements Answered {}
    }
}
