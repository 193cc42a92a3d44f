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
package dev.wings.cli.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class LatenciesTest {

    @Test
    void percentilesAreThoseOfTheNearestRank() {
        Latencies latencies = new Latencies(100);
        for (int i = 100; i >= 1; i--) {
            latencies.add(i);
        }

        assertThat(latencies.percentile(50)).isEqualTo(Duration.ofNanos(50));
        assertThat(latencies.percentile(99)).isEqualTo(Duration.ofNanos(99));
        assertThat(latencies.percentile(100)).isEqualTo(Duration.ofNanos(100));
    }

    @Test
    void oldTimesAreForgotten() {
        Latencies latencies = new Latencies(2);
        latencies.add(1_000);
        latencies.add(1);
        latencies.add(2);

        assertThat(latencies.percentile(100)).isEqualTo(Duration.ofNanos(2));
    }

    @Test
    void noTimesGiveZero() {
        assertThat(new Latencies(2).percentile(50)).isZero();
    }
}
