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
package dev.wings.common.store;

import dev.wings.common.error.WingsException;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The rules for keys, the same for every kind of object store: one or more segments of `[A-Za-z0-9._=+*-]` and `%XX`
/// divided by `/`, none of them `.` or `..`, at most 255 characters each and 1024 together.
///
/// So keys hold what Iceberg makes of partition values, with [java.net.URLEncoder]. To Wings `%XX` are three characters
/// of a name, which nothing decodes; `%2E` is refused even so, lest somebody who does finds `..` there.
public final class ObjectKey {

    private static final int MAX_LENGTH = 1024;
    private static final int MAX_SEGMENT_LENGTH = 255;
    private static final Pattern SEGMENT =
            Pattern.compile("[A-Za-z0-9._=+*-]*(?:%(?!2[Ee])[0-9A-Fa-f]{2}[A-Za-z0-9._=+*-]*)*");

    private ObjectKey() {}

    /// Returns `key`; fails with INVALID if it is none.
    public static String check(String key) {
        if (!isKey(key)) {
            throw bad("key", key);
        }
        return key;
    }

    private static boolean isKey(String text) {
        return text.length() <= MAX_LENGTH && Arrays.stream(text.split("/", -1)).allMatch(ObjectKey::isSegment);
    }

    static boolean isSegment(String text) {
        return !text.isEmpty()
                && text.length() <= MAX_SEGMENT_LENGTH
                && SEGMENT.matcher(text).matches()
                && !text.equals(".")
                && !text.equals("..");
    }

    /// Returns `prefix`; fails with INVALID if no key can start with it. The empty one is allowed.
    public static String checkPrefix(String prefix) {
        if (prefix.isEmpty()) {
            return prefix;
        }
        // a key may go on after `a/`, after `a/.`, after `a%` and after `a%4`
        if (Stream.of("", "x", "41", "1").noneMatch(end -> isKey(prefix + end))) {
            throw bad("prefix", prefix);
        }
        return prefix;
    }

    private static WingsException bad(String what, String found) {
        String shown = found.length() <= 100 ? found : found.substring(0, 100) + "...";
        return WingsException.invalid(
                "bad object " + what + ": expected=segments of [A-Za-z0-9._=+*-] and %XX divided by /, found=\""
                        + shown.replaceAll("\\p{Cntrl}", "?") + "\"");
    }
}
