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
package dev.wings.client;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.IngestRequest;
import dev.wings.common.proto.IngestResponse;
import dev.wings.common.schema.OnError;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient.ClientStreamListener;
import org.apache.arrow.flight.FlightClient.PutListener;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// Pushes batches of rows to one topic over one Flight stream. One thread sends; answers come in the order of
/// the batches (see `ingest.proto`), on a thread of the connection. The caller closes it, before the
/// connection.
public final class Producer implements AutoCloseable {

    /// Bounds what is under way together with the number of batches: batches can be large.
    private static final long IN_FLIGHT_BYTES = 64 << 20;

    private static final int NETWORK_POLL_MILLIS = 1;

    private record Pending(long rows, long bytes, CompletableFuture<IngestResponse> answer) {}

    private final Endpoint endpoint;
    private final int inFlight;
    private final BufferAllocator allocator;
    private final VectorSchemaRoot root;
    private final VectorLoader loader;
    private final ClientStreamListener stream;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final Deque<Pending> pending = new ArrayDeque<>();
    private long pendingBytes;
    private long answeredBatches;
    private long unansweredRows;

    private Producer(
            FlightConnection connection,
            BufferAllocator allocator,
            String topic,
            Schema schema,
            DictionaryProvider dictionaries,
            int inFlight,
            CallOption[] options) {
        this.endpoint = connection.endpoint();
        this.inFlight = inFlight;
        this.allocator = allocator;
        this.root = VectorSchemaRoot.create(schema, allocator);
        this.loader = new VectorLoader(root);
        try {
            this.stream = connection
                    .client()
                    .startPut(FlightDescriptor.path(topic), root, dictionaries, new Answers(), options);
        } catch (FlightRuntimeException e) {
            root.close();
            throw endpoint.failure(e);
        }
    }

    /// Opens a stream of batches without dictionaries.
    public static Producer open(
            FlightConnection connection, BufferAllocator allocator, String topic, Schema schema, int inFlight) {
        return open(connection, allocator, topic, schema, new DictionaryProvider.MapDictionaryProvider(), inFlight);
    }

    /// Opens a stream. That the ingestor refuses it shows in [#send] or [#finish].
    ///
    /// @param topic a full name, `namespace.topic`, or the id of a topic in the namespace `default`
    /// @param schema of all batches: the topic's columns, by name
    /// @param dictionaries of encoded columns; they are sent before the first batch
    /// @param inFlight so many batches may be sent and not answered at once; beyond, [#send] waits
    public static Producer open(
            FlightConnection connection,
            BufferAllocator allocator,
            String topic,
            Schema schema,
            DictionaryProvider dictionaries,
            int inFlight) {
        return new Producer(connection, allocator, topic, schema, dictionaries, inFlight, connection.options());
    }

    /// Opens a stream of batches without dictionaries, each of which is taken as a whole or not at all: a topic
    /// that keeps dead letters gets none of it.
    public static Producer openWhole(
            FlightConnection connection, BufferAllocator allocator, String topic, Schema schema, int inFlight) {
        FlightCallHeaders headers = new FlightCallHeaders();
        headers.insert(OnError.HEADER, OnError.REJECT.toString());
        CallOption[] options = Stream.concat(Stream.of(connection.options()), Stream.of(new HeaderCallOption(headers)))
                .toArray(CallOption[]::new);
        return new Producer(
                connection,
                allocator,
                topic,
                schema,
                new DictionaryProvider.MapDictionaryProvider(),
                inFlight,
                options);
    }

    /// Sends the rows as one batch, and returns its answer: accepted, so that the rows are durable and visible,
    /// or rejected. The answer fails as the stream did if that ended before; the rows may be stored then, or
    /// not.
    ///
    /// Waits while too many batches are under way. Fails, with the rows not sent, if the stream has ended. The
    /// rows stay the caller's, but their buffers go to the network as they are: until the answer has come, new
    /// values belong into new buffers.
    public CompletableFuture<IngestResponse> send(VectorSchemaRoot rows) throws InterruptedException {
        return send(rows, IngestRequest.getDefaultInstance());
    }

    /// As [#send(VectorSchemaRoot)], and says more about the batch: its number, say, so that it can be sent
    /// again when its answer has been lost, by this stream or another one, and is stored once.
    public CompletableFuture<IngestResponse> send(VectorSchemaRoot rows, IngestRequest about)
            throws InterruptedException {
        try (ArrowRecordBatch batch = new VectorUnloader(rows).getRecordBatch()) {
            Pending sent = new Pending(rows.getRowCount(), batch.computeBodyLength(), new CompletableFuture<>());
            awaitRoom(sent);
            loader.load(batch);
            try {
                putNext(about);
                // what is sent has buffers of its own: this stream keeps no memory while it waits for more rows
                root.clear();
            } catch (FlightRuntimeException e) {
                endWith(e);
            } catch (IllegalStateException e) {
                // what gRPC says of a call that has ended meanwhile
                if (!end.isDone()) {
                    throw e;
                }
            }
            return sent.answer();
        }
    }

    private void putNext(IngestRequest about) {
        byte[] metadata = about.toByteArray();
        if (metadata.length == 0) {
            stream.putNext();
            return;
        }
        // the stream gives it back
        ArrowBuf buffer = allocator.buffer(metadata.length);
        buffer.writeBytes(metadata);
        stream.putNext(buffer);
    }

