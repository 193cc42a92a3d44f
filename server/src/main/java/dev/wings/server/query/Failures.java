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

import dev.wings.common.duckdb.DuckDbException;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What DuckDB's failures mean to the caller.
final class Failures {

    /// Of a text that would be longer than any that DuckDB can hold.
    private static final String IMPOSSIBLE_TEXT = "Cannot create a string of size";

    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private static final List<String> ADVICE =
            List.of("SET ", "PRAGMA ", "INSTALL ", "LOAD ", "https://duckdb.org", "http://extensions.duckdb.org");

    private static final Pattern IN_EXTENSION =
            Pattern.compile("is not in the catalog, but it exists in the \\w+ extension");

    private static final Pattern DEPTH_ADVICE =
            Pattern.compile(" Use \"SET max_expression_depth TO x\" to increase the maximum expression depth\\.?");

    private Failures() {}

    static WingsException of(DuckDbException e) {
        String message = "SQL: " + followable(e.getMessage());
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

    /// A bug of DuckDB that a statement meets, as often as its client likes: no alarm, but what operators need to
    /// report it. The engine is not used again.
    private static WingsException broken(DuckDbException e) {
        LOG.warn("an engine is broken", e);
        return new WingsException(
                ErrorKind.INVALID,
                "the engine fails at this statement, and will again: say it in another way: " + e.getMessage(),
                e);
    }

    /// Without advice that nobody can follow here: to change settings, to load extensions, to read another's manual.
    /// What is wrong comes first, and may quote what the client wrote; advice follows.
    private static String followable(String message) {
        if (message.contains("Deprecated lambda arrow")) {
            return "Binder Error: the arrow -> makes no lambda any more: write lambda x: x + 1";
        }
        if (message.startsWith("Extension Autoloading Error")
                || IN_EXTENSION.matcher(message).find()) {
            return "Catalog Error: the function belongs to an extension that is not here: "
                    + message.lines().findFirst().orElse("").replaceFirst("^[A-Za-z ]+ Error: ", "");
        }
        List<String> lines = message.lines().toList();
        return Stream.concat(
                        lines.stream()
                                .limit(1)
                                .map(line -> DEPTH_ADVICE.matcher(line).replaceFirst("")),
                        lines.stream().skip(1).filter(line -> ADVICE.stream().noneMatch(line::contains)))
                .collect(Collectors.joining("\n"));
    }

    private static boolean isTooLong(String message) {
        return message.contains(BoundedFunctions.TOO_LONG) || message.contains(IMPOSSIBLE_TEXT);
    }
}
