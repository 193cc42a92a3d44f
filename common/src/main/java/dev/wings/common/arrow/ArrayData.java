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
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/// An Arrow array in memory: what a column is made of. Its buffers are as long as its layout and length need,
/// which is checked when it is read ([ArrayReader]).
///
/// @param width bytes per value for [Layout#FIXED], values per list for [Layout#FIXED_LIST], else 0
/// @param nullCount the exact number of nulls
/// @param validity a bit per value, or empty if there are no nulls
/// @param buffers the others, in the order of the layout
record ArrayData(
        Layout layout,
        int width,
        int length,
        int nullCount,
        Buf validity,
        List<Buf> buffers,
        List<ArrayData> children) {

    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    boolean isNull(int position) {
        return nullCount != 0 && (layout == Layout.NULL || !Bits.isSet(validity.segment(), position));
    }

    /// The buffer at that place of the layout, readable.
    MemorySegment memory(int buffer) {
        return buffers.get(buffer).segment();
    }

    /// The same values in another layout.
    ArrayData with(Layout newLayout, List<Buf> newBuffers, List<ArrayData> newChildren) {
        return new ArrayData(newLayout, 0, length, nullCount, validity, newBuffers, newChildren);
    }
}
