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

import dev.wings.common.proto.ErrorKind;
import dev.wings.common.proto.IngestRequest;
import dev.wings.common.proto.IngestResponse;
import dev.wings.common.proto.IngestResponse.PartitionRange;
import dev.wings.common.proto.Topic;
import dev.wings.common.schema.TopicSchema;
import dev.wings.ingestor.testing.IngestorFixture;
import dev.wings.ingestor.testing.TestProducer;
import io.grpc.Status;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.util.Text;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The ingestor over real gRPC with the Arrow Java client; control plane and object store are in memory.
final class IngestorIT {

    private IngestorFixture fixture = new IngestorFixture(Map.of());

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void acknowledgedRowsAreStoredAndCommitted() throws Exception {
        Topic topic = fixture.createTopic("", ID, NAME);
        try (TestProducer producer = new TestProducer(fixture, fields(ID, NAME))) {
            producer.send(rows(0, 3), request("").setTimestampMicros(42).build());
            producer.send(rows(3, 2), request("second").setTimestampMicros(77).build());

            List<IngestResponse> answers = producer.finish();

            assertThat(answers).extracting(IngestResponse::getBatchIndex).containsExactly(0L, 1L);
            assertThat(answers).extracting(IngestResponse::getRequestId).containsExactly("", "second");
            assertThat(answers.get(0).getAccepted().getRangesList()).containsExactly(range("", 0, 3, 42));
            assertThat(answers.get(1).getAccepted().getRangesList()).containsExactly(range("", 3, 5, 77));
        }
        assertThat(fixture.rows(topic, "")).extracting(row -> row.get("id")).containsExactly(0L, 1L, 2L, 3L, 4L);
    }

    @Test
    void rowsAreSplitByPartitionKey() throws Exception {
        Topic topic = fixture.createTopic("name", ID, NAME);
        try (TestProducer producer = new TestProducer(fixture, fields(ID, NAME))) {
            producer.send(rows(0, 6));

            IngestResponse answer = producer.finish().getFirst();

            assertThat(answer.getAccepted().getRangesList())
                    .containsExactly(
                            range("name 0", 0, 2, fixture.controlPlane().nowMicros()),
                            range("name 1", 0, 2, fixture.controlPlane().nowMicros()),
                            range("name 2", 0, 2, fixture.controlPlane().nowMicros()));
        }
        assertThat(fixture.rows(topic, "name 1"))
                .containsExactly(Map.of("id", 1L, "name", "name 1"), Map.of("id", 4L, "name", "name 1"));
    }

    @Test
    void narrowerColumnsInAnyOrderAreWidened() throws Exception {
        Topic topic = fixture.createTopic("", ID, NAME);
        org.apache.arrow.vector.types.pojo.Field narrow =
                org.apache.arrow.vector.types.pojo.Field.nullable("ID", new ArrowType.Int(32, true));
        try (TestProducer producer = new TestProducer(fixture, List.of(narrow))) {
            producer.send(root -> {
                ((IntVector) root.getVector(0)).setSafe(0, 7);
                root.setRowCount(1);
            });

            assertThat(producer.finish().getFirst().hasAccepted()).isTrue();
        }
        assertThat(fixture.rows(topic, "")).containsExactly(Map.of("id", 7L));
    }

    @Test
    void aBadBatchIsRejectedByItself() throws Exception {
        Topic topic = fixture.createTopic("name", ID, NAME);
        try (TestProducer producer = new TestProducer(fixture, fields(ID, NAME))) {
            producer.send(rows(0, 1));
            producer.send(root -> {
                ((BigIntVector) root.getVector(0)).setSafe(0, 1);
                root.setRowCount(1);
            });
            producer.send(root -> {
                ((VarCharVector) root.getVector(1)).setSafe(0, new Text("a"));
                root.setRowCount(1);
            });
            producer.send(
                    rows(3, 1), request("lost").setPartitionValue("elsewhere").build());
            producer.send(
                    rows(3, 1), request("found").setPartitionValue("name 0").build());

            List<IngestResponse> answers = producer.finish();

            assertThat(answers)
                    .extracting(IngestResponse::hasAccepted)
                    .containsExactly(true, false, false, false, true);
            assertThat(answers.get(1).getRejected().getKind()).isEqualTo(ErrorKind.INVALID);
            assertThat(answers.get(1).getRejected().getMessage()).contains("partition key", "name", "row=0");
            assertThat(answers.get(2).getRejected().getMessage()).contains("\"id\"");
            assertThat(answers.get(3).getRejected().getMessage()).contains("another partition", "name");
        }
        assertThat(fixture.rows(topic, "name 0")).hasSize(2);
    }

