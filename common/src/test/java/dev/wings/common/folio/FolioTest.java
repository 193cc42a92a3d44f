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

import com.google.protobuf.ByteString;
import dev.wings.common.arrow.ValueBounds;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.folio.SealedFolio.SealedPage;
import dev.wings.common.proto.BatchCommit;
import dev.wings.common.proto.CommitFolioRequest;
import dev.wings.common.proto.FolioColumn;
import dev.wings.common.proto.PageCommit;
import dev.wings.common.store.MemoryObjectStore;
import dev.wings.common.store.ObjectRange;
import dev.wings.common.store.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class FolioTest {

    private final BufferAllocator allocator = new RootAllocator();

    /// Fails if anything leaked.
    @AfterEach
    void closeAllocator() {
        allocator.close();
    }

    @Test
    void pagesAreFoundByTheFooter() {
        SealedFolio sealed = Folios.sample(allocator);
        try (ObjectStore store = new MemoryObjectStore()) {
            store.create("f.folio", sealed.content());

            Folio folio = FolioReader.read(store, "f.folio");

            assertThat(store.find("f.folio").orElseThrow().bytes()).isEqualTo(sealed.bytes());
            assertThat(folio.id()).isEqualTo(Folios.ID);
            assertThat(folio.namespaceUid()).isEqualTo(Folios.NAMESPACE);
            assertThat(folio.pages())
                    .isEqualTo(sealed.pages().stream().map(SealedPage::entry).toList());
            assertThat(folio.pages())
                    .extracting(PageEntry::batchRows)
                    .containsExactly(List.of(3L), List.of(1L, 20L), List.of(5L));
        }
    }

    @Test
    void footerTellsWhatColumnsOfLargePagesHold() {
        PageBuilder large = new PageBuilder(new PageKey(Folios.TOPIC, "large", 0), ArrowBatches.schemaMessage());
        PageBuilder small = new PageBuilder(new PageKey(Folios.TOPIC, "small", 0), ArrowBatches.schemaMessage());
        PageBuilder partly = new PageBuilder(new PageKey(Folios.TOPIC, "unknown", 0), ArrowBatches.schemaMessage());
        for (int first : List.of(9_000, 3_000)) {
            ArrowBatches.Message batch = ArrowBatches.batch(allocator, first, 3_000);
            List<ValueBounds> bounds = Folios.bounds(allocator, batch);
            large.add(batch.header(), List.of(batch.body()), 0, bounds);
            partly.add(batch.header(), List.of(batch.body()), 0, first == 3_000 ? List.of() : bounds);
        }
        ArrowBatches.Message few = ArrowBatches.batch(allocator, 0, 10);
        small.add(few.header(), List.of(few.body()), 0, Folios.bounds(allocator, few));
        try (ObjectStore store = new MemoryObjectStore()) {
            store.create(
                    "f.folio",
                    FolioWriter.seal(Folios.ID, Folios.NAMESPACE, List.of(large, small, partly))
                            .content());

            List<PageEntry> pages = FolioReader.read(store, "f.folio").pages();

            assertThat(pages.get(0).columns())
                    .containsExactly(
                            FolioColumn.newBuilder()
                                    .setFieldId(1)
                                    .setLower(
                                            ByteString.copyFrom(Conversions.toByteBuffer(Types.LongType.get(), 3_000L)))
                                    .setUpper(ByteString.copyFrom(
                                            Conversions.toByteBuffer(Types.LongType.get(), 11_999L)))
                                    .build(),
                            FolioColumn.newBuilder()
                                    .setFieldId(2)
                                    .setNulls(2_000)
                                    .setLower(ByteString.copyFromUtf8(ArrowBatches.name(10_000)))
                                    .setUpper(ByteString.copyFromUtf8(ArrowBatches.name(9_998)))
                                    .build());
            assertThat(pages.get(1).columns()).isEmpty();
            assertThat(pages.get(2).columns()).isEmpty();
        }
    }

    @Test
    void pagesAreOrderedByTopicAndPartitionAsUtf8AndThenAsGiven() {
        List<PageKey> keys = List.of(
                new PageKey(Folios.OTHER_TOPIC, "", 0),
                new PageKey(Folios.TOPIC, "\uD83D\uDE00", 0),
                new PageKey(Folios.TOPIC, "b", 7),
                new PageKey(Folios.TOPIC, "\uFF5E", 0),
                new PageKey(Folios.TOPIC, "b", 2),
                new PageKey(Folios.TOPIC, "ab", 0));
        List<PageBuilder> pages =
                keys.stream().map(key -> Folios.page(allocator, key, 1)).toList();

        SealedFolio folio = FolioWriter.seal(Folios.ID, Folios.NAMESPACE, pages);

        // U+FF5E is before U+1F600 in UTF-8, after it in UTF-16
        assertThat(folio.pages())
                .extracting(SealedPage::builder)
                .containsExactly(pages.get(5), pages.get(2), pages.get(4), pages.get(3), pages.get(1), pages.get(0));
        assertThat(folio.pages())
                .allSatisfy(page -> assertThat(page.entry().byteOffset() % 64).isZero());
    }

    /// The oracle is Arrow's own reader, on nothing but the bytes of the page.
    @Test
    void pageIsAnArrowStreamByItself() throws IOException {
        SealedFolio folio = Folios.sample(allocator);
        byte[] bytes = Folios.bytes(folio);
        for (SealedPage page : folio.pages()) {
            PageEntry entry = page.entry();
            int start = (int) entry.byteOffset();
            byte[] pageBytes = Arrays.copyOfRange(bytes, start, start + (int) entry.byteLength());
            try (ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(pageBytes), allocator)) {
                VectorSchemaRoot root = reader.getVectorSchemaRoot();
                assertThat(root.getSchema()).isEqualTo(ArrowBatches.SCHEMA);
                long id = 0;
                for (long rows : entry.batchRows()) {
                    assertThat(reader.loadNextBatch()).isTrue();
                    assertThat(root.getRowCount()).isEqualTo((int) rows);
                    id = assertRows(root, id);
                }
                assertThat(reader.loadNextBatch()).isFalse();
                assertThat(reader.bytesRead()).isEqualTo(entry.byteLength());
            }
        }
    }

    private static long assertRows(VectorSchemaRoot root, long firstId) {
        BigIntVector ids = (BigIntVector) root.getVector("id");
        VarCharVector names = (VarCharVector) root.getVector("name");
        for (int row = 0; row < root.getRowCount(); row++) {
            assertThat(ids.get(row)).isEqualTo(firstId + row);
            assertThat(names.isNull(row)).isEqualTo(row % 3 == 0);
            if (!names.isNull(row)) {
                assertThat(new String(names.get(row), StandardCharsets.UTF_8))
                        .isEqualTo(ArrowBatches.name(firstId + row));
            }
        }
        return firstId + root.getRowCount();
    }

    @Test
    void bodiesAreNotCopiedOnTheWayIn() {
        ArrowBatches.Message batch = ArrowBatches.batch(allocator, 0, 4);
        PageBuilder page = new PageBuilder(new PageKey(Folios.TOPIC, "", 0), ArrowBatches.schemaMessage());
        ByteBuffer first = batch.body().slice(0, 8);
        ByteBuffer rest = batch.body().slice(8, batch.body().remaining() - 8);
        page.add(batch.header(), List.of(first, ByteBuffer.allocate(0), rest), 77, List.of());
        SealedFolio folio = FolioWriter.seal(Folios.ID, Folios.NAMESPACE, List.of(page));

        byte[] before = Folios.bytes(folio);
        batch.body().put(0, (byte) ~batch.body().get(0));

        assertThat(Folios.bytes(folio)).isNotEqualTo(before);
        assertThat(batch.body().position()).isZero();
        assertThat(Folios.bytes(folio))
                .as("content can be taken again, as for a hedged upload")
                .hasSize((int) folio.bytes());
    }

    @Test
    void bodiesAreNotCopiedOnTheWayOut() {
        SealedFolio folio = Folios.sample(allocator);
        byte[] bytes = Folios.bytes(folio);
        PageEntry entry = folio.pages().get(1).entry();
        ObjectRange range = entry.range("f.folio");
        try (ArrowBuf buffer = Folios.arrowBuf(allocator, bytes, entry.byteOffset(), entry.byteLength())) {
            PageReader.checkCrc(range, buffer, entry.crc32c());
            Page page = PageReader.read(range, buffer);

            assertThat(page.schema()).isEqualTo(ArrowBatches.SCHEMA);
            assertThat(page.schemaHeader()).startsWith(ArrowBatches.schemaMessage());
            assertThat(page.batches()).extracting(PageBatch::rows).containsExactly(1L, 20L);
            for (PageBatch batch : page.batches()) {
                assertThat(batch.body().memoryAddress())
                        .isBetween(buffer.memoryAddress(), buffer.memoryAddress() + entry.byteLength());
                assertThat(batch.body().memoryAddress() % 8).isEqualTo(buffer.memoryAddress() % 8);
            }
            assertThat(buffer.refCnt()).isEqualTo(1);
        }
    }

    @Test
    void messageOfAPageLoadsIntoVectors() throws IOException {
        ArrowBatches.Message batch = ArrowBatches.batch(allocator, 40, 10);
        PageBuilder builder = new PageBuilder(new PageKey(Folios.TOPIC, "", 0), ArrowBatches.schemaMessage());
        builder.add(batch.header(), List.of(batch.body()), 0, List.of());
        PageEntry entry = FolioWriter.seal(Folios.ID, Folios.NAMESPACE, List.of(builder))
                .pages()
                .getFirst()
                .entry();
        try (ArrowBuf buffer = Folios.arrowBuf(allocator, Folios.bytes(builder.content()), 0, entry.byteLength());
                VectorSchemaRoot root = VectorSchemaRoot.create(ArrowBatches.SCHEMA, allocator)) {
            PageBatch read =
                    PageReader.read(entry.range("f.folio"), buffer).batches().getFirst();
            org.apache.arrow.flatbuf.Message message =
                    org.apache.arrow.flatbuf.Message.getRootAsMessage(ByteBuffer.wrap(read.header()));
            read.body().getReferenceManager().retain();
            try (org.apache.arrow.vector.ipc.message.ArrowRecordBatch loaded =
                    MessageSerializer.deserializeRecordBatch(message, read.body())) {
                new org.apache.arrow.vector.VectorLoader(root).load(loaded);
                assertRows(root, 40);
            }
        }
    }

    @Test
    void commitCarriesEachBatchWithItsTimestamp() {
        PageBuilder page = new PageBuilder(new PageKey(Folios.TOPIC, "v", 4), ArrowBatches.schemaMessage());
        for (int rows = 1; rows <= 2; rows++) {
            ArrowBatches.Message batch = ArrowBatches.batch(allocator, 0, rows);
            page.add(batch.header(), List.of(batch.body()), rows * 1000L, List.of());
        }
        SealedFolio folio = FolioWriter.seal(Folios.ID, Folios.NAMESPACE, List.of(page));
        PageEntry entry = folio.pages().getFirst().entry();

        CommitFolioRequest request = folio.commitRequest("p/f.folio");

        assertThat(request.getNamespaceUid()).isEqualTo(Folios.NAMESPACE);
        assertThat(request.getFolioId().asReadOnlyByteBuffer().getLong()).isEqualTo(Folios.ID.getMostSignificantBits());
        assertThat(request.getObjectKey()).isEqualTo("p/f.folio");
        assertThat(request.getObjectBytes()).isEqualTo(folio.bytes());
        assertThat(request.getPagesList())
                .containsExactly(PageCommit.newBuilder()
                        .setTopicUid(Folios.TOPIC)
                        .setPartitionValue("v")
                        .setSchemaVersion(4)
                        .setByteOffset(64)
                        .setByteLength(entry.byteLength())
                        .setCrc32C(entry.crc32c())
                        .addBatches(BatchCommit.newBuilder().setRows(1).setRequestedTimestampMicros(1000))
                        .addBatches(BatchCommit.newBuilder().setRows(2).setRequestedTimestampMicros(2000))
                        .build());
    }

    @Test
    void sizeOfAPageIsKnownBeforeItIsSealed() {
        PageBuilder page = Folios.page(allocator, new PageKey(Folios.TOPIC, "", 0), 5, 6);
        long announced = page.bytes();
        SealedFolio folio = FolioWriter.seal(Folios.ID, Folios.NAMESPACE, List.of(page));
        assertThat(folio.pages().getFirst().entry().byteLength()).isEqualTo(announced);
        assertThat(page.bytes()).isEqualTo(announced);
    }

    @Test
    void folioWithoutPagesIsOne() throws Exception {
        try (MemoryObjectStore store = new MemoryObjectStore()) {
            store.create(
                    "f.folio",
                    FolioWriter.seal(Folios.ID, Folios.NAMESPACE, List.of()).content());
            Folio folio = FolioReader.read(store, "f.folio");
            assertThat(folio.id()).isEqualTo(Folios.ID);
            assertThat(folio.pages()).isEmpty();
        }
    }

    @Test
    void footerMayBeLargerThanWhatIsReadFirst() {
        List<PageBuilder> pages = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            pages.add(Folios.page(allocator, new PageKey(Folios.TOPIC, "p".repeat(1000) + i, 0), 1));
        }
        SealedFolio sealed = FolioWriter.seal(Folios.ID, Folios.NAMESPACE, pages);
        try (ObjectStore store = new MemoryObjectStore()) {
            store.create("f.folio", sealed.content());
            assertThat(FolioReader.read(store, "f.folio").pages()).hasSize(200);
        }
    }

    @Test
    void missingFolioIsNotFound() {
        try (ObjectStore store = new MemoryObjectStore()) {
            assertThatThrownBy(() -> FolioReader.read(store, "f.folio"))
                    .isInstanceOfSatisfying(
                            WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.NOT_FOUND));
        }
    }

    @Test
    void builderRefusesWhatIsNoBatchOfAPage() {
        PageKey key = new PageKey(Folios.TOPIC, "", 0);
        ArrowBatches.Message batch = ArrowBatches.batch(allocator, 0, 4);
        ArrowBatches.Message empty = ArrowBatches.batch(allocator, 0, 0);
        ByteBuffer schema = ByteBuffer.wrap(ArrowBatches.schemaMessage());
        byte[] header = new byte[batch.header().remaining()];
        batch.header().duplicate().get(header);
        PageBuilder page = new PageBuilder(key, ArrowBatches.schemaMessage());

        assertRefused(() -> new PageBuilder(key, header));
        assertRefused(() -> page.add(schema, List.of(), 0, List.of()));
        assertRefused(() -> page.add(batch.header(), List.of(), 0, List.of()));
        assertRefused(() -> page.add(batch.header(), List.of(batch.body(), ByteBuffer.allocate(8)), 0, List.of()));
        assertRefused(() -> page.add(empty.header(), List.of(empty.body()), 0, List.of()));
        assertRefused(() -> FolioWriter.seal(Folios.ID, Folios.NAMESPACE, List.of(page)));
        assertThat(page.batches()).isEmpty();

        PageBuilder sealed = Folios.page(allocator, key, 1);
        FolioWriter.seal(Folios.ID, Folios.NAMESPACE, List.of(sealed));
        assertThatThrownBy(() -> sealed.add(batch.header(), List.of(batch.body()), 0, List.of()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void keyCarriesTheDayOfTheId() {
        UUID id = UUID.fromString("0193a5b1-c2d3-7000-8000-000000000000");
        assertThat(FolioKey.of("tenants/t/ns", id))
                .isEqualTo("tenants/t/ns/folios/2024/12/08/0193a5b1-c2d3-7000-8000-000000000000.folio");
        assertThat(FolioKey.of("", id)).startsWith("folios/2024/");
        assertRefused(() -> FolioKey.of("", UUID.fromString("0193a5b1-c2d3-4000-8000-000000000000")));
    }

    @Test
    void everyUploadOfAFolioHasAKeyOfItsOwnThatTellsTheFolio() {
        UUID id = UUID.fromString("0193a5b1-c2d3-7000-8000-000000000000");
        String first = FolioKey.of("tenants/t/ns", id, 0);
        String second = FolioKey.of("tenants/t/ns", id, 1);
        assertThat(first).isEqualTo(FolioKey.of("tenants/t/ns", id));
        assertThat(second).endsWith("/08/0193a5b1-c2d3-7000-8000-000000000000.1.folio");
        for (String key : new String[] {first, second, FolioKey.of("tenants/t/ns", id, 9)}) {
            assertThat(FolioKey.findId("tenants/t/ns", key)).as(key).contains(id);
            assertThat(FolioKey.isOf("tenants/t/ns", id, key)).as(key).isTrue();
            assertThat(FolioKey.isOf("tenants/t/other", id, key)).as(key).isFalse();
            assertThat(FolioKey.isOf("tenants/t/ns", new UUID(1, 2), key))
                    .as(key)
                    .isFalse();
        }
        for (String other : new String[] {".0.folio", ".10.folio", ".1", ".folio.folio", "1.folio", ".1.folio/x"}) {
            assertThat(FolioKey.findId("", "folios/2024/12/08/" + id + other))
                    .as(other)
                    .isEmpty();
        }
        assertRefused(() -> FolioKey.of("", id, 10));
        assertRefused(() -> FolioKey.of("", id, -1));
    }

    private static void assertRefused(Runnable action) {
        assertThatThrownBy(action::run).isInstanceOf(IllegalArgumentException.class);
    }
}
