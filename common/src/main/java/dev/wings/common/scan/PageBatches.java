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

import dev.wings.common.folio.PageBatch;
import dev.wings.common.scan.PageTable.Joining;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/// The rows of a run of pages, batch by batch. Each batch is decoded when it is asked for, however large it
/// becomes. Small batches are joined, and large ones come in parts, so that whoever takes several at once takes
/// no more than that.
///
/// Used by one thread at a time.
final class PageBatches implements AutoCloseable {

    /// Batches are joined up to so many rows.
    private static final int JOINED_ROWS = 8192;

    /// A batch of so many rows or more is not worth the copy.
    private static final int SMALL_ROWS = 2048;

    /// A batch of more bytes comes in parts, and batches are joined up to so many bytes.
    private static final long MAX_PART_BYTES = 8 << 20;

    /// A part whose number of rows is a multiple of this needs no copy of bitmaps.
    private static final int ALIGNED_ROWS = 8;

    private final PageDecoder decoder;
    private final Joining joining;
    private final List<Source> sources;
    private final @Nullable ArrowBuf bytes;
    private int next;
    /// The columns of the source before [#next], if there is more of it.
    private List<@Nullable FieldVector> loaded = List.of();

    private int loadedRows;
    private int loadedEnd;
    private boolean closed;

    /// Rows of one batch of a page.
    ///
    /// @param page its place in the run
    /// @param batch absent if no bytes of it are needed
    /// @param bytes that the rows take in memory
    /// @param madeBytes how many of these are not in the page's own bytes
    record Source(
            int page,
            Optional<PageBatch> batch,
            List<PageDecoder.Slot> slots,
            int rows,
            long offset,
            long timestampMicros,
            long bytes,
            long madeBytes) {}

    /// @param bytes the bytes of the run, retained here; null if none are needed
    PageBatches(PageDecoder decoder, Joining joining, List<Source> sources, @Nullable ArrowBuf bytes) {
        this.decoder = decoder;
        this.joining = joining;
        this.sources = sources;
        this.bytes = bytes;
        if (bytes != null) {
            bytes.getReferenceManager().retain();
        }
    }

    /// How many bytes all rows take in memory besides the bytes of the pages.
    long madeBytes() {
        return sources.stream().mapToLong(Source::madeBytes).sum();
    }

    /// The next rows; null at the end. If this fails because there is no memory, it can be called again.
    @Nullable
    VectorSchemaRoot next() {
        while (loaded.isEmpty()) {
            if (next == sources.size()) {
                return null;
            }
            int end = endOfRun();
            if (end > next + 1) {
                List<VectorSchemaRoot> small = decode(sources.subList(next, end));
                VectorSchemaRoot joined = small.isEmpty() ? null : decoder.join(small);
                next = end;
                if (joined != null) {
                    return joined;
                }
            } else {
                load(sources.get(next));
                next++;
            }
        }
        return nextPart(sources.get(next - 1));
    }

    /// Nothing, if no row matters.
    private void load(Source source) {
        loaded = decoder.load(source);
        RowFilter.Range wanted = decoder.wanted(source, loaded);
        loadedRows = wanted.start() / ALIGNED_ROWS * ALIGNED_ROWS;
        loadedEnd = wanted.end();
        if (wanted.isEmpty()) {
            closeLoaded();
        }
    }

    /// All rows that are left. Closes this, also if it fails.
    List<VectorSchemaRoot> all() {
        List<VectorSchemaRoot> all = new ArrayList<>();
        try (PageBatches _ = this) {
            for (VectorSchemaRoot batch = next(); batch != null; batch = next()) {
                all.add(batch);
            }
            return all;
        } catch (Throwable t) {
            all.forEach(VectorSchemaRoot::close);
            throw t;
        }
    }

    private VectorSchemaRoot nextPart(Source source) {
        int rows = Math.min(rowsOfPart(source), loadedEnd - loadedRows);
        VectorSchemaRoot part = decoder.part(source, loaded, loadedRows, rows);
        loadedRows += rows;
        if (loadedRows == loadedEnd) {
            closeLoaded();
        }
        return part;
    }

    private static int rowsOfPart(Source source) {
        if (source.bytes() <= MAX_PART_BYTES) {
            return Math.max(1, source.rows());
        }
        long rowBytes = Math.ceilDiv(source.bytes(), Math.max(1, source.rows()));
        int rows = Math.clamp(MAX_PART_BYTES / rowBytes, 1, Integer.MAX_VALUE);
        return rows < ALIGNED_ROWS ? rows : rows / ALIGNED_ROWS * ALIGNED_ROWS;
    }

    /// Those of which rows matter.
    private List<VectorSchemaRoot> decode(List<Source> small) {
        List<VectorSchemaRoot> roots = new ArrayList<>();
        try {
            for (Source source : small) {
                List<@Nullable FieldVector> vectors = decoder.load(source);
                try {
                    RowFilter.Range wanted = decoder.wanted(source, vectors);
                    if (!wanted.isEmpty()) {
                        roots.add(decoder.part(source, vectors, wanted.start(), wanted.end() - wanted.start()));
                    }
                } finally {
                    close(vectors);
                }
            }
            return roots;
        } catch (Throwable t) {
            roots.forEach(VectorSchemaRoot::close);
            throw t;
        }
    }

    private int endOfRun() {
        Source first = sources.get(next);
        int end = next + 1;
        int rows = first.rows();
        long size = first.bytes();
        while (end < sources.size() && rows < SMALL_ROWS) {
            Source source = sources.get(end);
            boolean fits = source.rows() < SMALL_ROWS
                    && rows + source.rows() <= JOINED_ROWS
                    && size + source.bytes() <= MAX_PART_BYTES;
            if (!fits || (joining == Joining.IN_PAGES && source.page() != first.page())) {
                break;
            }
            rows += source.rows();
            size += source.bytes();
            end++;
        }
        return end;
    }

    private void closeLoaded() {
        close(loaded);
        loaded = List.of();
    }

    private static void close(List<@Nullable FieldVector> vectors) {
        for (FieldVector vector : vectors) {
            if (vector != null) {
                vector.close();
            }
        }
    }

    @Override
    public void close() {
        closeLoaded();
        next = sources.size();
        if (bytes != null && !closed) {
            bytes.close();
        }
        closed = true;
    }
}
