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

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ValuesTextTest {

    @Test
    void rowsAreTheTextsOfTheirExpressions() {
        assertThat(ValuesText.rows("  VALUES (1, 'a, (b''', [1, 2]), -- one, two\n (f(1, (2)), \"c,d\" , {'x': 1})"))
                .contains(List.of(List.of("1", "'a, (b'''", "[1, 2]"), List.of("f(1, (2))", "\"c,d\"", "{'x': 1}")));
        assertThat(ValuesText.rows("values(null)")).contains(List.of(List.of("null")));
    }

    @Test
    void rowOfParametersIsRecognized() {
        assertThat(ValuesText.parametersOnly("values (?, ?)")).contains(List.of(0, 1));
        assertThat(ValuesText.parametersOnly("values ($2, $1)")).contains(List.of(1, 0));
        for (String other :
                List.of("values (?, 1)", "values (?), (?)", "values ($1, $1)", "values (?+1)", "select ?")) {
            assertThat(ValuesText.parametersOnly(other)).as(other).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 1",
                "values",
                "values 1",
                "values (1",
                "values (1),",
                "values (1) (2)",
                "values (1,, 2)",
                "values ()",
                "values (1) order by 1",
                "values (1) union all values (2)",
                "(values (1))",
                "values (1))"
            })
    void whatIsMoreOrLessIsNoList(String text) {
        assertThat(ValuesText.rows(text)).isEmpty();
    }
}
