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

import dev.wings.server.testing.FlightSql;
import dev.wings.server.testing.Flights;
import dev.wings.server.testing.ServerFixture;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.SessionOptionValueFactory;
import org.apache.arrow.flight.SetSessionOptionsRequest;
import org.apache.arrow.flight.client.ClientCookieMiddleware;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Statements that change the session, of clients that keep cookies and of those that do not.
@Timeout(120)
class SessionIT {

    @TempDir
    private static Path directory;

    private static ServerFixture server;
    private static FlightSql sql;

    @BeforeAll
    static void open() {
        server = new ServerFixture(directory, Map.of());
        server.createTopic("flights", Flights.SCHEMA, "");
        server.createTopic("sales.orders", Flights.SCHEMA, "");
        sql = new FlightSql(server.port());
    }

    @AfterAll
    static void close() throws Exception {
        sql.close();
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "use sales | sales | UTC",
                "USE \"sales\" ; | sales | UTC",
                "use Wings.Sales | sales | UTC",
                "use \"default\" | default | UTC",
                "use default | default | UTC",
                "use wings | default | UTC",
                "use system | system | UTC",
                "set schema = 'sales' | sales | UTC",
                "set schema to sales | sales | UTC",
                "SET SCHEMA 'sales' | sales | UTC",
                "/* a */ set search_path = sales -- b | sales | UTC",
                "set session schema = 'wings.sales' | sales | UTC",
                "reset schema | default | UTC",
                "set schema = default | default | UTC",
                "set timezone = 'Europe/Berlin' | default | Europe/Berlin",
                "set TimeZone to 'Asia/Tokyo' | default | Asia/Tokyo",
                "set time zone 'America/New_York' | default | America/New_York",
                "set time zone local | default | UTC",
                "reset timezone | default | UTC"
            })
    void sessionIsChanged(String statement, String schema, String timeZone) throws Exception {
        try (FlightSqlClient client = withCookies()) {
            assertThat(rows(client, statement)).containsExactly(schema + "|" + timeZone);
            assertThat(rows(client, "select current_schema()")).containsExactly(schema);
            assertThat(client.execute("select timestamptz '2024-07-01 00:00:00Z'")
                            .getSchemaOptional()
                            .orElseThrow()
                            .getFields()
                            .getFirst()
                            .getType())
                    .isEqualTo(new ArrowType.Timestamp(org.apache.arrow.vector.types.TimeUnit.MICROSECOND, timeZone));
        }
    }

    @Test
    void timeZoneIsThatOfTheSession() throws Exception {
        try (FlightSqlClient client = withCookies();
                FlightSqlClient other = withCookies()) {
            String query = "select timestamptz '2024-07-01 12:00:00Z'::varchar, '2024-07-01 12:00'::timestamptz ="
                    + " timestamptz '2024-07-01 12:00:00Z', extract(hour from timestamptz '2024-07-01 12:00:00Z'),"
                    + " date_trunc('day', timestamptz '2024-07-01 12:00:00Z') = timestamptz '2024-07-01 00:00:00Z'";
            assertThat(rows(client, query)).containsExactly("2024-07-01 12:00:00+00|true|12|true");
            rows(client, "set timezone = 'Europe/Berlin'");
            rows(client, "use sales");
            assertThat(rows(client, query)).containsExactly("2024-07-01 14:00:00+02|false|14|false");
            assertThat(rows(other, query)).containsExactly("2024-07-01 12:00:00+00|true|12|true");
            assertThat(rows(client, "select departure, __timestamp__ from orders"))
                    .isEmpty();
            rows(client, "reset timezone");
            assertThat(rows(client, query)).containsExactly("2024-07-01 12:00:00+00|true|12|true");
            assertThat(rows(client, "select count(*) from orders")).containsExactly("0");
        }
    }

    @Test
    void clientWithoutCookiesIsTold() {
        for (String statement : List.of("use sales", "set timezone = 'Europe/Berlin'")) {
            assertThatThrownBy(() -> sql.query(statement))
                    .hasMessageContaining("the session was not changed")
                    .hasMessageContaining(
                            statement.startsWith("use") ? "wings-schema=sales" : "wings-timezone=Europe/Berlin");
            assertThatThrownBy(() -> sql.client().executeUpdate(statement))
                    .isInstanceOfSatisfying(
                            FlightRuntimeException.class,
                            e -> assertThat(e.status().code()).isEqualTo(FlightStatusCode.INVALID_ARGUMENT))
                    .hasMessageContaining("the session was not changed");
        }
    }

    @Test
    void headersSayTheSameWithoutCookies() throws Exception {
        FlightCallHeaders headers = new FlightCallHeaders();
        headers.insert("wings-schema", "sales");
        headers.insert("wings-timezone", "Europe/Berlin");
        CallOption both = new HeaderCallOption(headers);
        assertThat(sql.query(
                        "select count(*), extract(hour from timestamptz '2024-07-01 12:00:00Z') from orders", both))
                .containsExactly("0|14");
        assertThat(sql.query("use sales", both)).containsExactly("sales|Europe/Berlin");
    }

    @Test
    void optionsAndStatementsAreOne() throws Exception {
        try (FlightSqlClient client = withCookies()) {
            assertThat(client.setSessionOptions(new SetSessionOptionsRequest(Map.of(
                                    "timezone", SessionOptionValueFactory.makeSessionOptionValue("Europe/Berlin"),
                                    "schema", SessionOptionValueFactory.makeSessionOptionValue("sales"))))
                            .hasErrors())
                    .isFalse();
            assertThat(rows(client, "select current_schema(), extract(hour from timestamptz '2024-07-01 12:00:00Z')"))
                    .containsExactly("sales|14");
            assertThat(client.setSessionOptions(new SetSessionOptionsRequest(Map.of(
                                    "timezone", SessionOptionValueFactory.makeSessionOptionValue("Mars/Phobos"))))
                            .getErrors())
                    .containsOnlyKeys("timezone");
        }
    }

    @Test
    void driverChangesItsSession() throws Exception {
        String url = "jdbc:arrow-flight-sql://127.0.0.1:" + server.port() + "/?useEncryption=false";
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute("use sales");
            assertThat(statement.executeUpdate("set timezone = 'Europe/Berlin'"))
                    .isZero();
            try (ResultSet rows = statement.executeQuery(
                    "select count(*), extract(hour from timestamptz '2024-07-01 12:00:00Z') from orders")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getLong(2)).isEqualTo(14);
            }
            assertThatThrownBy(() -> statement.execute("use nowhere"))
                    .isInstanceOf(SQLException.class)
                    .hasStackTraceContaining("namespace does not exist");
            assertThatThrownBy(() -> statement.executeUpdate("delete from orders"))
                    .hasStackTraceContaining("never changed");
        }
    }

    private static FlightSqlClient withCookies() {
        return new FlightSqlClient(
                FlightClient.builder(sql.allocator(), Location.forGrpcInsecure("127.0.0.1", server.port()))
                        .intercept(new ClientCookieMiddleware.Factory())
                        .build());
    }

    private static List<String> rows(FlightSqlClient client, String statement) throws Exception {
        return FlightSql.rows(client, client.execute(statement));
    }
}
