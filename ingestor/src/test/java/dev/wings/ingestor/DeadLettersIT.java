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
import static dev.wings.ingestor.testing.SampleRows.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.Duration;
import dev.wings.common.proto.CommitFolioRequest;
import dev.wings.common.proto.ErrorKind;
import dev.wings.common.proto.IngestRequest;
import dev.wings.common.proto.IngestResponse;
import dev.wings.common.proto.IngestResponse.PartitionRange;
import dev.wings.common.proto.IntakeSpec;
import dev.wings.common.proto.PageCommit;
import dev.wings.common.proto.Topic;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.OnError;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.ingestor.testing.HttpProducer;
import dev.wings.ingestor.testing.IngestorFixture;
import dev.wings.ingestor.testing.TestProducer;
import io.grpc.StatusRuntimeException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.util.Text;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Rows that do not fit are kept with the reason, in the commit of the others; both doors, over real sockets.
final class DeadLettersIT {

    private static final String EVENTS = "/v1/default/events";
    private static final String JSON = "application/json";
    private static final String NDJSON = "application/x-ndjson";

    private final IngestorFixture fixture = new IngestorFixture(Map.of());
    private final HttpProducer http = new HttpProducer(fixture.ingestor().httpPort());

    @AfterEach
    void close() {
        http.close();
        fixture.close();
    }

    /// A row for each id, null where the id is; all of one name.
    private static Consumer<VectorSchemaRoot> ids(@Nullable Long... ids) {
        return root -> {
            for (int i = 0; i < ids.length; i++) {
                if (ids[i] != null) {
                    ((BigIntVector) root.getVector(0)).setSafe(i, ids[i]);
                }
                ((VarCharVector) root.getVector(1)).setSafe(i, new Text("n"));
            }
            root.setRowCount(ids.length);
        };
    }

    private static Map<String, Object> letter(String reason, String field, String value, long row, String door) {
        Map<String, Object> letter = new LinkedHashMap<>();
        letter.put("reason", reason);
        letter.put("field", field);
        letter.put("value", value);
        letter.put("row_number", row);
        letter.put("door", door);
        return letter;
    }

    private static String nullId(int row) {
        return "null in a required field: field=\"id\", type=long, row=" + row + " (of the batch, counted from 0)";
    }

    private List<String> topicsOfEachCommit(Topic topic) {
        String letters = fixture.controlPlane().topic(IngestorFixture.LETTERS).getUid();
        return fixture.controlPlane().commits().stream()
                .map(CommitFolioRequest::getPagesList)
                .map(pages -> pages.stream()
                        .map(PageCommit::getTopicUid)
                        .map(uid -> uid.equals(topic.getUid()) ? "rows" : uid.equals(letters) ? "letters" : "?")
                        .sorted()
                        .toList()
                        .toString())
                .toList();
    }

    @Test
    void rowsThatDoNotFitAreKeptInTheCommitOfTheOthers() throws Exception {
        Topic topic = fixture.createTopicWithLetters("", ID, NAME);
        try (TestProducer producer = new TestProducer(fixture, fields(ID, NAME))) {
            producer.send(
                    ids(1L, null, 3L, null),
                    IngestRequest.newBuilder().setRequestId("mine").build());

            IngestResponse answer = producer.finish().getFirst();

            assertThat(answer.getAccepted().getDeadLetterRows()).isEqualTo(2);
            assertThat(answer.getAccepted().getRangesList())
                    .extracting(PartitionRange::getStartOffset, PartitionRange::getEndOffset)
                    .containsExactly(tuple(0L, 2L));
        }
        assertThat(fixture.rows(topic, "")).extracting(row -> row.get("id")).containsExactly(1L, 3L);
        assertThat(fixture.rows(fixture.controlPlane().topic(IngestorFixture.LETTERS), ""))
                .extracting(row -> row.get("request_id"))
                .containsExactly("mine", "mine");
        assertThat(fixture.letters())
                .containsExactly(
                        letter(nullId(1), "id", "null", 1, "flight"), letter(nullId(3), "id", "null", 3, "flight"));
        assertThat(topicsOfEachCommit(topic)).containsExactly("[letters, rows]");
        assertThat(fixture.counted("wings.ingestor.dead.letter.rows")).isEqualTo(2);
        assertThat(fixture.counted("wings.ingestor.rows")).isEqualTo(2);
    }

