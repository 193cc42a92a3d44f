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

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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

    @Test
    void anyOfSaysWhatAllSay() {
        Restriction five = values(5L).and(Restriction.atLeast(5L)).and(Restriction.atMost(5L));
        Restriction seven = values(7L).and(Restriction.atLeast(7L)).and(Restriction.atMost(7L));
        assertThat(Restriction.anyOf(List.of(seven, five)))
                .isEqualTo(values(5L, 7L).and(Restriction.atLeast(5L)).and(Restriction.atMost(7L)));
        assertThat(Restriction.anyOf(List.of(five, Restriction.NONE, seven))).isEqualTo(Restriction.NONE);
        assertThat(Restriction.anyOf(List.of(five, Restriction.atLeast(3L)))).isEqualTo(Restriction.atLeast(3L));
        assertThat(Restriction.anyOf(List.of())).isEqualTo(Restriction.NONE);
    }

    /// All of the texts have the same hash. If the work grew with the square of their number, it would take
    /// hours.
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void longListsTakeTimeInProportion() {
        List<Restriction> each = new ArrayList<>();
        for (int i = 0; i < 1 << 16; i++) {
            int n = i;
            String text = IntStream.range(0, 16)
                    .mapToObj(bit -> (n >> bit & 1) == 0 ? "Aa" : "BB")
                    .collect(Collectors.joining());
            each.add(values(text).and(Restriction.atLeast(text)).and(Restriction.atMost(text)));
        }
        assertThat(Restriction.anyOf(each).values())
                .hasValueSatisfying(all -> assertThat(all).hasSize(1 << 16));
        assertThat(Restriction.anyOf(each).and(Restriction.anyOf(each)).values())
                .isEqualTo(Restriction.anyOf(each).values());
    }

    private static Restriction values(Object... values) {
        return Restriction.values(Set.of(values));
    }
}