    @Test
    void aSchemaThatDoesNotFitIsTheReasonOfEveryRejectionAndOfTheEnd() throws Exception {
        fixture.createTopic("", ID, NAME);
        try (TestProducer producer = new TestProducer(fixture, fields(NAME))) {
            producer.send(root -> root.setRowCount(1));
            producer.send(root -> root.setRowCount(1));

            List<IngestResponse> answers = producer.awaitAnswers(2);
            assertThat(answers)
                    .allSatisfy(answer ->
                            assertThat(answer.getRejected().getMessage()).contains("required", "id", "long"));
            assertThatThrownBy(producer::finish)
                    .isInstanceOfSatisfying(
                            FlightRuntimeException.class,
                            failure -> assertThat(failure.status().code()).isEqualTo(FlightStatusCode.INVALID_ARGUMENT))
                    .hasMessageContaining("id");
        }
    }

    @Test
    void aMissingPartitionKeyIsNamedWithItsType() throws Exception {
        fixture.createTopic("name", ID, NAME);
        try (TestProducer keyless = new TestProducer(fixture, fields(ID));
                TestProducer bystander = new TestProducer(fixture, fields(ID, NAME))) {
            keyless.send(root -> {
                ((BigIntVector) root.getVector(0)).setSafe(0, 1);
                root.setRowCount(1);
            });
            bystander.send(rows(0, 1));

            assertThat(keyless.awaitAnswers(1).getFirst().getRejected().getMessage())
                    .contains("partition key is missing", "field=\"name\"", "type=string");
            assertThat(bystander.finish().getFirst().hasAccepted()).isTrue();
        }
    }

    @Test
    void batchesWithoutRowsAndMetadataAloneAreAnsweredInTurn() throws Exception {
        fixture.createTopic("name", ID, NAME);
        try (TestProducer producer = new TestProducer(fixture, fields(ID, NAME))) {
            producer.send(root -> root.setRowCount(0));
            producer.send(rows(0, 1));
            producer.sendMetadata(request("mark").build());

            List<IngestResponse> answers = producer.finish();

            assertThat(answers)
                    .extracting(answer -> answer.getAccepted().getRangesCount())
                    .containsExactly(0, 1, 0);
            assertThat(answers.get(2).getRequestId()).isEqualTo("mark");
        }
        assertThat(fixture.controlPlane().commits()).hasSize(1);
    }

    @Test
    void anUnknownTopicEndsTheStreamAndIsNamed() {
        expectEnd(FlightDescriptor.path("nowhere"), FlightStatusCode.NOT_FOUND, "topics/nowhere");
        expectEnd(FlightDescriptor.path("nowhere"), FlightStatusCode.NOT_FOUND, "wings topic create or CREATE TABLE");
        expectEnd(FlightDescriptor.path("Bad Name"), FlightStatusCode.INVALID_ARGUMENT, "Bad Name");
        expectEnd(FlightDescriptor.command(new byte[] {1}), FlightStatusCode.INVALID_ARGUMENT, "descriptor");
    }

    @Test
    void everyFormOfATopicsNameWorks() throws Exception {
        fixture.createTopic("", ID, NAME);
        for (FlightDescriptor descriptor : List.of(
                FlightDescriptor.path("events"),
                FlightDescriptor.path("default.events"),
                FlightDescriptor.path("default", "events"),
                FlightDescriptor.path(IngestorFixture.TOPIC),
                FlightDescriptor.path(
                        List.of(IngestorFixture.TOPIC.split("/", -1)).toArray(String[]::new)))) {
            try (TestProducer producer = new TestProducer(fixture, descriptor, fields(ID, NAME))) {
                producer.send(rows(0, 1));
                assertThat(producer.finish().getFirst().hasAccepted()).isTrue();
            }
        }
    }

