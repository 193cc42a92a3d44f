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
package dev.wings.cli.postgres;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A PostgreSQL server that keeps its data in a directory and lives as long as this object. It listens on a
/// free loopback port, and lets in whoever knows the password, which is made up when the directory is made.
///
/// A shell stands between this process and the server (see [#GUARD]): it stops the server when this process
/// says so, or dies. If the shell was killed too, the next start stops the server that was left behind.
///
/// The caller must make sure that one process at a time uses the directory.
public final class EmbeddedPostgres implements AutoCloseable {

    public static final String USER = "wings";

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);

    private static final String DATA = "data";
    private static final int START_SECONDS = 60;
    private static final int STOP_SECONDS = 60;
    private static final int LOG_LINES = 8;
    private static final int PORT_ATTEMPTS = 3;

    /// Waits until the process `server` has ended. One that has ended stays in the list of processes until its parent
    /// asks for it: in a container that is the first process, which often asks for nothing.
    static final String AWAIT_END = """
            while kill -0 "$server" 2>/dev/null; do
              case $(cat "/proc/$server/stat" 2>/dev/null) in *") Z "*) break ;; esac
              sleep 0.05
            done
            """;

    /// Starts the server, says so, waits until its input ends, stops the server with a fast shutdown. The signals
    /// that a terminal sends to all of a process group are ignored: the owner of the pipe decides. `pg_ctl`
    /// puts the server into a session of its own. It is told no path, because it puts what it is told into the
    /// line of a shell, in which `$` and quotes would mean something. Arguments: the data directory, the
    /// server's log, its options, and `pg_ctl` with what goes before it.
    private static final String GUARD = """
            trap '' HUP INT TERM
            data=$1 log=$2 options=$3
            shift 3
            (cd "$data" && exec "$@" start --silent --wait --timeout=%d --pgdata=. --options="$options") \\
              </dev/null >>"$log" 2>&1 || exit 1
            server=$(head -n 1 "$data/postmaster.pid")
            echo "$server"
            cat >/dev/null
            kill -INT "$server"
            """.formatted(START_SECONDS) + AWAIT_END;

    private final Process guard;
    private final int port;
    private final long pid;
    private final Path passwordFile;

    private EmbeddedPostgres(Process guard, int port, long pid, Path passwordFile) {
        this.guard = guard;
        this.port = port;
        this.pid = pid;
        this.passwordFile = passwordFile;
    }

    /// Starts the server. The caller closes it.
    ///
    /// @param directory where it keeps its data; created if missing
    /// @param programs where its programs are unpacked, shared by all servers of this user
    /// @param logs directory of its log, `postgresql.log`
    public static EmbeddedPostgres open(Path directory, Path programs, Path logs) throws InterruptedException {
        Path log = logs.resolve("postgresql.log");
        try {
            RunAs runAs = RunAs.detect();
            PostgresBinaries binaries = PostgresBinaries.unpack(runAs.programs(programs));
            Path data = directory.resolve(DATA);
            Path passwordFile = directory.resolve("password");
            Files.createDirectories(directory);
            stopLeftover(directory);
            if (!Files.exists(data)) {
                initialize(binaries, runAs, data, passwordFile);
            }
            runAs.giveAway(data);
            Files.createDirectories(logs);
            return start(binaries, runAs, data, passwordFile, log);
        } catch (IOException e) {
            throw StartFailure.ofPostgres(said(e), directory, log, e);
        }
    }

    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    }

    /// The file that holds the password of [#USER].
    public Path passwordFile() {
        return passwordFile;
    }

    /// Whether the server runs: another program may have ended it.
    public boolean isRunning() {
        return isRunning(pid);
    }

    /// Whether the process runs; one whose end nobody has asked for (see [#AWAIT_END]) does not.
    static boolean isRunning(long pid) {
        if (ProcessHandle.of(pid).isEmpty()) {
            return false;
        }
        try {
            return !Files.readString(Path.of("/proc", String.valueOf(pid), "stat"), StandardCharsets.ISO_8859_1)
                    .contains(") Z ");
        } catch (IOException e) {
            // it has ended just now, or the system has no such files
            return ProcessHandle.of(pid).isPresent();
        }
    }

    /// Runs `action` a second or so after the server has ended, whoever ended it.
    public void onEnd(Runnable action) {
        Thread.ofVirtual().name("postgres-end").start(() -> {
            while (isRunning()) {
                awaitEnd(Duration.ofSeconds(1));
            }
            action.run();
        });
    }

    /// Waits for the server's end, but no longer than `time`.
    private void awaitEnd(Duration time) {
        ProcessHandle.of(pid)
                .ifPresent(server -> server.onExit()
                        .completeOnTimeout(server, time.toMillis(), TimeUnit.MILLISECONDS)
                        .join());
    }

    /// Stops the server; clients that are still connected are cut off.
    @Override
    public void close() {
        try {
            guard.getOutputStream().close();
            if (!guard.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("PostgreSQL does not stop and is killed; it recovers at the next start: pid={}", pid);
                guard.destroyForcibly();
                ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot stop PostgreSQL: pid=" + pid, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Creates the data directory. It gets its name when it is complete, so that a directory whose making was
    /// interrupted is made anew.
    private static void initialize(PostgresBinaries binaries, RunAs runAs, Path data, Path passwordFile)
            throws IOException, InterruptedException {
        Path unfinished = data.resolveSibling("data.unfinished");
        run(List.of("rm", "-rf", unfinished.toString()));
        Files.createDirectory(
                unfinished, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        runAs.giveAway(unfinished);
        byte[] password = new byte[24];
        new SecureRandom().nextBytes(password);
        Files.deleteIfExists(passwordFile);
        Files.createFile(
                passwordFile, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(passwordFile, HexFormat.of().formatHex(password) + "\n");
        run(runAs.command(List.of(
                binaries.program("initdb").toString(),
                "--pgdata=" + unfinished,
                "--username=" + USER,
                "--pwfile=" + passwordFile,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-instructions")));
        Files.move(unfinished, data, StandardCopyOption.ATOMIC_MOVE);
    }

    private static EmbeddedPostgres start(
            PostgresBinaries binaries, RunAs runAs, Path data, Path passwordFile, Path log)
            throws IOException, InterruptedException {
        // The log has the last run only.
        Files.write(log, new byte[0], StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
        if (runAs.owner() >= 0) {
            runAs.giveAway(log);
        }
        for (int attempt = 1; ; attempt++) {
            int port = freePort();
            List<String> command =
                    new ArrayList<>(List.of("sh", "-c", GUARD, "wings-postgres", data.toString(), log.toString()));
            command.add(options(port));
            command.addAll(runAs.command(List.of(binaries.program("pg_ctl").toString())));
            Process guard = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                Optional<Long> pid = awaitStart(guard);
                if (pid.isPresent()) {
                    return new EmbeddedPostgres(guard, port, pid.get(), passwordFile);
                }
            } catch (IOException | RuntimeException e) {
                guard.getOutputStream().close();
                throw e;
            }
            // Another process may have taken the port meanwhile.
            if (attempt == PORT_ATTEMPTS || isFree(port)) {
                String said = tail(log);
                throw new WingsException(
                        ErrorKind.PRECONDITION,
                        StartFailure.reason(said, data)
                                .map(reason -> "cannot start PostgreSQL: " + reason + "; its log is " + log)
                                .orElse("PostgreSQL does not start, see " + log + ":\n" + said));
            }
        }
    }

    private static String options(int port) {
        return String.join(
                " ",
                "-c listen_addresses=127.0.0.1",
                "-c port=" + port,
                "-c unix_socket_directories=",
                // An acknowledged commit must outlive a crash of the machine.
                "-c fsync=on",
                "-c synchronous_commit=on",
                "-c max_connections=60",
                "-c shared_buffers=64MB",
                "-c max_wal_size=512MB",
                "-c log_min_messages=warning",
                "-c log_line_prefix=%m[%p]_");
    }

    /// The server's process id, once it accepts connections; empty if it did not start.
    private static Optional<Long> awaitStart(Process guard) throws IOException {
        // The reader is not closed: the guard must be able to write as long as it runs.
        BufferedReader lines = guard.inputReader(StandardCharsets.UTF_8);
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.matches("[0-9]+")) {
                return Optional.of(Long.parseLong(line));
            }
        }
        return Optional.empty();
    }

    /// Stops a server that outlived the process that started it: it may be about to stop by itself, and it
    /// listens where nobody knows. If a server is gone and its process id belongs to another program now, what
    /// the server left is removed.
    ///
    /// @param directory as given to [#open]
    public static void stopLeftover(Path directory) throws IOException, InterruptedException {
        Path pidFile = directory.resolve(DATA).resolve("postmaster.pid");
        List<String> lines;
        try {
            lines = Files.readAllLines(pidFile);
        } catch (NoSuchFileException e) {
            return;
        }
        Optional<ProcessHandle> process = lines.stream()
                .findFirst()
                .filter(line -> line.matches("[0-9]+"))
                .flatMap(line -> ProcessHandle.of(Long.parseLong(line)))
                .filter(ProcessHandle::isAlive);
        if (process.isEmpty()) {
            return;
        }
        ProcessHandle server = process.get();
        if (!server.info()
                .command()
                .map(command -> command.endsWith("/postgres"))
                .orElse(false)) {
            Files.deleteIfExists(pidFile);
            return;
        }
        LOG.info("stopping the PostgreSQL that a killed process left behind: pid={}", server.pid());
        stop(server, directory);
    }

    /// Returns when the server has ended, which it may do by itself at any moment.
    static void stop(ProcessHandle server, Path directory) throws IOException, InterruptedException {
        try {
            run(List.of("kill", "-INT", String.valueOf(server.pid())));
        } catch (IOException e) {
            if (server.isAlive()) {
                throw e;
            }
        }
        try {
            server.onExit().get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new WingsException(
                    ErrorKind.PRECONDITION,
                    "a PostgreSQL that a killed process left behind does not stop: pid=" + server.pid() + ", directory="
                            + directory,
                    e);
        }
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed:\n" + output.strip());
        }
    }

    /// What a failure says: failures of files that cannot be written have no message but their name.
    private static String said(IOException failure) {
        return failure instanceof FileSystemException ? failure.toString() : String.valueOf(failure.getMessage());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String tail(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    }
}
