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

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wings.server.testing.HttpSql;
import dev.wings.server.testing.ServerFixture;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What programs are told of the door is what the door does.
@Timeout(120)
final class OpenApiIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;

    private ServerFixture server;
    private HttpSql http;
    private JsonNode document = JSON.createObjectNode();

    @BeforeEach
    void ask() throws Exception {
        server = new ServerFixture(directory, Map.of());
        http = new HttpSql(server.httpPort());
        HttpResponse<String> answer = http.sendText("GET", "/v1/openapi.json", "application/json", "");
        assertThat(answer.statusCode()).isEqualTo(200);
        document = JSON.readTree(answer.body());
    }

    @AfterEach
    void close() {
        http.close();
        server.close();
    }

    private JsonNode operation() {
        return document.at("/paths/~1v1~1sql/post");
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
        assertThat(names(operation().at("/requestBody/content"))).containsExactlyInAnyOrderElementsOf(SqlRequest.TYPES);
        assertThat(names(operation().at("/responses/200/content")))
                .containsExactlyInAnyOrderElementsOf(ResultFormat.allTypes());
    }

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
            String value = parameter.at("/schema/default").textValue();
            boolean header = parameter.path("in").textValue().equals("header");
            HttpResponse<byte[]> answer = http.send(
                    "POST",
                    HttpSql.PATH + (header ? "" : "?" + name + "=" + value),
                    "application/sql",
                    header ? Map.of(name, value) : Map.of(),
                    "select 1");
            assertThat(answer.statusCode()).as(name).isEqualTo(200);
        }
    }

    /// Answers are listed by their status, and have the members that are there, and no others.
    @Test
    void answersAreAsTheyAreDescribed() throws Exception {
        List<HttpResponse<String>> answers = List.of(
                http.runJson("{\"sql\": \"select ?\", \"parameters\": [1], \"schema\": null, \"timezone\": null}"),
                http.run("select", Map.of()),
                http.run("select 1", Map.of("Origin", "https://example.com")),
                http.sendText("POST", "/v1/what", "application/sql", "select 1"),
                http.sendText("PUT", HttpSql.PATH, "application/sql", "select 1"),
                http.run("select 1", Map.of("Accept", "image/png")),
                http.sendText("POST", HttpSql.PATH, "application/sql", " ".repeat(5 << 20)),
                http.sendText("POST", HttpSql.PATH, "text/html", "select 1"));
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
                .containsExactly(200, 400, 403, 404, 405, 406, 413, 415);
    }
}
