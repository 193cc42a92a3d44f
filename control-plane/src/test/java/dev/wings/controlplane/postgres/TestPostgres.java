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
package dev.wings.controlplane.postgres;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.wings.common.config.Secret;
import dev.wings.common.time.Scheduler;
import dev.wings.controlplane.state.Stores;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A real PostgreSQL for tests, as durable as in production.
public final class TestPostgres implements AutoCloseable {

    private static final String TEMPLATE = "migrated";

    private static @Nullable TestPostgres shared;

    private static final int ATTEMPTS = 3;
    private static final Duration START_TIME = Duration.ofSeconds(60);
    private static final int STOP_SECONDS = 60;

    private final AtomicInteger databases = new AtomicInteger();
    /// Ends with the process.
    private final Scheduler scheduler = Scheduler.system();
    private Running running;
    private boolean templateMade;

    /// @param dataDirectory the directory that it was given, if it was given one
    private record Running(
            EmbeddedPostgres server, @Nullable Path dataDirectory) {}

    private TestPostgres(@Nullable Path directory) {
        this.running = startAnywhere(directory);
    }

    /// One for all tests of the process; ended with it.
    public static synchronized TestPostgres shared() {
        if (shared == null) {
            shared = new TestPostgres(null);
        }
        return shared;
    }

    /// One of its own, that can be stopped and started again, with its data below `directory`; the caller closes it.
    public static TestPostgres open(Path directory) {
        return new TestPostgres(directory);
    }

    /// The port is found before the data directory is made: somebody else may take it meanwhile.
    private static Running startAnywhere(@Nullable Path directory) {
        for (int attempt = 1; ; attempt++) {
            try {
                // one each: a start that failed keeps its own locked
                return start(directory == null ? null : directory.resolve("attempt-" + attempt), 0);
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private static Running start(@Nullable Path dataDirectory, int port) throws IOException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                // the shared one ends with the tests, and its hundreds of databases would take long to sync then
                .setServerConfig("fsync", dataDirectory == null ? "off" : "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("max_connections", "200")
                .setPGStartupWait(START_TIME)
                .setPort(port);
        if (dataDirectory != null) {
            builder.setDataDirectory(dataDirectory).setCleanDataDirectory(false);
        }
        EmbeddedPostgres server = builder.start();
        // else it is somebody else's that answers at the port
        if (server.getProcess().onExit().join().exitValue() != 0) {
            server.close();
            throw new IOException("PostgreSQL does not start: port=" + server.getPort());
        }
        return new Running(server, dataDirectory);
    }

    /// A new database with nothing in its tables.
    public synchronized DatabaseConfig createDatabase() {
        if (!templateMade) {
            execute("create database " + TEMPLATE);
            PostgresDatabase.open(config(TEMPLATE), new SimpleMeterRegistry()).close();
            templateMade = true;
        }
        String name = "test_" + databases.incrementAndGet();
        execute("create database " + name + " template " + TEMPLATE);
        return config(name);
    }

    /// A new database with nothing in its tables; the caller closes it, or its stores.
    PostgresDatabase openDatabase() {
        return openDatabase(createDatabase());
    }

    static PostgresDatabase openDatabase(DatabaseConfig database) {
        return PostgresDatabase.open(database, new SimpleMeterRegistry());
    }

    Stores stores(PostgresDatabase database) {
        return database.stores(scheduler);
    }

    /// Over a new database; the caller closes them.
    Stores openStores() {
        return stores(openDatabase());
    }

    /// A new database without any tables.
    public DatabaseConfig createEmptyDatabase() {
        String name = "test_" + databases.incrementAndGet();
        execute("create database " + name);
        return config(name);
    }

    /// Returns when somebody waits for a lock in the database.
    static void awaitWaitingForALock(PostgresDatabase database) {
        String waiting =
                "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            while (database.read("look for locks", connection -> Sql.query(connection, waiting, row -> 1))
                    .isEmpty()) {
                Thread.onSpinWait();
            }
        });
    }

    private void execute(String sql) {
        try (Connection connection = running.server().getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private DatabaseConfig config(String name) {
        return new DatabaseConfig(
                running.server().getJdbcUrl("postgres", name),
                "postgres",
                Optional.of(new Secret("postgres")),
                4,
                4,
                4,
                Duration.ofSeconds(5));
    }

    /// Stops the server at once, as a crash would, as far as clients can tell; returns when it has ended.
    public void stop() {
        Optional<ProcessHandle> process = ProcessHandle.of(pid());
        close();
        // the checkpoint of a shutdown may take longer than `close` waits for it
        process.ifPresent(server ->
                server.onExit().orTimeout(STOP_SECONDS, TimeUnit.SECONDS).join());
    }

    private long pid() {
        Path dataDirectory = Objects.requireNonNull(running.dataDirectory(), "the shared server is not stopped");
        try (Stream<String> lines = Files.lines(dataDirectory.resolve("postmaster.pid"))) {
            return Long.parseLong(lines.findFirst().orElseThrow());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Starts a stopped server on the same port.
    public void startAgain() {
        try {
            running = start(running.dataDirectory(), running.server().getPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            running.server().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
