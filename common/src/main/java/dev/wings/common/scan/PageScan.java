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
package dev.wings.common.scan;

import dev.wings.common.duckdb.ArrowTable;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.store.ObjectRange;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/// One pass over the pages of a snapshot, in order. Pages are fetched and decoded ahead, several at once, within a
/// budget of bytes; small ones that are neighbours in a folio, with one read.
///
/// What is compressed may become a thousand times as much. So only as much is decompressed ahead as the budget has
/// room for, the rest batch by batch when it is its turn; and where memory runs out all the same, the scan goes on
/// without reading ahead.
final class PageScan implements ArrowTable.Scan {

    /// So much is worth reading at once even if the first row is all that is wanted.
    private static final long FIRST_BYTES_AHEAD = 1 << 20;

    private final Iterator<PageRun> runs;
    private final PageDecoder decoder;
    private final PageSource source;
    private final PageMemory memory;
    private final Executor fetchers;
    private final ReadAhead readAhead;
    private final Deque<Fetch> ahead = new ArrayDeque<>();
    private final Deque<VectorSchemaRoot> ready = new ArrayDeque<>();
    /// Runs that are fetched before those of [#runs].
    private final Deque<PageRun> waiting = new ArrayDeque<>();
    /// How many bytes were decoded ahead besides the bytes of pages.
    private final AtomicLong decodedAhead = new AtomicLong();

    private long bytesAhead;
    /// Grows with each read, so that a query that stops early has not read much more than it needed.
    private long maxBytesAhead;
    /// Whether memory has run out once: nothing is read ahead any more.
    private volatile boolean tight;
    /// The batches of the run whose turn it is, if it is decoded batch by batch.
    private @Nullable PageBatches batches;

    private @Nullable VectorSchemaRoot current;

    private record Fetch(PageRun run, CompletableFuture<Fetched> fetched) {}

    /// A run that was read: its batches, or those that are decoded already.
    ///
    /// @param decodedBytes how many bytes count as decoded ahead until the batches are taken
    private record Fetched(@Nullable PageBatches batches, List<VectorSchemaRoot> decoded, long decodedBytes)
            implements AutoCloseable {
        @Override
        public void close() {
            decoded.forEach(VectorSchemaRoot::close);
            if (batches != null) {
                batches.close();
            }
        }
    }

    PageScan(
            Iterator<PageRef> pages,
            PageDecoder decoder,
            PageSource source,
            BufferAllocator allocator,
            Executor fetchers,
            ReadAhead readAhead) {
        this.decoder = decoder;
        this.source = source;
        this.memory = new PageMemory(allocator, readAhead.bytes());
        this.fetchers = fetchers;
        this.readAhead = readAhead;
        this.maxBytesAhead = Math.min(FIRST_BYTES_AHEAD, readAhead.bytes());
        this.runs = PageRun.of(pages, maxBytesAhead);
    }

    @Override
    public @Nullable VectorSchemaRoot next() {
        if (current != null) {
            current.close();
            current = null;
        }
        while (ready.isEmpty()) {
            VectorSchemaRoot decoded = decodeNext();
            if (decoded != null) {
                ready.add(decoded);
                break;
            }
            fetchAhead();
            Fetch first = ahead.peek();
            if (first == null) {
                return null;
            }
            Fetched fetched = await(first);
            ahead.poll();
            batches = fetched.batches();
            ready.addAll(fetched.decoded());
            decodedAhead.addAndGet(-fetched.decodedBytes());
            long bytes = first.run().range().length();
            bytesAhead -= bytes;
            maxBytesAhead = Math.min(2 * (maxBytesAhead + bytes), readAhead.bytes());
        }
        current = ready.remove();
        return current;
    }

