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
package dev.wings.server.query;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.server.engine.EngineFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// A bounded number of engines, opened when needed and kept warm. Who gets none waits in line; when the line is too
/// long, or takes too long, it is EXHAUSTED.
///
/// An engine is used again only by the same owner and only after it was given back clean.
final class EnginePool implements AutoCloseable {

    private final EngineFactory factory;
    private final Engine.Purpose purpose;
    private final Limits limits;
    private final Path directory;
    private final Optional<Path> segments;
    private final Semaphore permits;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger opened = new AtomicInteger();
    private final Deque<Idle> idle = new ArrayDeque<>();
    private boolean closed;

    /// @param size engines at most, idle ones included
    /// @param queueLength callers that wait at most
    /// @param queueTimeout how long they do
    /// @param threads of each engine
    /// @param memoryBytes of each engine
    /// @param rowBytes that rows may take on their way into each engine
    /// @param temporaryBytes on disk, of each engine
    record Limits(
            int size,
            int queueLength,
            Duration queueTimeout,
            int threads,
            long memoryBytes,
            long rowBytes,
            long temporaryBytes) {}

    private record Idle(String owner, Engine engine) {}

    /// @param directory for what does not fit into memory; exists
    /// @param segments where files can be linked for engines to read; exists
    EnginePool(EngineFactory factory, Engine.Purpose purpose, Limits limits, Path directory, Optional<Path> segments) {
        this.factory = factory;
        this.purpose = purpose;
        this.limits = limits;
        this.directory = directory;
        this.segments = segments;
        this.permits = new Semaphore(limits.size(), true);
    }

    /// Waits for a place, and tells whether that took any time. The caller gives it back with [#release].
    boolean acquire() throws InterruptedException {
        // with a time, even none, nobody goes before those who wait
        if (permits.tryAcquire(0, TimeUnit.NANOSECONDS)) {
            return false;
        }
        if (waiting.incrementAndGet() > limits.queueLength()) {
            waiting.decrementAndGet();
            throw WingsException.exhausted("too many queries are waiting: limit=" + limits.queueLength());
        }
        try {
            if (!permits.tryAcquire(limits.queueTimeout().toNanos(), TimeUnit.NANOSECONDS)) {
                throw new WingsException(
                        ErrorKind.EXHAUSTED,
                        "too many queries are running: limit=" + limits.size() + ", waited=" + limits.queueTimeout());
            }
            return true;
        } finally {
            waiting.decrementAndGet();
        }
    }

    void release() {
        permits.release();
    }

    int waiting() {
        return waiting.get();
    }

    /// Places that are taken.
    int taken() {
        return limits.size() - permits.availablePermits();
    }

    /// Takes all places, for good, as soon as they are given back. Fails if they are not in time.
    void drain(Duration timeout) throws InterruptedException {
        if (!permits.tryAcquire(limits.size(), timeout.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new IllegalStateException("queries do not let go of their engines: purpose=" + purpose);
        }
    }

    /// An engine for who holds a place; goes back with [#giveBack], or is closed.
    Engine take(String owner) {
        synchronized (this) {
            for (Iterator<Idle> each = idle.iterator(); each.hasNext(); ) {
                Idle candidate = each.next();
                if (candidate.owner().equals(owner)) {
                    each.remove();
                    return candidate.engine();
                }
            }
            // the others who hold a place may have an engine, or be about to open one
            while (idle.size() > permits.availablePermits()) {
                idle.removeFirst().engine().close();
            }
        }
        return open();
    }

    /// Takes over an engine that holds no rows, from who still holds its place.
    void giveBack(String owner, Engine engine) {
        synchronized (this) {
            if (!closed && idle.size() <= permits.availablePermits()) {
                idle.addLast(new Idle(owner, engine));
                return;
            }
        }
        engine.close();
    }

    /// Opens an engine in advance, so that the first caller does not wait for it; does nothing if there is no place.
    void warmUp(String owner) {
        if (permits.tryAcquire()) {
            try {
                giveBack(owner, take(owner));
            } finally {
                release();
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        idle.forEach(each -> each.engine().close());
        idle.clear();
    }

    private Engine open() {
        try {
            Path temporary = Files.createDirectories(
                    directory.resolve(purpose.name().toLowerCase(Locale.ROOT) + "-" + opened.incrementAndGet()));
            Optional<Path> readable = segments.map(parent -> parent.resolve(temporary.getFileName()));
            if (readable.isPresent()) {
                Files.createDirectories(readable.get());
            }
            return Engine.open(
                    factory,
                    purpose,
                    limits.threads(),
                    limits.memoryBytes(),
                    limits.rowBytes(),
                    limits.temporaryBytes(),
                    temporary,
                    readable);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
