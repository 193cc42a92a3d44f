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
package dev.wings.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.server.testing.FlightSql;
import dev.wings.server.testing.HttpSql;
import dev.wings.server.testing.ServerFixture;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// SQL over HTTP.
@Timeout(120)
class SqlDoorIT {

    private static final String JSON = "application/json";
    private static final String NDJSON = "application/x-ndjson";
    private static final String CSV = "text/csv";
    private static final String ARROW = "application/vnd.apache.arrow.stream";

    /// A query without an end that anybody waits for.
    private static final String LONG = "select count(*) from range(100000000000) a where a.range % 7 = 8";

    @TempDir
    private static Path directory;

    private static ServerFixture server;
    private static HttpSql http;
    private static FlightSql sql;

    @BeforeAll
    static void open() {
        server = new ServerFixture(
                directory,
                Map.of(
                        "WINGS_SERVER_HTTP_STALL_TIMEOUT", "200ms",
                        "WINGS_SERVER_HTTP_CORS_ORIGINS", "https://allowed.example"));
        http = new HttpSql(server.httpPort());
        sql = new FlightSql(server.port());
    }

    @AfterAll
    static void close() throws Exception {
        sql.close();
        http.close();
        server.close();
    }

    private static HttpResponse<String> run(String statement, String accept) {
        return http.run(statement, Map.of("Accept", accept));
    }

