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
package dev.wings.server.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.cache.ByteRange;
import dev.wings.common.cache.CachedObject;
import dev.wings.common.cache.ObjectId;
import dev.wings.common.cache.RangeCache;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import dev.wings.server.table.SegmentSource;
import dev.wings.server.table.SegmentStats;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentScanTest {

    private static final long CACHE_BYTES = 4 << 20;

    @TempDir
    private Path directory;

    private final AtomicLong fetchedBytes = new AtomicLong();
    private ExecutorService fetchers;
    private Scheduler scheduler;
    private RangeCache cache;

    @BeforeEach
    void open() {
        fetchers = Executors.newVirtualThreadPerTaskExecutor();
        scheduler = Scheduler.system();
        cache = RangeCache.open(
                directory.resolve("cache"),
                (object, start, into) -> {
                    fetchedBytes.addAndGet(into.remaining());
                    into.position(into.limit());
                },
                fetchers,
                new IdGenerator(InstantSource.system(), new Random(1)),
                scheduler,
                new SimpleMeterRegistry(),
                RangeCache.Limits.of(CACHE_BYTES));
    }

    @AfterEach
    void close() {
        cache.close();
        scheduler.close();
        fetchers.close();
    }

    @Test
    void whatCannotFitIntoTheCacheIsRefusedBeforeItIsFetched() {
        assertRefused(scan(object("a", 3 << 20), object("b", 3 << 20)));
        assertThat(fetchedBytes).hasValue(0);
    }

    @Test
    void whatDoesNotFitBesideOthersIsRefusedUntilTheyAreDone() {
        SegmentScan scan = scan(object("a", 3 << 20));
        ObjectId other = object("b", 3 << 20);
        try (CachedObject inUse = cache.open(other)) {
            inUse.load(List.of(new ByteRange(0, other.bytes())));
            assertRefused(scan);
        }
        try (SegmentSource.Attached attached = scan.attach(cache.links().resolve("t0"))) {
            assertThat(attached.chunks()).hasSize(1);
        }
    }

    @Test
    void refusedScanWaitsForItsLoads() throws Exception {
        CountDownLatch refused = new CountDownLatch(1);
        CompletableFuture<Boolean> outlived = new CompletableFuture<>();
        AtomicInteger loads = new AtomicInteger();
        Executor secondIsSlow = load -> fetchers.execute(
                loads.getAndIncrement() == 0
                        ? load
                        : () -> {
                            outlived.complete(awaitShortly(refused));
                            load.run();
                        });
        ObjectId other = object("c", 2 << 20);
        try (CachedObject inUse = cache.open(other)) {
            inUse.load(List.of(new ByteRange(0, other.bytes())));
            assertRefused(scan(secondIsSlow, object("a", 3 << 20), object("b", 1 << 20)));
            refused.countDown();
        }
        assertThat(outlived.get(10, TimeUnit.SECONDS)).isFalse();
    }

    private static boolean awaitShortly(CountDownLatch latch) {
        try {
            return latch.await(300, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void assertRefused(SegmentScan scan) {
        assertThatThrownBy(() -> scan.attach(cache.links().resolve("t0")))
                .isInstanceOfSatisfying(
                        WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.EXHAUSTED))
                .hasMessageContaining("WINGS_SERVER_CACHE_BYTES")
                .hasMessageContaining("cache_bytes=" + CACHE_BYTES);
    }

    private static ObjectId object(String key, long bytes) {
        return new ObjectId(URI.create("file:///s"), key, bytes);
    }

    private SegmentScan scan(ObjectId... objects) {
        return scan(fetchers, objects);
    }

    /// Returns a scan that reads whole objects.
    private SegmentScan scan(Executor loaders, ObjectId... objects) {
        List<Segments.Planned> planned =
                List.of(objects).stream().map(SegmentScanTest::planned).toList();
        return new SegmentScan(planned, new SegmentStats(1, 1, 1, 1, 1, 1, 1, 1, ""), cache, loaders, Optional.empty());
    }

    private static Segments.Planned planned(ObjectId object) {
        DataFile file = DataFiles.builder(PartitionSpec.unpartitioned())
                .withPath("file:///s/" + object.key())
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(object.bytes())
                .withRecordCount(1)
                .build();
        ByteRange all = new ByteRange(0, object.bytes());
        return new Segments.Planned(file, object, all, 0, List.of(all), 1, 1, Map.of());
    }
}
