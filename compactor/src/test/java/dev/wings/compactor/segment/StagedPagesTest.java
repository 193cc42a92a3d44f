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
package dev.wings.compactor.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.Task;
import dev.wings.common.scan.PageRef;
import dev.wings.common.scan.PageSource;
import dev.wings.common.scan.ReadAhead;
import dev.wings.common.store.ObjectRange;
import dev.wings.worker.task.TaskLease;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StagedPagesTest {

    private static final int FOLIOS = 50;
    private static final int PARTITIONS = 20;
    private static final int PAGE_BYTES = 1000;

    @TempDir
    private Path directory;

    private final BufferAllocator allocator = new RootAllocator();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger reads = new AtomicInteger();

    @AfterEach
    void nothingLeaks() {
        threads.close();
        allocator.close();
    }

    /// Each folio has a page of each partition, behind what is of other topics.
    private static List<PageRef> pages() {
        List<PageRef> pages = new ArrayList<>();
        for (int folio = 0; folio < FOLIOS; folio++) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                long start = 12 + 4096 + (long) partition * PAGE_BYTES;
                pages.add(new PageRef(
                        folio, new ObjectRange("folio-" + folio, start, start + PAGE_BYTES - 8), 0, 0, List.of()));
            }
        }
        return pages;
    }

    private static List<PageRef> partitionByPartition() {
        return pages().stream()
                .sorted(Comparator.comparingLong((PageRef page) -> page.range().start())
                        .thenComparingLong(PageRef::commitNumber))
                .toList();
    }

    private static byte content(String key, long position) {
        return (byte) (31L * key.hashCode() + 7 * position);
    }

    private void readFolio(String key, long start, ByteBuffer into) {
        reads.incrementAndGet();
        for (long position = start; into.hasRemaining(); position++) {
            into.put(content(key, position));
        }
    }

    private StagedPages copy(List<PageRef> pages, PageSource from) {
        StagedPages.Reads how = new StagedPages.Reads(from, allocator, threads, new ReadAhead(4, 60_000));
        return StagedPages.copy(pages, how, directory.resolve("pages"), new TaskLease(Task.getDefaultInstance()));
    }

    @Test
    void eachFolioIsReadOnce() {
        List<PageRef> pages = partitionByPartition();
        try (StagedPages staged = copy(pages, this::readFolio)) {
            assertThat(reads).hasValue(FOLIOS);
            for (PageRef page : pages) {
                ObjectRange range = page.range();
                ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(range.length()));
                staged.read(range.key(), range.start(), bytes);
                assertThat(bytes.hasRemaining()).isFalse();
                for (int i = 0; i < bytes.capacity(); i++) {
                    assertThat(bytes.get(i)).isEqualTo(content(range.key(), range.start() + i));
                }
            }
            assertThat(reads).hasValue(FOLIOS);
            assertThatThrownBy(() -> staged.read("folio-none", 0, ByteBuffer.allocate(1)))
                    .hasMessageContaining("folio-none");
        }
    }

    @Test
    void failureOfAReadIsThatOfTheCopy() {
        assertThatThrownBy(() -> copy(partitionByPartition(), (key, start, into) -> {
                    if (key.equals("folio-20")) {
                        throw WingsException.dataLoss("the folio is missing: " + key, null);
                    }
                    readFolio(key, start, into);
                }))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("folio-20");
        int before = reads.get();
        assertThat(before).isLessThan(FOLIOS);
        threads.close();
        assertThat(reads).as("none goes on").hasValue(before);
    }

    @Test
    void diskThatTakesNothingIsNoRoom() {
        assertThatThrownBy(() -> StagedPages.copy(
                        pages(),
                        new StagedPages.Reads(this::readFolio, allocator, threads, new ReadAhead(4, 60_000)),
                        directory.resolve("missing/pages"),
                        new TaskLease(Task.getDefaultInstance())))
                .isInstanceOfSatisfying(
                        WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.EXHAUSTED));
    }

    @Test
    void onlyWhatIsReadInAnotherOrderIsCopied() {
        assertThat(StagedPages.pays(partitionByPartition())).isTrue();
        assertThat(StagedPages.pays(pages())).isFalse();
        assertThat(StagedPages.pays(pages().subList(0, 1))).isFalse();
        assertThat(StagedPages.pays(List.of())).isFalse();
    }
}
