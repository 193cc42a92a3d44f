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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import dev.wings.common.time.Scheduler;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Engines in processes of their own, one in each. The kernel bounds what a process takes, and ends what does
/// not end by itself; the server never runs, plans or parses what a client wrote.
///
/// A process takes a second of a processor to start. So some are in reserve, and those whose engine was closed
/// are used for the next one. Whoever starts a process waits for it, or for others of the same owner. An owner
/// whose statement has killed a process does not take the next from the reserve, which is there for the others,
/// and no owner keeps the processors busy with starting more than one at once.
public final class EngineProcesses implements EngineFactory {

    private static final Logger LOG = LoggerFactory.getLogger(EngineProcesses.class);

    /// How much memory a process may take in addition to DuckDB's limit and the rows on their way: for what
    /// DuckDB does not count, such as results of functions, and for its heap.
    private static final long OVERHEAD_BYTES = 96L << 20;

    /// How much stack each of DuckDB's threads has.
    private static final long THREAD_BYTES = 8L << 20;

    /// How many processes are in reserve: as many as the first query of a tenant needs, one to plan it and one
    /// to run it.
    private static final int RESERVE = 2;

    /// The owner of starts for the reserve, which are for no tenant.
    private static final String NOBODY = "";

    /// For how many owners it is known that processes were lost, and how many of one owner are counted.
    private static final int MAX_OWNERS = 1000;

    private static final int MAX_LOST = 16;

    /// How many starts wait at most: far more than there are places for engines.
    private static final int MAX_QUEUED_STARTS = 4096;

    private static final Duration START_TIMEOUT = Duration.ofMinutes(1);

    /// How long the path of the directory for sockets may be: the path of a socket has 104 bytes at most on some
    /// systems.
    private static final int MAX_SOCKET_DIRECTORY_BYTES = 88;

    /// How long after a start it is checked whether the reserve lacks a process, so that whoever needs the
    /// processor now has it.
    private static final Duration RESERVE_DELAY = Duration.ofSeconds(2);

    /// How often it is checked how much memory processes take.
    private static final Duration WATCH_EVERY = Duration.ofMillis(500);

    private final Path sockets;
    private final Scheduler scheduler;
    private final Starter starter;

    /// Bounds how many processes start at once: the more do, the longer each takes.
    private final FairPlaces starts;

