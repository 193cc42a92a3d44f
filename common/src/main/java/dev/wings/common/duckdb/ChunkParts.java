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
package dev.wings.common.duckdb;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.wings.common.arrow.MessageRoom;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// The chunks of a result, given out as Arrow arrays of a bounded size: of a chunk's 2,048 rows, as many at once as
/// fit, and at least one. A value that rows share is there once in a chunk, but once for each row in Arrow.
@SuppressWarnings("restricted")
final class ChunkParts implements AutoCloseable {

    /// Two parts of this size make one message.
    static final long MAX_PART_BYTES = MessageRoom.MAX_BYTES / 2;

    /// How many columns are exported at once: DuckDB makes room for 2,048 rows of each, however few the part has.
    static final int MAX_COLUMNS = 64;

    private final List<ValueSize> columns;

    /// How many bytes the columns whose values are all of one size take for each row.
    private final long fixedRowBytes;

    private final boolean allFixed;
    private final MemorySegment options;
    private final MemorySegment chunk;
    private int rows;

    /// How many bytes the other columns take for each row.
    private long[] rowBytes = {};

    private int position;
    private int endOfPart;
    private long partBytes;

    /// @param columns in order
    ChunkParts(List<ValueSize> columns, MemorySegment options) {
        this.columns = columns;
        this.fixedRowBytes = columns.stream()
                .mapToLong(column -> column instanceof ValueSize.Constant constant ? constant.bytes() : 0)
                .sum();
        this.allFixed = columns.stream().allMatch(ValueSize.Constant.class::isInstance);
        this.options = options;
        // The collector frees these few bytes, as it does those of the statement.
        this.chunk = Arena.ofAuto().allocate(ADDRESS);
    }

    /// Whether the chunk has another part.
    boolean hasNext() {
        return position < rows;
    }

    /// Goes on to the next chunk, of which there is at least one part; false at the end of the result.
    boolean fetch(MemorySegment result) throws Throwable {
        destroyChunk();
        chunk.set(ADDRESS, 0, (MemorySegment) CApi.FETCH_CHUNK.invokeExact(result));
        if (handle().address() == 0) {
            return false;
        }
        rows = Math.toIntExact((long) CApi.CHUNK_SIZE.invokeExact(handle()));
        rowBytes = new long[allFixed ? 0 : rows];
        for (int i = 0; i < columns.size(); i++) {
            if (!(columns.get(i) instanceof ValueSize.Constant)) {
                columns.get(i).add((MemorySegment) CApi.CHUNK_VECTOR.invokeExact(handle(), (long) i), rowBytes);
            }
        }
        findPart();
        return true;
    }

    /// How large the next part is, roughly.
    long nextBytes() {
        return partBytes;
    }

    int nextRows() {
        return endOfPart - position;
    }

    /// Exports the next part of the chunk, and goes on to the part after it.
    void export(MemorySegment array) throws Throwable {
        exportColumns(0, columns.size(), array);
        next();
    }

    /// Exports these columns of the next part of the chunk, which stays the next part until [#next].
    void exportColumns(int from, int to, MemorySegment array) throws Throwable {
        boolean whole = position == 0 && endOfPart == rows && from == 0 && to == columns.size();
        if (whole) {
            ArrowTypes.check((MemorySegment) CApi.CHUNK_TO_ARROW.invokeExact(options, handle(), array));
        } else {
            exportRows(from, to, array);
        }
    }

    /// Goes on to the part after the next one.
    void next() throws Throwable {
        position = endOfPart;
        if (hasNext()) {
            findPart();
        } else {
            destroyChunk();
        }
    }

    private void findPart() {
        endOfPart = position;
        partBytes = 0;
        while (endOfPart < rows) {
            long bytes = fixedRowBytes + (allFixed ? 0 : rowBytes[endOfPart]);
            if (endOfPart > position && partBytes + bytes > MAX_PART_BYTES) {
                return;
            }
            partBytes += bytes;
            endOfPart++;
        }
    }

    private void exportRows(int from, int to, MemorySegment array) throws Throwable {
        int count = to - from;
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment types = scope.allocate(ADDRESS, count);
            MemorySegment part = scope.allocate(ADDRESS);
            MemorySegment selection = (MemorySegment) CApi.CREATE_SELECTION.invokeExact((long) nextRows());
            try {
                for (int i = 0; i < count; i++) {
                    types.setAtIndex(ADDRESS, i, (MemorySegment) CApi.VECTOR_TYPE.invokeExact(column(from + i)));
                }
                part.set(ADDRESS, 0, (MemorySegment) CApi.CREATE_CHUNK.invokeExact(types, (long) count));
                if (part.get(ADDRESS, 0).address() == 0) {
                    throw new DuckDbException("Out of Memory Error: there is no room for a part of a result");
                }
                select(position, endOfPart, selection);
                exportSelected(part.get(ADDRESS, 0), from, count, selection, array);
            } finally {
                CApi.DESTROY_CHUNK.invokeExact(part);
                CApi.DESTROY_SELECTION.invokeExact(selection);
                ArrowTypes.destroy(types, count);
            }
        }
    }

    private static void select(int start, int end, MemorySegment selection) throws Throwable {
        MemorySegment rows = ((MemorySegment) CApi.SELECTION_DATA.invokeExact(selection))
                .reinterpret((end - start) * (long) Integer.BYTES);
        for (int row = start; row < end; row++) {
            rows.setAtIndex(JAVA_INT, row - start, row);
        }
    }

    private void exportSelected(MemorySegment part, int from, int count, MemorySegment selection, MemorySegment array)
            throws Throwable {
        long selected = nextRows();
        for (int i = 0; i < count; i++) {
            MemorySegment to = (MemorySegment) CApi.CHUNK_VECTOR.invokeExact(part, (long) i);
            CApi.REFERENCE_VECTOR.invokeExact(to, column(from + i));
            CApi.SLICE_VECTOR.invokeExact(to, selection, selected);
        }
        CApi.SET_CHUNK_SIZE.invokeExact(part, selected);
        ArrowTypes.check((MemorySegment) CApi.CHUNK_TO_ARROW.invokeExact(options, part, array));
    }

    private MemorySegment column(int column) throws Throwable {
        return (MemorySegment) CApi.CHUNK_VECTOR.invokeExact(handle(), (long) column);
    }

    private MemorySegment handle() {
        return chunk.get(ADDRESS, 0);
    }

    private void destroyChunk() throws Throwable {
        rows = 0;
        position = 0;
        if (handle().address() != 0) {
            CApi.DESTROY_CHUNK.invokeExact(chunk);
        }
    }

    @Override
    public void close() {
        try {
            destroyChunk();
        } catch (Throwable t) {
            throw CApi.unexpected(t);
        }
    }
}