    @Test
    void aTopicOfAnotherTenantIsForbidden() throws Exception {
        fixture.createTopic("", ID, NAME);
        fixture.controlPlane().createTenant("other");
        expectEnd(
                FlightDescriptor.path(IngestorFixture.TOPIC),
                FlightStatusCode.UNAUTHORIZED,
                "another tenant",
                new HeaderCallOption(tenant("other")));
        // who says nothing acts for the tenant called default
        expectEnd(
                FlightDescriptor.path("tenants/other/namespaces/default/topics/events"),
                FlightStatusCode.UNAUTHORIZED,
                "another tenant");
    }

    private static CallHeaders tenant(String id) {
        CallHeaders headers = new FlightCallHeaders();
        headers.insert("wings-tenant", id);
        return headers;
    }

    /// I2: batches of one stream keep their order although later folios are stored first.
    @Test
    void commitsFollowTheOrderOfTheStreamWhenUploadsOvertake() throws Exception {
        fixture.close();
        fixture = new IngestorFixture(Map.of("FLUSH_BYTES", "64KiB", "FOLIOS_IN_FLIGHT", "4"));
        Topic topic = fixture.createTopic("", ID, NAME);
        CountDownLatch othersStored = new CountDownLatch(2);
        AtomicInteger uploads = new AtomicInteger();
        fixture.store().beforeCreate(key -> {
            if (uploads.getAndIncrement() == 0) {
                othersStored.await();
            } else {
                othersStored.countDown();
            }
        });
        try (TestProducer producer = new TestProducer(fixture, fields(ID, NAME))) {
            for (int i = 0; i < 4; i++) {
                producer.send(rows(i * 5000, 5000));
            }
            List<IngestResponse> answers = producer.finish();
            assertThat(answers)
                    .extracting(answer -> answer.getAccepted().getRanges(0).getStartOffset())
                    .containsExactly(0L, 5000L, 10000L, 15000L);
        }
        assertThat(fixture.controlPlane().commits()).hasSizeGreaterThan(2);
        List<Map<String, Object>> rows = fixture.rows(topic, "");
        for (int i = 0; i < rows.size(); i++) {
            assertThat(rows.get(i).get("id")).isEqualTo((long) i);
        }
    }

    @Test
    void aCommitWhoseAnswerGotLostIsAskedForAgain() throws Exception {
        Topic topic = fixture.createTopic("", ID, NAME);
        AtomicInteger lost = new AtomicInteger(3);
        fixture.controlPlane().afterCommit(request -> {
            if (lost.getAndDecrement() > 0) {
                throw Status.UNAVAILABLE.asRuntimeException();
            }
        });
        try (TestProducer producer = new TestProducer(fixture, fields(ID, NAME))) {
            producer.send(rows(0, 3));
            assertThat(producer.finish().getFirst().getAccepted().getRangesList())
                    .containsExactly(range("", 0, 3, fixture.controlPlane().nowMicros()));
        }
        assertThat(fixture.controlPlane().commits()).hasSize(1);
        assertThat(fixture.rows(topic, "")).hasSize(3);
    }

    @Test
    void aDeletedTopicRejectsAndItsSuccessorTakesOver() throws Exception {
        fixture.createTopic("", ID, NAME);
        try (TestProducer producer = new TestProducer(fixture, fields(ID, NAME))) {
            producer.send(rows(0, 1));
            producer.awaitAnswers(1);
            Topic successor = fixture.controlPlane()
                    .createTopic(IngestorFixture.TOPIC, new TopicSchema(0, List.of(ID, NAME), 2), "name");
            producer.send(rows(1, 1));
            producer.awaitAnswers(2);
            producer.send(rows(2, 1));

            List<IngestResponse> answers = producer.finish();

            assertThat(answers.get(1).getRejected().getKind()).isEqualTo(ErrorKind.NOT_FOUND);
            assertThat(answers.get(2).getAccepted().getRangesList())
                    .containsExactly(
                            range("name 2", 0, 1, fixture.controlPlane().nowMicros()));
            assertThat(fixture.rows(successor)).containsOnlyKeys("name 2");
        }
    }

