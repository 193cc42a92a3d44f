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
package dev.wings.server.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.duckdb.DuckDb;
import dev.wings.common.duckdb.DuckDbException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TableRefTest {

    /// Names are folded as the engine does, which is asked: a letter and what Unicode makes of it.
    @Test
    void namesFoldAsTheEngineFoldsThem() {
        try (DuckDb duckDb = DuckDb.open(Map.of())) {
            for (String letter : List.of(
                    "K", "k", "\u212a", "S", "s", "\u017f", "I", "i", "\u0130", "\u0131", "\u00c9", "\u00e9",
                    "\u00df")) {
                duckDb.run("CREATE OR REPLACE TABLE " + TableRef.quote("x" + letter) + " (a INTEGER)");
                for (String other : List.of(letter, letter.toUpperCase(Locale.ROOT), letter.toLowerCase(Locale.ROOT))) {
                    boolean same = TableRef.folded("x" + letter).equals(TableRef.folded("x" + other));
                    assertThat(found(duckDb, "x" + other))
                            .as(letter + " and " + other)
                            .isEqualTo(same);
                }
                duckDb.run("DROP TABLE " + TableRef.quote("x" + letter));
            }
        }
    }

    private static boolean found(DuckDb duckDb, String name) {
        try {
            duckDb.run("SELECT * FROM " + TableRef.quote(name));
            return true;
        } catch (DuckDbException e) {
            return false;
        }
    }

    @Test
    void tablesAreTheSameInAnyCase() {
        assertThat(new TableRef("Default", "FLIGHTS")).isEqualTo(new TableRef("default", "flights"));
        assertThat(new TableRef("default", "\u212anown")).isNotEqualTo(new TableRef("default", "known"));
        assertThat(new TableRef("a\"b", "C").sql()).isEqualTo("wings.\"a\"\"b\".\"c\"");
    }
}
