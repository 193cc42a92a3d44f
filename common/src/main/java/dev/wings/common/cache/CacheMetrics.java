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

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/// What is measured about a cache.
final class CacheMetrics {

    private final Counter hitBytes;
    private final Counter missBytes;
    private final Counter fetches;
    private final Counter failures;
    private final Counter evictions;

    CacheMetrics(MeterRegistry registry, CacheState state, long capacityBytes) {
        this.hitBytes = bytes("hit", registry);
        this.missBytes = bytes("miss", registry);
        this.fetches = Counter.builder("wings.cache.fetches")
                .description("ranged reads of the object store for the cache")
                .register(registry);
        this.failures = Counter.builder("wings.cache.failures")
                .description("ranged reads that failed, and indexes that could not be written")
                .register(registry);
        this.evictions = Counter.builder("wings.cache.evictions")
                .description("objects removed from the cache for others")
                .register(registry);
        Gauge.builder("wings.cache.used.bytes", state, CacheState::usedBytes)
                .description("on the local disk")
                .register(registry);
        Gauge.builder("wings.cache.objects", state, CacheState::fileCount)
                .description("objects of which something is on the local disk")
                .register(registry);
        Gauge.builder("wings.cache.capacity.bytes", () -> capacityBytes)
                .description("that the cache may take of the local disk")
                .register(registry);
    }

    private static Counter bytes(String result, MeterRegistry registry) {
        return Counter.builder("wings.cache.bytes")
                .description("asked for, in whole blocks: hit if they were there")
                .tag("result", result)
                .register(registry);
    }

    void loaded(CachedObject.Loaded loaded) {
        hitBytes.increment((double) loaded.cachedBytes());
        missBytes.increment((double) loaded.fetchedBytes());
    }

    void fetched() {
        fetches.increment();
    }

    void failed() {
        failures.increment();
    }

    void evicted(int objects) {
        evictions.increment(objects);
    }
}
