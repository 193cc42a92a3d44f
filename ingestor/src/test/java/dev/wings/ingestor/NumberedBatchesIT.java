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
package dev.wings.ingestor;

import static dev.wings.ingestor.testing.SampleRows.ID;
import static dev.wings.ingestor.testing.SampleRows.NAME;
import static dev.wings.ingestor.testing.SampleRows.fields;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.wings.common.proto.ErrorKind;
import dev.wings.common.proto.IngestRequest;
import dev.wings.common.proto.IngestResponse;
import dev.wings.common.proto.Topic;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.TopicField;
import dev.wings.ingestor.testing.HttpProducer;
import dev.wings.ingestor.testing.IngestorFixture;
import dev.wings.ingestor.testing.TestProducer;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.util.Text;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Batches that producers have numbered, and requests with a key, are stored once; both doors, over real
/// sockets.
final class NumberedBatchesIT {

    private static final String EVENTS = "/v1/default/events";
    private static final String NDJSON = "application/x-ndjson";

    private static final ByteString PRODUCER = ByteString.copyFromUtf8("sixteen bytes id");

    private final IngestorFixture fixture = new IngestorFixture(Map.of());
    private final HttpProducer http = new HttpProducer(fixture.ingestor().httpPort());

    @AfterEach
    void close() {
        http.close();
        fixture.close();
    }

    private static Consumer<VectorSchemaRoot> ids(long... ids) {
        return root -> {
            for (int i = 0; i < ids.length; i++) {
                ((BigIntVector) root.getVector(0)).setSafe(i, ids[i]);
                ((VarCharVector) root.getVector(1)).setSafe(i, new Text("n"));
            }
            root.setRowCount(ids.length);
        };
    }

    private static IngestRequest number(long sequence) {
        return IngestRequest.newBuilder()
                .setProducerId(PRODUCER)
                .setSequence(sequence)
                .build();
    }

    /// Sends batches over a stream of their own.
    private List<IngestResponse> send(Object... batchesAndNumbers) throws Exception {
        try (TestProducer producer = new TestProducer(fixture, fields(ID, NAME))) {
            for (int i = 0; i < batchesAndNumbers.length; i += 2) {
                producer.send(ids((long[]) batchesAndNumbers[i]), (IngestRequest) batchesAndNumbers[i + 1]);
            }
            return producer.finish();
        }
    }

    private static long[] rows(long... ids) {
        return ids;
    }

    private List<Object> stored(Topic topic) {
        return fixture.rows(topic, "").stream().map(row -> row.get("id")).toList();
    }

