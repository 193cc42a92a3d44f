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

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BufferLayout;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TypeLayout;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.types.UnionMode;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/// The values of vectors of one type, one vector behind the other, buffer by buffer, in memory that is exactly as
/// large as they are.
@SuppressWarnings("restricted")
final class JoinedVectors {

    /// The vectors to join, those without rows too: lists count what their children hold.
    private final List<FieldVector> parts;

    private final BufferAllocator allocator;
    private final List<BufferLayout> layouts;
    private final long count;
    private final long nulls;

    private JoinedVectors(List<FieldVector> parts, ArrowType type, BufferAllocator allocator) {
        this.parts = parts;
        this.allocator = allocator;
        this.layouts = TypeLayout.getTypeLayout(type).getBufferLayouts();
        this.count = parts.stream().mapToLong(FieldVector::getValueCount).sum();
        this.nulls = parts.stream().mapToLong(FieldVector::getNullCount).sum();
    }

    /// Whether vectors of a field can be joined. No engine and no page gives out others.
    static boolean isJoinable(Field field) {
        boolean simple = switch (field.getType()) {
            case ArrowType.Union union -> union.getMode() == UnionMode.Sparse;
            case ArrowType.ListView ignored -> false;
            case ArrowType.LargeListView ignored -> false;
            case ArrowType.Utf8View ignored -> false;
            case ArrowType.BinaryView ignored -> false;
            case ArrowType.RunEndEncoded ignored -> false;
            case ArrowType.ExtensionType ignored -> false;
            default -> field.getDictionary() == null;
        };
        return simple && field.getChildren().stream().allMatch(JoinedVectors::isJoinable);
    }

    /// Replaces the values of `into` by those of `parts`.
    static void join(List<FieldVector> parts, FieldVector into, BufferAllocator allocator) {
        List<FieldVector> children = into.getChildrenFromFields();
        for (int i = 0; i < children.size(); i++) {
            int child = i;
            join(
                    parts.stream()
                            .map(part -> part.getChildrenFromFields().get(child))
                            .toList(),
                    children.get(i),
                    allocator);
        }
        new JoinedVectors(parts, into.getField().getType(), allocator).loadInto(into);
    }

    private void loadInto(FieldVector into) {
        // null is a validity buffer that says nothing
        List<@Nullable ArrowBuf> buffers = new ArrayList<>(layouts.size());
        try {
            for (int i = 0; i < layouts.size(); i++) {
                boolean allValid = nulls == 0 && layouts.get(i).getType() == BufferLayout.BufferType.VALIDITY;
                buffers.add(allValid ? null : buffer(i));
            }
            into.loadFieldBuffers(new ArrowFieldNode(count, nulls), buffers);
        } finally {
            for (ArrowBuf buffer : buffers) {
                if (buffer != null) {
                    buffer.close();
                }
            }
        }
    }

    private ArrowBuf buffer(int index) {
        int width = layouts.get(index).getTypeBitWidth();
        boolean ofTexts = index > 0 && layouts.get(index - 1).getType() == BufferLayout.BufferType.OFFSET;
        return switch (layouts.get(index).getType()) {
            case VALIDITY -> bits(index);
            case TYPE -> fixed(index, Byte.BYTES);
            case OFFSET -> offsets(index, width);
            case DATA -> ofTexts ? texts(index) : width == 1 ? bits(index) : fixed(index, width / 8);
            case SIZE, VIEWS, VARIADIC_DATA_BUFFERS ->
                throw new IllegalStateException("no such vectors can be joined: layout=" + layouts.get(index));
        };
    }

    private ArrowBuf fixed(int index, int width) {
        ArrowBuf all = allocator.buffer(count * width);
        MemorySegment to = memory(all, count * width);
        long position = 0;
        for (FieldVector part : parts) {
            long bytes = (long) part.getValueCount() * width;
            copy(part, index, 0, to, position, bytes);
            position += bytes;
        }
        return all.writerIndex(position);
    }

    private ArrowBuf bits(int index) {
        long bytes = (count + 7) / 8;
        ArrowBuf all = allocator.buffer(bytes);
        MemorySegment to = memory(all, bytes).fill((byte) 0);
        long position = 0;
        for (FieldVector part : parts) {
            int length = part.getValueCount();
            if (length > 0) {
                copyBits(memory(part.getFieldBuffers().get(index), (length + 7L) / 8), length, to, position);
            }
            position += length;
        }
        return all.writerIndex(bytes);
    }

