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
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/// One pass over the pages of a snapshot, in order. Pages are fetched and decoded ahead, several at once, within a
/// budget of bytes; small ones that are neighbours in a folio, with one read.
final class PageScan implements ArrowTable.Scan {

    /// Worth reading at once even if the first row is all that is wanted.
    private static final long FIRST_BYTES_AHEAD = 1 << 20;

    private final Iterator<PageRun> runs;
    private final PageDecoder decoder;
    private final PageSource source;
    private final PageMemory memory;
    private final Executor fetchers;
    private final ReadAhead readAhead;
    private final Deque<Fetch> ahead = new ArrayDeque<>();
    private final Deque<VectorSchemaRoot> ready = new ArrayDeque<>();
    private @Nullable PageRun waiting;
    private long bytesAhead;
    /// Grows with each read, so that a query that stops early has not read much more than it needed.
    private long maxBytesAhead;

    private @Nullable VectorSchemaRoot current;

    private record Fetch(PageRun run, CompletableFuture<List<VectorSchemaRoot>> batches) {}

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
            fetchAhead();
            Fetch first = ahead.peek();
            if (first == null) {
                return null;
            }
            ready.addAll(join(first));
            ahead.remove();
            long bytes = first.run().range().length();
            bytesAhead -= bytes;
            maxBytesAhead = Math.min(2 * (maxBytesAhead + bytes), readAhead.bytes());
        }
        current = ready.remove();
        return current;
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
        for (Fetch fetch : ahead) {
            fetch.batches()
                    .handle((batches, failure) -> {
                        if (batches != null) {
                            batches.forEach(VectorSchemaRoot::close);
                        }
                        return true;
                    })
                    .join();
        }
        ahead.clear();
        memory.close();
    }

    private void fetchAhead() {
        while (ahead.size() < readAhead.reads()) {
            if (waiting == null) {
                if (!runs.hasNext()) {
                    return;
                }
                waiting = runs.next();
            }
            PageRun run = waiting;
            if (!ahead.isEmpty() && bytesAhead + run.range().length() > maxBytesAhead) {
                return;
            }
            waiting = null;
            bytesAhead += run.range().length();
            ahead.add(new Fetch(run, CompletableFuture.supplyAsync(() -> fetch(run), fetchers)));
        }
    }

    private List<VectorSchemaRoot> fetch(PageRun run) {
        if (!decoder.readsPages()) {
            return decoder.describe(run);
        }
        ObjectRange range = run.range();
        try (ArrowBuf bytes = memory.take(range.length())) {
            source.read(range.key(), range.start(), bytes.nioBuffer(0, Math.toIntExact(range.length())));
            return decoder.decode(run, bytes);
        }
    }

    private static List<VectorSchemaRoot> join(Fetch fetch) {
        try {
            return fetch.batches().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof OutOfMemoryException exhausted) {
                throw new WingsException(
                        ErrorKind.EXHAUSTED, "the query needs more memory for reading than it may have", exhausted);
            }
            if (e.getCause() instanceof WingsException known) {
                throw known;
            }
            throw new IllegalStateException(
                    "a page cannot be read: " + fetch.run().range(), e.getCause());
        }
    }
}
