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

import dev.wings.common.arrow.MessageRoom;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/// The rows of a running statement, streamed: DuckDB computes little more than is read.
public final class Results implements AutoCloseable {

    /// A larger part, which is a single row or nearly so, is not copied into a message with others.
    private static final long MAX_COPIED_BYTES = ChunkParts.MAX_PART_BYTES;

    /// Longer than one thread takes for a chunk of rows of which none is left out.
    private static final long SPARSE_NANOS = 5_000_000;

    private final MemorySegment result;
    private final ChunkParts parts;
    private final TaskThreads helpers;
    private final BufferAllocator allocator;
    private final VectorSchemaRoot root;
    private final List<GatheredColumn> gathered;
    private final MessageRoom room = new MessageRoom();
    private final MemorySegment array;
    private int gatheredRows;
    private boolean ended;

    private Results(
            MemorySegment result,
            ChunkParts parts,
            TaskThreads helpers,
            BufferAllocator allocator,
            VectorSchemaRoot root) {
        this.result = result;
        this.parts = parts;
        this.helpers = helpers;
        this.allocator = allocator;
        this.root = root;
        this.gathered = root.getSchema().getFields().stream()
                .map(field -> new GatheredColumn(field, allocator))
                .toList();
        // The collector frees these few bytes, as it does those of the statement.
        this.array = Arena.ofAuto().allocate(CArray.STRUCT_BYTES, Long.BYTES);
    }

    /// Takes over `result`: it is destroyed with this, or here if this fails.
    ///
    /// @param helpers that work for the result: they stop when its rows come fast, and with this
    static Results open(MemorySegment result, MemorySegment options, TaskThreads helpers, BufferAllocator allocator)
            throws Throwable {
        try {
            List<ValueSize> sizes = new ArrayList<>();
            Schema schema = schema(result, options, sizes, allocator);
            return new Results(
                    result,
                    new ChunkParts(sizes, options),
                    helpers,
                    allocator,
                    VectorSchemaRoot.create(schema, allocator));
        } catch (Throwable t) {
            CApi.DESTROY_RESULT.invokeExact(result);
            throw t;
        }
    }

    /// The columns, and the rows of the chunk that [#next] loaded last.
    public VectorSchemaRoot root() {
        return root;
    }

    /// Replaces the rows of [#root] by the next ones, and returns false at the end. The first time these are
    /// about 2,000 rows, then about as many as make a mebibyte; they take no more than two mebibytes, unless
    /// one row is larger.
    public boolean next() {
        try {
            root.clear();
            while (!ended && room.hasRoom()) {
                if (!parts.hasNext() && !fetch()) {
                    checkError();
                    ended = true;
                } else if (!room.hasRoomFor(parts.nextBytes())) {
                    break;
                } else if (room.isEmpty() && parts.nextBytes() > MAX_COPIED_BYTES) {
                    importPart();
                    return true;
                } else {
                    gatherPart();
                }
            }
            return moveGathered();
        } catch (Throwable t) {
            throw CApi.unexpected(t);
        }
    }

    /// Rows that are many are made by one task, whatever others do; those that are few, here and there in what is read,
    /// by all of them, to the last.
    private boolean fetch() throws Throwable {
        long start = System.nanoTime();
        boolean fetched = parts.fetch(result);
        if (fetched && System.nanoTime() - start > SPARSE_NANOS) {
            helpers.keep();
        } else {
            helpers.stop();
        }
        return fetched;
    }

    private void checkError() throws Throwable {
        String error = CApi.text((MemorySegment) CApi.RESULT_ERROR.invokeExact(result));
        if (error != null && !error.isEmpty()) {
            throw new DuckDbException(error);
        }
    }

    private void gatherPart() throws Throwable {
        for (int from = 0; from < gathered.size(); from += ChunkParts.MAX_COLUMNS) {
            gatherColumns(from, Math.min(from + ChunkParts.MAX_COLUMNS, gathered.size()));
        }
        gatheredRows += parts.nextRows();
        parts.next();
        room.add(gathered.stream().mapToLong(GatheredColumn::bytes).sum() - room.bytes());
    }

    private void gatherColumns(int from, int to) throws Throwable {
        CArray part = new CArray(array.address());
        parts.exportColumns(from, to, array);
        try {
            for (int i = from; i < to; i++) {
                gathered.get(i).add(part.child(i - from));
            }
        } finally {
            part.release();
        }
    }

    private boolean moveGathered() {
        if (room.isEmpty()) {
            return false;
        }
        for (int i = 0; i < gathered.size(); i++) {
            gathered.get(i).moveTo(root.getVector(i));
        }
        root.setRowCount(gatheredRows);
        gatheredRows = 0;
        room.next();
        return true;
    }

    /// Makes the vectors' buffers out of those of the part, so that large values are in memory once.
    private void importPart() throws Throwable {
        try (ImportedArray imported = new ImportedArray(allocator)) {
            parts.export(imported.struct());
            imported.loadInto(root);
        }
    }

    @Override
    public void close() {
        helpers.stop();
        gathered.forEach(GatheredColumn::close);
        root.close();
        parts.close();
        try {
            CApi.DESTROY_RESULT.invokeExact(result);
        } catch (Throwable t) {
            throw CApi.unexpected(t);
        }
    }

    /// @param sizes receives the sizes of the columns
    private static Schema schema(
            MemorySegment result, MemorySegment options, List<ValueSize> sizes, BufferAllocator allocator)
            throws Throwable {
        try (Arena scope = Arena.ofConfined()) {
            int count = Math.toIntExact((long) CApi.RESULT_COLUMN_COUNT.invokeExact(result));
            MemorySegment types = scope.allocate(ADDRESS, count);
            List<String> names = new ArrayList<>(count);
            try {
                for (int i = 0; i < count; i++) {
                    names.add(CApi.textOrEmpty((MemorySegment) CApi.RESULT_COLUMN_NAME.invokeExact(result, (long) i)));
                    types.setAtIndex(
                            ADDRESS, i, (MemorySegment) CApi.RESULT_COLUMN_LOGICAL_TYPE.invokeExact(result, (long) i));
                    sizes.add(ValueSize.of(types.getAtIndex(ADDRESS, i)));
                }
                return ArrowTypes.schema(options, types, names, allocator);
            } finally {
                ArrowTypes.destroy(types, count);
            }
        }
    }
}
