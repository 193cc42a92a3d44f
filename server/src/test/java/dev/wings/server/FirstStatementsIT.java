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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.AsyncPutListener;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.Criteria;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.grpc.CredentialCallOption;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What people and tools ask first, before they know anything of the server.
@Timeout(120)
class FirstStatementsIT {

    @TempDir
    private static Path directory;

    private static ServerFixture server;
    private static FlightSql sql;

    @BeforeAll
    static void open() {
        server = new ServerFixture(directory, Map.of());
        server.createTopic("flights", Flights.SCHEMA, "");
        server.createTopic("sales.orders", Flights.SCHEMA, "");
        server.createTopic("sales.duckdb_tables", Flights.SCHEMA, "");
        sql = new FlightSql(server.port());
    }

    @AfterAll
    static void close() throws Exception {
        sql.close();
        server.close();
    }

    @Test
    void tablesAreShown() throws Exception {
        assertThat(sql.query("show tables")).containsExactly("flights");
        assertThat(sql.query("SHOW COLUMNS FROM flights")).isNotEmpty().isEqualTo(sql.query("describe flights"));
        assertThatThrownBy(() -> sql.query("show columns in nosuch")).hasMessageContaining("nosuch");
        assertThat(sql.query(" SHOW  Tables ; ")).containsExactly("flights");
        assertThat(sql.query("show tables", schema("sales"))).containsExactly("duckdb_tables", "orders");
        assertThat(sql.query("show schemas")).containsExactly("default", "sales", "system");
        assertThat(sql.query("show databases")).containsExactly("wings");
        assertThat(sql.query("show all tables"))
                .contains("default|flights|BASE TABLE", "sales|orders|BASE TABLE", "system|topics|SYSTEM VIEW");
    }

    @Test
    void informationSchemaIsThere() throws Exception {
        assertThat(sql.query("select schema_name from information_schema.schemata order by 1"))
                .containsExactly("default", "sales", "system");
        assertThat(sql.query(
                        "select t.table_name from Information_Schema . \"TABLES\" t where t.table_type = 'BASE TABLE'"
                                + " and t.table_schema <> 'system' order by 1"))
                .containsExactly("duckdb_tables", "flights", "orders");
        assertThat(
                        sql.query(
                                "select 'ü', columns.column_name, is_nullable, data_type, numeric_precision, numeric_scale"
                                        + " from wings.information_schema.columns where table_name = 'orders' and column_name = 'price'"))
                .containsExactly("ü|price|YES|DECIMAL(10,2)|10|2");
        assertThat(sql.queryPrepared(
                        "select column_name from information_schema.columns where table_name = 'flights' and"
                                + " ordinal_position = ?",
                        2))
                .hasSize(1);
        assertThat(sql.query("select count(*) > 20 from information_schema.columns where table_schema = 'system'"))
                .containsExactly("true");
        assertThatThrownBy(() -> sql.query("select * from information_schema.triggers"))
                .hasMessageContaining("schemata, tables, views and columns");
    }

    @Test
    void viewIsUsedAsItIsNow() throws Exception {
        sql.query("create view sales.counted as select count(*) as n from orders");
        try {
            String prepared = "select n + ? as m from sales.counted where n >= 0";
            assertThat(sql.queryPrepared(prepared, 5)).containsExactly("5");
            sql.query("create or replace view sales.counted as select 10 as n");
            assertThat(sql.queryPrepared(prepared, 5)).containsExactly("15");
        } finally {
            sql.query("drop view sales.counted");
        }
    }

