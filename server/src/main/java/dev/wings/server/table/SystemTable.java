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
package dev.wings.server.table;

import dev.wings.common.duckdb.ArrowTable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// A table whose rows are made when a query starts.
///
/// @param rows makes the rows of a tenant: one array for each row, with values in the order of the columns
public record SystemTable(String name, List<SqlColumn> columns, Rows rows) implements SqlTable {

    private static final int BATCH_ROWS = 2048;

    public interface Rows {
        /// @param needs may say that some rows are not worth making; making them does no harm
        void make(String tenant, TableNeeds needs, Consumer<@Nullable Object[]> row);
    }

    public SystemTable {
        columns = List.copyOf(columns);
    }

    public static SqlColumn text(String name, String doc) {
        return SqlColumn.flat(name, "VARCHAR", true, ArrowType.Utf8.INSTANCE, doc);
    }

    public static SqlColumn integer(String name, String doc) {
        return SqlColumn.flat(name, "INTEGER", true, new ArrowType.Int(32, true), doc);
    }

    public static SqlColumn bigInt(String name, String doc) {
        return SqlColumn.flat(name, "BIGINT", true, new ArrowType.Int(64, true), doc);
    }

    public static SqlColumn instant(String name, String doc) {
        ArrowType type = new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC");
        return SqlColumn.flat(name, "TIMESTAMP WITH TIME ZONE", true, type, doc);
    }

    /// Opens the rows as they are now, as far as the tenant may see them.
    public ArrowTable open(String tenant, TableNeeds needs, BufferAllocator allocator, PlanMemory memory) {
        List<@Nullable Object[]> all = new ArrayList<>();
        rows.make(tenant, needs, row -> {
            memory.add(PlanMemory.bytesOf(row), "rows of system." + name);
            all.add(row);
        });
        List<SqlColumn> wanted = needs.columns().isEmpty() ? List.of(columns.getFirst()) : needs.columns();
        Schema schema = new Schema(wanted.stream().map(SqlColumn::stored).toList());
        int[] places = wanted.stream().mapToInt(columns::indexOf).toArray();
        return new ArrowTable() {
            @Override
            public Schema schema() {
                return schema;
            }

            @Override
            public Scan openScan() {
                return new BatchScan(all, places, VectorSchemaRoot.create(schema, allocator));
            }
        };
    }

    private static final class BatchScan implements ArrowTable.Scan {
        private final List<@Nullable Object[]> rows;
        private final int[] places;
        private final VectorSchemaRoot root;
        private int next;

        BatchScan(List<@Nullable Object[]> rows, int[] places, VectorSchemaRoot root) {
            this.rows = rows;
            this.places = places;
            this.root = root;
        }

        @Override
        public @Nullable VectorSchemaRoot next() {
            root.clear();
            if (next == rows.size()) {
                return null;
            }
            int end = Math.min(rows.size(), next + BATCH_ROWS);
            for (int column = 0; column < places.length; column++) {
                FieldVector vector = root.getVector(column);
                vector.setInitialCapacity(end - next);
                vector.allocateNew();
                for (int row = next; row < end; row++) {
                    set(vector, row - next, rows.get(row)[places[column]]);
                }
            }
            root.setRowCount(end - next);
            next = end;
            return root;
        }

        @Override
        public void close() {
            root.close();
        }

        private static void set(FieldVector vector, int row, @Nullable Object value) {
            switch (value) {
                case null -> vector.setNull(row);
                case String text -> ((VarCharVector) vector).setSafe(row, text.getBytes(StandardCharsets.UTF_8));
                case Integer number -> ((IntVector) vector).setSafe(row, number);
                case Long number -> ((BigIntVector) vector).setSafe(row, number);
                case Instant instant ->
                    ((TimeStampMicroTZVector) vector).setSafe(row, ChronoUnit.MICROS.between(Instant.EPOCH, instant));
                default -> throw new IllegalStateException("not a value of a system table: " + value.getClass());
            }
        }
    }
}
