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
import dev.wings.common.arrow.ConstantColumns;
import dev.wings.common.arrow.IpcHeader;
import dev.wings.common.error.WingsException;
import dev.wings.common.folio.Page;
import dev.wings.common.folio.PageBatch;
import dev.wings.common.folio.PageReader;
import dev.wings.common.scan.PageTable.Joining;
import dev.wings.common.schema.DefaultValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.arrow.flatbuf.BodyCompressionMethod;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.TypeLayout;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.BaseRepeatedValueVector;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.message.ArrowBodyCompression;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.VectorSchemaRootAppender;
import org.jspecify.annotations.Nullable;

/// Makes batches with the wanted columns out of pages. Columns are found by field id; what is not compressed is
/// not copied, and what is not wanted is not touched.
final class PageDecoder {

    private final List<ScanColumn> columns;
    private final Schema schema;
    private final RowFilter filter;
    private final Joining joining;
    private final CompressionCodec.Factory codecs;
    private final BufferAllocator allocator;

    PageDecoder(
            List<ScanColumn> columns,
            RowFilter filter,
            Joining joining,
            CompressionCodec.Factory codecs,
            BufferAllocator allocator) {
        this.columns = List.copyOf(columns);
        this.filter = filter;
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

    /// Takes the pages of a run apart; rows are decoded when they are asked for. `bytes` stays the caller's,
    /// and is retained until the result is closed.
    PageBatches open(PageRun run, ArrowBuf bytes) {
        List<PageBatches.Source> sources = new ArrayList<>();
        for (int i = 0; i < run.pages().size(); i++) {
            PageRef page = run.pages().get(i);
            add(i, page, bytes.slice(run.position(page), page.range().length()), sources);
        }
        return new PageBatches(this, joining, sources, bytes);
    }

    private void add(int number, PageRef ref, ArrowBuf bytes, List<PageBatches.Source> sources) {
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
                sources.add(source(number, Optional.of(batch), slots, committed, offset));
                offset += committed.getRows();
            }
        }
    }

    /// The rows of pages whose bytes do not matter: offsets and timestamps only.
    PageBatches describe(PageRun run) {
        List<Slot> absent = Collections.nCopies(columns.size(), Slot.ABSENT);
        List<PageBatches.Source> sources = new ArrayList<>();
        for (int i = 0; i < run.pages().size(); i++) {
            PageRef ref = run.pages().get(i);
            long offset = ref.startOffset();
            for (dev.wings.common.proto.PageBatch committed : ref.batches()) {
                if (!committed.getSkipped()) {
                    sources.add(source(i, Optional.empty(), absent, committed, offset));
                    offset += committed.getRows();
                }
            }
        }
        return new PageBatches(this, joining, sources, null);
    }

    private PageBatches.Source source(
            int page,
            Optional<PageBatch> batch,
            List<Slot> slots,
            dev.wings.common.proto.PageBatch committed,
            long offset) {
        long stored = 0;
        long made = 0;
        for (int i = 0; i < slots.size(); i++) {
            if (slots.get(i).node() < 0) {
                made += committed.getRows() * rowBytes(columns.get(i));
            } else {
                long kept = bytes(batch.orElseThrow(), slots.get(i), false);
                long decompressed = bytes(batch.orElseThrow(), slots.get(i), true);
                stored += kept;
                made += decompressed;
                if (slots.get(i).older().isPresent()) {
                    // no type becomes more than twice as wide
                    made += 2 * (kept + decompressed)
                            + committed.getRows() * rowBytes(columns.get(i).field());
                }
            }
        }
        return new PageBatches.Source(
                page,
                batch,
                slots,
                Math.toIntExact(committed.getRows()),
                offset,
                committed.getTimestampMicros(),
                stored + made,
                made);
    }

    /// What the buffers of a column take in memory.
    ///
    /// @param compressed count those that have to be decompressed, else the others, which stay where they are
    private static long bytes(PageBatch batch, Slot slot, boolean compressed) {
        IpcHeader.RecordBatch layout = batch.layout();
        long sum = 0;
        for (int buffer = slot.buffer(); buffer < slot.buffer() + slot.buffers(); buffer++) {
            long start = layout.buffers()[2 * buffer];
            long length = layout.buffers()[2 * buffer + 1];
            boolean packed = layout.compression() != IpcHeader.Compression.NONE && length >= Long.BYTES;
            long claimed = packed ? batch.body().getLong(start) : CompressionUtil.NO_COMPRESSION_LENGTH;
            boolean grows = claimed != CompressionUtil.NO_COMPRESSION_LENGTH;
            if (grows == compressed) {
                sum += grows ? Math.max(0, claimed) : length;
            }
        }
        return sum;
    }

    /// How many bytes [#fill] allocates for each row, roughly.
    private static long rowBytes(ScanColumn column) {
        return column instanceof ScanColumn.Stored stored && stored.absent().isPresent()
                ? ConstantColumns.rowBytes(stored.absent().get())
                : rowBytes(column.field());
    }

    private static long rowBytes(Field field) {
        return switch (PageFit.storage(field.getType())) {
            case ArrowType.FixedSizeBinary fixed -> 1L + fixed.getByteWidth();
            case ArrowType.Struct ignored -> 1 + childBytes(field);
            case ArrowType.List ignored -> 5 + BaseRepeatedValueVector.DEFAULT_REPEAT_PER_RECORD * childBytes(field);
            case ArrowType.Map ignored -> 5 + BaseRepeatedValueVector.DEFAULT_REPEAT_PER_RECORD * childBytes(field);
            case ArrowType.Decimal ignored -> 17;
            case ArrowType.Utf8 ignored -> 13;
            case ArrowType.Binary ignored -> 13;
            default -> 9;
        };
    }

    private static long childBytes(Field field) {
        return field.getChildren().stream().mapToLong(PageDecoder::rowBytes).sum();
    }

    /// The wanted columns that the page of a source has, with all of its rows; null for the others.
    List<@Nullable FieldVector> load(PageBatches.Source source) {
        List<@Nullable FieldVector> loaded = new ArrayList<>();
        try {
            for (int i = 0; i < columns.size(); i++) {
                Slot slot = source.slots().get(i);
                if (slot.node() < 0) {
                    loaded.add(null);
                } else {
                    FieldVector vector = columns.get(i).field().createVector(allocator);
                    loaded.add(vector);
                    load(vector, source.batch().orElseThrow(), slot, source.rows());
                }
            }
            return loaded;
        } catch (Throwable t) {
            loaded.forEach(vector -> close(vector, t));
            throw t;
        }
    }

    private void load(FieldVector vector, PageBatch batch, Slot slot, int rows) {
        if (slot.older().isEmpty()) {
            loadColumn(vector, batch, slot, rows);
            return;
        }
        try (FieldVector older = slot.older().get().createVector(allocator)) {
            loadColumn(older, batch, slot, rows);
            PageFit.convert(older, vector);
        }
    }

    /// The rows of a source that may matter.
    ///
    /// @param loaded by [#load], whole
    RowFilter.Range wanted(PageBatches.Source source, List<@Nullable FieldVector> loaded) {
        return source.batch().isEmpty()
                ? new RowFilter.Range(0, source.rows())
                : filter.of(Collections.unmodifiableList(loaded), source.rows());
    }

    /// Rows `[start, start + rows)` of a source. If this fails, it can be tried again.
    ///
    /// @param loaded the columns that [#load] gave; they stay the caller's, except what becomes a column of the
    ///     result as it is
    VectorSchemaRoot part(PageBatches.Source source, List<@Nullable FieldVector> loaded, int start, int rows) {
        List<@Nullable FieldVector> made = new ArrayList<>();
        try {
            for (int i = 0; i < columns.size(); i++) {
                made.add(make(columns.get(i), loaded.get(i), source, start, rows));
            }
        } catch (Throwable t) {
            made.forEach(vector -> close(vector, t));
            throw t;
        }
        List<FieldVector> vectors = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            FieldVector vector = made.get(i);
            vectors.add(vector != null ? vector : Objects.requireNonNull(loaded.set(i, null)));
        }
        return new VectorSchemaRoot(schema, vectors, rows);
    }

    /// Makes the rows of one column; null if they are all of a loaded column.
    private @Nullable FieldVector make(
            ScanColumn column, @Nullable FieldVector whole, PageBatches.Source source, int start, int rows) {
        if (whole != null && rows == source.rows()) {
            return null;
        }
        FieldVector vector = column.field().createVector(allocator);
        try {
            if (whole == null) {
                fill(column, vector, rows, source.offset() + start, source.timestampMicros());
            } else {
                whole.makeTransferPair(vector).splitAndTransfer(start, rows);
            }
            return vector;
        } catch (Throwable t) {
            vector.close();
            throw t;
        }
    }

    private static void close(@Nullable FieldVector vector, Throwable failure) {
        if (vector != null) {
            try {
                vector.close();
            } catch (RuntimeException e) {
                failure.addSuppressed(e);
            }
        }
    }

    /// Where a wanted column is in the messages of a page.
    ///
    /// @param node index of its first field node, -1 if the page does not have the column
    /// @param nodes how many, its children's included
    /// @param older the column as the page has it, if it was another one in the version of the topic's schema
    ///     that the page was written under
    record Slot(int node, int nodes, int buffer, int buffers, Optional<Field> older) {
        static final Slot ABSENT = new Slot(-1, 0, -1, 0, Optional.empty());

        Slot of(Field page) {
            return new Slot(node, nodes, buffer, buffers, Optional.of(PageFit.stored(page)));
        }
    }

    private List<Slot> slots(Schema page, PageRef ref) {
        Map<Integer, Slot> byFieldId = new HashMap<>();
        Map<Integer, Field> fields = new HashMap<>();
        int node = 0;
        int buffer = 0;
        for (Field field : page.getFields()) {
            Slot slot = new Slot(node, countNodes(field), buffer, countBuffers(field), Optional.empty());
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
                        case ScanColumn.Stored(int fieldId, Field wanted, Optional<DefaultValue> ignored) ->
                            fitting(byFieldId.get(fieldId), fields.get(fieldId), wanted, ref);
                        case ScanColumn.Offset ignored -> Slot.ABSENT;
                        case ScanColumn.Timestamp ignored -> Slot.ABSENT;
                    });
        }
        return slots;
    }

    /// @param slot null if the page does not have the column
    private static Slot fitting(@Nullable Slot slot, @Nullable Field found, Field wanted, PageRef ref) {
        if (slot == null || found == null) {
            return Slot.ABSENT;
        }
        if (PageFit.isSame(found, wanted)) {
            return slot;
        }
        if (!PageFit.fits(found, wanted)) {
            throw damaged("page's column has another type than the topic: field=\"" + wanted.getName() + "\"", ref);
        }
        return slot.of(found);
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
        // The vector gets a root of its own, which shares it, because a loader loads whole roots.
        VectorSchemaRoot single = new VectorSchemaRoot(List.of(vector));
        try (ArrowRecordBatch column = new ArrowRecordBatch(rows, nodes, buffers, compression, false)) {
            new VectorLoader(single, codecs).load(column);
        }
    }

    /// A column that the page does not have: the offset, the timestamp, what the column had when it was added,
    /// or nulls.
    private static void fill(ScanColumn column, FieldVector vector, int rows, long offset, long timestampMicros) {
        switch (column) {
            case ScanColumn.Stored stored ->
                stored.absent()
                        .ifPresentOrElse(
                                value -> ConstantColumns.fill(vector, value, rows), () -> fillNulls(vector, rows));
            case ScanColumn.Offset ignored -> fillOffsets((BigIntVector) vector, rows, offset);
            case ScanColumn.Timestamp ignored -> fillTimestamps((TimeStampMicroTZVector) vector, rows, timestampMicros);
        }
    }

    static void fillNulls(FieldVector vector, int rows) {
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

    /// Takes over `small`.
    VectorSchemaRoot join(List<VectorSchemaRoot> small) {
        VectorSchemaRoot all = VectorSchemaRoot.create(schema, allocator);
        try {
            all.allocateNew();
            VectorSchemaRootAppender.append(false, all, small.toArray(VectorSchemaRoot[]::new));
            small.forEach(VectorSchemaRoot::close);
            return all;
        } catch (Throwable t) {
            all.close();
            small.forEach(VectorSchemaRoot::close);
            throw t;
        }
    }

    private static int countNodes(Field field) {
        return 1
                + field.getChildren().stream().mapToInt(PageDecoder::countNodes).sum();
    }

    private static int countBuffers(Field field) {
        return TypeLayout.getTypeBufferCount(PageFit.storage(field.getType()))
                + field.getChildren().stream()
                        .mapToInt(PageDecoder::countBuffers)
                        .sum();
    }

    private static WingsException damaged(String what, PageRef ref) {
        return WingsException.dataLoss(what + ": " + ref.range(), null);
    }
}
