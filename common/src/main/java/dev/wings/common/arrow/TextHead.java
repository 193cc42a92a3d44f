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

import com.google.protobuf.ByteString;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// The beginning of a text in UTF-8, and how long all of it is. Heads are ordered as the bytes of the texts are.
///
/// @param first eight bytes, as an unsigned number that is ordered as they are; what is not there counts as zeros
/// @param second eight bytes after those
record TextHead(long first, long second, int length) {

    /// This many bytes of a text are looked at.
    static final int BYTES = 2 * Long.BYTES;

    static TextHead least(TextHead a, TextHead b) {
        return compare(a.first, a.second, a.length, b) <= 0 ? a : b;
    }

    static TextHead greatest(TextHead a, TextHead b) {
        return compare(a.first, a.second, a.length, b) >= 0 ? a : b;
    }

    private static int compare(long first, long second, int length, TextHead other) {
        int order = Long.compareUnsigned(first, other.first);
        if (order == 0) {
            order = Long.compareUnsigned(second, other.second);
        }
        // beyond the head, longer texts stand for all that begin so
        return order == 0 ? Integer.compare(length, other.length) : order;
    }

    /// A text that no text is below which begins so.
    ByteString lower() {
        return ByteString.copyFrom(bytes(), 0, wholeCharacters());
    }

    /// A text that no text is above which begins so: this one, or, if it was cut, the next after all that begin so.
    /// Empty if there is none.
    Optional<ByteString> upper() {
        byte[] bytes = bytes();
        int end = wholeCharacters();
        if (length <= BYTES) {
            return Optional.of(ByteString.copyFrom(bytes, 0, end));
        }
        while (end > 0) {
            int start = end - 1;
            while (start > 0 && isContinuation(bytes[start])) {
                start--;
            }
            int next = codePoint(bytes, start, end) + 1;
            if (next == Character.MIN_SURROGATE) {
                next = Character.MAX_SURROGATE + 1;
            }
            if (next <= Character.MAX_CODE_POINT) {
                return Optional.of(
                        ByteString.copyFrom(bytes, 0, start).concat(ByteString.copyFromUtf8(Character.toString(next))));
            }
            end = start;
        }
        return Optional.empty();
    }

    private byte[] bytes() {
        byte[] bytes = new byte[BYTES];
        for (int i = 0; i < Long.BYTES; i++) {
            int shift = (Long.BYTES - 1 - i) * Byte.SIZE;
            bytes[i] = (byte) (first >>> shift);
            bytes[Long.BYTES + i] = (byte) (second >>> shift);
        }
        return bytes;
    }

    /// How many bytes of the head are characters that are not cut.
    private int wholeCharacters() {
        if (length <= BYTES) {
            return length;
        }
        byte[] bytes = bytes();
        int start = BYTES - 1;
        while (start > 0 && isContinuation(bytes[start])) {
            start--;
        }
        return start + characterBytes(bytes[start]) <= BYTES ? BYTES : start;
    }

    private static boolean isContinuation(byte unit) {
        return (unit & 0xC0) == 0x80;
    }

    private static int characterBytes(byte first) {
        int unit = first & 0xFF;
        return unit < 0x80 ? 1 : unit < 0xE0 ? 2 : unit < 0xF0 ? 3 : 4;
    }

    private static int codePoint(byte[] bytes, int start, int end) {
        int unit = bytes[start] & 0xFF;
        int point = switch (end - start) {
            case 1 -> unit;
            case 2 -> unit & 0x1F;
            case 3 -> unit & 0x0F;
            default -> unit & 0x07;
        };
        for (int i = start + 1; i < end; i++) {
            point = (point << 6) | (bytes[i] & 0x3F);
        }
        return point;
    }

    /// The least and the greatest of some texts, of which there is at least one when it is asked.
    static final class Range {

        private final MemorySegment data;
        private boolean any;
        private long minFirst;
        private long minSecond;
        private int minLength;
        private long maxFirst;
        private long maxSecond;
        private int maxLength;

        Range(MemorySegment data) {
            this.data = data;
        }

        /// Most texts are told apart by their first eight bytes.
        void add(long start, int length) {
            long first = word(start, length);
            if (!any) {
                any = true;
                minFirst = first;
                minSecond = word(start + Long.BYTES, length - Long.BYTES);
                minLength = length;
                maxFirst = first;
                maxSecond = minSecond;
                maxLength = length;
                return;
            }
            int toMin = Long.compareUnsigned(first, minFirst);
            int toMax = Long.compareUnsigned(first, maxFirst);
            if (toMin > 0 && toMax < 0) {
                return;
            }
            long second = word(start + Long.BYTES, length - Long.BYTES);
            if (toMin < 0 || (toMin == 0 && isBelow(second, length, minSecond, minLength))) {
                minFirst = first;
                minSecond = second;
                minLength = length;
            }
            if (toMax > 0 || (toMax == 0 && isBelow(maxSecond, maxLength, second, length))) {
                maxFirst = first;
                maxSecond = second;
                maxLength = length;
            }
        }

        private static boolean isBelow(long second, int length, long otherSecond, int otherLength) {
            int order = Long.compareUnsigned(second, otherSecond);
            return order < 0 || (order == 0 && length < otherLength);
        }

        private long word(long start, int length) {
            if (length <= 0) {
                return 0;
            }
            if (start + Long.BYTES <= data.byteSize()) {
                // bytes of the next text may follow
                int others = Math.max(0, Long.BYTES - length) * Byte.SIZE;
                return Long.reverseBytes(data.get(ArrayData.LONG, start)) >>> others << others;
            }
            long word = 0;
            for (int i = 0; i < Long.BYTES; i++) {
                word = word << Byte.SIZE | (i < length ? data.get(ValueLayout.JAVA_BYTE, start + i) & 0xFF : 0);
            }
            return word;
        }

        TextHead least() {
            return new TextHead(minFirst, minSecond, minLength);
        }

        TextHead greatest() {
            return new TextHead(maxFirst, maxSecond, maxLength);
        }
    }
}
