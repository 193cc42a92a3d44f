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
package dev.wings.common.schema;

import java.util.Locale;

/// Decides which names of fields are the same name, see [TopicField#folded].
///
/// Whoever reads a topic compares names in a way of its own: DuckDB without regard to the case of ASCII letters,
/// Java's `equalsIgnoreCase` character by character, by their upper and lower case (`ſ` is `s`, `ı` and `İ` are `i`),
/// Spark and Iceberg by the lower case of the whole name (`İ` is `i` and a dot above), others by the upper case (`ß`
/// is `SS`). Here names are the same if they are for any of them, or for several in a row; so names that differ here
/// differ for everybody.
final class NameFolding {

    private static final char DOT_ABOVE = '\u0307';

    /// A name is folded until nothing changes: the second round hardly ever changes what the first one made,
    /// and the third one never does.
    private static final int MAX_ROUNDS = 4;

    private NameFolding() {}

    static String fold(String name) {
        if (isAscii(name)) {
            return name.toLowerCase(Locale.ROOT);
        }
        String folded = name;
        for (int round = 0; round < MAX_ROUNDS; round++) {
            String next = round(folded);
            if (next.equals(folded)) {
                return folded;
            }
            folded = next;
        }
        throw new IllegalStateException("the folding of a name does not end: name=" + name);
    }

    /// Folds each character to upper and then to lower case by itself, so that it does not matter where it
    /// stands.
    private static String round(String name) {
        StringBuilder folded = new StringBuilder(name.length());
        name.codePoints()
                .flatMap(c -> Character.toString(c).toUpperCase(Locale.ROOT).codePoints())
                .map(Character::toLowerCase)
                .filter(c -> c != DOT_ABOVE || !endsWithI(folded))
                .forEachOrdered(folded::appendCodePoint);
        return folded.toString();
    }

    /// Whether `folded` ends with an `i`, on which a dot above tells nothing: whole names in lower case have
    /// one for `İ`, single characters have none.
    private static boolean endsWithI(StringBuilder folded) {
        return !folded.isEmpty() && folded.charAt(folded.length() - 1) == 'i';
    }

    private static boolean isAscii(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }
}
