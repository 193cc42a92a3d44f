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

import dev.wings.common.arrow.ArrowSchemas;
import dev.wings.common.arrow.IpcHeader;
import dev.wings.common.error.WingsException;
import dev.wings.common.folio.Page;
import dev.wings.common.folio.PageBatch;
import dev.wings.common.folio.PageReader;
import dev.wings.common.scan.PageTable.Joining;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.arrow.flatbuf.BodyCompressionMethod;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.TypeLayout;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.message.ArrowBodyCompression;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.VectorSchemaRootAppender;
import org.jspecify.annotations.Nullable;

/// Makes batches with the wanted columns out of pages: columns by field id, without copying what is not compressed,
/// and without touching what is not wanted.
final class PageDecoder {

    /// Batches are joined up to so many rows.
    private static final int JOINED_ROWS = 8192;

    /// A batch of at least so many rows is not worth the copy.
    private static final int SMALL_ROWS = 2048;

    private final List<ScanColumn> columns;
    private final Schema schema;
    private final Joining joining;
    private final CompressionCodec.Factory codecs;
    private final BufferAllocator allocator;

    PageDecoder(List<ScanColumn> columns, Joining joining, CompressionCodec.Factory codecs, BufferAllocator allocator) {
        this.columns = List.copyOf(columns);
        this.joining = joining;
        this.schema = new Schema(columns.stream().map(ScanColumn::field).toList());
        this.codecs = codecs;
        this.allocator = allocator;
    }

    Schema schema() {
        return schema;
    }

    /// Whether bytes of pages are needed at all.
    boolean readsPages() {
        return columns.stream().anyMatch(column -> column instanceof ScanColumn.Stored);
    }

    /// The batches of a run's pages. `bytes` stays the caller's; the result retains what it needs of it.
    List<VectorSchemaRoot> decode(PageRun run, ArrowBuf bytes) {
        return gather(
                run,
                (page, roots) -> decode(
                        page, bytes.slice(run.position(page), page.range().length()), roots));
    }

    private void decode(PageRef ref, ArrowBuf bytes, List<VectorSchemaRoot> roots) {
        PageReader.checkCrc(ref.range(), bytes, ref.crc32c());
        Page page = PageReader.read(ref.range(), bytes);
        if (page.batches().size() != ref.batches().size()) {
            throw damaged("page has another number of batches than was committed", ref);
        }
        List<Slot> slots = slots(page.schema(), ref);
        long offset = ref.startOffset();
        for (int i = 0; i < ref.batches().size(); i++) {
            dev.wings.common.proto.PageBatch committed = ref.batches().get(i);
            PageBatch batch = page.batches().get(i);
            if (batch.rows() != committed.getRows()) {
                throw damaged("page's batch has another number of rows than was committed", ref);
            }
            if (!committed.getSkipped()) {
                roots.add(load(batch, slots, offset, committed.getTimestampMicros()));
                offset += committed.getRows();
            }
        }
    }

    /// The rows of pages whose bytes do not matter: offsets and timestamps only.
    List<VectorSchemaRoot> describe(PageRun run) {
        return gather(run, this::describe);
    }

    private void describe(PageRef ref, List<VectorSchemaRoot> roots) {
        List<Slot> absent = Collections.nCopies(columns.size(), Slot.ABSENT);
        long offset = ref.startOffset();
        for (dev.wings.common.proto.PageBatch batch : ref.batches()) {
            if (!batch.getSkipped()) {
                int rows = Math.toIntExact(batch.getRows());
                VectorSchemaRoot root = fill(absent, rows, offset, batch.getTimestampMicros());
                roots.add(root);
                root.setRowCount(rows);
                offset += batch.getRows();
            }
        }
    }

    /// @param batches adds those of a page
    private List<VectorSchemaRoot> gather(PageRun run, BiConsumer<PageRef, List<VectorSchemaRoot>> batches) {
        List<VectorSchemaRoot> all = new ArrayList<>();
        List<VectorSchemaRoot> small = new ArrayList<>();
        try {
            for (PageRef page : run.pages()) {
                batches.accept(page, small);
                if (joining == Joining.IN_PAGES) {
                    all.addAll(joined(small));
                    small.clear();
                }
            }
            all.addAll(joined(small));
            return all;
        } catch (Throwable t) {
            close(small, t);
            close(all, t);
            throw t;
        }
    }

