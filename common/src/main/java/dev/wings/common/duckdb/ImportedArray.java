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

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.c.ArrowArray;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ForeignAllocation;
import org.apache.arrow.memory.util.MemoryUtil;
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

    private final BufferAllocator allocator;
    private final ArrowArray array;

    /// Counts the buffers that are in use, and this itself until [#close].
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
        CArray rows = new CArray(array.memoryAddress());
        loadChildren(rows, root.getFieldVectors());
        root.setRowCount(rows.length());
    }

    private void loadChildren(CArray parent, List<FieldVector> vectors) {
        if (parent.childCount() != vectors.size()) {
            throw new IllegalStateException("an array has other children than was said: expected=" + vectors.size()
                    + ", found=" + parent.childCount());
        }
        for (int i = 0; i < vectors.size(); i++) {
            load(parent.child(i), vectors.get(i));
        }
    }

    private void load(CArray values, FieldVector vector) {
        loadChildren(values, vector.getChildrenFromFields());
        List<BufferLayout> layouts =
                TypeLayout.getTypeLayout(vector.getField().getType()).getBufferLayouts();
        int length = values.length();
        // null is a validity buffer that says nothing
        List<@Nullable ArrowBuf> buffers = new ArrayList<>(layouts.size());
        try {
            for (int i = 0; i < layouts.size(); i++) {
                long address = values.buffer(i);
                buffers.add(
                        address != 0
                                ? buffer(address, bytes(layouts, i, values))
                                : i == 0 ? null : allocator.getEmpty());
            }
            vector.loadFieldBuffers(new ArrowFieldNode(length, values.nullCount()), buffers);
        } finally {
            for (ArrowBuf buffer : buffers) {
                if (buffer != null) {
                    buffer.close();
                }
            }
        }
    }

    /// How long a buffer is, which the struct does not say: <https://arrow.apache.org/docs/format/Columnar.html>
    private static long bytes(List<BufferLayout> layouts, int index, CArray values) {
        long length = values.length();
        BufferLayout layout = layouts.get(index);
        return switch (layout.getType()) {
            case OFFSET -> (length + 1) * (layout.getTypeBitWidth() / 8);
            case DATA -> {
                BufferLayout before = layouts.get(index - 1);
                if (before.getType() != BufferLayout.BufferType.OFFSET) {
                    yield (length * layout.getTypeBitWidth() + 7) / 8;
                }
                int width = before.getTypeBitWidth() / 8;
                long last = values.buffer(index - 1) + length * width;
                yield width == Integer.BYTES ? MemoryUtil.getInt(last) : MemoryUtil.getLong(last);
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
