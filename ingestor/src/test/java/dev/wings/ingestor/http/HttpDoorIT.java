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

import com.github.luben.zstd.Zstd;
import dev.wings.common.proto.Topic;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.TopicField;
import dev.wings.ingestor.testing.HttpProducer;
import dev.wings.ingestor.testing.IngestorFixture;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Rows over real HTTP; control plane and object store are in memory.
final class HttpDoorIT {

    private static final String EVENTS = "/v1/default/events";
    private static final String JSON = "application/json";
    private static final String NDJSON = "application/x-ndjson";

    private final IngestorFixture fixture =
            new IngestorFixture(Map.of("HTTP_BODY_BYTES", "256KiB", "MAX_BATCH_BYTES", "2MiB"));
    private final HttpProducer producer = new HttpProducer(fixture.ingestor().httpPort());

    @AfterEach
    void close() {
        producer.close();
        fixture.close();
    }

    private List<Object> ids(Topic topic) {
        return fixture.rows(topic, "").stream().map(row -> row.get("id")).toList();
    }

    private static String line(int id) {
        return "{\"id\":" + id + ",\"name\":\"n\"}\n";
    }

    private static String lines(int start, int end) {
        StringBuilder text = new StringBuilder();
        IntStream.range(start, end).forEach(id -> text.append(line(id)));
        return text.toString();
    }

    @Test
    void anObjectIsOneRow() {
        Topic topic = fixture.createTopic("", ID, NAME);

        HttpResponse<String> answer = producer.post(EVENTS, JSON, "{\"id\": 7, \"name\": \"seven\"}");

        assertThat(answer.body())
                .isEqualTo(
                        "{\"accepted\":1,\"rejected\":0,\"partitions\":[{\"partition_value\":\"\",\"start_offset\":0,"
                                + "\"end_offset\":1,\"timestamp_micros\":"
                                + fixture.controlPlane().nowMicros() + "}]}");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(fixture.rows(topic, "")).containsExactly(Map.of("id", 7L, "name", "seven"));
    }

    @Test
    void anArrayHasARowInEachElement() {
        Topic topic = fixture.createTopic("name", ID, NAME);

        HttpResponse<String> answer = producer.post(
                EVENTS,
                "application/json; charset=utf-8",
                "[{\"id\":1,\"name\":\"b\"},\n {\"name\":\"a\",\"ID\":2}, {\"id\":3,\"name\":\"b\"}]");

        assertThat(answer.body())
                .startsWith("{\"accepted\":3,\"rejected\":0,")
                .containsSubsequence(
                        "\"partition_value\":\"a\",\"start_offset\":0,\"end_offset\":1",
                        "\"partition_value\":\"b\",\"start_offset\":0,\"end_offset\":2");
        assertThat(fixture.rows(topic, "b")).extracting(row -> row.get("id")).containsExactly(1L, 3L);
    }

