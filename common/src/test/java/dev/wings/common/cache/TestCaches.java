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
package dev.wings.common.cache;

import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;

/// Small caches whose index is written only when the test says so.
final class TestCaches {

    private TestCaches() {}

    /// Blocks of 64 bytes, requests of 4 blocks, gaps of 1.
    static RangeCache.Limits limits(long capacityBytes) {
        return new RangeCache.Limits(capacityBytes, 64, 256, 64, 4, Duration.ofHours(1));
    }

    static RangeCache open(CacheDisk disk, RangeSource source, InstantSource clock, RangeCache.Limits limits)
            throws IOException {
        return RangeCache.open(
                disk,
                source,
                task -> Thread.ofVirtual().start(task),
                new IdGenerator(clock, new Random()),
                new Never(),
                new SimpleMeterRegistry(),
                limits);
    }

    private static final class Never implements Scheduler {
        @Override
        public Timer schedule(Duration delay, Runnable action) {
            return () -> {};
        }

        @Override
        public void sleep(Duration duration) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            // there is nothing pending
        }
    }
}
