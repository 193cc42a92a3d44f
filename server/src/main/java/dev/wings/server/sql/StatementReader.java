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

import dev.wings.common.error.WingsException;
import dev.wings.server.table.TableRef;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Reads a statement that is not for the engine from left to right: words, names, parentheses and texts.
/// Comments count as blanks. Failures tell places in the text as it was written.
public final class StatementReader {

    private static final int MAX_QUOTED = 40;

    private final String text;
    private int position;

    /// Fails with INVALID if the text is too long to be read.
    public StatementReader(String sql) {
        SqlText.check(sql);
        this.text = SqlText.withoutComments(sql);
    }

    /// Takes these words if they are next, in upper or lower case, and takes nothing otherwise.
    public boolean accept(String... words) {
        int start = position;
        for (String word : words) {
            if (!acceptWord(word)) {
                position = start;
                return false;
            }
        }
        return true;
    }

    private boolean acceptWord(String word) {
        int start = skipBlanks();
        int end = start + word.length();
        boolean found = text.regionMatches(true, start, word, 0, word.length())
                && (end == text.length() || !isWord(text.charAt(end)));
        if (found) {
            position = end;
        }
        return found;
    }

    /// Takes these words. Fails with INVALID if others are next.
    public void expect(String... words) {
        if (!accept(words)) {
            throw expected(String.join(" ", words).toUpperCase(Locale.ROOT));
        }
    }

    /// Takes a sign if it is next.
    public boolean acceptSign(char sign) {
        int start = skipBlanks();
        boolean found = start < text.length() && text.charAt(start) == sign;
        if (found) {
            position = start + 1;
        }
        return found;
    }

    public void expectSign(char sign) {
        if (!acceptSign(sign)) {
            throw expected("\"" + sign + "\"");
        }
    }

    /// Says whether this sign is next.
    public boolean isSign(char sign) {
        int start = skipBlanks();
        return start < text.length() && text.charAt(start) == sign;
    }

    /// Returns the next word in lower case without taking it, or an empty text before a sign and at the end.
    public String peekWord() {
        int start = skipBlanks();
        int end = start;
        while (end < text.length() && isWord(text.charAt(end))) {
            end++;
        }
        return text.substring(start, end).toLowerCase(Locale.ROOT);
    }

    /// Takes a name, which is in double quotes if it has more than letters, digits and underscores. It is
    /// returned as it was written, quoted or not.
    public String name(String what) {
        int start = skipBlanks();
        if (start < text.length() && text.charAt(start) == '"') {
            return quoted('"', what);
        }
        int end = start;
        while (end < text.length() && isWord(text.charAt(end))) {
            end++;
        }
        if (end == start || Character.isDigit(text.charAt(start))) {
            throw expected(what);
        }
        position = end;
        return text.substring(start, end);
    }

    /// Takes the name of a table: `table`, `schema.table` or `wings.schema.table`.
    ///
    /// @param homeSchema the schema of a bare name
    public TableRef table(String homeSchema) {
        List<String> names = new ArrayList<>();
        boolean more = true;
        while (more) {
            names.add(name("a table's name"));
            more = names.size() < 3 && acceptSign('.');
        }
        return table(names, homeSchema);
    }

    /// Returns the table of one to three names. Fails with INVALID if they name another catalog than the only
    /// one.
    public static TableRef table(List<String> names, String homeSchema) {
        return switch (names.size()) {
            case 1 -> new TableRef(homeSchema, names.getFirst());
            case 2 -> new TableRef(names.getFirst(), names.getLast());
            case 3 -> {
                checkCatalog(names.getFirst());
                yield new TableRef(names.get(1), names.getLast());
            }
            default ->
                throw WingsException.invalid("a table is named as schema.table: found=" + String.join(".", names));
        };
    }

    /// Takes the name of a schema: `schema` or `wings.schema`.
    public String schema() {
        String first = name("a schema's name");
        if (!acceptSign('.')) {
            return TableRef.folded(first);
        }
        checkCatalog(first);
        return TableRef.folded(name("a schema's name"));
    }

    private static void checkCatalog(String name) {
        if (!TableRef.folded(name).equals(TableRef.CATALOG)) {
            throw WingsException.invalid("there is one catalog: expected=" + TableRef.CATALOG + ", found=" + name);
        }
    }

