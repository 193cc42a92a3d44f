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
package dev.wings.server.sql;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// A statement `PIVOT source ON expression ...` without a list of values, so that its columns depend on the
/// rows. The values are therefore read first, and the statement then gets a list of them. The pivot may be the
/// whole statement, the last part of one with `WITH`, or stand in parentheses; what the values are read from
/// may then name the common tables before it.
///
/// @param source what is pivoted, as it is written
/// @param commonTables the common tables that the source may name, the innermost last: each as `WITH a AS
///     (...)`
/// @param before all of the text up to the expressions
/// @param keys the expressions, in order
/// @param after all of the text behind the expressions
public record Pivot(String source, List<String> commonTables, String before, List<Key> keys, String after) {

    /// A key may have so many values. A client that needs more has to name them.
    public static final int MAX_VALUES = 1000;

    /// A statement may have so many pivots.
    public static final int MAX_PIVOTS = 16;

    private static final Set<String> VERBS = Set.of("pivot", "pivot_wider");

    /// Words with which a question how a statement runs begins.
    private static final Set<String> ASKING = Set.of("explain", "analyze");

    private static final Set<String> BEHIND_KEYS = Set.of("using", "group", "order", "limit", "offset");

    public Pivot {
        commonTables = List.copyOf(commonTables);
        keys = List.copyOf(keys);
    }

    /// @param listed whether the key has its values in the text, as in `origin IN ('SFO')`
    public record Key(String expression, boolean listed) {}

    private record Word(String text, int start, int end) {}

    /// Finds the pivot without named values that ends first in the statement, since that one needs none of the
    /// others.
    public static Optional<Pivot> of(String sql) {
        if (!sql.toLowerCase(Locale.ROOT).contains("pivot")) {
            return Optional.empty();
        }
        String text = SqlText.withoutComments(sql);
        return PivotPlaces.of(text, VERBS, ASKING).stream()
                .sorted(Comparator.comparingInt(PivotPlaces.Place::end))
                .flatMap(place -> at(text, place).stream())
                .findFirst();
    }

    private static Optional<Pivot> at(String text, PivotPlaces.Place place) {
        List<Word> words = words(text, place.start(), place.end());
        int end = words.stream()
                .filter(word -> BEHIND_KEYS.contains(word.text()))
                .mapToInt(Word::start)
                .min()
                .orElse(place.end());
        // a join in the source has an ON, too, so the last one is taken
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
                        place.commonTables(),
                        text.substring(0, on.get().end()),
                        keys,
                        text.substring(behind)));
    }

    /// Returns a query for the values of a key, as texts. It reads one value more than there may be.
    public String values(Key key) {
        String values = "SELECT DISTINCT CAST((" + key.expression() + ") AS VARCHAR) AS v FROM " + source + " WHERE ("
                + key.expression() + ") IS NOT NULL";
        for (String with : commonTables.reversed()) {
            values = with + " SELECT v FROM (" + values + ")";
        }
        return "SELECT v FROM (" + values + ") ORDER BY v LIMIT " + (MAX_VALUES + 1);
    }

    /// Returns the statement with the values of those keys that had none, in order.
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

    /// Returns the words outside of parentheses and quotes, in lower case.
    private static List<Word> words(String text, int start, int end) {
        List<Word> words = new ArrayList<>();
        scan(text, start, end, (from, to, depth) -> {
            if (Character.isLetter(text.charAt(from))) {
                words.add(new Word(text.substring(from, to).toLowerCase(Locale.ROOT), from, to));
            }
        });
        return words;
    }

    private static List<Integer> commas(String text, int start, int end) {
        List<Integer> commas = new ArrayList<>();
        scan(text, start, end, (from, to, depth) -> {
            if (text.charAt(from) == ',') {
                commas.add(from);
            }
        });
        return commas;
    }

    private static void scan(String text, int start, int end, SqlText.Part part) {
        SqlText.scan(text, start, end, (from, to, depth) -> {
            if (depth == 0) {
                part.at(from, to, depth);
            }
        });
    }
}
