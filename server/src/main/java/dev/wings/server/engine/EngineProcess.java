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
import dev.wings.common.time.Scheduler;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A process that runs [EngineMain], and the socket to it.
final class EngineProcess implements AutoCloseable {

    /// The environment variables that tell how the names of files are encoded.
    private static final Set<String> LOCALE = Set.of("LANG", "LC_ALL", "LC_CTYPE");

    private static final Logger LOG = LoggerFactory.getLogger(EngineProcess.class);

    /// How long a killed process may take to end: nothing makes it take longer.
    private static final Duration END_TIMEOUT = Duration.ofSeconds(10);

    /// How DuckDB's allocator takes memory from the system. By default it takes up to twice as much as is asked
    /// for and keeps what is given back to it, and the bound of the process counts memory that is only taken.
    private static final String NATIVE_ALLOCATOR = "retain:false,cache_oblivious:false";

    /// What a process says last if it ended for lack of memory: the words of C++, of the virtual machine and of
    /// this project.
    private static final List<String> SIGNS_OF_MEMORY =
            List.of("bad_alloc", "insufficient memory", "OutOfMemory", "memory allocation", "Cannot allocate");

    private static final int MAX_SAID_BYTES = 64 << 10;

    /// The exit code of a virtual machine that is told to exit when its heap is full.
    private static final int HEAP_IS_FULL = 3;

    private static final int SIGNALLED = 128;

    private static final int KILLED = SIGNALLED + 9;

    /// The signals, as a virtual machine names them before it ends.
    private static final List<String> SIGNALS = List.of("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL");

    /// How long a start may take: far more than it takes on a busy machine.
    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    private volatile boolean standsBack;
    private final Process process;
    private final Frames frames;
    private final Path said;
    private final Consumer<EngineEnd> onEnd;
    private final Object guard = new Object();
    private volatile int instance;
    private volatile long memoryLimit;
    private boolean inCall;
    private @Nullable EngineEnd killedFor;
    private boolean ended;

    private EngineProcess(Process process, Frames frames, Path said, Consumer<EngineEnd> onEnd) {
        this.process = process;
        this.frames = frames;
        this.said = said;
        this.onEnd = onEnd;
    }

