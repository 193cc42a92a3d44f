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

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds where statements of one kind stand in a text: at its start, at the start of what follows a `WITH` and
/// its common tables, or at the start of parentheses. Elsewhere, the word means something else: `FROM t PIVOT
/// (...)`.
final class PivotPlaces {

    /// @param start where the first word of the statement begins
    /// @param end where the text ends, or the parentheses around the statement
    /// @param commonTables the common tables, as [Pivot] has them
    record Place(int start, int end, List<String> commonTables) {}

    /// A statement and its common tables. Statements in parentheses have scopes within another one.
    private static final class Scope {
        private @Nullable String firstWord;
        private boolean inBody;
        private int with;
        /// The end of the last common table that is complete.
        private int tablesEnd;
        /// The end of the common table that may be complete.
        private int closed;
        private boolean closedJustNow;
        private int found = -1;
        private List<String> commonTables = List.of();
    }

    private final String text;
    private final Set<String> verbs;
    private final Set<String> ignored;
    private final Deque<Scope> scopes = new ArrayDeque<>();
    private final List<Place> places = new ArrayList<>();

    private PivotPlaces(String text, Set<String> verbs, Set<String> ignored) {
        this.text = text;
        this.verbs = verbs;
        this.ignored = ignored;
        scopes.push(new Scope());
    }

    /// @param text the text without comments
    /// @param verbs the first words of the statements, in lower case
    /// @param ignored words that may come before them
    static List<Place> of(String text, Set<String> verbs, Set<String> ignored) {
        PivotPlaces found = new PivotPlaces(text, verbs, ignored);
        SqlText.scan(text, 0, text.length(), found::at);
        while (!found.scopes.isEmpty()) {
            found.close(text.length());
        }
        return List.copyOf(found.places);
    }

    private void at(int from, int to, int depth) {
        char c = text.charAt(from);
        Scope scope = scopes.getFirst();
        if (c == '(') {
            if (!scope.inBody && scope.closedJustNow) {
                scope.tablesEnd = scope.closed;
                scope.inBody = true;
            }
            scope.closedJustNow = false;
            scopes.push(new Scope());
        } else if (c == ')') {
            if (scopes.size() > 1) {
                close(from);
                scopes.getFirst().closed = to;
                scopes.getFirst().closedJustNow = true;
            }
        } else if (Character.isLetter(c)) {
            word(scope, text.substring(from, to).toLowerCase(Locale.ROOT), from);
            scope.closedJustNow = false;
        } else if (!Character.isWhitespace(c)) {
            if (c == ',' && !scope.inBody) {
                scope.tablesEnd = scope.closed;
            }
            scope.closedJustNow = false;
        }
    }

    private void word(Scope scope, String word, int start) {
        if (scope.firstWord == null) {
            if (ignored.contains(word)) {
                return;
            }
            scope.firstWord = word;
            if (word.equals("with")) {
                scope.with = start;
            } else {
                body(scope, word, start);
            }
        } else if (!scope.inBody && scope.closedJustNow && !word.equals("as")) {
            // if AS came next, the parentheses would have held the names of columns
            scope.tablesEnd = scope.closed;
            body(scope, word, start);
        }
    }

    private void body(Scope scope, String word, int start) {
        scope.inBody = true;
        if (verbs.contains(word)) {
            scope.found = start;
            scope.commonTables = commonTables();
        }
    }

    /// Returns the common tables that are complete, of this statement and of those around it.
    private List<String> commonTables() {
        List<String> tables = new ArrayList<>();
        scopes.descendingIterator().forEachRemaining(scope -> {
            if (scope.tablesEnd > 0) {
                tables.add(text.substring(scope.with, scope.tablesEnd));
            }
        });
        return tables;
    }

    private void close(int end) {
        Scope scope = scopes.pop();
        if (scope.found >= 0) {
            places.add(new Place(scope.found, end, scope.commonTables));
        }
    }
}
