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

import dev.wings.common.duckdb.ArrowTable;
import java.util.List;
import java.util.concurrent.Executor;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.types.pojo.Schema;

/// The rows of pages, with the wanted columns, as often as they are asked for. Owns nothing until it is scanned.
public final class PageTable implements ArrowTable {

    /// What small batches may be joined with. (Each batch has a price of its own further on, however small it
    /// is.)
    public enum Joining {
        /// Small batches are joined with others of their page: where a page ends, a batch does.
        IN_PAGES,
        /// Small batches are joined with others that are read with them, also of other partitions.
        ACROSS_PAGES
    }

    private final List<PageRef> pages;
    private final PageDecoder decoder;
    private final PageSource source;
    private final BufferAllocator allocator;
    private final Executor fetchers;
    private final ReadAhead readAhead;

    /// All rows.
    public PageTable(
            List<PageRef> pages,
            List<ScanColumn> columns,
            Joining joining,
            PageSource source,
            CompressionCodec.Factory codecs,
            BufferAllocator allocator,
            Executor fetchers,
            ReadAhead readAhead) {
        this(pages, columns, RowFilter.ALL, joining, source, codecs, allocator, fetchers, readAhead);
    }

    /// @param pages in the order in which their rows are delivered
    /// @param columns at least one
    /// @param filter which rows may be left out
    /// @param source has all of the pages
    /// @param codecs decompress the bodies of record batches
    /// @param fetchers runs the reads of pages, each on a thread of its own
    public PageTable(
            List<PageRef> pages,
            List<ScanColumn> columns,
            RowFilter filter,
            Joining joining,
            PageSource source,
            CompressionCodec.Factory codecs,
            BufferAllocator allocator,
            Executor fetchers,
            ReadAhead readAhead) {
        this.pages = pages;
        this.decoder = new PageDecoder(columns, filter, joining, codecs, allocator);
        this.source = source;
        this.allocator = allocator;
        this.fetchers = fetchers;
        this.readAhead = readAhead;
    }

    @Override
    public Schema schema() {
        return decoder.schema();
    }

    @Override
    public Scan openScan() {
        return new PageScan(pages.iterator(), decoder, source, allocator, fetchers, readAhead);
    }
}
