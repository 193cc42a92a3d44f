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
package dev.wings.ingestor.http;

import static dev.wings.ingestor.testing.SampleRows.ID;
import static dev.wings.ingestor.testing.SampleRows.NAME;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.proto.Topic;
import dev.wings.common.schema.TopicSchema;
import dev.wings.ingestor.testing.HttpProducer;
import dev.wings.ingestor.testing.IngestorFixture;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Rows of several topics in one request, over real HTTP.
@Timeout(120)
final class TopicsPushIT {

    private static final String PUSH = "/v1/push";
    private static final String JSON = "application/json";
    private static final String NDJSON = "application/x-ndjson";

    private final IngestorFixture fixture = new IngestorFixture(Map.of());
    private final HttpProducer producer = new HttpProducer(fixture.ingestor().httpPort());
    private Topic events;
    private Topic others;

    @BeforeEach
    void create() {
        events = fixture.createTopic("", ID, NAME);
        others = fixture.controlPlane()
                .createTopic(
                        "tenants/default/namespaces/default/topics/others",
                        new TopicSchema(0, List.of(ID, NAME), 1000),
                        "");
    }

    @AfterEach
    void close() {
        producer.close();
        fixture.close();
    }

    private List<Object> ids(Topic topic) {
        return fixture.rows(topic).values().stream()
                .flatMap(rows -> rows.stream().map(row -> row.get("id")))
                .toList();
    }

    @Test
    void documentHasTheRowsOfEachTopic() {
        HttpResponse<String> answer = producer.post(
                PUSH,
                JSON,
                " {\"topics\": {\"events\": [{\"id\": 1, \"name\": \"}]\"}, {\"id\": 2}],"
                        + " \"default.others\": {\"id\": 3}, \"tenants/default/namespaces/default/topics/others\": []}}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body())
                .startsWith("{\"topics\":{\"events\":{\"status\":200,\"accepted\":2,\"rejected\":0,\"partitions\":[{")
                .contains("\"default.others\":{\"status\":200,\"accepted\":1,\"rejected\":0,");
        assertThat(ids(events)).containsExactly(1L, 2L);
        assertThat(ids(others)).containsExactly(3L);
    }

    @Test
    void linesNameTheirTopics() {
        HttpResponse<String> answer = producer.post(
                PUSH,
                NDJSON,
                "{\"topic\":\"events\",\"row\":{\"id\":1}}\n\n{\"row\":{\"id\":2},\"topic\":\"others\"}\r\n"
                        + "{\"topic\":\"events\",\"row\":{\"id\":3}}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(ids(events)).containsExactly(1L, 3L);
        assertThat(ids(others)).containsExactly(2L);
    }

    /// What cannot be taken keeps nothing else out, and is told with its place in the body.
    @Test
    void eachTopicHasItsOutcome() {
        HttpResponse<String> answer = producer.post(PUSH, NDJSON, """
                {"topic":"events","row":{"id":1}}
                {"topic":"events","row":{"id":"x"}}
                {"topic":"nothing","row":{"id":2}}
                {"topic":"others"}
                {
                {"topic":"tenants/other/namespaces/default/topics/events","row":{}}
                {"topic":"others","row":{"id":3}}
                """);
        assertThat(answer.statusCode()).isEqualTo(207);
        assertThat(answer.body())
                .contains("\"events\":{\"status\":207,\"accepted\":1,\"rejected\":1,")
                .contains("\"rows\":[{\"row\":2,\"line\":2,\"column\":31,\"reason\":\"the value does not fit the field")
                .contains("\"nothing\":{\"type\":\"urn:wings:problem:not-found\"")
                .contains("topics/events\":{\"type\":\"urn:wings:problem:forbidden\"")
                .contains("\"rows\":[{\"row\":4,\"line\":4,")
                .contains("{\"row\":5,\"line\":5,");
        assertThat(ids(events)).containsExactly(1L);
        assertThat(ids(others)).containsExactly(3L);
    }

    @Test
    void placesInADocumentAreThoseOfTheBody() {
        HttpResponse<String> answer = producer.post(
                PUSH, JSON, "{\"topics\":\n {\"others\": [{\"id\": 1}, {\"id\":\n    true}, {\"id\": \"x\"}]}}");
        assertThat(answer.body())
                .contains("{\"row\":2,\"line\":3,\"column\":5,")
                .contains("{\"row\":3,\"line\":3,\"column\":19,");
    }

    @Test
    void nothingTakenIsAProblem() {
        HttpResponse<String> answer = producer.post(PUSH, NDJSON, "{\"topic\":\"nothing\",\"row\":{}}\n");
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.body()).contains("urn:wings:problem:bad-rows").contains("\"topics\":{\"nothing\":{");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{}",
                "{\"topic\": {}}",
                "{\"topics\": []}",
                "{\"topics\": {\"events\": 1}}",
                "{\"topics\": {\"events\": [1]}}",
                "{\"topics\": {\"events\": [{\"id\": 1}]}",
                "{\"topics\": {\"events\": [{\"id\": 1}]}} 1",
                "{\"topics\": {\"events\": [{\"id\": 1}], \"events\": []}}",
                "{\"topics\": {\"events\": [{\"id\": 1}]}, \"more\": 1}",
                "{\"topics\": {}}",
            })
    void documentOfAnotherShapeIsRefusedAsAWhole(String body) {
        HttpResponse<String> answer = producer.post(PUSH, JSON, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(ids(events)).isEmpty();
    }

    @Test
    void topicsAreBoundedAndCommittedOneByOne() {
        String many = IntStream.range(0, 101)
                .mapToObj(topic -> "{\"topic\":\"t" + topic + "\",\"row\":{}}\n")
                .collect(Collectors.joining());
        assertThat(producer.post(PUSH, NDJSON, many).body()).contains("too many topics in one request: limit=100");
        HttpResponse<String> answer =
                producer.post(PUSH + "?atomic=true", NDJSON, "{\"topic\":\"events\",\"row\":{\"id\":1}}\n");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("committed one by one");
        assertThat(producer.post(PUSH, "text/csv", "id\n1\n").statusCode()).isEqualTo(415);
        assertThat(producer.send("GET", PUSH, Map.of(), new byte[0]).statusCode())
                .isEqualTo(405);
        assertThat(ids(events)).isEmpty();
    }

    @Test
    void dryRunAndPackedBodiesAreAsThoseOfOneTopic() throws Exception {
        assertThat(producer.post(PUSH + "?dry-run", NDJSON, "{\"topic\":\"events\",\"row\":{\"id\":1}}\n")
                        .body())
                .isEqualTo("{\"topics\":{\"events\":{\"status\":200,\"accepted\":1,\"rejected\":0,\"dry_run\":true}}}");
        java.io.ByteArrayOutputStream packed = new java.io.ByteArrayOutputStream();
        try (java.util.zip.GZIPOutputStream out = new java.util.zip.GZIPOutputStream(packed)) {
            out.write("{\"topic\":\"events\",\"row\":{\"id\":1}}\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(producer.send(
                                "POST",
                                PUSH,
                                Map.of("Content-Type", NDJSON, "Content-Encoding", "gzip"),
                                packed.toByteArray())
                        .statusCode())
                .isEqualTo(200);
        assertThat(ids(events)).containsExactly(1L);
    }
}
