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
package dev.wings.common.scan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.store.ObjectRange;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageRunTest {

    private static PageRef page(String key, long start, long end) {
        return new PageRef(1, new ObjectRange(key, start, end), 0, 0, List.of());
    }

    private static List<String> runs(long maxBytes, PageRef... pages) {
        List<String> runs = new ArrayList<>();
        PageRun.of(List.of(pages).iterator(), maxBytes)
                .forEachRemaining(
                        run -> runs.add(run.range().key() + "[" + run.range().start() + ","
                                + run.range().end() + ")x" + run.pages().size()));
        return runs;
    }

    @Test
    void neighboursAreReadAtOnce() {
        assertThat(runs(1000, page("a", 12, 100), page("a", 104, 200), page("a", 200, 300), page("b", 300, 400)))
                .containsExactly("a[12,300)x3", "b[300,400)x1");
    }

    @Test
    void runEndsAtItsLimitButOnePageIsAlwaysRead() {
        assertThat(runs(200, page("a", 0, 100), page("a", 100, 200), page("a", 200, 300), page("a", 300, 900)))
                .containsExactly("a[0,200)x2", "a[200,300)x1", "a[300,900)x1");
    }

    @Test
    void farAwayIsAnotherRun() {
        assertThat(runs(1 << 20, page("a", 0, 100), page("a", 65_636, 65_700), page("a", 131_237, 131_300)))
                .containsExactly("a[0,65700)x2", "a[131237,131300)x1");
    }

    @Test
    void orderStaysAsItIs() {
        assertThat(runs(1000, page("a", 100, 200), page("a", 0, 100), page("a", 200, 300)))
                .containsExactly("a[100,200)x1", "a[0,300)x2");
        assertThat(runs(1000)).isEmpty();
    }
}