    @Test
    void schemaIsNamedByAHeader() throws Exception {
        assertThat(sql.query("select count(*) from orders", schema("sales"))).containsExactly("0");
        assertThat(sql.query("select current_schema()", schema("sales"))).containsExactly("sales");
        assertThat(sql.query("select count(*) > 0 from topics", schema("system")))
                .containsExactly("true");
        assertThat(sql.query("select count(*) from flights", schema(""))).containsExactly("0");
        assertThatThrownBy(() -> sql.query("select 1", schema("Not a name"))).hasMessageContaining("bad namespace id");
        assertThatThrownBy(() -> sql.query("select * from orders")).hasMessageContaining("did you mean sales.orders?");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "select * from flihgts | did you mean flights?",
                "select * from sales.order | did you mean orders?",
                "use nowhere | SHOW SCHEMAS",
                "use other.sales | there is one catalog",
                "set threads = 4 | SET timezone",
                "set timezone = 'Mars/Phobos' | Unknown TimeZone",
                "set time zone 'x;y' | not a name of a time zone",
                "reset all | SET schema",
                "replace into flights values (1) | never changed",
                "-- a comment @ insert into flights values (1, 2) | values=2: name the columns",
                "insert into flights (number, nope) values (1, 2) | column=nope",
                "insert into flights (number, Number) values (1, 2) | named twice",
                "insert into flihgts values (1) | topic does not exist",
                "update flights set number = 1 | 7700",
                "delete from flights | never changed",
                "merge into flights using x on true when matched then delete | never changed",
                "truncate flights | never changed",
                "create table x (a itn) | unknown type",
                "create or replace macro m(a) as a + 1 | CREATE VIEW a view",
                "create database s | CREATE SCHEMA",
                "alter schema flights rename to x | ALTER TABLE changes",
                "drop index flights | DROP VIEW a view",
                "comment on table flights is 'x' | COMMENT ON COLUMN",
                "copy flights to 'x.csv' | wings sql -o",
                "export database 'x' | wings sql -o parquet",
                "import database 'x' | wings push",
                "attach 'x.db' | docs/lake.md",
                "detach x | docs/lake.md",
                "install spatial | no extension is loaded",
                "load spatial | no extension is loaded",
                "pragma database_size | SHOW ALL TABLES",
                "call pragma_version() | SHOW ALL TABLES",
                "begin | no transactions",
                "start transaction | no transactions",
                "commit | no transactions",
                "rollback | no transactions",
                "prepare p as select 1 | CreatePreparedStatement",
                "execute p | CreatePreparedStatement",
                "checkpoint | system.tasks",
                "vacuum | system.tasks",
                "analyze | system.tasks",
                "grant select on flights to x | wings-tenant",
                "explain insert into flights values (1) | EXPLAIN is supported of queries only",
                "explain analyze delete from flights | EXPLAIN is supported of queries only",
                "show functions | SHOW is for TABLES",
                "select st_point(1, 2) | an extension that is not here",
                "select (select number from (values (1), (2)) v(number)) | subquery",
                "select nosuch from flights | line=1, column=8",
                "select 1,@ f.nosuch from flights f | line=2, column=2",
                "select x.number from flights | Candidate tables",
                "select date_trunk('day', departure) from flights | Did you mean",
                "select 1,@  summ(number) from flights | line=2, column=3",
                "select 1 from@ flihgts | did you mean flights?; line=2, column=2",
                "select 1 from system.topcis | line=1, column=15",
                "select 'x'::integer | line=1, column=",
                "select number +@ from flights | line=2"
            })
    void refusalsNameWhatToDo(String statement, String expected) {
        assertThatThrownBy(() -> sql.query(statement.replace('@', '\n')))
                .hasMessageContaining(expected)
                .hasMessageNotContainingAny("INSTALL ", "LOAD ", "SET lambda", "SET scalar", "duckdb.org");
    }

    /// What other systems, and word processors, spell otherwise.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            maxCharsPerColumn = 1000,
            value = {
                "select * from nosuch | SHOW ALL TABLES lists those that there are; line=1, column=15",
                "select * from flights where origin = \"SFO\" | text takes single quotes: 'SFO'",
                "select * from flights where@ origin = \"O'Hare\" | text takes single quotes: 'O''Hare'",
                "select * from flights where origin in ('a', \"SFO\") | text takes single quotes: 'SFO'",
                "select * from flights where origin like \"S%\" | text takes single quotes: 'S%'",
                "select coalesce(origin, \"-\") from flights | text takes single quotes: '-'",
                "select origin, count(*) from flights group by 1 having max(origin) > \"x\" | single quotes: 'x'",
                "select \"x\" | text takes single quotes: 'x'",
                "select * from flights where origin = `SFO` | text takes single quotes: 'SFO'",
                "select * from flights where origin = SFO | if it is text, it takes single quotes: 'SFO'",
                "select * from flights where origin <> \"\" | text takes single quotes, also an empty one: ''",
                "select * from flights where origin = ‘SFO’ | text takes ' before and behind it",
                "select * from flights where origin = “SFO” | text takes ' before and behind it",
                "select * from flights where origin = „San Francisco“ | text takes ' before and behind it",
                "select “origin” from flights | a name \"",
                "select 3 – 2 | write the sign of the keyboard",
                "select * from flights where origin = 'a' && number > 1 | write AND for &&",
                "select * from flights where (origin = 'a') && (number > 1) | write AND for &&",
                "select * from flights where origin = 'a' ¦¦ number > 1 | write OR for ¦¦",
                "select * from flights where !(number > 1) | write NOT",
                "select * from flights limit 10, 20 | write LIMIT 20 OFFSET 10",
                "select * from flights order by 1 limit 10,20; | write LIMIT 20 OFFSET 10",
                "select top 10 * from flights | write LIMIT 10 at the end",
                "select * from flights where origin = 'O'Hare' | a quote within a text is written twice",
                "select * from flights where origin = 'it's his' | a quote within a text is written twice",
                "select * from flights where departure > 2001-01-31 | a date takes single quotes: '2001-01-31'",
                "select nvl(origin, 'x') from flights | write coalesce(a, b)",
                "select date_format(departure, '%Y') from flights | write strftime(",
                "select getdate() | write now()"
            })
    void errorsSayWhatToWrite(String statement, String expected) {
        assertThatThrownBy(() -> sql.query(statement.replace('@', '\n').replace('¦', '|')))
                .hasMessageContaining(expected.replace('¦', '|'));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select `number` from `flights`",
                "select number from flights where origin == 'it''s “that” – && limit 1, 2'",
                "select number from flights;;",
                "select number from flights; ;",
                "select number from flights -- ‘SFO’ && limit 1, 2"
            })
    void whatIsUnderstoodIsNotRefused(String statement) throws Exception {
        assertThat(sql.query(statement)).isEmpty();
    }

    /// A misspelled column is a name: nothing is said of text.
    @Test
    void misspelledNamesAreNotTakenForText() {
        for (String statement : List.of("select numbr from flights", "select f.\"numbr\" from flights f")) {
            assertThatThrownBy(() -> sql.query(statement))
                    .hasMessageContaining("number")
                    .hasMessageNotContaining("single quotes");
        }
    }

    @Test
    void lambdasAreWrittenEitherWay() throws Exception {
        assertThat(sql.query("select list_transform([1, 2], x -> x + 1), list_reduce([1, 2], lambda a, b: a + b),"
                        + " '{\"a\": {\"b\": 5}}'::json -> 'a' ->> 'b', list_filter([1, 5], (x, i) -> x > i + 1)"))
                .containsExactly("[2,3]|3|5|[5]");
    }

    /// What Grafana's data source makes of its macros.
    @Test
    void timesAreBinned() throws Exception {
        assertThat(sql.query(
                        "select date_bin(interval '15 second', t, timestamp '1970-01-01T00:00:00Z') b, count(*) from"
                                + " (values (timestamp '2024-05-17 00:00:17'), (timestamp '2024-05-17 00:00:29'), (timestamp"
                                + " '2024-05-17 00:00:30')) v(t) where t >= '2024-01-01T00:00:00Z' and t <="
                                + " '2025-01-01T00:00:00Z' group by 1 order by 1"))
                .containsExactly("2024-05-17T00:00:15|2", "2024-05-17T00:00:30|1");
        assertThat(sql.query(
                        "select date_bin(interval '15 second', departure, timestamp '1970-01-01T00:00:00Z') as time,"
                                + " sum(number) from flights where departure >= '2024-01-01T00:00:00Z' and departure <="
                                + " '2024-01-02T00:00:00Z' group by 1 order by 1"))
                .isEmpty();
        assertThat(sql.query("select date_bin(interval 1 hour, timestamptz '2024-05-17 00:10:00+00', timestamptz"
                        + " '2024-01-01 00:30:00+00') = timestamptz '2024-05-16 23:30:00+00', date_bin('1 month',"
                        + " timestamp '2024-05-17')::varchar"))
                .containsExactly("true|2024-05-01 00:00:00");
    }

    /// Users and passwords are taken, since tools ask for them; they stand for nothing.
    @Test
    void anyUserIsTaken() throws Exception {
        try (FlightClient client = FlightClient.builder(
                        sql.allocator(), Location.forGrpcInsecure("127.0.0.1", server.port()))
                .build()) {
            CredentialCallOption token =
                    client.authenticateBasicToken("somebody", "secret").orElseThrow();
            assertThat(sql.query("select 1", token)).containsExactly("1");
        }
        String url = "jdbc:arrow-flight-sql://127.0.0.1:" + server.port()
                + "/?useEncryption=false&user=somebody&password=secret&wings-schema=sales";
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from orders")) {
            assertThat(rows.next()).isTrue();
        }
    }

    @Test
    void everySqlInfoIsAnswered() throws Exception {
        Set<String> answered = new HashSet<>();
        for (String row : sql.rows(sql.client().getSqlInfo(new int[0]))) {
            answered.add(row.substring(0, row.indexOf('|')));
            assertThat(row).doesNotEndWith("|null");
        }
        for (SqlInfo code : SqlInfo.values()) {
            if (code != SqlInfo.UNRECOGNIZED) {
                assertThat(answered).as(code.name()).contains(Integer.toString(code.getNumber()));
            }
        }
        // The server tells the truth about the words that it claims to know.
        for (SqlInfo code : List.of(
                SqlInfo.SQL_NUMERIC_FUNCTIONS,
                SqlInfo.SQL_STRING_FUNCTIONS,
                SqlInfo.SQL_SYSTEM_FUNCTIONS,
                SqlInfo.SQL_DATETIME_FUNCTIONS)) {
            String words = sql.rows(sql.client().getSqlInfo(code)).getFirst();
            for (String word : words.replaceAll("^.*\\[|[\\]\"]", "").split(",", -1)) {
                String name = word.strip();
                assertThat(exists(name)).as(name).isTrue();
            }
        }
    }

    /// A function that is there is missed by the number of its arguments, if at all.
    private static boolean exists(String function) throws Exception {
        try {
            sql.query("select " + function + "()");
            return true;
        } catch (org.apache.arrow.flight.FlightRuntimeException e) {
            return !String.valueOf(e.getMessage()).contains("does not exist");
        }
    }

    /// Each method of the driver's that tells something without being given anything.
    @Test
    void driverTellsAllOfTheServer() throws Exception {
        List<String> failed = new ArrayList<>();
        int told = 0;
        String url = "jdbc:arrow-flight-sql://127.0.0.1:" + server.port() + "/?useEncryption=false";
        try (Connection connection = DriverManager.getConnection(url)) {
            DatabaseMetaData metadata = connection.getMetaData();
            for (java.lang.reflect.Method method : DatabaseMetaData.class.getMethods()) {
                if (method.getParameterCount() > 0) {
                    continue;
                }
                try {
                    Object answer = method.invoke(metadata);
                    told += answer == null ? 0 : 1;
                    if (answer instanceof ResultSet rows) {
                        rows.close();
                    }
                } catch (java.lang.reflect.InvocationTargetException e) {
                    if (!(e.getCause() instanceof SQLException)
                            && !(e.getCause() instanceof UnsupportedOperationException)) {
                        failed.add(method.getName() + ": " + e.getCause());
                    }
                }
            }
            assertThat(metadata.getDatabaseProductName()).isEqualTo("Wings");
            assertThat(metadata.getMaxColumnNameLength()).isEqualTo(255);
            assertThat(metadata.getSQLKeywords()).contains("lambda");
            assertThat(metadata.getDefaultTransactionIsolation()).isEqualTo(Connection.TRANSACTION_NONE);
            assertThat(metadata.supportsResultSetType(ResultSet.TYPE_FORWARD_ONLY))
                    .isTrue();
        }
        assertThat(failed).isEmpty();
        assertThat(told).isGreaterThan(120);
    }

    @Test
    void whatIsNotServedIsNotAdvertised() throws Exception {
        List<String> actions = new ArrayList<>();
        try (FlightClient client = FlightClient.builder(
                        sql.allocator(), Location.forGrpcInsecure("127.0.0.1", server.port()))
                .build()) {
            client.listActions().forEach(action -> actions.add(action.getType()));
            FlightDescriptor path = FlightDescriptor.path("flights");
            Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
            calls.put("getInfo", () -> client.getInfo(path));
            calls.put("getSchema", () -> client.getSchema(path));
            calls.put("listFlights", () -> client.listFlights(Criteria.ALL).forEach(info -> {}));
            calls.put("getStream", () -> {
                try (FlightStream stream = client.getStream(new Ticket("flights".getBytes(StandardCharsets.UTF_8)))) {
                    stream.next();
                }
            });
            calls.put(
                    "doAction", () -> client.doAction(new Action("list-topics")).forEachRemaining(result -> {}));
            calls.put("doPut", () -> {
                try (VectorSchemaRoot rows = VectorSchemaRoot.of()) {
                    FlightClient.ClientStreamListener put = client.startPut(path, rows, new AsyncPutListener());
                    put.completed();
                    put.getResult();
                }
            });
            calls.put("doExchange", () -> {
                try (FlightClient.ExchangeReaderWriter exchange = client.doExchange(path)) {
                    exchange.getWriter().completed();
                    exchange.getReader().next();
                }
            });
            calls.forEach((name, call) -> assertThatThrownBy(call)
                    .as(name)
                    .hasMessageContaining("port of SQL")
                    .hasMessageContaining("7702"));
        }
        assertThat(actions)
                .containsExactlyInAnyOrder(
                        "CreatePreparedStatement",
                        "ClosePreparedStatement",
                        "CancelQuery",
                        "CancelFlightInfo",
                        "SetSessionOptions",
                        "GetSessionOptions",
                        "CloseSession");
    }

    private static CallOption schema(String name) {
        FlightCallHeaders headers = new FlightCallHeaders();
        headers.insert("wings-schema", name);
        return new HeaderCallOption(headers);
    }
}
