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

import dev.wings.common.schema.SqlTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Says what to write instead of what other systems, and programs other than editors, spell in another way. It
/// is asked only when a statement has failed.
final class Spelling {

    /// Matches only names without quotes in them, so that it takes linear time, since the client decides what
    /// it looks at.
    private static final Pattern NO_COLUMN = Pattern.compile(
            "column \"([^\"]*+)\" (?:not found|was not found|must appear in the GROUP BY clause or be used)");

    private static final Pattern NO_FUNCTION = Pattern.compile("Function with name (\\S+) does not exist");

    private static final Pattern DATE = Pattern.compile("\\b\\d{4}-\\d{1,2}-\\d{1,2}\\b");

    private static final Pattern PLACE = Pattern.compile("line=(\\d{1,7}), column=(\\d{1,7})");

    /// Quotes of this kind enclose text in documents, but nothing in code.
    private static final String TYPOGRAPHIC_QUOTES = "‘’‚‛“”„‟«»‹›´′″＇＂";

    private static final String TYPOGRAPHIC_SIGNS = "–—−；，（）＝";

    /// A value follows these more often than a name does.
    private static final Set<String> BEFORE_VALUES = Set.of("=", ">", "<", "like", "ilike");

    /// Behind these stands the name of a table.
    private static final Set<String> BEFORE_TABLES = Set.of("from", "join", "describe", "summarize", "table");

    /// A statement goes on with these where the name of a table has been forgotten.
    private static final Set<String> CLAUSES = Set.of(
            "where", "group", "order", "having", "limit", "offset", "select", "union", "join", "on", "using", "as");

    /// Tells what functions of other systems are called here.
    private static final Map<String, String> FUNCTIONS = Map.ofEntries(
            Map.entry("nvl", "coalesce(a, b)"),
            Map.entry("isnull", "coalesce(a, b), or a IS NULL"),
            Map.entry("getdate", "now()"),
            Map.entry("sysdate", "now()"),
            Map.entry("sysdatetime", "now()"),
            Map.entry("curdate", "current_date"),
            Map.entry("date_format", "strftime(time, '%Y-%m-%d')"),
            Map.entry("format_date", "strftime(time, '%Y-%m-%d')"),
            Map.entry("to_char", "strftime(time, '%Y-%m-%d'), or printf('%d', number)"),
            Map.entry("to_date", "strptime(text, '%d.%m.%Y')::date"),
            Map.entry("todate", "x::date"),
            Map.entry("str_to_date", "strptime(text, '%d.%m.%Y')"),
            Map.entry("parse_date", "strptime(text, '%d.%m.%Y')::date"),
            Map.entry("from_iso8601_timestamp", "text::timestamptz"),
            Map.entry("dateadd", "time + INTERVAL 1 DAY"),
            Map.entry("timestamp_trunc", "date_trunc('hour', time)"),
            Map.entry("tostartofhour", "date_trunc('hour', time)"),
            Map.entry("at_timezone", "time AT TIME ZONE 'Europe/Berlin'"),
            Map.entry("unix_timestamp", "epoch(time)"),
            Map.entry("from_unixtime", "to_timestamp(seconds)"),
            Map.entry("iif", "if(condition, a, b)"),
            Map.entry("charindex", "instr(text, part)"),
            Map.entry("locate", "instr(text, part)"),
            Map.entry("rand", "random()"),
            Map.entry("convert", "x::type"),
            Map.entry("safe_cast", "try_cast(x AS type)"),
            Map.entry("substring_index", "split_part(text, ',', 1)"),
            Map.entry("truncate", "trunc(number)"),
            Map.entry("percentile", "quantile_cont(x, 0.95)"),
            Map.entry("approx_percentile", "approx_quantile(x, 0.95)"),
            Map.entry("uniq", "count(DISTINCT x)"),
            Map.entry("size", "len(list)"),
            Map.entry("regexp_like", "regexp_matches(text, pattern)"),
            Map.entry("regexp_substr", "regexp_extract(text, pattern)"),
            Map.entry("!", "NOT"));

