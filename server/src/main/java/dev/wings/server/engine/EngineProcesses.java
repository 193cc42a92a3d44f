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

import dev.wings.common.error.WingsException;
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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Engines in processes of their own, one each. The kernel bounds what a process takes, and ends what does not end by
/// itself; the server never runs, plans or parses what a client wrote.
///
/// A process takes half a second of a processor to start, so one is in reserve, and those whose engine was closed are
/// used for the next one.
public final class EngineProcesses implements EngineFactory {

    private static final Logger LOG = LoggerFactory.getLogger(EngineProcesses.class);

    /// What a process may take beyond DuckDB's limit and the rows on their way: what DuckDB does not count, as results
    /// of functions, and its heap.
    private static final long OVERHEAD_BYTES = 96L << 20;

    /// Of stack, for each of DuckDB's threads.
    private static final long THREAD_BYTES = 8L << 20;

    private static final int RESERVE = 1;

    /// The path of a socket has 104 at most on some systems.
    private static final int MAX_SOCKET_DIRECTORY_BYTES = 88;

    /// Whether one is missing in the reserve is looked at after this, so that who needs the processor now has it.
    private static final Duration RESERVE_DELAY = Duration.ofSeconds(2);

    /// When all that starts with a server has started.
    private static final Duration ARCHIVE_DELAY = Duration.ofSeconds(20);

    /// How often it is looked at what processes take.
    private static final Duration WATCH_EVERY = Duration.ofMillis(500);

    private final Path sockets;
    private final Scheduler scheduler;
    private final EngineCommand command;
    private final ExecutorService starters = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("sql-engine-start-", 0).factory());
    private final Counter started;
    private final Map<EngineEnd, Counter> ended = new EnumMap<>(EngineEnd.class);

    private final Deque<EngineProcess> reserve = new ArrayDeque<>();
    private final Set<EngineProcess> running = new HashSet<>();
    private int starting;
    private int number;
    private boolean closed;

    /// @param directory of this server alone: for sockets, which must not have a long path, and the native library
    /// @param registry where what they do is counted
    public EngineProcesses(Path directory, Scheduler scheduler, MeterRegistry registry) {
        byte[] path = directory.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8);
        this.sockets = path.length <= MAX_SOCKET_DIRECTORY_BYTES ? directory.toAbsolutePath() : temporaryDirectory();
        this.scheduler = scheduler;
        this.command = EngineCommand.of(directory.toAbsolutePath());
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
        scheduler.schedule(ARCHIVE_DELAY, command::makeArchive);
        scheduler.schedule(WATCH_EVERY, this::watch);
    }

    /// The second line behind the kernel's limit, which does not count everything: memory that is shared, say.
    private void watch() {
        List<EngineProcess> now;
        synchronized (this) {
            if (closed) {
                return;
            }
            now = List.copyOf(running);
        }
        now.forEach(EngineProcess::endIfTooLarge);
        scheduler.schedule(WATCH_EVERY, this::watch);
    }

    /// Processes that run.
    int running() {
        synchronized (this) {
            return running.size();
        }
    }

    /// Identifiers of the processes that run.
    public List<Long> processIds() {
        synchronized (this) {
            return running.stream().map(EngineProcess::pid).toList();
        }
    }

    @Override
    public SqlEngine open(Map<String, String> settings, long memoryBytes, long rowBytes) {
        EngineProcess process = take();
        RemoteEngine engine = new RemoteEngine(process, scheduler, this::takeBack);
        boolean opened = false;
        try {
            long threads = Long.parseLong(settings.getOrDefault("threads", "1")) + 1;
            engine.open(settings, memoryBytes + rowBytes + OVERHEAD_BYTES + threads * THREAD_BYTES);
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
        for (int i = 0; i < engines; i++) {
            startAhead(engines);
        }
    }

    private EngineProcess take() {
        EngineProcess process = takeReserve();
        // what has died there was of no use to anybody
        while (process != null && !process.isAlive()) {
            end(process, EngineEnd.BROKEN);
            process = takeReserve();
        }
        scheduler.schedule(RESERVE_DELAY, () -> startAhead(RESERVE));
        return process == null ? start() : process;
    }

    private synchronized @Nullable EngineProcess takeReserve() {
        // one that is started ahead may be there soon
        while (reserve.isEmpty() && starting > 0) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            }
        }
        return reserve.pollLast();
    }

    private EngineProcess start() {
        Path place;
        synchronized (this) {
            if (closed) {
                throw WingsException.unavailable("the server is stopping", null);
            }
            number++;
            place = sockets.resolve("e" + number);
        }
        EngineProcess process = EngineProcess.start(command.line(), place, this::count);
        started.increment();
        boolean late;
        synchronized (this) {
            running.add(process);
            late = closed;
        }
        if (late) {
            end(process, EngineEnd.CLOSED);
            throw WingsException.unavailable("the server is stopping", null);
        }
        return process;
    }

    private void startAhead(int wanted) {
        synchronized (this) {
            if (closed || reserve.size() + starting >= wanted) {
                return;
            }
            starting++;
        }
        try {
            starters.execute(() -> {
                EngineProcess process = null;
                try {
                    process = start();
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
            starting--;
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

    private void takeBack(EngineProcess process, boolean reusable) {
        synchronized (this) {
            if (reusable && !closed && reserve.size() < RESERVE) {
                reserve.addLast(process);
                return;
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
        // who waits for one that starts is interrupted
        starters.shutdownNow();
        starters.close();
        left.forEach(process -> end(process, EngineEnd.CLOSED));
    }

    /// Only this user may enter it.
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
