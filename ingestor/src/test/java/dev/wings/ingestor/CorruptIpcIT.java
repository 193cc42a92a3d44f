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

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.arrow.ArrowSchemas;
import dev.wings.common.arrow.IpcMessage;
import dev.wings.common.proto.CommitFolioRequest;
import dev.wings.common.proto.ErrorKind;
import dev.wings.common.proto.IngestResponse;
import dev.wings.common.proto.PageCommit;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.ingestor.testing.IngestorFixture;
import dev.wings.ingestor.testing.RawProducer;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.impl.UnionListWriter;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.util.Text;
import org.apache.arrow.vector.util.ValueVectorUtility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Damaged and hostile Arrow messages: each is rejected or harmless, and nobody else notices.
class CorruptIpcIT {

    private static final TopicSchema SCHEMA = new TopicSchema(
            0,
            List.of(
                    TopicField.required(1, "id", Primitive.LONG),
                    TopicField.optional(2, "name", Primitive.STRING),
                    TopicField.optional(3, "flag", Primitive.BOOLEAN),
                    TopicField.optional(
                            4, "tags", new FieldType.ListOf(TopicField.optional(5, "element", Primitive.STRING)))),
            5);

    private final IngestorFixture fixture = new IngestorFixture(Map.of("MAX_BATCH_BYTES", "1MiB"));

