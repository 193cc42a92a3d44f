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

import dev.wings.common.time.Scheduler;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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

    /// Characters. The path of a socket has 104 at most on some systems.
    private static final int MAX_SOCKET_DIRECTORY = 88;

    /// Whether one is missing in the reserve is looked at after this, so that who needs the processor now has it.
    private static final Duration RESERVE_DELAY = Duration.ofSeconds(2);

    private static final List<String> OPTIONS = List.of(
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED",
            "-Xms8m",
            "-Xmx48m",
            "-Xss512k",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:ReservedCodeCacheSize=24m",
            "-XX:MaxDirectMemorySize=1g",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:-UsePerfData",
            "-Xlog:disable",
            "-Dio.netty.allocator.numDirectArenas=1",
            "-Dio.netty.allocator.maxOrder=7",
            "-Dio.netty.maxDirectMemory=0",
            "-Dslf4j.provider=org.slf4j.helpers.NOP_FallbackServiceProvider",
            "-Dslf4j.internal.verbosity=ERROR");

    private final Path sockets;
    private final Scheduler scheduler;
    private final List<String> command;
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
        this.sockets = directory.toAbsolutePath().toString().length() <= MAX_SOCKET_DIRECTORY
                ? directory.toAbsolutePath()
                : temporaryDirectory();
        this.scheduler = scheduler;
        this.command = command(directory.toAbsolutePath());
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
        EngineProcess process = null;
        synchronized (this) {
            while (process == null && !reserve.isEmpty()) {
                EngineProcess next = reserve.removeLast();
                process = next.isAlive() ? next : null;
            }
            // one that is started ahead may be there soon
            while (process == null && starting > 0) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    break;
                }
                process = reserve.pollLast();
            }
        }
        scheduler.schedule(RESERVE_DELAY, () -> startAhead(RESERVE));
        return process == null ? start() : process;
    }

    private EngineProcess start() {
        Path place;
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException("engines are closed");
            }
            number++;
            place = sockets.resolve("e" + number);
        }
        EngineProcess process = EngineProcess.start(command, place, this::count);
        started.increment();
        boolean late;
        synchronized (this) {
            running.add(process);
            late = closed;
        }
        if (late) {
            end(process, EngineEnd.CLOSED);
            throw new IllegalStateException("engines are closed");
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
                    LOG.warn("cannot start a process for an engine ahead", e);
                } finally {
                    startedAhead(process);
                }
            });
        } catch (RejectedExecutionException e) {
            startedAhead(null);
        }
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

    private static List<String> command(Path directory) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(OPTIONS);
        Path archive = Path.of(
                System.getProperty(ARCHIVE_PROPERTY, directory.resolve("none").toString()));
        if (Files.isReadable(archive)) {
            command.add("-XX:SharedArchiveFile=" + archive);
        }
        Path library = directory.resolve("libduckdb");
        if (unpackLibrary(library)) {
            command.add("-Dwings.duckdb.library=" + library);
        }
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(EngineMain.class.getName());
        return command;
    }

    /// Names a file with the parsed classes of [EngineMain], which halves the time that a process needs to start.
    private static final String ARCHIVE_PROPERTY = "wings.engine.archive";

    /// Once for all processes, which then share its pages. Where the library has another name, each unpacks its own.
    private static boolean unpackLibrary(Path file) {
        String name = "libduckdb_java.so_" + system() + "_"
                + System.getProperty("os.arch").replace("aarch64", "arm64");
        try (InputStream library = EngineProcesses.class.getClassLoader().getResourceAsStream(name)) {
            if (library == null) {
                return false;
            }
            Files.copy(library, file);
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack the DuckDB library: file=" + file, e);
        }
    }

    private static String system() {
        String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        return name.contains("mac") ? "macos" : name;
    }
}
