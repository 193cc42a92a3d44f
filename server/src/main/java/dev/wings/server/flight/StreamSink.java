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

import dev.wings.common.arrow.GatheredRows;
import dev.wings.common.arrow.MessageRoom;
import dev.wings.common.arrow.RowBytes;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.time.Scheduler;
import dev.wings.server.run.ResultSink;
import java.util.Objects;
import java.util.function.Supplier;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// Sends rows to a client no faster than it takes them, in messages of a bounded size, since many clients take
/// no message of more than 4 MiB unless they are told otherwise.
final class StreamSink implements ResultSink {

    private final ServerStreamListener listener;
    private final Supplier<Scheduler.Timer> onWait;
    private @Nullable VectorSchemaRoot rows;
    private @Nullable VectorSchemaRoot message;

    /// Holds the same vectors under the names that the client knows.
    private @Nullable VectorSchemaRoot shown;

    private @Nullable WingsException stopReason;

    /// @param onCancel is called when the client gives up
    /// @param onWait is called when the client has to be waited for; what it returns is cancelled when the
    ///     client takes rows again
    StreamSink(ServerStreamListener listener, Runnable onCancel, Supplier<Scheduler.Timer> onWait) {
        this.listener = listener;
        this.onWait = onWait;
        listener.setOnReadyHandler(this::wake);
        listener.setOnCancelHandler(() -> {
            wake();
            onCancel.run();
        });
    }

    @Override
    public void start(VectorSchemaRoot root, Schema columns) {
        rows = root;
        VectorSchemaRoot vectors = VectorSchemaRoot.create(root.getSchema(), allocator(root));
        message = vectors;
        shown = new VectorSchemaRoot(columns, vectors.getFieldVectors(), 0);
        listener.start(shown);
    }

    /// Returns the allocator of the rows, or null if all columns have nothing but nulls, which need none.
    private static @Nullable BufferAllocator allocator(VectorSchemaRoot root) {
        return root.getFieldVectors().stream()
                .map(FieldVector::getAllocator)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    @Override
    public void accept() {
        if (rows == null || message == null || shown == null) {
            throw new IllegalStateException("rows come after the start");
        }
        int sent = 0;
        do {
            int count = RowBytes.fitting(rows, sent, MessageRoom.MAX_BYTES);
            send(rows, sent, count, message, shown);
            sent += count;
        } while (sent < rows.getRowCount());
    }

    /// Sends rows. It waits before it sends, not after, so that the next rows are made while these are on their
    /// way. It leaves nothing in `to`, whose memory may be gone before the stream is.
    private void send(VectorSchemaRoot from, int start, int count, VectorSchemaRoot to, VectorSchemaRoot as) {
        awaitReady();
        try {
            if (count == from.getRowCount()) {
                GatheredRows.share(from, to);
            } else {
                for (int i = 0; i < from.getFieldVectors().size(); i++) {
                    from.getVector(i).makeTransferPair(to.getVector(i)).splitAndTransfer(start, count);
                }
                to.setRowCount(count);
            }
            as.setRowCount(count);
            listener.putNext();
        } finally {
            to.clear();
        }
    }

    void completed() {
        listener.completed();
    }

    void failed(Throwable failure) {
        if (!listener.isCancelled()) {
            listener.error(FlightErrors.toFlight(failure));
        }
    }

    /// Stops waiting for the client, so that what sends rows fails with `reason`.
    synchronized void stop(WingsException reason) {
        stopReason = reason;
        notifyAll();
    }

    private boolean mustWait() {
        return !listener.isReady() && !listener.isCancelled() && stopReason == null;
    }

    private synchronized void wake() {
        notifyAll();
    }

    private synchronized void awaitReady() {
        try {
            if (mustWait()) {
                Scheduler.Timer timer = onWait.get();
                try {
                    while (mustWait()) {
                        wait();
                    }
                } finally {
                    timer.cancel();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WingsException(ErrorKind.CANCELLED, "interrupted while a client took its rows", e);
        }
        if (listener.isCancelled()) {
            throw new WingsException(ErrorKind.CANCELLED, "the client gave up");
        }
        if (stopReason != null) {
            throw stopReason;
        }
    }
}