    @Test
    void documentHasColumnsAndRows() {
        HttpResponse<String> answer = run("select 1 as n, 'one' as name, null as nothing", "*/*");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains(JSON);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"columns\":[{\"name\":\"n\",\"type\":\"INTEGER\"},{\"name\":\"name\",\"type\":\"VARCHAR\"},"
                                + "{\"name\":\"nothing\",\"type\":\"NULL\"}],\"rows\":[[1,\"one\",null]],\"row_count\":1}");
    }

    @Test
    void documentOfNoRowsHasItsColumns() {
        assertThat(run("select 1 as n where false", JSON).body())
                .isEqualTo("{\"columns\":[{\"name\":\"n\",\"type\":\"INTEGER\"}],\"rows\":[],\"row_count\":0}");
    }

    @Test
    void rowsAreLines() {
        assertThat(run("select range as n from range(3)", NDJSON).body())
                .isEqualTo("{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n");
        assertThat(run("select range as n, case range when 1 then 'a,\"b\"' when 2 then '' end as t from range(3)", CSV)
                        .body())
                .isEqualTo("n,t\n0,\n1,\"a,\"\"b\"\"\"\n2,\"\"\n");
    }

    @Test
    void rowsAreArrow() throws Exception {
        HttpResponse<byte[]> answer = http.send(
                "POST",
                HttpSql.PATH,
                "application/sql",
                Map.of("Accept", ARROW),
                "select range as n, 'r' || range as name from range(100000)");
        assertThat(answer.headers().firstValue("Content-Type")).contains(ARROW);
        try (BufferAllocator allocator = new RootAllocator();
                ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(answer.body()), allocator)) {
            long rows = 0;
            long sum = 0;
            while (reader.loadNextBatch()) {
                for (int row = 0; row < reader.getVectorSchemaRoot().getRowCount(); row++) {
                    sum += (long) reader.getVectorSchemaRoot().getVector("n").getObject(row);
                }
                rows += reader.getVectorSchemaRoot().getRowCount();
            }
            assertThat(rows).isEqualTo(100_000);
            assertThat(sum).isEqualTo(100_000L * 99_999 / 2);
        }
    }

    private static final String EXACT =
            "select 9223372036854775807 as l, 12345678901234567890123456789.123456789::decimal(38,9) as d, 0.1::double as f,"
                    + " 'NaN'::double as nan, timestamptz '2026-01-02 03:04:05.123456+00' as at, timestamp '2026-01-02"
                    + " 03:04:05' as local, date '2026-01-02' as day, time '03:04:05.5' as time, '\\x0A'::blob as bytes,"
                    + " [1, null] as list, {'a': 9007199254740993} as struct, map {'k': 1.50} as map,"
                    + " '123e4567-e89b-12d3-a456-426614174000'::uuid as uuid, 99999999999999999999999999999999999999 as huge";

    @Test
    void valuesAreExact() {
        assertThat(run(EXACT, NDJSON).body())
                .isEqualTo("{\"l\":9223372036854775807,\"d\":12345678901234567890123456789.123456789,\"f\":0.1,"
                        + "\"nan\":\"NaN\",\"at\":\"2026-01-02T03:04:05.123456Z\",\"local\":\"2026-01-02T03:04:05\","
                        + "\"day\":\"2026-01-02\",\"time\":\"03:04:05.5\",\"bytes\":\"\\\\x0a\",\"list\":[1,null],"
                        + "\"struct\":{\"a\":9007199254740993},\"map\":{\"k\":1.50},"
                        + "\"uuid\":\"123e4567-e89b-12d3-a456-426614174000\","
                        + "\"huge\":99999999999999999999999999999999999999}\n");
    }

    @Test
    void numbersMayBeText() {
        HttpResponse<byte[]> answer = http.send(
                "POST",
                HttpSql.PATH + "?numbers=text",
                "application/sql",
                Map.of("Accept", NDJSON),
                "select 9223372036854775807 as l, 1.50::decimal(9,2) as d, 1::int as i, [1::bigint] as list");
        assertThat(answer.body())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("{\"l\":\"9223372036854775807\",\"d\":\"1.50\",\"i\":1,\"list\":[\"1\"]}\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "select ? + 1 as n | [41] | [[42]]",
                "select $b - $a as n | {\"a\": 1, \"b\": 3} | [[2]]",
                "select concat($1, $2) as n | {\"1\": \"a\", \"2\": \"b\"} | [[\"ab\"]]",
                "select ? = timestamptz '2026-01-02 03:04:05+00' as n | [\"2026-01-02T04:04:05+01:00\"] | [[true]]",
                "select ? = date '2026-01-02' as n | [\"2026-01-02\"] | [[true]]",
                "select ?::decimal(38,9) as n | [12345678901234567890123456789.123456789] |"
                        + " [[12345678901234567890123456789.123456789]]",
                "select ?::bigint as n | [\"9223372036854775807\"] | [[9223372036854775807]]",
                "select ?::double as n | [1e300] | [[1.0E300]]",
                "select 2 = any(?) as n | [[1, 2]] | [[true]]",
                "select ? is null as n | [null] | [[true]]",
                "select ? as n | [true] | [[true]]",
            })
    void parametersAreValues(String statement, String parameters, String rows) {
        HttpResponse<String> answer =
                http.runJson("{\"sql\": \"" + statement + "\", \"parameters\": " + parameters + "}");
        assertThat(answer.body()).contains("\"rows\":" + rows + ",\"row_count\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"sql\": \"select ?\"} | wrong number of parameters",
                "{\"sql\": \"select ?\", \"parameters\": [1, 2]} | wrong number of parameters",
                "{\"sql\": \"select $a\", \"parameters\": {\"b\": 1}} | no such parameter",
                "{\"sql\": \"select $a + $b\", \"parameters\": {\"b\": 1}} | a parameter has no value: parameter=a",
                "{\"sql\": \"select ?\", \"parameters\": [{}]} | no parameter can be an object",
                "{\"sql\": \"select ?\", \"parameters\": [1e999999999]} | more than 38 digits",
                "{\"sql\": \"select ?\", \"parameters\": 1} | an array or an object",
                "{\"sql\": \"select ? = date '2026-01-02'\", \"parameters\": [\"x\"]} | no value of the type",
                "{\"sql\": \" \"} | there is no statement",
                "{\"sql\": 1} | the member is a string: member=sql",
                "{\"what\": 1} | there is no such member",
                "{\"sql\": \"select 1\", \"sql\": \"select 2\"} | the body is not JSON",
                "[] | the body is a JSON object",
                "{ | the body is not JSON",
                "{\"sql\": \"set schema = 'x'\"} | a request is a session of its own",
                "{\"sql\": \"select 1\", \"timezone\": \"No/Where\"} | o",
            })
    void whatCannotBeIsRefused(String request, String reason) {
        HttpResponse<String> answer = http.runJson(request);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.body()).contains("urn:wings:problem:invalid").contains(reason);
    }

    @Test
    void errorHasItsPlace() {
        HttpResponse<String> answer = run("select 1,\n  nothing from range(3)", JSON);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("\"line\":2,\"column\":3");
    }

    @Test
    void columnsOfOneNameAreNoObject() {
        assertThat(run("select 1 as a, 2 as a", NDJSON).body()).contains("two columns have one name");
        assertThat(run("select 1 as a, 2 as a", JSON).body()).contains("[[1,2]]");
    }

    @Test
    void sessionIsOfTheRequest() {
        assertThat(http.runJson("{\"sql\": \"select timestamptz '2026-07-01 00:00:00+00' as t\","
                                + " \"timezone\": \"Europe/Berlin\"}")
                        .body())
                .contains("2026-07-01T02:00:00+02:00");
        assertThat(http.runJson("{\"sql\": \"select count(*) >= 0 from queries\", \"schema\": \"system\"}")
                        .body())
                .contains("[[true]]");
        assertThat(http.run("select count(*) >= 0 from queries", Map.of("wings-schema", "system"))
                        .body())
                .contains("[[true]]");
    }

    @Test
    void tenantIsThatOfTheHeader() {
        assertThat(http.run("select 1", Map.of("wings-tenant", "other")).statusCode())
                .isEqualTo(200);
        HttpResponse<String> answer = http.run("select 1", Map.of("wings-tenant", "none"));
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("urn:wings:problem:not-found");
    }

    @Test
    void pagesOfOtherSitesRunNothing() {
        HttpResponse<String> answer =
                text("POST", Map.of("Origin", "https://example.com"), "text/plain", "drop table flights");
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.headers().map()).doesNotContainKey("access-control-allow-origin");
    }

    @Test
    void pagesOfAllowedSitesRunStatements() {
        HttpResponse<String> answer =
                text("POST", Map.of("Origin", "https://allowed.example"), "text/plain", "select 1");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).contains("https://allowed.example");
    }

    private static HttpResponse<String> text(
            String method, Map<String, String> headers, String type, String statement) {
        return method.equals("POST") && type.equals("text/plain")
                ? http.run(statement, headers)
                : http.sendText(method, HttpSql.PATH, type, statement);
    }

    @Test
    void requestsAreAnsweredByTheRulesOfHttp() {
        assertThat(text("PUT", Map.of(), "application/sql", "select 1").statusCode())
                .isEqualTo(405);
        assertThat(http.sendText("POST", "/v1/what", "application/sql", "select 1")
                        .statusCode())
                .isEqualTo(404);
        assertThat(text("POST", Map.of(), "text/html", "select 1").statusCode()).isEqualTo(415);
        assertThat(run("select 1", "image/png").statusCode()).isEqualTo(406);
        assertThat(run("select 1 as n", "image/png, text/csv;q=0.5, application/json;q=0.1")
                        .body())
                .isEqualTo("n\n1\n");
        assertThat(http.sendText("POST", HttpSql.PATH + "?what=1", "application/sql", "select 1")
                        .statusCode())
                .isEqualTo(400);
        assertThat(http.sendText("POST", HttpSql.PATH, "application/sql", " ".repeat(5 << 20))
                        .statusCode())
                .isEqualTo(413);
    }

    @Test
    void manyRowsComeInParts() throws Exception {
        HttpResponse<String> answer = run("select range as n from range(1000000)", NDJSON);
        assertThat(answer.headers().firstValue("transfer-encoding")).contains("chunked");
        assertThat(answer.body().lines()).hasSize(1_000_000).last().isEqualTo("{\"n\":999999}");
    }

    /// A client sees that rows are missing.
    @Test
    void failureInTheMiddleIsSeen() throws Exception {
        String fails = "select repeat('y', 1000) as t,"
                + " cast(case when range = 40000 then 'x' else range::varchar end as int) as n from range(50000)";
        for (String type : List.of(JSON, NDJSON, CSV, ARROW)) {
            try (Socket client = http.connect(fails, type)) {
                String answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
                assertThat(answer).as(type).startsWith("HTTP/1.1 200");
                assertThat(answer.endsWith("\r\n0\r\n\r\n")).as(type).isFalse();
                String end = answer.substring(answer.length() - 1000);
                if (type.equals(NDJSON)) {
                    assertThat(end)
                            .contains("\n{\"__problem__\":{\"type\":\"urn:wings:problem:invalid\"")
                            .contains("\"status\":400")
                            .endsWith("}}\n\r\n");
                } else {
                    assertThat(end).as(type).doesNotContain("__problem__");
                }
            }
        }
    }

    private static void awaitRunning(int count) throws Exception {
        List<String> running;
        do {
            running = sql.query("select id from system.queries where state = 'RUNNING' and sql not like '%system%'");
        } while (running.size() != count);
    }

    @Test
    void queryEndsWhenItsClientGoesAway() throws Exception {
        Socket client = http.connect(LONG, JSON);
        awaitRunning(1);
        client.close();
        awaitRunning(0);
    }

    @Test
    void queryEndsWhenItsClientTakesNothing() throws Exception {
        try (Socket client = http.connect("select range, repeat('x', 1000) from range(100000000)", NDJSON)) {
            awaitRunning(1);
            awaitRunning(0);
            InputStream in = client.getInputStream();
            assertThat(new String(in.readNBytes(12), StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200");
        }
    }
}
