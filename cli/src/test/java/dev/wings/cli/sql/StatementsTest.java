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

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StatementsTest {

    @Test
    void semicolonsDivideStatements() {
        Statements statements = Statements.of("select 1;\n select 2 ;; select 3");

        assertThat(statements.complete()).containsExactly("select 1", "select 2");
        assertThat(statements.rest()).isEqualTo(" select 3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select ';'",
                "select 'it''s;'",
                "select \";\"",
                "select 1 -- ; no\n",
                "select 1 /* ; */",
                "select $$;$$",
                "select $tag$ ; $$ ; $tag$"
            })
    void semicolonsInQuotesAndCommentsDoNotCount(String sql) {
        assertThat(Statements.of(sql + ";").complete()).containsExactly(sql.strip());
    }

    @ParameterizedTest
    @ValueSource(strings = {"select 'a;", "select \"a;", "select /* ;", "select $$;"})
    void whatIsOpenIsNotComplete(String sql) {
        assertThat(Statements.of(sql).complete()).isEmpty();
        assertThat(StatementParser.isComplete(sql)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"select 1;", "  \\dt", "", "  ", "-- nothing", "select 1; -- done"})
    void promptTakesWhatIsComplete(String text) {
        assertThat(StatementParser.isComplete(text)).isTrue();
    }

    @Test
    void dollarAloneQuotesNothing() {
        assertThat(Statements.of("select $1; select $2;").complete()).containsExactly("select $1", "select $2");
    }
}