    /// Takes a text in single quotes.
    public String literal(String what) {
        int start = skipBlanks();
        if (start == text.length() || text.charAt(start) != '\'') {
            throw expected(what + " in single quotes");
        }
        return quoted('\'', what);
    }

    private String quoted(char quote, String what) {
        StringBuilder out = new StringBuilder();
        int at = skipBlanks() + 1;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c != quote) {
                out.append(c);
            } else if (at < text.length() && text.charAt(at) == quote) {
                out.append(quote);
                at++;
            } else {
                position = at;
                return out.toString();
            }
        }
        throw expected(what + " that ends with " + quote);
    }

    /// Takes the parentheses that are next and returns what stands in them, with blanks in place of all that is
    /// before, so that places in it are those in the statement.
    public String parenthesised(String what) {
        int start = skipBlanks();
        if (!acceptSign('(')) {
            throw expected("\"(\" and " + what);
        }
        int[] end = {-1};
        SqlText.scan(text, start, text.length(), (from, to, depth) -> {
            if (end[0] < 0 && depth == 0 && text.charAt(from) == ')') {
                end[0] = from;
            }
        });
        if (end[0] < 0) {
            position = text.length();
            throw expected("\")\"");
        }
        String inside = blanks(start + 1) + text.substring(start + 1, end[0]);
        position = end[0] + 1;
        return inside;
    }

    /// Takes what is next, up to a comma, a parenthesis that was opened before, a semicolon or one of these
    /// words, none of which is taken. Returns it with blanks in place of all that is before. Fails with INVALID
    /// if there is nothing.
    public String until(String what, Set<String> words) {
        int start = skipBlanks();
        int depth = 0;
        int at = start;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\'' || c == '"') {
                position = at;
                String ignored = quoted(c, what);
                at = position;
                continue;
            }
            if (isWord(c)) {
                position = at;
                String word = peekWord();
                if (depth == 0 && words.contains(word)) {
                    break;
                }
                at += word.length();
                continue;
            }
            if (c == '(' || c == '<' || c == '[') {
                depth++;
            } else if (c == ')' || c == '>' || c == ']') {
                depth--;
            }
            if (depth < 0 || (depth == 0 && c == ',') || c == ';') {
                break;
            }
            at++;
        }
        position = start;
        if (text.substring(start, at).isBlank()) {
            throw expected(what);
        }
        position = at;
        return blanks(start) + text.substring(start, at);
    }

    /// Takes all that is left, and returns it with blanks in place of what is before.
    public String rest() {
        int start = skipBlanks();
        position = text.length();
        return blanks(start) + text.substring(start);
    }

    /// Returns as many characters as the text has up to there, in as many lines.
    private String blanks(int end) {
        return text.substring(0, end).replaceAll("[^\n]", " ");
    }

    /// Takes semicolons. Fails with INVALID if anything follows.
    public void expectEnd(String what) {
        boolean more = true;
        while (more) {
            more = acceptSign(';');
        }
        if (!isAtEnd()) {
            throw expected(what);
        }
    }

    /// Says whether nothing is left.
    public boolean isAtEnd() {
        return skipBlanks() == text.length();
    }

    /// Returns how far this has read, for [#restart(int)].
    public int position() {
        return position;
    }

    /// Reads on from a [#position].
    public void restart(int at) {
        position = at;
    }

    /// Returns the failure that says what is expected, and what is next instead.
    public WingsException expected(String what) {
        int start = skipBlanks();
        String rest = text.substring(start);
        String found = rest.isEmpty()
                ? "the end"
                : Optional.of(rest.lines().findFirst().orElse(""))
                        .map(line -> line.length() <= MAX_QUOTED ? line : line.substring(0, MAX_QUOTED) + "...")
                        .map(line -> "\"" + line.strip() + "\"")
                        .get();
        int bytes = text.substring(0, start).getBytes(StandardCharsets.UTF_8).length;
        return WingsException.invalid(
                "SQL: " + what + " is expected: " + SqlText.place(text, bytes) + ", found=" + found);
    }

    private int skipBlanks() {
        while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
            position++;
        }
        return position;
    }

    private static boolean isWord(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || Character.isSurrogate(c);
    }
}
