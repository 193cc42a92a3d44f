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
package dev.wings.controlplane.grpc;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.time.Scheduler;
import dev.wings.common.time.World;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Writes a stream of answers as fast as the caller takes them and no faster.
///
/// The writing is done on a thread of its own: gRPC calls back one event at a time, so whoever waited for the
/// caller inside a service method would keep the news of its readiness from coming.
final class StreamWriter<A> {

    private final ServerCallStreamObserver<A> answers;
    private final Duration stallLimit;
    private final Scheduler scheduler;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean cancelled;
    private Runnable onCancel = () -> {};

    private StreamWriter(ServerCallStreamObserver<A> answers, Duration stallLimit, Scheduler scheduler) {
        this.answers = answers;
        this.stallLimit = stallLimit;
        this.scheduler = scheduler;
    }

    /// What writes a stream.
    interface Body<A> {
        void write(StreamWriter<A> writer) throws InterruptedException;
    }

    /// Starts to write; called within the service method. The stream ends when `body` does.
    ///
    /// @param stallLimit a caller that takes nothing for so long is ended with EXHAUSTED
    static <A> void start(String name, StreamObserver<A> answers, Duration stallLimit, World world, Body<A> body) {
        ServerCallStreamObserver<A> call = (ServerCallStreamObserver<A>) answers;
        StreamWriter<A> writer = new StreamWriter<>(call, stallLimit, world.scheduler());
        call.setOnReadyHandler(writer::signal);
        call.setOnCancelHandler(writer::cancel);
        world.threads().start(name, Context.current().wrap(() -> writer.run(body)));
    }

    private void run(Body<A> body) {
        try {
            body.write(this);
            answers.onCompleted();
        } catch (InterruptedException e) {
            answers.onError(WingsException.unavailable("the control plane is stopping", e));
        } catch (RuntimeException | Error e) {
            answers.onError(e);
        }
    }

    /// Waits until the caller is ready, then sends. Fails with CANCELLED if the caller gave up, with EXHAUSTED
    /// if it stalled.
    void write(A answer) throws InterruptedException {
        lock.lock();
        try {
            long nanos = stallLimit.toNanos();
            while (!cancelled && !answers.isReady()) {
                if (nanos <= 0) {
                    throw WingsException.exhausted(
                            "the stream is read too slowly: waited_seconds=" + stallLimit.toSeconds());
                }
                nanos = scheduler.awaitNanos(lock, changed, nanos);
            }
            if (cancelled) {
                throw new WingsException(ErrorKind.CANCELLED, "the caller has cancelled");
            }
        } finally {
            lock.unlock();
        }
        answers.onNext(answer);
    }

    /// As [#write], for code that cannot be interrupted: interruption becomes UNAVAILABLE.
    void writeUninterrupted(A answer) {
        try {
            write(answer);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw WingsException.unavailable("the control plane is stopping", e);
        }
    }

    /// Whether [#write] would send at once.
    boolean isReady() {
        return answers.isReady();
    }

    /// Runs `action` when the caller gives up; at once if it already has.
    void onCancel(Runnable action) {
        boolean now;
        lock.lock();
        try {
            onCancel = action;
            now = cancelled;
        } finally {
            lock.unlock();
        }
        if (now) {
            action.run();
        }
    }

    private void signal() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void cancel() {
        Runnable action;
        lock.lock();
        try {
            cancelled = true;
            action = onCancel;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        action.run();
    }
}
