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

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ForeignAllocation;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;

/// Memory for the pages of one scan. Page after page is read into the same memory, once nothing of the page before is
/// used any more: fresh memory costs more than it costs to read a page into it.
///
/// Safe for use by many threads. What is in use is counted with the allocator of the scan.
final class PageMemory implements AutoCloseable {

    /// A page takes memory that is so many times larger at most, since all of it counts.
    private static final int MAX_OVERSIZE = 4;

    private final BufferAllocator counted;
    private final long maxIdleBytes;
    private final BufferAllocator memory = new RootAllocator();
    private final Deque<ArrowBuf> idle = new ArrayDeque<>();
    private long idleBytes;
    private int used;
    private boolean closed;

    PageMemory(BufferAllocator counted, long maxIdleBytes) {
        this.counted = counted;
        this.maxIdleBytes = maxIdleBytes;
    }

    /// Memory of at least so many bytes, which come back here when nobody retains them any more.
    ArrowBuf take(long bytes) {
        ArrowBuf page = takePage(bytes);
        try {
            return counted.wrapForeignAllocation(new ForeignAllocation(page.capacity(), page.memoryAddress()) {
                @Override
                protected void release0() {
                    giveBack(page);
                }
            });
        } catch (OutOfMemoryException e) {
            giveBack(page);
            throw e;
        }
    }

    /// Gives back idle memory; pages that are in use stay in use.
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            idle.forEach(ArrowBuf::close);
            idle.clear();
            closeMemoryIfUnused();
        }
    }

    private synchronized ArrowBuf takePage(long bytes) {
        if (closed) {
            throw new IllegalStateException("the scan is closed");
        }
        ArrowBuf page = takeIdle(bytes);
        if (page == null) {
            // so that all of it together is never more than was once used together
            dropOldestIdle();
            page = memory.buffer(bytes);
        }
        used++;
        return page;
    }

    private @Nullable ArrowBuf takeIdle(long bytes) {
        for (Iterator<ArrowBuf> each = idle.iterator(); each.hasNext(); ) {
            ArrowBuf page = each.next();
            if (page.capacity() >= bytes && page.capacity() / MAX_OVERSIZE <= bytes) {
                each.remove();
                idleBytes -= page.capacity();
                return page;
            }
        }
        return null;
    }

    private void dropOldestIdle() {
        ArrowBuf oldest = idle.pollLast();
        if (oldest != null) {
            idleBytes -= oldest.capacity();
            oldest.close();
        }
    }

    private synchronized void giveBack(ArrowBuf page) {
        used--;
        if (closed || idleBytes + page.capacity() > maxIdleBytes) {
            page.close();
            closeMemoryIfUnused();
        } else {
            // the one used last is the one that the processor's caches know best
            idle.addFirst(page);
            idleBytes += page.capacity();
        }
    }

    private void closeMemoryIfUnused() {
        if (closed && used == 0) {
            memory.close();
        }
    }
}
