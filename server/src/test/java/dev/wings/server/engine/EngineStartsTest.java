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
import dev.wings.common.time.Scheduler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Tests who waits for the start of a process, on a machine where one takes as long as the test wants.
@Timeout(120)
class EngineStartsTest {

    private static final long MEMORY_BYTES = 64L << 20;

    private static final Map<String, String> SETTINGS = Map.of("threads", "1", "memory_limit", MEMORY_BYTES + "B");

    /// Time does not pass.
    private static final Scheduler NO_TIME = new Scheduler() {
        @Override
        public Timer schedule(Duration delay, Runnable action) {
            return () -> {};
        }

        @Override
        public void sleep(Duration duration) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    };

    @TempDir
    private Path directory;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /// Starts that may begin.
    private final Semaphore permitted = new Semaphore(0);

    private final AtomicInteger begun = new AtomicInteger();
    private EngineProcesses processes;

    @BeforeEach
    void open() {
        EngineCommand command = EngineCommand.of(directory);
        processes = new EngineProcesses(
                directory, (place, onEnd) -> start(command, place, onEnd), 2, NO_TIME, new SimpleMeterRegistry());
    }

    private EngineProcess start(EngineCommand command, Path place, Consumer<EngineEnd> onEnd) {
        begun.incrementAndGet();
        try {
            permitted.acquire();
        } catch (InterruptedException e) {
            throw WingsException.unavailable("interrupted", e);
        }
        return EngineProcess.start(command.line(), place, NO_TIME, onEnd);
    }

    @AfterEach
    void close() {
        permitted.release(1000);
        threads.close();
        processes.close();
    }

    /// I9: the tenant whose statement has killed a process waits for the next, and nobody else.
    @Test
    void lostProcessIsReplacedForItsOwner() throws Exception {
        fillReserve();
        SqlEngine noisy = openEngine("noisy");
        fillReserve();
        noisy.kill();
        noisy.close();
        // from here on no process starts
        Future<SqlEngine> replaced = open("noisy");
        await(() -> begun.get() == 4);
        try (SqlEngine planning = openEngine("quiet");
                SqlEngine running = openEngine("quiet")) {
            assertThat(planning.text("SELECT 'a' || ?", "b")).isEqualTo("ab");
            assertThat(running.text("SELECT 'a' || ?", "b")).isEqualTo("ab");
            assertThat(replaced.isDone()).isFalse();
        }
        permitted.release(1);
        replaced.get().close();
        // a process that was lost is replaced once
        openEngine("noisy").close();
    }

    /// The query was cancelled, or the server stops: that is nothing that an operator has to look at.
    @Test
    void startThatNobodyWaitsForIsCancelled() throws Exception {
        Path place = directory.resolve("hangs");
        CompletableFuture<Thread> starter = new CompletableFuture<>();
        Future<EngineProcess> started = threads.submit(() -> {
            starter.complete(Thread.currentThread());
            return EngineProcess.start(List.of("/bin/sh", "-c", "exec sleep 600", "sh"), place, NO_TIME, reason -> {});
        });
        await(() -> Files.exists(Path.of(place + ".sock")));
        starter.get().interrupt();
        assertThatThrownBy(started::get)
                .cause()
                .isInstanceOfSatisfying(
                        WingsException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.CANCELLED));
    }

    /// However many processes a tenant needs, one of them starts at a time, and another tenant's beside it.
    @Test
    void startsOfATenantDoNotDelayThoseOfAnother() throws Exception {
        List<Future<SqlEngine>> noisy = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            noisy.add(open("noisy"));
        }
        await(() -> begun.get() == 1);
        Future<SqlEngine> quiet = open("quiet");
        await(() -> begun.get() == 2);
        // two may begin, of four
        permitted.release(2);
        quiet.get().close();
        permitted.release(1000);
        for (Future<SqlEngine> each : noisy) {
            each.get().close();
        }
    }

    /// A client with little patience asks again and again: one of its processes is there some day.
    @Test
    void startGoesOnWithoutWhoWaitedForIt() throws Exception {
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        Thread caller = Thread.ofVirtual().start(() -> {
            try {
                openEngine("a").close();
            } catch (RuntimeException e) {
                end.complete(e);
            }
        });
        await(() -> begun.get() == 1);
        caller.interrupt();
        assertThat(end.get())
                .isInstanceOfSatisfying(
                        WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CANCELLED));
        permitted.release(1);
        await(() -> processes.running() == 1);
        openEngine("b").close();
        assertThat(processes.running()).isEqualTo(1);
    }

    @Test
    void whoWaitsIsToldThatTheServerStops() throws Exception {
        Future<SqlEngine> waiting = open("a");
        await(() -> begun.get() == 1);
        processes.close();
        assertThatThrownBy(waiting::get).hasRootCauseInstanceOf(InterruptedException.class);
        assertThatThrownBy(() -> openEngine("b"))
                .isInstanceOfSatisfying(
                        WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.UNAVAILABLE));
    }

    /// A process that stands back is not kept for others, but it was not lost to a statement either.
    @Test
    void closedEngineThatStoodBackCostsItsOwnerNothing() {
        fillReserve();
        processes.open("a", false, SETTINGS, MEMORY_BYTES, 1L << 20).close();
        assertThat(processes.inReserve()).isEqualTo(1);
        int before = begun.get();
        openEngine("a").close();
        assertThat(begun).hasValue(before);
        assertThat(processes.inReserve()).isEqualTo(1);
    }

    @Test
    void startThatFailsIsToldAsSuch() {
        processes.close();
        processes = new EngineProcesses(
                directory,
                (place, onEnd) -> {
                    throw new UncheckedIOException(new IOException(place + ": No space left on device"));
                },
                2,
                NO_TIME,
                new SimpleMeterRegistry());
        assertThatThrownBy(() -> openEngine("a"))
                .isInstanceOfSatisfying(
                        WingsException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.UNAVAILABLE))
                .hasMessageContaining("the server's log says why")
                .hasMessageNotContaining(directory.toString());
    }

    @Test
    void processThatNeverBecomesReadyIsKilled() {
        List<Thread> expired = new ArrayList<>();
        Scheduler timeIsUp = new Scheduler() {
            @Override
            public Timer schedule(Duration delay, Runnable action) {
                expired.add(Thread.ofVirtual().start(action));
                return () -> {};
            }

            @Override
            public void sleep(Duration duration) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void close() {}
        };
        List<String> hanging = List.of("/bin/sh", "-c", "sleep 1000", "sh");
        assertThatThrownBy(() -> EngineProcess.start(hanging, directory.resolve("e"), timeIsUp, reason -> {}))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("a process for an engine does not start");
        assertThat(expired).hasSize(1);
    }

    private void fillReserve() {
        permitted.release(2 - processes.inReserve());
        processes.prepare(2);
        await(() -> processes.inReserve() == 2);
    }

    private SqlEngine openEngine(String owner) {
        return processes.open(owner, true, SETTINGS, MEMORY_BYTES, 1L << 20);
    }

    private Future<SqlEngine> open(String owner) {
        return threads.submit(() -> openEngine(owner));
    }

    private static void await(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(60));
        }
    }
}
