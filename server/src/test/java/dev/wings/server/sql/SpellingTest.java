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

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What it makes of statements that are meant well, `FirstStatementsIT` tells.
final class SpellingTest {

    private static final int LENGTH = 1 << 18;
    private static final int MESSAGE_LENGTH = 10_000;

    @Test
    void columnsAreTextWhereTheyStandInQuotes() {
        assertThat(Spelling.corrected("syntax error at or near \"';\nx\n'\": line=1, column=2", "'a'b';\nx\n'"))
                .isEqualTo(
                        "syntax error at or near \"';\nx\n'\": line=1, column=2: a quote within a text is written twice:"
                                + " 'O''Hare'");
        assertThat(Spelling.corrected("Binder Error: column \"SFO\" not found; line=1, column=8", "select \"SFO\""))
                .contains("text takes single quotes: 'SFO'");
    }

    @Test
    void namesThatAreWordsOfSqlTakeQuotes() {
        assertThat(Spelling.corrected("syntax error at or near \"at\": line=1, column=15", "select i from at"))
                .contains("a name that is a word of SQL takes double quotes: \"at\"");
        assertThat(Spelling.corrected("syntax error at or near \"where\": line=1, column=15", "select i from where x"))
                .doesNotContain("double quotes");
    }

    /// The message quotes what the client wrote, which is as long as it likes.
    @Test
    @Timeout(60)
    void nothingTakesLongerThanItIsLong() {
        String columns = fill("column \"");
        String dates = "'" + fill("2001-02-03 ") + "'" + fill(",1");
        for (String sql : new String[] {
            columns,
            dates,
            fill("'a'b "),
            fill("a'"),
            fill("\"a\""),
            fill("limit 1, "),
            fill("\n"),
            fill("(("),
            fill(" - See "),
            fill(" - To a,"),
            fill(", or SET a"),
            fill("\nLINE 1: ")
        }) {
            for (String start :
                    new String[] {"", "Binder Error: Cannot compare values of type ", "Parser Error: syntax error at "
                    }) {
                String message = start + sql + "; line=1, column=8";
                assertThat(Spelling.corrected(message, sql)).isNotNull();
                assertThat(Spelling.corrected(Failures.placed(Failures.followable(message), sql), sql))
                        .hasSizeLessThan(MESSAGE_LENGTH);
            }
        }
    }

    private static String fill(String part) {
        return part.repeat(LENGTH / part.length());
    }
}