    @Test
    void aBatchOfWhichNothingFitsIsAnsweredWithWhereItIs() throws Exception {
        Topic topic = fixture.createTopicWithLetters("", ID, NAME);
        try (TestProducer producer = new TestProducer(fixture, fields(ID, NAME))) {
            producer.send(ids(null, null));

            IngestResponse answer = producer.finish().getFirst();

            assertThat(answer.getAccepted().getRangesList()).isEmpty();
            assertThat(answer.getAccepted().getDeadLetterRows()).isEqualTo(2);
            assertThat(answer.getRequestId()).isNotEmpty();
            assertThat(fixture.rows(fixture.controlPlane().topic(IngestorFixture.LETTERS), ""))
                    .extracting(row -> row.get("request_id"))
                    .containsExactly(answer.getRequestId(), answer.getRequestId());
        }
        assertThat(fixture.rows(topic, "")).isEmpty();
        assertThat(topicsOfEachCommit(topic)).containsExactly("[letters]");
    }

    @Test
    void rowsOfNoPartitionAreKept() throws Exception {
        Topic topic = fixture.createTopicWithLetters("name", ID, NAME);
        try (TestProducer producer = new TestProducer(fixture, fields(ID, NAME))) {
            producer.send(root -> {
                BigIntVector ids = (BigIntVector) root.getVector(0);
                VarCharVector names = (VarCharVector) root.getVector(1);
                ids.setSafe(0, 0);
                names.setSafe(1, new Text("name 1"));
                ids.setSafe(2, 2);
                names.setSafe(2, new Text("x".repeat(1025)));
                ids.setSafe(3, 3);
                names.setSafe(3, new Text("name 0"));
                root.setRowCount(4);
            });
            producer.send(
                    rows(4, 3),
                    IngestRequest.newBuilder().setPartitionValue("name 1").build());

            List<IngestResponse> answers = producer.finish();

            assertThat(answers)
                    .extracting(answer -> answer.getAccepted().getDeadLetterRows())
                    .containsExactly(3L, 2L);
        }
        assertThat(fixture.rows(topic).keySet()).containsExactlyInAnyOrder("name 0", "name 1");
        assertThat(fixture.letters())
                .extracting(
                        letter -> letter.get("row_number"),
                        letter -> letter.get("field"),
                        letter -> String.valueOf(letter.get("reason")).replaceFirst(":.*", ""))
                .containsExactlyInAnyOrder(
                        tuple(1L, "id", "null in a required field"),
                        tuple(0L, "name", "null in the partition key"),
                        tuple(2L, "name", "the partition key's value is too long"),
                        tuple(1L, "name", "a row belongs to another partition than the batch was sent to"),
                        tuple(2L, "name", "a row belongs to another partition than the batch was sent to"));
    }

    @Test
    void whoWantsItGetsTheBatchRefused() throws Exception {
        Topic topic = fixture.createTopicWithLetters("", ID, NAME);
        FlightCallHeaders headers = new FlightCallHeaders();
        headers.insert(OnError.HEADER, "reject");
        try (TestProducer producer = new TestProducer(
                fixture, FlightDescriptor.path("events"), fields(ID, NAME), new HeaderCallOption(headers))) {
            producer.send(ids(1L, null));
            producer.send(ids(2L));

            List<IngestResponse> answers = producer.finish();

            assertThat(answers.get(0).getRejected().getMessage()).isEqualTo(nullId(1));
            assertThat(answers.get(1).hasAccepted()).isTrue();
        }
        assertThat(fixture.rows(topic, "")).extracting(row -> row.get("id")).containsExactly(2L);
        assertThatThrownBy(fixture::letters).isInstanceOf(StatusRuntimeException.class);
    }

