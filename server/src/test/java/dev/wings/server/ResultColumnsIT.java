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
import dev.wings.server.testing.AllTypes;
import dev.wings.server.testing.FlightSql;
import dev.wings.server.testing.Flights;
import dev.wings.server.testing.ServerFixture;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.flight.sql.FlightSqlColumnMetadata;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What clients are told of columns, in all places where they are told.
@Timeout(120)
class ResultColumnsIT {

    @TempDir
    private static Path directory;

    private static ServerFixture server;
    private static FlightSql sql;

    @BeforeAll
    static void open() {
        server = new ServerFixture(directory, Map.of());
        Topic all = server.createTopic("alltypes", AllTypes.SCHEMA, "");
        try (VectorSchemaRoot rows = AllTypes.open(server.allocator(), 0, 50)) {
            server.push(all, "", List.of(rows));
        }
        Topic flights = server.createTopic("sales.flights", Flights.SCHEMA, "");
        try (VectorSchemaRoot rows = Flights.open(server.allocator(), 0, 50, "")) {
            server.push(flights, "", List.of(rows));
        }
    }

    @AfterAll
    static void close() throws Exception {
        sql.close();
        server.close();
    }

    @BeforeAll
    static void connect() {
        sql = new FlightSql(server.port());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select * from %s",
                "select t.* from %s t limit 3",
                "select * from %s where __offset__ >= 0",
                "select * from %s order by __offset__ desc",
                "select distinct * from %s",
                "with x as (select 1) select * from %s where exists (from x)"
            })
    void columnsAreTheSameWhereverTheyAreTold(String query) throws Exception {
        for (String table : List.of("default.alltypes", "sales.flights", "system.topics", "system.segments")) {
            if (query.contains("__offset__") && table.startsWith("system")) {
                continue;
            }
            String statement = query.formatted(table);
            String[] name = table.split("\\.", -1);
            List<Field> listed = listed(name[0], name[1]);
            FlightInfo info = sql.client().execute(statement);
            List<Field> announced = info.getSchemaOptional().orElseThrow().getFields();
            if (statement.startsWith("with")) {
                // computed, as far as can be told
                assertThat(types(announced)).isEqualTo(types(listed));
            } else {
                assertThat(announced).as(statement).isEqualTo(listed);
            }
            assertThat(streamed(sql.client(), info)).as(statement).isEqualTo(announced);
            try (FlightSqlClient.PreparedStatement prepared = sql.client().prepare(statement)) {
                assertThat(prepared.getResultSetSchema().getFields())
                        .as(statement)
                        .isEqualTo(announced);
                FlightInfo execution = prepared.execute();
                assertThat(execution.getSchemaOptional().orElseThrow().getFields())
                        .as(statement)
                        .isEqualTo(announced);
                assertThat(streamed(sql.client(), execution)).as(statement).isEqualTo(announced);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "select n from alltypes | alltypes | BIGINT | false",
                "select N as x from alltypes where n > 3 | alltypes | BIGINT | false",
                "select a.n from alltypes a join sales.flights f on a.n = f.number | alltypes | BIGINT | false",
                "select number from alltypes a left join sales.flights f on a.n = f.number | flights | INTEGER | true",
                "select n from alltypes group by rollup (n) | alltypes | BIGINT | true",
                "select uid from alltypes order by 1 | alltypes | UUID | true",
                "select code from alltypes order by 1 | alltypes | BLOB | true",
                "select small from alltypes where n < 3 | alltypes | DECIMAL(9,2) | true",
                "select n + 1 from alltypes | | BIGINT | true",
                "select count(*) from alltypes | | BIGINT | true",
                "select sum(n) from alltypes | | DECIMAL(38,0) | true",
                "select [n], {'a': 1} from alltypes | | BIGINT[] | true",
                "select n from (select n from alltypes) | | BIGINT | true",
                "with alltypes as (select 'x' as n) select n from alltypes | | VARCHAR | true"
            })
    void originAndTypeAreTold(String query, String table, String type, boolean nullable) throws Exception {
        FlightInfo info = sql.client().execute(query);
        Field field = info.getSchemaOptional().orElseThrow().getFields().getFirst();
        FlightSqlColumnMetadata metadata = new FlightSqlColumnMetadata(field.getMetadata());
        assertThat(metadata.getTableName()).isEqualTo(table);
        assertThat(metadata.getTypeName().replace(", ", ",")).isEqualTo(type);
        assertThat(field.isNullable()).isEqualTo(nullable);
        assertThat(streamed(sql.client(), info).getFirst()).isEqualTo(field);
    }

    @Test
    void driverKnowsColumns() throws Exception {
        String url = "jdbc:arrow-flight-sql://127.0.0.1:" + server.port() + "/?useEncryption=false";
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select price, sum(number) s from sales.flights group by 1")) {
            ResultSetMetaData columns = rows.getMetaData();
            assertThat(columns.getTableName(1)).isEqualTo("flights");
            assertThat(columns.getSchemaName(1)).isEqualTo("sales");
            assertThat(columns.getCatalogName(1)).isEqualTo("wings");
            assertThat(columns.getPrecision(1)).isEqualTo(10);
            assertThat(columns.getScale(1)).isEqualTo(2);
            assertThat(columns.getColumnTypeName(1)).startsWith("DECIMAL");
            assertThat(columns.getPrecision(2)).isEqualTo(38);
            assertThat(rows.next()).isTrue();
            assertThat(rows.getBigDecimal(2)).isNotNull();
        }
    }

    /// The sum of integers has no limit that rows could reach, and a type that all clients have.
    @Test
    void sumsOfIntegersAreDecimals() throws Exception {
        assertThat(sql.schema("select sum(n), sum(i) from alltypes").getFields())
                .extracting(Field::getType)
                .containsOnly(new ArrowType.Decimal(38, 0, 128));
        assertThat(sql.query("select sum(x) from (values (9223372036854775807), (9223372036854775807)) v(x)"))
                .containsExactly(new BigDecimal("18446744073709551614").toString());
        assertThat(sql.query("select sum(x)::bigint from (values (5), (6)) v(x)"))
                .containsExactly("11");
        assertThatThrownBy(() -> sql.query("select sum(x)::bigint from (values (9223372036854775807), (1)) v(x)"))
                .hasMessageContaining("out of range");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "select n from alltypes where ? is null or n = ? | Int(64, true) Int(64, true)",
                "select n from alltypes where n = ? or ? is null | Int(64, true) Int(64, true)",
                "select n from alltypes where $1 is null or n = $1 | Int(64, true)",
                "select n from alltypes where ? is not null and text like ? | Utf8 Utf8",
                "select n from alltypes where (? is null or n = ?) and (? is null or text = ?)"
                        + " | Int(64, true) Int(64, true) Utf8 Utf8",
                "select n from alltypes where n between ? and ? or (? is null and ? is null)"
                        + " | Int(64, true) Int(64, true) Int(64, true) Int(64, true)",
                "select n from alltypes where ? is null or (n >= ? and text < ?) | Int(64, true) Int(64, true) Utf8",
                "select case when ? is null then n else ? end from alltypes | Int(64, true) Int(64, true)",
                "select n from alltypes where coalesce(?, n) = 3 | Int(64, true)",
                "select n from alltypes where ifnull(?, n) = n | Int(64, true)",
                "select n from alltypes where day = ? or ? is null | Date(DAY) Date(DAY)",
                "select table_name from information_schema.tables where ? is null or table_schema = ? | Utf8 Utf8"
            })
    void parametersAreTypedFromTheirOtherUse(String query, String types) throws Exception {
        try (FlightSqlClient.PreparedStatement prepared = sql.client().prepare(query)) {
            List<String> found = prepared.getParameterSchema().getFields().stream()
                    .map(field -> field.getType().toString())
                    .toList();
            assertThat(String.join(" ", found)).isEqualTo(types);
            assertThat(prepared.getResultSetSchema().getFields()).hasSize(1);
        }
    }

    /// Values that nobody named are read first.
    @Test
    void pivotNeedsNoListOfValues() throws Exception {
        assertThat(names("pivot sales.flights on origin using sum(number) group by late order by late"))
                .containsExactly("late", "ATL", "JFK", "LAX", "ORD", "SFO");
        assertThat(sql.query("pivot sales.flights on origin using count(*) group by late order by late"))
                .containsExactly("false|5|5|5|5|5", "true|5|5|5|5|5");
        // a comment, a join with an ON of its own, several keys, quotes, an expression, and a list for one of them
        assertThat(names(
                        "/* on */ PIVOT (select 'it''s, (on)' || number % 2 as k, number % 3 as m, 1 as one from sales.flights"
                                + " f join alltypes a on a.n = f.number) ON k, m IN (0, 1) USING sum(one) -- in;"))
                .containsExactly("it's, (on)0_0", "it's, (on)0_1", "it's, (on)1_0", "it's, (on)1_1");
        assertThat(names("pivot sales.flights on number % 2 using max(price) group by origin limit 1;"))
                .hasSize(3);
        assertThat(sql.queryPrepared("select count(*) from (select 1 where ? > 0)", 1))
                .containsExactly("1");
        assertThatThrownBy(() ->
                        sql.query("pivot (select * from sales.flights where number < 0) on origin using count(*)"))
                .hasMessageContaining("there are no values to pivot on");
        assertThatThrownBy(() -> sql.query("pivot range(5000) t(i) on i using count(*)"))
                .hasMessageContaining("too many values to pivot on");
        assertThatThrownBy(() -> sql.query("pivot nowhere on x using count(*)")).hasMessageContaining("does not exist");
    }

    /// The pivot may also be a part of a statement, and read common tables of it.
    @Test
    void pivotWithinStatementNeedsNoListOfValues() throws Exception {
        String few = "select origin, number % 2 as half from sales.flights";
        String pivoted = "pivot few on origin using count(*)";
        List<String> expected = sql.query("pivot (" + few + ") on origin in ('ATL', 'JFK', 'LAX', 'ORD', 'SFO') using"
                + " count(*) group by half order by half");
        assertThat(expected).hasSize(2);
        for (String statement : List.of(
                "with few as (" + few + ") " + pivoted + " group by half order by half",
                "with other as (select 1 as one), few(origin, half) as not materialized (" + few + ") " + pivoted
                        + " group by half order by half",
                "select * from (pivot (" + few + ") on origin using count(*) group by half) order by half",
                "with few as (" + few + ") select * from (" + pivoted + " group by half) p order by half",
                "with few as (" + few + "), p as (" + pivoted + " group by half) select * from p order by half",
                "with few as (" + few + ") (" + pivoted + " group by half order by half)",
                "with few as (select 7 as origin, 8 as half) select * from (with few as (" + few + ") " + pivoted
                        + " group by half) order by half",
                "with outermost as (" + few + ") select * from (with few as (select * from outermost) " + pivoted
                        + " group by half) order by half",
                "select * from (select * from (pivot (" + few + ") on origin using count(*) group by half)) /* pivot */"
                        + " where 'pivot on' <> '' order by half")) {
            assertThat(sql.query(statement)).as(statement).isEqualTo(expected);
        }
        // two of them, one in the other
        assertThat(names("with p as (pivot (" + few + ") on half using count(*) group by origin)"
                        + " pivot p on origin using sum(\"0\")"))
                .contains("1", "ATL", "SFO");
        assertThat(sql.query("select a.\"0\", b.\"1\" from (pivot (select 0 as k) on k using count(*)) a,"
                        + " (pivot (select 1 as k) on k using count(*)) b"))
                .containsExactly("1|1");
        assertThat(String.join("\n", sql.query("explain select * from (pivot (" + few + ") on origin using count(*))")))
                .contains("ATL");
        // another PIVOT, which always has its list
        assertThat(sql.query("select * from (" + few + ") pivot (count(*) for origin in ('ATL', 'SFO')) order by half"))
                .hasSize(2);
        String many = java.util.stream.IntStream.range(0, 20)
                .mapToObj(i -> "(pivot (select " + i + " as k) on k using count(*)) t" + i)
                .collect(java.util.stream.Collectors.joining(", "));
        assertThatThrownBy(() -> sql.query("select count(*) from " + many))
                .hasMessageContaining("too many pivots")
                .hasMessageContaining("ON k IN ('a', 'b')");
        assertThatThrownBy(() -> sql.query("select * from (pivot (select 1 as k where false) on k using count(*))"))
                .hasMessageContaining("there are no values to pivot on")
                .hasMessageContaining("ON k IN ('a', 'b')");
    }

    private static List<String> names(String query) throws Exception {
        FlightInfo info = sql.client().execute(query);
        List<String> names = info.getSchemaOptional().orElseThrow().getFields().stream()
                .map(Field::getName)
                .toList();
        assertThat(streamed(sql.client(), info)).extracting(Field::getName).isEqualTo(names);
        return names;
    }

    private static List<String> types(List<Field> fields) {
        return fields.stream().map(field -> field.getType().toString()).toList();
    }

    private static List<Field> listed(String schema, String table) throws Exception {
        FlightInfo info = sql.client().getTables(null, schema, table, null, true);
        List<Field> fields = new ArrayList<>();
        try (FlightStream stream =
                sql.client().getStream(info.getEndpoints().getFirst().getTicket())) {
            while (stream.next()) {
                for (int row = 0; row < stream.getRoot().getRowCount(); row++) {
                    byte[] bytes = ((VarBinaryVector) stream.getRoot().getVector("table_schema")).get(row);
                    fields.addAll(
                            Schema.deserializeMessage(ByteBuffer.wrap(bytes)).getFields());
                }
            }
        }
        return fields.stream().map(ResultColumnsIT::withoutRemarks).toList();
    }

    /// Removes the remarks, which only the list has: for the JDBC driver they would be the labels of a result's
    /// columns.
    private static Field withoutRemarks(Field field) {
        Map<String, String> metadata = new HashMap<>(field.getMetadata());
        metadata.remove("ARROW:FLIGHT:SQL:REMARKS");
        return new Field(
                field.getName(),
                new FieldType(field.isNullable(), field.getType(), field.getDictionary(), metadata),
                field.getChildren());
    }

    /// Reads all rows, too: they must fit the schema.
    private static List<Field> streamed(FlightSqlClient client, FlightInfo info) throws Exception {
        try (FlightStream stream =
                client.getStream(info.getEndpoints().getFirst().getTicket())) {
            List<Field> fields = stream.getSchema().getFields();
            while (stream.next()) {
                assertThat(stream.getRoot().contentToTSVString()).isNotEmpty();
            }
            return fields;
        }
    }
}
