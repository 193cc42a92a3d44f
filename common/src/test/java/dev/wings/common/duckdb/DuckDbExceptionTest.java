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
package dev.wings.common.duckdb;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DuckDbExceptionTest {

    /// The messages are as the engine has been seen to write them.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "Binder Error: no such column | Binder Error: no such column | STATEMENT",
                "`IO Error: disk full\n\nStack Trace:\n0x1\n0x2` | IO Error: disk full | DISK",
                "{\"exception_type\":\"Catalog\",\"exception_message\":\"no \\\"x\\\"\"} | Catalog Error: no \"x\" | STATEMENT",
                "{\"exception_type\":\"INTERNAL\",\"exception_message\":\"NULL!\",\"stack_trace_pointers\":\"1;2\"} |"
                        + " INTERNAL Error: NULL! | BROKEN",
                "{\"exception_message\":\"a\\nb\\n\\nStack Trace:\\n0x1\",\"exception_type\":\"Out of Memory\"} |"
                        + " `Out of Memory Error: a\nb` | OUT_OF_MEMORY",
                "{\"exception_type\":\"Parser\",\"exception_message\":\"near \\u00fc\\t\\u2603\"} |"
                        + " `Parser Error: near \u00fc\t\u2603` | STATEMENT",
                "Invalid Input Error: {\"exception_type\":\"Binder\",\"exception_message\":\"no x\",\"position\":\"7\"} |"
                        + " Binder Error: no x | STATEMENT",
                "{\"exception_message\":\"cut | cut | STATEMENT",
                "{\"a\":1} | {\"a\":1} | STATEMENT",
                "Conversion Error: bad JSON {\"a\":1} | Conversion Error: bad JSON {\"a\":1} | STATEMENT"
            })
    void messageIsForPeople(String given, String expected, DuckDbException.Kind kind) {
        DuckDbException e = new DuckDbException(given);
        assertThat(e).hasMessage(expected);
        assertThat(e.kind()).isEqualTo(kind);
    }

    /// What the engine answers is readable, whatever it is asked for that it cannot do.
    @Test
    void errorsOfTheEngineAreForPeople() {
        try (DuckDb duckDb = DuckDb.open(java.util.Map.of())) {
            for (String sql : new String[] {
                "select * from nowhere",
                "select a from (select 1) x",
                "select 1 +",
                "select 'x'::int",
                "select error('{\"exception_type\":\"x\"}')",
                "select json_serialize_sql('select')",
                "select * from read_csv('/nowhere')",
                "select * from json_execute_serialized_sql('x')",
                "select * from query('select')",
                "select nextval('x')",
                "copy (select 1) to '/nowhere/x'",
                "select date_trunc(NULL, NULL)"
            }) {
                String message = failure(duckDb, sql);
                assertThat(message)
                        .as(sql)
                        .doesNotContain("exception_message", "stack_trace", "Stack Trace", "0x")
                        .containsPattern("^[A-Z][A-Za-z ]+ Error: .");
            }
        }
    }

    private static String failure(DuckDb duckDb, String sql) {
        try {
            duckDb.run(sql);
            return "Passed Error: this worked: " + sql;
        } catch (DuckDbException e) {
            return e.getMessage();
        }
    }
}