    @Test
    void whatIsNotTheRowsFaultRefusesTheBatch() throws Exception {
        Topic topic = fixture.createTopicWithLetters("", ID, NAME);
        try (TestProducer producer = new TestProducer(fixture, fields(ID, NAME))) {
            producer.send(ids(new Long[1001]));
            producer.send(ids(new Long[1000]));

            List<IngestResponse> answers = producer.finish();

            assertThat(answers.get(0).getRejected().getMessage()).contains("too many rows", "limit=1000", "\"id\"");
            assertThat(answers.get(1).getAccepted().getDeadLetterRows()).isEqualTo(1000);
        }
        try (TestProducer producer =
                new TestProducer(fixture, List.of(Field.nullable("id", ArrowType.Utf8.INSTANCE)))) {
            producer.send(root -> {
                ((VarCharVector) root.getVector(0)).setSafe(0, new Text("x"));
                root.setRowCount(1);
            });
            assertThat(producer.awaitAnswers(1).getFirst().hasRejected()).isTrue();
        }
        assertThat(fixture.rows(topic, "")).isEmpty();
        assertThat(fixture.letters()).hasSize(1000);
    }

    /// The topic goes between the look at it and the commit: then neither is stored.
    @Test
    void rowsAndDeadLettersAreStoredTogetherOrNotAtAll() throws Exception {
        Topic topic = fixture.createTopicWithLetters("", ID, NAME);
        AtomicBoolean deleted = new AtomicBoolean();
        fixture.controlPlane().beforeCommit(commit -> {
            if (!deleted.getAndSet(true)) {
                fixture.controlPlane().deleteTopic(IngestorFixture.LETTERS);
            }
        });
        try (TestProducer producer = new TestProducer(fixture, fields(ID, NAME))) {
            producer.send(ids(1L, null));
            IngestResponse lost = producer.awaitAnswers(1).getFirst();
            assertThat(lost.getRejected().getKind()).isEqualTo(ErrorKind.NOT_FOUND);
            producer.send(ids(2L, null));

            IngestResponse answer = producer.finish().get(1);

            // nothing of the first batch has taken an offset
            assertThat(answer.getAccepted().getRanges(0).getStartOffset()).isZero();
            assertThat(answer.getAccepted().getDeadLetterRows()).isEqualTo(1);
        }
        assertThat(fixture.letters()).containsExactly(letter(nullId(1), "id", "null", 1, "flight"));
        assertThat(topic.getUid()).isNotEmpty();
    }

    @Test
    void aTopicOfThatNameWithOtherColumnsIsLeftAlone() throws Exception {
        fixture.createTopicWithLetters("", ID, NAME);
        TopicField reason = TopicField.required(1, "reason", Primitive.STRING);
        assertThatThrownBy(() -> fixture.controlPlane()
                        .createTopic(IngestorFixture.LETTERS, new TopicSchema(0, List.of(reason), 1), ""))
                .hasMessageContaining("__errors");
    }

    @Test
    void rowsOfTextAreKeptAsTheyWereSent() {
        Topic topic = fixture.createTopicWithLetters("", ID, NAME);

        HttpResponse<String> answer = http.send(
                "POST",
                EVENTS,
                Map.of("Content-Type", NDJSON, "X-Request-Id", "r-1"),
                "{\"id\":1}\n{\"id\":\"x\"}\nno json\n{\"id\":4}\n".getBytes(StandardCharsets.UTF_8));

        assertThat(answer.statusCode()).isEqualTo(207);
        assertThat(answer.body())
                .startsWith("{\"accepted\":2,\"rejected\":2,\"partitions\":[{")
                .contains("\"dead_letters\":2,\"request_id\":\"r-1\",\"rows\":[{\"row\":2,");
        assertThat(fixture.rows(topic, "")).extracting(row -> row.get("id")).containsExactly(1L, 4L);
        assertThat(fixture.letters())
                .extracting(
                        letter -> letter.get("row_number"),
                        letter -> letter.get("field"),
                        letter -> letter.get("value"))
                .containsExactly(tuple(2L, "id", "{\"id\":\"x\"}"), tuple(3L, "null", "no json"));
        assertThat(topicsOfEachCommit(topic)).containsExactly("[letters, rows]");
    }