    /// Says that no more rows come and waits for the remaining answers. Fails if the stream broke; what was
    /// acknowledged before stays so.
    public void finish() throws InterruptedException {
        try {
            stream.completed();
        } catch (FlightRuntimeException e) {
            throw endpoint.failure(e);
        } catch (IllegalStateException e) {
            // the call has ended: how it did is said below
            if (!end.isDone()) {
                throw e;
            }
        }
        try {
            end.get();
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
        synchronized (this) {
            if (unansweredRows > 0) {
                throw new WingsException(
                        ErrorKind.UNAVAILABLE,
                        "the stream ended before all rows were answered: rows=" + unansweredRows);
            }
        }
    }

    /// Whether the stream takes more rows, as far as is known here: it is neither finished nor broken.
    public boolean isOpen() {
        return !end.isDone();
    }

    /// Whether the ingestor refused the stream as a whole, so that no row of it is stored: it ended it for a
    /// reason that lies in the request, and before any answer. Once it has taken the schema, it answers each
    /// batch.
    public synchronized boolean isRefused() {
        if (!end.isCompletedExceptionally() || answeredBatches > 0) {
            return false;
        }
        return switch (failure(end.exceptionNow()).kind()) {
            case INVALID, UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, ALREADY_EXISTS, PRECONDITION -> true;
            case CONFLICT, EXHAUSTED, UNAVAILABLE, DEADLINE, CANCELLED, DATA_LOSS, INTERNAL -> false;
        };
    }

    /// Ends the stream if it was not finished: answers that have not come fail.
    @Override
    public void close() {
        // also if this side found the end, in an answer that makes no sense: the ingestor would wait for more
        if (!end.isDone() || end.isCompletedExceptionally()) {
            stream.error(new InterruptedException("the push was given up"));
        }
        root.close();
    }

    private synchronized void awaitRoom(Pending next) throws InterruptedException {
        throwIfEnded();
        while (pending.size() >= inFlight || (!pending.isEmpty() && pendingBytes + next.bytes() > IN_FLIGHT_BYTES)) {
            wait();
            throwIfEnded();
        }
        // nothing tells when the network takes more again, and Flight would look for it without a pause
        while (!stream.isReady()) {
            wait(NETWORK_POLL_MILLIS);
            throwIfEnded();
        }
        pending.addLast(next);
        pendingBytes += next.bytes();
    }

    private void throwIfEnded() throws InterruptedException {
        if (!end.isDone()) {
            return;
        }
        try {
            end.get();
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
        throw new WingsException(ErrorKind.UNAVAILABLE, "the ingestor ended the stream before all rows were sent");
    }

    private WingsException failure(@Nullable Throwable cause) {
        return switch (cause) {
            case FlightRuntimeException failed -> endpoint.failure(failed);
            case WingsException failed -> failed;
            case null -> new WingsException(ErrorKind.INTERNAL, "the stream failed");
            default -> new WingsException(ErrorKind.INTERNAL, "the stream failed: " + cause.getMessage(), cause);
        };
    }

    private void answered(IngestResponse response) {
        Pending batch;
        synchronized (this) {
            if (end.isDone()) {
                return;
            }
            batch = pending.pollFirst();
            if (batch == null) {
                throw new WingsException(ErrorKind.INTERNAL, "the ingestor answers more batches than were sent");
            }
            pendingBytes -= batch.bytes();
            answeredBatches++;
            notifyAll();
        }
        batch.answer().complete(response);
    }

    /// @param failure nothing if the ingestor ended the stream as it should
    private void endWith(@Nullable Throwable failure) {
        List<Pending> unanswered;
        synchronized (this) {
            if (end.isDone()) {
                return;
            }
            if (failure == null) {
                end.complete(null);
            } else {
                end.completeExceptionally(failure);
            }
            unanswered = List.copyOf(pending);
            pending.clear();
            unansweredRows = unanswered.stream().mapToLong(Pending::rows).sum();
            notifyAll();
        }
        WingsException reason = failure == null
                ? new WingsException(ErrorKind.UNAVAILABLE, "the stream ended before the batch was answered")
                : failure(failure);
        unanswered.forEach(batch -> batch.answer().completeExceptionally(reason));
    }

    /// Takes the answers, on a thread of gRPC.
    private final class Answers implements PutListener {

        @Override
        public void getResult() {
            throw new IllegalStateException("answers are counted as they come");
        }

        /// Flight waits in a loop until it can send or this says that it need not.
        @Override
        public boolean isCancelled() {
            return end.isDone();
        }

        @Override
        public void onNext(PutResult result) {
            try {
                answered(
                        IngestResponse.parseFrom(result.getApplicationMetadata().nioBuffer()));
            } catch (WingsException e) {
                endWith(e);
            } catch (InvalidProtocolBufferException | RuntimeException e) {
                endWith(new WingsException(ErrorKind.INTERNAL, "the ingestor's answer cannot be understood", e));
            }
        }

        @Override
        public void onError(Throwable failure) {
            endWith(failure);
        }

        @Override
        public void onCompleted() {
            endWith(null);
        }
    }
}
