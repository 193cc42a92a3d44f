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
package dev.wings.controlplane.paging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PageRequestTest {

    @Test
    void pagesFollowEachOtherToTheEnd() {
        PageRequest first = PageRequest.parse("things", 1, 2, "");
        assertThat(first.fetch()).isEqualTo(3);
        assertThat(first.after(0)).isEmpty();
        assertThat(first.position()).isEmpty();
        ResultPage<String> page = first.page(List.of("a", "b", "c"), List::of);
        assertThat(page.items()).containsExactly("a", "b");

        PageRequest second = PageRequest.parse("things", 1, 2, page.nextToken());
        assertThat(second.after(0)).isEqualTo("b");
        assertThat(second.page(List.of("c"), List::of).nextToken()).isEmpty();
    }

    @Test
    void positionsHoldAnyText() {
        List<String> position = List.of("", "\u0000/\ud83d\ude80" + "x".repeat(1024));
        PageRequest request = PageRequest.parse("things", 2, 1, "");
        String token = request.page(List.of(1, 2), item -> position).nextToken();
        assertThat(PageRequest.parse("things", 2, 1, token).position()).contains(position);
    }

    @Test
    void sizesHaveADefaultAndABound() {
        assertThat(PageRequest.parse("things", 1, 0, "").limit()).isEqualTo(100);
        assertThat(PageRequest.parse("things", 1, 1_000_000, "").limit()).isEqualTo(1_000);
        assertInvalid(() -> PageRequest.parse("things", 1, -1, ""));
    }

    @Test
    void tokenOfAnotherListIsRefused() {
        String token = PageRequest.parse("things", 1, 1, "")
                .page(List.of("a", "b"), List::of)
                .nextToken();
        assertInvalid(() -> PageRequest.parse("others", 1, 1, token));
        assertInvalid(() -> PageRequest.parse("things", 2, 1, token));
        assertInvalid(() -> PageRequest.parse("things", 1, 1, token.substring(1)));
        assertInvalid(() -> PageRequest.parse("things", 1, 1, token + "AAAA"));
        assertInvalid(() -> PageRequest.parse("things", 1, 1, "not base64!"));
        assertInvalid(() -> PageRequest.parse("things", 1, 1, "x".repeat(10_000)));
    }

    private static void assertInvalid(Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        WingsException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.INVALID));
    }

    /// I11: large items make short pages, of one item at least, and none is left out.
    @Test
    void pageOfLargeItemsIsShort() {
        List<Integer> sizes = List.of(1, 600_000, 600_000, 5_000_000, 1, 1, 1_048_576, 7);
        List<Integer> seen = new ArrayList<>();
        List<Integer> pages = new ArrayList<>();
        String token = "";
        do {
            PageRequest request = PageRequest.parse("sizes", 1, 3, token);
            int after = request.position().isEmpty() ? 0 : Integer.parseInt(request.after(0));
            List<Integer> found = new ArrayList<>();
            for (int i = after; i < Math.min(sizes.size(), after + request.fetch()); i++) {
                found.add(i);
            }
            ResultPage<Integer> page =
                    request.page(found, item -> List.of(Integer.toString(item + 1)), item -> sizes.get(item));
            seen.addAll(page.items());
            pages.add(page.items().size());
            token = page.nextToken();
        } while (!token.isEmpty());
        assertThat(seen).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(pages).containsExactly(2, 1, 1, 2, 1, 1);
    }
}
