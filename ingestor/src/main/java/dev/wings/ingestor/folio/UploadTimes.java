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
package dev.wings.ingestor.folio;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/// How long the last uploads took. Safe for use by many threads.
final class UploadTimes {

    private static final int KEPT = 128;
    private static final int ENOUGH = 20;

    private final long[] nanos = new long[KEPT];
    private long count;

    synchronized void add(Duration time) {
        nanos[(int) (count++ % KEPT)] = time.toNanos();
    }

    /// The time that 95 of 100 uploads stay below; absent until there were enough to tell.
    synchronized Optional<Duration> percentile95() {
        if (count < ENOUGH) {
            return Optional.empty();
        }
        long[] sorted = Arrays.copyOf(nanos, (int) Math.min(count, KEPT));
        Arrays.sort(sorted);
        return Optional.of(Duration.ofNanos(sorted[sorted.length * 95 / 100]));
    }
}
