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
package dev.wings.common.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What every object store does. An implementation runs it by giving an empty store.
public abstract class ObjectStoreContract {

    private ObjectStore store;

    /// A store without objects; closed after the test.
    protected abstract ObjectStore openEmpty();

    protected final ObjectStore store() {
        return store;
    }

    @BeforeEach
    final void openStore() {
        store = openEmpty();
    }

    @AfterEach
    final void closeStore() {
        store.close();
    }

    @Test
    void fileBecomesAnObject(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("written"), "hello, file");
        Path other = Files.writeString(directory.resolve("other"), "another");

        store.create("a/file", file);
        assertFails(ErrorKind.ALREADY_EXISTS, () -> store.create("a/file", other));
        Files.delete(file);

        assertThat(read("a/file")).isEqualTo("hello, file");
        assertThat(Files.readString(other)).isEqualTo("another");
    }

    @Test
    void createdObjectIsReadBackWhole() {
        ByteBuffer heap = ByteBuffer.wrap(bytes("--hello, --")).position(2).limit(9);
        ByteBuffer direct =
                ByteBuffer.allocateDirect(7).put(bytes("wings!!")).position(0).limit(6);

        store.create("a/b/c.folio", List.of(heap, ByteBuffer.allocate(0), direct));

        assertThat(read("a/b/c.folio")).isEqualTo("hello, wings!");
        assertThat(heap.position()).isEqualTo(2);
        assertThat(direct.position()).isZero();
        assertThat(store.find("a/b/c.folio")).hasValueSatisfying(info -> {
            assertThat(info.key()).isEqualTo("a/b/c.folio");
            assertThat(info.bytes()).isEqualTo(13);
        });
    }

    @Test
    void objectMayBeEmpty() {
        store.create("empty", List.of());
        assertThat(read("empty")).isEmpty();
    }

    @Test
    void objectOfManyAndOfLargePiecesIsReadBackWhole() {
        byte[] large = new byte[3_000_001];
        new Random(7).nextBytes(large);
        List<ByteBuffer> pieces = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            pieces.add(ByteBuffer.wrap(large, i * 1000, 1000));
        }
        pieces.add(ByteBuffer.wrap(large, 3_000_000, 1));
        store.create("pieces", pieces);
        store.create("large", List.of(ByteBuffer.wrap(large)));
        store.create(
                "direct",
                List.of(ByteBuffer.allocateDirect(large.length).put(large).flip()));

        assertThat(readBytes("pieces")).isEqualTo(large);
        assertThat(readBytes("large")).isEqualTo(large);
        assertThat(readBytes("direct")).isEqualTo(large);
    }

    /// Around the sizes at which implementations change how they write: blocks, buffers, parts.
    @ParameterizedTest
    @ValueSource(
            ints = {4096, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, (1 << 20) + 4096, (2 << 20) - 4095, (9 << 20) + 17})
    void objectOfAnySizeIsReadBackWhole(int bytes) {
        byte[] content = new byte[bytes];
        Random random = new Random(bytes);
        random.nextBytes(content);
        List<ByteBuffer> pieces = new ArrayList<>();
        for (int start = 0; start < bytes; ) {
            int length = Math.min(bytes - start, random.nextInt(700_000));
            pieces.add(
                    random.nextBoolean()
                            ? ByteBuffer.wrap(content, start, length)
                            : ByteBuffer.allocateDirect(length)
                                    .put(content, start, length)
                                    .flip());
            start += length;
        }
        List<Integer> positions = pieces.stream().map(ByteBuffer::position).toList();

        store.create("sized", pieces);

        assertThat(store.find("sized"))
                .hasValueSatisfying(info -> assertThat(info.bytes()).isEqualTo(bytes));
        assertThat(readBytes("sized")).isEqualTo(content);
        assertThat(pieces).extracting(ByteBuffer::position).isEqualTo(positions);
    }

    @Test
    void largeObjectsAreStoredAtTheSameTime() throws Exception {
        int objects = 24;
        List<Callable<String>> creates = new ArrayList<>();
        for (int i = 0; i < objects; i++) {
            byte[] content = new byte[1_500_000 + i];
            Arrays.fill(content, (byte) i);
            String key = String.format("large/%02d", i);
            creates.add(() -> {
                store.create(key, List.of(ByteBuffer.wrap(content)));
                assertThat(readBytes(key)).isEqualTo(content);
                return key;
            });
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<String> stored : threads.invokeAll(creates)) {
                assertThat(store.find(stored.get())).isPresent();
            }
        }
    }

    @Test
    void takenKeyIsRefusedAndKeepsItsObject() {
        store.create("k", List.of(buffer("first")));
        assertFails(ErrorKind.ALREADY_EXISTS, () -> store.create("k", List.of(buffer("second"))));
        assertThat(read("k")).isEqualTo("first");
    }

    @Test
    void ofSixteenRacingCreatesOneWins() throws Exception {
        int racers = 16;
        CountDownLatch ready = new CountDownLatch(racers);
        for (int round = 0; round < 5; round++) {
            String key = "race/" + round;
            List<Callable<Boolean>> creates = new ArrayList<>();
            for (int i = 0; i < racers; i++) {
                String content = "racer " + i;
                creates.add(() -> {
                    ready.countDown();
                    ready.await();
                    return creates(key, content);
                });
            }
            int winner = -1;
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<Boolean>> outcomes = threads.invokeAll(creates);
                for (int i = 0; i < racers; i++) {
                    if (outcomes.get(i).get()) {
                        assertThat(winner).as("a second winner").isEqualTo(-1);
                        winner = i;
                    }
                }
            }
            assertThat(read(key)).isEqualTo("racer " + winner);
        }
    }

    @Test
    void rangesAreRead() {
        store.create("k", List.of(buffer("0123456789")));
        assertThat(read("k", 0, 3)).isEqualTo("012");
        assertThat(read("k", 7, 3)).isEqualTo("789");
        assertThat(read("k", 4, 0)).isEmpty();
        ByteBuffer direct = ByteBuffer.allocateDirect(8).position(2).limit(5);
        store.read("k", 1, direct);
        assertThat(direct.position()).isEqualTo(5);
        assertThat(direct.get(2)).isEqualTo((byte) '1');
        assertThat(direct.get(4)).isEqualTo((byte) '3');
    }

    @Test
    void rangeBeyondTheEndIsInvalid() {
        store.create("k", List.of(buffer("0123456789")));
        assertFails(ErrorKind.INVALID, () -> store.read("k", 8, ByteBuffer.allocate(3)));
        assertFails(ErrorKind.INVALID, () -> store.read("k", 11, ByteBuffer.allocate(1)));
        assertFails(ErrorKind.INVALID, () -> store.read("k", Long.MAX_VALUE - 1, ByteBuffer.allocate(1)));
        assertFails(ErrorKind.INVALID, () -> store.read("k", -1, ByteBuffer.allocate(1)));
    }

    @Test
    void missingObjectIsNotFound() {
        store.create("a/b", List.of(buffer("x")));
        for (String key : List.of("a", "a/c", "z", "a/b/c")) {
            assertFails(ErrorKind.NOT_FOUND, () -> store.read(key, 0, ByteBuffer.allocate(1)));
            assertThat(store.find(key)).isEmpty();
            store.delete(key);
        }
        assertThat(read("a/b")).isEqualTo("x");
    }

    @Test
    void deletedObjectIsGoneAndItsKeyIsFree() {
        store.create("a/b", List.of(buffer("old")));
        store.delete("a/b");
        assertThat(store.find("a/b")).isEmpty();
        assertThat(keys(store.list("", "", 10))).isEmpty();
        store.create("a/b", List.of(buffer("new")));
        assertThat(read("a/b")).isEqualTo("new");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/a",
                "a/",
                "a//b",
                ".",
                "..",
                "../a",
                "a/../b",
                "a/./b",
                "a/..",
                "a b",
                "a\\b",
                "~incoming/x",
                "a\nb",
                "a\0b",
                "ä",
                "a%",
                "a%4",
                "a%4x",
                "%2e%2e/a",
                "a%2Eb",
                "a?b",
                "a#b",
                "c:d"
            })
    void badKeyIsInvalid(String key) {
        assertFails(ErrorKind.INVALID, () -> store.create(key, List.of(buffer("x"))));
        assertFails(ErrorKind.INVALID, () -> store.read(key, 0, ByteBuffer.allocate(1)));
        assertFails(ErrorKind.INVALID, () -> store.find(key));
        assertFails(ErrorKind.INVALID, () -> store.delete(key));
    }

    /// Iceberg encodes partition values so; to a store these are characters like others.
    @Test
    void encodedNamesAreNotDecoded() {
        List<String> keys = List.of("t/city=San%20Francisco/a", "t/city=San+Francisco/a", "t/ts=10%3A00/a*b");
        keys.forEach(key -> store.create(key, List.of(buffer(key))));
        assertThat(keys(store.list("t/", "", 10))).containsExactlyElementsOf(keys);
        for (String key : keys) {
            assertThat(read(key)).isEqualTo(key);
            store.delete(key);
        }
        assertThat(keys(store.list("t/", "", 10))).isEmpty();
    }

    @Test
    void overlongKeyIsInvalid() {
        String directory = "d".repeat(203) + "/";
        String longest = directory.repeat(5) + "x".repeat(4);
        store.create(longest, List.of(buffer("x")));
        assertThat(keys(store.list(directory + "d", "", 10))).containsExactly(longest);
        assertFails(ErrorKind.INVALID, () -> store.create(longest + "x", List.of(buffer("x"))));
        assertFails(ErrorKind.INVALID, () -> store.create("x".repeat(256), List.of(buffer("x"))));
    }

    @Test
    void listingIsOrderedByTheBytesOfTheWholeKey() {
        List<String> keys = List.of(
                "A", "a%2Fb/c", "a*b", "a+b", "a-b", "a.b", "a/-", "a/b", "a/b0/c", "a/b=1/c", "a0", "a=", "a_", "aa",
                "b/c/d/e");
        keys.reversed().forEach(key -> store.create(key, List.of(buffer(key))));

        assertThat(keys(store.list("", "", 100))).containsExactlyElementsOf(keys);
        assertThat(keys(store.list("a/", "", 100))).containsExactly("a/-", "a/b", "a/b0/c", "a/b=1/c");
        assertThat(keys(store.list("a/b", "", 100))).containsExactly("a/b", "a/b0/c", "a/b=1/c");
        assertThat(keys(store.list("a/b=1/c", "", 100))).containsExactly("a/b=1/c");
        assertThat(keys(store.list("a/b=1/cc", "", 100))).isEmpty();
        assertThat(keys(store.list("a%", "", 100))).containsExactly("a%2Fb/c");
        assertThat(keys(store.list("a%2", "", 100))).containsExactly("a%2Fb/c");
        assertThat(keys(store.list("nothing/here", "", 100))).isEmpty();
        assertThat(keys(store.list("", "a/b", 2))).containsExactly("a/b0/c", "a/b=1/c");
        assertThat(keys(store.list("a/", "a0", 100))).isEmpty();
        assertThat(store.list("a0", "", 1))
                .singleElement()
                .satisfies(info -> assertThat(info.bytes()).isEqualTo(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/a", "a//", "../", "a/../", "a b", "~", "a%x", "a%4x"})
    void badPrefixIsInvalid(String prefix) {
        assertFails(ErrorKind.INVALID, () -> store.list(prefix, "", 10));
    }

    /// Against a sorted set as the oracle, page by page.
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void pagesOfAListingGiveEveryKeyOnce(long seed) {
        Random random = new Random(seed);
        NavigableSet<String> expected = randomKeys(random, 60);
        expected.forEach(key -> store.create(key, List.of()));
        for (String prefix : List.of("", "a", "a/", "b/a", "-")) {
            List<String> wanted =
                    expected.stream().filter(key -> key.startsWith(prefix)).toList();
            int limit = random.nextInt(1, 10);
            List<String> found = new ArrayList<>();
            String after = "";
            while (true) {
                List<String> page = keys(store.list(prefix, after, limit));
                assertThat(page.size()).isLessThanOrEqualTo(limit);
                if (page.isEmpty()) {
                    break;
                }
                found.addAll(page);
                after = page.getLast();
            }
            assertThat(found).as("prefix=%s, limit=%s", prefix, limit).isEqualTo(wanted);
        }
    }

    /// Keys of which none is the directory of another, which not every store can hold.
    private static NavigableSet<String> randomKeys(Random random, int count) {
        String letters = "ab-.0=_Z+*";
        NavigableSet<String> keys = new TreeSet<>();
        while (keys.size() < count) {
            StringBuilder key = new StringBuilder();
            int segments = random.nextInt(1, 4);
            for (int i = 0; i < segments; i++) {
                key.append(i == 0 ? "" : "/");
                int length = random.nextInt(1, 3);
                for (int j = 0; j < length; j++) {
                    key.append(letters.charAt(random.nextInt(letters.length())));
                }
            }
            // a last segment with a suffix is never a directory, one without always is
            keys.add(key.toString().replaceAll("(^|/)\\.{1,2}(?=/|$)", "$1a") + ".o");
        }
        return keys;
    }

    @Test
    void interruptedReaderEndsNoOtherRead() throws Exception {
        byte[] content = new byte[1 << 20];
        new Random(3).nextBytes(content);
        store.create("k", List.of(ByteBuffer.wrap(content)));
        CountDownLatch interrupted = new CountDownLatch(1);
        Thread victim = Thread.ofPlatform().start(() -> {
            Thread.currentThread().interrupt();
            assertFails(ErrorKind.CANCELLED, () -> store.read("k", 0, ByteBuffer.allocate(content.length)));
            assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
            interrupted.countDown();
        });
        for (int i = 0; i < 50; i++) {
            assertThat(readBytes("k")).isEqualTo(content);
        }
        victim.join();
        assertThat(interrupted.getCount()).isZero();
    }

    private boolean creates(String key, String content) {
        try {
            store.create(key, List.of(buffer(content)));
            return true;
        } catch (WingsException e) {
            assertThat(e.kind()).isEqualTo(ErrorKind.ALREADY_EXISTS);
            return false;
        }
    }

    protected final String read(String key) {
        return new String(readBytes(key), StandardCharsets.UTF_8);
    }

    private byte[] readBytes(String key) {
        ByteBuffer into =
                ByteBuffer.allocate((int) store.find(key).orElseThrow().bytes());
        store.read(key, 0, into);
        return into.array();
    }

    private String read(String key, long start, int length) {
        ByteBuffer into = ByteBuffer.allocate(length);
        store.read(key, start, into);
        return new String(into.array(), StandardCharsets.UTF_8);
    }

    protected static List<String> keys(List<ObjectInfo> objects) {
        return objects.stream().map(ObjectInfo::key).toList();
    }

    protected static ByteBuffer buffer(String content) {
        return ByteBuffer.wrap(bytes(content));
    }

    private static byte[] bytes(String content) {
        return content.getBytes(StandardCharsets.UTF_8);
    }

    protected static void assertFails(ErrorKind kind, Runnable action) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(
                        WingsException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }
}
