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
import org.apache.arrow.memory.ArrowBuf;
import org.jspecify.annotations.Nullable;

/// A buffer of an array: a range of an Arrow buffer that somebody else keeps alive. Read through `segment`,
/// where every access is checked against the range.
///
/// @param base null for the empty range
/// @param offset in `base`
record Buf(@Nullable ArrowBuf base, long offset, MemorySegment segment) {

    static final Buf EMPTY = new Buf(null, 0, MemorySegment.NULL);

    /// The range `[offset, offset + length)` of `base`, which the caller has checked.
    @SuppressWarnings("restricted") // inside of the buffer, by the check above
    static Buf of(ArrowBuf base, long offset, long length) {
        if (offset < 0 || length < 0 || offset > base.capacity() - length) {
            throw new IllegalStateException("range outside of the buffer: offset=" + offset + ", length=" + length
                    + ", capacity=" + base.capacity());
        }
        if (length == 0) {
            return EMPTY;
        }
        return new Buf(
                base,
                offset,
                MemorySegment.ofAddress(base.memoryAddress() + offset).reinterpret(length));
    }

    long length() {
        return segment.byteSize();
    }

    /// The range `[from, from + length)` of this one.
    Buf slice(long from, long length) {
        return length == 0 || base == null ? EMPTY : new Buf(base, offset + from, segment.asSlice(from, length));
    }
}
