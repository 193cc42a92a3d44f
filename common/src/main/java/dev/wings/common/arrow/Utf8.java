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

/// Checks of UTF-8 text in memory.
final class Utf8 {

    private static final long NON_ASCII_BITS = 0x8080808080808080L;
    private static final int BLOCK = 4 * Long.BYTES;

    private Utf8() {}

    /// Whether bytes `[start, end)` are all ASCII.
    static boolean isAscii(MemorySegment text, long start, long end) {
        return asciiEnd(text, start, end) == end;
    }

    /// Whether bytes `[start, end)` are well-formed UTF-8: table 3-7 of the Unicode standard.
    static boolean isValid(MemorySegment text, long start, long end) {
        long at = asciiEnd(text, start, end);
        while (at < end) {
            int first = text.get(ValueLayout.JAVA_BYTE, at);
            if (first >= 0) {
                at = asciiEnd(text, at, end);
                continue;
            }
            int length = sequenceLength(text, at, end);
            if (length == 0) {
                return false;
            }
            at += length;
        }
        return true;
    }

    /// Whether the byte is not the first of a character.
    static boolean isContinuation(MemorySegment text, long at) {
        return (text.get(ValueLayout.JAVA_BYTE, at) & 0xC0) == 0x80;
    }

    /// The end of the run of ASCII that starts at `start`.
    private static long asciiEnd(MemorySegment text, long start, long end) {
        long at = start;
        while (end - at >= BLOCK) {
            long bits = text.get(ArrayData.LONG, at)
                    | text.get(ArrayData.LONG, at + 8)
                    | text.get(ArrayData.LONG, at + 16)
                    | text.get(ArrayData.LONG, at + 24);
            if ((bits & NON_ASCII_BITS) != 0) {
                break;
            }
            at += BLOCK;
        }
        for (; end - at >= Long.BYTES; at += Long.BYTES) {
            long bits = text.get(ArrayData.LONG, at) & NON_ASCII_BITS;
            if (bits != 0) {
                return at + (Long.numberOfTrailingZeros(bits) >>> 3);
            }
        }
        while (at < end && text.get(ValueLayout.JAVA_BYTE, at) >= 0) {
            at++;
        }
        return at;
    }

    /// Length of the sequence of two to four bytes at `at`; 0 if it is not well-formed.
    private static int sequenceLength(MemorySegment text, long at, long end) {
        int first = text.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
        if (first < 0xC2 || first > 0xF4) {
            return 0;
        }
        int length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        if (end - at < length) {
            return 0;
        }
        int second = text.get(ValueLayout.JAVA_BYTE, at + 1) & 0xFF;
        // The first byte narrows the second: no overlong forms, no surrogates, nothing above U+10FFFF.
        int lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
        int highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
        if (second < lowest || second > highest) {
            return 0;
        }
        for (int i = 2; i < length; i++) {
            if (!isContinuation(text, at + i)) {
                return 0;
            }
        }
        return length;
    }
}
