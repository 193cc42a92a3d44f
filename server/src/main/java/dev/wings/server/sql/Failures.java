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

import dev.wings.common.duckdb.DuckDbException;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.server.engine.BoundedFunctions;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Turns failures of DuckDB into what they mean to the caller.
public final class Failures {

    /// DuckDB says this of a text that would be longer than any that it can hold.
    private static final String IMPOSSIBLE_TEXT = "Cannot create a string of size";

    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private static final List<String> ADVICE = List.of(
            "SET ",
            "RESET ",
            "PRAGMA ",
            "INSTALL ",
            "LOAD ",
            "CALL ",
            "https://duckdb.org",
            "http://extensions.duckdb.org");

    private static final Pattern IN_EXTENSION =
            Pattern.compile("is not in the catalog, but it exists in the \\w+ extension");

    /// Matches sentences of the engine's own in the line that says what is wrong, which may also quote what the
    /// client wrote.
    private static final Pattern ADVICE_INSIDE = Pattern.compile(
            ",? (?:or|and) SET \\w+ ?=[^.]*+"
                    + "|(?:^|(?<=[.!?] )|(?<= - ) *)(?:Please |You can |Alternatively,? )?+(?:Use|use|Try|try|To \\w+[^.]*?,|Consider|Set|Enable|"
                    + "See|For more info)\\b[^.]*?\\b(?:SET|RESET|PRAGMA|INSTALL|LOAD|CALL|https://duckdb)\\b(?:[^.]|\\.(?=\\S))*+\\.?");

    /// Matches the engine's excerpt of a statement, with marks below what is wrong.
    private static final Pattern EXCERPT = Pattern.compile("(?m)^LINE (\\d+): (.*)\\n( *+)(\\^++)");

    private static final int MAX_MESSAGE_CHARACTERS = 2_000;
    private static final int MESSAGE_END_CHARACTERS = 500;

    /// The engine says this when it wants much memory at once and does not get it.
    private static final String NO_ROOM = "Failed to allocate";

    private Failures() {}

    public static WingsException of(DuckDbException e) {
        return of(e, "");
    }

    /// @param sql the statement as the client wrote it
    public static WingsException of(DuckDbException e, String sql) {
        if (e.getMessage().contains(NO_ROOM)) {
            return new WingsException(
                    ErrorKind.EXHAUSTED,
                    "the statement is too large for the memory that a query is planned with: shorten it, or make less of"
                            + " its constants; long lists of values can be rows of a topic, or a parameter: = any(?)."
                            + " If it was its rows, raise WINGS_SERVER_QUERY_MEMORY_BYTES or, for large ones,"
                            + " WINGS_SERVER_READ_MEMORY_BYTES",
                    e);
        }
        String message = "SQL: " + Spelling.corrected(placed(followable(e.getMessage()), sql), sql);
        return switch (e.kind()) {
            case STATEMENT ->
                new WingsException(isTooLong(e.getMessage()) ? ErrorKind.EXHAUSTED : ErrorKind.INVALID, message, e);
            case OUT_OF_MEMORY ->
                new WingsException(
                        ErrorKind.EXHAUSTED,
                        "the query needs more memory or disk than it may have: raise WINGS_SERVER_QUERY_MEMORY_BYTES, "
                                + "WINGS_SERVER_SPILL_BYTES or, for large rows, WINGS_SERVER_READ_MEMORY_BYTES, or"
                                + " read less",
                        e);
            case INTERRUPTED -> new WingsException(ErrorKind.CANCELLED, "the query was interrupted", e);
            case BROKEN -> broken(e);
            case DISK -> new WingsException(ErrorKind.INTERNAL, message, e);
        };
    }

    /// Returns the failure for a bug of DuckDB that a statement meets. A client can cause it as often as it
    /// likes, so it raises no alarm, but operators find in the log what they need to report it. The engine is
    /// not used again.
    private static WingsException broken(DuckDbException e) {
        LOG.warn("an engine is broken", e);
        return new WingsException(
                ErrorKind.INVALID,
                "the engine fails at this statement, and will again: say it in another way: " + e.getMessage(),
                e);
    }

    /// Shortens a message: the engine quotes as much as the client likes, and the time to look for advice grows
    /// faster than the length.
    private static String shortened(String message) {
        return message.length() <= MAX_MESSAGE_CHARACTERS
                ? message
                : message.substring(0, MAX_MESSAGE_CHARACTERS - MESSAGE_END_CHARACTERS)
                        + " ... "
                        + message.substring(message.length() - MESSAGE_END_CHARACTERS);
    }

    /// Leaves out advice that nobody can follow here: to change settings, to load extensions, to read another's
    /// manual. The message says first what is wrong, and may quote there what the client wrote; the advice
    /// follows.
    static String followable(String whole) {
        String message = shortened(whole);
        if (message.startsWith("Extension Autoloading Error")
                || IN_EXTENSION.matcher(message).find()) {
            return "Catalog Error: the function belongs to an extension that is not here: "
                    + message.lines().findFirst().orElse("").replaceFirst("^[A-Za-z ]+ Error: ", "");
        }
        List<String> lines = message.lines().toList();
        return Stream.concat(
                        lines.stream()
                                .limit(1)
                                .map(line -> ADVICE_INSIDE
                                        .matcher(line)
                                        .replaceAll("")
                                        .stripTrailing()),
                        lines.stream().skip(1).filter(line -> ADVICE.stream().noneMatch(line::contains)))
                .collect(Collectors.joining("\n"));
    }

    /// Adds to the message the line and the column in the client's text that it is about. The engine was given
    /// almost the same text, so its excerpt is looked for in the line of the same number.
    static String placed(String message, String sql) {
        Matcher excerpt = EXCERPT.matcher(message);
        if (!excerpt.find()) {
            return message;
        }
        int number = Integer.parseInt(excerpt.group(1));
        String[] lines = sql.split("\n", -1);
        String shown = excerpt.group(2);
        int offset = excerpt.group(3).length() - ("LINE " + number + ": ").length();
        if (number > lines.length || offset < 0 || offset > shown.length()) {
            return message;
        }
        String line = lines[number - 1];
        // the engine cuts a long line on both sides
        String cut = shown.replaceFirst("^\\.\\.\\.", "").replaceFirst("\\.\\.\\.$", "");
        int inCut = Math.max(0, offset - (shown.startsWith("...") ? 3 : 0));
        int start = line.indexOf(cut);
        // names may have been put in full in the engine's text
        String marked = cut.substring(
                Math.min(inCut, cut.length()), Math.min(inCut + excerpt.group(4).length(), cut.length()));
        int column = start >= 0 ? start + inCut : line.indexOf(marked);
        if (column < 0) {
            return message;
        }
        String first = message.lines().findFirst().orElse("");
        String place = "; line=" + number + ", column=" + (column + 1);
        return first + place + message.substring(first.length());
    }

    private static boolean isTooLong(String message) {
        return message.contains(BoundedFunctions.TOO_LONG) || message.contains(IMPOSSIBLE_TEXT);
    }
}
