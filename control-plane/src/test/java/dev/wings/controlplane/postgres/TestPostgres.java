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

import dev.wings.common.config.Secret;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A real PostgreSQL for tests, as durable as in production.
public final class TestPostgres implements AutoCloseable {

    private static final String TEMPLATE = "migrated";

    private static @Nullable TestPostgres shared;

    private final AtomicInteger databases = new AtomicInteger();
    private final @Nullable Path dataDirectory;
    private EmbeddedPostgres server;
    private boolean templateMade;

    private TestPostgres(@Nullable Path dataDirectory) {
        this.dataDirectory = dataDirectory;
        this.server = start(dataDirectory, 0);
    }

    /// One for all tests of the process; ended with it.
    public static synchronized TestPostgres shared() {
        if (shared == null) {
            shared = new TestPostgres(null);
        }
        return shared;
    }

    /// One of its own, that can be stopped and started again; the caller closes it.
    public static TestPostgres open(Path dataDirectory) {
        return new TestPostgres(dataDirectory);
    }

    private static EmbeddedPostgres start(@Nullable Path dataDirectory, int port) {
        try {
            EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("max_connections", "200")
                    .setPort(port);
            if (dataDirectory != null) {
                builder.setDataDirectory(dataDirectory).setCleanDataDirectory(false);
            }
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    /// A new database without any tables.
    public DatabaseConfig createEmptyDatabase() {
        String name = "test_" + databases.incrementAndGet();
        execute("create database " + name);
        return config(name);
    }

    private void execute(String sql) {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private DatabaseConfig config(String name) {
        return new DatabaseConfig(
                server.getJdbcUrl("postgres", name),
                "postgres",
                Optional.of(new Secret("postgres")),
                4,
                4,
                4,
                Duration.ofSeconds(5));
    }

    /// Stops the server at once, as a crash would, as far as clients can tell.
    public void stop() {
        close();
    }

    /// Starts a stopped server on the same port.
    public void startAgain() {
        server = start(dataDirectory, server.getPort());
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