    /// A word, a quoted text, a number or a sign, and where it begins.
    private record Part(String text, int from) {

        boolean is(String word) {
            return text.equalsIgnoreCase(word);
        }

        boolean isNumber() {
            return text.chars().allMatch(c -> c >= '0' && c <= '9');
        }
    }

    private final String message;
    private final String sql;
    private final List<Part> parts = new ArrayList<>();

    private Spelling(String message, String sql) {
        this.message = message;
        this.sql = sql;
        SqlText.scan(SqlText.withoutComments(sql), 0, sql.length(), (from, to, depth) -> {
            if (!sql.substring(from, to).isBlank()) {
                parts.add(new Part(sql.substring(from, to), from));
            }
        });
    }

    /// Returns the message with advice on what to write, if that can be told. The advice stands in the first
    /// line, or in the last line if the message quotes several lines.
    ///
    /// @param sql the statement as the client wrote it
    static String corrected(String message, String sql) {
        Optional<String> advice = new Spelling(message, sql).advice();
        if (advice.isEmpty()) {
            return message;
        }
        String first = message.lines().findFirst().orElse("");
        boolean endsInQuotes = first.chars().filter(c -> c == '"').count() % 2 == 1;
        int end = endsInQuotes ? message.length() : first.length();
        return message.substring(0, end) + ": " + advice.get() + message.substring(end);
    }

    private Optional<String> advice() {
        return column().or(this::typographicSign)
                .or(this::function)
                .or(this::conditions)
                .or(this::limit)
                .or(this::quoteInText)
                .or(this::reservedName)
                .or(this::date);
    }

    /// Advises on a name that is a word of SQL, where a table is named.
    private Optional<String> reservedName() {
        int start = place();
        if (start < 0 || !message.contains("syntax error")) {
            return Optional.empty();
        }
        String before = "";
        for (Part part : parts) {
            String word = part.text().toLowerCase(Locale.ROOT);
            if (part.from() == start) {
                return BEFORE_TABLES.contains(before) && SqlTypes.isReserved(word) && !CLAUSES.contains(word)
                        ? Optional.of("a name that is a word of SQL takes double quotes: \"" + part.text() + "\"")
                        : Optional.empty();
            }
            before = word;
        }
        return Optional.empty();
    }

    /// Advises on text that is in the quotes of names.
    private Optional<String> column() {
        if (message.contains("zero-length delimited identifier")) {
            return Optional.of("text takes single quotes, also an empty one: ''");
        }
        Matcher missing = NO_COLUMN.matcher(message);
        int start = place();
        if (!missing.find() || start < 0) {
            return Optional.empty();
        }
        String name = missing.group(1);
        char first = sql.charAt(start);
        if (TYPOGRAPHIC_QUOTES.indexOf(first) >= 0) {
            return typographicSign();
        }
        if (first == '"' || first == '`') {
            return Optional.of((first == '"' ? "double quotes are for names" : "backticks are for names")
                    + ", text takes single quotes: " + literal(name));
        }
        Optional<Part> before =
                parts.stream().filter(part -> part.from() < start).reduce((one, next) -> next);
        return before.isPresent() && BEFORE_VALUES.contains(before.get().text().toLowerCase(Locale.ROOT))
                ? Optional.of("if it is text, it takes single quotes: " + literal(name))
                : Optional.empty();
    }

