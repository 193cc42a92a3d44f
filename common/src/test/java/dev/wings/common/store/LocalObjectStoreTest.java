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

import dev.wings.common.error.ErrorKind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalObjectStoreTest extends ObjectStoreContract {

    @TempDir
    private Path temporary;

    private Path root() {
        return temporary.resolve("store");
    }

    @Override
    protected ObjectStore openEmpty() {
        return new LocalObjectStoreProvider().open(root().toUri());
    }

    /// The directory is for those who write files past the store; it is no object.
    @Test
    void roomIsADirectory() {
        store().makeRoom("external/t/data");
        store().makeRoom("external/t/data");
        assertThat(root().resolve("external/t/data")).isEmptyDirectory();
        assertThat(store().list("", "", 10)).isEmpty();
        store().create("external/t/data/a", List.of(buffer("x")));
        store().makeRoom("external/t/data");
        assertFails(ErrorKind.INVALID, () -> store().makeRoom("external/../../t"));
        assertFails(ErrorKind.INVALID, () -> store().makeRoom("external/t/data/a"));
    }

    @Test
    void directoryIsFoundByItsUri() {
        try (ObjectStores stores = new ObjectStores()) {
            ObjectStore found = stores.open(URI.create("file://" + root().toAbsolutePath()));
            store().create("a", List.of(buffer("x")));
            assertThat(found.find("a")).isPresent();
            assertFails(ErrorKind.INVALID, () -> stores.open(URI.create("file:relative")));
            assertFails(ErrorKind.INVALID, () -> stores.open(URI.create("file://host/dir")));
            assertFails(ErrorKind.INVALID, () -> stores.open(URI.create("file:///dir?x=y")));
            assertFails(ErrorKind.UNAVAILABLE, () -> stores.open(URI.create("file:///dev/null/store")));
        }
    }

    /// Two URIs of one directory are one store: else a bucket would have two truths.
    @Test
    void uriHasOneForm() {
        String path = root().toAbsolutePath().toString();
        try (ObjectStores stores = new ObjectStores()) {
            URI canonical = stores.canonical(URI.create("file://" + path));
            assertThat(canonical).hasToString("file://" + path);
            for (String same : List.of(
                    "file:" + path,
                    "file:" + path + "/",
                    "file://" + path + "///",
                    "FILE://" + path,
                    "file:///" + path,
                    "file://" + path.replace("store", "s%74ore"))) {
                assertThat(stores.canonical(URI.create(same))).as(same).isEqualTo(canonical);
                assertThat(stores.open(URI.create(same))).as(same).isSameAs(stores.open(canonical));
            }
            for (String other : List.of(
                    "file://" + path + "/../store",
                    "file://" + path + "/.",
                    "file:///",
                    "file:/",
                    "file://localhost" + path)) {
                assertFails(ErrorKind.INVALID, () -> stores.canonical(URI.create(other)));
            }
            URI odd = stores.canonical(URI.create("file:" + path + "/%C3%A4%20b"));
            assertThat(odd).hasToString("file://" + path + "/%C3%A4%20b").isEqualTo(stores.canonical(odd));
        }
    }

    /// I1: a caller takes "exists" for success when it repeats a create, so this is not said of an object whose name
    /// may
    /// vanish in a crash. After a sync that failed the next one succeeds: the kernel has forgotten.
    @Test
    void nameThatCouldNotBeSyncedIsNeverTakenForStored() throws IOException {
        AtomicInteger failing = new AtomicInteger();
        Path directory = Files.createDirectories(root());
        ObjectStore store = new LocalObjectStore(directory, new DurableDirectories(directory, channel -> {
            if (failing.getAndDecrement() == 1) {
                throw new IOException("Input/output error");
            }
            channel.force(true);
        }));
        store.create("a/first", List.of(buffer("x")));
        for (int attempt = 0; attempt < 3; attempt++) {
            failing.set(attempt == 0 ? 1 : 0);
            assertFails(ErrorKind.INTERNAL, () -> store.create("a/spoiled", List.of(buffer("x"))));
        }
        store.create("a/other", List.of(buffer("x")));
        assertFails(ErrorKind.ALREADY_EXISTS, () -> store.create("a/first", List.of(buffer("x"))));

        // of an object of somebody else, too
        Files.writeString(directory.resolve("a/foreign"), "x");
        failing.set(1);
        assertFails(ErrorKind.INTERNAL, () -> store.create("a/foreign", List.of(buffer("x"))));
        assertFails(ErrorKind.INTERNAL, () -> store.create("a/foreign", List.of(buffer("x"))));

        // a directory is made anew
        failing.set(1);
        assertFails(ErrorKind.INTERNAL, () -> store.create("b/c", List.of(buffer("x"))));
        assertThat(directory.resolve("b")).doesNotExist();
        store.create("b/c", List.of(buffer("x")));
        assertThat(store.find("b/c")).isPresent();
    }

    @Test
    void nothingIsLeftInTheStagingArea() throws IOException {
        store().create("a/b", List.of(buffer("x")));
        assertFails(ErrorKind.ALREADY_EXISTS, () -> store().create("a/b", List.of(buffer("y"))));
        assertFails(ErrorKind.INVALID, () -> store().create("a/b/c", List.of(buffer("y"))));
        assertFails(ErrorKind.INVALID, () -> store().create("a", List.of(buffer("y"))));
        assertThat(staged()).isEmpty();
        assertThat(keys(store().list("", "", 10))).containsExactly("a/b");
    }

    @Test
    void fileOfTheSameFileSystemIsNotCopied() throws IOException {
        Path file = Files.writeString(root().resolveSibling("written"), "content");

        store().create("a/file", file);

        Object object = Files.getAttribute(root().resolve("a/file"), "unix:ino");
        assertThat(object).isEqualTo(Files.getAttribute(file, "unix:ino"));
    }

    @Test
    void symbolicLinkIsStoredAsWhatItLeadsTo() throws IOException {
        Path file = Files.writeString(root().resolveSibling("behind"), "content");
        Path link = Files.createSymbolicLink(root().resolveSibling("link"), file);

        store().create("a/file", link);

        assertThat(root().resolve("a/file")).isRegularFile().hasContent("content");
        assertThat(Files.isSymbolicLink(root().resolve("a/file"))).isFalse();
    }

    @Test
    void leftoversOfACrashAreNeverListedAndSweptWhenOld() throws IOException {
        Files.createDirectories(root().resolve(StagingArea.NAME));
        Path old = Files.writeString(root().resolve(StagingArea.NAME).resolve("old"), "half of a fol");
        Path young = Files.writeString(root().resolve(StagingArea.NAME).resolve("young"), "half of a fol");
        Files.setLastModifiedTime(
                old, FileTime.from(Instant.now().minus(StagingArea.MAX_AGE).minus(Duration.ofMinutes(1))));
        assertThat(store().list("", "", 10)).isEmpty();

        store().create("a", List.of(buffer("x")));

        assertThat(old).doesNotExist();
        assertThat(young).as("another process may be writing it").exists();
        assertThat(keys(store().list("", "", 10))).containsExactly("a");
    }

    @Test
    void symbolicLinksAreNotFollowed() throws IOException {
        Path outside = Files.createDirectories(temporary.resolve("outside"));
        Files.writeString(outside.resolve("secret"), "secret");
        Files.createSymbolicLink(root().resolve("dir"), outside);
        Files.createSymbolicLink(root().resolve("file"), outside.resolve("secret"));

        for (String key : List.of("dir/secret", "file")) {
            assertFails(ErrorKind.NOT_FOUND, () -> store().read(key, 0, ByteBuffer.allocate(1)));
            assertThat(store().find(key)).isEmpty();
            store().delete(key);
        }
        assertFails(ErrorKind.INVALID, () -> store().create("dir/new", List.of(buffer("x"))));
        assertFails(ErrorKind.INVALID, () -> store().create("dir/sub/new", List.of(buffer("x"))));
        assertFails(ErrorKind.ALREADY_EXISTS, () -> store().create("file", List.of(buffer("x"))));
        assertThat(store().list("", "", 10)).isEmpty();
        assertThat(store().list("dir/", "", 10)).isEmpty();
        try (Stream<Path> files = Files.list(outside)) {
            assertThat(files).containsExactly(outside.resolve("secret"));
        }
    }

    @Test
    void filesThatNoKeyCanNameAreNotListed() throws IOException {
        Files.writeString(root().resolve("with space"), "x");
        Files.writeString(Files.createDirectories(root().resolve("lost+found")).resolve("x"), "x");
        store().create("a", List.of(buffer("x")));
        assertThat(keys(store().list("", "", 1))).containsExactly("a");
    }

    /// A missing root is not a missing object: who reads what was committed would otherwise take it for lost.
    @Test
    void aStoreThatIsAwayIsNotOneWithoutObjects() throws IOException {
        store().create("a/b", List.of(buffer("x")));
        Path away = root().resolveSibling("away");
        Files.move(root(), away);
        try {
            assertFails(ErrorKind.UNAVAILABLE, () -> store().read("a/b", 0, ByteBuffer.allocate(1)));
            assertFails(ErrorKind.UNAVAILABLE, () -> store().find("a/b"));
            assertFails(ErrorKind.UNAVAILABLE, () -> store().list("", "", 10));
            assertFails(ErrorKind.UNAVAILABLE, () -> store().delete("a/b"));
            assertFails(ErrorKind.UNAVAILABLE, () -> store().create("a/c", List.of(buffer("x"))));
            assertThat(root())
                    .as("nothing is stored where the disk is to come back")
                    .doesNotExist();
        } finally {
            Files.move(away, root());
        }
        assertThat(read("a/b")).isEqualTo("x");
    }

    @Test
    void directoryThatVanishedIsMadeAgain() throws IOException {
        store().create("a/b/c", List.of(buffer("x")));
        store().delete("a/b/c");
        Files.delete(root().resolve("a/b"));
        Files.delete(root().resolve("a"));

        assertFails(ErrorKind.UNAVAILABLE, () -> store().create("a/b/d", List.of(buffer("x"))));
        store().create("a/b/d", List.of(buffer("x")));

        assertThat(read("a/b/d")).isEqualTo("x");
    }

    @Test
    void storesOfSeveralProcessesRaceForOneKey() throws Exception {
        List<Callable<Boolean>> creates = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 16; i++) {
                ObjectStore own = new LocalObjectStoreProvider().open(root().toUri());
                creates.add(() -> {
                    try {
                        own.create("deep/new/dir/key", List.of(buffer("x")));
                        return true;
                    } catch (dev.wings.common.error.WingsException e) {
                        assertThat(e.kind()).isEqualTo(ErrorKind.ALREADY_EXISTS);
                        return false;
                    }
                });
            }
            int winners = 0;
            for (Future<Boolean> outcome : threads.invokeAll(creates)) {
                winners += outcome.get() ? 1 : 0;
            }
            assertThat(winners).isEqualTo(1);
        }
    }

    /// The objects of `Writer` hold their own key over and over: a part of one would be seen.
    @Test
    void killedWriterLeavesWholeObjectsOnly() throws Exception {
        Process writer = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        root().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> acknowledged = new ArrayList<>();
        try (BufferedReader lines = writer.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                acknowledged.add(line);
                if (acknowledged.size() == 10) {
                    // the handle, for the process itself would close its output, of which the rest is wanted
                    writer.toHandle().destroyForcibly();
                }
            }
        }
        assertThat(writer.waitFor(10, TimeUnit.SECONDS)).isTrue();

        List<String> stored = keys(store().list("", "", 1000));
        assertThat(stored).containsAll(acknowledged);
        for (String key : stored) {
            assertThat(read(key)).isEqualTo(Writer.content(key));
        }
    }

    /// Stores objects until it is killed, and names each on standard output once it is stored.
    static final class Writer {
        /// Large ones take another way than small ones.
        private static final int[] OBJECT_CHARS = {200_000, 3_000_000};

        public static void main(String[] arguments) {
            ObjectStore store =
                    new LocalObjectStoreProvider().open(Path.of(arguments[0]).toUri());
            for (int i = 0; i < 1_000_000; i++) {
                String key = String.format("day-%02d/%07d", i % 3, i);
                store.create(key, List.of(buffer(content(key))));
                System.out.println(key);
            }
        }

        static String content(String key) {
            int chars = OBJECT_CHARS[key.charAt(key.length() - 1) % 2];
            return (key + " ").repeat(chars / (key.length() + 1));
        }
    }

    private List<Path> staged() {
        try (Stream<Path> files = Files.list(root().resolve(StagingArea.NAME))) {
            return files.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
