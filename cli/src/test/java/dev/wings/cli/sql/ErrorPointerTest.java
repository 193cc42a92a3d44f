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

final class ErrorPointerTest {

    @Test
    void caretStandsBelowThePlace() {
        assertThat(ErrorPointer.of("select 1,\n\torign from flights", "no such column: line=2, column=2"))
                .isEqualTo(" orign from flights\n ^\n");
    }

    @Test
    void placeAtTheEndOfTheLineIsShown() {
        assertThat(ErrorPointer.of("select", "syntax error: line=1, column=7")).isEqualTo("select\n      ^\n");
    }

    @Test
    void longLineIsCutAroundThePlace() {
        String sql = "select " + "x, ".repeat(200) + "bad " + ", y".repeat(200);
        String pointer = ErrorPointer.of(sql, "line=1, column=" + (sql.indexOf("bad") + 1));

        String[] lines = pointer.lines().toArray(String[]::new);
        assertThat(lines[0]).hasSize(100);
        assertThat(lines[0].substring(lines[1].indexOf('^'))).startsWith("bad");
    }

    @Test
    void messageWithoutPlaceOrWithAnImpossibleOneGivesNothing() {
        assertThat(ErrorPointer.of("select 1", "it failed")).isEmpty();
        assertThat(ErrorPointer.of("select 1", "line=3, column=1")).isEmpty();
        assertThat(ErrorPointer.of("select 1", "line=1, column=99")).isEmpty();
        assertThat(ErrorPointer.of("select 1", "line=0, column=0")).isEmpty();
    }
}
