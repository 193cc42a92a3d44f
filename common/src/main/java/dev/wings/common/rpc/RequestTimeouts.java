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
package dev.wings.common.rpc;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.time.Scheduler;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Ends calls whose clients open them and then say nothing. One timer looks at all of them in turns: most requests are
/// there at once, and a timer for each would cost more than the call.
final class RequestTimeouts implements AutoCloseable {

    /// In this many turns a timeout passes.
    private static final int TURNS = 4;

    private final Duration timeout;
    private final Scheduler scheduler;
    private final Set<Request> open = ConcurrentHashMap.newKeySet();
    private volatile long turn;
    private Scheduler.@Nullable Timer timer;
    private boolean closed;

    RequestTimeouts(Duration timeout, Scheduler scheduler) {
        this.timeout = timeout;
        this.scheduler = scheduler;
        scheduleTurn();
    }

    /// @param onLate is told once, on a thread of its own, when the client has said nothing for too long
    Request open(Consumer<WingsException> onLate) {
        Request request = new Request(onLate, turn);
        open.add(request);
        return request;
    }

    private synchronized void scheduleTurn() {
        if (!closed) {
            timer = scheduler.schedule(timeout.dividedBy(TURNS), this::turn);
        }
    }

    @SuppressWarnings("ModifyCollectionInEnhancedForLoop") // it is a concurrent one
    private void turn() {
        long now = turn + 1;
        turn = now;
        for (Request request : open) {
            // it was opened between two turns
            if (now - request.heard > TURNS && open.remove(request)) {
                request.onLate.accept(
                        new WingsException(ErrorKind.DEADLINE, "the request did not arrive in time: limit=" + timeout));
            }
        }
        scheduleTurn();
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (timer != null) {
            timer.cancel();
        }
    }

    /// A request that is not complete.
    final class Request {
        private final Consumer<WingsException> onLate;
        private volatile long heard;

        private Request(Consumer<WingsException> onLate, long heard) {
            this.onLate = onLate;
            this.heard = heard;
        }

        /// The client has said something, and there may be more.
        void heard() {
            heard = turn;
        }

        /// The request is complete: it has no timeout any more.
        void complete() {
            open.remove(this);
        }
    }
}
