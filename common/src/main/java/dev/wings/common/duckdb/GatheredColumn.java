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

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BufferLayout;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TypeLayout;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/// The values of one column of several arrays, one array behind the other, each buffer copied once.
/// The layouts are those of <https://arrow.apache.org/docs/format/Columnar.html>.
final class GatheredColumn implements AutoCloseable {

    /// What a buffer holds, and so how two are joined.
    private enum Content {
        VALIDITY,
        BITS,
        FIXED,
        /// Where texts begin and end in the next buffer.
        TEXT_OFFSETS,
        TEXTS,
        /// Where lists begin and end in the only child.
        LIST_OFFSETS
    }

    private record Layout(Content content, int bytes) {}

    private final List<Layout> layouts;
    private final List<GrowingBuffer> buffers;
    private final List<GatheredColumn> children;
    private int length;
    private int nulls;

    GatheredColumn(Field field, BufferAllocator allocator) {
        this.layouts = layouts(field);
        this.buffers =
                layouts.stream().map(layout -> new GrowingBuffer(allocator)).toList();
        this.children = field.getChildren().stream()
                .map(child -> new GatheredColumn(child, allocator))
                .toList();
    }

    private static List<Layout> layouts(Field field) {
        List<Layout> layouts = new ArrayList<>();
        boolean afterOffsets = false;
        for (BufferLayout layout : TypeLayout.getTypeLayout(field.getType()).getBufferLayouts()) {
            int bits = layout.getTypeBitWidth();
            Content content = switch (layout.getType()) {
                case VALIDITY -> Content.VALIDITY;
                case OFFSET -> field.getChildren().isEmpty() ? Content.TEXT_OFFSETS : Content.LIST_OFFSETS;
                case DATA -> afterOffsets ? Content.TEXTS : bits == 1 ? Content.BITS : Content.FIXED;
                case TYPE -> Content.FIXED;
                case SIZE, VIEWS, VARIADIC_DATA_BUFFERS ->
                    throw new IllegalStateException("no array of this type can be gathered: field=" + field);
            };
            afterOffsets = layout.getType() == BufferLayout.BufferType.OFFSET;
            if (afterOffsets && bits != Integer.SIZE) {
                throw new IllegalStateException("no array of this type can be gathered: field=" + field);
            }
            // not what the layout says
            boolean types = layout.getType() == BufferLayout.BufferType.TYPE;
            layouts.add(new Layout(content, types ? Byte.BYTES : bits / Byte.SIZE));
        }
        return List.copyOf(layouts);
    }

    /// Adds the values of an array.
    void add(CArray array) {
        if (array.childCount() != children.size()) {
            throw new IllegalStateException("an array has other children than was said: expected=" + children.size()
                    + ", found=" + array.childCount());
        }
        int more = array.length();
        for (int i = 0; i < layouts.size(); i++) {
            add(i, array, more);
        }
        for (int i = 0; i < children.size(); i++) {
            children.get(i).add(array.child(i));
        }
        length = Math.addExact(length, more);
        nulls += array.nullCount();
    }

    private void add(int index, CArray array, int more) {
        GrowingBuffer buffer = buffers.get(index);
        long from = array.buffer(index);
        switch (layouts.get(index).content()) {
            case VALIDITY -> addValidity(buffer, from, array.nullCount(), more);
            case BITS -> addBits(buffer, from, more);
            case FIXED -> buffer.append(from, more * (long) layouts.get(index).bytes());
            case TEXT_OFFSETS -> addTexts(buffer, buffers.get(index + 1), from, array.buffer(index + 1), more);
            case TEXTS -> {
                // such a buffer is added together with its offsets
            }
            case LIST_OFFSETS -> addLists(buffer, from, array.child(0).length(), more);
        }
    }

    /// Adds to the validity buffer, which exists from the first null on.
    private void addValidity(GrowingBuffer buffer, long from, int moreNulls, int more) {
        if (nulls == 0 && moreNulls > 0) {
            fillBits(buffer, length);
        }
        if (moreNulls > 0) {
            addBits(buffer, from, more);
        } else if (nulls > 0) {
            addOnes(buffer, more);
        }
    }

    private static void fillBits(GrowingBuffer buffer, int count) {
        long start = buffer.extend((count + 7) / 8);
        MemoryUtil.setMemory(start, count / 8, (byte) 0xff);
        if (count % 8 > 0) {
            MemoryUtil.putByte(start + count / 8, (byte) ((1 << count % 8) - 1));
        }
    }

