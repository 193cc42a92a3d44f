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

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wings.ingestor.testing.HttpProducer;
import dev.wings.ingestor.testing.IngestorFixture;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What programs are told of the door is what the door does.
final class OpenApiIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String EVENTS = "/v1/default/events";

    private final IngestorFixture fixture = new IngestorFixture(Map.of("HTTP_BODY_BYTES", "64KiB"));
    private final HttpProducer producer = new HttpProducer(fixture.ingestor().httpPort());
    private JsonNode document = JSON.createObjectNode();

    @BeforeEach
    void ask() throws Exception {
        HttpResponse<String> answer = producer.send("GET", "/v1/openapi.json", Map.of(), new byte[0]);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        document = JSON.readTree(answer.body());
        fixture.createTopic("", ID, NAME);
    }

    @AfterEach
    void close() {
        producer.close();
        fixture.close();
    }

    private JsonNode operation() {
        return document.at("/paths/~1v1~1{namespace}~1{topic}/post");
    }

    private static List<String> names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? document.at(node.get("$ref").textValue().substring(1)) : node;
    }

    @Test
    void allContentTypesAreThere() {
        assertThat(document.path("openapi").textValue()).startsWith("3.1.");
        assertThat(names(operation().at("/requestBody/content")))
                .containsExactlyInAnyOrderElementsOf(BodyFormat.allTypes());
    }

    /// Each reference leads somewhere.
    @Test
    void referencesAreThere() {
        List<JsonNode> references = document.findValues("$ref");
        assertThat(references).hasSizeGreaterThan(10);
        assertThat(references)
                .allSatisfy(reference -> assertThat(
                                document.at(reference.textValue().substring(1)).isObject())
                        .isTrue());
    }

    @Test
    void parametersAreTaken() {
        for (JsonNode parameter : operation().path("parameters")) {
            String name = parameter.path("name").textValue();
            HttpResponse<String> answer = switch (parameter.path("in").textValue()) {
                case "query" -> producer.post(EVENTS + "?" + name + "=true", "application/json", "[]");
                case "header" ->
                    producer.send(
                            "POST",
                            EVENTS,
                            Map.of(
                                    "Content-Type",
                                    "application/json",
                                    name,
                                    parameter.at("/schema/default").asText("any")),
                            "[]".getBytes(StandardCharsets.UTF_8));
                default -> producer.post(EVENTS, "application/json", "[]");
            };
            assertThat(answer.statusCode()).as(name).isEqualTo(200);
        }
    }

    /// Answers are listed by their status, and have the members that are there, and no others.
    @Test
    void answersAreAsTheyAreDescribed() throws Exception {
        String type = "application/x-ndjson";
        List<HttpResponse<String>> answers = List.of(
                producer.post(EVENTS, type, "{\"id\":1}\n"),
                producer.post(EVENTS, type, "{\"id\":1}\n{\n"),
                producer.post(EVENTS + "?dry-run", type, "{\"id\":1}\n"),
                producer.post(EVENTS, type, "{\n"),
                producer.post(EVENTS + "?what", type, "{}\n"),
                producer.post("/v1/default/nothing", type, "{}\n"),
                producer.send("PUT", EVENTS, Map.of("Content-Type", type), new byte[] {1}),
                producer.post(EVENTS, type, "\n".repeat(1 << 20)),
                producer.post(EVENTS, "text/plain", "{}\n"));
        for (HttpResponse<String> answer : answers) {
            String status = Integer.toString(answer.statusCode());
            JsonNode described = resolved(operation().path("responses").path(status));
            assertThat(described.isObject()).as(status).isTrue();
            String found = answer.headers().firstValue("Content-Type").orElseThrow();
            JsonNode schema = resolved(described.path("content").path(found).path("schema"));
            JsonNode body = JSON.readTree(answer.body());
            assertThat(names(schema.path("properties"))).as(answer.body()).containsAll(names(body));
            schema.path("required").forEach(member -> assertThat(names(body)).contains(member.textValue()));
        }
        assertThat(answers)
                .extracting(HttpResponse::statusCode)
                .containsExactly(200, 207, 200, 400, 400, 404, 405, 413, 415);
    }

    @Test
    void answersForSeveralTopicsAreAsTheyAreDescribed() throws Exception {
        JsonNode push = document.at("/paths/~1v1~1push/post");
        assertThat(BodyFormat.allTypes()).containsAll(names(push.at("/requestBody/content")));
        String row = "\",\"row\":{\"id\":1}}\n";
        String type = "application/x-ndjson";
        List<HttpResponse<String>> answers = List.of(
                producer.post("/v1/push", type, "{\"topic\":\"events" + row),
                producer.post("/v1/push", type, "{\"topic\":\"events" + row + "{\n{\"topic\":\"nothing" + row),
                producer.post("/v1/push", type, "{\n"),
                producer.post("/v1/push", type, "{\"topic\":\"nothing" + row),
                producer.post("/v1/push", "text/csv", "id\n"));
        for (HttpResponse<String> answer : answers) {
            JsonNode described = resolved(push.path("responses").path(Integer.toString(answer.statusCode())));
            assertThat(described.isObject()).as(answer.body()).isTrue();
            String found = answer.headers().firstValue("Content-Type").orElseThrow();
            JsonNode schema = resolved(described.path("content").path(found).path("schema"));
            assertThat(names(schema.path("properties")))
                    .as(answer.body())
                    .containsAll(names(JSON.readTree(answer.body())));
        }
        assertThat(answers).extracting(HttpResponse::statusCode).containsExactly(200, 207, 400, 404, 415);
    }
}
