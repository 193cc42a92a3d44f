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

import io.grpc.Context;
import java.util.function.Supplier;

/// Does work that ends with the call that it is for: its thread is interrupted when the client cancels, goes
/// away, or has waited for as long as it wanted to.
final class CallWork {

    private final Thread thread = Thread.currentThread();
    private boolean interrupted;
    private boolean over;

    private CallWork() {}

    /// Does work for the current call.
    static <T> T run(Supplier<T> work) {
        Context call = Context.current();
        CallWork running = new CallWork();
        Context.CancellationListener listener = ended -> running.interrupt();
        call.addListener(listener, Runnable::run);
        try {
            return work.get();
        } finally {
            call.removeListener(listener);
            running.end();
        }
    }

    private synchronized void interrupt() {
        if (!over) {
            interrupted = true;
            thread.interrupt();
        }
    }

    /// Ends the work for this call. What the thread does next is for another call, and must not be interrupted.
    @SuppressWarnings("ResultOfMethodCallIgnored")
    private synchronized void end() {
        over = true;
        if (interrupted) {
            Thread.interrupted();
        }
    }
}
