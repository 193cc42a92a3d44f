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
import dev.wings.ingestor.testing.HttpProducer;
import dev.wings.ingestor.testing.IngestorFixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Batches of Arrow over real HTTP; control plane and object store are in memory.
@Timeout(120)
final class ArrowBodyIT {

    private static final String EVENTS = "/v1/default/events";
    private static final String ARROW = "application/vnd.apache.arrow.stream";

    private final IngestorFixture fixture =
            new IngestorFixture(Map.of("HTTP_BODY_BYTES", "256KiB", "MAX_BATCH_BYTES", "2MiB"));
    private final HttpProducer producer = new HttpProducer(fixture.ingestor().httpPort());
    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void close() {
        producer.close();
        fixture.close();
        allocator.close();
    }

    private interface Writing {
        void write(ArrowStreamWriter writer, VectorSchemaRoot root) throws IOException;
    }

    private byte[] stream(DictionaryProvider dictionaries, Writing writing, FieldVector... vectors) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (VectorSchemaRoot root = VectorSchemaRoot.of(vectors);
                ArrowStreamWriter writer = new ArrowStreamWriter(root, dictionaries, out)) {
            writing.write(writer, root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /// A stream with a batch for each array of ids.
    private byte[] ids(long[]... batches) {
        BigIntVector ids = new BigIntVector("id", allocator);
        return stream(
                new DictionaryProvider.MapDictionaryProvider(),
                (writer, root) -> {
                    for (long[] batch : batches) {
                        ids.allocateNew(batch.length);
                        for (int row = 0; row < batch.length; row++) {
                            if (batch[row] < 0) {
                                ids.setNull(row);
                            } else {
                                ids.set(row, batch[row]);
                            }
                        }
                        root.setRowCount(batch.length);
                        writer.writeBatch();
                    }
                    writer.end();
                },
                ids);
    }

    private HttpResponse<String> post(String path, byte[] body) {
        return producer.send("POST", path, Map.of("Content-Type", ARROW), body);
    }

    private List<Object> found(Topic topic) {
        return fixture.rows(topic, "").stream().map(row -> row.get("id")).toList();
    }

    private static List<Object> longs(long end) {
        return LongStream.range(0, end).mapToObj(id -> (Object) id).toList();
    }

    @Test
    void rowsOfAllBatchesAreTakenInOrder() {
        Topic topic = fixture.createTopic("", ID, NAME);

        HttpResponse<String> answer = post(EVENTS, ids(new long[] {0, 1, 2}, new long[] {3, 4}, new long[] {}));

        assertThat(answer.body())
                .startsWith("{\"accepted\":5,\"rejected\":0,\"partitions\":[")
                .doesNotContain("batches");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(found(topic)).isEqualTo(longs(5));
    }

    @Test
    void dictionariesAreDecoded() {
        Topic topic = fixture.createTopic("", NAME);
        VarCharVector names = new VarCharVector("names", allocator);
        names.setSafe(0, "ann".getBytes(StandardCharsets.UTF_8));
        names.setSafe(1, "bob".getBytes(StandardCharsets.UTF_8));
        names.setValueCount(2);
        VarCharVector values = new VarCharVector("name", allocator);
        values.setSafe(0, "bob".getBytes(StandardCharsets.UTF_8));
        values.setSafe(1, "ann".getBytes(StandardCharsets.UTF_8));
        values.setValueCount(2);
        byte[] body;
        try (names;
                values) {
            Dictionary dictionary = new Dictionary(names, new DictionaryEncoding(1, false, null));
            body = stream(
                    new DictionaryProvider.MapDictionaryProvider(dictionary),
                    (writer, root) -> {
                        root.setRowCount(2);
                        writer.writeBatch();
                        writer.end();
                    },
                    (FieldVector) DictionaryEncoder.encode(values, dictionary));
        }
        assertThat(post(EVENTS, body).statusCode()).isEqualTo(200);
        assertThat(fixture.rows(topic, "")).extracting(row -> row.get("name")).containsExactly("bob", "ann");
    }

    /// A batch is taken as a whole or not at all, and the others are.
    @Test
    void batchThatCannotBeTakenIsTold() {
        Topic topic = fixture.createTopic("", ID, NAME);

        HttpResponse<String> answer = post(EVENTS, ids(new long[] {0, 1}, new long[] {7, -1, 8}, new long[] {2}));

        assertThat(answer.statusCode()).isEqualTo(207);
        assertThat(answer.body())
                .startsWith("{\"accepted\":3,\"rejected\":3,")
                .contains("\"batches\":[{\"batch\":2,\"rows\":3,\"type\":\"urn:wings:problem:invalid\",\"reason\":\"");
        assertThat(found(topic)).isEqualTo(longs(3));
    }

    @Test
    void batchesOfWhichNoneCanBeTakenAreAProblem() {
        fixture.createTopic("", ID, NAME);

        HttpResponse<String> answer = post(EVENTS, ids(new long[] {-1}, new long[] {-1}));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body())
                .contains("urn:wings:problem:bad-rows", "2 batches cannot be taken", "\"accepted\":0,\"rejected\":2");
    }

    @Test
    void typesAreAsStrictAsThoseOfDoPut() {
        Topic topic = fixture.createTopic("", ID, NAME);
        VarCharVector ids = new VarCharVector("id", allocator);
        ids.setSafe(0, "1".getBytes(StandardCharsets.UTF_8));
        byte[] body = stream(
                new DictionaryProvider.MapDictionaryProvider(),
                (writer, root) -> {
                    root.setRowCount(1);
                    writer.writeBatch();
                    writer.end();
                },
                ids);
        assertThat(post(EVENTS, body).body())
                .contains("urn:wings:problem:bad-rows")
                .contains("id");
        assertThat(found(topic)).isEmpty();
    }

    @Test
    void dryRunStoresNothing() {
        Topic topic = fixture.createTopic("", ID, NAME);
        assertThat(post(EVENTS + "?dry-run", ids(new long[] {0, 1})).body())
                .isEqualTo("{\"accepted\":2,\"rejected\":0,\"dry_run\":true}");
        assertThat(found(topic)).isEmpty();
    }

    @Test
    void onlyOneBatchIsAllOrNothing() {
        Topic topic = fixture.createTopic("", ID, NAME);
        assertThat(post(EVENTS + "?atomic=true", ids(new long[] {0, 1})).statusCode())
                .isEqualTo(200);
        HttpResponse<String> answer = post(EVENTS + "?atomic=true", ids(new long[] {2}, new long[] {3}));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("atomic is for a stream of one batch");
        assertThat(found(topic)).isEqualTo(longs(2));
    }

    @Test
    void streamWithoutItsEndIsTakenAndOneThatIsCutIsNot() {
        Topic topic = fixture.createTopic("", ID, NAME);
        byte[] body = ids(new long[] {0}, new long[] {1});
        assertThat(post(EVENTS, Arrays.copyOf(body, body.length - 8)).statusCode())
                .isEqualTo(200);
        // messages end at multiples of 8, and between two of them a stream may end
        for (int length = 1; length < body.length - 8; length += 4) {
            HttpResponse<String> answer = post(EVENTS, Arrays.copyOf(body, length));
            assertThat(answer.statusCode()).as("length " + length).isEqualTo(400);
        }
        assertThat(found(topic)).isEqualTo(longs(2));
    }

    /// Hostile bytes are refused, or are other values, and nothing else.
    @Test
    void damagedStreamHarmsNobody() {
        fixture.createTopic("", ID, NAME);
        byte[] whole = ids(new long[] {0, 1, 2});
        Random random = new Random(5);
        for (int i = 0; i < 300; i++) {
            byte[] body = whole.clone();
            for (int changes = random.nextInt(1, 5); changes > 0; changes--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt();
            }
            assertThat(post(EVENTS + "?dry-run", body).statusCode()).isIn(200, 400);
        }
        assertThat(post(EVENTS, whole).statusCode()).isEqualTo(200);
    }

    @Test
    void fileIsNoStream() throws Exception {
        fixture.createTopic("", ID, NAME);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BigIntVector ids = new BigIntVector("id", allocator);
        try (VectorSchemaRoot root = VectorSchemaRoot.of(ids);
                ArrowFileWriter writer = new ArrowFileWriter(
                        root,
                        new DictionaryProvider.MapDictionaryProvider(),
                        java.nio.channels.Channels.newChannel(out))) {
            writer.start();
            writer.end();
        }
        assertThat(post(EVENTS, out.toByteArray()).body()).contains("send Arrow's streaming format");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/vnd.apache.parquet", "Application/vnd.apache.Parquet; x=y"})
    void parquetIsRefusedByName(String type) {
        fixture.createTopic("", ID, NAME);
        HttpResponse<String> answer = producer.post(EVENTS, type, "PAR1");
        assertThat(answer.statusCode()).isEqualTo(415);
        assertThat(answer.body()).contains("Parquet").contains("wings push");
    }
}