    @Test
    void documentsAndCsvKeepTheirRowsToo() {
        fixture.createTopicWithLetters("", ID, NAME);

        assertThat(http.post(EVENTS, JSON, "[{\"id\":1}, {\"name\": {\"a\": [1]}} , 7, {\"id\":null}]")
                        .statusCode())
                .isEqualTo(207);
        assertThat(http.post(EVENTS, "text/csv", "id,name\n1,a\nx,\"b,\"\"\"\n3\n")
                        .statusCode())
                .isEqualTo(207);

        assertThat(fixture.letters())
                .extracting(letter -> letter.get("row_number"), letter -> letter.get("value"))
                .containsExactly(
                        tuple(2L, "{\"name\": {\"a\": [1]}}"),
                        tuple(3L, "7"),
                        tuple(4L, "{\"id\":null}"),
                        tuple(2L, "x,\"b,\"\"\""),
                        tuple(3L, "3"));
    }

    @Test
    void aBodyOfWhichNothingFitsIsAnsweredWithWhereItIs() {
        Topic topic = fixture.createTopicWithLetters("name", ID, NAME);

        HttpResponse<String> answer = http.post(EVENTS, NDJSON, "{\"id\":1}\n{\"id\":true}\n");

        assertThat(answer.statusCode()).isEqualTo(207);
        assertThat(answer.body()).startsWith("{\"accepted\":0,\"rejected\":2,\"partitions\":[],\"dead_letters\":2,");
        assertThat(fixture.letters())
                .extracting(
                        letter -> letter.get("row_number"),
                        letter -> letter.get("field"),
                        letter -> letter.get("value"))
                .containsExactlyInAnyOrder(tuple(1L, "name", "{\"id\":1}"), tuple(2L, "id", "{\"id\":true}"));
        assertThat(topicsOfEachCommit(topic)).containsExactly("[letters]");
    }

    @Test
    void atomicRequestsDryRunsAndBrokenDocumentsKeepNothing() {
        fixture.createTopicWithLetters("", ID, NAME);
        String bad = "{\"id\":1}\n{\"id\":true}\n";

        assertThat(http.post(EVENTS + "?atomic=true", NDJSON, bad).statusCode()).isEqualTo(400);
        HttpResponse<String> dry = http.post(EVENTS + "?dry-run=true", NDJSON, bad);
        assertThat(dry.statusCode()).isEqualTo(207);
        assertThat(dry.body()).doesNotContain("dead_letters");
        assertThat(http.post(EVENTS, JSON, "[{\"id\":1}, {\"id\"").statusCode()).isEqualTo(400);
        String many = "{\"id\":true}\n".repeat(1001);
        HttpResponse<String> tooMany = http.post(EVENTS, NDJSON, many + "{\"id\":1}\n");
        assertThat(tooMany.statusCode()).isEqualTo(400);
        assertThat(tooMany.body()).contains("\"rejected\":1001");

        assertThat(fixture.controlPlane().commits()).isEmpty();
    }

    @Test
    void longRowsAreCut() {
        fixture.createTopicWithLetters("", ID, NAME);

        http.post(EVENTS, NDJSON, "{\"id\":\"" + "é".repeat(5_000) + "\"}\n");

        String value = String.valueOf(fixture.letters().getFirst().get("value"));
        assertThat(value).hasSize(1_025).startsWith("{\"id\":\"éé").endsWith("é…");
        assertThat(String.valueOf(fixture.letters().getFirst().get("reason"))).hasSizeLessThan(2_100);
    }