    @AfterEach
    void close() {
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void damagedMessagesAreRejectedOrHarmless(long seed) throws Exception {
        Random random = new Random(seed);
        fixture.controlPlane().createTopic(IngestorFixture.TOPIC, SCHEMA, random.nextBoolean() ? "name" : "");
        Flight.FlightData good = batch(100);
        try (RawProducer producer = new RawProducer(fixture.ingestor().flightPort());
                RawProducer bystander = new RawProducer(fixture.ingestor().flightPort())) {
            producer.send(schemaMessage());
            bystander.send(schemaMessage());
            int rejections = 0;
            for (int i = 0; i < 400; i++) {
                Flight.FlightData bad = damage(good, random);
                producer.send(bad);
                IngestResponse answer = producer.next();
                if (answer.hasRejected()) {
                    rejections++;
                    assertThat(answer.getRejected().getKind())
                            .as("seed=%d, i=%d: %s", seed, i, answer)
                            .isEqualTo(ErrorKind.INVALID);
                }
                if (i % 100 == 0) {
                    bystander.send(good);
                    assertThat(bystander.next().hasAccepted()).isTrue();
                }
            }
            // a rig that damages nothing, or everything, would prove nothing
            assertThat(rejections).isBetween(100, 399);
            producer.send(good);
            assertThat(producer.next().hasAccepted()).isTrue();
            assertThat(producer.finish()).isEqualTo(Status.OK);
            assertThat(bystander.finish()).isEqualTo(Status.OK);
        }
        checkThatAllPagesCanBeRead();
    }

    @Test
    void aBodyShorterThanItsHeaderSaysIsRejected() throws Exception {
        fixture.controlPlane().createTopic(IngestorFixture.TOPIC, SCHEMA, "");
        Flight.FlightData good = batch(10);
        try (RawProducer producer = new RawProducer(fixture.ingestor().flightPort())) {
            producer.send(schemaMessage());
            producer.send(good.toBuilder()
                    .setDataBody(
                            good.getDataBody().substring(0, good.getDataBody().size() - 8))
                    .build());
            assertThat(producer.next().getRejected().getKind()).isEqualTo(ErrorKind.INVALID);
            producer.send(good.toBuilder().clearDataBody().build());
            assertThat(producer.next().getRejected().getKind()).isEqualTo(ErrorKind.INVALID);
            producer.send(good);
            assertThat(producer.next().hasAccepted()).isTrue();
            assertThat(producer.finish()).isEqualTo(Status.OK);
        }
    }

    @Test
    void aStreamThatDoesNotStartWithASchemaIsRefused() {
        fixture.controlPlane().createTopic(IngestorFixture.TOPIC, SCHEMA, "");
        byte[][] headers = {{}, {1, 2, 3}, batch(1).getDataHeader().toByteArray(), new byte[1000]};
        for (byte[] header : headers) {
            try (RawProducer producer = new RawProducer(fixture.ingestor().flightPort())) {
                producer.send(RawProducer.schema("events", header));
                assertThat(producer.awaitEnd().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            }
        }
    }

    @Test
    void damagedSchemasAreRefusedOrHarmless() throws Exception {
        fixture.controlPlane().createTopic(IngestorFixture.TOPIC, SCHEMA, "");
        Random random = new Random(7);
        byte[] header = schemaMessage().getDataHeader().toByteArray();
        for (int i = 0; i < 200; i++) {
            byte[] bad = header.clone();
            flip(bad, random);
            try (RawProducer producer = new RawProducer(fixture.ingestor().flightPort())) {
                producer.send(RawProducer.schema("events", bad));
                Status end = producer.finish();
                assertThat(end.getCode()).isIn(Status.Code.OK, Status.Code.INVALID_ARGUMENT);
            }
        }
    }

    /// More than is ever held, sent as one message: refused when it passes the limit, and given back.
    @Test
    void aGiganticBatchIsRefusedWhileItComesIn() throws Exception {
        fixture.controlPlane().createTopic(IngestorFixture.TOPIC, SCHEMA, "");
        Flight.FlightData good = batch(10);
        try (RawProducer producer = new RawProducer(fixture.ingestor().flightPort());
                RawProducer bystander = new RawProducer(fixture.ingestor().flightPort())) {
            producer.send(schemaMessage());
            bystander.send(schemaMessage());
            producer.send(RawProducer.message(good.getDataHeader().toByteArray(), new byte[200 << 20]));
            bystander.send(good);

            assertThat(bystander.next().hasAccepted()).isTrue();
            Status end = producer.awaitEnd();
            assertThat(end.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(end.getDescription()).contains("limit_bytes=2097152");
            assertThat(bystander.finish()).isEqualTo(Status.OK);
        }
    }

    private void checkThatAllPagesCanBeRead() throws IOException {
        for (CommitFolioRequest commit : fixture.controlPlane().commits()) {
            byte[] object = Objects.requireNonNull(fixture.store().objects().get(commit.getObjectKey()));
            for (PageCommit page : commit.getPagesList()) {
                ByteArrayInputStream bytes =
                        new ByteArrayInputStream(object, (int) page.getByteOffset(), (int) page.getByteLength());
                try (ArrowStreamReader reader = new ArrowStreamReader(bytes, fixture.allocator())) {
                    while (reader.loadNextBatch()) {
                        VectorSchemaRoot root = reader.getVectorSchemaRoot();
                        ValueVectorUtility.validateFull(root);
                        assertThat(root.getVector("id").getNullCount()).isZero();
                    }
                }
            }
        }
    }

    private Flight.FlightData schemaMessage() {
        try (IpcMessage message = IpcMessage.ofSchema(ArrowSchemas.toArrow(SCHEMA))) {
            return RawProducer.schema("events", RawProducer.header(message));
        }
    }

    private Flight.FlightData batch(int rows) {
        try (VectorSchemaRoot root = VectorSchemaRoot.create(ArrowSchemas.toArrow(SCHEMA), fixture.allocator())) {
            for (int row = 0; row < rows; row++) {
                ((BigIntVector) root.getVector(0)).setSafe(row, row);
                ((VarCharVector) root.getVector(1)).setSafe(row, new Text("näme " + row % 7));
                if (row % 3 > 0) {
                    ((BitVector) root.getVector(2)).setSafe(row, row % 2);
                }
            }
            UnionListWriter tags = ((ListVector) root.getVector(3)).getWriter();
            for (int row = 0; row < rows; row++) {
                tags.setPosition(row);
                tags.startList();
                for (int i = 0; i < row % 4; i++) {
                    tags.writeVarChar("tag " + i);
                }
                tags.endList();
            }
            root.setRowCount(rows);
            try (IpcMessage message = IpcMessage.open(root)) {
                return RawProducer.message(RawProducer.header(message), RawProducer.body(message));
            }
        }
    }

    private static Flight.FlightData damage(Flight.FlightData good, Random random) {
        byte[] header = good.getDataHeader().toByteArray();
        byte[] body = good.getDataBody().toByteArray();
        switch (random.nextInt(5)) {
            case 0, 1 -> flip(header, random);
            case 2 -> flip(body, random);
            case 3 -> body = Arrays.copyOf(body, random.nextInt(body.length));
            default -> header = Arrays.copyOf(header, random.nextInt(header.length - 1) + 1);
        }
        return RawProducer.message(header, body);
    }

    /// Changes a few bits, or a number to one that is likely to hurt.
    private static void flip(byte[] bytes, Random random) {
        for (int times = random.nextInt(4); times >= 0; times--) {
            int position = random.nextInt(bytes.length - Long.BYTES);
            ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            switch (random.nextInt(6)) {
                case 0 -> buffer.putInt(position & ~3, Integer.MAX_VALUE);
                case 1 -> buffer.putInt(position & ~3, -random.nextInt(100));
                case 2 -> buffer.putLong(position & ~7, Long.MAX_VALUE - random.nextInt(16));
                case 3 -> buffer.putInt(position & ~3, random.nextInt(1 << 20));
                default -> bytes[position] ^= (byte) (1 << random.nextInt(8));
            }
        }
    }
}
