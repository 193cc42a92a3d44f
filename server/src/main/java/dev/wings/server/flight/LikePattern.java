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
package dev.wings.server.flight;

import dev.wings.common.error.WingsException;

/// A pattern of SQL's LIKE: `%` stands for any text, `_` for any character, and a backslash takes the next one
/// as it is.
///
/// It never goes back further than to the last `%`, so that no match takes longer than the length of the
/// pattern times that of the text.
final class LikePattern {

    /// The longest pattern that is taken. It is longer than any name of which all characters are escaped.
    static final int MAX_LENGTH = 1024;

    private static final int ANY_CHARACTER = -1;
    private static final int ANY_TEXT = -2;

    /// Holds code points, or one of the constants above.
    private final int[] pattern;

    private LikePattern(int[] pattern) {
        this.pattern = pattern;
    }

    /// Returns the pattern of a text. Fails with INVALID if it is too long.
    static LikePattern of(String text) {
        if (text.length() > MAX_LENGTH) {
            throw WingsException.invalid("the pattern is too long: length=" + text.length() + ", limit=" + MAX_LENGTH);
        }
        int[] points = text.codePoints().toArray();
        int[] pattern = new int[points.length];
        int length = 0;
        for (int i = 0; i < points.length; i++) {
            boolean escaped = points[i] == '\\' && i + 1 < points.length;
            if (escaped) {
                i++;
            }
            pattern[length++] = escaped ? points[i] : meaning(points[i]);
        }
        return new LikePattern(java.util.Arrays.copyOf(pattern, length));
    }

    private static int meaning(int point) {
        return switch (point) {
            case '%' -> ANY_TEXT;
            case '_' -> ANY_CHARACTER;
            default -> point;
        };
    }

    boolean matches(String text) {
        int[] points = text.codePoints().toArray();
        int position = 0;
        int next = 0;
        // says where the last `%` is, and up to where in the text it reaches at least
        int afterAny = -1;
        int resume = 0;
        while (position < points.length) {
            if (next < pattern.length && pattern[next] == ANY_TEXT) {
                afterAny = ++next;
                resume = position;
            } else if (next < pattern.length && (pattern[next] == ANY_CHARACTER || pattern[next] == points[position])) {
                next++;
                position++;
            } else if (afterAny >= 0) {
                next = afterAny;
                position = ++resume;
            } else {
                return false;
            }
        }
        while (next < pattern.length && pattern[next] == ANY_TEXT) {
            next++;
        }
        return next == pattern.length;
    }
}
