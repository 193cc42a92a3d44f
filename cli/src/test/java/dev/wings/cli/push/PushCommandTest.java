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
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PushCommandTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 | 1 | x: 1 row acknowledged in 500 ms",
                "999 | 4 | x: 999 rows acknowledged in 500 ms",
                "200000 | 4 | x: 200,000 rows acknowledged in 500 ms, 400,000 rows/s",
                "200000 | 100 | x: 200,000 rows acknowledged in 500 ms, 400,000 rows/s; answers took p50 2.0 ms, p99 9.0 ms"
            })
    void figuresThatSayNothingAreLeftOut(long rows, long batches, String expected) {
        PushStatus status = new PushStatus(
                rows, rows, rows, batches, 0, 0, 0, List.of(), Duration.ofMillis(2), Duration.ofMillis(9));
        assertThat(PushCommand.summary("x", status, Duration.ofMillis(500))).isEqualTo(expected);
    }
}
