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
import dev.wings.server.testing.FlightSql;
import dev.wings.server.testing.Flights;
import dev.wings.server.testing.ServerFixture;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.arrow.flight.CancelFlightInfoRequest;
import org.apache.arrow.flight.CancelStatus;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.GetSessionOptionsRequest;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.SessionOptionValueFactory;
import org.apache.arrow.flight.SetSessionOptionsRequest;
import org.apache.arrow.flight.client.ClientCookieMiddleware;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.flight.sql.util.TableRef;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The commands of Flight SQL with the Java client, and what becomes of bad ones.
@Timeout(120)
class FlightSqlIT {

    private static final String ENDLESS = "select sum(a.range * b.range) from range(100000000) a, range(100000000) b";

    @TempDir
    private Path directory;

    private ServerFixture server;
    private FlightSql sql;

    @BeforeEach
    void open() throws Exception {
        server = new ServerFixture(
                directory,
                Map.of(
                        "WINGS_SERVER_QUERIES", "2",
                        "WINGS_SERVER_QUERY_TIMEOUT", "1m",
                        "WINGS_SERVER_QUERY_MEMORY_BYTES", "64MiB",
                        "WINGS_SERVER_SPILL_BYTES", "16MiB"));
        sql = new FlightSql(server.port());
        Topic flights = server.createTopic("flights", Flights.SCHEMA, "");
        server.createTopic("tenants/other/namespaces/default/topics/secrets", Flights.SCHEMA, "");
        server.createTopic("sales.orders", Flights.SCHEMA, "");
        List<VectorSchemaRoot> batches = List.of(Flights.open(server.allocator(), 0, 1000, ""));
        server.push(flights, "", batches);
        AutoCloseables.close(batches);
    }