    /// Starts a process and waits until it is ready, which it says by connecting to the socket. One that does not is
    /// killed after two minutes, and at once when the thread that waits for it is interrupted.
    ///
    /// @param command the command line, to which the path of the socket is added
    /// @param place the socket, and the files with what the process says, are named with this at the front
    /// @param onEnd is told once, when the process has ended
    static EngineProcess start(List<String> command, Path place, Scheduler scheduler, Consumer<EngineEnd> onEnd) {
        Path socket = Path.of(place + ".sock");
        Path said = Path.of(place + ".log");
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(socket));
            ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command));
            builder.command().add(socket.toString());
            builder.redirectErrorStream(true).redirectOutput(said.toFile());
            // What the server is told is not for those who run statements, but names of files are written as
            // the server does.
            builder.environment().keySet().retainAll(LOCALE);
            // what arenas keep is not given back to others
            builder.environment().put("MALLOC_ARENA_MAX", "2");
            builder.environment().put("DUCKDB_JE_MALLOC_CONF", NATIVE_ALLOCATOR);
            Process process = builder.start();
            CompletableFuture<Void> _ = process.onExit().thenRun(() -> closeQuietly(listener));
            Scheduler.Timer timer = scheduler.schedule(START_LIMIT, process::destroyForcibly);
            try {
                SocketChannel channel = listener.accept();
                return new EngineProcess(process, new Frames(channel), said, onEnd);
            } catch (ClosedByInterruptException e) {
                process.destroyForcibly();
                throw new WingsException(ErrorKind.CANCELLED, "interrupted while a process for an engine started", e);
            } catch (IOException e) {
                process.destroyForcibly();
                throw new IOException("a process for an engine does not start: " + lastWords(said), e);
            } finally {
                timer.cancel();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            deleteQuietly(socket);
        }
    }

    /// Something that reads or writes frames.
    interface Call<T> {
        T with(Frames frames) throws IOException;
    }

    /// Reads or writes frames. An interrupt of the thread would close the socket, so that it is put off: the
    /// engine itself is interrupted.
    <T> T call(Call<T> call) {
        boolean interrupted;
        synchronized (guard) {
            inCall = true;
            interrupted = Thread.interrupted();
        }
        try {
            return call.with(frames);
        } catch (ClosedByInterruptException e) {
            kill(EngineEnd.STOPPED);
            throw new WingsException(ErrorKind.CANCELLED, "interrupted while an engine worked", e);
        } catch (IOException e) {
            throw ended(e);
        } finally {
            synchronized (guard) {
                inCall = false;
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Makes the process let others go first from now on, for good.
    void standsBack() {
        standsBack = true;
    }

    /// Whether another owner may have this process.
    boolean isForAnyone() {
        return !standsBack;
    }

    /// Returns the number of the next instance.
    int nextInstance() {
        instance = (instance + 1) % EngineMain.MAX_INSTANCES;
        return instance;
    }

    void interrupt(@Nullable Thread user) {
        try {
            OutputStream control = process.getOutputStream();
            control.write(instance);
            control.flush();
        } catch (IOException e) {
            // it has ended, which its user learns from the socket
        }
        synchronized (guard) {
            if (!inCall && user != null) {
                user.interrupt();
            }
        }
    }

    /// Ends the process without waiting for it.
    void kill(EngineEnd reason) {
        synchronized (guard) {
            if (killedFor == null) {
                killedFor = reason;
            }
        }
        process.destroyForcibly();
    }

    /// @param bytes how much memory the process may take; 0 for any amount
    void setMemoryLimit(long bytes) {
        memoryLimit = bytes;
    }

    /// Ends the process if it takes more memory than it may; files that are mapped do not count.
    void endIfTooLarge() {
        long limit = memoryLimit;
        if (limit > 0 && ProcessMemory.residentBytes(process.pid()) > limit) {
            kill(EngineEnd.MEMORY);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /// Returns the reason why the process is no longer there, for a caller who waits for its answer.
    private WingsException ended(IOException cause) {
        EngineEnd end = awaitEnd();
        return switch (end) {
            case MEMORY ->
                new WingsException(
                        ErrorKind.EXHAUSTED,
                        "the query needs more memory than its process may have: raise"
                                + " WINGS_SERVER_QUERY_MEMORY_BYTES or, for large rows,"
                                + " WINGS_SERVER_READ_MEMORY_BYTES, read fewer columns, or make less of a row",
                        cause);
            case STOPPED -> new WingsException(ErrorKind.CANCELLED, "the query was stopped", cause);
            case IDLE, CLOSED -> WingsException.unavailable("the engine was closed", cause);
            case BROKEN -> crashed(cause);
        };
    }

    /// Tells of a crash. A statement can be one at which DuckDB crashes, as often as its client likes: it is no
    /// reason for an alarm, but the log has what operators need to report it.
    private WingsException crashed(IOException cause) {
        String words = lastWords(said);
        int exit = process.isAlive() ? 0 : process.exitValue();
        LOG.warn("an engine crashed: exit={}, it said: {}", exit, words);
        String signal = SIGNALS.stream()
                .filter(words::contains)
                .findFirst()
                .map(name -> "signal=" + name)
                .orElse(exit > SIGNALLED ? "signal=" + (exit - SIGNALLED) : "exit=" + exit);
        return new WingsException(
                ErrorKind.INVALID,
                "the engine crashed at this statement, and will again: say it in another way: " + signal,
                cause);
    }

    private EngineEnd awaitEnd() {
        boolean interrupted = Thread.interrupted();
        try {
            // the socket is closed by the kernel while the process ends
            if (!process.waitFor(END_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                process.waitFor(END_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return reason();
    }

    private EngineEnd reason() {
        synchronized (guard) {
            if (killedFor != null) {
                return killedFor;
            }
        }
        int exit = process.isAlive() ? 0 : process.exitValue();
        String words = lastWords(said);
        boolean memory = exit == EngineMain.OUT_OF_MEMORY
                || exit == HEAP_IS_FULL
                // the kernel has killed it: nobody else does
                || exit == KILLED
                || SIGNS_OF_MEMORY.stream().anyMatch(words::contains);
        return memory ? EngineEnd.MEMORY : EngineEnd.BROKEN;
    }

    private static String lastWords(Path said) {
        try {
            byte[] bytes;
            try (java.io.InputStream input = Files.newInputStream(said)) {
                bytes = input.readNBytes(MAX_SAID_BYTES);
            }
            return new String(bytes, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "";
        }
    }

    private static void closeQuietly(ServerSocketChannel listener) {
        try {
            listener.close();
        } catch (IOException e) {
            // it was closed
        }
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // it is removed with its directory
        }
    }

    /// Kills the process and waits until it is gone.
    @Override
    public void close() {
        kill(EngineEnd.CLOSED);
        EngineEnd end = awaitEnd();
        synchronized (guard) {
            if (ended) {
                return;
            }
            ended = true;
        }
        try {
            frames.close();
        } catch (IOException e) {
            // the other side is gone
        }
        deleteQuietly(said);
        onEnd.accept(end);
    }
}
