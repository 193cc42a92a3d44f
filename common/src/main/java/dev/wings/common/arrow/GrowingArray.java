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

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// A canonical array to which others of its type are appended: what a dictionary with deltas is. Buffers grow by
/// halves of themselves, so that many small deltas cost no more than one large dictionary.
///
/// Appending changes no value that is there, but may move it: arrays from before are not to be used any more.
final class GrowingArray {

    private final Layout layout;
    private final int width;
    private final GrowingBuffer validity;
    private final List<GrowingBuffer> buffers = new ArrayList<>();
    private final List<GrowingArray> children = new ArrayList<>();
    private int length;
    private int nullCount;

    private GrowingArray(ArrayData shape, BatchMemory memory) {
        this.layout = shape.layout();
        this.width = shape.width();
        this.validity = new GrowingBuffer(memory);
        for (int i = 0; i < layout.buffers(); i++) {
            buffers.add(new GrowingBuffer(memory));
        }
        shape.children().forEach(child -> children.add(new GrowingArray(child, memory)));
        if (hasOffsets()) {
            buffers.getFirst().ensure(Integer.BYTES).set(ArrayData.INT, 0, 0);
        }
    }

    /// An array of the layout of `first`, with its values.
    static GrowingArray of(ArrayData first, BatchMemory memory) {
        GrowingArray array = new GrowingArray(first, memory);
        array.append(first);
        return array;
    }

    void append(ArrayData more) {
        append(more, 0, more.length());
    }

    /// All values, valid until more are appended.
    ArrayData array() {
        return new ArrayData(
                layout,
                width,
                length,
                nullCount,
                nullCount == 0 ? Buf.EMPTY : validity.slice(Bits.bytes(length)),
                slices(),
                children.stream().map(GrowingArray::array).toList());
    }

    private List<Buf> slices() {
        return switch (layout) {
            case BITS -> List.of(buffers.getFirst().slice(Bits.bytes(length)));
            case FIXED -> List.of(buffers.getFirst().slice((long) length * width));
            case VARIABLE ->
                List.of(
                        buffers.getFirst().slice((length + 1L) * Integer.BYTES),
                        buffers.getLast().slice(end()));
            case LIST -> List.of(buffers.getFirst().slice((length + 1L) * Integer.BYTES));
            case STRUCT -> List.of();
            case NULL, LARGE_VARIABLE, VIEW, LARGE_LIST, LIST_VIEW, LARGE_LIST_VIEW, FIXED_LIST -> throw notCanonical();
        };
    }

    /// Appends the values `[start, start + count)`.
    private void append(ArrayData more, int start, int count) {
        long total = Take.checkedOffset((long) length + count);
        MemorySegment bits = validity.ensure(Bits.bytes(total));
        for (int i = 0; i < count; i++) {
            if (more.isNull(start + i)) {
                nullCount++;
            } else {
                Bits.set(bits, (long) length + i);
            }
        }
        switch (layout) {
            case BITS -> {
                MemorySegment to = buffers.getFirst().ensure(Bits.bytes(total));
                for (int i = 0; i < count; i++) {
                    if (Bits.isSet(more.memory(0), (long) start + i)) {
                        Bits.set(to, (long) length + i);
                    }
                }
            }
            case FIXED ->
                MemorySegment.copy(
                        more.memory(0),
                        (long) start * width,
                        buffers.getFirst().ensure(total * width),
                        (long) length * width,
                        (long) count * width);
            case VARIABLE -> {
                long from = ArrayChecks.offset(more, start);
                long bytes = ArrayChecks.offset(more, start + count) - from;
                long to = end();
                MemorySegment.copy(more.memory(1), from, buffers.getLast().ensure(to + bytes), to, bytes);
                appendOffsets(more, start, count);
            }
            case LIST -> {
                int from = (int) ArrayChecks.offset(more, start);
                int elements = (int) ArrayChecks.offset(more, start + count) - from;
                children.getFirst().append(more.children().getFirst(), from, elements);
                appendOffsets(more, start, count);
            }
            case STRUCT -> {
                for (int i = 0; i < children.size(); i++) {
                    children.get(i).append(more.children().get(i), start, count);
                }
            }
            case NULL, LARGE_VARIABLE, VIEW, LARGE_LIST, LIST_VIEW, LARGE_LIST_VIEW, FIXED_LIST -> throw notCanonical();
        }
        length += count;
    }

    private void appendOffsets(ArrayData more, int start, int count) {
        long shift = end() - ArrayChecks.offset(more, start);
        MemorySegment offsets = buffers.getFirst().ensure((length + count + 1L) * Integer.BYTES);
        for (int i = 1; i <= count; i++) {
            int offset = Take.checkedOffset(ArrayChecks.offset(more, start + i) + shift);
            offsets.set(ArrayData.INT, ((long) length + i) * Integer.BYTES, offset);
        }
    }

    /// The last offset.
    private int end() {
        return buffers.getFirst().segment().get(ArrayData.INT, (long) length * Integer.BYTES);
    }

    private boolean hasOffsets() {
        return layout == Layout.VARIABLE || layout == Layout.LIST;
    }

    private IllegalStateException notCanonical() {
        return new IllegalStateException("not a canonical array: layout=" + layout);
    }

    /// Memory that grows; zeros where nothing was written.
    private static final class GrowingBuffer {

        private static final long MIN_BYTES = 64;

        private final BatchMemory memory;
        private Buf buf = Buf.EMPTY;

        GrowingBuffer(BatchMemory memory) {
            this.memory = memory;
        }

        /// The memory, at least so many bytes.
        MemorySegment ensure(long bytes) {
            if (bytes > buf.length()) {
                buf = memory.grow(buf, Math.max(MIN_BYTES, bytes));
            }
            return buf.segment();
        }

        MemorySegment segment() {
            return buf.segment();
        }

        Buf slice(long bytes) {
            return buf.slice(0, bytes);
        }
    }
}
