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

import dev.wings.common.arrow.BodyCompression;
import dev.wings.common.duckdb.ArrowTable;
import dev.wings.common.scan.PageRef;
import dev.wings.common.scan.PageSource;
import dev.wings.common.scan.PageTable;
import dev.wings.common.scan.ReadAhead;
import dev.wings.worker.task.TaskLease;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.apache.arrow.memory.BufferAllocator;

/// Pages of one task as tables with all columns of the topic, read from copies on the local disk where that takes fewer
/// requests.
final class PageTables implements AutoCloseable {

    private final TableLayout layout;
    private final PageSource source;
    private final BufferAllocator memory;
    private final Executor threads;
    private final ReadAhead readAhead;
    private final TaskLease lease;
    private final Path directory;
    private final List<StagedPages> staged = new ArrayList<>();

    /// @param threads runs the reads, each on a thread of its own
    /// @param directory for the copies
    PageTables(
            TableLayout layout,
            PageSource source,
            BufferAllocator memory,
            Executor threads,
            ReadAhead readAhead,
            TaskLease lease,
            Path directory) {
        this.layout = layout;
        this.source = source;
        this.memory = memory;
        this.threads = threads;
        this.readAhead = readAhead;
        this.lease = lease;
        this.directory = directory;
    }

    /// The rows of pages in the given order, with [SegmentWriter#columns]. Owns nothing until it is scanned.
    ArrowTable open(List<TopicPage> pages) {
        List<PageRef> refs = pages.stream().map(TopicPage::ref).toList();
        return new PageTable(
                refs,
                SegmentWriter.columns(layout.topic()),
                // rows are taken partition by partition
                PageTable.Joining.IN_PAGES,
                StagedPages.pays(refs) ? stage(refs) : source,
                new BodyCompression(memory.getLimit()),
                memory,
                threads,
                readAhead);
    }

    private PageSource stage(List<PageRef> pages) {
        StagedPages copy = StagedPages.copy(
                pages,
                new StagedPages.Reads(source, memory, threads, readAhead),
                directory.resolve("pages-" + staged.size()),
                lease);
        staged.add(copy);
        return copy;
    }

    @Override
    public void close() {
        staged.forEach(StagedPages::close);
    }
}
