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
package dev.wings.common.folio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.flatbuffers.FlatBufferBuilder;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.store.MemoryObjectStore;
import dev.wings.common.store.ObjectRange;
import dev.wings.common.store.ObjectStore;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.Null;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Struct_;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Cut and damaged folios are DATA_LOSS that names the object, or read as before; nothing else ever comes out.
final class FolioSimulationTest {

    private static final String KEY = "p/f.folio";

    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void closeAllocator() {
        allocator.close();
    }

    @Test
    void folioCutAnywhereIsDataLoss() {
        byte[] whole = Folios.bytes(Folios.sample(allocator));
        for (int length = 0; length < whole.length; length++) {
            assertDataLoss(Arrays.copyOf(whole, length));
        }
    }

    @Test
    void folioWithAByteDamagedAtItsEndsIsDataLoss() {
        SealedFolio folio = Folios.sample(allocator);
        byte[] whole = Folios.bytes(folio);
        PageEntry last = folio.pages().getLast().entry();
        int footerStart = (int) (last.byteOffset() + last.byteLength() + 63) / 64 * 64;
        for (int position = 0; position < whole.length; position = position == 11 ? footerStart : position + 1) {
            byte[] damaged = whole.clone();
            damaged[position] ^= (byte) (1 << position % 8);
            assertDataLoss(damaged);
        }
    }