    /// What another stream has learnt of a topic before may be out of date.
    @Test
    void aNewStreamWritesToTheTopicOfItsTime() throws Exception {
        Topic first = fixture.createTopic("", ID, NAME);
        try (TestProducer producer = new TestProducer(fixture, fields(ID, NAME))) {
            producer.send(rows(0, 1));
            assertThat(producer.finish()).hasSize(1).allMatch(IngestResponse::hasAccepted);
        }
        Topic successor = fixture.createTopic("", ID, NAME);
        try (TestProducer producer = new TestProducer(fixture, fields(ID, NAME))) {
            producer.send(rows(0, 3));
            producer.send(rows(3, 3));
            assertThat(producer.finish()).hasSize(2).allMatch(IngestResponse::hasAccepted);
        }
        assertThat(fixture.rows(successor, "")).hasSize(6);
        assertThat(fixture.rows(first, "")).hasSize(1);
    }

    @Test
    void closingCommitsAndAnswersWhatWasSent() throws Exception {
        fixture.createTopic("", ID, NAME);
        CountDownLatch committing = new CountDownLatch(1);
        CountDownLatch closing = new CountDownLatch(1);
        fixture.controlPlane().beforeCommit(request -> {
            committing.countDown();
            await(closing);
        });
        try (TestProducer producer = new TestProducer(fixture, fields(ID, NAME))) {
            producer.send(rows(0, 5));
            committing.await();
            Thread closer = Thread.ofVirtual().start(fixture.ingestor()::close);
            closing.countDown();
            closer.join();

            assertThat(producer.awaitAnswers(1).getFirst().getAccepted().getRangesList())
                    .containsExactly(range("", 0, 5, fixture.controlPlane().nowMicros()));
            assertThatThrownBy(producer::awaitEnd)
                    .isInstanceOfSatisfying(
                            FlightRuntimeException.class,
                            failure -> assertThat(failure.status().code()).isEqualTo(FlightStatusCode.UNAVAILABLE));
        }
    }

    @Test
    void aStoreThatStaysAwayEndsTheStreamAndNothingLaterIsCommitted() throws Exception {
        fixture.createTopic("", ID, NAME);
        fixture.store().beforeCreate(key -> {
            throw dev.wings.common.error.WingsException.invalid("the bucket is gone");
        });
        try (TestProducer producer = new TestProducer(fixture, fields(ID, NAME))) {
            producer.send(rows(0, 1));
            producer.send(rows(1, 1));
            assertThatThrownBy(producer::awaitEnd).hasMessageContaining("the bucket is gone");
            assertThat(producer.answers()).noneMatch(IngestResponse::hasAccepted);
        }
        assertThat(fixture.controlPlane().commits()).isEmpty();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw Status.CANCELLED.withCause(e).asRuntimeException();
        }
    }

    private void expectEnd(FlightDescriptor descriptor, FlightStatusCode code, String text, CallOption... options) {
        try (TestProducer producer = new TestProducer(fixture, descriptor, fields(ID), options)) {
            assertThatThrownBy(producer::finish)
                    .isInstanceOfSatisfying(
                            FlightRuntimeException.class,
                            failure -> assertThat(failure.status().code()).isEqualTo(code))
                    .hasMessageContaining(text);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static IngestRequest.Builder request(String id) {
        return IngestRequest.newBuilder().setRequestId(id);
    }

    private static PartitionRange range(String partition, long start, long end, long timestampMicros) {
        return PartitionRange.newBuilder()
                .setPartitionValue(partition)
                .setStartOffset(start)
                .setEndOffset(end)
                .setTimestampMicros(timestampMicros)
                .build();
    }
}
