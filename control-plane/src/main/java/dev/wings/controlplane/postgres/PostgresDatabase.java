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

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.wings.common.config.Secret;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import dev.wings.common.process.Resources;
import dev.wings.common.rpc.ActingTenant;
import dev.wings.common.time.Scheduler;
import dev.wings.controlplane.state.Stores;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Supplier;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A PostgreSQL database whose tables are those of this version.
///
/// There is a pool for each kind of work, so that none keeps another waiting: commits, changes of resources
/// (both READ COMMITTED, they lock what they depend on), reads (REPEATABLE READ, one snapshot each), and
/// probes.
public final class PostgresDatabase implements Stores.Connection {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresDatabase.class);

    static final String SCHEMA = "wings";

    /// Changes of resources are rare; many at once wait for each other.
    private static final int CHANGE_CONNECTIONS = 3;

    /// How many connections of each pool are kept open.
    private static final int MIN_IDLE_CONNECTIONS = 2;

    /// How long a probe waits for a connection, and for its answer: less than whoever asks waits (`ManagementServer`),
    /// so that they learn what is wrong.
    private static final Duration PROBE_TIME = Duration.ofSeconds(1);

    private static final String MIGRATIONS = "classpath:dev/wings/controlplane/postgres/migrations";

    /// How many transactions of one tenant wait for a connection at most.
    private static final int MAX_WAITING = 1000;

    private final DatabaseConfig config;
    private final Resources pools;
    private final HikariDataSource commits;
    private final HikariDataSource changes;
    private final HikariDataSource work;
    private final HikariDataSource reads;
    private final HikariDataSource probes;

    /// The connections have the time of the machine.
    private final Scheduler ownTime = Scheduler.system();
    private final FairPlaces turnsToChange;
    private final FairPlaces turnsToRead;

    private PostgresDatabase(
            DatabaseConfig config,
            Resources pools,
            HikariDataSource commits,
            HikariDataSource changes,
            HikariDataSource work,
            HikariDataSource reads,
            HikariDataSource probes) {
        this.config = config;
        this.pools = pools;
        this.commits = commits;
        this.changes = changes;
        this.work = work;
        this.reads = reads;
        this.probes = probes;
        this.turnsToChange = turns("changes of resources", CHANGE_CONNECTIONS);
        this.turnsToRead = turns("reads", config.readConnections());
    }

    private FairPlaces turns(String what, int connections) {
        return new FairPlaces(what, new FairPlaces.Limits(connections, MAX_WAITING, config.connectTimeout()), ownTime);
    }

    /// Reaches the database and brings its tables up to date. Fails with UNAVAILABLE if it cannot be reached;
    /// later on it may be away for a while.
    public static PostgresDatabase open(DatabaseConfig config, MeterRegistry registry) {
        try (Connection connection = connect(config)) {
            LOG.info(
                    "metadata database reached: version={}",
                    connection.getMetaData().getDatabaseProductVersion());
        } catch (SQLException e) {
            throw WingsException.unavailable(
                    "the metadata database cannot be reached: url=" + withoutParameters(config.url()) + ", user="
                            + config.user() + ", cause=" + firstLine(e),
                    e);
        }
        migrate(config);
        Resources pools = new Resources();
        try {
            HikariConfig commits = pool(config, "wings-commits", config.commitConnections(), registry);
            HikariConfig changes = pool(config, "wings-changes", CHANGE_CONNECTIONS, registry);
            HikariConfig work = pool(config, "wings-tasks", config.taskConnections(), registry);
            HikariConfig reads = pool(config, "wings-reads", config.readConnections(), registry);
            HikariConfig probes = pool(config, "wings-probes", 1, registry);
            probes.setConnectionTimeout(PROBE_TIME.toMillis());
            probes.setValidationTimeout(PROBE_TIME.toMillis());
            probes.addDataSourceProperty("socketTimeout", Long.toString(PROBE_TIME.toSeconds()));
            probes.addDataSourceProperty("connectTimeout", Long.toString(PROBE_TIME.toSeconds()));
            reads.setReadOnly(true);
            reads.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
            return new PostgresDatabase(
                    config,
                    pools,
                    pools.add(new HikariDataSource(commits)),
                    pools.add(new HikariDataSource(changes)),
                    pools.add(new HikariDataSource(work)),
                    pools.add(new HikariDataSource(reads)),
                    pools.add(new HikariDataSource(probes)));
        } catch (RuntimeException | Error e) {
            pools.closeAfter(e);
            throw e;
        }
    }

    /// The stores over this database; closing them closes it.
    public Stores stores(Scheduler scheduler) {
        return new Stores(
                new PostgresClusterMetadataStore(this),
                new PostgresLogMetadataStore(this),
                new PostgresLakeMetadataStore(this),
                new PostgresTaskStore(this),
                new PostgresGarbageStore(this),
                new PostgresAnnouncements(this, scheduler),
                this::time,
                this::problem,
                this);
    }

    private static void migrate(DatabaseConfig config) {
        try {
            int applied = Flyway.configure()
                    .dataSource(config.url(), config.user(), password(config))
                    .schemas(SCHEMA)
                    .defaultSchema(SCHEMA)
                    .locations(MIGRATIONS)
                    .validateMigrationNaming(true)
                    .load()
                    .migrate()
                    .migrationsExecuted;
            LOG.info("metadata tables are up to date: migrations_applied={}", applied);
        } catch (FlywayException e) {
            throw new WingsException(
                    ErrorKind.PRECONDITION,
                    "the metadata tables cannot be brought up to date: cause=" + firstLine(e),
                    e);
        }
    }

    private static HikariConfig pool(DatabaseConfig config, String name, int connections, MeterRegistry registry) {
        HikariConfig pool = new HikariConfig();
        pool.setPoolName(name);
        pool.setJdbcUrl(config.url());
        pool.setUsername(config.user());
        pool.setPassword(password(config));
        pool.setMaximumPoolSize(connections);
        pool.setMinimumIdle(Math.min(MIN_IDLE_CONNECTIONS, connections));
        pool.setAutoCommit(false);
        pool.setConnectionTimeout(config.connectTimeout().toMillis());
        pool.setValidationTimeout(config.connectTimeout().toMillis());
        // The database was reached a moment ago; a pool that starts empty fills itself when it is back.
        pool.setInitializationFailTimeout(-1);
        pool.setMetricRegistry(registry);
        properties(config).forEach((key, value) -> pool.addDataSourceProperty(key.toString(), value));
        return pool;
    }

    /// The properties of every connection. The limits are the last resort against a transaction that hangs and
    /// holds locks.
    private static Properties properties(DatabaseConfig config) {
        Properties properties = new Properties();
        properties.setProperty("ApplicationName", "wings-control-plane");
        properties.setProperty("currentSchema", SCHEMA);
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty(
                "connectTimeout",
                Long.toString(Math.max(1, config.connectTimeout().toSeconds())));
        properties.setProperty("socketTimeout", "60");
        properties.setProperty(
                "options", "-c statement_timeout=30s -c lock_timeout=20s -c idle_in_transaction_session_timeout=120s");
        return properties;
    }

    /// A connection outside the pools, in auto-commit mode; the caller closes it.
    Connection openConnection() throws SQLException {
        return connect(config);
    }

    private static Connection connect(DatabaseConfig config) throws SQLException {
        Properties properties = properties(config);
        properties.setProperty("user", config.user());
        config.password().ifPresent(password -> properties.setProperty("password", password.reveal()));
        return DriverManager.getConnection(config.url(), properties);
    }

    /// The database's own time, and so that of all replicas.
    private Instant time() {
        return change(
                "read the time",
                connection -> Sql.queryOne(
                                connection, "select clock_timestamp() as now", row -> Sql.instant(row, "now"))
                        .orElseThrow());
    }

    /// What is wrong with the database now; empty if nothing is. This waits neither for those who use the
    /// database nor longer than whoever asks does.
    private Optional<String> problem() {
        try {
            return transaction(probes, "check the database", connection -> {
                Sql.query(connection, "select 1", row -> 1);
                return Optional.empty();
            });
        } catch (WingsException e) {
            return Optional.of(e.getMessage());
        }
    }

    /// What is done in a transaction.
    interface Body<T> {
        T run(Connection connection) throws SQLException;
    }

    /// Runs `body` in a transaction that is committed when this returns, and rolled back when it throws. It is
    /// for commits to the log. If the connection is lost during the commit, the outcome is unknown and this
    /// fails with UNAVAILABLE.
    ///
    /// @param what is attempted, for messages
    <T> T commit(String what, Body<T> body) {
        return transaction(commits, what, body);
    }

    /// As [#commit], for changes of resources and whatever else must not keep commits waiting.
    <T> T change(String what, Body<T> body) {
        return inTurn(turnsToChange, what, () -> transaction(changes, what, body));
    }

    /// As [#commit], for tasks and what they commit.
    <T> T work(String what, Body<T> body) {
        return transaction(work, what, body);
    }

    /// Runs `body` on one snapshot of everything committed before.
    <T> T read(String what, Body<T> body) {
        return inTurn(turnsToRead, what, () -> transaction(reads, what, body));
    }

    /// Runs a transaction when it is the tenant's turn to have a connection of the pool.
    private static <T> T inTurn(FairPlaces turns, String what, Supplier<T> transaction) {
        try (FairPlaces.Place place = turns.acquire(ActingTenant.current())) {
            return transaction.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WingsException(ErrorKind.CANCELLED, "interrupted before the database was asked: " + what, e);
        }
    }

    private static <T> T transaction(HikariDataSource pool, String what, Body<T> body) {
        try (Connection connection = pool.getConnection()) {
            try {
                T result = body.run(connection);
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException | Error e) {
                rollBack(connection, e);
                throw e;
            }
        } catch (SQLException e) {
            throw SqlErrors.toWings(what, e);
        }
    }

    private static void rollBack(Connection connection, Throwable cause) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // the connection is gone, and with it the transaction
            cause.addSuppressed(e);
        }
    }

    private static String password(DatabaseConfig config) {
        return config.password().map(Secret::reveal).orElse("");
    }

    /// The URL without its parameters, which may hold secrets.
    private static String withoutParameters(String url) {
        int parameters = url.indexOf('?');
        return parameters < 0 ? url : url.substring(0, parameters);
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    @Override
    public void close() {
        pools.close();
        ownTime.close();
    }
}