    @Test
    void eachLineIsARow() {
        Topic topic = fixture.createTopic("", ID, NAME);

        HttpResponse<String> answer =
                producer.post(EVENTS, NDJSON, "\n" + lines(0, 50) + " \r\n" + lines(50, 99) + "{\"id\":99}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(ids(topic))
                .isEqualTo(IntStream.range(0, 100)
                        .mapToObj(id -> (Object) (long) id)
                        .toList());
    }

    @Test
    void firstLineOfCsvNamesTheFields() {
        Topic topic = fixture.createTopic("", ID, NAME);

        HttpResponse<String> answer = producer.post(
                EVENTS, "text/csv; charset=utf-8", "NAME,id\r\n\"a, \"\"b\"\"\",1\r\n\r\n,2\r\n\"\",3\r\n");

        assertThat(answer.body()).startsWith("{\"accepted\":3,\"rejected\":0,");
        assertThat(fixture.rows(topic, "").toString())
                .isEqualTo("[{id=1, name=a, \"b\"}, {id=2, name=null}, {id=3, name=}]");
    }

    @Test
    void badLineOfCsvIsReportedAndTheOthersAreTaken() {
        Topic topic = fixture.createTopic("", ID, NAME);

        HttpResponse<String> answer = producer.post(EVENTS, "text/csv", "id,name\n1,a\nx,b\n3\n,c\n5,d\n");

        assertThat(answer.statusCode()).isEqualTo(207);
        assertThat(answer.body())
                .startsWith("{\"accepted\":2,\"rejected\":3,")
                .containsSubsequence(
                        "{\"row\":2,\"line\":3,\"reason\":\"the value does not fit the field: field=\\\"id\\\"",
                        "{\"row\":3,\"line\":4,\"reason\":\"the line has not as many fields",
                        "{\"row\":4,\"line\":5,\"reason\":\"a required field has no value");
        assertThat(ids(topic)).containsExactly(1L, 5L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "id,nmae\\n1,a | line 1: the topic has no such field: field=\\\"nmae\\\"",
                "id,ID\\n1,1 | line 1: the first line names a field twice: field=\\\"ID\\\"",
                "id,name\\n1,a\\n2,\"b | row 2, line 3: what starts here is not CSV"
            })
    void brokenCsvIsRefusedAsAWhole(String text, String reason) {
        fixture.createTopic("", ID, NAME);

        HttpResponse<String> answer =
                producer.post(EVENTS, "text/csv", text.strip().replace("\\n", "\n"));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("bad-rows").contains(reason.strip());
        assertThat(fixture.controlPlane().commits()).isEmpty();
    }

    private HttpResponse<String> packed(String encoding, byte[] body) {
        return producer.send("POST", EVENTS, Map.of("Content-Type", NDJSON, "Content-Encoding", encoding), body);
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return packed.toByteArray();
    }

    @Test
    void bodiesMayBePacked() throws IOException {
        Topic topic = fixture.createTopic("", ID, NAME);

        HttpResponse<String> gzip = packed("gzip", gzip(lines(0, 500)));
        HttpResponse<String> zstd =
                packed("ZSTD", Zstd.compress(lines(500, 1000).getBytes(StandardCharsets.UTF_8)));

        assertThat(gzip.body()).startsWith("{\"accepted\":500,\"rejected\":0,");
        assertThat(zstd.body()).startsWith("{\"accepted\":500,\"rejected\":0,");
        assertThat(ids(topic)).hasSize(1000).endsWith(999L);
    }

    /// Few bytes may unpack to very many.
    @Test
    void bodyThatUnpacksToMoreThanABodyHasIsRefused() throws IOException {
        fixture.createTopic("", ID, NAME);
        String zeros = "\n".repeat(64 << 20);

        for (HttpResponse<String> answer : List.of(
                packed("gzip", gzip(zeros)), packed("zstd", Zstd.compress(zeros.getBytes(StandardCharsets.UTF_8))))) {
            assertThat(answer.statusCode()).isEqualTo(413);
            assertThat(answer.body()).contains("too large once it is unpacked").contains("limit_bytes=262144");
        }
        assertThat(fixture.ingestor().memoryUsedBytes()).isZero();
    }

    @Test
    void bodyThatIsPackedOtherwiseIsRefused() throws IOException {
        fixture.createTopic("", ID, NAME);
        byte[] whole = gzip(lines(0, 50));

        HttpResponse<String> other = packed("br", whole);
        HttpResponse<String> cut = packed("gzip", Arrays.copyOf(whole, whole.length / 2));
        HttpResponse<String> plain = packed("zstd", lines(0, 1).getBytes(StandardCharsets.UTF_8));

        assertThat(other.statusCode()).isEqualTo(415);
        assertThat(other.headers().firstValue("Accept-Encoding")).contains("gzip, zstd");
        assertThat(cut.statusCode()).isEqualTo(400);
        assertThat(cut.body()).contains("the body is not what Content-Encoding says: expected=gzip");
        assertThat(plain.statusCode()).isEqualTo(400);
        assertThat(plain.body()).contains("expected=zstd");
        assertThat(fixture.controlPlane().commits()).isEmpty();
    }

    @Test
    void noRowsAreNoFailure() {
        fixture.createTopic("", ID, NAME);

        assertThat(producer.post(EVENTS, JSON, "[]").body())
                .isEqualTo("{\"accepted\":0,\"rejected\":0,\"partitions\":[]}");
        assertThat(fixture.controlPlane().commits()).isEmpty();
    }

    @Test
    void malformedLineIsReportedAndTheOthersAreTaken() {
        Topic topic = fixture.createTopic("", ID, NAME);

        HttpResponse<String> answer =
                producer.post(EVENTS, NDJSON, lines(1, 57) + "{\"id\": 57, \"name\": oops}\n" + lines(58, 101));

        assertThat(answer.statusCode()).isEqualTo(207);
        assertThat(answer.body())
                .startsWith("{\"accepted\":99,\"rejected\":1,")
                .contains("\"rows\":[{\"row\":57,\"line\":57,\"column\":20,\"reason\":\"the text is not JSON: "
                        + "Unrecognized token 'oops'");
        assertThat(ids(topic)).hasSize(99).doesNotContain(57L);
    }

    @Test
    void nothingIsStoredOfRowsThatAreWantedTogether() {
        fixture.createTopic("", ID, NAME);

        HttpResponse<String> answer =
                producer.post(EVENTS + "?atomic=true", NDJSON, lines(1, 57) + "{\"id\": \"x\"}\n" + lines(58, 101));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.body())
                .startsWith(
                        "{\"type\":\"urn:wings:problem:bad-rows\",\"title\":\"Rows cannot be taken\",\"status\":400,"
                                + "\"detail\":\"a row cannot be taken, and none was stored: row 57, line 57, column 8: "
                                + "the value does not fit the field: field=\\\"id\\\", expected=long, found=\\\"x\\\"\"")
                .contains("\"accepted\":0,\"rejected\":1,\"rows\":[{\"row\":57,\"line\":57,\"column\":8,");
        assertThat(fixture.controlPlane().commits()).isEmpty();
    }

