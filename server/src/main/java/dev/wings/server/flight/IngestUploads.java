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
package dev.wings.server.flight;

import dev.wings.client.EncodedProducer;
import dev.wings.common.arrow.IpcHeader;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.GrpcErrors;
import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import dev.wings.common.proto.IngestResponse;
import dev.wings.server.write.Ingests;
import dev.wings.server.write.RowStreams;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Optional;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.flight.sql.impl.FlightSql;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves the calls by which clients fill a table. Their batches go on to an ingestor as they came, from the
/// buffers of one connection into those of the other; the ingestor checks and stores them. One answer at the
/// end tells how many rows are durable and visible.
final class IngestUploads {

    private static final Logger LOG = LoggerFactory.getLogger(IngestUploads.class);

    /// A message waits for the network here in one copy, and perhaps in a second one.
    private static final int COPIES = 2;

    /// All calls together may hold the heap divided by this.
    private static final int HEAP_PARTS = 4;

    private final Ingests ingests;
    private final RowStreams streams;
    private final FairPlaces memory =
            new FairPlaces("bytes of rows to ingest", Runtime.getRuntime().maxMemory() / HEAP_PARTS);

    IngestUploads(Ingests ingests, RowStreams streams) {
        this.ingests = ingests;
        this.streams = streams;
    }

    /// Returns what takes the messages of one call.
    PutCalls.Rest open(ServerCall<PutMessage, Flight.PutResult> call, FlightSql.CommandStatementIngest command) {
        Requests.refuseTransaction(command.hasTransactionId());
        return new Upload(call, command);
    }

    /// A single call. What the client does and what the ingestor does arrive on different threads.
    private final class Upload extends PutCalls.Rest implements EncodedProducer.Listener {

        private final ServerCall<PutMessage, Flight.PutResult> call;
        private final FlightSql.CommandStatementIngest command;
        private final Caller caller = Caller.current();
        private Ingests.@Nullable Target target;
        private @Nullable EncodedProducer producer;
        private FairPlaces.@Nullable Place held;
        private boolean waits;
        private boolean finished;
        private boolean over;
        private long stored;
        private long rejected;
        private @Nullable String reason;

        Upload(ServerCall<PutMessage, Flight.PutResult> call, FlightSql.CommandStatementIngest command) {
            this.call = call;
            this.command = command;
        }

        @Override
        public synchronized void onMessage(PutMessage message) {
            try (message) {
                if (over || finished || producer == null) {
                    return;
                }
                hold((long) COPIES * message.length());
                // one message is on its way to the ingestor while the next one comes
                boolean room = producer.isReady();
                producer.send(message.passOn());
                if (room) {
                    call.request(1);
                } else {
                    waits = true;
                }
            }
        }

        @Override
        void begin(Flight.FlightData first) {
            if (!(IpcHeader.parse(first.getDataHeader().toByteArray()) instanceof IpcHeader.SchemaMessage schema)) {
                throw WingsException.invalid("the first message of an ingest must be the schema of its rows");
            }
            Ingests.Target ready = CallWork.run(() ->
                    ingests.prepare(command, caller.tenant(), caller.session().schema(), schema.schema()));
            target = ready;
            // if this fails, the call ends, which undoes what was made
            EncodedProducer opened = streams.openEncoded(ready.topic(), first.getDataHeader(), this);
            synchronized (this) {
                if (over) {
                    opened.close();
                } else {
                    producer = opened;
                    waits = true;
                    askIfReady();
                }
            }
        }

        private void hold(long bytes) {
            FairPlaces.Place before = held;
            if (before == null) {
                held = memory.tryAcquire(caller.tenant(), bytes).orElseThrow(() -> tooMuch(bytes));
            } else if (!before.tryGrow(bytes)) {
                throw tooMuch(bytes);
            }
        }

        private static WingsException tooMuch(long bytes) {
            return WingsException.exhausted(
                    "too many rows are being ingested at once: send smaller batches, or try again: bytes=" + bytes);
        }

