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
package dev.wings.common.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.arrow.BodyCompression;
import dev.wings.common.duckdb.ArrowTable;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.folio.ArrowBatches;
import dev.wings.common.folio.FolioBatch;
import dev.wings.common.folio.FolioWriter;
import dev.wings.common.folio.PageBuilder;
import dev.wings.common.folio.PageKey;
import dev.wings.common.folio.SealedFolio;
import dev.wings.common.proto.PageBatch;
import dev.wings.common.scan.PageTable.Joining;
import dev.wings.common.store.MemoryObjectStore;
import dev.wings.common.store.ObjectRange;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PageTableTest {

    private static final String TOPIC = "01912345-0000-7000-8000-000000000002";
    private static final String OTHER_TOPIC = "01912345-0000-7000-8000-000000000001";
    private static final int PARTITIONS = 100;

    private final BufferAllocator root = new RootAllocator();
    private final MemoryObjectStore store = new MemoryObjectStore();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<ObjectRange> reads = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void nothingLeaks() {
        threads.close();
        root.close();
    }

    private static PageBuilder page(String topic, String partition, int... batches) {
        PageBuilder page = new PageBuilder(new PageKey(topic, partition, 0), ArrowBatches.schemaMessage());
        try (BufferAllocator allocator = new RootAllocator()) {
            for (int rows : batches) {
                ArrowBatches.Message batch = ArrowBatches.batch(allocator, 0, rows);
                page.add(batch.header(), List.of(batch.body()), 0, List.of());
            }
        }
        return page;
    }

    /// Stores a folio that also has a page of another topic. Returns the pages of the topic, each of which
    /// starts at `startOffset`.
    private List<PageRef> store(String key, long commit, long startOffset, int... batches) {
        List<PageBuilder> pages = new ArrayList<>(List.of(page(OTHER_TOPIC, "", 5000)));
        for (int partition = 0; partition < PARTITIONS; partition++) {
            pages.add(page(TOPIC, "p" + partition, batches));
        }
        SealedFolio folio = FolioWriter.seal(new UUID(0, commit), new UUID(0, 1).toString(), pages);
        store.create(key, folio.content());
        return folio.pages().stream()
                .filter(page -> page.entry().key().topicUid().equals(TOPIC))
                .map(page -> {
                    long start = page.entry().byteOffset();
                    return new PageRef(
                            commit,
                            new ObjectRange(key, start, start + page.entry().byteLength()),
                            page.entry().crc32c(),
                            startOffset,
                            page.builder().batches().stream()
                                    .map(PageTableTest::committed)
                                    .toList());
                })
                .toList();
    }

    private static PageBatch committed(FolioBatch batch) {
        return PageBatch.newBuilder()
                .setRows(batch.rows())
                .setTimestampMicros(7)
                .build();
    }

    /// What a scan delivers.
    ///
    /// @param rows offset and id of each row
    /// @param batches how many rows each batch has
    private record Scanned(List<String> rows, List<Integer> batches) {}

    private Scanned scan(List<PageRef> pages, boolean stored) {
        return scan(pages, stored, Joining.ACROSS_PAGES);
    }

    private Scanned scan(List<PageRef> pages, boolean stored, Joining joining) {
        List<ScanColumn> columns = new ArrayList<>();
        columns.add(
                new ScanColumn.Offset(new Field("o", FieldType.notNullable(new ArrowType.Int(Long.SIZE, true)), null)));
        if (stored) {
            columns.add(new ScanColumn.Stored(1, ArrowBatches.SCHEMA.getFields().getFirst(), Optional.empty()));
        }
        PageSource source = PageSource.of(store);
        PageTable table = new PageTable(
                pages,
                columns,
                joining,
                (key, start, into) -> {
                    reads.add(new ObjectRange(key, start, start + into.remaining()));
                    source.read(key, start, into);
                },
                new BodyCompression(1 << 20),
                root,
                threads,
                new ReadAhead(4, 8 << 20));
        List<String> rows = new ArrayList<>();
        List<Integer> batches = new ArrayList<>();
        try (ArrowTable.Scan scan = table.openScan()) {
            for (VectorSchemaRoot batch = scan.next(); batch != null; batch = scan.next()) {
                batches.add(batch.getRowCount());
                for (int row = 0; row < batch.getRowCount(); row++) {
                    rows.add(batch.getVector(0).getObject(row)
                            + (stored ? ":" + batch.getVector(1).getObject(row) : ""));
                }
            }
        }
        return new Scanned(rows, batches);
    }

    private static List<String> expected(long startOffset, boolean stored) {
        List<String> rows = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            for (int row = 0; row < 5; row++) {
                // batches of 2 and of 3 rows, both with ids from 0
                rows.add((startOffset + row) + (stored ? ":" + (row < 2 ? row : row - 2) : ""));
            }
        }
        return rows;
    }

    @Test
    void pagesOfAFolioAreReadAtOnceAndTheirSmallBatchesJoined() {
        List<PageRef> pages = new ArrayList<>(store("a", 1, 0, 2, 3));
        pages.addAll(store("b", 2, 5, 2, 3));

        Scanned scanned = scan(pages, true);

        List<String> expected = new ArrayList<>(expected(0, true));
        expected.addAll(expected(5, true));
        assertThat(scanned.rows()).isEqualTo(expected);
        assertThat(reads)
                .containsExactlyInAnyOrder(
                        new ObjectRange(
                                "a",
                                pages.getFirst().range().start(),
                                pages.get(PARTITIONS - 1).range().end()),
                        new ObjectRange(
                                "b",
                                pages.get(PARTITIONS).range().start(),
                                pages.getLast().range().end()));
        assertThat(scanned.batches()).containsExactly(5 * PARTITIONS, 5 * PARTITIONS);
    }

    @Test
    void batchesEndWherePagesDoIfTheyAreWantedSo() {
        Scanned scanned = scan(store("a", 1, 0, 2, 3), true, Joining.IN_PAGES);

        assertThat(scanned.rows()).isEqualTo(expected(0, true));
        assertThat(scanned.batches()).isEqualTo(Collections.nCopies(PARTITIONS, 5));
        assertThat(reads).hasSize(1);
    }

    @Test
    void otherOrderGivesTheSameRowsWithMoreReads() {
        List<PageRef> pages = new ArrayList<>(store("a", 1, 0, 2, 3));
        Collections.shuffle(pages, new Random(1));

        assertThat(scan(pages, true).rows()).hasSize(5 * PARTITIONS);
        assertThat(reads).hasSizeGreaterThan(PARTITIONS / 2);

        reads.clear();
        assertThat(scan(pages.stream().sorted(PageRef.FOLIO_ORDER).toList(), true)
                        .rows())
                .isEqualTo(expected(0, true));
        assertThat(reads).hasSize(1);
    }

    @Test
    void offsetsAloneTakeNoRead() {
        assertThat(scan(store("a", 1, 40, 2, 3), false).rows()).isEqualTo(expected(40, false));
        assertThat(reads).isEmpty();
    }

    @Test
    void missingOrCutFolioIsDataLoss() {
        List<PageRef> pages = store("a", 1, 0, 2);
        store.delete("a");
        assertThatThrownBy(() -> scan(pages, true))
                .isInstanceOfSatisfying(
                        WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.DATA_LOSS))
                .hasMessageContaining("missing: key=a");
        store.create("a", List.of(ByteBuffer.allocate(100)));
        assertThatThrownBy(() -> scan(pages, true))
                .isInstanceOfSatisfying(
                        WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.DATA_LOSS))
                .hasMessageContaining("cut: key=a");
    }
}