    @AfterEach
    void nothingLeaks() throws Exception {
        sql.close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "selec 1",
                "select nope from flights",
                "select 1; select 2",
                "copy flights to '/tmp/wings-copy'",
                "attach '/tmp/wings-attach' as x",
                "install httpfs",
                "set threads = 1",
                "select * from read_csv('/etc/passwd')",
                "select * from '/etc/passwd'",
                "insert into flights values (1",
                "insert into system.tables values (1)",
                "create table x (a itn)",
                "select cast('x' || number as int) from flights",
                "select * from information_schema.triggers",
                "select ? + 1"
            })
    void wrongStatementIsInvalid(String statement) throws Exception {
        assertFails(statement, FlightStatusCode.INVALID_ARGUMENT);
        assertThat(sql.query("select count(*) from flights")).containsExactly("1000");
    }

    /// DuckDB runs all but the last of several statements when it prepares them.
    @Test
    void refusedStatementsLeaveNoTrace() throws Exception {
        Path file = directory.resolve("leak");
        for (String statement : List.of(
                "copy (select 1) to '" + file + "'",
                "copy (select 1) to '" + file + "'; select 1",
                "attach '" + file + "' as x; select 1",
                "export database '" + file + "'; select 1",
                "select * from flights; copy flights to '" + file + "'")) {
            assertFails(statement, FlightStatusCode.INVALID_ARGUMENT);
            assertThatThrownBy(() -> sql.client().prepare(statement))
                    .as(statement)
                    .isInstanceOfSatisfying(
                            FlightRuntimeException.class,
                            e -> assertThat(e.status().code()).isEqualTo(FlightStatusCode.INVALID_ARGUMENT));
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void reservedNamespacesAreNamed() {
        for (String name : List.of("main", "memory", "wings")) {
            assertThatThrownBy(() -> sql.query("select * from " + name + ".flights"))
                    .hasMessageContaining("the name is reserved for SQL: found=\"" + name + "\"");
        }
        for (String table : List.of("information_schema.triggers", "wings.pg_catalog.pg_class")) {
            assertThatThrownBy(() -> sql.query("select * from " + table))
                    .hasMessageContaining(
                            "schemata, tables, views and columns; see also system.topics: found=" + table);
        }
    }

    @Test
    void errorsSayWhere() {
        assertThatThrownBy(() -> sql.query("select nope from flights"))
                .hasMessageContaining("nope")
                .hasMessageContaining("LINE 1");
        assertThatThrownBy(() -> sql.query("select 1 frm flights x")).hasMessageContaining("line=1, column=");
        assertThatThrownBy(() -> sql.query("select cast('x' || number as int) from flights"))
                .hasMessageContaining("Could not convert string 'x");
    }

    @Test
    void unknownTopicIsNotFound() throws Exception {
        assertFails("select * from nothing", FlightStatusCode.NOT_FOUND);
        assertFails("select * from nowhere.flights", FlightStatusCode.NOT_FOUND);
        assertFails("select * from system.nothing", FlightStatusCode.NOT_FOUND);
        assertFails("select * from \"/etc/passwd.csv\"", FlightStatusCode.NOT_FOUND);
    }

    @Test
    void topicsOfOtherTenantsStayHidden() throws Exception {
        assertFails("select * from secrets", FlightStatusCode.NOT_FOUND);
        assertFails("select * from \"tenants/other/namespaces/default/topics/secrets\"", FlightStatusCode.UNAUTHORIZED);
        assertThat(sql.query("select topic from system.topics order by 1")).containsExactly("flights", "orders");
        assertThat(sql.query("select topic from system.topics", FlightSql.tenant("other")))
                .containsExactly("secrets");
        assertThat(sql.query("select count(*) from secrets", FlightSql.tenant("other")))
                .containsExactly("0");
        FlightInfo info = sql.client().execute("select * from secrets", FlightSql.tenant("other"));
        assertThatThrownBy(() -> sql.rows(info))
                .isInstanceOfSatisfying(
                        FlightRuntimeException.class,
                        e -> assertThat(e.status().code()).isEqualTo(FlightStatusCode.UNAUTHORIZED));
        assertThatThrownBy(() -> sql.query("select 1", FlightSql.tenant("Bad Name")))
                .isInstanceOf(FlightRuntimeException.class);
        assertThat(sql.query("select sql from system.queries where sql = 'select count(*) from secrets'"))
                .isEmpty();
    }

    @Test
    void hugeValueIsRefused() throws Exception {
        assertFails("select repeat('x', 3000000000)", FlightStatusCode.RESOURCE_EXHAUSTED);
        assertFails("select lpad('x', 2000000000, 'y')", FlightStatusCode.RESOURCE_EXHAUSTED);
        assertFails("select length(repeat(repeat('x', 1000000), 100000))", FlightStatusCode.RESOURCE_EXHAUSTED);
        assertFails("select length(repeat(repeat('x', 1000000), 100000))", FlightStatusCode.RESOURCE_EXHAUSTED);
        assertFails("select length(repeat(repeat('x', 4000), 1000000))", FlightStatusCode.RESOURCE_EXHAUSTED);
        assertFails(
                "select length(repeat(repeat('x', 4000) || number, 1000000)) from flights limit 1",
                FlightStatusCode.RESOURCE_EXHAUSTED);
        assertFails("select length(repeat(range(1000), 100000))", FlightStatusCode.RESOURCE_EXHAUSTED);
        assertThat(sql.query("select length(repeat('x', 1000000))")).containsExactly("1000000");
        assertThat(sql.query("select length(repeat(repeat('x', 4000), 4000))")).containsExactly("16000000");
        for (String statement : List.of(
                "select length(replace(repeat('a', 100000), 'a', repeat('b', 2000)))",
                "select length(replace(repeat('a', 10000 + number), 'a', repeat('b', 2000))) from flights limit 1",
                "select length(regexp_replace(repeat('a', 100000), 'a', repeat('b', 2000), 'g'))",
                "select length(range(200000))",
                "select length(range(0, 2000000))",
                "select length(range(0, -2000000, -1))",
                "select length(generate_series(200000))",
                "select length(list_resize([1], 200000))",
                "select length(generate_series(0, 2000000 + number)) from flights limit 1",
                "select length(generate_series(0, 20000000, 2))",
                "select length(range(timestamp '2020-01-01', timestamp '2030-01-01', interval 1 second))",
                "select length(range(timestamptz '2020-01-01', timestamptz '2030-01-01', interval 1 second))")) {
            assertFails(statement, FlightStatusCode.RESOURCE_EXHAUSTED);
        }
        for (String statement : List.of(
                "select format('{:>200000000}', 'x')",
                "select printf('%200000000d', 1)",
                "select printf('%*d', 200000000, 1)")) {
            assertFails(statement, FlightStatusCode.INVALID_ARGUMENT);
        }
    }

    /// They compare each character with each, and no cancel gets in between.
    @Test
    void comparisonOfLongTextsIsRefused() throws Exception {
        for (String function : List.of(
                "levenshtein", "editdist3", "damerau_levenshtein", "jaro_similarity", "jaro_winkler_similarity")) {
            for (String texts : List.of(
                    "(repeat('ab', 500000), repeat('ba', 500000))",
                    "(repeat('ab', 500000 + number), repeat('ba', 500000))")) {
                assertFails(
                        "select " + function + texts + " from flights limit 1", FlightStatusCode.RESOURCE_EXHAUSTED);
            }
        }
        assertFails(
                "select jaro_similarity(repeat('ab', 500000), repeat('ba', 500000), 0.5)",
                FlightStatusCode.RESOURCE_EXHAUSTED);
    }

    @Test
    void textsAreComparedAsTheyWere() throws Exception {
        assertThat(sql.query("select levenshtein('duck', 'db'), editdist3('duck', 'db'), levenshtein('', 'abc'), "
                        + "damerau_levenshtein('hello', 'hlelo'), round(jaro_similarity('duck', 'duckdb'), 2), "
                        + "round(jaro_winkler_similarity('duck', 'duckdb'), 2), jaro_similarity('a', 'b', 0.9), "
                        + "levenshtein(null, 'a') is null, jaro_similarity('a', null) is null"))
                .containsExactly("3|3|3|1|0.89|0.93|0.0|true|true");
        assertThat(sql.query("select levenshtein(repeat('a', 1000), repeat('b', 1000))"))
                .containsExactly("1000");
    }

    @Test
    void boundedFunctionsAnswerAsTheyDo() throws Exception {
        assertThat(sql.query("select replace('abc', 'b', 'xx'), replace('abc', '', 'x'), replace('', '', 'x'), "
                        + "replace('héhé', 'é', 'ee'), replace('aaa', 'aa', 'b'), replace('abc', 'c', '')"))
                .containsExactly("axxc|abc||heehee|ba|ab");
        assertThat(sql.query("select replace(null, 'a', 'b') is null, replace('a', null, 'b') is null, "
                        + "replace('a', 'a', null) is null, regexp_replace(null, 'a', 'b') is null, "
                        + "regexp_replace('a', null, 'b') is null, regexp_replace('a', 'a', null) is null"))
                .containsExactly("true|true|true|true|true|true");
        assertThat(sql.query("select length(replace(repeat('a', 1000000) || 'b', 'b', repeat('c', 1000))), "
                        + "length(replace(repeat('a', 1000000), 'a', 'bb'))"))
                .containsExactly("1001000|2000000");
        assertThat(sql.query("select repeat('ab', 3), repeat('a', -1), repeat('', 5), repeat('ab'::blob, 2)::varchar, "
                        + "repeat([1, null], 2)::varchar, repeat(null, 2) is null, repeat('a', null) is null, "
                        + "length(repeat([1, 2], 1000000)), octet_length(repeat('\\xFF'::blob, 1000000))"))
                .containsExactly("ababab|||abab|[1, NULL, 1, NULL]|true|true|2000000|1000000");
        assertThat(sql.query("select repeat(origin, x) from (select origin, 2 as x from flights limit 1)"))
                .isEqualTo(sql.query("select origin || origin from flights limit 1"));
        assertThat(sql.query("select regexp_replace('abc', '[ab]', 'x'), regexp_replace('abc', '[ab]', 'x', 'g'), "
                        + "regexp_replace('ABC', '([ab])', '\\1\\1', 'gi')"))
                .containsExactly("xbc|xxc|AABBC");
        assertThat(sql.query("select replace(origin, 'J', 'xy') o, count(*) from flights "
                        + "where replace(origin, 'J', 'xy') = 'xyFK' and number < 100 group by 1"))
                .isEqualTo(sql.query("select 'xyFK', count(*) from flights where origin = 'JFK' and number < 100"));
        assertThat(sql.query("select range(3)::varchar, range(1, 4)::varchar, range(10, 0, -3)::varchar, "
                        + "range(0, 10, 0)::varchar, generate_series(3)::varchar, generate_series(1, 3)::varchar, "
                        + "range(null) is null, range(null, 3) is null, range(1, null, 2) is null"))
                .containsExactly("[0, 1, 2]|[1, 2, 3]|[10, 7, 4, 1]|[]|[0, 1, 2, 3]|[1, 2, 3]|true|true|true");
        assertThat(sql.query("select length(range(date '2020-01-01', date '2020-03-01', interval 1 month)), "
                        + "length(range(timestamptz '2020-01-01', timestamptz '2020-01-02', interval 6 hour)), "
                        + "sum(length(range(number::tinyint))), sum(length(range(0, number, 2))) "
                        + "from flights where number < 5"))
                .containsExactly("2|4|10|6");
        assertThat(sql.query("select count(*) from range(2000000)")).containsExactly("2000000");
        assertThat(sql.query("select count(*) from generate_series(1, 4000000, 2)"))
                .containsExactly("2000000");
    }

    @Test
    void queryThatNeedsTooMuchMemoryIsExhausted() throws Exception {
        assertFails("select list(range) from range(100000000)", FlightStatusCode.RESOURCE_EXHAUSTED);
        assertThat(sql.query("select 1")).containsExactly("1");
    }

    /// Far more rows than a thread of the engine sorts at once, and than a message holds.
    @Test
    void manyRowsComeInTheOrderThatWasAskedFor() throws Exception {
        List<String> rows = sql.query(
                "select range * 7919 % 1000003 as number, repeat('x', (range % 50)::int) as text from range(1000003)"
                        + " order by number");
        assertThat(rows).hasSize(1_000_003);
        for (int row = 0; row < rows.size(); row++) {
            if (!rows.get(row).startsWith(row + "|")) {
                assertThat(rows.get(row)).as("row %d", row).startsWith(row + "|");
            }
        }
    }

    /// 140 MB in Arrow, beside them in the engine, of which the query may hold 64 MiB but for that.
    @Test
    void wideRowsStream() throws Exception {
        assertThat(sql.count("select lpad('', 1000000, 'y') from range(140)")).isEqualTo(140);
    }

    /// 300 MB in one row, of which the query may hold 256 MiB.
    @Test
    void rowThatNeedsTooMuchMemoryIsExhausted() throws Exception {
        String columns = IntStream.range(0, 300).mapToObj(i -> "x as x" + i).collect(Collectors.joining(", "));
        String statement = "select " + columns + " from (select repeat('y', 1000000) || range as x from range(1))";
        assertThatThrownBy(() -> sql.query(statement))
                .isInstanceOfSatisfying(
                        FlightRuntimeException.class,
                        e -> assertThat(e.status().code()).isEqualTo(FlightStatusCode.RESOURCE_EXHAUSTED))
                .hasMessageContaining("WINGS_SERVER_READ_MEMORY_BYTES");
        assertThat(sql.query("select 1")).containsExactly("1");
    }

    @Test
    void endlessQueryRunsIntoItsTimeLimit() throws Exception {
        Map<String, String> settings = Map.of(
                "WINGS_SERVER_QUERIES", "1",
                "WINGS_SERVER_QUERY_TIMEOUT", "2s",
                "WINGS_SERVER_QUERY_MEMORY_BYTES", "64MiB",
                "WINGS_SERVER_SPILL_BYTES", "16MiB");
        try (ServerFixture brief = new ServerFixture(directory.resolve("brief"), settings);
                FlightSql client = new FlightSql(brief.port())) {
            assertFails(
                    client,
                    "with recursive t as (select 1 a union all select a + 1 from t) select * from t",
                    FlightStatusCode.TIMED_OUT,
                    FlightStatusCode.RESOURCE_EXHAUSTED);
            assertFails(client, ENDLESS, FlightStatusCode.TIMED_OUT);
            awaitAnswer(client, "select 1", "1");
        }
    }

    /// 150 MB, of which the query may hold less than half and spill a tenth.
    @Test
    void resultLargerThanMemoryStreams() throws Exception {
        assertThat(sql.count("select range, repeat('x', 500) || range from range(300000)"))
                .isEqualTo(300_000);
    }

    @Test
    void clientThatLosesInterestEndsItsQuery() throws Exception {
        FlightInfo info = sql.client().execute("select range, 'x' || range from range(1000000000)");
        try (FlightStream stream =
                sql.client().getStream(info.getEndpoints().getFirst().getTicket())) {
            assertThat(stream.next()).isTrue();
            stream.cancel("enough", null);
        }
        awaitState("select count(*) from system.queries where state = 'FAILED' and error is not null", "1");
    }

    @Test
    void queryIsCancelledByAnotherCall() throws Exception {
        FlightInfo info = sql.client().execute(ENDLESS);
        CompletableFuture<Throwable> failure = CompletableFuture.supplyAsync(() -> {
            try {
                sql.rows(info);
                return new AssertionError("it came to an end");
            } catch (Exception e) {
                return e;
            }
        });
        awaitState("select count(*) from system.queries where state = 'RUNNING' and sql like '%100000000%'", "2");
        assertThat(sql.client()
                        .cancelFlightInfo(new CancelFlightInfoRequest(info))
                        .getStatus())
                .isEqualTo(CancelStatus.CANCELLED);
        assertThat(failure.get())
                .isInstanceOfSatisfying(
                        FlightRuntimeException.class,
                        e -> assertThat(e.status().code()).isEqualTo(FlightStatusCode.CANCELLED));
        assertThat(sql.client()
                        .cancelFlightInfo(new CancelFlightInfoRequest(info))
                        .getStatus())
                .isEqualTo(CancelStatus.NOT_CANCELLABLE);
    }

    @Test
    void preparedStatementTakesParameters() throws Exception {
        try (FlightSqlClient.PreparedStatement statement =
                sql.client().prepare("select number, origin from flights where number < ? and origin = ? order by 1")) {
            assertThat(statement.getParameterSchema().getFields())
                    .extracting(Field::toString)
                    .containsExactly("1: Int(64, true)", "2: Utf8");
            assertThat(statement.getResultSetSchema().getFields())
                    .extracting(Field::toString)
                    .containsExactly("number: Int(32, true) not null", "origin: Utf8");
            BigIntVector number = new BigIntVector("1", sql.allocator());
            VarCharVector origin = new VarCharVector("2", sql.allocator());
            number.allocateNew(1);
            origin.allocateNew(1);
            number.setSafe(0, 12);
            origin.setSafe(0, "JFK".getBytes(StandardCharsets.UTF_8));
            VectorSchemaRoot parameters = new VectorSchemaRoot(List.of(number, origin));
            parameters.setRowCount(1);
            statement.setParameters(parameters);
            assertThat(sql.rows(statement.execute())).containsExactly("2|JFK", "7|JFK");
            assertThat(sql.rows(statement.execute())).containsExactly("2|JFK", "7|JFK");
        }
    }

    @Test
    void unboundParametersAreRefused() {
        try (FlightSqlClient.PreparedStatement statement = sql.client().prepare("select ? + 1")) {
            assertThatThrownBy(statement::execute).hasMessageContaining("parameters have no values");
        }
    }

    @Test
    void sessionOptionsAreKeptInACookie() throws Exception {
        try (FlightSqlClient client = new FlightSqlClient(
                FlightClient.builder(sql.allocator(), Location.forGrpcInsecure("127.0.0.1", server.port()))
                        .intercept(new ClientCookieMiddleware.Factory())
                        .build())) {
            assertThatThrownBy(() -> client.execute("select * from orders")).isInstanceOf(FlightRuntimeException.class);
            assertThat(client.setSessionOptions(new SetSessionOptionsRequest(Map.of(
                                    "schema",
                                    SessionOptionValueFactory.makeSessionOptionValue("sales"),
                                    "catalog",
                                    SessionOptionValueFactory.makeSessionOptionValue("wings"))))
                            .hasErrors())
                    .isFalse();
            assertThat(client.execute("select * from orders").getEndpoints()).hasSize(1);
            assertThat(client.getSessionOptions(new GetSessionOptionsRequest())
                            .getSessionOptions()
                            .keySet())
                    .containsExactlyInAnyOrder("catalog", "schema", "timezone");
            for (String bad : List.of("NOT A NAME", "main", "memory", "wings", "information_schema")) {
                assertThat(client.setSessionOptions(new SetSessionOptionsRequest(
                                        Map.of("schema", SessionOptionValueFactory.makeSessionOptionValue(bad))))
                                .hasErrors())
                        .as(bad)
                        .isTrue();
            }
            assertThat(client.setSessionOptions(new SetSessionOptionsRequest(
                                    Map.of("schema", SessionOptionValueFactory.makeSessionOptionValue("system"))))
                            .hasErrors())
                    .isFalse();
            assertThat(client.execute("select * from topics").getEndpoints()).hasSize(1);
        }
    }

    @Test
    void metadataIsListed() throws Exception {
        FlightSqlClient client = sql.client();
        assertThat(sql.rows(client.getCatalogs())).containsExactly("wings");
        assertThat(sql.rows(client.getSchemas(null, null)))
                .containsExactly("wings|default", "wings|sales", "wings|system");
        assertThat(sql.rows(client.getSchemas("wings", "s%"))).containsExactly("wings|sales", "wings|system");
        assertThat(sql.rows(client.getSchemas("other", null))).isEmpty();
        assertThat(sql.rows(client.getTables(null, "default", "%", null, false)))
                .containsExactly("wings|default|flights|TABLE");
        assertThat(sql.rows(client.getTables(null, null, null, List.of("SYSTEM TABLE"), true)))
                .hasSize(11);
        for (String type : List.of("TABLE", "table", "BASE TABLE")) {
            assertThat(sql.rows(client.getTables(null, "default", "%", List.of(type, "VIEW"), false)))
                    .containsExactly("wings|default|flights|TABLE");
        }
        assertThat(sql.rows(client.getTables(null, null, null, List.of("VIEW"), false)))
                .isEmpty();
        assertThat(sql.rows(client.getTableTypes())).containsExactly("SYSTEM TABLE", "TABLE", "VIEW");
        assertThat(sql.rows(client.getXdbcTypeInfo())).hasSizeGreaterThan(10);
        assertThat(sql.rows(client.getSqlInfo())).hasSizeGreaterThan(20);
        TableRef flights = TableRef.of("wings", "default", "flights");
        assertThat(sql.rows(client.getPrimaryKeys(flights))).isEmpty();
        assertThat(sql.rows(client.getExportedKeys(flights))).isEmpty();
        assertThat(sql.rows(client.getImportedKeys(flights))).isEmpty();
        assertThat(sql.rows(client.getCrossReference(flights, flights))).isEmpty();
    }

    @Test
    void announcedSchemaIsTheOneThatIsSent() throws Exception {
        for (String query : List.of(
                "select * from flights",
                "select number, price from flights",
                "select origin as o, uid, stops from flights where number > 3",
                "select sum(number), avg(delay), max(departure), count(*), bool_or(late) from flights",
                "select * from system.queries")) {
            assertThat(sql.client().execute(query).getSchemaOptional())
                    .as(query)
                    .contains(sql.schema(query));
            assertThat(sql.client().getExecuteSchema(query).getSchema())
                    .as(query)
                    .isEqualTo(sql.schema(query));
        }
    }

    @Test
    void descriptionSaysWhichColumnsHoldNoNull() throws Exception {
        assertThat(sql.query("describe flights"))
                .contains(
                        "number|INTEGER|NO|null|null|null",
                        "origin|VARCHAR|YES|null|null|null",
                        "__offset__|BIGINT|NO|null|null|null")
                .isEqualTo(sql.query("DESCRIBE Flights;"))
                .isEqualTo(sql.query("describe default.flights -- all of it"));
        assertThat(sql.query("describe select origin from flights"))
                .containsExactly("origin|VARCHAR|YES|null|null|null");
    }

    @Test
    void updatesAreRefused() {
        assertThatThrownBy(() -> sql.client().executeUpdate("delete from flights"))
                .hasMessageContaining("this statement is not supported: statement=DELETE");
    }

    @Test
    void moreQueriesThanAllowedWaitInLine() {
        List<CompletableFuture<List<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            answers.add(CompletableFuture.supplyAsync(() -> {
                try {
                    return sql.query("select count(*) from flights a, flights b");
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        for (CompletableFuture<List<String>> answer : answers) {
            assertThat(answer.join()).containsExactly("1000000");
        }
    }

    private void awaitState(String query, String expected) throws Exception {
        List<String> found = List.of();
        for (int i = 0; i < 200 && !found.equals(List.of(expected)); i++) {
            found = sql.query(query);
        }
        assertThat(found).containsExactly(expected);
    }

    /// Waits for an answer of a server that gives a query two seconds, which an engine may need to start.
    private static void awaitAnswer(FlightSql client, String statement, String row) throws Exception {
        for (int attempt = 1; ; attempt++) {
            try {
                assertThat(client.query(statement)).containsExactly(row);
                return;
            } catch (FlightRuntimeException e) {
                assertThat(e.status().code()).as(e.getMessage()).isEqualTo(FlightStatusCode.TIMED_OUT);
                assertThat(attempt).isLessThan(30);
            }
        }
    }

    private void assertFails(String statement, FlightStatusCode... codes) {
        assertFails(sql, statement, codes);
    }

    private static void assertFails(FlightSql client, String statement, FlightStatusCode... codes) {
        assertThatThrownBy(() -> client.query(statement))
                .as(statement)
                .isInstanceOfSatisfying(
                        FlightRuntimeException.class,
                        e -> assertThat(e.status().code()).as(e.getMessage()).isIn((Object[]) codes));
    }
}
