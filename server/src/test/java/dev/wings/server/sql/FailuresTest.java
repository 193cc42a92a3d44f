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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailuresTest {

    /// Messages as the engine has them, and what is left of them: `@` ends a line.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Division by zero in expression x. Use TRY(...) to return NULL for this expression, or SET"
                        + " error_on_division_by_zero=false to return NULL for all divisions by zero."
                        + " | Division by zero in expression x. Use TRY(...) to return NULL for this expression.",
                "Pivot column limit of 5 exceeded. Use SET pivot_limit=X to increase the limit."
                        + " | Pivot column limit of 5 exceeded.",
                "Max expression depth limit of 250 exceeded. Use \"SET max_expression_depth TO x\" to increase the maximum"
                        + " expression depth. | Max expression depth limit of 250 exceeded.",
                "More than one row returned. Use \"SET scalar_subquery_error_on_multiple_rows=false\" to revert to"
                        + " previous behavior of returning a random row. | More than one row returned.",
                "Too much@* SET arrow_large_buffer_size=true to use large string buffers | Too much",
                "Too much@Possible solutions:@* Reducing the number of threads (SET threads=X)@* Use less"
                        + " | Too much@Possible solutions:@* Use less",
                "It is possible that the encoding exists in the encodings extension. You can try \"INSTALL encodings; LOAD"
                        + " encodings\" | It is possible that the encoding exists in the encodings extension.",
                "Broken@For more information, see https://duckdb.org/docs/current/dev/internal_errors | Broken",
                "Conversion Error: Could not convert string 'Use SET x = 1.' to INT32@@LINE 1: select x"
                        + " | Conversion Error: Could not convert string 'Use SET x = 1.' to INT32@@LINE 1: select x",
                "No function matches. You might need to add explicit type casts. Or use try_cast."
                        + " | No function matches. You might need to add explicit type casts. Or use try_cast.",
                "Scalar Function with name x is not in the catalog, but it exists in the spatial extension.@To install and"
                        + " load the extension, run:@INSTALL spatial;@LOAD spatial; | Catalog Error: the function belongs to"
                        + " an extension that is not here: Scalar Function with name x is not in the catalog, but it exists"
                        + " in the spatial extension."
            })
    void adviceThatNobodyCanFollowIsLeftOut(String message, String expected) {
        assertThat(Failures.followable(message.replace('@', '\n')).stripTrailing())
                .isEqualTo(expected.replace('@', '\n'));
    }

    @Test
    void placesAreThoseOfTheClientsText() {
        String sql = "select 1,\n  foo from default.t";
        assertThat(Failures.placed(
                        "Binder Error: no foo!\nCandidates: x\n\nLINE 2:   foo from \"default\".t\n          ^^^", sql))
                .startsWith("Binder Error: no foo!; line=2, column=3\nCandidates: x");
        String wide = "select " + "a, ".repeat(100) + "foo, " + "b, ".repeat(100) + "1";
        assertThat(Failures.placed("Binder Error: no foo\n\nLINE 1: ...a, a, foo, b, b...\n                 ^", wide))
                .startsWith("Binder Error: no foo; line=1, column=308");
        assertThat(Failures.placed("no place", sql)).isEqualTo("no place");
        assertThat(Failures.placed("LINE 7: x\n        ^", sql)).isEqualTo("LINE 7: x\n        ^");
    }
}
