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

/// Bitmaps as Arrow has them: least significant bit first.
final class Bits {

    private Bits() {}

    static boolean isSet(MemorySegment bits, long position) {
        return (bits.get(ValueLayout.JAVA_BYTE, position >>> 3) >>> (position & 7) & 1) != 0;
    }

    static void set(MemorySegment bits, long position) {
        long at = position >>> 3;
        bits.set(ValueLayout.JAVA_BYTE, at, (byte) (bits.get(ValueLayout.JAVA_BYTE, at) | 1 << (position & 7)));
    }

    /// Bytes that hold that many bits.
    static long bytes(long bits) {
        return (bits + 7) >>> 3;
    }

    /// How many of the first `length` bits are set.
    static long countSet(MemorySegment bits, long length) {
        long count = 0;
        long words = length >>> 6;
        for (long i = 0; i < words; i++) {
            count += Long.bitCount(bits.get(ArrayData.LONG, i << 3));
        }
        for (long i = words << 6; i < length; i++) {
            count += isSet(bits, i) ? 1 : 0;
        }
        return count;
    }
}
