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
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Scans the text of a statement, as far as needed to tell words from strings, quoted names and comments.
public final class SqlText {

    /// A text may have so many bytes, since the engine's work on a text grows faster than its length.
    public static final int MAX_BYTES = 256 << 10;

    private static final String DEFAULT = "default";

    private final String text;
    private int position;

    private SqlText(String text) {
        this.text = text;
    }

    /// Fails with INVALID if the text is too long to be read, or has a NUL character, which C strings cannot
    /// hold.
    static void check(String text) {
        if (text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw WingsException.invalid("the statement is too long: limit=" + MAX_BYTES + " bytes");
        }
        if (text.indexOf('\0') >= 0) {
            throw WingsException.invalid("the statement holds U+0000: position=" + text.indexOf('\0'));
        }
    }

    /// Quotes the word `default` where it stands in front of a dot. It is the name of the namespace that
    /// everybody starts with, but also a reserved word.
    static String withDefaultQuoted(String text) {
        return new SqlText(text).quoteDefault();
    }

    /// Returns the first word in lower case, without regard to comments before it, or an empty text if there is
    /// none.
    public static String firstWord(String text) {
        SqlText scanned = new SqlText(text);
        while (scanned.position < text.length()) {
            int start = scanned.position;
            char c = text.charAt(start);
            if (isWord(c)) {
                scanned.skipWord();
                return text.substring(start, scanned.position).toLowerCase(Locale.ROOT);
            }
            boolean comment = text.startsWith("--", start) || text.startsWith("/*", start);
            if (!comment && !Character.isWhitespace(c)) {
                return "";
            }
            scanned.skipOther(c);
        }
        return "";
    }

    /// Returns where the word, the quoted text or the sign that begins at a position ends.
    static int endOfPart(String text, int start) {
        SqlText scanned = new SqlText(text);
        scanned.position = start;
        if (isWord(text.charAt(start))) {
            scanned.skipWord();
        } else {
            scanned.skipOther(text.charAt(start));
        }
        return scanned.position;
    }

    /// Takes the parts of a text: words, quoted texts and signs.
    interface Part {
        /// @param depth how many parentheses, brackets and braces are open around it, its own not counted
        void at(int from, int to, int depth);
    }

    /// Shows the parts of a text that begin in a range. A parenthesis is as deep as what is around it.
    static void scan(String text, int start, int end, Part part) {
        int depth = 0;
        int position = start;
        while (position < end) {
            int next = Math.min(end, endOfPart(text, position));
            char c = text.charAt(position);
            if (c == ')' || c == ']' || c == '}') {
                depth--;
            }
            part.at(position, next, depth);
            if (c == '(' || c == '[' || c == '{') {
                depth++;
            }
            position = next;
        }
    }

    /// Says whether anything stands behind the semicolon that ends a statement.
    public static boolean isFollowed(String text) {
        String plain = withoutComments(text);
        boolean ended = false;
        for (int position = 0; position < plain.length(); position = endOfPart(plain, position)) {
            char c = plain.charAt(position);
            if (ended && c != ';' && !Character.isWhitespace(c)) {
                return true;
            }
            ended |= c == ';';
        }
        return false;
    }

    /// Returns the text with spaces in place of comments, so that all else stays where it is.
    public static String withoutComments(String text) {
        SqlText scanned = new SqlText(text);
        StringBuilder out = new StringBuilder(text.length());
        while (scanned.position < text.length()) {
            int start = scanned.position;
            char c = text.charAt(start);
            boolean comment = text.startsWith("--", start) || text.startsWith("/*", start);
            if (isWord(c)) {
                scanned.skipWord();
            } else {
                scanned.skipOther(c);
            }
            String part = text.substring(start, scanned.position);
            out.append(comment ? part.replaceAll("[^\n]", " ") : part);
        }
        return out.toString();
    }