    @Test
    void brokenDocumentIsNone() {
        fixture.createTopic("", ID, NAME);

        HttpResponse<String> answer = producer.post(EVENTS, JSON, "[{\"id\":1},\n{\"id\":2},\n{\"id\":3\n");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body())
                .contains("row 3, line 4, column 1: the text is not JSON: it ends in the middle of a value");
        assertThat(fixture.controlPlane().commits()).isEmpty();
    }

    @Test
    void badElementOfADocumentIsReportedAndTheOthersAreTaken() {
        Topic topic = fixture.createTopic("", ID, NAME);

        HttpResponse<String> answer = producer.post(
                EVENTS,
                JSON,
                "[{\"id\":1},\n[{\"id\":9}],\n{\"id\":null},\n{\"id\":4, \"nmae\": {\"a\": [1, {}]}, \"name\":\"x\"},"
                        + "\n{\"id\":5}, 6, {}]");

        assertThat(answer.statusCode()).isEqualTo(207);
        assertThat(answer.body())
                .startsWith("{\"accepted\":2,\"rejected\":5,")
                .containsSubsequence(
                        "{\"row\":2,\"line\":2,\"column\":1,\"reason\":\"a row is a JSON object: found=an array\"}",
                        "{\"row\":3,\"line\":3,\"column\":11,\"reason\":\"a required field has no value: "
                                + "field=\\\"id\\\", expected=long, found=null\"}",
                        "{\"row\":4,\"line\":4,",
                        "the topic has no such field: field=\\\"nmae\\\"",
                        "{\"row\":6,\"line\":5,\"column\":11,\"reason\":\"a row is a JSON object: found=6\"}",
                        "{\"row\":7,\"line\":5,",
                        "found=nothing\"}");
        assertThat(ids(topic)).containsExactly(1L, 5L);
    }

    /// What a bad row had written of itself is not left to the next one.
    @Test
    void badRowLeavesNothingToItsNeighbours() {
        Topic topic = fixture.createTopic(
                "",
                TopicField.optional(1, "name", Primitive.STRING),
                TopicField.optional(
                        2, "tags", new FieldType.ListOf(TopicField.optional(3, "element", Primitive.STRING))),
                TopicField.optional(
                        4, "at", new FieldType.Struct(List.of(TopicField.optional(5, "x", Primitive.INT)))));

        producer.post(EVENTS, NDJSON, """
                {"name":"a","tags":["1","2"],"at":{"x":1}}
                {"name":"b","tags":["3","4"],"at":{"x":"y"}}
                {}
                {"tags":["5"]}
                """);

        assertThat(fixture.rows(topic, "").toString())
                .isEqualTo("[{name=a, tags=[\"1\",\"2\"], at={\"x\":1}}, {name=null, tags=null, at=null},"
                        + " {name=null, tags=[\"5\"], at=null}]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"id\":9223372036854775808} | expected=long, found=9223372036854775808; digits would be lost",
                "{\"id\":1.5} | expected=long, found=1.5; digits would be lost",
                "{\"id\":1,\"id\":2} | the field stands twice in one object: field=\\\"id\\\"",
                "{\"id\":1,\"__offset__\":2} | the field is one that Wings adds to each topic",
                "{\"id\":1}{\"id\":2} | one object is expected on each line: found=an object after it",
                "{\"id\":1, | it ends in the middle of a value",
                "[{\"id\":1}] | a row is a JSON object: found=an array",
                "id | Unrecognized token 'id'",
                "{\"id\":1,\"name\":\"\\ud800\"} | the value does not fit the field: field=\\\"name\\\""
            })
    void badRowIsNamedWithItsReason(String row, String reason) {
        fixture.createTopic("", ID, NAME);

        HttpResponse<String> answer = producer.post(EVENTS, NDJSON, row.strip() + "\n");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("\"row\":1,\"line\":1,").contains(reason.strip());
    }

    @Test
    void textThatIsNotUtf8IsRefused() {
        fixture.createTopic("", ID, NAME);
        byte[] body = "{\"id\":1,\"name\":\"caf\u00e9\"}\n".getBytes(StandardCharsets.ISO_8859_1);

        HttpResponse<String> answer = producer.send("POST", EVENTS, Map.of("Content-Type", NDJSON), body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("\"row\":1,\"line\":1,").contains("Invalid UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {JSON, NDJSON})
    void valuesAreNestedOnlySoDeep(String type) {
        fixture.createTopic("", ID, NAME);
        String deep = "[".repeat(1000) + "]".repeat(1000);

        HttpResponse<String> answer = producer.post(EVENTS, type, "{\"id\":1,\"name\":" + deep + "}");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("nested too deeply").contains("limit=1000 levels");
    }

    /// Values that fit their fields, and are refused by the rules for batches.
    @Test
    void rowThatABatchIsRefusedForIsFound() {
        Topic topic = fixture.createTopic("name", ID, NAME);

        HttpResponse<String> answer =
                producer.post(EVENTS, NDJSON, lines(0, 3) + "{}\n" + "{\"id\":3}\n" + lines(4, 6));

        assertThat(answer.statusCode()).isEqualTo(207);
        assertThat(answer.body())
                .startsWith("{\"accepted\":5,\"rejected\":2,")
                .containsSubsequence("{\"row\":4,\"line\":4,", "{\"row\":5,\"reason\":\"null in the partition key");
        assertThat(fixture.rows(topic, "n")).extracting(row -> row.get("id")).containsExactly(0L, 1L, 2L, 4L, 5L);
    }

    @Test
    void manyBadRowsAreCountedAndTheFirstTold() {
        fixture.createTopic("", ID, NAME);

        HttpResponse<String> answer = producer.post(EVENTS, NDJSON, "{}\n".repeat(250) + line(1));

        assertThat(answer.body())
                .startsWith("{\"accepted\":1,\"rejected\":250,")
                .contains("{\"row\":100,");
        assertThat(answer.body()).doesNotContain("{\"row\":101,");
    }

    @Test
    void dryRunStoresNothing() {
        fixture.createTopic("name", ID, NAME);

        HttpResponse<String> good = producer.post(EVENTS + "?dry-run=true", NDJSON, lines(0, 3));
        HttpResponse<String> bad = producer.post(EVENTS + "?dry-run", NDJSON, lines(0, 3) + "{\"id\":3}\n");

        assertThat(good.body()).isEqualTo("{\"accepted\":3,\"rejected\":0,\"dry_run\":true}");
        assertThat(bad.statusCode()).isEqualTo(207);
        assertThat(bad.body()).contains("\"accepted\":3,\"rejected\":1,\"dry_run\":true,\"rows\":[{\"row\":4,");
        assertThat(fixture.controlPlane().commits()).isEmpty();
    }

    @Test
    void topicIsFollowedWhereItWasMadeAnew() {
        fixture.createTopic("", ID, NAME);
        producer.post(EVENTS, NDJSON, lines(0, 1));
        TopicField size = TopicField.required(1, "size", Primitive.INT);
        Topic topic = fixture.createTopic("", size);

        assertThat(producer.post(EVENTS, NDJSON, "{\"size\":1}\n").statusCode()).isEqualTo(200);
        assertThat(fixture.rows(topic, "")).containsExactly(Map.of("size", 1));
    }

    @Test
    void topicWithTheSameFieldsIsFollowedToo() {
        fixture.createTopic("", ID, NAME);
        producer.post(EVENTS, NDJSON, lines(0, 1));
        Topic topic = fixture.createTopic("", ID, NAME);

        assertThat(producer.post(EVENTS, NDJSON, lines(1, 2)).statusCode()).isEqualTo(200);
        assertThat(ids(topic)).containsExactly(1L);
    }

    @Test
    void callerActsForOneTenantOnly() {
        fixture.controlPlane().createTenant("acme");
        fixture.createTopic("", ID, NAME);

        assertThat(tenant("acme").statusCode()).isEqualTo(404);
        assertThat(tenant("acme").body()).contains("tenants/acme/namespaces/default");
        assertThat(tenant("tenants/default").statusCode()).isEqualTo(200);
        assertThat(tenant("nobody").statusCode()).isEqualTo(404);
        assertThat(tenant("A").statusCode()).isEqualTo(400);
    }

    private HttpResponse<String> tenant(String name) {
        return producer.send(
                "POST",
                EVENTS,
                Map.of("Content-Type", NDJSON, "wings-tenant", name),
                line(1).getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /v1/default/nothing, 404, not-found, nothing",
        "POST, /v1/system/topics, 400, invalid, reserved for SQL",
        "POST, /v1/default/Events, 400, invalid, bad topic id",
        "POST, /v1/default, 404, not-found, POST /v1/{namespace}/{topic}",
        "POST, /, 404, not-found, POST /v1/{namespace}/{topic}",
        "POST, /v2/default/events, 404, not-found, POST /v1/{namespace}/{topic}",
        "GET, /v1/default/events, 405, method-not-allowed, rows are pushed by POST",
        "OPTIONS, /v1/default/events, 405, method-not-allowed, rows are pushed by POST",
        "POST, /v1/default/events?atomic=maybe, 400, invalid, the parameter is true or false",
        "POST, /v1/default/events?atomc=true, 400, invalid, there is no such parameter",
        "POST, /v1/default/e%20s, 400, invalid, bad topic id"
    })
    void requestThatMakesNoSenseIsToldWhatDoes(String method, String path, int status, String kind, String detail) {
        fixture.createTopic("", ID, NAME);

        HttpResponse<String> answer =
                producer.send(method, path, Map.of("Content-Type", NDJSON), line(1).getBytes(StandardCharsets.UTF_8));

        assertThat(answer.body())
                .contains("\"type\":\"urn:wings:problem:" + kind + "\"")
                .contains(detail);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.headers().map()).doesNotContainKey("access-control-allow-origin");
    }

    @Test
    void otherTypesThanRowsAreRefused() {
        fixture.createTopic("", ID, NAME);

        HttpResponse<String> form = producer.post(EVENTS, "application/x-www-form-urlencoded", line(1));
        HttpResponse<String> none = producer.send("POST", EVENTS, Map.of("Content-Type", NDJSON), new byte[0]);

        assertThat(form.statusCode()).isEqualTo(415);
        assertThat(form.body()).contains("application/json").contains("application/x-ndjson");
        assertThat(none.statusCode()).isEqualTo(400);
        assertThat(none.body()).contains("the body is empty");
    }

    @Test
    void largeBodyIsRefused() {
        fixture.createTopic("", ID, NAME);

        HttpResponse<String> answer = producer.post(EVENTS, NDJSON, "\n".repeat((256 << 10) + 1));

        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("urn:wings:problem:too-large").contains("limit_bytes=262144");
    }

    /// Few bytes of text can be many of values.
    @Test
    void rowsWhoseValuesAreLargeAreRefused() {
        TopicField[] fields = IntStream.rangeClosed(1, 500)
                .mapToObj(id -> TopicField.optional(id, "field_" + id, Primitive.LONG))
                .toArray(TopicField[]::new);
        fixture.createTopic("", fields);

        HttpResponse<String> answer = producer.post(EVENTS, NDJSON, "{}\n".repeat(80_000));

        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("send fewer rows at once");
        assertThat(fixture.controlPlane().commits()).isEmpty();
    }

    @Test
    void refusedCommitIsToldAndNothingIsSaidToBeStored() {
        fixture.createTopic("", ID, NAME);
        fixture.controlPlane().beforeCommit(commit -> {
            throw Status.FAILED_PRECONDITION.withDescription("not today").asRuntimeException();
        });

        HttpResponse<String> answer = producer.post(EVENTS, NDJSON, lines(0, 3));

        assertThat(answer.statusCode()).isEqualTo(412);
        assertThat(answer.body()).contains("not today").doesNotContain("accepted");
    }
}
