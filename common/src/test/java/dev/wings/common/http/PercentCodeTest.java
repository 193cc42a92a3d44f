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
package dev.wings.common.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.WingsException;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PercentCodeTest {

    @Test
    void encodedSlashDividesNothing() {
        assertThat(PercentCode.segments("/v1/a%2Fb/c+d%20e/%1F")).containsExactly("", "v1", "a/b", "c d e", "\u001f");
    }

    @Test
    void queryIsDecoded() {
        assertThat(PercentCode.query("a=1%262&b=&c&a=3")).isEqualTo(Map.of("a", "3", "b", "", "c", ""));
        assertThat(PercentCode.query(null)).isEmpty();
    }

    @Test
    void brokenCodeIsRefused() {
        assertThatThrownBy(() -> PercentCode.decode("%zz")).isInstanceOf(WingsException.class);
        assertThatThrownBy(() -> PercentCode.query("a=1&".repeat(100))).hasMessageContaining("too many parameters");
    }
}