    /// The next rows of the run whose turn it is; null if there is none, or no more of it.
    private @Nullable VectorSchemaRoot decodeNext() {
        PageBatches now = batches;
        if (now == null) {
            return null;
        }
        VectorSchemaRoot next;
        try {
            next = now.next();
        } catch (OutOfMemoryException e) {
            dropAhead();
            try {
                next = now.next();
            } catch (OutOfMemoryException again) {
                throw exhausted(again);
            }
        }
        if (next == null) {
            now.close();
            batches = null;
        }
        return next;
    }

    /// Waits for what is being fetched, which takes no longer than one read of the object store.
    @Override
    public void close() {
        if (current != null) {
            current.close();
            current = null;
        }
        ready.forEach(VectorSchemaRoot::close);
        ready.clear();
        if (batches != null) {
            batches.close();
            batches = null;
        }
        closeAhead();
        memory.close();
    }

    private void closeAhead() {
        for (Fetch fetch : ahead) {
            fetch.fetched()
                    .handle((fetched, failure) -> {
                        if (fetched != null) {
                            fetched.close();
                        }
                        return true;
                    })
                    .join();
        }
        ahead.clear();
    }

    /// Gives back what was read ahead; it is read again when it is its turn.
    private void dropAhead() {
        tight = true;
        List<PageRun> dropped = ahead.stream().map(Fetch::run).toList();
        closeAhead();
        dropped.reversed().forEach(waiting::addFirst);
        bytesAhead = 0;
        decodedAhead.set(0);
    }

    private void fetchAhead() {
        int reads = tight ? 1 : readAhead.reads();
        while (ahead.size() < reads) {
            if (waiting.isEmpty()) {
                if (!runs.hasNext()) {
                    return;
                }
                waiting.add(runs.next());
            }
            PageRun run = waiting.element();
            if (!ahead.isEmpty() && bytesAhead + run.range().length() > maxBytesAhead) {
                return;
            }
            waiting.remove();
            fetchNow(run);
        }
    }

    private void fetchNow(PageRun run) {
        bytesAhead += run.range().length();
        ahead.add(new Fetch(run, CompletableFuture.supplyAsync(() -> fetch(run), fetchers)));
    }

    private Fetched fetch(PageRun run) {
        if (!decoder.readsPages()) {
            return decoded(decoder.describe(run));
        }
        ObjectRange range = run.range();
        try (ArrowBuf bytes = memory.take(range.length())) {
            source.read(range.key(), range.start(), bytes.nioBuffer(0, Math.toIntExact(range.length())));
            return decoded(decoder.open(run, bytes));
        }
    }

    /// Decodes the batches of a run if the budget has room for them. Takes over `opened`.
    private Fetched decoded(PageBatches opened) {
        long bytes = opened.madeBytes();
        if (tight || decodedAhead.addAndGet(bytes) > readAhead.bytes()) {
            if (!tight) {
                decodedAhead.addAndGet(-bytes);
            }
            return new Fetched(opened, List.of(), 0);
        }
        return new Fetched(null, opened.all(), bytes);
    }

    /// Waits for the run whose turn it is. If it, or what was read with it, took more memory than there is, it
    /// is read again when nothing else is there.
    private Fetched await(Fetch first) {
        try {
            return join(first);
        } catch (OutOfMemoryException e) {
            dropAhead();
            PageRun again = waiting.remove();
            fetchNow(again);
            try {
                return join(ahead.element());
            } catch (OutOfMemoryException exhausted) {
                throw exhausted(exhausted);
            }
        }
    }

    private static WingsException exhausted(OutOfMemoryException cause) {
        return new WingsException(
                ErrorKind.EXHAUSTED, "the query needs more memory for reading than it may have", cause);
    }

    /// Fails as the fetch did.
    private static Fetched join(Fetch fetch) {
        try {
            return fetch.fetched().join();
        } catch (CompletionException e) {
            throw switch (e.getCause()) {
                case OutOfMemoryException exhausted -> exhausted;
                case WingsException known -> known;
                case null, default ->
                    new IllegalStateException(
                            "a page cannot be read: " + fetch.run().range(), e.getCause());
            };
        }
    }
}
