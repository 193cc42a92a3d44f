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
package dev.wings.cli.demo;

import dev.wings.cli.push.PushStatus;
import java.util.ArrayDeque;
import java.util.Deque;

/// Rows and bytes per second over the last seconds. For use by one thread.
final class Rates {

    private static final long WINDOW_NANOS = 3_000_000_000L;

    private record Sample(long nanos, long rows, long bytes) {}

    private final Deque<Sample> samples = new ArrayDeque<>();

    void add(long nowNanos, PushStatus status) {
        samples.addLast(new Sample(nowNanos, status.acknowledgedRows(), status.sentBytes()));
        while (samples.size() > 2 && nowNanos - samples.getFirst().nanos() > WINDOW_NANOS) {
            samples.removeFirst();
        }
    }

    double rowsPerSecond() {
        return samples.isEmpty()
                ? 0
                : perSecond(samples.getLast().rows() - samples.getFirst().rows());
    }

    double bytesPerSecond() {
        return samples.isEmpty()
                ? 0
                : perSecond(samples.getLast().bytes() - samples.getFirst().bytes());
    }

    private double perSecond(long amount) {
        long nanos = samples.getLast().nanos() - samples.getFirst().nanos();
        return nanos == 0 ? 0 : amount * 1e9 / nanos;
    }
}
