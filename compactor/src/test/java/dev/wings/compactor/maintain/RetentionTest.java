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
package dev.wings.compactor.maintain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.compactor.maintain.SnapshotExpiry.Retention;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RetentionTest {

    private static final List<Long> TIMES = List.of(100L, 200L, 300L, 400L, 500L);

    @Test
    void oldSnapshotsGo() {
        assertThat(expired(250, 1, 100)).isEqualTo(2);
        assertThat(expired(100, 1, 100)).isEqualTo(0);
    }

    @Test
    void someStayHoweverOldTheyAre() {
        assertThat(expired(10_000, 1, 100)).isEqualTo(4);
        assertThat(expired(10_000, 3, 100)).isEqualTo(2);
        assertThat(expired(10_000, 9, 100)).isEqualTo(0);
    }

    @Test
    void tooManyGoHoweverYoungTheyAre() {
        assertThat(expired(0, 1, 3)).isEqualTo(2);
        assertThat(expired(0, 1, 5)).isEqualTo(0);
    }

    /// @param oldestKept snapshots before it are too old
    private static int expired(long oldestKept, int min, int max) {
        Duration age = Duration.ofSeconds(1);
        return new Retention(age, min, max, 10, 1_000).expired(TIMES, oldestKept + age.toMillis());
    }
}
