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
package dev.wings.cli.sql;

import java.util.ArrayList;
import java.util.List;

/// SQL text taken apart at its semicolons: those in quotes and comments do not count.
///
/// @param complete statements that a semicolon ends, without it; blank ones are left out
/// @param rest what comes after the last semicolon
record Statements(List<String> complete, String rest) {

    Statements {
        complete = List.copyOf(complete);
    }

    static Statements of(String text) {
        List<String> complete = new ArrayList<>();
        int start = 0;
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == ';') {
                addUnlessBlank(complete, text.substring(start, i));
                start = i + 1;
                i++;
            } else {
                i = endOfToken(text, i);
            }
        }
        return new Statements(complete, text.substring(start));
    }

    /// Whether there is nothing but blanks and comments.
    static boolean isBlank(String text) {
        int i = 0;
        while (i < text.length()) {
            boolean comment = text.startsWith("--", i) || text.startsWith("/*", i);
            if (!comment && !Character.isWhitespace(text.charAt(i))) {
                return false;
            }
            i = endOfToken(text, i);
        }
        return true;
    }

    private static void addUnlessBlank(List<String> statements, String text) {
        if (!isBlank(text)) {
            statements.add(text.strip());
        }
    }

    /// Where the quoted text, comment or single character at `start` ends.
    private static int endOfToken(String text, int start) {
        char c = text.charAt(start);
        if (c == '\'' || c == '"') {
            return endAfter(text, String.valueOf(c), start + 1);
        }
        if (text.startsWith("--", start)) {
            return endAfter(text, "\n", start + 2);
        }
        if (text.startsWith("/*", start)) {
            return endAfter(text, "*/", start + 2);
        }
        if (c == '$') {
            String tag = dollarTag(text, start);
            if (!tag.isEmpty()) {
                return endAfter(text, tag, start + tag.length());
            }
        }
        return start + 1;
    }

    /// The `$tag$` that opens a dollar-quoted text at `start`; empty if none does.
    private static String dollarTag(String text, int start) {
        int end = start + 1;
        while (end < text.length() && (Character.isLetter(text.charAt(end)) || text.charAt(end) == '_')) {
            end++;
        }
        return end < text.length() && text.charAt(end) == '$' ? text.substring(start, end + 1) : "";
    }

    private static int endAfter(String text, String closing, int from) {
        int at = text.indexOf(closing, from);
        return at < 0 ? text.length() : at + closing.length();
    }
}
