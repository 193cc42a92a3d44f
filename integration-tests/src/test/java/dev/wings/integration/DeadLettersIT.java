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

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// Dead letters on a running platform: made by SQL, read by SQL and the command.
@ExtendWith(SharedPlatform.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
final class DeadLettersIT {

    private final HttpClient http = HttpClient.newHttpClient();
    private WingsProcess wings;
    private SqlClient sql;

    @BeforeAll
    void open(WingsProcess platform) {
        wings = platform;
        sql = new SqlClient(wings.serverPort());
        sql.query("create schema if not exists letters");
    }

    @AfterAll
    void close() {
        sql.close();
        http.close();
    }

    private HttpResponse<String> post(String topic, String rows) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + wings.ports().ingestorHttp() + "/v1/letters/" + topic);
        return http.send(
                HttpRequest.newBuilder(uri)
                        .header("Content-Type", "application/x-ndjson")
                        .header("X-Request-Id", "from-" + topic)
                        .POST(HttpRequest.BodyPublishers.ofString(rows))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void rowsThatDoNotFitAreReadLikeOthers() throws Exception {
        sql.query("create table letters.readings (id bigint not null, celsius double) with (on_error = 'dead_letter')");
        assertThat((String) sql.query("show create table letters.readings")
                        .getFirst()
                        .getFirst())
                .contains("on_error = 'dead_letter'");
        assertThat(wings.run("topic", "describe", "letters.readings"))
                .contains("rows that do not fit go to readings__errors");
        assertThat(wings.run("topic", "errors", "letters.readings")).contains("no row was refused yet");

        HttpResponse<String> answer = post("readings", "{\"id\":1}\n{\"id\":2,\"celsius\":\"warm\"}\n{}\n{\"id\":4}\n");

        assertThat(answer.statusCode()).isEqualTo(207);
        assertThat(answer.body()).contains("\"accepted\":2,\"rejected\":2", "\"dead_letters\":2");
        assertThat(sql.texts("select id from letters.readings order by id"))
                .containsExactly(List.of("1"), List.of("4"));
        assertThat(sql.texts(
                        "select row_number, field, value, door, request_id from letters.readings__errors order by 1"))
                .containsExactly(
                        List.of("2", "celsius", "{\"id\":2,\"celsius\":\"warm\"}", "http", "from-readings"),
                        Arrays.asList("3", "id", "{}", "http", "from-readings"));
        assertThat(wings.run("topic", "errors", "letters.readings", "--limit", "1", "-o", "csv"))
                .contains("time,row_number,field,reason,value,door,request_id\n")
                .contains("a required field has no value", "from-readings")
                .doesNotContain("warm");
    }

    @Test
    void rowsThatAreLateAreToldFromOthers() throws Exception {
        sql.query("create table letters.timed (id int, at timestamptz)"
                + " with (timestamp_column = 'at', max_late = '1h', on_error = 'dead_letter')");
        sql.query("alter table letters.timed set (max_future = '5m')");
        assertThat((String)
                        sql.query("show create table letters.timed").getFirst().getFirst())
                .contains("timestamp_column = 'at'", "max_late = '3600s'", "max_future = '300s'");
        assertThat(wings.run("topic", "describe", "letters.timed"))
                .contains("rows happen at at, at most 3600s before they come in, at most 300s after it");

        HttpResponse<String> answer = post(
                "timed", "{\"id\":1}\n{\"id\":2,\"at\":\"2001-01-01T00:00:00Z\"}\n{\"id\":3,\"at\":\"9999-01-01\"}\n");

        assertThat(answer.body()).contains("\"accepted\":1,\"rejected\":2", "\"dead_letters\":2");
        assertThat(sql.texts("select row_number, split_part(reason, ':', 1) from letters.timed__errors order by 1"))
                .containsExactly(List.of("2", "the row comes too late"), List.of("3", "the row is of the future"));
        sql.query("alter table letters.timed set (timestamp_column = 'none'), drop column at");
        assertThat((String)
                        sql.query("show create table letters.timed").getFirst().getFirst())
                .doesNotContain("timestamp_column", "max_late");
    }

    @Test
    void statementsFailForTheirRowsWhateverTheTopicSays() {
        sql.query("create table letters.strict (id bigint not null, n int) with (on_error = 'dead_letter')");
        assertThatThrownBy(() -> sql.query("insert into letters.strict values (1, 1), (null, 2)"))
                .rootCause()
                .hasMessageContaining("null in a required field: field=\"id\"");
        assertThat(sql.count("select count(*) from letters.strict")).isZero();
        assertThat(sql.texts("select topic from system.topics where topic like 'strict%'"))
                .containsExactly(List.of("strict"));

        sql.query("alter table letters.strict set (on_error = 'reject')");

        assertThat((String)
                        sql.query("show create table letters.strict").getFirst().getFirst())
                .doesNotContain("on_error");
        assertThatThrownBy(() -> sql.query("alter table letters.strict set (on_error = 'ignore')"))
                .rootCause()
                .hasMessageContaining("reject or dead_letter is expected");
        assertThatThrownBy(() -> sql.query("create table letters.strict__errors (id int)"))
                .rootCause()
                .hasMessageContaining("__errors");
    }
}