    private final ExecutorService starters = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("sql-engine-start-", 0).factory());
    private final Counter started;
    private final Map<EngineEnd, Counter> ended = new EnumMap<>(EngineEnd.class);

    private final Deque<EngineProcess> reserve = new ArrayDeque<>();
    private final Set<EngineProcess> running = new HashSet<>();

    /// How many processes of an owner were lost to its statements, and not replaced yet.
    private final Map<String, Integer> lost = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
            return size() > MAX_OWNERS;
        }
    };

    /// How many processes are started for the reserve, or for callers that wait for one of them.
    private int ahead;

    private int awaited;
    private int number;
    private boolean closed;

    /// @param directory a directory of this server alone, for sockets, whose paths must not be long, and for
    ///     the native library
    /// @param registry where it is counted what the processes do
    public EngineProcesses(Path directory, Scheduler scheduler, MeterRegistry registry) {
        this(
                directory,
                starter(EngineCommand.of(directory.toAbsolutePath()), scheduler),
                Math.max(2, Runtime.getRuntime().availableProcessors() / 2),
                scheduler,
                registry);
    }

    private static Starter starter(EngineCommand command, Scheduler scheduler) {
        return (place, onEnd) -> EngineProcess.start(command.line(), place, scheduler, onEnd);
    }

    /// Starts a process, and waits until it is ready.
    interface Starter {

        /// @param place the beginning of the names of its files
        /// @param onEnd is told once, when the process has ended
        EngineProcess start(Path place, Consumer<EngineEnd> onEnd);
    }

    /// @param startsAtOnce how many processes start at the same time
    EngineProcesses(Path directory, Starter starter, int startsAtOnce, Scheduler scheduler, MeterRegistry registry) {
        byte[] path = directory.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8);
        this.sockets = path.length <= MAX_SOCKET_DIRECTORY_BYTES ? directory.toAbsolutePath() : temporaryDirectory();
        this.scheduler = scheduler;
        this.starter = starter;
        this.starts = new FairPlaces(
                "engines that start", new FairPlaces.Limits(startsAtOnce, MAX_QUEUED_STARTS, START_TIMEOUT), scheduler);
        this.started = Counter.builder("wings.engines.started")
                .description("processes for engines that were started")
                .register(registry);
        for (EngineEnd reason : EngineEnd.values()) {
            ended.put(
                    reason,
                    Counter.builder("wings.engines.ended")
                            .description("processes of engines that have ended, by why")
                            .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        Gauge.builder("wings.engines.running", this, EngineProcesses::running)
                .description("processes for engines that run, those in reserve included")
                .register(registry);
        scheduler.schedule(WATCH_EVERY, this::watch);
    }

    /// Ends processes that are too large. This is the second line behind the kernel's limit, which does not
    /// count everything, such as memory that is shared.
    private void watch() {
        List<EngineProcess> now;
        List<EngineProcess> dead;
        synchronized (this) {
            if (closed) {
                return;
            }
            now = List.copyOf(running);
            dead = reserve.stream().filter(process -> !process.isAlive()).toList();
            reserve.removeAll(dead);
        }
        now.forEach(EngineProcess::endIfTooLarge);
        if (!dead.isEmpty()) {
            dead.forEach(process -> end(process, EngineEnd.BROKEN));
            fillReserve(RESERVE);
        }
        scheduler.schedule(WATCH_EVERY, this::watch);
    }

    /// Returns how many processes run.
    int running() {
        synchronized (this) {
            return running.size();
        }
    }

    /// Returns how many processes wait for an owner.
    int inReserve() {
        synchronized (this) {
            return reserve.size();
        }
    }

    /// Returns the identifiers of the processes that run.
    public List<Long> processIds() {
        synchronized (this) {
            return running.stream().map(EngineProcess::pid).toList();
        }
    }

    @Override
    public SqlEngine open(String owner, boolean first, Map<String, String> settings, long memoryBytes, long rowBytes) {
        EngineProcess process = take(owner);
        RemoteEngine engine = new RemoteEngine(process, scheduler, (used, reusable) -> takeBack(owner, used, reusable));
        boolean opened = false;
        try {
            long threads = Long.parseLong(settings.getOrDefault("threads", "1"))
                    + Long.parseLong(settings.getOrDefault("async_threads", "1"));
            engine.open(settings, first, memoryBytes + rowBytes + OVERHEAD_BYTES + threads * THREAD_BYTES);
            opened = true;
            return engine;
        } finally {
            if (!opened) {
                engine.kill();
                engine.close();
            }
        }
    }

    @Override
    public void prepare(int engines) {
        fillReserve(engines);
    }

    private EngineProcess take(String owner) {
        boolean mayTakeReserve = !replaces(owner);
        EngineProcess process = mayTakeReserve ? takeReserve() : null;
        // a process that has died in the reserve was of no use to anybody
        while (process != null && !process.isAlive()) {
            end(process, EngineEnd.BROKEN);
            process = takeReserve();
        }
        scheduler.schedule(RESERVE_DELAY, () -> fillReserve(RESERVE));
        return process == null ? startFor(owner) : process;
    }

    /// Whether an owner has to wait for a new process in place of one that it has lost.
    private synchronized boolean replaces(String owner) {
        Integer count = lost.remove(owner);
        if (count != null && count > 1) {
            lost.put(owner, count - 1);
        }
        return count != null;
    }

    private synchronized @Nullable EngineProcess takeReserve() {
        // a process that is started ahead may be there soon, unless others wait for it
        while (reserve.isEmpty() && ahead > awaited) {
            awaited++;
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw interrupted(e);
            } finally {
                awaited--;
            }
        }
        return reserve.pollLast();
    }

    private static WingsException interrupted(InterruptedException cause) {
        return new WingsException(ErrorKind.CANCELLED, "interrupted while an engine was started", cause);
    }

    /// Starts a process for an owner. If the caller does not wait for it to the end, somebody else gets the
    /// process: if starts were given up and begun again and again, there would never be one.
    private EngineProcess startFor(String owner) {
        CompletableFuture<EngineProcess> result = new CompletableFuture<>();
        try {
            starters.execute(() -> {
                try {
                    EngineProcess process = startInTurn(owner);
                    if (!result.complete(process)) {
                        takeBack(owner, process, true);
                    }
                } catch (RuntimeException e) {
                    result.completeExceptionally(e);
                }
            });
            return result.get();
        } catch (RejectedExecutionException e) {
            throw stopping(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            if (!result.cancel(false) && !result.isCompletedExceptionally()) {
                takeBack(owner, result.join(), true);
            }
            Thread.currentThread().interrupt();
            throw interrupted(e);
        }
    }

    private EngineProcess startInTurn(String owner) {
        try (FairPlaces.Place place = starts.acquire(owner)) {
            return start();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw stopping(e);
        }
    }

    private EngineProcess start() {
        Path place;
        synchronized (this) {
            if (closed) {
                throw stopping(null);
            }
            number++;
            place = sockets.resolve("e" + number);
        }
        EngineProcess process = begin(place);
        started.increment();
        boolean late;
        synchronized (this) {
            running.add(process);
            late = closed;
        }
        if (late) {
            end(process, EngineEnd.CLOSED);
            throw stopping(null);
        }
        return process;
    }

    /// Begins to start a process. The reason of its failure names what clients need not know.
    private EngineProcess begin(Path place) {
        try {
            return starter.start(place, this::count);
        } catch (UncheckedIOException e) {
            LOG.warn("a process for an engine cannot be started, is the disk full? {}", e.getMessage());
            throw WingsException.unavailable(
                    "no process for queries can be started, the server's log says why: try again later", e);
        }
    }

    private static WingsException stopping(@Nullable Throwable cause) {
        return WingsException.unavailable("the server is stopping", cause);
    }

    private void fillReserve(int wanted) {
        int missing;
        synchronized (this) {
            missing = closed ? 0 : wanted - reserve.size() - ahead;
            ahead += Math.max(0, missing);
        }
        for (int i = 0; i < missing; i++) {
            startAhead();
        }
    }

    private void startAhead() {
        try {
            starters.execute(() -> {
                EngineProcess process = null;
                try {
                    process = startInTurn(NOBODY);
                } catch (RuntimeException e) {
                    warnUnlessClosed(e);
                } finally {
                    startedAhead(process);
                }
            });
        } catch (RejectedExecutionException e) {
            startedAhead(null);
        }
    }

    private void warnUnlessClosed(RuntimeException e) {
        synchronized (this) {
            if (closed) {
                return;
            }
        }
        LOG.warn("cannot start a process for an engine ahead", e);
    }

    private void startedAhead(@Nullable EngineProcess process) {
        boolean late;
        synchronized (this) {
            ahead--;
            late = closed;
            if (process != null && !late) {
                reserve.addLast(process);
            }
            notifyAll();
        }
        if (process != null && late) {
            end(process, EngineEnd.CLOSED);
        }
    }

    private void takeBack(String owner, EngineProcess process, boolean reusable) {
        synchronized (this) {
            if (reusable && process.isForAnyone() && !closed && reserve.size() < RESERVE) {
                reserve.addLast(process);
                notifyAll();
                return;
            }
            if (!reusable && !closed) {
                lost.merge(owner, 1, (count, one) -> Math.min(count + one, MAX_LOST));
            }
        }
        end(process, reusable ? EngineEnd.IDLE : EngineEnd.CLOSED);
    }

    private void end(EngineProcess process, EngineEnd reason) {
        if (reason == EngineEnd.IDLE) {
            process.kill(reason);
        }
        process.close();
        synchronized (this) {
            running.remove(process);
        }
    }

    private void count(EngineEnd reason) {
        Counter counter = ended.get(reason);
        if (counter != null) {
            counter.increment();
        }
    }

    @Override
    public void close() {
        List<EngineProcess> left;
        synchronized (this) {
            closed = true;
            left = new ArrayList<>(running);
            reserve.clear();
        }
        left.forEach(process -> process.kill(EngineEnd.CLOSED));
        // whoever waits for a process that starts is interrupted
        starters.shutdownNow();
        starters.close();
        left.forEach(process -> end(process, EngineEnd.CLOSED));
    }

    /// Makes a directory that only this user may enter.
    private static Path temporaryDirectory() {
        try {
            Path directory = Files.createTempDirectory("wings-e-");
            directory.toFile().deleteOnExit();
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a directory for sockets", e);
        }
    }
}
