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
package dev.wings.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Statements that make and drop schemas and tables, and insert rows, on a running platform: over Flight SQL,
/// and with the JDBC driver.
@ExtendWith(SharedPlatform.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
final class WritesIT {

    private WingsProcess wings;
    private SqlClient sql;

    @BeforeAll
    void open(WingsProcess platform) {
        wings = platform;
        sql = new SqlClient(wings.serverPort());
        sql.query("create schema if not exists writes");
    }

    @AfterAll
    void close() throws Exception {
        sql.close();
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:arrow-flight-sql://127.0.0.1:" + wings.serverPort() + "/?useEncryption=false");
    }

    @Test
    void schemasAndTablesAreMadeAndDropped() {
        assertThat(sql.query("create schema made")).containsExactly(List.of("created schema made"));
        assertThat(sql.query("create schema if not exists made"))
                .containsExactly(List.of("there is already a schema made"));
        assertThatThrownBy(() -> sql.query("create schema made")).hasStackTraceContaining("the name is taken");
        assertThat(sql.query("create table made.t (id bigint not null comment 'of \"it\"', \"Note\" varchar)"
                        + " partitioned by (id) with (partition_by = 'id', freshness = '1h')"))
                .containsExactly(List.of("created table made.t"));
        assertThat(sql.query("create table if not exists made.t (other int)"))
                .containsExactly(List.of("there is already a table made.t"));
        assertThatThrownBy(() -> sql.query("create table made.t (other int)"))
                .hasStackTraceContaining("the name is taken");
        assertThat(
                        sql.texts(
                                "select column_name, data_type, is_nullable from information_schema.columns"
                                        + " where table_schema = 'made' and column_name not like '\\_\\_%' escape '\\' order by ordinal_position"))
                .containsExactly(List.of("id", "BIGINT", "NO"), List.of("Note", "VARCHAR", "YES"));
        assertThat(wings.run("topic", "describe", "made.t")).contains("3600s", "partition key");
        assertThatThrownBy(() -> sql.query("drop schema made")).hasStackTraceContaining("made");
        assertThat(sql.query("drop table made.t")).containsExactly(List.of("dropped table made.t"));
        assertThat(sql.query("drop table if exists made.t")).containsExactly(List.of("there is no table made.t"));
        assertThatThrownBy(() -> sql.query("drop table made.t")).hasStackTraceContaining("not found");
        assertThat(sql.query("drop schema made")).containsExactly(List.of("dropped schema made"));
        assertThat(sql.query("drop schema if exists made")).containsExactly(List.of("there is no schema made"));
    }

    @Test
    void statementThatMadeATableIsShown() throws SQLException {
        String made =
                "CREATE TABLE writes.shown (\n  id BIGINT NOT NULL COMMENT 'the \"key\"',\n  \"at\" TIMESTAMP WITH TIME"
                        + " ZONE,\n  tags LIST(VARCHAR)\n)\nPARTITIONED BY (day(at), id)\nWITH (\n  partition_by = 'id',\n"
                        + "  lake_sort_by = 'id desc',\n  freshness = '7s',\n  target_segment_bytes = '67108864'\n);";
        sql.query(made);
        List<List<Object>> shown = sql.query("show create table writes.shown");
        sql.query("drop table writes.shown");
        sql.query((String) shown.getFirst().getFirst());
        assertThat(sql.query("show create table writes.shown")).isEqualTo(shown);
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("show create table writes.shown")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getString(1)).contains("id BIGINT NOT NULL COMMENT 'the \"key\"'", "freshness = '7s'");
        }
    }

    @Test
    void valuesAreInsertedAndRead() {
        sql.query(
                "create table writes.orders (id bigint not null, at timestamptz, total decimal(12,2), tags varchar[])");
        assertThat(sql.query("insert into writes.orders values (1, '2026-01-02 03:04:05+00', 9.9, ['a', null]),"
                        + " (2, null, '19.905', null)"))
                .containsExactly(List.of(2L));
        assertThat(sql.query("insert into writes.orders (total, ID) values (1, 3)"))
                .containsExactly(List.of(1L));
        assertThat(sql.texts("select id, total::varchar, tags::varchar, \"at\" = timestamptz '2026-01-02 03:04:05Z',"
                        + " __offset__ from writes.orders order by id"))
                .containsExactly(
                        java.util.Arrays.asList("1", "9.90", "[a, NULL]", "true", "0"),
                        java.util.Arrays.asList("2", "19.91", null, null, "1"),
                        java.util.Arrays.asList("3", "1.00", null, null, "2"));
        assertThat(sql.query("insert into writes.orders select * from writes.orders"))
                .containsExactly(List.of(3L));
        assertThat(sql.count("select count(*) from writes.orders")).isEqualTo(6);
        assertThat(sql.query("insert into writes.orders select * from writes.orders where false"))
                .containsExactly(List.of(0L));
    }

    @Test
    void rowsOfATopicAreCopied() {
        assertThat(sql.query("create table writes.copied with (partition_by = 'origin') as select * from flights"))
                .containsExactly(List.of(sql.count("select count(*) from flights")));
        String columns = "date, delay, distance, origin, destination";
        assertThat(sql.count("select count(*) from (select " + columns + " from flights except all select " + columns
                        + " from writes.copied)"))
                .isZero();
        assertThat(sql.count("select count(*) from writes.copied"))
                .isEqualTo(sql.count("select count(*) from flights"));
    }

    @Test
    void valuesOfEachTypeSurviveTheWay() {
        String columns = "b boolean, i int, l long, f float, d double, n decimal(38,10), dt date, t time, ts timestamp,"
                + " tz timestamptz, s varchar, bin blob, fx fixed(3), u uuid, st struct<a: int, b: varchar[]>,"
                + " li bigint[][], m map<varchar, struct<x: date, y: uuid>>";
        String values =
                "true, -2147483648, 9223372036854775807, 'nan', '-inf', 1234567890123456789012345678.0123456789,"
                        + " '9999-12-31', '23:59:59.999999', '0001-01-01', '2024-07-01 12:00:00.123456+02', 'a ''b''\u00e4', '\\x00\\xFF',"
                        + " '\\x01\\x02\\x03', '6ccd780c-baba-1026-9564-5b8c656024db', {'a': 1, 'b': ['x', null]}, [[1], [], null],"
                        + " map {'k': {'x': date '2024-01-01', 'y': '6ccd780c-baba-1026-9564-5b8c656024db'}}";
        sql.query("create table writes.types (" + columns + ")");
        sql.query("insert into writes.types values (" + values + ")");
        sql.query("insert into writes.types values (" + "null, ".repeat(16) + "null)");
        sql.query("create table writes.again (" + columns + ")");
        assertThat(sql.query("insert into writes.again select * from writes.types"))
                .containsExactly(List.of(2L));
        String read = "select * exclude (__offset__, __timestamp__) from writes.";
        assertThat(sql.texts(read + "types")).hasSize(2).isEqualTo(sql.texts(read + "again"));
        sql.query("create table writes.inferred as select * from writes.types");
        assertThat(sql.texts(read + "inferred")).isEqualTo(sql.texts(read + "types"));
        assertThat(sql.texts(
                        "select column_name, data_type from information_schema.columns where table_name = 'inferred'"))
                .isEqualTo(sql.texts(
                        "select column_name, data_type from information_schema.columns where table_name = 'types'"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "(1, 1, null), (2, 'abc', null) | row=2, column=i, type=INTEGER",
                "(1, 1, 1.5), (2, 2, 123456.7) | row=2, column=n, type=DECIMAL(5,2)",
                "(1, 1, null), (2, 3000000000, null) | row=2, column=i",
                "(1, nosuch, null) | nosuch",
                "(1, 1, null); select 1 | one statement at a time",
                "(1, 1) | as many values as columns"
            })
    void valueThatDoesNotFitIsNamed(String values, String message) {
        sql.query("create table if not exists writes.fits (id bigint not null, i int, n decimal(5,2))");
        assertThatThrownBy(() -> sql.query("insert into writes.fits values " + values))
                .hasStackTraceContaining(message)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("CAST(", "inserted"));
        assertThatThrownBy(() -> sql.query("insert into writes.fits select 1, 'abc', 2"))
                .hasStackTraceContaining("column=i, type=INTEGER");
        assertThat(sql.count("select count(*) from writes.fits")).isZero();
    }

    @Test
    void statementsThatFollowEachOtherUseOneStreamToTheIngestor() throws Exception {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("create table writes.streams (id bigint)");
            double before = endedStreams();
            try (PreparedStatement insert = connection.prepareStatement("insert into writes.streams values (?)")) {
                for (int i = 0; i < 10; i++) {
                    insert.setLong(1, i);
                    insert.addBatch();
                    insert.executeBatch();
                }
            }
            assertThat(endedStreams() - before)
                    .as("the first may take the place of another table's stream")
                    .isLessThanOrEqualTo(1);
            statement.executeUpdate("alter table writes.streams add column name varchar default 'new'");
            statement.executeUpdate("insert into writes.streams (id) values (10)");
            statement.executeUpdate("drop table writes.streams");
            statement.executeUpdate("create table writes.streams (id bigint, other int)");
            statement.executeUpdate("insert into writes.streams (id) values (11)");
        }
        assertThat(sql.count("select count(*) from writes.streams where id = 11 and other is null"))
                .isEqualTo(1);
        assertThat(sql.count("select count(*) from writes.streams")).isEqualTo(1);
    }

    /// How many DoPut streams of the ingestor have ended.
    private double endedStreams() throws IOException, InterruptedException {
        return MonitoringIT.scrape(wings.ports())
                .lines()
                .filter(line -> line.startsWith("wings_grpc_server_calls_seconds_count{")
                        && line.contains("FlightService/DoPut")
                        && line.contains("service=\"ingestor\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void batchesOfParametersAreInserted() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(
                    "create table writes.batches (id int not null, name varchar, at timestamp, b boolean)");
            try (PreparedStatement insert =
                    connection.prepareStatement("insert into writes.batches (at, id, name) values (?, ?, ?)")) {
                for (int i = 0; i < 1000; i++) {
                    insert.setTimestamp(1, new java.sql.Timestamp(1_700_000_000_000L + i));
                    insert.setInt(2, i);
                    insert.setString(3, i % 7 == 0 ? null : "n" + i);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            // values that are computed from parameters
            try (PreparedStatement insert = connection.prepareStatement(
                    "insert into writes.batches (id, name) values (cast(? as int) + 1000, upper(?))")) {
                for (int i = 0; i < 3; i++) {
                    insert.setInt(1, i);
                    insert.setString(2, "x" + i);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
        }
        assertThat(sql.texts(
                        "select count(*), count(name), sum(id), min(\"at\")::varchar, max(\"at\")::varchar, count(b)"
                                + " from writes.batches where id < 1000"))
                .containsExactly(
                        List.of("1000", "857", "499500", "2023-11-14 22:13:20", "2023-11-14 22:13:20.999", "0"));
        assertThat(sql.texts("select id, name from writes.batches where id >= 1000 order by id"))
                .containsExactly(List.of("1000", "X0"), List.of("1001", "X1"), List.of("1002", "X2"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "insert into writes.wrong values ($$x$$, 1) | Could not convert",
                "insert into writes.wrong values (1) | values=1",
                "insert into writes.wrong values (1, 2, 3) | values=3",
                "insert into writes.wrong (a, b, a) values (1, 2, 3) | named twice",
                "insert into writes.wrong (nope) values (1) | column=nope",
                "insert into writes.wrong (b) values (1) | a",
                "insert into writes.wrong select nope from flights | nope",
                "insert into writes.wrong values (1, 2), (3) | ",
                "insert into writes.nothing values (1) | not found",
                "insert into system.tables values (1) | nothing changes them",
                "insert into writes.wrong values (1, 2147483648) | out of range",
                "insert into writes.wrong values (1, 2) returning * | ",
                "create table writes.bad as select interval 1 day as x | column=x, type=INTERVAL",
                "create table writes.bad as select 1 as x, 2 as X | unique",
                "create table writes.bad (__offset__ bigint) | reserved",
                "create table writes.bad (a int) with (partition_by = b) | in single quotes",
                "create table writes.bad as select 1 / (number - number) as x from nothing | SHOW ALL TABLES",
                "create table nowhere.t (a int) | nowhere",
                "create table system.t (a int) | nothing changes them"
            })
    void whatIsWrongIsRefusedAndLeavesNothing(String statement, String message) {
        sql.query("create table if not exists writes.wrong (a int not null, b int)");
        assertThatThrownBy(() -> sql.query(statement)).hasStackTraceContaining(message == null ? "" : message);
        assertThat(sql.count("select count(*) from writes.wrong")).isZero();
        assertThat(sql.count("select count(*) from information_schema.tables where table_name = 'bad'"))
                .isZero();
    }

    @Test
    void tableWhoseRowsCannotBeMadeIsGoneAgain() {
        assertThatThrownBy(() ->
                        sql.query("create table writes.half as select case when i < 100000 then i else error('no more')"
                                + " end as i from range(200000) r(i)"))
                .hasStackTraceContaining("no more");
        assertThat(sql.count("select count(*) from information_schema.tables where table_name = 'half'"))
                .isZero();
    }

    @Test
    void statementsRunWithTheJdbcDriver() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate("create table writes.jdbc (id int, name varchar)"))
                    .isZero();
            assertThat(statement.executeUpdate("insert into writes.jdbc values (1, 'a'), (2, 'b')"))
                    .isEqualTo(2);
            assertThat(statement.execute("insert into writes.jdbc values (3, 'c')"))
                    .isFalse();
            assertThat(statement.getUpdateCount()).isEqualTo(1);
            try (PreparedStatement insert = connection.prepareStatement("insert into writes.jdbc values (?, ?)")) {
                for (int i = 4; i < 7; i++) {
                    insert.setInt(1, i);
                    insert.setString(2, "n" + i);
                    assertThat(insert.executeUpdate()).isEqualTo(1);
                }
            }
            try (ResultSet rows = statement.executeQuery("select string_agg(name, ',' order by id) from writes.jdbc")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getString(1)).isEqualTo("a,b,c,n4,n5,n6");
            }
            assertThat(statement.executeUpdate("drop table writes.jdbc")).isZero();
        }
    }
}