    /// Advises on the quotes and signs that word processors and chats make.
    private Optional<String> typographicSign() {
        for (Part part : parts) {
            for (int i = 0; i < part.text().length(); i++) {
                char c = part.text().charAt(i);
                boolean quote = TYPOGRAPHIC_QUOTES.indexOf(c) >= 0;
                if ((quote || TYPOGRAPHIC_SIGNS.indexOf(c) >= 0) && !isQuoted(part)) {
                    return Optional.of(
                            "the statement has a sign of word processors, " + c + ", which means nothing in SQL: "
                                    + (quote
                                            ? "text takes ' before and behind it, a name \""
                                            : "write the sign of the keyboard"));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isQuoted(Part part) {
        char c = part.text().charAt(0);
        return c == '\'' || c == '"' || c == '$';
    }

    private Optional<String> function() {
        Matcher missing = NO_FUNCTION.matcher(message);
        return missing.find()
                ? Optional.ofNullable(FUNCTIONS.get(missing.group(1).toLowerCase(Locale.ROOT)))
                        .map(written -> "write " + written)
                : Optional.empty();
    }

    /// Advises on `&&` and `||` of programming languages, which are operators of lists and texts here.
    private Optional<String> conditions() {
        boolean chained = message.contains("Chained comparisons") || message.contains("'&&(");
        for (Part part : parts) {
            if (chained && (sql.startsWith("&&", part.from()) || sql.startsWith("||", part.from()))) {
                return Optional.of("conditions are joined by AND and OR: write "
                        + (part.text().startsWith("&") ? "AND for &&" : "OR for ||"));
            }
        }
        return Optional.empty();
    }

    /// Advises on `LIMIT offset, rows` and `SELECT TOP rows`.
    private Optional<String> limit() {
        for (int i = 0; i < parts.size() && message.contains("syntax error"); i++) {
            if (parts.get(i).is("limit")
                    && i + 3 < parts.size()
                    && parts.get(i + 2).is(",")) {
                return Optional.of("write LIMIT " + parts.get(i + 3).text() + " OFFSET "
                        + parts.get(i + 1).text());
            }
            if (parts.get(i).is("top")
                    && i > 0
                    && i + 1 < parts.size()
                    && parts.get(i + 1).isNumber()) {
                return Optional.of("write LIMIT " + parts.get(i + 1).text() + " at the end");
            }
        }
        return Optional.empty();
    }

    private Optional<String> quoteInText() {
        return message.contains("unterminated string literal")
                        || message.contains("unterminated quoted string")
                        || (message.contains("syntax error") && hasTextBesideAWord())
                ? Optional.of("a quote within a text is written twice: 'O''Hare'")
                : Optional.empty();
    }

    /// Says whether a text stands beside a word, as in `'O'Hare'`, which is a text, a word, and the start of
    /// another text.
    private boolean hasTextBesideAWord() {
        for (int i = 0; i + 2 < parts.size(); i++) {
            Part text = parts.get(i);
            Part word = parts.get(i + 1);
            if (text.text().startsWith("'")
                    && word.from() == text.from() + text.text().length()
                    && Character.isLetter(word.text().charAt(0))
                    && parts.stream().skip(i + 2).anyMatch(part -> part.text().startsWith("'"))) {
                return true;
            }
        }
        return false;
    }

    /// Advises on a date like `2001-02-03` without quotes, which is a subtraction.
    private Optional<String> date() {
        if (!message.contains("Cannot compare values of type") && !message.contains("'-(")) {
            return Optional.empty();
        }
        Set<Integer> starts = parts.stream().map(Part::from).collect(Collectors.toSet());
        Matcher date = DATE.matcher(sql);
        while (date.find()) {
            if (starts.contains(date.start())) {
                return Optional.of("a date takes single quotes: '" + date.group() + "'");
            }
        }
        return Optional.empty();
    }

    /// Returns where the failure is in the text, or -1 if that is not known.
    private int place() {
        Matcher place = PLACE.matcher(message);
        if (!place.find()) {
            return -1;
        }
        int start = 0;
        for (int line = 1; line < Integer.parseInt(place.group(1)); line++) {
            start = sql.indexOf('\n', start) + 1;
            if (start == 0) {
                return -1;
            }
        }
        int position = start + Integer.parseInt(place.group(2)) - 1;
        return position < sql.length() ? position : -1;
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
