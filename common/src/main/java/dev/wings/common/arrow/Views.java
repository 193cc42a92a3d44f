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

/// The views of an array of [Layout#VIEW]: 16 bytes each, that hold a short value or say where a long one is.
///
/// @param views one after the other
/// @param data the buffers that long values are in
@SuppressWarnings("ArrayRecordComponent") // read-only, and never handed on
record Views(MemorySegment views, MemorySegment[] data) {

    static final int BYTES = 16;

    /// Values up to this length stand in the view itself.
    private static final int INLINE_BYTES = 12;

    private static final int PREFIX_OFFSET = 4;
    private static final int BUFFER_OFFSET = 8;
    private static final int START_OFFSET = 12;

    static Views of(ArrayData array) {
        MemorySegment[] data = new MemorySegment[array.buffers().size() - 1];
        for (int i = 0; i < data.length; i++) {
            data[i] = array.memory(i + 1);
        }
        return new Views(array.memory(0), data);
    }

    /// Whether the value lies in its buffer and starts as the view says. The other methods rely on it.
    boolean isInside(int position) {
        long at = (long) position * BYTES;
        int length = views.get(ArrayData.INT, at);
        if (length <= INLINE_BYTES) {
            return length >= 0;
        }
        int buffer = views.get(ArrayData.INT, at + BUFFER_OFFSET);
        int start = views.get(ArrayData.INT, at + START_OFFSET);
        return buffer >= 0
                && buffer < data.length
                && start >= 0
                && length <= data[buffer].byteSize() - start
                && data[buffer].get(ArrayData.INT, start) == views.get(ArrayData.INT, at + PREFIX_OFFSET);
    }

    int length(int position) {
        return views.get(ArrayData.INT, (long) position * BYTES);
    }

    /// The memory that holds the value.
    MemorySegment memory(int position) {
        return length(position) <= INLINE_BYTES
                ? views
                : data[views.get(ArrayData.INT, (long) position * BYTES + BUFFER_OFFSET)];
    }

    /// Where in that memory the value starts.
    long start(int position) {
        long at = (long) position * BYTES;
        return length(position) <= INLINE_BYTES ? at + PREFIX_OFFSET : views.get(ArrayData.INT, at + START_OFFSET);
    }
}