    @Test
    void batchThatIsSentAgainIsStoredOnce() throws Exception {
        Topic topic = fixture.createTopic("", ID, NAME);
        List<IngestResponse> first = send(rows(1, 2), number(0), rows(3), number(1));

        List<IngestResponse> again = send(rows(3), number(1), rows(1, 2), number(0), rows(4), number(2));

        assertThat(again.get(0).getAccepted())
                .isEqualTo(
                        first.get(1).getAccepted().toBuilder().setRepeated(true).build());
        assertThat(again.get(1).getAccepted())
                .isEqualTo(
                        first.get(0).getAccepted().toBuilder().setRepeated(true).build());
        assertThat(again.get(2).getAccepted().getRepeated()).isFalse();
        assertThat(stored(topic)).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void batchThatComesTooEarlyIsRefused() throws Exception {
        Topic topic = fixture.createTopic("", ID, NAME);

        List<IngestResponse> answers = send(rows(1), number(0), rows(3), number(2), rows(2), number(1));

        assertThat(answers.get(1).getRejected().getKind()).isEqualTo(ErrorKind.PRECONDITION);
        assertThat(answers.get(1).getRejected().getMessage()).contains("expected=1, found=2");
        assertThat(answers.get(2).hasAccepted()).isTrue();
        assertThat(stored(topic)).containsExactly(1L, 2L);
    }

    /// A rejection uses up the number: the next batch follows it, and an attempt that would be taken is not.
    @Test
    void rejectionIsRepeatedToo() throws Exception {
        Topic topic = fixture.createTopic("", ID, NAME);
        List<Field> wrong =
                List.of(Field.nullable("id", ArrowType.Utf8.INSTANCE), Field.nullable("name", ArrowType.Utf8.INSTANCE));
        IngestResponse rejected;
        try (TestProducer producer = new TestProducer(fixture, wrong)) {
            producer.send(
                    root -> {
                        ((VarCharVector) root.getVector(0)).setSafe(0, new Text("x"));
                        root.setRowCount(1);
                    },
                    number(0));
            rejected = producer.awaitAnswers(1).getFirst();
        }
        assertThat(rejected.getRejected().getKind()).isEqualTo(ErrorKind.INVALID);

        List<IngestResponse> answers = send(rows(5), number(0), rows(6), number(1));

        assertThat(answers.get(0).getRejected()).isEqualTo(rejected.getRejected());
        assertThat(answers.get(1).hasAccepted()).isTrue();
        assertThat(stored(topic)).containsExactly(6L);
    }

    /// Its reason is part of a commit, which has a bound.
    @Test
    void reasonOfARejectionIsKeptInPart() throws Exception {
        fixture.createTopic(
                "",
                IntStream.rangeClosed(1, 100)
                        .mapToObj(id -> TopicField.optional(id, "x".repeat(90) + id, Primitive.LONG))
                        .toArray(TopicField[]::new));
        List<Field> unknown = List.of(Field.nullable("other", ArrowType.Utf8.INSTANCE));
        try (TestProducer producer = new TestProducer(fixture, unknown)) {
            producer.send(root -> root.setRowCount(1), number(0));
            assertThat(producer.awaitAnswers(1).getFirst().getRejected().getMessage())
                    .hasSizeBetween(1_000, 1_100);
        }
    }

    @Test
    void batchWithoutRowsHasItsTurn() throws Exception {
        Topic topic = fixture.createTopic("", ID, NAME);

        List<IngestResponse> answers = send(rows(), number(0), rows(1), number(1), rows(), number(0));

        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer.hasAccepted()).isTrue());
        assertThat(answers.get(2).getAccepted().getRepeated()).isTrue();
        assertThat(stored(topic)).containsExactly(1L);
    }

    @Test
    void halfANumberIsRefused() throws Exception {
        Topic topic = fixture.createTopic("", ID, NAME);
        List<IngestRequest> bad = List.of(
                IngestRequest.newBuilder().setProducerId(PRODUCER).build(),
                IngestRequest.newBuilder().setSequence(0).build(),
                IngestRequest.newBuilder().setProducerEpoch(1).build(),
                IngestRequest.newBuilder()
                        .setProducerId(ByteString.copyFromUtf8("short"))
                        .setSequence(0)
                        .build(),
                number(-1),
                number(Long.MAX_VALUE));
        try (TestProducer producer = new TestProducer(fixture, fields(ID, NAME))) {
            bad.forEach(request -> producer.send(ids(1), request));
            producer.send(ids(2), number(0));
            assertThat(producer.awaitAnswers(bad.size() + 1))
                    .extracting(answer -> answer.getRejected().getKind())
                    .containsExactly(
                            ErrorKind.INVALID,
                            ErrorKind.INVALID,
                            ErrorKind.INVALID,
                            ErrorKind.INVALID,
                            ErrorKind.INVALID,
                            ErrorKind.INVALID,
                            ErrorKind.ERROR_KIND_UNSPECIFIED);
        }
        assertThat(stored(topic)).containsExactly(2L);
    }

    private HttpResponse<String> post(String key, String body) {
        return http.send(
                "POST",
                EVENTS,
                Map.of("Content-Type", NDJSON, "Idempotency-Key", key),
                body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void requestWithAKeyIsDoneOnce() {
        Topic topic = fixture.createTopic("", ID, NAME);
        String body = "{\"id\":1}\n{\"id\":\"x\"}\n{\"id\":2}\n";

        HttpResponse<String> first = post("a", body);
        HttpResponse<String> again = post("a", body);
        HttpResponse<String> other = post("b", body);

        assertThat(first.statusCode()).isEqualTo(207);
        assertThat(again.statusCode()).isEqualTo(207);
        assertThat(again.body()).isEqualTo(first.body().replace("],\"rows\"", "],\"repeated\":true,\"rows\""));
        assertThat(other.body()).doesNotContain("repeated");
        assertThat(stored(topic)).containsExactly(1L, 2L, 1L, 2L);
    }

    @Test
    void keyOfAnotherRequestIsRefused() {
        Topic topic = fixture.createTopic("", ID, NAME);
        assertThat(post("a", "{\"id\":1}").statusCode()).isEqualTo(200);

        HttpResponse<String> other = post("a", "{\"id\":2}");

        assertThat(other.statusCode()).isEqualTo(400);
        assertThat(other.body()).contains("another batch was sent under this number");
        assertThat(post("", "{\"id\":2}").body()).contains("1 to 255 characters");
        assertThat(post("k".repeat(256), "{\"id\":2}").body()).contains("1 to 255 characters");
        assertThat(stored(topic)).containsExactly(1L);
    }

    @Test
    void refusedRequestStaysRefused() {
        Topic topic = fixture.createTopic("", ID, NAME);

        HttpResponse<String> first = post("a", "{\"id\":\"x\"}");
        HttpResponse<String> again = post("a", "{\"id\":\"x\"}");

        assertThat(first.statusCode()).isEqualTo(400);
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(stored(topic)).isEmpty();
    }
}