    /// Where a wanted column is in the messages of a page.
    ///
    /// @param node index of its first field node, -1 if the page does not have the column
    /// @param nodes how many, its children's included
    private record Slot(int node, int nodes, int buffer, int buffers) {
        static final Slot ABSENT = new Slot(-1, 0, -1, 0);
    }

    private List<Slot> slots(Schema page, PageRef ref) {
        Map<Integer, Slot> byFieldId = new HashMap<>();
        Map<Integer, Field> fields = new HashMap<>();
        int node = 0;
        int buffer = 0;
        for (Field field : page.getFields()) {
            Slot slot = new Slot(node, countNodes(field), buffer, countBuffers(field));
            node += slot.nodes();
            buffer += slot.buffers();
            ArrowSchemas.fieldId(field).ifPresent(id -> {
                byFieldId.put(id, slot);
                fields.put(id, field);
            });
        }
        List<Slot> slots = new ArrayList<>(columns.size());
        for (ScanColumn column : columns) {
            slots.add(
                    switch (column) {
                        case ScanColumn.Stored(int fieldId, Field wanted) -> {
                            checkType(fields.get(fieldId), wanted, ref);
                            yield byFieldId.getOrDefault(fieldId, Slot.ABSENT);
                        }
                        case ScanColumn.Offset ignored -> Slot.ABSENT;
                        case ScanColumn.Timestamp ignored -> Slot.ABSENT;
                    });
        }
        return slots;
    }

    private static void checkType(@Nullable Field found, Field wanted, PageRef ref) {
        if (found != null && !isSameType(found, wanted)) {
            throw damaged("page's column has another type than the topic: field=\"" + wanted.getName() + "\"", ref);
        }
    }

    private VectorSchemaRoot load(PageBatch batch, List<Slot> slots, long offset, long timestampMicros) {
        int rows = Math.toIntExact(batch.rows());
        VectorSchemaRoot root = fill(slots, rows, offset, timestampMicros);
        try {
            for (int i = 0; i < slots.size(); i++) {
                if (slots.get(i).node() >= 0) {
                    loadColumn(root.getVector(i), batch, slots.get(i), rows);
                }
            }
            root.setRowCount(rows);
            return root;
        } catch (Throwable t) {
            root.close();
            throw t;
        }
    }

    private void loadColumn(FieldVector vector, PageBatch batch, Slot slot, int rows) {
        IpcHeader.RecordBatch layout = batch.layout();
        List<ArrowFieldNode> nodes = new ArrayList<>(slot.nodes());
        for (int node = slot.node(); node < slot.node() + slot.nodes(); node++) {
            nodes.add(new ArrowFieldNode(layout.nodes()[2 * node], layout.nodes()[2 * node + 1]));
        }
        List<ArrowBuf> buffers = new ArrayList<>(slot.buffers());
        for (int buffer = slot.buffer(); buffer < slot.buffer() + slot.buffers(); buffer++) {
            buffers.add(batch.body().slice(layout.buffers()[2 * buffer], layout.buffers()[2 * buffer + 1]));
        }
        ArrowBodyCompression compression = switch (layout.compression()) {
            case NONE -> NoCompressionCodec.DEFAULT_BODY_COMPRESSION;
            case LZ4_FRAME -> new ArrowBodyCompression(CompressionType.LZ4_FRAME, BodyCompressionMethod.BUFFER);
            case ZSTD -> new ArrowBodyCompression(CompressionType.ZSTD, BodyCompressionMethod.BUFFER);
        };
        // its own root, which shares the vector: a loader loads whole roots
        VectorSchemaRoot single = new VectorSchemaRoot(List.of(vector));
        try (ArrowRecordBatch column = new ArrowRecordBatch(rows, nodes, buffers, compression, false)) {
            new VectorLoader(single, codecs).load(column);
        }
    }

