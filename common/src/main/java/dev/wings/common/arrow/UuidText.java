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

/// The text of a UUID, `8-4-4-4-12` hexadecimal digits (RFC 9562, section 4).
final class UuidText {

    private static final int LENGTH = 36;

    private UuidText() {}

    /// Writes the 16 bytes of the UUID whose text is there, and returns whether the text is one.
    static boolean read(MemorySegment text, long start, int size, MemorySegment target, long at) {
        if (size != LENGTH) {
            return false;
        }
        long to = at;
        int digit = -1;
        for (int i = 0; i < LENGTH; i++) {
            byte c = text.get(ValueLayout.JAVA_BYTE, start + i);
            if (i == 8 || i == 13 || i == 18 || i == 23) {
                if (c != '-') {
                    return false;
                }
                continue;
            }
            // of ASCII only
            int value = c < 0 || !isHexadecimal((char) c) ? -1 : Character.digit((char) c, 16);
            if (value < 0) {
                return false;
            }
            if (digit < 0) {
                digit = value;
            } else {
                target.set(ValueLayout.JAVA_BYTE, to++, (byte) (digit << 4 | value));
                digit = -1;
            }
        }
        return true;
    }

    private static boolean isHexadecimal(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }
}
