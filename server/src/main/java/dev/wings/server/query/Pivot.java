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
package dev.wings.server.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// `PIVOT source ON expression ...` without a list of values: its columns depend on the rows. So the values are read
/// first, and the statement is then one with a list.
///
/// @param source what is pivoted, as it is written
/// @param before all up to the expressions
/// @param keys the expressions, in order
/// @param after all behind them
public record Pivot(String source, String before, List<Key> keys, String after) {

    /// More are asked to be named.
    public static final int MAX_VALUES = 1000;

    public Pivot {
        keys = List.copyOf(keys);
    }

    /// @param listed whether it has its values, as in `origin IN ('SFO')`
    public record Key(String expression, boolean listed) {}

    private record Word(String text, int start, int end) {}

    /// The statement, if it is one whose values are not named.
    public static Optional<Pivot> of(String sql) {
        String verb = SqlText.firstWord(sql);
        if (!verb.equals("pivot") && !verb.equals("pivot_wider")) {
            return Optional.empty();
        }
        String text = SqlText.withoutComments(sql);
        List<Word> words = words(text, 0, text.length());
        int end = words.stream()
                .filter(word ->
                        List.of("using", "group", "order", "limit", "offset").contains(word.text()))
                .mapToInt(Word::start)
                .min()
                .orElse(text.length());
        // a join in the source has an ON, too
        Optional<Word> on = words.stream()
                .filter(word -> word.text().equals("on") && word.end() <= end)
                .reduce((first, second) -> second);
        if (on.isEmpty()) {
            return Optional.empty();
        }
        int semicolon = text.indexOf(';', on.get().end());
        int behind = semicolon >= 0 && text.substring(semicolon + 1).isBlank() ? Math.min(end, semicolon) : end;
        List<Key> keys = keys(text, on.get().end(), behind);
        return keys.stream().allMatch(Key::listed)
                ? Optional.empty()
                : Optional.of(new Pivot(
                        text.substring(words.getFirst().end(), on.get().start()),
                        text.substring(0, on.get().end()),
                        keys,
                        text.substring(behind)));
    }

    /// A query for the values of a key, as texts; one more than there may be.
    public String values(Key key) {
        return "SELECT DISTINCT CAST((" + key.expression() + ") AS VARCHAR) AS v FROM " + source + " WHERE ("
                + key.expression() + ") IS NOT NULL ORDER BY v LIMIT " + (MAX_VALUES + 1);
    }

    /// The statement with the values of those keys that had none, in order.
    public String with(List<List<String>> values) {
        List<String> listed = new ArrayList<>();
        int next = 0;
        for (Key key : keys) {
            if (key.listed()) {
                listed.add(key.expression());
            } else {
                listed.add("(" + key.expression() + ") IN ("
                        + values.get(next).stream()
                                .map(value -> "'" + value.replace("'", "''") + "'")
                                .collect(Collectors.joining(", "))
                        + ")");
                next++;
            }
        }
        return before + " " + String.join(", ", listed) + " " + after;
    }

    private static List<Key> keys(String text, int start, int end) {
        List<Key> keys = new ArrayList<>();
        int from = start;
        for (int comma : commas(text, start, end)) {
            keys.add(key(text, from, comma));
            from = comma + 1;
        }
        keys.add(key(text, from, end));
        return keys;
    }

    private static Key key(String text, int start, int end) {
        boolean listed =
                words(text, start, end).stream().anyMatch(word -> word.text().equals("in"));
        return new Key(text.substring(start, end).strip(), listed);
    }

    /// Words outside of parentheses and quotes, in lower case.
    private static List<Word> words(String text, int start, int end) {
        List<Word> words = new ArrayList<>();
        scan(text, start, end, (from, to) -> {
            if (Character.isLetter(text.charAt(from))) {
                words.add(new Word(text.substring(from, to).toLowerCase(Locale.ROOT), from, to));
            }
        });
        return words;
    }

    private static List<Integer> commas(String text, int start, int end) {
        List<Integer> commas = new ArrayList<>();
        scan(text, start, end, (from, to) -> {
            if (text.charAt(from) == ',') {
                commas.add(from);
            }
        });
        return commas;
    }

    private interface Part {
        void at(int from, int to);
    }

    private static void scan(String text, int start, int end, Part part) {
        int depth = 0;
        int position = start;
        while (position < end) {
            int next = Math.min(end, SqlText.endOfPart(text, position));
            char c = text.charAt(position);
            if (c == '(' || c == '[' || c == '{') {
                depth++;
            } else if (c == ')' || c == ']' || c == '}') {
                depth--;
            } else if (depth == 0) {
                part.at(position, next);
            }
            position = next;
        }
    }
}