    /// Returns a position, which is in bytes of UTF-8, as `line=, column=` for people, both counted from 1.
    static String place(String text, int bytePosition) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        String before = new String(utf8, 0, Math.clamp(bytePosition, 0, utf8.length), StandardCharsets.UTF_8);
        int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
        int column = before.length() - before.lastIndexOf('\n');
        return "line=" + line + ", column=" + column;
    }

    /// Returns where a name of some parts, as `a . "b"`, ends that begins at `start`, or -1 if there is none,
    /// or if it has comments in it.
    static int endOfName(byte[] utf8, int start, int parts) {
        int position = start;
        for (int part = 0; part < parts; part++) {
            position = skipSpaces(utf8, position);
            if (part > 0) {
                if (position == utf8.length || utf8[position] != '.') {
                    return -1;
                }
                position = skipSpaces(utf8, position + 1);
            }
            int end = position < utf8.length && utf8[position] == '"'
                    ? endOfQuoted(utf8, position)
                    : endOfIdentifier(utf8, position);
            if (end <= position) {
                return -1;
            }
            position = end;
        }
        return position;
    }

    private static int skipSpaces(byte[] utf8, int start) {
        int position = start;
        while (position < utf8.length && Character.isWhitespace(utf8[position])) {
            position++;
        }
        return position;
    }

    private static int endOfQuoted(byte[] utf8, int start) {
        int position = start + 1;
        while (position < utf8.length) {
            if (utf8[position] != '"') {
                position++;
            } else if (position + 1 < utf8.length && utf8[position + 1] == '"') {
                position += 2;
            } else {
                return position + 1;
            }
        }
        return -1;
    }

    private static int endOfIdentifier(byte[] utf8, int start) {
        int position = start;
        while (position < utf8.length
                && (utf8[position] < 0 || Character.isLetterOrDigit(utf8[position]) || utf8[position] == '_')) {
            position++;
        }
        return position;
    }

    private String quoteDefault() {
        StringBuilder out = new StringBuilder(text.length() + 2);
        boolean afterDot = false;
        while (position < text.length()) {
            int start = position;
            char c = text.charAt(position);
            if (isWord(c)) {
                skipWord();
                String word = text.substring(start, position);
                boolean name = word.equalsIgnoreCase(DEFAULT) && !afterDot && dotFollows();
                out.append(name ? "\"" + word + "\"" : word);
                afterDot = false;
            } else {
                skipOther(c);
                out.append(text, start, position);
                afterDot = c == '.' || (afterDot && Character.isWhitespace(c));
            }
        }
        return out.toString();
    }

    private void skipOther(char c) {
        switch (c) {
            case '\'', '"' -> skipQuoted(c);
            case '-' -> skipIf("--", "\n");
            case '/' -> skipIf("/*", "*/");
            case '$' -> skipDollarQuoted();
            default -> position++;
        }
    }

    private void skipWord() {
        while (position < text.length() && (isWord(text.charAt(position)) || text.charAt(position) == '$')) {
            position++;
        }
    }

    private void skipQuoted(char quote) {
        int end = text.indexOf(quote, position + 1);
        position = end < 0 ? text.length() : end + 1;
    }

    private void skipIf(String opening, String closing) {
        if (!text.startsWith(opening, position)) {
            position++;
            return;
        }
        int end = text.indexOf(closing, position + opening.length());
        position = end < 0 ? text.length() : end + closing.length();
    }

    /// Skips a text `$tag$ ... $tag$`. In contrast, `$1` is a parameter.
    private void skipDollarQuoted() {
        int end = position + 1;
        while (end < text.length() && isWord(text.charAt(end))) {
            end++;
        }
        boolean tag = end < text.length()
                && text.charAt(end) == '$'
                && (end == position + 1 || !Character.isDigit(text.charAt(position + 1)));
        if (tag) {
            String delimiter = text.substring(position, end + 1);
            skipIf(delimiter, delimiter);
        } else {
            position = end;
        }
    }

    private boolean dotFollows() {
        int next = position;
        while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
            next++;
        }
        return next < text.length() && text.charAt(next) == '.';
    }

    private static boolean isWord(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || Character.isSurrogate(c);
    }
}
