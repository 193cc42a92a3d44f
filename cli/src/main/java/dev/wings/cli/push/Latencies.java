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

import java.time.Duration;
import java.util.Arrays;

/// The most recent waiting times. Safe for use by many threads.
final class Latencies {

    private final long[] nanos;
    private long count;

    /// @param size how many are remembered
    Latencies(int size) {
        this.nanos = new long[size];
    }

    synchronized void add(long waitedNanos) {
        nanos[(int) (count++ % nanos.length)] = waitedNanos;
    }

    /// The nearest-rank percentile, 1 to 100, of those remembered; zero if there are none.
    synchronized Duration percentile(int percent) {
        int size = (int) Math.min(count, nanos.length);
        if (size == 0) {
            return Duration.ZERO;
        }
        long[] sorted = Arrays.copyOf(nanos, size);
        Arrays.sort(sorted);
        int rank = (int) Math.ceil(percent / 100.0 * size);
        return Duration.ofNanos(sorted[rank - 1]);
    }
}