    /// A root with offsets and timestamps, nulls in the columns that the page does not have, and the others empty.
    private VectorSchemaRoot fill(List<Slot> slots, int rows, long offset, long timestampMicros) {
        VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator);
        try {
            for (int i = 0; i < columns.size(); i++) {
                FieldVector vector = root.getVector(i);
                switch (columns.get(i)) {
                    case ScanColumn.Stored ignored -> {
                        if (slots.get(i).node() < 0) {
                            fillNulls(vector, rows);
                        }
                    }
                    case ScanColumn.Offset ignored -> fillOffsets((BigIntVector) vector, rows, offset);
                    case ScanColumn.Timestamp ignored ->
                        fillTimestamps((TimeStampMicroTZVector) vector, rows, timestampMicros);
                }
            }
            return root;
        } catch (Throwable t) {
            root.close();
            throw t;
        }
    }

    private static void fillNulls(FieldVector vector, int rows) {
        vector.setInitialCapacity(rows);
        vector.allocateNew();
        vector.setValueCount(rows);
    }

    private static void fillOffsets(BigIntVector vector, int rows, long offset) {
        vector.allocateNew(rows);
        ArrowBuf data = vector.getDataBuffer();
        for (int i = 0; i < rows; i++) {
            data.setLong((long) i * Long.BYTES, offset + i);
        }
        vector.getValidityBuffer().setOne(0, (rows + 7L) / 8);
        vector.setValueCount(rows);
    }

    private static void fillTimestamps(TimeStampMicroTZVector vector, int rows, long micros) {
        vector.allocateNew(rows);
        ArrowBuf data = vector.getDataBuffer();
        for (int i = 0; i < rows; i++) {
            data.setLong((long) i * Long.BYTES, micros);
        }
        vector.getValidityBuffer().setOne(0, (rows + 7L) / 8);
        vector.setValueCount(rows);
    }

    /// Joins runs of small batches. Takes over `roots`.
    private List<VectorSchemaRoot> joined(List<VectorSchemaRoot> roots) {
        List<VectorSchemaRoot> out = new ArrayList<>();
        try {
            int next = 0;
            while (next < roots.size()) {
                int end = endOfRun(roots, next);
                out.add(end == next + 1 ? roots.get(next) : join(roots.subList(next, end)));
                next = end;
            }
            return out;
        } catch (Throwable t) {
            close(out, t);
            throw t;
        }
    }

    private static int endOfRun(List<VectorSchemaRoot> roots, int start) {
        int end = start + 1;
        int rows = roots.get(start).getRowCount();
        while (end < roots.size()
                && rows < SMALL_ROWS
                && roots.get(end).getRowCount() < SMALL_ROWS
                && rows + roots.get(end).getRowCount() <= JOINED_ROWS) {
            rows += roots.get(end).getRowCount();
            end++;
        }
        return end;
    }

    private VectorSchemaRoot join(List<VectorSchemaRoot> small) {
        VectorSchemaRoot all = VectorSchemaRoot.create(schema, allocator);
        try {
            all.allocateNew();
            VectorSchemaRootAppender.append(false, all, small.toArray(VectorSchemaRoot[]::new));
            small.forEach(VectorSchemaRoot::close);
            return all;
        } catch (Throwable t) {
            all.close();
            throw t;
        }
    }

    private static void close(List<VectorSchemaRoot> roots, Throwable failure) {
        try {
            AutoCloseables.close(roots);
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }

    private static int countNodes(Field field) {
        return 1
                + field.getChildren().stream().mapToInt(PageDecoder::countNodes).sum();
    }

    private static int countBuffers(Field field) {
        return TypeLayout.getTypeBufferCount(storage(field.getType()))
                + field.getChildren().stream()
                        .mapToInt(PageDecoder::countBuffers)
                        .sum();
    }

    private static boolean isSameType(Field a, Field b) {
        if (!storage(a.getType()).equals(storage(b.getType()))
                || a.getChildren().size() != b.getChildren().size()) {
            return false;
        }
        for (int i = 0; i < a.getChildren().size(); i++) {
            if (!isSameType(a.getChildren().get(i), b.getChildren().get(i))) {
                return false;
            }
        }
        return true;
    }

    /// The type below an extension that Arrow happens to know.
    private static ArrowType storage(ArrowType type) {
        return type instanceof ArrowType.ExtensionType extension ? extension.storageType() : type;
    }

    private static WingsException damaged(String what, PageRef ref) {
        return WingsException.dataLoss(what + ": " + ref.range(), null);
    }
}
