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
package dev.wings.cli.push;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.wings.cli.connect.FlightConnection;
import dev.wings.cli.output.Human;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.IngestResponse;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.RowNumber;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.arrow.flight.FlightClient.ClientStreamListener;
import org.apache.arrow.flight.FlightClient.PutListener;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// Sends batches to one topic over one Flight stream, and counts the answers. One thread sends; any may ask for
/// the status.
///
/// Answers come in the order of the batches (see `ingest.proto`); that is how an answer finds its batch.
public final class Pusher implements AutoCloseable {

    private static final int REMEMBERED_LATENCIES = 2048;
    private static final int REMEMBERED_REASONS = 10;

    /// Bounds what is under way together with the number of batches: batches can be large.
    private static final long IN_FLIGHT_BYTES = 64 << 20;

    private static final int NETWORK_POLL_MILLIS = 1;

    private record Pending(long rows, long bytes, long sentNanos) {}

    private final FlightConnection connection;
    private final int inFlight;
    private final VectorSchemaRoot root;
    private final VectorLoader loader;
    private final ClientStreamListener stream;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final Latencies latencies = new Latencies(REMEMBERED_LATENCIES);
    private final List<String> reasons = new ArrayList<>();
    private final Deque<Pending> pending = new ArrayDeque<>();
    private long pendingBytes;
    private long sentRows;
    private long sentBytes;
    private long acknowledgedRows;
    private long acknowledgedBatches;
    private long rejectedRows;
    private long rejectedBatches;

    /// Opens a stream of batches with this schema. The caller closes it, before `connection`.
    ///
    /// @param inFlight batches sent and not answered at once; beyond, [#send] waits
    public Pusher(
            FlightConnection connection,
            BufferAllocator allocator,
            TopicName topic,
            Schema schema,
            DictionaryProvider dictionaries,
            int inFlight) {
        this.connection = connection;
        this.inFlight = inFlight;
        this.root = VectorSchemaRoot.create(schema, allocator);
        this.loader = new VectorLoader(root);
        try {
            this.stream = connection
                    .client()
                    .startPut(
                            FlightDescriptor.path(topic.toString()),
                            root,
                            dictionaries,
                            new Answers(),
                            connection.options());
        } catch (FlightRuntimeException e) {
            root.close();
            throw connection.address().failure(e);
        }
    }

    /// Sends the rows as one batch; they stay the caller's. Waits while too many batches are under way. Fails if
    /// the stream has ended.
    public void send(VectorSchemaRoot rows) throws InterruptedException {
        try (ArrowRecordBatch batch = new VectorUnloader(rows).getRecordBatch()) {
            long bytes = batch.computeBodyLength();
            awaitRoom(bytes);
            loader.load(batch);
            synchronized (this) {
                pending.addLast(new Pending(rows.getRowCount(), bytes, System.nanoTime()));
                pendingBytes += bytes;
                sentRows += rows.getRowCount();
                sentBytes += bytes;
            }
            stream.putNext();
        } catch (FlightRuntimeException e) {
            throw connection.address().failure(e);
        } catch (IllegalStateException e) {
            // what gRPC says of a call that has ended meanwhile
            throwIfEnded();
            throw e;
        }
    }

    /// Says that no more rows come and waits for the remaining answers. Fails if the stream broke; what was
    /// acknowledged before stays so.
    public void finish() throws InterruptedException {
        try {
            stream.completed();
        } catch (FlightRuntimeException e) {
            throw connection.address().failure(e);
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
        PushStatus status = status();
        if (status.unansweredRows() > 0) {
            throw new WingsException(
                    ErrorKind.UNAVAILABLE,
                    "the stream ended before all rows were answered: rows=" + status.unansweredRows());
        }
    }

    public synchronized PushStatus status() {
        return new PushStatus(
                sentRows,
                sentBytes,
                acknowledgedRows,
                acknowledgedBatches,
                rejectedRows,
                rejectedBatches,
                reasons,
                latencies.percentile(50),
                latencies.percentile(99));
    }

    /// Whether the ingestor refused the stream as a whole, so that no row of it is stored: it ended it for a reason
    /// that lies in the request, and before any answer. Once it has taken the schema, it answers each batch.
    public synchronized boolean isRefused() {
        if (!end.isCompletedExceptionally() || acknowledgedBatches + rejectedBatches > 0) {
            return false;
        }
        return switch (failure(end.exceptionNow()).kind()) {
            case INVALID, UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, ALREADY_EXISTS, PRECONDITION -> true;
            case CONFLICT, EXHAUSTED, UNAVAILABLE, DEADLINE, CANCELLED, DATA_LOSS, INTERNAL -> false;
        };
    }

    @Override
    public void close() {
        if (!end.isDone()) {
            stream.error(new InterruptedException("the push was given up"));
        }
        root.close();
    }

    private synchronized void awaitRoom(long bytes) throws InterruptedException {
        throwIfEnded();
        while (pending.size() >= inFlight || (!pending.isEmpty() && pendingBytes + bytes > IN_FLIGHT_BYTES)) {
            wait();
            throwIfEnded();
        }
        // nothing tells when the network takes more again, and Flight would look for it without a pause
        while (!stream.isReady()) {
            wait(NETWORK_POLL_MILLIS);
            throwIfEnded();
        }
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
            case FlightRuntimeException failed -> connection.address().failure(failed);
            case WingsException failed -> failed;
            case null -> new WingsException(ErrorKind.INTERNAL, "the stream failed");
            default -> new WingsException(ErrorKind.INTERNAL, "the stream failed: " + cause.getMessage(), cause);
        };
    }

    private synchronized void answered(IngestResponse response) {
        Pending batch = pending.pollFirst();
        if (batch == null) {
            throw new WingsException(ErrorKind.INTERNAL, "the ingestor answers more batches than were sent");
        }
        pendingBytes -= batch.bytes();
        notifyAll();
        latencies.add(System.nanoTime() - batch.sentNanos());
        if (response.hasRejected()) {
            long firstRow = acknowledgedRows + rejectedRows + 1;
            rejectedRows += batch.rows();
            rejectedBatches++;
            if (reasons.size() < REMEMBERED_REASONS) {
                reasons.add("batch " + response.getBatchIndex() + ", " + Human.rows(batch.rows()) + ": "
                        + RowNumber.inFile(response.getRejected().getMessage(), firstRow));
            }
        } else {
            acknowledgedRows += batch.rows();
            acknowledgedBatches++;
        }
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
                onError(e);
            } catch (InvalidProtocolBufferException | RuntimeException e) {
                onError(new WingsException(ErrorKind.INTERNAL, "the ingestor's answer cannot be understood", e));
            }
        }

        @Override
        public void onError(Throwable failure) {
            end.completeExceptionally(failure);
            wakeSender();
        }

        @Override
        public void onCompleted() {
            end.complete(null);
            wakeSender();
        }

        private void wakeSender() {
            synchronized (Pusher.this) {
                Pusher.this.notifyAll();
            }
        }
    }
}
