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
package dev.wings.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.proto.Topic;
import dev.wings.server.testing.Flights;
import dev.wings.server.testing.ServerFixture;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TimeZone;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The server through the Flight SQL JDBC driver, as a database tool uses it.
@Timeout(120)
class JdbcIT {

    @TempDir
    private Path directory;

    private ServerFixture server;
    private Connection connection;

    @BeforeEach
    void open() throws Exception {
        server = new ServerFixture(directory, Map.of());
        Topic flights = server.createTopic("flights", Flights.SCHEMA, "");
        server.createTopic("sales.orders", Flights.SCHEMA, "");
        List<VectorSchemaRoot> batches = List.of(Flights.open(server.allocator(), 0, 1000, ""));
        server.push(flights, "", batches);
        AutoCloseables.close(batches);
        connection = connect("");
    }

    @AfterEach
    void nothingLeaks() throws Exception {
        connection.close();
        server.close();
    }

    @Test
    void rowsHaveTheirTypes() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select * from flights where number = 7")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt("number")).isEqualTo(7);
            assertThat(rows.getString("origin")).isEqualTo("JFK");
            assertThat(rows.getDouble("delay")).isEqualTo(-3.0);
            assertThat(rows.getBigDecimal("price")).isEqualTo(new BigDecimal("7.25"));
            assertThat(rows.getDate("day").toLocalDate()).isEqualTo("2024-10-11");
            assertThat(rows.getTimestamp("departure")).isNotNull();
            assertThat(rows.getBoolean("late")).isTrue();
            assertThat(rows.getString("uid")).isEqualTo("00000000-0000-0000-0000-000000000007");
            assertThat(rows.getLong("__offset__")).isEqualTo(7);
            assertThat(rows.next()).isFalse();
            assertThat(rows.getMetaData().getColumnCount()).isEqualTo(11);
        }
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("select delay, sum(number) s from flights group by 1 order by 1 desc")) {
            assertThat(rows.next()).isTrue();
            rows.getDouble(1);
            assertThat(rows.wasNull()).isFalse();
            assertThat(rows.getBigDecimal("s")).isPositive();
        }
    }

    /// The driver writes milliseconds, whatever unit it is told.
    @Test
    void timesAreThoseThatTheDriverWrites() throws SQLException {
        Calendar utc = Calendar.getInstance(TimeZone.getTimeZone("UTC"));
        Timestamp timestamp = Timestamp.from(Instant.parse("2026-01-31T08:30:00.123Z"));
        try (PreparedStatement statement = connection.prepareStatement(
                "select (?::timestamp)::varchar, (?::timestamptz)::varchar, (?::time)::varchar")) {
            statement.setTimestamp(1, timestamp, utc);
            statement.setTimestamp(2, timestamp, utc);
            statement.setTime(3, new Time(30_600_123), utc);
            try (ResultSet rows = statement.executeQuery()) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getString(1)).isEqualTo("2026-01-31 08:30:00.123");
                assertThat(rows.getString(2)).isEqualTo("2026-01-31 08:30:00.123+00");
                assertThat(rows.getString(3)).isEqualTo("08:30:00.123");
            }
        }
    }

    @Test
    void preparedStatementIsRunAgainAndAgain() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "select count(*) from flights where number between ? and ? and origin = ? and price > ?")) {
            for (int i = 0; i < 3; i++) {
                statement.setInt(1, 0);
                statement.setInt(2, 10 * (i + 1));
                statement.setString(3, "SFO");
                statement.setBigDecimal(4, new BigDecimal("1.00"));
                try (ResultSet rows = statement.executeQuery()) {
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.getLong(1)).isEqualTo(2L * (i + 1));
                }
            }
        }
    }

    @Test
    void toolSeesTablesAndColumns() throws SQLException {
        List<String> tables = new ArrayList<>();
        try (ResultSet rows = connection.getMetaData().getTables(null, "%", "%", new String[] {"TABLE"})) {
            while (rows.next()) {
                tables.add(rows.getString("TABLE_CAT") + "." + rows.getString("TABLE_SCHEM") + "."
                        + rows.getString("TABLE_NAME"));
            }
        }
        assertThat(tables).containsExactly("wings.default.flights", "wings.sales.orders");
        List<String> columns = new ArrayList<>();
        try (ResultSet rows = connection.getMetaData().getColumns("wings", "default", "flights", "%")) {
            while (rows.next()) {
                columns.add(rows.getString("COLUMN_NAME") + " " + rows.getString("TYPE_NAME") + " "
                        + rows.getString("IS_NULLABLE"));
            }
        }
        assertThat(columns)
                .hasSize(11)
                .contains("number INTEGER NO", "price DECIMAL(10,2) YES", "__offset__ BIGINT NO");
        try (ResultSet rows = connection.getMetaData().getSchemas()) {
            assertThat(rows.next()).isTrue();
        }
        assertThat(connection.getMetaData().getDatabaseProductName()).isEqualTo("Wings");
        assertThat(connection.getMetaData().isReadOnly()).isFalse();
    }

    @Test
    void catalogIsChosenAtConnect() throws SQLException {
        Connection chosen = connect("&catalog=wings");
        try (Statement statement = chosen.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from sales.orders")) {
            assertThat(rows.next()).isTrue();
        } finally {
            // this version of the driver, if it has a catalog, closes its session after its channel, and says so
            assertThatThrownBy(chosen::close).hasStackTraceContaining("Channel shutdown invoked");
        }
    }

    @Test
    void propertyNamesTheTenant() throws Exception {
        server.createTopic("tenants/acme/namespaces/default/topics/secrets", Flights.SCHEMA, "");
        try (Connection acme = connect("&wings-tenant=acme");
                Statement statement = acme.createStatement()) {
            try (ResultSet rows = statement.executeQuery("select count(*) from secrets")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getLong(1)).isZero();
            }
            assertThatThrownBy(() -> statement.executeQuery("select * from flights"))
                    .hasStackTraceContaining("tenants/acme/namespaces/default/topics/flights");
        }
        try (Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.executeQuery("select * from secrets"))
                    .hasStackTraceContaining("tenants/default/namespaces/default/topics/secrets");
        }
    }

    @Test
    void errorsAreReadable() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.executeQuery("select nope from flights"))
                    .hasStackTraceContaining("nope");
            assertThatThrownBy(() -> statement.execute("insert into flights values (1, 2)"))
                    .hasStackTraceContaining("values=2");
            assertThatThrownBy(() -> statement.executeQuery("select * from nothing"))
                    .hasStackTraceContaining("topic does not exist");
        }
    }

    private Connection connect(String options) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:arrow-flight-sql://127.0.0.1:" + server.port() + "/?useEncryption=false" + options,
                new Properties());
    }
}
