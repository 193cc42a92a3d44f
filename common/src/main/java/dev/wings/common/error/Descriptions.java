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
package dev.wings.common.error;

/// Shortens the texts of failures for their way to a client. They travel in a header, and clients take 8 KiB at
/// most for all headers together; when a text is longer, they say that the server is broken.
final class Descriptions {

    /// Counts bytes as they travel: those that are no printable ASCII take three.
    private static final int MAX_BYTES = 4 << 10;

    /// How much of the end is kept: most of what matters is at the start, but the place in a statement is at
    /// the end.
    private static final int MAX_END_BYTES = 1 << 10;

    private static final String CUT = " ... ";

    private Descriptions() {}

    static String shortened(String text) {
        if (prefix(text, MAX_BYTES) == text.length()) {
            return text;
        }
        int start = prefix(text, MAX_BYTES - MAX_END_BYTES - CUT.length());
        return text.substring(0, start) + CUT + text.substring(suffix(text));
    }

    /// How many characters of the start fit.
    private static int prefix(String text, int limit) {
        int bytes = 0;
        int position = 0;
        while (position < text.length()) {
            int c = text.codePointAt(position);
            bytes += bytes(c);
            if (bytes > limit) {
                return position;
            }
            position += Character.charCount(c);
        }
        return position;
    }

    /// Where the part of the end begins that fits.
    private static int suffix(String text) {
        int bytes = 0;
        int position = text.length();
        while (position > 0) {
            int c = text.codePointBefore(position);
            bytes += bytes(c);
            if (bytes > MAX_END_BYTES) {
                return position;
            }
            position -= Character.charCount(c);
        }
        return position;
    }

    private static int bytes(int c) {
        if (c >= ' ' && c <= '~' && c != '%') {
            return 1;
        }
        return c < 0x80 ? 3 : c < 0x800 ? 6 : c < 0x10000 ? 9 : 12;
    }
}
