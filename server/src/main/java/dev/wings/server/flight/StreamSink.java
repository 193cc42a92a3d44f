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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.time.Scheduler;
import dev.wings.server.query.ResultSink;
import java.util.function.Supplier;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/// Sends rows to a client no faster than it takes them.
final class StreamSink implements ResultSink {

    private final ServerStreamListener listener;
    private final Supplier<Scheduler.Timer> onWait;
    private @Nullable WingsException stopReason;

    /// @param onCancel called when the client gives up
    /// @param onWait called when the client has to be waited for; cancelled when it takes rows again
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
    public void start(VectorSchemaRoot root) {
        listener.start(root);
        awaitReady();
    }

    @Override
    public void accept() {
        listener.putNext();
        awaitReady();
    }

    void completed() {
        listener.completed();
    }

    void failed(Throwable failure) {
        if (!listener.isCancelled()) {
            listener.error(FlightErrors.toFlight(failure));
        }
    }

    /// Waits for the client no more: what sends rows fails with `reason`.
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
