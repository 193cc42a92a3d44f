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
package dev.wings.cli.push;

import dev.wings.common.arrow.ArrowSchemas;
import dev.wings.common.error.WingsException;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.text.OnLoss;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.DictionaryUtility;

/// The rows of a file that has types, for a topic: columns whose values could lose digits on their way, or that are
/// written as positions in a dictionary, are made the topic's type here, where the row and the value can be named; all
/// others stay what they are.
///
/// Fails with INVALID, naming file and row, for what cannot be read or taken.
final class FittedReader extends ArrowReader {

    private final String name;
    private final ArrowReader source;
    private final List<VectorFit> fits = new ArrayList<>();
    private final List<FieldVector> own = new ArrayList<>();
    private final int batchRows;
    private final VectorSchemaRoot root;

    /// How many rows the batch of the source has; `taken` says how many of them were given out.
    private int loaded;

    private int taken;
    private long rowsBefore;
    private boolean closed;

    /// Closes `source`, also when this fails.
    ///
    /// @param batchRows how many rows a batch that is changed may have: what stands in a dictionary once can
    ///     become much
    /// @param raw see [VectorFit.Planner]
    FittedReader(
            String name,
            BufferAllocator allocator,
            ArrowReader source,
            int batchRows,
            TopicSchema topic,
            Map<Integer, RawLeaf> raw,
            OnLoss onLoss)
            throws IOException {
        super(allocator);
        this.name = name;
        this.source = source;
        this.batchRows = batchRows;
        try {
            VectorFit.Planner planner = new VectorFit.Planner(raw, source, onLoss);
            VectorSchemaRoot rows = source.getVectorSchemaRoot();
            for (FieldVector vector : rows.getFieldVectors()) {
                fits.add(planner.plan(
                        vector.getField(),
                        topic.find(vector.getName()).map(TopicField::type).orElse(null)));
            }
            if (fits.stream().allMatch(fit -> fit instanceof VectorFit.AsItIs)) {
                this.root = rows;
            } else {
                fits.forEach(fit -> own.add(fit.field().createVector(allocator)));
                this.root = new VectorSchemaRoot(own);
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /// The schema of a topic for the columns of `source`.
    static dev.wings.common.proto.Schema infer(ArrowReader source, Map<Integer, RawLeaf> raw) throws IOException {
        List<Field> fields = new ArrayList<>();
        int[] leaves = {0};
        for (Field field : source.getVectorSchemaRoot().getSchema().getFields()) {
            fields.add(meant(DictionaryUtility.toMessageFormat(field, source, new HashSet<>()), raw, leaves));
        }
        return dev.wings.common.schema.SchemaProtos.toProto(ArrowSchemas.infer(new Schema(fields)));
    }

    /// The field with the types that the values have; for decimals these are the widest that a topic has.
    private static Field meant(Field field, Map<Integer, RawLeaf> raw, int[] leaves) {
        List<Field> children = new ArrayList<>();
        field.getChildren().forEach(child -> children.add(meant(child, raw, leaves)));
        ArrowType type = field.getType();
        if (children.isEmpty()) {
            RawLeaf leaf = raw.get(leaves[0]++);
            type = leaf == null ? type : leaf.type();
        }
        if (type instanceof ArrowType.Null) {
            // pandas writes this type for a column that has no value
            type = ArrowType.Utf8.INSTANCE;
        }
        if (type instanceof ArrowType.Decimal decimal
                && decimal.getPrecision() > dev.wings.common.schema.FieldType.Decimal.MAX_PRECISION) {
            type = new ArrowType.Decimal(
                    dev.wings.common.schema.FieldType.Decimal.MAX_PRECISION, decimal.getScale(), 128);
        }
        return new Field(
                field.getName(),
                new org.apache.arrow.vector.types.pojo.FieldType(true, type, null, field.getMetadata()),
                children);
    }

    @Override
    public VectorSchemaRoot getVectorSchemaRoot() {
        return root;
    }

    @Override
    public boolean loadNextBatch() throws IOException {
        try {
            // an empty batch is not the end
            while (taken == loaded) {
                if (!source.loadNextBatch()) {
                    return false;
                }
                loaded = source.getVectorSchemaRoot().getRowCount();
                taken = 0;
                if (own.isEmpty()) {
                    taken = loaded;
                    return true;
                }
            }
            take(Math.min(batchRows, loaded - taken));
            return true;
        } catch (WingsException e) {
            throw RowFile.unreadable(name, e);
        } catch (OutOfMemoryException e) {
            throw WingsException.invalid("cannot read " + name
                    + ": a batch of it takes more memory than there is; WINGS_JAVA_OPTS=-XX:MaxDirectMemorySize=2g"
                    + " gives more");
        } catch (RuntimeException e) {
            // Arrow's reader throws these for a file that is broken inside.
            throw RowFile.unreadable(name, e);
        }
    }

    private void take(int count) {
        Rows rows = new Rows(count, taken, rowsBefore);
        List<FieldVector> vectors = vectors();
        for (int column = 0; column < own.size(); column++) {
            FieldVector target = own.get(column);
            target.clear();
            if (fits.get(column) instanceof VectorFit.AsItIs) {
                vectors.get(column).makeTransferPair(target).splitAndTransfer(taken, count);
            } else {
                // Each batch gets new memory: the last one may still be on its way.
                target.setInitialCapacity(count);
                target.allocateNew();
                fits.get(column).apply(vectors.get(column), target, rows);
            }
        }
        root.setRowCount(count);
        taken += count;
        rowsBefore += count;
    }

    private List<FieldVector> vectors() {
        try {
            return source.getVectorSchemaRoot().getFieldVectors();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Some rows of a batch.
    ///
    /// @param before how many rows the file has before these
    private record Rows(int size, int start, long before) implements VectorFit.Positions {
        @Override
        public int source(int index) {
            return start + index;
        }

        @Override
        public long row(int index) {
            return before + index + 1;
        }
    }

    @Override
    public Map<Long, Dictionary> getDictionaryVectors() throws IOException {
        return source.getDictionaryVectors();
    }

    @Override
    public Dictionary lookup(long id) {
        return source.lookup(id);
    }

    @Override
    public Set<Long> getDictionaryIds() {
        return source.getDictionaryIds();
    }

    @Override
    public long bytesRead() {
        return source.bytesRead();
    }

    @Override
    protected void closeReadSource() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        own.forEach(FieldVector::close);
        source.close();
    }

    @Override
    protected Schema readSchema() {
        return root.getSchema();
    }
}
