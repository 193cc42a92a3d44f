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

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.c.ArrowArray;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ForeignAllocation;
import org.apache.arrow.vector.BufferLayout;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TypeLayout;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.jspecify.annotations.Nullable;

/// One `struct ArrowArray` of the Arrow C data interface whose buffers become those of vectors, without a copy. It is
/// released with the last of them.
///
/// Arrow's own import never releases an array that its allocator has no room for: it counts a buffer as used before
/// it asks the allocator for it.
@SuppressWarnings("restricted")
final class ImportedArray implements AutoCloseable {

    private static final long STRUCT_BYTES = 80;
    private static final long LENGTH = 0;
    private static final long NULL_COUNT = 8;
    private static final long BUFFER_COUNT = 24;
    private static final long CHILD_COUNT = 32;
    private static final long BUFFERS = 40;
    private static final long CHILDREN = 48;

    private final BufferAllocator allocator;
    private final ArrowArray array;

    /// Its buffers that are in use, and this until [#close].
    private final AtomicInteger users = new AtomicInteger(1);

    /// @param allocator counts the buffers
    ImportedArray(BufferAllocator allocator) {
        this.allocator = allocator;
        this.array = ArrowArray.allocateNew(allocator);
    }

    /// The struct for the producer to fill.
    MemorySegment struct() {
        return MemorySegment.ofAddress(array.memoryAddress());
    }

    /// Makes the rows of the array those of `root`. If this fails, some of the vectors may have theirs already.
    void loadInto(VectorSchemaRoot root) {
        MemorySegment struct = struct().reinterpret(STRUCT_BYTES);
        loadChildren(struct, root.getFieldVectors());
        root.setRowCount(Math.toIntExact(struct.get(JAVA_LONG, LENGTH)));
    }

    private void loadChildren(MemorySegment struct, List<FieldVector> vectors) {
        long count = struct.get(JAVA_LONG, CHILD_COUNT);
        if (count != vectors.size()) {
            throw new IllegalStateException(
                    "an array has other children than was said: expected=" + vectors.size() + ", found=" + count);
        }
        for (int i = 0; i < count; i++) {
            load(pointer(struct.get(ADDRESS, CHILDREN), i).reinterpret(STRUCT_BYTES), vectors.get(i));
        }
    }

    private void load(MemorySegment struct, FieldVector vector) {
        loadChildren(struct, vector.getChildrenFromFields());
        List<BufferLayout> layouts =
                TypeLayout.getTypeLayout(vector.getField().getType()).getBufferLayouts();
        if (struct.get(JAVA_LONG, BUFFER_COUNT) < layouts.size()) {
            throw new IllegalStateException("an array has less buffers than its type: field=" + vector.getField());
        }
        long length = struct.get(JAVA_LONG, LENGTH);
        // null is a validity buffer that says nothing
        List<@Nullable ArrowBuf> buffers = new ArrayList<>(layouts.size());
        try {
            for (int i = 0; i < layouts.size(); i++) {
                MemorySegment buffer = pointer(struct.get(ADDRESS, BUFFERS), i);
                buffers.add(
                        buffer.address() != 0
                                ? buffer(buffer.address(), bytes(layouts, i, length, struct))
                                : i == 0 ? null : allocator.getEmpty());
            }
            vector.loadFieldBuffers(new ArrowFieldNode(length, struct.get(JAVA_LONG, NULL_COUNT)), buffers);
        } finally {
            for (ArrowBuf buffer : buffers) {
                if (buffer != null) {
                    buffer.close();
                }
            }
        }
    }

    /// How long a buffer is, which the struct does not say: <https://arrow.apache.org/docs/format/Columnar.html>
    private static long bytes(List<BufferLayout> layouts, int index, long length, MemorySegment struct) {
        BufferLayout layout = layouts.get(index);
        return switch (layout.getType()) {
            case OFFSET -> (length + 1) * (layout.getTypeBitWidth() / 8);
            case DATA -> {
                BufferLayout before = layouts.get(index - 1);
                if (before.getType() != BufferLayout.BufferType.OFFSET) {
                    yield (length * layout.getTypeBitWidth() + 7) / 8;
                }
                int width = before.getTypeBitWidth() / 8;
                MemorySegment offsets =
                        pointer(struct.get(ADDRESS, BUFFERS), index - 1).reinterpret((length + 1) * width);
                yield width == Integer.BYTES
                        ? offsets.getAtIndex(JAVA_INT, length)
                        : offsets.getAtIndex(JAVA_LONG, length);
            }
            case VALIDITY -> (length + 7) / 8;
            // not what the layout says
            case TYPE -> length;
            case SIZE, VIEWS, VARIADIC_DATA_BUFFERS ->
                throw new IllegalStateException("an array has buffers of an unknown kind: layout=" + layout);
        };
    }

    private ArrowBuf buffer(long address, long bytes) {
        users.incrementAndGet();
        AtomicBoolean used = new AtomicBoolean(true);
        ForeignAllocation allocation = new ForeignAllocation(bytes, address) {
            @Override
            protected void release0() {
                if (used.getAndSet(false)) {
                    leave();
                }
            }
        };
        boolean counted = false;
        try {
            ArrowBuf buffer = allocator.wrapForeignAllocation(allocation);
            counted = true;
            return buffer;
        } finally {
            // the allocator releases what it could not wrap, but not what it has no room for
            if (!counted && used.getAndSet(false)) {
                leave();
            }
        }
    }

    private static MemorySegment pointer(MemorySegment pointers, long index) {
        return pointers.reinterpret((index + 1) * ADDRESS.byteSize()).getAtIndex(ADDRESS, index);
    }

    private void leave() {
        if (users.decrementAndGet() == 0) {
            array.release();
            array.close();
        }
    }

    /// Leaves the array to the vectors that have its buffers.
    @Override
    public void close() {
        leave();
    }
}
