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
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class RangeCacheTest {

    private static final ObjectId OBJECT = new ObjectId(URI.create("file:///s"), "a/b", 1000);

    @TempDir
    private Path directory;

    private final AtomicLong time = new AtomicLong(1000);
    private final InstantSource clock = () -> Instant.ofEpochMilli(time.getAndIncrement());

    @Test
    void rangeIsFetchedOnceInWholeBlocks() throws IOException {
        TestSource source = new TestSource(1, 0);
        try (RangeCache cache = open(source, 10_000);
                CachedObject object = cache.open(OBJECT)) {
            assertThat(read(object, 70, 10).fetchedBytes()).isEqualTo(64);
            assertThat(read(object, 64, 64)).isEqualTo(new CachedObject.Loaded(64, 0));
            assertThat(source.reads()).containsExactly(new ByteRange(64, 128));
            assertThat(cache.usedBytes()).isEqualTo(64);
            assertThat(object.cachedBytes(List.of(new ByteRange(70, 80), new ByteRange(100, 200))))
                    .isEqualTo(10 + 28);
        }
    }

    @Test
    void nearMissesAreJoinedAndLongOnesSplit() throws IOException {
        TestSource source = new TestSource(1, 0);
        try (RangeCache cache = open(source, 10_000);
                CachedObject object = cache.open(OBJECT)) {
            object.load(List.of(new ByteRange(0, 1), new ByteRange(128, 129), new ByteRange(400, 401)));
            assertThat(source.reads()).containsExactlyInAnyOrder(new ByteRange(0, 192), new ByteRange(384, 448));
            object.load(List.of(new ByteRange(0, 1000)));
            assertThat(source.reads())
                    .contains(new ByteRange(192, 384), new ByteRange(448, 704), new ByteRange(704, 960))
                    .contains(new ByteRange(960, 1000));
        }
    }

    @Test
    void gapsAreLeftOutWhereThereIsNoRoomForThem() throws IOException {
        TestSource source = new TestSource(1, 0);
        try (RangeCache cache = open(source, 256);
                CachedObject object = cache.open(OBJECT)) {
            read(object, 320, 128);
            object.load(List.of(new ByteRange(0, 1), new ByteRange(128, 129)));
            assertThat(source.reads())
                    .containsExactlyInAnyOrder(new ByteRange(320, 448), new ByteRange(0, 64), new ByteRange(128, 192));
        }
    }

    @Test
    void concurrentMissIsFetchedOnce() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        TestSource content = new TestSource(1, 0);
        RangeSource slow = (object, start, into) -> {
            started.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            content.read(object, start, into);
        };
        try (RangeCache cache = open(slow, 10_000);
                ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor();
                CachedObject first = cache.open(OBJECT);
                CachedObject second = cache.open(OBJECT)) {
            Future<CachedObject.Loaded> one = readers.submit(() -> read(first, 0, 64));
            started.await();
            Future<CachedObject.Loaded> two = readers.submit(() -> read(second, 0, 64));
            go.countDown();
            one.get();
            two.get();
            assertThat(content.reads()).hasSize(1);
        }
    }

    @Test
    void failureReachesTheCallerAndTheNextOneTriesAgain() throws IOException {
        try (RangeCache cache = open(new TestSource(1, 100), 10_000);
                CachedObject object = cache.open(OBJECT)) {
            assertThatThrownBy(() -> read(object, 0, 64))
                    .isInstanceOfSatisfying(
                            WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.UNAVAILABLE));
            assertThat(cache.usedBytes()).isZero();
        }
    }

    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void fetchWithoutMemoryKeepsNoPlace() throws IOException {
        int requestBytes = 2047 << 20;
        assumeTrue(Runtime.getRuntime().maxMemory() < requestBytes, "buffers take no more than the heap may");
        RangeCache.Limits onePlace =
                new RangeCache.Limits(2L * requestBytes, 1 << 20, requestBytes, 0, 1, Duration.ofHours(1));
        try (RangeCache cache = TestCaches.open(LocalCacheDisk.open(directory), new TestSource(1, 0), clock, onePlace);
                CachedObject object = cache.open(OBJECT)) {
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatThrownBy(() -> read(object, 0, 64)).isInstanceOf(OutOfMemoryError.class);
            }
            assertThat(cache.usedBytes()).isZero();
        }
    }

    @Test
    void leastRecentlyUsedGoesButNeverWhatIsInUse() throws IOException {
        try (RangeCache cache = open(new TestSource(1, 0), 2500)) {
            ObjectId[] objects = {object(1), object(2), object(3)};
            readAll(cache, objects[0]);
            readAll(cache, objects[1]);
            try (CachedObject inUse = cache.open(objects[0])) {
                readAll(cache, objects[2]);
                assertThat(read(inUse, 0, 1000).cachedBytes()).isEqualTo(1000);
            }
            assertThat(cache.usedBytes()).isEqualTo(2000);
            assertThat(readAll(cache, objects[1]).fetchedBytes()).isEqualTo(1000);
            try (CachedObject a = cache.open(object(4));
                    CachedObject b = cache.open(object(5));
                    CachedObject c = cache.open(object(6))) {
                read(a, 0, 1000);
                read(b, 0, 1000);
                assertThatThrownBy(() -> read(c, 0, 1000))
                        .isInstanceOfSatisfying(
                                WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.EXHAUSTED));
            }
        }
        assertThat(directory.resolve("files")).isDirectoryContaining(file -> true);
    }

    @Test
    void whatWasThereIsThereAfterARestart() throws IOException {
        try (RangeCache cache = open(new TestSource(1, 0), 10_000)) {
            readAll(cache, OBJECT);
        }
        TestSource source = new TestSource(1, 0);
        try (RangeCache cache = open(source, 10_000)) {
            assertThat(readAll(cache, OBJECT).cachedBytes()).isEqualTo(1000);
            assertThat(source.reads()).isEmpty();
        }
    }

    @Test
    void damagedIndexAndCutDataAreDropped() throws IOException {
        try (RangeCache cache = open(new TestSource(1, 0), 10_000)) {
            readAll(cache, object(1));
            readAll(cache, object(2));
        }
        List<Path> files;
        try (var found = Files.list(directory.resolve("files"))) {
            files = found.sorted().toList();
        }
        assertThat(files).hasSize(4);
        byte[] index = Files.readAllBytes(files.get(1));
        index[30] ^= 1;
        Files.write(files.get(1), index);
        Files.write(files.get(2), new byte[10]);
        try (RangeCache cache = open(new TestSource(1, 0), 10_000)) {
            assertThat(cache.usedBytes()).isZero();
            assertThat(directory.resolve("files")).isEmptyDirectory();
        }
    }

    @Test
    void linkIsTheFileAndOutlivesNoRestart() throws IOException {
        try (RangeCache cache = open(new TestSource(1, 0), 10_000);
                CachedObject object = cache.open(OBJECT)) {
            Path link = object.link(cache.links());
            object.load(List.of(new ByteRange(64, 128)));
            byte[] found = Files.readAllBytes(link);
            assertThat(found).hasSize(1000);
            assertThat(java.util.Arrays.copyOfRange(found, 64, 128))
                    .isEqualTo(java.util.Arrays.copyOfRange(TestSource.content(OBJECT), 64, 128));
        }
        try (RangeCache cache = open(new TestSource(1, 0), 10_000)) {
            assertThat(cache.links()).isEmptyDirectory();
        }
    }

    @Test
    void linkHasItsNameAgainOnlyWhileNothingArrives() throws IOException {
        try (RangeCache cache = open(new TestSource(1, 0), 2000)) {
            Path first;
            try (CachedObject object = cache.open(OBJECT)) {
                object.load(List.of(new ByteRange(0, 64)));
                first = linkOnce(cache, object);
                object.load(List.of(new ByteRange(0, 64)));
                assertThat(linkOnce(cache, object)).isEqualTo(first);
                object.load(List.of(new ByteRange(64, 128)));
                assertThat(linkOnce(cache, object)).isNotEqualTo(first);
            }
            for (int other = 1; other <= 3; other++) {
                readAll(cache, object(other));
            }
            try (CachedObject object = cache.open(OBJECT)) {
                object.load(List.of(new ByteRange(0, 64)));
                assertThat(linkOnce(cache, object)).isNotEqualTo(first);
            }
        }
    }

    private static Path linkOnce(RangeCache cache, CachedObject object) throws IOException {
        Path link = object.link(cache.links());
        Files.delete(link);
        return link;
    }

    @Test
    void directoryIsOneCachesOnly() throws IOException {
        try (RangeCache cache = open(new TestSource(1, 0), 10_000)) {
            assertThatThrownBy(() -> open(new TestSource(1, 0), 10_000))
                    .isInstanceOfSatisfying(
                            WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.PRECONDITION));
            assertThat(cache.usedBytes()).isZero();
        }
    }

    private RangeCache open(RangeSource source, long capacity) throws IOException {
        return TestCaches.open(LocalCacheDisk.open(directory), source, clock, TestCaches.limits(capacity));
    }

    private static ObjectId object(int number) {
        return new ObjectId(OBJECT.store(), "o" + number, 1000);
    }

    private static CachedObject.Loaded readAll(RangeCache cache, ObjectId id) {
        try (CachedObject object = cache.open(id)) {
            return read(object, 0, 1000);
        }
    }

    private static CachedObject.Loaded read(CachedObject object, int start, int length) {
        ByteBuffer into = ByteBuffer.allocate(length);
        CachedObject.Loaded loaded = object.read(start, into);
        assertThat(into.flip()).isEqualTo(ByteBuffer.wrap(TestSource.content(object.id()), start, length));
        return loaded;
    }
}
