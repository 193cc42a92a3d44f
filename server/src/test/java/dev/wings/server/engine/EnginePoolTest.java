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
package dev.wings.server.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import dev.wings.common.time.Scheduler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each open engine has a directory, so that directories tell how many there are.
class EnginePoolTest {

    private static final EnginePool.Limits LIMITS =
            new EnginePool.Limits(2, 0, Duration.ofSeconds(1), 1, 64L << 20, 0, 1L << 20);

    @TempDir
    private Path spill;

    @TempDir
    private Path links;

    private EnginePool pool;

    private final Timers timers = new Timers();

    private final Deque<FairPlaces.Place> held = new ArrayDeque<>();

    @BeforeEach
    void open() {
        pool = new EnginePool(new LocalEngines(), timers, Engine.Purpose.RUNNING, LIMITS, spill, Optional.of(links));
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        pool.close();
        assertThat(directories(spill)).isEmpty();
        assertThat(directories(links)).isEmpty();
    }

    @Test
    void engineIsKeptForItsOwner() throws Exception {
        pool.warmUp("a");
        acquire("a");
        Engine first = pool.take("a");
        pool.giveBack("a", first);
        release();
        acquire("b");
        Engine other = pool.take("b");
        assertThat(other).isNotSameAs(first);
        acquire("a");
        assertThat(pool.take("a")).isSameAs(first);
        assertThat(directories(spill)).hasSize(2);
        for (Engine engine : List.of(first, other)) {
            engine.close();
            release();
        }
    }

    @Test
    void allButOneEngineOfAnOwnerStandBack() throws Exception {
        acquire("a");
        Engine one = pool.take("a");
        Engine two = pool.take("a");
        assertThat(one.isFirst()).isTrue();
        assertThat(two.isFirst()).isFalse();
        pool.giveBack("a", two);
        pool.giveBack("a", one);
        // though the other has been idle for longer
        assertThat(pool.take("a")).isSameAs(one);
        assertThat(pool.take("a")).isSameAs(two);
        one.close();
        Engine three = pool.take("a");
        assertThat(three.isFirst()).as("the first was closed").isTrue();
        Engine other = pool.take("b");
        assertThat(other.isFirst()).as("of another owner").isTrue();
        for (Engine engine : List.of(two, three, other)) {
            engine.close();
        }
        release();
    }

    @Test
    void idleEnginesMakeRoomForThoseThatRun() throws Exception {
        acquire("a");
        acquire("b");
        Engine a = pool.take("a");
        Engine b = pool.take("b");
        pool.giveBack("a", a);
        release();
        pool.giveBack("b", b);
        release();
        assertThat(directories(spill)).hasSize(2);
        acquire("c");
        Engine c = pool.take("c");
        assertThat(directories(spill)).hasSize(2);
        acquire("d");
        Engine d = pool.take("d");
        assertThat(directories(spill)).hasSize(2);
        for (Engine engine : List.of(c, d)) {
            pool.giveBack("e", engine);
            release();
        }
        assertThat(directories(spill)).hasSize(2);
    }

    /// An engine that is used meanwhile is not closed by the timer of its last rest.
    @Test
    void engineThatNobodyUsesIsClosed() throws Exception {
        pool.warmUp("a");
        acquire("a");
        Engine engine = pool.take("a");
        timers.pass();
        assertThat(directories(spill)).hasSize(1);
        pool.giveBack("a", engine);
        release();
        assertThat(directories(spill)).hasSize(1);
        timers.pass();
        assertThat(directories(spill)).isEmpty();
        pool.warmUp("a");
        assertThat(directories(spill)).hasSize(1);
    }

    @Test
    void directoriesGoWithTheirEngine() throws Exception {
        acquire("a");
        Engine engine = pool.take("a");
        assertThat(directories(spill)).hasSize(1);
        Path link = directories(links).getFirst();
        Files.createFile(Files.createDirectory(link.resolve("t0")).resolve("file"));
        engine.close();
        release();
        assertThat(directories(spill)).isEmpty();
        assertThat(directories(links)).isEmpty();
    }

    @Test
    void placesAreAwaitedHoweverShortTheQueueIs() throws Exception {
        EnginePool busy = new EnginePool(
                new LocalEngines(),
                timers,
                Engine.Purpose.RUNNING,
                new EnginePool.Limits(1, 0, Duration.ofMillis(1), 1, 64 << 20, 0, 64 << 20),
                spill,
                Optional.of(links));
        FairPlaces.Place place = busy.acquire("a");
        Engine engine = busy.take("a");
        CompletableFuture<Void> end = CompletableFuture.runAsync(
                () -> {
                    busy.giveBack("a", engine);
                    place.close();
                },
                CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS));
        busy.drain(Duration.ofSeconds(20));
        busy.close();
        assertThat(directories(spill)).isEmpty();
        end.get();
    }

    /// I9: however many queries of one tenant run and wait.
    @Test
    void oneTenantLeavesAPlaceToTheOthers() throws Exception {
        acquire("noisy");
        assertThatThrownBy(() -> pool.acquire("noisy"))
                .isInstanceOfSatisfying(
                        WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.EXHAUSTED));
        acquire("quiet");
        assertThat(pool.taken()).isEqualTo(2);
        release();
        release();
    }

    private void acquire(String owner) throws InterruptedException {
        held.push(pool.acquire(owner));
    }

    private void release() {
        held.pop().close();
    }

    private static List<Path> directories(Path parent) throws IOException {
        try (Stream<Path> found = Files.list(parent)) {
            return found.toList();
        }
    }

    /// Time passes when it is told to.
    private static final class Timers implements Scheduler {

        private final List<Runnable> waiting = new ArrayList<>();

        @Override
        public Timer schedule(Duration delay, Runnable action) {
            waiting.add(action);
            return () -> waiting.remove(action);
        }

        void pass() {
            List<Runnable> due = List.copyOf(waiting);
            waiting.clear();
            due.forEach(Runnable::run);
        }

        @Override
        @SuppressWarnings("WaitNotInLoop") // the caller's part
        public long awaitNanos(Lock lock, Condition condition, long nanos) throws InterruptedException {
            // whoever waits for a place does so in the machine's time
            return condition.awaitNanos(nanos);
        }

        @Override
        public void sleep(Duration duration) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            waiting.clear();
        }
    }
}