    private void addOnes(GrowingBuffer buffer, int more) {
        extendBits(buffer, more);
        for (int i = length; i < length + more; i++) {
            long at = buffer.address() + i / 8;
            MemoryUtil.putByte(at, (byte) (MemoryUtil.getByte(at) | 1 << i % 8));
        }
    }

    /// Adds bits. Those behind the last value, in the old bits or the new ones, mean nothing.
    private void addBits(GrowingBuffer buffer, long from, int more) {
        extendBits(buffer, more);
        int shift = length % 8;
        long to = buffer.address() + length / 8;
        for (int i = 0; i < (more + 7) / 8; i++) {
            int used = Math.min(8, more - 8 * i);
            int bits = MemoryUtil.getByte(from + i) & (0xff >>> (8 - used));
            MemoryUtil.putByte(to + i, (byte) (MemoryUtil.getByte(to + i) | bits << shift));
            if (shift + used > 8) {
                MemoryUtil.putByte(to + i + 1, (byte) (bits >>> (8 - shift)));
            }
        }
    }

    private void extendBits(GrowingBuffer buffer, int more) {
        buffer.extend((length + more + 7) / 8 - buffer.size());
    }

    private static void addTexts(GrowingBuffer offsets, GrowingBuffer texts, long from, long fromTexts, int more) {
        int first = more == 0 ? 0 : MemoryUtil.getInt(from);
        int last = more == 0 ? 0 : MemoryUtil.getInt(from + more * (long) Integer.BYTES);
        addOffsets(offsets, from, more, Math.toIntExact(texts.size() - first), Math.toIntExact(texts.size() + last));
        texts.append(fromTexts + first, last - first);
    }

    private void addLists(GrowingBuffer offsets, long from, int elements, int more) {
        int first = more == 0 ? 0 : MemoryUtil.getInt(from);
        int last = more == 0 ? 0 : MemoryUtil.getInt(from + more * (long) Integer.BYTES);
        if (first != 0 || last != elements) {
            throw new IllegalStateException("the elements of an array are not those of its lists: first=" + first
                    + ", last=" + last + ", elements=" + elements);
        }
        int before = children.getFirst().length;
        addOffsets(offsets, from, more, before, Math.addExact(before, elements));
    }

    /// @param shift what is added to each offset
    /// @param largest the last offset after the shift, computed without an overflow: the others are smaller
    private static void addOffsets(GrowingBuffer offsets, long from, int more, int shift, int largest) {
        if (largest < 0) {
            throw new IllegalStateException("offsets are too large: " + largest);
        }
        if (offsets.size() == 0) {
            offsets.appendInt(0);
        }
        long to = offsets.extend(more * (long) Integer.BYTES);
        for (int i = 0; i < more; i++) {
            long at = i * (long) Integer.BYTES;
            MemoryUtil.putInt(to + at, MemoryUtil.getInt(from + at + Integer.BYTES) + shift);
        }
    }

    /// How many bytes were gathered.
    long bytes() {
        long bytes = 0;
        for (GrowingBuffer buffer : buffers) {
            bytes += buffer.size();
        }
        for (GatheredColumn child : children) {
            bytes += child.bytes();
        }
        return bytes;
    }

    /// Replaces the values of `vector` by those that were gathered, and leaves nothing here.
    void moveTo(FieldVector vector) {
        for (int i = 0; i < children.size(); i++) {
            children.get(i).moveTo(vector.getChildrenFromFields().get(i));
        }
        // null is a validity buffer that says nothing
        List<@Nullable ArrowBuf> filled = new ArrayList<>(buffers.size());
        try {
            for (int i = 0; i < buffers.size(); i++) {
                boolean allValid = nulls == 0 && layouts.get(i).content() == Content.VALIDITY;
                filled.add(allValid ? null : buffers.get(i).take());
            }
            vector.loadFieldBuffers(new ArrowFieldNode(length, nulls), filled);
        } finally {
            for (ArrowBuf buffer : filled) {
                if (buffer != null) {
                    buffer.close();
                }
            }
        }
        length = 0;
        nulls = 0;
    }

    /// Drops what was gathered.
    @Override
    public void close() {
        buffers.forEach(GrowingBuffer::close);
        children.forEach(GatheredColumn::close);
        length = 0;
        nulls = 0;
    }
}
