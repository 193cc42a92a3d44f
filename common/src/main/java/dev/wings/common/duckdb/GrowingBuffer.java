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
package dev.wings.common.duckdb;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.util.MemoryUtil;

/// A buffer that grows while it is filled.
///
/// It is filled by addresses, as everything on this path is: each value of each result goes through here, and
/// memory segments cost several times as much until they are hot.
final class GrowingBuffer implements AutoCloseable {

    private static final long FIRST_BYTES = 4 << 10;

    private final BufferAllocator allocator;
    private ArrowBuf buffer;
    private long size;

    GrowingBuffer(BufferAllocator allocator) {
        this.allocator = allocator;
        this.buffer = allocator.getEmpty();
    }

    /// How many bytes are filled.
    long size() {
        return size;
    }

    /// Where the first byte is, until the buffer grows.
    long address() {
        return buffer.memoryAddress();
    }

    /// Makes the buffer longer by `bytes`, which are zero, and returns the address of the first of them.
    long extend(long bytes) {
        long start = size;
        reserve(size + bytes);
        size += bytes;
        MemoryUtil.setMemory(address() + start, bytes, (byte) 0);
        return address() + start;
    }

    /// Appends a copy of `bytes` from the address `from`.
    void append(long from, long bytes) {
        if (bytes > 0) {
            reserve(size + bytes);
            MemoryUtil.copyMemory(from, address() + size, bytes);
            size += bytes;
        }
    }

    void appendInt(int value) {
        reserve(size + Integer.BYTES);
        MemoryUtil.putInt(address() + size, value);
        size += Integer.BYTES;
    }

    /// Makes room for so many bytes in all.
    private void reserve(long bytes) {
        if (bytes <= buffer.capacity()) {
            return;
        }
        ArrowBuf larger = allocator.buffer(Math.max(bytes, Math.max(FIRST_BYTES, 2 * buffer.capacity())));
        if (size > 0) {
            MemoryUtil.copyMemory(address(), larger.memoryAddress(), size);
        }
        buffer.close();
        buffer = larger;
    }

    /// Takes what was filled, and leaves this empty. The caller closes the buffer.
    ArrowBuf take() {
        ArrowBuf filled = buffer.writerIndex(size);
        buffer = allocator.getEmpty();
        size = 0;
        return filled;
    }

    @Override
    public void close() {
        take().close();
    }
}