    /// The footer is damaged with a checksum that fits, as a writer with a bug would make it.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void footerThatSaysAnythingIsReadOrDataLoss(long seed) {
        Random random = new Random(seed);
        SealedFolio folio = Folios.sample(allocator);
        byte[] whole = Folios.bytes(folio);
        int footerBytes = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getInt(whole.length - 20);
        int footerStart = whole.length - 20 - footerBytes;
        for (int round = 0; round < 2000; round++) {
            byte[] damaged = whole.clone();
            int flips = random.nextInt(1, 4);
            for (int i = 0; i < flips; i++) {
                damaged[footerStart + random.nextInt(footerBytes)] = (byte) random.nextInt();
            }
            CRC32C crc = new CRC32C();
            crc.update(damaged, footerStart, footerBytes);
            ByteBuffer.wrap(damaged).order(ByteOrder.LITTLE_ENDIAN).putInt(whole.length - 16, (int) crc.getValue());
            readOrDataLoss(damaged, seed);
        }
    }

    @Test
    void footerThatListsMorePagesThanThereIsRoomForIsDataLoss() {
        int pages = 100_000;
        // field 3, no bytes
        byte[] footer = new byte[2 * pages];
        for (int i = 0; i < pages; i++) {
            footer[2 * i] = 0x1a;
        }
        byte[] whole = Folios.bytes(Folios.sample(allocator));
        ByteBuffer forged = ByteBuffer.allocate(64 + 640 + footer.length + 20).order(ByteOrder.LITTLE_ENDIAN);
        CRC32C crc = new CRC32C();
        crc.update(footer);
        forged.put(whole, 0, 704).put(footer).putInt(footer.length).putInt((int) crc.getValue());
        forged.put(whole, whole.length - 12, 12);
        try (ObjectStore store = new MemoryObjectStore()) {
            store.create(KEY, List.of(forged.flip()));
            assertDataLoss(() -> FolioReader.read(store, KEY), "pages=100000");
        }
    }

    @Test
    void pageCutAnywhereIsDataLoss() {
        byte[] page = page();
        for (int length = 0; length < page.length; length++) {
            ObjectRange range = new ObjectRange(KEY, 64, 64 + length);
            try (ArrowBuf buffer = Folios.arrowBuf(allocator, page, 0, length)) {
                assertDataLoss(() -> PageReader.read(range, buffer), range.toString());
            }
        }
    }

    @Test
    void pageThatGoesOnIsDataLoss() {
        byte[] page = page();
        byte[] longer = Arrays.copyOf(page, page.length + 8);
        assertDataLoss(() -> read(longer), KEY);
    }

    @Test
    void anyDamagedByteOfAPageIsFoundByItsChecksum() {
        PageEntry entry = Folios.sample(allocator).pages().get(1).entry();
        byte[] page = page();
        ObjectRange range = new ObjectRange(KEY, 64, 64 + page.length);
        for (int position = 0; position < page.length; position++) {
            byte[] damaged = page.clone();
            damaged[position] ^= (byte) (1 << position % 8);
            try (ArrowBuf buffer = Folios.arrowBuf(allocator, damaged, 0, page.length)) {
                assertDataLoss(() -> PageReader.checkCrc(range, buffer, entry.crc32c()), range.toString());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void damagedPageIsReadOrDataLoss(long seed) {
        Random random = new Random(seed);
        byte[] page = page();
        int refused = 0;
        for (int round = 0; round < 2000; round++) {
            byte[] damaged = page.clone();
            int flips = random.nextInt(1, 6);
            for (int i = 0; i < flips; i++) {
                int position = random.nextInt(page.length);
                switch (random.nextInt(3)) {
                    case 0 -> damaged[position] ^= (byte) (1 << random.nextInt(8));
                    case 1 -> damaged[position] = (byte) random.nextInt();
                    default ->
                        ByteBuffer.wrap(damaged)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putInt(position / 4 * 4, random.nextInt(-16, 4096));
                }
            }
            try {
                read(damaged);
            } catch (WingsException e) {
                assertThat(e.kind()).as("seed=%s", seed).isEqualTo(ErrorKind.DATA_LOSS);
                refused++;
            }
        }
        assertThat(refused).as("the damage is noticed at times").isGreaterThan(200);
    }

    /// Children that are shared: n tables make 2^n fields.
    @Test
    void schemaThatUnfoldsWithoutEndIsDataLoss() {
        FlatBufferBuilder builder = new FlatBufferBuilder();
        int field = leaf(builder);
        for (int depth = 0; depth < 30; depth++) {
            int children = Field.createChildrenVector(builder, new int[] {field, field});
            Struct_.startStruct_(builder);
            int type = Struct_.endStruct_(builder);
            Field.startField(builder);
            Field.addTypeType(builder, Type.Struct_);
            Field.addType(builder, type);
            Field.addChildren(builder, children);
            field = Field.endField(builder);
        }
        int fields = Schema.createFieldsVector(builder, new int[] {field});
        Schema.startSchema(builder);
        Schema.addFields(builder, fields);
        int schema = Schema.endSchema(builder);
        Message.finishMessageBuffer(
                builder, Message.createMessage(builder, MetadataVersion.V5, MessageHeader.Schema, schema, 0, 0));
        byte[] page = Folios.bytes(
                List.of(IpcFormat.frame(ByteBuffer.wrap(builder.sizedByteArray())), IpcFormat.endOfStream()));

        assertDataLoss(() -> read(page), "the Arrow schema");
    }

    private static int leaf(FlatBufferBuilder builder) {
        Null.startNull(builder);
        int type = Null.endNull(builder);
        Field.startField(builder);
        Field.addTypeType(builder, Type.Null);
        Field.addType(builder, type);
        return Field.endField(builder);
    }

    private byte[] page() {
        SealedFolio folio = Folios.sample(allocator);
        return Folios.bytes(folio.pages().get(1).builder().content());
    }

    private void read(byte[] page) {
        try (ArrowBuf buffer = Folios.arrowBuf(allocator, page, 0, page.length)) {
            Page read = PageReader.read(new ObjectRange(KEY, 64, 64 + page.length), buffer);
            long bodies = read.batches().stream()
                    .mapToLong(batch -> batch.body().capacity())
                    .sum();
            assertThat(bodies).isLessThan(page.length);
        }
    }

    private static void assertDataLoss(byte[] folio) {
        try (ObjectStore store = new MemoryObjectStore()) {
            store.create(KEY, List.of(ByteBuffer.wrap(folio)));
            assertDataLoss(() -> FolioReader.read(store, KEY), KEY);
        }
    }

    private static void readOrDataLoss(byte[] bytes, long seed) {
        try (ObjectStore store = new MemoryObjectStore()) {
            store.create(KEY, List.of(ByteBuffer.wrap(bytes)));
            Folio folio = FolioReader.read(store, KEY);
            assertThat(folio.pages())
                    .as("seed=%s", seed)
                    .allSatisfy(entry ->
                            assertThat(entry.byteOffset() + entry.byteLength()).isLessThan(bytes.length));
        } catch (WingsException e) {
            assertThat(e.kind()).as("seed=%s", seed).isEqualTo(ErrorKind.DATA_LOSS);
        }
    }

    private static void assertDataLoss(Runnable action, String named) {
        assertThatThrownBy(action::run).isInstanceOfSatisfying(WingsException.class, e -> {
            assertThat(e.kind()).isEqualTo(ErrorKind.DATA_LOSS);
            assertThat(e).hasMessageContaining(named);
        });
    }
}
