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
package dev.wings.common.arrow;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;

/// The memory that a batch holds; all of it is given back at once. No more is handed out than the limit allows,
/// whatever the batch claims to be.
final class BatchMemory implements AutoCloseable {

    private final BufferAllocator allocator;
    private long limit;
    private final List<ArrowBuf> held = new ArrayList<>();
    private long allocated;

    BatchMemory(BufferAllocator allocator, long limit) {
        this.allocator = allocator;
        this.limit = limit;
    }

    /// Keeps a reference to `buffer`.
    void retain(ArrowBuf buffer) {
        buffer.getReferenceManager().retain();
        held.add(buffer);
    }

    /// Allocates memory whose content is undefined. Fails with INVALID over the limit of the batch, with
    /// EXHAUSTED over that of the process.
    Buf allocate(long bytes) {
        charge(bytes);
        if (bytes == 0) {
            return Buf.EMPTY;
        }
        ArrowBuf buffer;
        try {
            buffer = allocator.buffer(bytes);
        } catch (OutOfMemoryException e) {
            throw new WingsException(ErrorKind.EXHAUSTED, "no memory for the batch: bytes=" + bytes, e);
        }
        held.add(buffer);
        return Buf.of(buffer, 0, bytes);
    }

    /// Allocates memory filled with zeros.
    Buf allocateZeros(long bytes) {
        Buf buffer = allocate(bytes);
        buffer.segment().fill((byte) 0);
        return buffer;
    }

    /// Replaces `old`, which is given back, by `bytes` of memory, or some more to spare if the limit allows it.
    /// The memory starts with the bytes of `old`, and zeros follow.
    Buf grow(Buf old, long bytes) {
        long spare = Math.min(old.length() / 2, limit - allocated);
        allocated -= old.length();
        Buf larger;
        try {
            larger = allocateZeros(Math.max(bytes, old.length() + spare));
        } catch (RuntimeException e) {
            allocated += old.length();
            throw e;
        }
        MemorySegment.copy(old.segment(), 0, larger.segment(), 0, old.length());
        ArrowBuf base = old.base();
        if (base != null && held.remove(base)) {
            base.close();
        }
        return larger;
    }

    /// Counts bytes that are taken elsewhere (on the heap) towards the limit.
    void charge(long bytes) {
        if (bytes > limit - allocated) {
            throw WingsException.invalid(
                    "the batch is too large once it is decompressed, decoded and cast: limit=" + limit + " bytes");
        }
        allocated += bytes;
    }

    /// How many bytes may be handed out in all.
    long limit() {
        return limit;
    }

    /// Sets how many bytes may be handed out in all.
    void limitTo(long bytes) {
        limit = bytes;
    }

    /// How many bytes were handed out or charged.
    long allocatedBytes() {
        return allocated;
    }

    @Override
    public void close() {
        held.forEach(ArrowBuf::close);
        held.clear();
    }
}
