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
import dev.wings.common.store.ObjectStore;
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
/// budget of bytes.
final class PageScan implements ArrowTable.Scan {

    /// Worth reading at once even if the first row is all that is wanted.
    private static final long FIRST_BYTES_AHEAD = 1 << 20;

    private final Iterator<PageRef> pages;
    private final PageDecoder decoder;
    private final ObjectStore store;
    private final PageMemory memory;
    private final Executor fetchers;
    private final ReadAhead readAhead;
    private final Deque<Fetch> ahead = new ArrayDeque<>();
    private final Deque<VectorSchemaRoot> ready = new ArrayDeque<>();
    private @Nullable PageRef waiting;
    private long bytesAhead;
    /// Grows with each page, so that a query that stops early has not read much more than it needed.
    private long maxBytesAhead;

    private @Nullable VectorSchemaRoot current;

    private record Fetch(PageRef page, CompletableFuture<List<VectorSchemaRoot>> batches) {}

    PageScan(
            Iterator<PageRef> pages,
            PageDecoder decoder,
            ObjectStore store,
            BufferAllocator allocator,
            Executor fetchers,
            ReadAhead readAhead) {
        this.pages = pages;
        this.decoder = decoder;
        this.store = store;
        this.memory = new PageMemory(allocator, readAhead.bytes());
        this.fetchers = fetchers;
        this.readAhead = readAhead;
        this.maxBytesAhead = Math.min(FIRST_BYTES_AHEAD, readAhead.bytes());
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
            long bytes = first.page().range().length();
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
        while (ahead.size() < readAhead.pages()) {
            if (waiting == null) {
                if (!pages.hasNext()) {
                    return;
                }
                waiting = pages.next();
            }
            PageRef page = waiting;
            if (!ahead.isEmpty() && bytesAhead + page.range().length() > maxBytesAhead) {
                return;
            }
            waiting = null;
            bytesAhead += page.range().length();
            ahead.add(new Fetch(page, CompletableFuture.supplyAsync(() -> fetch(page), fetchers)));
        }
    }

    private List<VectorSchemaRoot> fetch(PageRef page) {
        if (!decoder.readsPages()) {
            return decoder.describe(page);
        }
        try (ArrowBuf bytes = memory.take(page.range().length())) {
            read(page, bytes);
            return decoder.decode(page, bytes);
        }
    }

    private void read(PageRef page, ArrowBuf into) {
        ObjectRange range = page.range();
        try {
            store.read(range.key(), range.start(), into.nioBuffer(0, Math.toIntExact(range.length())));
        } catch (WingsException e) {
            throw switch (e.kind()) {
                // the log refers to it: it is there, whole
                case NOT_FOUND -> WingsException.dataLoss("the folio of a page is missing: " + range, e);
                case INVALID -> WingsException.dataLoss("the folio of a page is cut: " + range, e);
                default -> e;
            };
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
                    "a page cannot be read: " + fetch.page().range(), e.getCause());
        }
    }
}
