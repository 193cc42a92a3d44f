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

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.message.IpcOption;

/// A client that takes all rows, or none.
final class TestStream implements ServerStreamListener {

    private final CompletableFuture<FlightStatusCode> end = new CompletableFuture<>();
    private final boolean ready;
    private volatile boolean started;
    private volatile boolean cancelled;
    private volatile Runnable onCancel = () -> {};

    private TestStream(boolean ready) {
        this.ready = ready;
    }

    static TestStream reading() {
        return new TestStream(true);
    }

    static TestStream notReading() {
        return new TestStream(false);
    }

    void cancel() {
        cancelled = true;
        onCancel.run();
    }

    /// Whether any answer was begun.
    boolean isStarted() {
        return started;
    }

    boolean isEnded() {
        return end.isDone();
    }

    FlightStatusCode awaitEnd() throws InterruptedException, ExecutionException, TimeoutException {
        return end.get(10, TimeUnit.SECONDS);
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {
        onCancel = handler;
    }

    @Override
    public void setOnReadyHandler(Runnable handler) {
        // it never changes
    }

    @Override
    public boolean isReady() {
        return ready;
    }

    @Override
    public void start(VectorSchemaRoot root, DictionaryProvider dictionaries, IpcOption option) {
        started = true;
    }

    @Override
    public void putNext() {
        assertThat(started).isTrue();
    }

    @Override
    public void putNext(ArrowBuf metadata) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void putMetadata(ArrowBuf metadata) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void error(Throwable failure) {
        end.complete(((FlightRuntimeException) failure).status().code());
    }

    @Override
    public void completed() {
        end.complete(FlightStatusCode.OK);
    }
}
