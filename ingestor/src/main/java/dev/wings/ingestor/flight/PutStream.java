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
import dev.wings.common.proto.IngestRequest;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.OnError;
import dev.wings.ingestor.budget.MemoryBudget;
import dev.wings.ingestor.folio.BatchNumber;
import dev.wings.ingestor.intake.Session;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.arrow.flight.impl.Flight;
import org.jspecify.annotations.Nullable;

/// One DoPut call: its first message names the topic and the schema, each further one is a batch that gets its
/// own answer, whatever becomes of the others.
///
/// gRPC calls one method at a time, on a virtual thread; blocking here keeps only this stream waiting. The next
/// message is requested when this one is dealt with and the memory budget has room.
final class PutStream extends ServerCall.Listener<PutMessage> {

    private static final int MAX_REQUEST_ID_LENGTH = 128;

    private static final Metadata.Key<String> ON_ERROR =
            Metadata.Key.of(OnError.HEADER, Metadata.ASCII_STRING_MARSHALLER);

    private final ServerCall<PutMessage, Flight.PutResult> call;
    private final Metadata headers;
    private final MemoryBudget.Account account;
    private final PutService service;
    private final Answers answers;
    private @Nullable Session session;
    private boolean whole;
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

    /// Ends the call if it was its client's turn for so many sweeps, and nothing came of it.
    ///
    /// @param sweepsToBegin the number for a stream whose first message has not come
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
            // A message that was compressed on its way is larger here than it was there.
            lease.resize(Math.max(lease.bytes(), message.bytes()));
            switch (message) {
                case PutMessage.Data data when session == null -> onFirst(data);
                case PutMessage.Data data -> onNext(session, data, lease);
                case PutMessage.Refused(WingsException reason) -> onRefused(reason);
            }
        } catch (RuntimeException | Error e) {
            answers.endNow(GrpcErrors.toStatus(e).getStatus());
            // The call is over only when its client has read what was sent to it.
            closeSession();
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
        closeSession();
        place.close();
        service.onOver(this);
    }

    private void closeSession() {
        if (session != null) {
            session.close();
        }
    }

    private void onFirst(PutMessage.Data message) {
        TopicName name = PutTarget.topic(message.descriptor(), headers);
        whole = wantsWhole(headers);
        if (!(IpcHeader.parse(message.header()) instanceof IpcHeader.SchemaMessage schema)) {
            throw WingsException.invalid("the first message of a stream must be its schema");
        }
        session = service.intake().openSession(name, schema.schema(), account);
    }

    private void onNext(Session open, PutMessage.Data message, MemoryBudget.Account.Lease lease) {
        switch (parse(message.header())) {
            case Header.Dictionary dictionary -> open.readDictionary(dictionary.header, message.body(), lease);
            case Header.Answered answered -> onAnswered(open, answered, message, lease);
        }
    }

    private void onAnswered(
            Session open, Header.Answered header, PutMessage.Data message, MemoryBudget.Account.Lease lease) {
        Optional<PutAnswer> next = nextAnswer();
        if (next.isEmpty()) {
            return;
        }
        PutAnswer answer = next.get();
        try {
            IngestRequest request = parseRequest(message.appMetadata());
            answer.repeat(request.getRequestId());
            switch (header) {
                case Header.Batch batch -> open.append(batch.header, message.body(), wishes(request), lease, answer);
                case Header.None ignored
                when BatchNumber.of(request).isPresent() ->
                    throw WingsException.invalid("a numbered message has a record batch, if only one without rows");
                case Header.None ignored -> answer.accepted(List.of());
                case Header.Bad bad -> throw bad.reason;
            }
        } catch (WingsException e) {
            reject(answer, e);
        }
    }

    private Optional<PutAnswer> nextAnswer() {
        long index = batches++;
        return answers.next(account.hold(Answers.ANSWER_BYTES))
                .map(slot -> new PutAnswer(answers, slot, index, service.metrics()));
    }

    private void onRefused(WingsException reason) {
        if (session == null) {
            throw reason;
        }
        nextAnswer().ifPresent(answer -> reject(answer, reason));
    }

    private static void reject(PutAnswer answer, WingsException reason) {
        answer.rejected(reason, Session.ends(reason));
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

    private Session.Wishes wishes(IngestRequest request) {
        return new Session.Wishes(
                request.hasPartitionValue() ? Optional.of(request.getPartitionValue()) : Optional.empty(),
                request.hasTimestampMicros() ? OptionalLong.of(request.getTimestampMicros()) : OptionalLong.empty(),
                BatchNumber.of(request),
                whole
                        ? Optional.empty()
                        : Optional.of(new Session.Sender(PutAnswer.DOOR, request.getRequestId(), List.of(), true)));
    }

    /// Whether the producer wants its batches taken as a whole or not at all, whatever the topic does with rows
    /// that do not fit.
    private static boolean wantsWhole(Metadata headers) {
        @Nullable String wish = headers.get(ON_ERROR);
        if (wish == null) {
            return false;
        }
        if (OnError.parse(wish) != OnError.REJECT) {
            throw WingsException.invalid("the header can only be reject, the rest is the topic's to say: header="
                    + OnError.HEADER + ", found=" + OnError.parse(wish));
        }
        return true;
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

    /// What a message after the first one is, by its header.
    private sealed interface Header {

        record Dictionary(IpcHeader.DictionaryBatch header) implements Header {}

        sealed interface Answered extends Header {}

        record Batch(IpcHeader.RecordBatch header) implements Answered {}

        /// Metadata without a batch: answered in its turn, after everything sent before.
        record None() implements Answered {}

        record Bad(WingsException reason) implements Answered {}
    }
}