    private static void copyBits(MemorySegment from, int length, MemorySegment to, long position) {
        int shift = (int) (position % 8);
        long first = position / 8;
        for (int i = 0; i < (length + 7) / 8; i++) {
            int used = Math.min(8, length - 8 * i);
            int bits = from.get(JAVA_BYTE, i) & (0xff >>> (8 - used));
            to.set(JAVA_BYTE, first + i, (byte) (to.get(JAVA_BYTE, first + i) | bits << shift));
            if (shift + used > 8) {
                to.set(JAVA_BYTE, first + i + 1, (byte) (bits >>> (8 - shift)));
            }
        }
    }

    /// Copies offsets from the second on, each larger by `more`. By addresses: there is one for each text of each
    /// result, and segments cost several times as much until they are hot. The slices check that both are large
    /// enough.
    private static void shift(MemorySegment from, int width, int length, MemorySegment to, long position, long more) {
        if (width == Long.SIZE) {
            for (int i = 1; i <= length; i++) {
                to.setAtIndex(JAVA_LONG, position + i - 1, from.getAtIndex(JAVA_LONG, i) + more);
            }
            return;
        }
        // they ascend: none is larger than the last
        Math.toIntExact(get(from, width, length) + more);
        long source = from.asSlice(0, (length + 1L) * Integer.BYTES).address();
        long target = to.asSlice(position * Integer.BYTES, (long) length * Integer.BYTES)
                .address();
        for (int i = 0; i < length; i++) {
            long at = (long) i * Integer.BYTES;
            MemoryUtil.putInt(target + at, (int) (MemoryUtil.getInt(source + at + Integer.BYTES) + more));
        }
    }

    /// Joins the offsets of texts or of lists: what they point into lies one part behind the other as well.
    private ArrowBuf offsets(int index, int width) {
        boolean ofLists = index + 1 == layouts.size();
        long bytes = (count + 1) * width / 8;
        ArrowBuf all = allocator.buffer(bytes);
        MemorySegment to = memory(all, bytes);
        set(to, width, 0, 0);
        long base = 0;
        long position = 1;
        for (FieldVector part : parts) {
            int length = part.getValueCount();
            if (length > 0) {
                MemorySegment from = offsets(part, index, width);
                long start = ofLists ? 0 : get(from, width, 0);
                if (ofLists && position == 1) {
                    set(to, width, 0, base + get(from, width, 0));
                }
                shift(from, width, length, to, position, base - start);
                position += length;
                base += ofLists ? 0 : get(from, width, length) - start;
            }
            base += ofLists ? part.getChildrenFromFields().getFirst().getValueCount() : 0;
        }
        return all.writerIndex(bytes);
    }

    private ArrowBuf texts(int index) {
        int width = layouts.get(index - 1).getTypeBitWidth();
        long bytes = 0;
        for (FieldVector part : parts) {
            bytes += textBytes(part, index, width);
        }
        ArrowBuf all = allocator.buffer(bytes);
        MemorySegment to = memory(all, bytes);
        long position = 0;
        for (FieldVector part : parts) {
            long length = textBytes(part, index, width);
            if (length > 0) {
                copy(part, index, get(offsets(part, index - 1, width), width, 0), to, position, length);
            }
            position += length;
        }
        return all.writerIndex(bytes);
    }

    private static long textBytes(FieldVector part, int index, int width) {
        if (part.getValueCount() == 0) {
            return 0;
        }
        MemorySegment offsets = offsets(part, index - 1, width);
        return get(offsets, width, part.getValueCount()) - get(offsets, width, 0);
    }

    private static MemorySegment offsets(FieldVector part, int index, int width) {
        return memory(part.getFieldBuffers().get(index), (part.getValueCount() + 1L) * width / 8);
    }

    private static long get(MemorySegment offsets, int width, long index) {
        return width == Integer.SIZE ? offsets.getAtIndex(JAVA_INT, index) : offsets.getAtIndex(JAVA_LONG, index);
    }

    private static void set(MemorySegment offsets, int width, long index, long value) {
        if (width == Integer.SIZE) {
            offsets.setAtIndex(JAVA_INT, index, Math.toIntExact(value));
        } else {
            offsets.setAtIndex(JAVA_LONG, index, value);
        }
    }

    private static void copy(FieldVector part, int index, long start, MemorySegment to, long position, long bytes) {
        if (bytes > 0) {
            MemorySegment from = memory(part.getFieldBuffers().get(index), start + bytes);
            MemorySegment.copy(from, start, to, position, bytes);
        }
    }

    private static MemorySegment memory(ArrowBuf buffer, long bytes) {
        if (buffer.capacity() < bytes) {
            throw new IllegalStateException(
                    "a buffer is shorter than its values: bytes=" + buffer.capacity() + ", expected=" + bytes);
        }
        return MemorySegment.ofAddress(buffer.memoryAddress()).reinterpret(bytes);
    }
}
