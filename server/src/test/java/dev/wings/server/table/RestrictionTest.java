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

import java.util.Set;
import org.junit.jupiter.api.Test;

class RestrictionTest {

    @Test
    void onlyCommonValuesMatterIfBothHold() {
        assertThat(values(1L, 2L, 5L).and(values(5L, 7L))).isEqualTo(values(5L));
        assertThat(values(1L, 2L).and(values(5L))).isEqualTo(values());
        assertThat(values(1L).and(Restriction.NONE)).isEqualTo(values(1L));
        assertThat(Restriction.NONE.and(values(1L))).isEqualTo(values(1L));
    }

    /// The number 5 and the text of it can be equal for SQL.
    @Test
    void valuesOfDifferentClassesAreNotCompared() {
        assertThat(values(1L, 2L, 5L).and(values("5"))).isEqualTo(values(1L, 2L, 5L));
        assertThat(values("5").and(values(1L, 2L, 5L))).isEqualTo(values("5"));
        assertThat(values(1L, "5").and(values(5L, "5"))).isEqualTo(values(1L, "5"));
    }

    private static Restriction values(Object... values) {
        return Restriction.values(Set.of(values));
    }
}
