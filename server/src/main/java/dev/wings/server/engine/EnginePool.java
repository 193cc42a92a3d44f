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
package dev.wings.server.engine;

import dev.wings.common.fair.FairPlaces;
import dev.wings.common.time.Scheduler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// A bounded number of engines, which are opened when they are needed and kept warm for a while. Tenants share
/// their places fairly: a caller for whom there is no place waits in its tenant's line. If the line is too
/// long, or the caller waits for too long, it fails with EXHAUSTED.
///
/// An engine is used again only by the same owner, and only if it was given back clean. One for planning, which
/// has no rows, may also be used by another owner, if there is no place for one more.
public final class EnginePool implements AutoCloseable {

    /// An engine that nobody has used for so long is closed.
    private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(5);

    private final EngineFactory factory;
    private final Scheduler scheduler;
    private final Engine.Purpose purpose;
    private final Limits limits;
    private final Path directory;
    private final Optional<Path> segments;
    private final FairPlaces places;
    private final AtomicInteger opened = new AtomicInteger();
    private final Deque<Idle> idle = new ArrayDeque<>();

    /// The first engine of each owner while it is taken. The value is empty while the engine is opened.
    private final Map<String, Optional<Engine>> firsts = new HashMap<>();

    private boolean closed;

    /// @param size how many engines there are at most, idle ones included
    /// @param queueLength how many callers of one tenant wait at most
    /// @param queueTimeout how long they wait
    /// @param threads how many threads each engine has
    /// @param memoryBytes how much memory each engine has
    /// @param rowBytes how much memory rows may take on their way into each engine
    /// @param temporaryBytes how much each engine may put on disk
    public record Limits(
            int size,
            int queueLength,
            Duration queueTimeout,
            int threads,
            long memoryBytes,
            long rowBytes,
            long temporaryBytes) {}

    private record Idle(String owner, Engine engine, Scheduler.Timer timer) {}

    /// @param directory the directory for what does not fit into memory; it exists
    /// @param segments the directory where files can be linked for engines to read; it exists
    public EnginePool(
            EngineFactory factory,
            Scheduler scheduler,
            Engine.Purpose purpose,
            Limits limits,
            Path directory,
            Optional<Path> segments) {
        this.factory = factory;
        this.scheduler = scheduler;
        this.purpose = purpose;
        this.limits = limits;
        this.directory = directory;
        this.segments = segments;
        this.places = new FairPlaces(
                "queries",
                new FairPlaces.Limits(limits.size(), limits.queueLength(), limits.queueTimeout()),
                scheduler);
    }

    /// Waits for a place until it is the tenant's turn.
    public FairPlaces.Place acquire(String tenant) throws InterruptedException {
        return places.acquire(tenant);
    }

    public int waiting() {
        return places.waiting();
    }

    /// Returns how many places are taken.
    public long taken() {
        return places.taken();
    }

    /// Gives out no places any more, and waits until all were given back. Fails if that takes longer than the
    /// timeout.
    public void drain(Duration timeout) throws InterruptedException {
        if (!places.drain(timeout)) {
            throw new IllegalStateException("queries do not let go of their engines: purpose=" + purpose);
        }
    }

    /// Returns an engine for a caller who holds a place. It is given back with [#giveBack], or closed.
    public Engine take(String owner) {
        List<Engine> superfluous = new ArrayList<>();
        boolean first;
        synchronized (this) {
            first = isFirst(owner);
            Optional<Idle> own = idle.stream()
                    .filter(each -> each.owner().equals(owner))
                    .min(Comparator.comparing(each -> each.engine().isFirst() != first));
            if (own.isPresent()) {
                idle.remove(own.get());
                own.get().timer().cancel();
                Engine engine = own.get().engine();
                if (isRanked() && engine.isFirst()) {
                    firsts.put(owner, Optional.of(engine));
                }
                return engine;
            }
            if (isRanked() && first) {
                firsts.put(owner, Optional.empty());
            }
            // the others who hold a place may have an engine, or may be about to open one
            while (idle.size() > places.free()) {
                Idle longest = idle.removeFirst();
                longest.timer().cancel();
                Engine oldest = longest.engine();
                if (purpose == Engine.Purpose.PLANNING) {
                    return oldest;
                }
                superfluous.add(oldest);
            }
        }
        superfluous.forEach(Engine::close);
        return open(owner, first, limits.threads());
    }

    /// Whether no other engine that an owner has taken is its first. Where processors are scarce, an owner's
    /// other engines stand back, so that no owner gets more of the processors by running more queries.
    private boolean isFirst(String owner) {
        firsts.values().removeIf(engine -> engine.filter(Engine::isClosed).isPresent());
        return !isRanked() || !firsts.containsKey(owner);
    }

    /// Whether engines are ranked. Those for planning and for tables of the system are few, and work for any
    /// owner.
    private boolean isRanked() {
        return purpose == Engine.Purpose.RUNNING;
    }

    /// Opens a new engine that computes with one thread, for a caller who holds a place and who closes it.
    public Engine openNarrow(String owner) {
        return open(owner, false, 1, Engine.Purpose.SPARING);
    }

    /// Whether an engine of this pool has several threads.
    public boolean isWide() {
        return limits.threads() > 1;
    }

    /// Takes over an engine that holds no rows, from a caller who still holds its place.
    public void giveBack(String owner, Engine engine) {
        synchronized (this) {
            if (isRanked() && engine.isFirst()) {
                firsts.remove(owner);
            }
            if (!closed && idle.size() <= places.free()) {
                idle.addLast(new Idle(owner, engine, scheduler.schedule(IDLE_TIMEOUT, () -> closeIdle(engine))));
                return;
            }
        }
        engine.close();
    }

    private void closeIdle(Engine engine) {
        synchronized (this) {
            if (!idle.removeIf(each -> each.engine() == engine)) {
                return;
            }
        }
        engine.close();
    }

    /// Opens an engine in advance, so that the first caller does not wait for it; does nothing if there is no place.
    public void warmUp(String owner) {
        places.tryAcquire(owner).ifPresent(place -> {
            try (place) {
                giveBack(owner, take(owner));
            }
        });
    }

    @Override
    public synchronized void close() {
        closed = true;
        idle.forEach(each -> {
            each.timer().cancel();
            each.engine().close();
        });
        idle.clear();
    }

    private Engine open(String owner, boolean first, int threads) {
        return open(owner, first, threads, purpose);
    }

    private Engine open(String owner, boolean first, int threads, Engine.Purpose whose) {
        Engine engine = null;
        try {
            Path temporary = Files.createDirectories(
                    directory.resolve(purpose.name().toLowerCase(Locale.ROOT) + "-" + opened.incrementAndGet()));
            Optional<Path> readable = segments.map(parent -> parent.resolve(temporary.getFileName()));
            if (readable.isPresent()) {
                Files.createDirectories(readable.get());
            }
            engine = Engine.open(
                    factory,
                    owner,
                    first,
                    whose,
                    threads,
                    limits.memoryBytes(),
                    limits.rowBytes(),
                    limits.temporaryBytes(),
                    temporary,
                    readable);
            return engine;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (isRanked() && first) {
                opened(owner, Optional.ofNullable(engine));
            }
        }
    }

    private synchronized void opened(String owner, Optional<Engine> first) {
        if (first.isPresent()) {
            firsts.put(owner, first);
        } else {
            firsts.remove(owner);
        }
    }
}
