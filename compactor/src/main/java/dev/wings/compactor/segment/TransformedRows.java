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

import dev.wings.common.duckdb.ArrowTable;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.util.SerializableFunction;
import org.jspecify.annotations.Nullable;

/// A table with further columns: Iceberg's own transforms of some of its columns, so that what is partitioned by
/// agrees with every reader, also before 1970 and where SQL has no such value.
final class TransformedRows implements ArrowTable {

    private final ArrowTable rows;
    private final List<Column> columns;
    private final BufferAllocator allocator;
    private final Schema schema;

    /// A column to add.
    ///
    /// @param source name of the column that it is computed from: a date, a timestamp or a long
    record Column(String name, String source, SerializableFunction<Object, Integer> transform) {}

    TransformedRows(ArrowTable rows, List<Column> columns, BufferAllocator allocator) {
        this.rows = rows;
        this.columns = List.copyOf(columns);
        this.allocator = allocator;
        List<Field> fields = new ArrayList<>(rows.schema().getFields());
        columns.forEach(column -> fields.add(field(column)));
        this.schema = new Schema(fields);
    }

    private static Field field(Column column) {
        return new Field(column.name(), FieldType.nullable(new ArrowType.Int(32, true)), null);
    }

    @Override
    public Schema schema() {
        return schema;
    }

    @Override
    public Scan openScan() {
        return new TransformingScan(rows.openScan());
    }

    private final class TransformingScan implements Scan {

        private final Scan source;
        private final List<IntVector> added = new ArrayList<>();

        TransformingScan(Scan source) {
            this.source = source;
        }

        @Override
        public @Nullable VectorSchemaRoot next() {
            release();
            VectorSchemaRoot batch = source.next();
            if (batch == null) {
                return null;
            }
            List<FieldVector> vectors = new ArrayList<>(batch.getFieldVectors());
            for (Column column : columns) {
                IntVector vector = new IntVector(field(column), allocator);
                added.add(vector);
                compute(column, batch.getVector(column.source()), vector, batch.getRowCount());
                vectors.add(vector);
            }
            return new VectorSchemaRoot(schema, vectors, batch.getRowCount());
        }

        @Override
        public void close() {
            release();
            source.close();
        }

        private void release() {
            added.forEach(IntVector::close);
            added.clear();
        }
    }

    private static void compute(Column column, FieldVector source, IntVector into, int rows) {
        into.allocateNew(rows);
        for (int i = 0; i < rows; i++) {
            Integer value = source.isNull(i) ? null : column.transform().apply(value(source, i));
            if (value == null) {
                into.setNull(i);
            } else {
                into.set(i, value);
            }
        }
        into.setValueCount(rows);
    }

    private static Object value(FieldVector vector, int row) {
        return switch (vector) {
            case TimeStampVector timestamps -> timestamps.get(row);
            case DateDayVector dates -> dates.get(row);
            case BigIntVector longs -> longs.get(row);
            default -> throw new IllegalStateException("nothing is computed from this type: " + vector.getField());
        };
    }
}
