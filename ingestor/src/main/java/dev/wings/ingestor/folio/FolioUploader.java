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
package dev.wings.ingestor.folio;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.rpc.Retries;
import dev.wings.common.store.ObjectStore;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts folios into one object store, a bounded number at once.
///
/// An upload that takes longer than 95 of 100 did lately is hedged: the same bytes go to a second key, and
/// whichever is stored first counts. The other object is garbage that nothing refers to. Safe for use by many
/// threads.
final class FolioUploader {

    private static final Logger LOG = LoggerFactory.getLogger(FolioUploader.class);

    /// One upload in so many may be hedged: a store that is slow as a whole must not get twice the load.
    private static final int UPLOADS_PER_HEDGE = 8;

    private final Limits limits;
    private final Scheduler scheduler;
    private final InstantSource clock;
    private final Retries retries;
    private final Executor tasks;
    private final Semaphore uploads;
    private final Semaphore hedges;
    private final UploadTimes times = new UploadTimes();

    /// @param maxUploads how many run at once
    /// @param minHedgeDelay no upload is hedged before
    /// @param timeout how long an upload may take with all its attempts
    record Limits(int maxUploads, Duration minHedgeDelay, Duration timeout) {}

    /// @param tasks runs each attempt on a thread of its own
    FolioUploader(Limits limits, Scheduler scheduler, IdGenerator ids, Executor tasks) {
        this.limits = limits;
        this.scheduler = scheduler;
        this.clock = ids.clock();
        this.retries = new Retries(scheduler, ids.random(), 8, Duration.ofMillis(50), Duration.ofSeconds(4));
        this.tasks = tasks;
        this.uploads = new Semaphore(limits.maxUploads(), true);
        this.hedges = new Semaphore(Math.ceilDiv(limits.maxUploads(), UPLOADS_PER_HEDGE));
    }

    /// Stores an object and returns its key. Tries again for about ten seconds while the store is UNAVAILABLE.
    ///
    /// @param keys gives a key that no object has, each time another one
    /// @param content read until `memory` has no holder left
    String upload(ObjectStore store, Supplier<String> keys, List<ByteBuffer> content, FolioMemory memory)
            throws InterruptedException {
        uploads.acquire();
        try {
            return new Race(store, keys, content, memory).run();
        } finally {
            uploads.release();
        }
    }

    /// One object, stored under one key or two.
    private final class Race {

        private final ObjectStore store;
        private final Supplier<String> keys;
        private final List<ByteBuffer> content;
        private final FolioMemory memory;
        private final CompletableFuture<String> stored = new CompletableFuture<>();
        private final Set<Thread> threads = new HashSet<>();
        private int running;
        private @Nullable WingsException failure;

        Race(ObjectStore store, Supplier<String> keys, List<ByteBuffer> content, FolioMemory memory) {
            this.store = store;
            this.keys = keys;
            this.content = content;
            this.memory = memory;
        }

        String run() throws InterruptedException {
            Optional<Scheduler.Timer> hedge = times.percentile95()
                    .map(usual -> usual.compareTo(limits.minHedgeDelay) > 0 ? usual : limits.minHedgeDelay)
                    .map(delay -> scheduler.schedule(delay, this::hedge));
            Scheduler.Timer timeout = scheduler.schedule(limits.timeout(), this::interrupt);
            try {
                // After its timers, so that whoever sees the upload knows that they run.
                start(() -> {});
                return stored.get();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof WingsException known ? known : new IllegalStateException(e.getCause());
            } finally {
                timeout.cancel();
                hedge.ifPresent(Scheduler.Timer::cancel);
                // A hedge that is just about to start sees that nobody waits any more.
                stored.cancel(false);
            }
        }

        private void hedge() {
            if (hedges.tryAcquire()) {
                start(hedges::release);
            }
        }

        /// Interrupts the attempts: a store that hangs must not keep the place of others, nor the folios that
        /// come after this one. An attempt that does not notice keeps its memory, which is counted, until it
        /// does.
        private synchronized void interrupt() {
            stored.completeExceptionally(WingsException.unavailable(
                    "the object store did not answer in time: limit=" + limits.timeout(), null));
            threads.forEach(Thread::interrupt);
        }

        private synchronized boolean enter() {
            return !stored.isDone() && threads.add(Thread.currentThread());
        }

        private synchronized void leave() {
            threads.remove(Thread.currentThread());
        }

        /// @param afterwards is run when the attempt is over, or was not made
        private synchronized void start(Runnable afterwards) {
            if (stored.isDone()) {
                afterwards.run();
                return;
            }
            memory.hold();
            running++;
            try {
                tasks.execute(() -> {
                    try (memory) {
                        if (enter()) {
                            attempt(keys.get());
                        }
                    } finally {
                        leave();
                        afterwards.run();
                    }
                });
            } catch (RejectedExecutionException e) {
                memory.close();
                afterwards.run();
                over(WingsException.unavailable("shut down before the batch was stored", e));
            }
        }

        private void attempt(String key) {
            Instant start = clock.instant();
            try {
                create(key);
                times.add(Duration.between(start, clock.instant()));
                stored.complete(key);
            } catch (WingsException e) {
                over(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                over(WingsException.unavailable("shut down before the batch was stored", e));
            } catch (RuntimeException | Error e) {
                stored.completeExceptionally(e);
            }
        }

        /// Takes the failure of an attempt. The upload has failed once every attempt has.
        private synchronized void over(WingsException reason) {
            running--;
            failure = failure == null ? reason : failure;
            if (running == 0) {
                stored.completeExceptionally(failure);
            }
        }

        private void create(String key) throws InterruptedException {
            Retries.Pauses pauses = retries.pauses();
            while (true) {
                try {
                    store.create(key, content);
                    return;
                } catch (WingsException e) {
                    if (e.kind() == ErrorKind.ALREADY_EXISTS && pauses.attempt() > 1) {
                        // Nobody else makes this key: the object is that of an attempt whose answer got lost.
                        return;
                    }
                    if (e.kind() != ErrorKind.UNAVAILABLE || pauses.isLast() || stored.isDone()) {
                        throw e;
                    }
                    LOG.warn(
                            "upload failed, trying again: key={}, attempt={}, cause={}",
                            key,
                            pauses.attempt(),
                            e.getMessage());
                }
                pauses.await();
            }
        }
    }
}
