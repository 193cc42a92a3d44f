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
package dev.wings.common.arrow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.schema.TopicField;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.util.ValueVectorUtility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Random streams through [BatchReader], whole and broken. A failure names the seed.
class BatchReaderSimulationTest {

    private static final BatchLimits LIMITS = new BatchLimits(10_000, 4 << 20);
    private static final int ROWS = 40;

    private final BufferAllocator allocator = new RootAllocator(256L << 20);

    @AfterEach
    void nothingLeaks() {
        allocator.close();
    }

    @Test
    void everyValueArrivesAsTheOracleSays() {
        for (long seed = 0; seed < 600; seed++) {
            RandomStream stream = new RandomStream(seed);
            RandomStream.Sent sent = stream.batch((int) (seed % ROWS));
            try (BatchReader reader = reader(stream);
                    ArrowBuf body = sent.batch().openBody(allocator);
                    Batch batch = reader.openBatch(sent.batch().header(), body);
                    VectorSchemaRoot root = batch.openRoot(allocator)) {
                validate(root);
                assertThat(values(stream, root)).as("seed %d", seed).isEqualTo(sent.expected());
                assertThat(throughPage(stream, batch)).as("seed %d, page", seed).isEqualTo(sent.expected());
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    @Test
    void takenRowsAreThoseRows() {
        for (long seed = 0; seed < 300; seed++) {
            RandomStream stream = new RandomStream(seed);
            RandomStream.Sent sent = stream.batch(ROWS);
            int[] rows = new Random(seed).ints(25, 0, ROWS).toArray();
            try (BatchReader reader = reader(stream);
                    ArrowBuf body = sent.batch().openBody(allocator);
                    Batch batch = reader.openBatch(sent.batch().header(), body);
                    Batch taken = batch.openRows(allocator, rows);
                    VectorSchemaRoot root = taken.openRoot(allocator)) {
                validate(root);
                Map<String, List<@Nullable Object>> expected = new LinkedHashMap<>();
                sent.expected().forEach((name, values) -> {
                    List<@Nullable Object> picked = new ArrayList<>();
                    for (int row : rows) {
                        picked.add(values.get(row));
                    }
                    expected.put(name, picked);
                });
                assertThat(values(stream, root)).as("seed %d", seed).isEqualTo(expected);
            }
        }
    }

    @Test
    void brokenBodiesAreRefusedOrHarmless() {
        int refused = 0;
        for (long seed = 0; seed < 1_500; seed++) {
            RandomStream stream = new RandomStream(seed % 400);
            RandomStream.Sent sent = stream.batch(ROWS);
            byte[] bytes = sent.batch().body();
            Random random = new Random(seed);
            for (int i = random.nextInt(4); i >= 0 && bytes.length > 0; i--) {
                // Near the start of the body lie bitmaps and offsets as well as values.
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            refused += isRefused(seed, stream, sent.batch().headerBytes(), bytes) ? 1 : 0;
        }
        // The canary: broken bodies that are all accepted would not be broken.
        assertThat(refused).isGreaterThan(200);
    }

    @Test
    void brokenHeadersAreRefusedOrHarmless() {
        int refused = 0;
        for (long seed = 0; seed < 2_500; seed++) {
            RandomStream stream = new RandomStream(seed % 400);
            RandomStream.Sent sent = stream.batch(ROWS);
            byte[] header = corrupt(sent.batch().headerBytes(), new Random(seed));
            refused += isRefused(seed, stream, header, sent.batch().body()) ? 1 : 0;
        }
        assertThat(refused).isGreaterThan(1_200);
    }

    @Test
    void brokenSchemasAreRefusedOrHarmless() {
        int refused = 0;
        for (long seed = 0; seed < 2_500; seed++) {
            RandomStream stream = new RandomStream(seed % 400);
            RandomStream.Sent sent = stream.batch(ROWS);
            byte[] message = corrupt(schemaHeader(stream), new Random(seed));
            try {
                IpcHeader.SchemaMessage header = (IpcHeader.SchemaMessage) asSchema(IpcHeader.parse(message));
                SchemaBinding binding = SchemaBinding.bind(header.schema(), stream.topic());
                try (BatchReader reader = new BatchReader(allocator, binding, LIMITS);
                        ArrowBuf body = sent.batch().openBody(allocator);
                        Batch batch = reader.openBatch(sent.batch().header(), body)) {
                    readAll(stream, batch);
                }
            } catch (WingsException e) {
                assertThat(e.kind()).as("seed %d", seed).isEqualTo(ErrorKind.INVALID);
                refused++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertThat(refused).isGreaterThan(400);
    }

    @Test
    void brokenDictionariesAreRefusedOrHarmless() {
        int refused = 0;
        for (long seed = 0; seed < 1_500; seed++) {
            RandomStream stream = new RandomStream(seed % 400);
            RandomStream.Sent sent = stream.batch(ROWS);
            Random random = new Random(seed);
            try (BatchReader reader = reader(stream)) {
                for (RandomStream.Dictionary dictionary : stream.dictionaries()) {
                    WireBatch values = WireBatch.of(List.of(dictionary.field()), List.of(dictionary.values()));
                    byte[] header = values.dictionaryHeaderBytes(dictionary.id(), false);
                    byte[] bytes = values.body();
                    if (random.nextBoolean()) {
                        header = corrupt(header, random);
                    } else if (bytes.length > 0) {
                        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                    }
                    if (IpcHeader.parse(header) instanceof IpcHeader.DictionaryBatch parsed) {
                        try (ArrowBuf body = WireBatch.open(allocator, bytes)) {
                            reader.readDictionary(parsed, body);
                        }
                    }
                }
                try (ArrowBuf body = sent.batch().openBody(allocator);
                        Batch batch = reader.openBatch(sent.batch().header(), body)) {
                    readAll(stream, batch);
                }
            } catch (WingsException e) {
                assertThat(e.kind()).as("seed %d", seed).isEqualTo(ErrorKind.INVALID);
                refused++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertThat(refused).isGreaterThan(200);
    }

    private static IpcHeader asSchema(IpcHeader header) {
        if (header instanceof IpcHeader.SchemaMessage) {
            return header;
        }
        throw WingsException.invalid("not a schema");
    }

    private static byte[] corrupt(byte[] header, Random random) {
        byte[] bytes = header.clone();
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes[at] = (byte) (bytes[at] + (random.nextBoolean() ? 1 : -1));
                default -> {
                    ByteBuffer.wrap(bytes).putInt(Math.max(0, Math.min(at, bytes.length - 4)), random.nextInt());
                }
            }
        }
        return random.nextInt(10) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
    }

    private boolean isRefused(long seed, RandomStream stream, byte[] header, byte[] bytes) {
        try (BatchReader reader = reader(stream);
                ArrowBuf body = WireBatch.open(allocator, bytes)) {
            if (!(IpcHeader.parse(header) instanceof IpcHeader.RecordBatch parsed)) {
                return true;
            }
            try (Batch batch = reader.openBatch(parsed, body)) {
                readAll(stream, batch);
            }
            return false;
        } catch (WingsException e) {
            assertThat(e.kind()).as("seed %d", seed).isEqualTo(ErrorKind.INVALID);
            return true;
        } catch (RuntimeException | Error e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    /// What was accepted can be read to the last value, by Arrow's own code.
    private void readAll(RandomStream stream, Batch batch) {
        try (VectorSchemaRoot root = batch.openRoot(allocator)) {
            validate(root);
            values(stream, root);
        }
        throughPage(stream, batch);
    }

    /// Validates as Arrow's own code does, except that it knows no maps and takes decimals with all their
    /// digits for too long; so [CanonicalValues] looks at the values.
    private static void validate(VectorSchemaRoot root) {
        root.getFieldVectors().stream()
                .filter(vector -> !hasMap(vector.getField()))
                .forEach(ValueVectorUtility::validate);
    }

    private static boolean hasMap(org.apache.arrow.vector.types.pojo.Field field) {
        return field.getType() instanceof ArrowType.Map
                || field.getChildren().stream().anyMatch(BatchReaderSimulationTest::hasMap);
    }

    private BatchReader reader(RandomStream stream) {
        IpcHeader.SchemaMessage header = (IpcHeader.SchemaMessage) IpcHeader.parse(schemaHeader(stream));
        BatchReader reader = new BatchReader(allocator, SchemaBinding.bind(header.schema(), stream.topic()), LIMITS);
        // Dictionaries come whole, or in parts of any length.
        Random random = new Random(stream.dictionaries().size());
        for (RandomStream.Dictionary dictionary : stream.dictionaries()) {
            List<@Nullable Object> all = dictionary.values();
            int parts = random.nextInt(4);
            int start = 0;
            for (int part = 0; part <= parts; part++) {
                int end = part == parts ? all.size() : start + random.nextInt(all.size() - start + 1);
                WireBatch values = WireBatch.of(List.of(dictionary.field()), List.of(all.subList(start, end)));
                try (ArrowBuf body = values.openBody(allocator)) {
                    reader.readDictionary(
                            (IpcHeader.DictionaryBatch)
                                    IpcHeader.parse(values.dictionaryHeaderBytes(dictionary.id(), part > 0)),
                            body);
                }
                start = end;
            }
        }
        return reader;
    }

    private static byte[] schemaHeader(RandomStream stream) {
        ByteBuffer head = IpcMessage.ofSchema(stream.schema()).byteBuffers().get(0);
        byte[] bytes = new byte[head.remaining() - 8];
        head.position(8).get(bytes);
        return bytes;
    }

    /// The batch as a page gives it back to Arrow's own reader.
    private Map<String, List<@Nullable Object>> throughPage(RandomStream stream, Batch batch) {
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        try (IpcMessage message = batch.openMessage()) {
            write(IpcMessage.ofSchema(batch.schema()), page);
            write(message, page);
            write(IpcMessage.endOfStream(), page);
        }
        try (ArrowStreamReader reader =
                new ArrowStreamReader(new ByteArrayInputStream(page.toByteArray()), allocator)) {
            assertThat(reader.loadNextBatch()).isTrue();
            Map<String, List<@Nullable Object>> values = values(stream, reader.getVectorSchemaRoot());
            assertThat(reader.loadNextBatch()).isFalse();
            assertThat(reader.bytesRead()).isEqualTo(page.size());
            return values;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(IpcMessage message, ByteArrayOutputStream page) {
        try (WritableByteChannel channel = Channels.newChannel(page)) {
            int before = page.size();
            for (ByteBuffer part : message.byteBuffers()) {
                channel.write(part);
            }
            assertThat((long) page.size() - before).isEqualTo(message.byteLength());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, List<@Nullable Object>> values(RandomStream stream, VectorSchemaRoot root) {
        Map<String, List<@Nullable Object>> values = new LinkedHashMap<>();
        root.getFieldVectors().forEach(vector -> {
            TopicField field = stream.topic().find(vector.getName()).orElseThrow();
            assertThat(ArrowSchemas.fieldId(vector.getField())).hasValue(field.id());
            values.put(field.name(), CanonicalValues.column(field.type(), vector));
        });
        return values;
    }
}
