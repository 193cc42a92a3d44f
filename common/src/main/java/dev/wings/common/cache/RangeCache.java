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
package dev.wings.common.cache;

import dev.wings.common.cache.CachedFile.Flight;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the ranges of immutable objects that were read on the local disk: one sparse file for each object, in blocks
/// of one size, bounded in bytes. What is missing is fetched once, however many ask for it at the same time, in few
/// requests. When it is full, the objects that were not used for the longest time go, never one in use.
///
/// It survives a restart. An index of what is there is written now and then, after the data that it claims was synced;
/// a crash loses the blocks since, and never brings back others. Safe for use by many threads.
public final class RangeCache implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RangeCache.class);

    private final CacheDisk disk;
    private final RangeSource source;
    private static final Duration FOR_EVER = Duration.ofDays(10_000);

    private final Executor fetchers;
    private final IdGenerator ids;
    private final Scheduler scheduler;
    private final Limits limits;
    private final CacheState state;
    private final CacheMetrics metrics;
    private final FairPlaces fetches;
    private final ConcurrentLinkedDeque<ByteBuffer> buffers = new ConcurrentLinkedDeque<>();
    private final Object persisting = new Object();
    private volatile boolean closed;

    /// The bounds of a cache.
    ///
    /// @param capacityBytes how many bytes it may take on disk
    /// @param blockBytes the size of a block, which is there as a whole or not at all
    /// @param requestBytes how much one request fetches, a multiple of `blockBytes`; each takes a buffer of
    ///     that size
    /// @param gapBytes so many bytes that nobody asked for are fetched as well if that saves a request
    /// @param fetches how many requests one object store gets at once; all stores together get a third more
    /// @param persistEvery how often the index is written
    public record Limits(
            long capacityBytes, int blockBytes, int requestBytes, int gapBytes, int fetches, Duration persistEvery) {

        public Limits {
            if (blockBytes < 1 || requestBytes < blockBytes || requestBytes % blockBytes != 0) {
                throw new IllegalArgumentException(
                        "a request is made of blocks: request_bytes=" + requestBytes + ", block_bytes=" + blockBytes);
            }
            if (capacityBytes < requestBytes || fetches < 1 || gapBytes < 0) {
                throw new IllegalArgumentException("bad limits: capacity_bytes=" + capacityBytes + ", fetches="
                        + fetches + ", gap_bytes=" + gapBytes);
            }
        }

        /// Sizes that suit object stores and Parquet.
        public static Limits of(long capacityBytes) {
            return new Limits(capacityBytes, 32 << 10, 4 << 20, 128 << 10, 16, Duration.ofSeconds(10));
        }
    }

    private RangeCache(
            CacheDisk disk,
            RangeSource source,
            Executor fetchers,
            IdGenerator ids,
            Scheduler scheduler,
            MeterRegistry registry,
            Limits limits) {
        this.disk = disk;
        this.source = source;
        this.fetchers = fetchers;
        this.ids = ids;
        this.scheduler = scheduler;
        this.limits = limits;
        this.state = new CacheState(
                limits.capacityBytes(),
                limits.blockBytes(),
                limits.requestBytes() / limits.blockBytes(),
                limits.gapBytes() / limits.blockBytes());
        this.metrics = new CacheMetrics(registry, state, limits.capacityBytes());
        // a third more than one store gets, so that one that is slow does not keep others waiting
        this.fetches = new FairPlaces(
                "fetches",
                new FairPlaces.Limits(Math.ceilDiv(4L * limits.fetches(), 3), Integer.MAX_VALUE, FOR_EVER),
                scheduler);
    }

    /// Opens the cache in a directory that it has for itself. PRECONDITION if another process has it.
    ///
    /// @param fetchers runs each request on a thread of its own, which waits for others
    /// @param ids names files; its clock tells what was used last
    public static RangeCache open(
            Path directory,
            RangeSource source,
            Executor fetchers,
            IdGenerator ids,
            Scheduler scheduler,
            MeterRegistry registry,
            Limits limits) {
        try {
            return open(LocalCacheDisk.open(directory), source, fetchers, ids, scheduler, registry, limits);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open the cache: directory=" + directory, e);
        }
    }

    /// Takes over `disk`: closed with this, or here if this fails.
    static RangeCache open(
            CacheDisk disk,
            RangeSource source,
            Executor fetchers,
            IdGenerator ids,
            Scheduler scheduler,
            MeterRegistry registry,
            Limits limits)
            throws IOException {
        try {
            RangeCache cache = new RangeCache(disk, source, fetchers, ids, scheduler, registry, limits);
            cache.restore();
            cache.persistLater();
            return cache;
        } catch (Throwable t) {
            disk.close();
            throw t;
        }
    }

    /// An object to be read. Nothing is fetched yet.
    public CachedObject open(ObjectId object) {
        if (closed) {
            throw WingsException.unavailable("the cache is closed", null);
        }
        return new Lease(state.use(object, ids.next(), ids.clock().millis()));
    }

    /// A directory on the file system of the cache, for [CachedObject#link]. Empty when the cache is opened.
    public Path links() {
        return disk.links();
    }

    /// How many bytes all blocks may take.
    public long capacityBytes() {
        return limits.capacityBytes();
    }

    /// The bytes of all blocks that are there or on their way.
    public long usedBytes() {
        return state.usedBytes();
    }

    /// Waits for what is on its way, then writes the index.
    @Override
    public void close() {
        closed = true;
        for (Flight flight : state.flights()) {
            flight.done().handle((done, failure) -> true).join();
        }
        persist();
        try {
            disk.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the cache", e);
        }
    }

    private void restore() throws IOException {
        Set<String> known = new HashSet<>();
        List<String> found = disk.list();
        for (String file : found) {
            if (CachedFile.isIndex(file)) {
                String name = CachedFile.nameOfIndex(file);
                Optional<CacheIndex> index = CacheIndex.decode(disk.load(file)).filter(each -> fits(name, each, found));
                if (index.isPresent() && state.restore(CachedFile.restore(name, index.get()))) {
                    known.add(CachedFile.indexFile(name));
                    known.add(CachedFile.dataFile(name));
                }
            }
        }
        for (String file : found) {
            if (!known.contains(file)) {
                disk.delete(file);
            }
        }
        delete(state.shrink());
    }

    private boolean fits(String name, CacheIndex index, List<String> found) {
        try {
            return index.blockBytes() == limits.blockBytes()
                    && index.blocks().length() <= CachedFile.blockCount(index.object(), index.blockBytes())
                    && found.contains(CachedFile.dataFile(name))
                    && disk.size(CachedFile.dataFile(name)) == index.object().bytes();
        } catch (IOException e) {
            return false;
        }
    }

    private void persistLater() {
        if (!closed) {
            scheduler.schedule(limits.persistEvery(), () -> {
                if (!closed) {
                    persist();
                    persistLater();
                }
            });
        }
    }

    /// Writes the indexes that are behind, one by one: who evicts meanwhile must not delete what is written
    /// here.
    void persist() {
        synchronized (persisting) {
            for (CachedFile file : state.useChanged()) {
                try {
                    CacheState.Taken taken = state.takeIndex(file);
                    if (taken.grown()) {
                        disk.sync(file.dataFile());
                    }
                    disk.replace(file.indexFile(), taken.index().encode());
                } catch (IOException e) {
                    state.keepIndex(file);
                    metrics.failed();
                    LOG.warn("cannot write the index of the cache: object={}", file.object(), e);
                } finally {
                    release(file);
                }
            }
        }
    }

    private void release(CachedFile file) {
        if (state.release(file)) {
            delete(List.of(file));
        }
    }

    /// Deletes the index first: without it, data say nothing.
    private void delete(List<CachedFile> files) {
        for (CachedFile file : files) {
            try {
                disk.delete(file.indexFile());
                disk.delete(file.dataFile());
            } catch (IOException e) {
                LOG.warn("cannot delete a file of the cache: object={}", file.object(), e);
            }
        }
    }

    private CachedObject.Loaded load(CachedFile file, List<ByteRange> ranges) {
        CacheState.Work work = state.claim(file, ranges);
        metrics.evicted(work.evicted().size());
        metrics.loaded(work.loaded());
        delete(work.evicted());
        for (Flight flight : work.own()) {
            start(file, flight);
        }
        await(Stream.concat(work.own().stream(), work.others().stream()).toList());
        return work.loaded();
    }

    private void start(CachedFile file, Flight flight) {
        try {
            fetchers.execute(() -> fetch(file, flight));
        } catch (RuntimeException e) {
            land(file, flight, e);
        }
    }

    private void fetch(CachedFile file, Flight flight) {
        try {
            try (FairPlaces.Place place = fetches.acquire(file.object().store().toString())) {
                fetch(file, file.bytes(flight.startBlock(), flight.endBlock()));
            }
        } catch (IOException e) {
            land(file, flight, WingsException.unavailable("the disk of the cache fails: cause=" + e, e));
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            land(file, flight, WingsException.unavailable("interrupted while an object was read", e));
            return;
        } catch (Throwable t) {
            land(file, flight, t);
            return;
        }
        if (state.land(file, flight, true)) {
            throw new IllegalStateException("a file with data was forgotten: " + file.object());
        }
        flight.done().complete(null);
    }

    private void fetch(CachedFile file, ByteRange range) throws IOException {
        ByteBuffer buffer = Optional.ofNullable(buffers.pollFirst())
                .orElseGet(() -> ByteBuffer.allocateDirect(limits.requestBytes()));
        try {
            fetch(file, range, buffer);
        } finally {
            buffers.addFirst(buffer);
        }
    }

    private void fetch(CachedFile file, ByteRange range, ByteBuffer buffer) throws IOException {
        buffer.clear().limit(Math.toIntExact(range.length()));
        metrics.fetched();
        source.read(file.object(), range.start(), buffer);
        if (buffer.hasRemaining()) {
            throw new IllegalStateException("fewer bytes than asked for: object=" + file.object() + ", range=" + range);
        }
        ensureData(file);
        disk.write(file.dataFile(), range.start(), buffer.flip());
    }

    private void land(CachedFile file, Flight flight, Throwable failure) {
        metrics.failed();
        if (state.land(file, flight, false)) {
            delete(List.of(file));
        }
        flight.done().completeExceptionally(failure);
    }

    private void ensureData(CachedFile file) throws IOException {
        synchronized (file) {
            if (!file.hasData()) {
                disk.create(file.dataFile(), file.object().bytes());
                file.dataMade();
            }
        }
    }

    /// Waits for all flights to end before it fails, so that a caller that failed leaves nothing behind; only
    /// an interrupted caller does not wait.
    private static void await(List<Flight> flights) {
        List<Throwable> failures = new ArrayList<>();
        for (Flight flight : flights) {
            try {
                flight.done().get();
            } catch (ExecutionException e) {
                failures.add(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new WingsException(ErrorKind.CANCELLED, "interrupted while an object was read", e);
            }
        }
        if (!failures.isEmpty()) {
            switch (failures.getFirst()) {
                // The exception is made anew, since several threads may get the same failure.
                case WingsException known -> throw new WingsException(known.kind(), known.getMessage(), known);
                case Error error -> throw error;
                case Throwable other -> throw new IllegalStateException("an object cannot be read", other);
            }
        }
    }

    private final class Lease implements CachedObject {

        private final CachedFile file;
        private final AtomicBoolean released = new AtomicBoolean();

        Lease(CachedFile file) {
            this.file = file;
        }

        @Override
        public ObjectId id() {
            return file.object();
        }

        @Override
        public Loaded load(List<ByteRange> ranges) {
            check();
            return RangeCache.this.load(file, ranges);
        }

        @Override
        public long cachedBytes(List<ByteRange> ranges) {
            check();
            return state.presentBytes(file, ranges);
        }

        @Override
        public Loaded read(long start, ByteBuffer into) {
            Loaded loaded = load(List.of(new ByteRange(start, start + into.remaining())));
            try {
                if (into.hasRemaining()) {
                    disk.read(file.dataFile(), start, into);
                }
                return loaded;
            } catch (IOException e) {
                throw WingsException.unavailable("the disk of the cache fails: cause=" + e, e);
            }
        }

        @Override
        public Path link(Path directory) {
            check();
            // The link has the name of what is there already: should something arrive meanwhile, the next link
            // has another.
            Path link = directory.resolve(state.linkName(file));
            try {
                ensureData(file);
                disk.link(file.dataFile(), link);
                return link;
            } catch (IOException e) {
                throw WingsException.unavailable("the disk of the cache fails: cause=" + e, e);
            }
        }

        private void check() {
            if (released.get()) {
                throw new IllegalStateException("closed: " + file.object());
            }
        }

        @Override
        public void close() {
            if (released.compareAndSet(false, true)) {
                release(file);
            }
        }
    }
}