        private void askIfReady() {
            if (producer == null || !producer.isReady()) {
                return;
            }
            giveBack();
            if (waits) {
                waits = false;
                call.request(1);
            }
        }

        private void giveBack() {
            if (held != null) {
                held.close();
                held = null;
            }
        }

        @Override
        public synchronized void onReady() {
            // either the client is ready, which takes one answer, or the ingestor
            if (!over && !finished) {
                askIfReady();
            }
        }

        @Override
        public synchronized void onHalfClose() {
            if (target == null) {
                throw WingsException.invalid("the stream ended before the schema of its rows");
            }
            finish();
        }

        private void finish() {
            if (!finished && !over && producer != null) {
                finished = true;
                producer.finish();
            }
        }

        @Override
        public synchronized void onAnswer(IngestResponse answer) {
            if (answer.hasAccepted()) {
                for (IngestResponse.PartitionRange range : answer.getAccepted().getRangesList()) {
                    stored += range.getEndOffset() - range.getStartOffset();
                }
                return;
            }
            rejected++;
            if (reason == null) {
                reason = answer.getRejected().getMessage();
                // what comes after it would usually be rejected, too, so no more is sent, and the other answers
                // are waited for
                finish();
            }
        }

        @Override
        public void onEnd(Optional<WingsException> failure) {
            // a stream with a batch that was rejected ends with a failure, too
            Optional<WingsException> all = rejection().or(() -> failure).or(this::breakOff);
            synchronized (this) {
                // what was made is undone only once, since the next table of the name may be another caller's
                if (over) {
                    return;
                }
                end();
            }
            if (all.isPresent()) {
                undo();
            }
            synchronized (this) {
                all.ifPresentOrElse(this::answerFailure, this::answerRows);
            }
        }

        private synchronized Optional<WingsException> breakOff() {
            return finished
                    ? Optional.empty()
                    : Optional.of(new WingsException(
                            ErrorKind.UNAVAILABLE, "the ingestor ended the stream before all rows were sent"));
        }

        private synchronized Optional<WingsException> rejection() {
            return reason == null
                    ? Optional.empty()
                    : Optional.of(WingsException.invalid(
                            "rows were rejected: table=" + table() + ", rejected_batches=" + rejected + ": " + reason));
        }

        private String table() {
            return target == null ? command.getTable() : target.topic().toString();
        }

        private void answerFailure(WingsException failure) {
            boolean undone = target != null && target.made();
            String kept = undone
                    ? ": the table that was made for them is dropped"
                    : stored == 0 ? "" : ": " + stored + " rows were stored before, and stay";
            StatusRuntimeException status =
                    GrpcErrors.toStatus(new WingsException(failure.kind(), failure.getMessage() + kept, failure));
            Metadata trailers = status.getTrailers();
            call.close(status.getStatus(), trailers == null ? new Metadata() : trailers);
        }

        private void answerRows() {
            call.sendHeaders(new Metadata());
            call.sendMessage(Flight.PutResult.newBuilder()
                    .setAppMetadata(FlightSql.DoPutUpdateResult.newBuilder()
                            .setRecordCount(stored)
                            .build()
                            .toByteString())
                    .build());
            call.close(Status.OK, new Metadata());
        }

        /// Drops the table that was made for the call, which has been told its failure already.
        private void undo() {
            try {
                Ingests.Target made = target;
                if (made != null) {
                    ingests.undo(made);
                }
            } catch (RuntimeException e) {
                LOG.warn("a table that was made for rows which were not stored stays: table={}", table(), e);
            }
        }

        @Override
        public void onCancel() {
            abandon();
        }

        @Override
        public void onComplete() {
            abandon();
        }

        /// Ends a call that the ingestor has not ended: the client broke it off, or sent what cannot be taken.
        private void abandon() {
            synchronized (this) {
                if (over) {
                    return;
                }
                end();
            }
            undo();
        }

        private void end() {
            over = true;
            giveBack();
            if (producer != null) {
                producer.close();
            }
        }
    }
}
