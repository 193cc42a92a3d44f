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
import dev.wings.common.schema.TopicSchema;
import java.io.IOException;
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

/// The rows of a file that has types, for a topic: columns whose values could lose digits on their way are made the
/// topic's type here, where the row and the value can be named; all others stay what they are.
///
/// Fails with INVALID, naming file and row, for what cannot be read or taken.
final class FittedReader extends ArrowReader {

    private final String name;
    private final ArrowReader source;
    private final List<VectorFit> fits = new ArrayList<>();
    private final List<FieldVector> own = new ArrayList<>();
    private final VectorSchemaRoot root;
    private long rowsBefore;
    private boolean closed;

    /// Closes `source`, also when this fails.
    ///
    /// @param raw see [VectorFit.Planner]
    FittedReader(
            String name,
            BufferAllocator allocator,
            ArrowReader source,
            TopicSchema topic,
            Map<Integer, RawLeaf> raw,
            OnLoss onLoss)
            throws IOException {
        super(allocator);
        this.name = name;
        this.source = source;
        try {
            VectorFit.Planner planner = new VectorFit.Planner(raw, onLoss);
            List<FieldVector> vectors = new ArrayList<>();
            for (FieldVector vector : source.getVectorSchemaRoot().getFieldVectors()) {
                VectorFit fit = planner.plan(
                        vector.getField(),
                        topic.find(vector.getName())
                                .map(dev.wings.common.schema.Field::type)
                                .orElse(null));
                fits.add(fit);
                if (fit instanceof VectorFit.AsItIs) {
                    vectors.add(vector);
                } else {
                    FieldVector made = fit.field().createVector(allocator);
                    own.add(made);
                    vectors.add(made);
                }
            }
            this.root = new VectorSchemaRoot(vectors);
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

    /// The field with the types that the values have, of decimals the widest that a topic has.
    private static Field meant(Field field, Map<Integer, RawLeaf> raw, int[] leaves) {
        List<Field> children = new ArrayList<>();
        field.getChildren().forEach(child -> children.add(meant(child, raw, leaves)));
        ArrowType type = field.getType();
        if (children.isEmpty()) {
            RawLeaf leaf = raw.get(leaves[0]++);
            type = leaf == null ? type : leaf.type();
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
            if (!source.loadNextBatch()) {
                return false;
            }
            VectorSchemaRoot rows = source.getVectorSchemaRoot();
            int count = rows.getRowCount();
            Rows all = new Rows(count, rowsBefore);
            for (int column = 0, made = 0; column < fits.size(); column++) {
                if (!(fits.get(column) instanceof VectorFit.AsItIs)) {
                    FieldVector target = own.get(made++);
                    // new memory for each batch: the last one may still be on its way
                    target.clear();
                    target.setInitialCapacity(count);
                    target.allocateNew();
                    fits.get(column).apply(rows.getVector(column), target, all);
                }
            }
            root.setRowCount(count);
            rowsBefore += count;
            return true;
        } catch (WingsException e) {
            throw RowFile.unreadable(name, e);
        } catch (OutOfMemoryException e) {
            throw WingsException.invalid("cannot read " + name
                    + ": a batch of it takes more memory than there is; WINGS_JAVA_OPTS=-XX:MaxDirectMemorySize=2g"
                    + " gives more");
        } catch (RuntimeException e) {
            // what Arrow's reader says of a file that is broken inside
            throw RowFile.unreadable(name, e);
        }
    }

    /// All rows of a batch.
    private record Rows(int size, long before) implements VectorFit.Positions {
        @Override
        public int source(int index) {
            return index;
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
