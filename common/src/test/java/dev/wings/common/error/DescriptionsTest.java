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
package dev.wings.common.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class DescriptionsTest {

    @Test
    void longTextsKeepTheirStartAndTheirEndAndFitIntoAHeader() {
        for (String letter : List.of("x", "%", "\n", "\u00fc", "\u2603", "\uD83D\uDE00")) {
            for (int length : new int[] {0, 1, 300, 340, 4000, 4096, 4097, 100_000}) {
                String text = "not found: " + letter.repeat(length) + ": line=1, column=7";
                String shortened = Descriptions.shortened(text);
                assertThat(travelling(shortened)).isLessThanOrEqualTo(4096);
                assertThat(shortened).startsWith("not found: ").endsWith(": line=1, column=7");
                if (travelling(text) <= 4096) {
                    assertThat(shortened).isEqualTo(text);
                } else {
                    assertThat(shortened).contains(" ... ");
                    assertThat(travelling(shortened)).isGreaterThan(4000);
                }
                assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(shortened))
                        .isTrue();
            }
        }
        assertThat(GrpcErrors.toStatus(WingsException.invalid("x".repeat(10_000)))
                        .getStatus()
                        .getDescription())
                .hasSizeLessThan(4097);
    }

    private static int travelling(String text) {
        int bytes = 0;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            bytes += b >= ' ' && b <= '~' && b != '%' ? 1 : 3;
        }
        return bytes;
    }
}
