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
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.wings.common.error.WingsException;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import net.jpountz.lz4.LZ4FrameOutputStream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BodyCompressionTest {

    private static final TopicSchema TOPIC =
            new TopicSchema(0, List.of(TopicField.optional(1, "f", FieldType.Primitive.STRING)), 1);

    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void nothingLeaks() {
        allocator.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = CompressionUtil.CodecType.class,
            names = {"LZ4_FRAME", "ZSTD"})
    void compressedBatchesGoToPagesAsTheyAre(CompressionUtil.CodecType type) {
        Schema schema = ArrowSchemas.toArrow(TOPIC);
        try (Compressed compressed = compress(schema, type);
                BatchReader reader = reader(schema, 1 << 20);
                Batch batch = reader.openBatch(compressed.header(), compressed.body());
                VectorSchemaRoot root = batch.openRoot(allocator);
                IpcMessage message = batch.openMessage()) {
            List<Object> values =
                    List.copyOf(CanonicalValues.column(FieldType.Primitive.STRING, root.getVector(0)).stream()
                            .map(String::valueOf)
                            .toList());
            assertThat(values).hasSize(1000).contains("value 999", "value 0");
            assertThat(message.byteLength()).isLessThan(20_000);
        }
        try (Compressed compressed = compress(schema, type);
                BatchReader reader = reader(schema, 8_000)) {
            assertThatExceptionOfType(WingsException.class)
                    .isThrownBy(() -> reader.openBatch(compressed.header(), compressed.body())
                            .close())
                    .withMessageContaining("too large");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = CompressionUtil.CodecType.class,
            names = {"LZ4_FRAME", "ZSTD"})
    void brokenFramesAreRefusedOrHarmless(CompressionUtil.CodecType type) {
        Schema schema = ArrowSchemas.toArrow(TOPIC);
        int refused = 0;
        try (Compressed compressed = compress(schema, type);
                BatchReader reader = reader(schema, 1 << 20)) {
            byte[] sound = bytes(compressed.body());
            for (long seed = 0; seed < 1_000; seed++) {
                Random random = new Random(seed);
                byte[] broken = sound.clone();
                broken[random.nextInt(broken.length)] ^= (byte) (1 << random.nextInt(8));
                try (ArrowBuf body = WireBatch.open(allocator, broken);
                        Batch batch = reader.openBatch(compressed.header(), body);
                        VectorSchemaRoot root = batch.openRoot(allocator)) {
                    CanonicalValues.column(FieldType.Primitive.STRING, root.getVector(0));
                } catch (WingsException e) {
                    refused++;
                } catch (RuntimeException | Error e) {
                    throw new AssertionError("seed " + seed, e);
                }
            }
        }
        assertThat(refused).isGreaterThan(250);
    }

    /// The fixture was written by liblz4 through pyarrow: blocks of 64 KiB that refer to the ones before them.
    @Test
    void linkedBlocksOfLibLz4AreRead() throws IOException {
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 6000; i++) {
            expected.append("line ").append(i % 97).append(" of the fixture, again and again\n");
        }
        byte[] frame = Files.readAllBytes(Path.of("src", "test", "resources", "golden", "linked-blocks.lz4"));
        byte[] content = expected.toString().getBytes(StandardCharsets.US_ASCII);
        assertThat(decompress(frame, content.length)).isEqualTo(content);
        assertLz4Invalid(frame, content.length - 1);
        assertLz4Invalid(frame, content.length + 1);
    }

    /// The oracle is lz4-java, with checksums.
    @Test
    void framesOfLz4JavaAreRead() throws IOException {
        Random random = new Random(1);
        for (int i = 0; i < 60; i++) {
            byte[] content = new byte[random.nextInt(1 << (i % 18))];
            for (int j = 0; j < content.length; j++) {
                content[j] = (byte) (random.nextInt(10) == 0 ? random.nextInt() : j % 40);
            }
            ByteArrayOutputStream frame = new ByteArrayOutputStream();
            try (LZ4FrameOutputStream out = new LZ4FrameOutputStream(
                    frame,
                    LZ4FrameOutputStream.BLOCKSIZE.SIZE_64KB,
                    LZ4FrameOutputStream.FLG.Bits.BLOCK_INDEPENDENCE,
                    LZ4FrameOutputStream.FLG.Bits.CONTENT_CHECKSUM)) {
                out.write(content);
            }
            assertThat(decompress(frame.toByteArray(), content.length)).isEqualTo(content);
            if (content.length > 0) {
                byte[] broken = frame.toByteArray();
                broken[broken.length - 1] ^= 1;
                assertLz4Invalid(broken, content.length);
            }
        }
    }

    @Test
    void ownFramesAreReadBack() {
        Random random = new Random(2);
        for (int i = 0; i < 40; i++) {
            byte[] content = new byte[1 + random.nextInt(1 << (i % 18))];
            for (int j = 0; j < content.length; j++) {
                content[j] = (byte) (i % 2 == 0 ? random.nextInt() : j % (1 + i));
            }
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment source = arena.allocate(content.length);
                source.copyFrom(MemorySegment.ofArray(content));
                MemorySegment target = arena.allocate(Lz4Frame.maxCompressedBytes(content.length));
                long length = Lz4Frame.compress(source, target);
                assertThat(decompress(target.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), content.length))
                        .isEqualTo(content);
            }
        }
    }

    private static void assertLz4Invalid(byte[] frame, int length) {
        assertThatExceptionOfType(WingsException.class)
                .isThrownBy(() -> decompress(frame, length))
                .withMessageContaining("LZ4 frame is corrupt");
    }

    private static byte[] decompress(byte[] frame, int length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = arena.allocate(frame.length);
            source.copyFrom(MemorySegment.ofArray(frame));
            MemorySegment target = arena.allocate(length);
            Lz4Frame.decompress(source, target);
            return target.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /// A batch as a producer sends it compressed.
    private record Compressed(IpcHeader.RecordBatch header, ArrowBuf body) implements AutoCloseable {

        @Override
        public void close() {
            body.close();
        }
    }

    private Compressed compress(Schema schema, CompressionUtil.CodecType type) {
        try (VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator)) {
            VarCharVector strings = (VarCharVector) root.getVector(0);
            for (int i = 0; i < 1000; i++) {
                if (i % 7 != 3) {
                    strings.setSafe(i, ("value " + i).getBytes(StandardCharsets.UTF_8));
                }
            }
            root.setRowCount(1000);
            VectorUnloader unloader =
                    new VectorUnloader(root, true, new BodyCompression(1 << 20).createCodec(type), true);
            try (ArrowRecordBatch batch = unloader.getRecordBatch();
                    IpcMessage message = IpcMessage.open(batch)) {
                ByteArrayOutputStream body = new ByteArrayOutputStream();
                List<ByteBuffer> parts = message.byteBuffers();
                for (ByteBuffer part : parts.subList(1, parts.size())) {
                    byte[] bytes = new byte[part.remaining()];
                    part.get(bytes);
                    body.writeBytes(bytes);
                }
                byte[] head = new byte[parts.get(0).remaining() - 8];
                parts.get(0).position(8).get(head);
                return new Compressed(
                        (IpcHeader.RecordBatch) IpcHeader.parse(head), WireBatch.open(allocator, body.toByteArray()));
            }
        }
    }

    private BatchReader reader(Schema schema, long limit) {
        return new BatchReader(allocator, SchemaBinding.bind(schema, TOPIC), new BatchLimits(10_000, limit));
    }

    private static byte[] bytes(ArrowBuf buffer) {
        byte[] bytes = new byte[(int) buffer.readableBytes()];
        buffer.getBytes(0, bytes);
        return bytes;
    }
}
