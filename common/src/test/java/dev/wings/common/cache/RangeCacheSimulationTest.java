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

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Readers at random ranges of random objects, over a store that fails and a machine that crashes: what is read is what
/// the object holds, always, and the cache stays within its bounds.
final class RangeCacheSimulationTest {

    private static final int OBJECTS = 12;
    private static final int READERS = 6;
    private static final int READS = 150;
    private static final int LIVES = 5;

    private final AtomicLong time = new AtomicLong(1_000_000);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whatIsReadIsWhatTheObjectHoldsWhateverHappens(long seed) throws Exception {
        Random random = new Random(seed);
        LosingDisk disk = new LosingDisk();
        long hits = 0;
        for (int life = 0; life < LIVES; life++) {
            TestSource source = new TestSource(random.nextLong(), 20);
            RangeCache cache = open(disk, source);
            hits += live(cache, random);
            assertThat(cache.usedBytes()).as("seed %d", seed).isLessThanOrEqualTo(limits().capacityBytes());
            if (random.nextBoolean()) {
                cache.close();
                disk = disk.crash(random);
            } else {
                disk = disk.crash(random);
                cache.close();
            }
        }
        assertThat(hits).as("bytes that came from the cache, seed %d", seed).isPositive();
    }

    @Test
    void indexThatIsWrittenWhileBlocksArriveClaimsOnlyWhatWasSynced() throws Exception {
        LosingDisk disk = new LosingDisk();
        try (RangeCache cache = open(disk, new TestSource(1, 0));
                ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> reading = readers.submit(() -> {
                for (int seed = 0; seed < 5; seed++) {
                    live(cache, new Random(seed));
                }
                return true;
            });
            while (!reading.isDone()) {
                cache.persist();
            }
            reading.get();
        }
        assertThat(disk.falseClaims()).isZero();
    }

    /// The canary proves that the rig notices: an index that claims what was not synced gives other bytes.
    @Test
    void canary() throws IOException {
        assertThat(lostWithoutSync(new Random(1))).isPositive();
    }

    private int lostWithoutSync(Random random) throws IOException {
        int lost = 0;
        for (int round = 0; round < 20; round++) {
            LosingDisk disk = new LosingDisk();
            String name = "00000000-0000-0000-0000-000000000000";
            disk.create(name + ".data", object(0).bytes());
            disk.write(name + ".data", 0, ByteBuffer.wrap(TestSource.content(object(0))));
            disk.replace(name + ".index", new CacheIndex(object(0), 64, 1, blocks(object(0))).encode());
            assertThat(disk.falseClaims()).isEqualTo(1);
            try (RangeCache cache = open(disk.crash(random), new TestSource(1, 0));
                    CachedObject object = cache.open(object(0))) {
                ByteBuffer into = ByteBuffer.allocate((int) object.id().bytes());
                object.read(0, into);
                lost += matches(object.id(), 0, into.flip()) ? 0 : 1;
            }
        }
        return lost;
    }

    private static BitSet blocks(ObjectId object) {
        BitSet blocks = new BitSet();
        blocks.set(0, CachedFile.blockCount(object, 64));
        return blocks;
    }

    private long live(RangeCache cache, Random random) throws Exception {
        List<Long> seeds = random.longs(READERS).boxed().toList();
        try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Long>> running = new ArrayList<>();
            for (long seed : seeds) {
                running.add(readers.submit(() -> read(cache, new Random(seed))));
            }
            long hits = 0;
            for (Future<Long> each : running) {
                hits += each.get();
            }
            return hits;
        }
    }

    private long read(RangeCache cache, Random random) {
        long hits = 0;
        for (int i = 0; i < READS; i++) {
            time.incrementAndGet();
            ObjectId object = object(random.nextInt(OBJECTS));
            int start = random.nextInt((int) object.bytes());
            int length = random.nextInt((int) object.bytes() - start + 1);
            ByteBuffer into = ByteBuffer.allocate(length);
            try (CachedObject lease = cache.open(object)) {
                if (random.nextInt(4) == 0) {
                    lease.load(List.of(new ByteRange(0, 1), new ByteRange(object.bytes() / 2, object.bytes() / 2 + 1)));
                }
                hits += lease.read(start, into).cachedBytes();
                assertThat(matches(object, start, into.flip())).isTrue();
            } catch (WingsException e) {
                assertThat(e.kind()).isIn(ErrorKind.UNAVAILABLE, ErrorKind.EXHAUSTED);
            }
            if (random.nextInt(20) == 0) {
                cache.persist();
            }
        }
        return hits;
    }

    private static boolean matches(ObjectId object, int start, ByteBuffer found) {
        return ByteBuffer.wrap(TestSource.content(object), start, found.remaining())
                .equals(found);
    }

    private static ObjectId object(int number) {
        return new ObjectId(URI.create("file:///store"), "o/" + number, 700 + 400L * number);
    }

    private static RangeCache.Limits limits() {
        return TestCaches.limits(12_000);
    }

    private RangeCache open(LosingDisk disk, TestSource source) throws IOException {
        return TestCaches.open(disk, source, InstantSource.fixed(Instant.ofEpochMilli(time.get())), limits());
    }
}
