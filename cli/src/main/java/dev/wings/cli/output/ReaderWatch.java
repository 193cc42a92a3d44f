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
package dev.wings.cli.output;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Notices that nobody reads standard output any more, also while nothing is written to it. Java only learns of it
/// when it writes; the system's `poll` can be asked at any time.
@SuppressWarnings("restricted")
public final class ReaderWatch implements AutoCloseable {

    private static final int PERIOD_MILLIS = 200;
    private static final int STANDARD_OUTPUT = 1;

    /// `POLLERR`, and `POLLHUP`, which other systems than Linux report for pipes.
    private static final int LEFT = 0x08 | 0x10;

    private static final long REQUEST_BYTES = 8;
    private static final long ANSWER_POSITION = 6;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final @Nullable Thread watcher;

    private ReaderWatch(BooleanSupplier end) {
        this.watcher = findPoll()
                .map(poll -> Thread.ofPlatform().daemon().name("reader-watch").start(() -> watch(poll, end)))
                .orElse(null);
    }

    /// @param end is called by another thread when nobody reads any more, again and again until it returns true
    public static ReaderWatch start(BooleanSupplier end) {
        return new ReaderWatch(end);
    }

    @Override
    public void close() {
        closed.countDown();
        if (watcher != null) {
            try {
                watcher.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void watch(MethodHandle poll, BooleanSupplier end) {
        try {
            boolean ended = false;
            while (!ended && !closed.await(PERIOD_MILLIS, TimeUnit.MILLISECONDS)) {
                ended = isLeft(poll) && end.getAsBoolean();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isLeft(MethodHandle poll) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(REQUEST_BYTES, Integer.BYTES);
            request.set(ValueLayout.JAVA_INT, 0, STANDARD_OUTPUT);
            int answers = (int) poll.invokeExact(request, 1L, 0);
            return answers > 0 && (request.get(ValueLayout.JAVA_SHORT, ANSWER_POSITION) & LEFT) != 0;
        } catch (Throwable e) {
            throw new IllegalStateException("poll cannot be asked", e);
        }
    }

    /// The system's `poll`; empty if it has none: then only writing tells.
    private static Optional<MethodHandle> findPoll() {
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find("poll")
                .map(address -> linker.downcallHandle(
                        address,
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_INT)));
    }
}