    /// A topic may say between which points in time rows may have happened.
    @Test
    void rowsThatAreLateOrOfTheFutureDoNotFit() throws Exception {
        TopicField at = TopicField.optional(2, "at", Primitive.TIMESTAMPTZ);
        Topic topic = fixture.createTopicWithLetters("id", ID, at);
        IntakeSpec bounds = IntakeSpec.newBuilder()
                .setTimestampField("at")
                .setMaxLate(Duration.newBuilder().setSeconds(3600))
                .setMaxFuture(Duration.newBuilder().setSeconds(60))
                .build();
        fixture.controlPlane()
                .changeIntake(
                        IngestorFixture.TOPIC,
                        bounds,
                        "intake.timestamp_field",
                        "intake.max_late",
                        "intake.max_future");
        long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        long minute = 60_000_000;
        @Nullable Long[] times = {now, now - 30 * minute, now - 90 * minute, null, now + 30 * minute};
        try (TestProducer producer = new TestProducer(fixture, fields(ID, at))) {
            producer.send(root -> {
                BigIntVector ids = (BigIntVector) root.getVector(0);
                for (int i = 0; i < times.length; i++) {
                    ids.setSafe(i, 7);
                    if (times[i] != null) {
                        ((TimeStampVector) root.getVector(1)).setSafe(i, times[i]);
                    }
                }
                root.setRowCount(times.length);
            });

            IngestResponse answer = producer.finish().getFirst();

            assertThat(answer.getAccepted().getDeadLetterRows()).isEqualTo(2);
            assertThat(answer.getAccepted().getRanges(0).getEndOffset()).isEqualTo(3);
        }
        assertThat(fixture.rows(topic, "7")).hasSize(3);
        assertThat(fixture.letters())
                .extracting(
                        letter -> letter.get("row_number"),
                        letter -> letter.get("field"),
                        letter -> String.valueOf(letter.get("reason")).replaceFirst(":.*", ""))
                .containsExactly(
                        tuple(2L, "at", "the row comes too late"), tuple(4L, "at", "the row is of the future"));
        fixture.controlPlane().changeIntake(IngestorFixture.TOPIC, IntakeSpec.getDefaultInstance(), "intake.on_error");
        HttpResponse<String> refused =
                http.post(EVENTS, NDJSON, "{\"id\":1}\n{\"id\":2,\"at\":\"2001-02-03T04:05:06Z\"}\n");
        assertThat(refused.statusCode()).isEqualTo(207);
        assertThat(refused.body())
                .contains("\"accepted\":1,\"rejected\":1", "\"row\":2", "too late", "max_late=PT1H")
                .doesNotContain("dead_letters");
    }

    @Test
    void whatIsChangedLaterCountsFromThenOn() throws Exception {
        fixture.createTopic("", ID, NAME);
        try (TestProducer producer = new TestProducer(fixture, fields(ID, NAME))) {
            producer.send(ids(1L, null));
            assertThat(producer.awaitAnswers(1).getFirst().hasRejected()).isTrue();
        }
        fixture.controlPlane()
                .changeIntake(
                        IngestorFixture.TOPIC,
                        IntakeSpec.newBuilder()
                                .setOnError(dev.wings.common.proto.OnError.DEAD_LETTER)
                                .build(),
                        "intake.on_error");
        try (TestProducer producer = new TestProducer(fixture, fields(ID, NAME))) {
            producer.send(ids(1L, null));
            assertThat(producer.finish().getFirst().getAccepted().getDeadLetterRows())
                    .isEqualTo(1);
        }
        assertThat(IntStream.range(0, 2)
                        .mapToObj(i -> http.post(EVENTS, NDJSON, "{}\n").statusCode()))
                .containsExactly(207, 207);
    }
}
