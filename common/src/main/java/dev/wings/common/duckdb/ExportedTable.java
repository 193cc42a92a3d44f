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
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.ToIntBiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.arrow.c.ArrowArray;
import org.apache.arrow.c.ArrowSchema;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// A table as a `struct ArrowArrayStream` of the Arrow C stream interface. It is made with its columns; an
/// [ArrowTable] with the rows is attached later, and may be replaced by another.
///
/// DuckDB copies the struct for each scan and reads through the copy, without telling the producer that a scan
/// starts. A plain one-shot stream would give the second scan of a self join what the first left over: wrong rows, no
/// error. So the struct has `private_data` 0, and the first `get_next` through a copy writes the number of the scan
/// that it opens into the copy's: whoever comes with 0 is a new scan.
///
/// DuckDB also believes that the producer delivers only the columns that a plan needs, and only the rows that its
/// filters let through, without telling which. So the stream has one column, a struct of the table's columns, and
/// [#viewSql] takes it apart behind a barrier that lets no filter through: a sample of all rows. The members of the
/// struct have names of our own, which DuckDB does not take for each other whatever the columns are called.
@SuppressWarnings("restricted")
final class ExportedTable implements AutoCloseable {

    private static final String ROW = "__row__";

    /// How many columns a struct has at most. DuckDB keeps for each column that a thread takes out of a struct
    /// some bytes for each member of the struct: of a struct of 2,000 members, more than 100 MiB.
    private static final int MAX_MEMBERS = 64;

    private static final long STRUCT_BYTES = 40;
    private static final long GET_SCHEMA = 0;
    private static final long GET_NEXT = 8;
    private static final long GET_LAST_ERROR = 16;
    private static final long RELEASE = 24;
    private static final long PRIVATE_DATA = 32;

    private static final long MAX_SCHEMA_BYTES = 64 << 20;
    private static final long SCHEMA_STRUCT_BYTES = 72;
    private static final long SCHEMA_RELEASE = 56;
    private static final long SCHEMA_PRIVATE_DATA = 64;

    /// `EIO`
    private static final int FAILED = 5;

    private static final Linker LINKER = Linker.nativeLinker();

    private final Schema columns;
    private final BufferAllocator schemaMemory = new RootAllocator(MAX_SCHEMA_BYTES);
    private final ArrowSchema schema;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment struct;
    private final MemorySegment errorText;
    private final MemorySegment schemaRelease;
    private @Nullable Reading reading;

    /// @param columns of the table
    ExportedTable(Schema columns) {
        this.columns = columns;
        this.struct = arena.allocate(STRUCT_BYTES, 8);
        this.schema = ArrowSchema.allocateNew(schemaMemory);
        Field row = new Field(ROW, FieldType.nullable(ArrowType.Struct.INSTANCE), members(columns));
        Data.exportSchema(schemaMemory, new Schema(List.of(row)), null, schema);
        this.schemaRelease = releasing(
                copy -> copy.reinterpret(SCHEMA_STRUCT_BYTES).set(ADDRESS, SCHEMA_RELEASE, MemorySegment.NULL));
        this.errorText = arena.allocateFrom("the scan of a topic failed");
        struct.set(ADDRESS, GET_SCHEMA, producer((stream, out) -> copySchema(out)));
        struct.set(ADDRESS, GET_NEXT, producer(this::next));
        struct.set(ADDRESS, GET_LAST_ERROR, description(stream -> errorText));
        // scans are closed with their rows, and DuckDB never releases its copies
        struct.set(ADDRESS, RELEASE, releasing(stream -> {}));
        struct.set(JAVA_LONG, PRIVATE_DATA, 0);
    }

    /// Gives the table its rows.
    ///
    /// @param allocator what is handed to DuckDB is counted here
    synchronized void attach(ArrowTable table, BufferAllocator allocator) {
        if (reading != null || !table.schema().equals(columns)) {
            throw new IllegalStateException("other rows than the table is for: expected=" + columns + ", found="
                    + table.schema() + ", attached=" + (reading != null));
        }
        reading = new Reading(table, allocator);
    }

    /// Lets go of the rows. DuckDB must have let go of all statements and results that read them before.
    void detach() {
        Reading last;
        synchronized (this) {
            last = reading;
            reading = null;
        }
        if (last != null) {
            last.close();
        }
    }

    Schema columns() {
        return columns;
    }

    /// The query that gives the table's columns, from the view `stream` that DuckDB makes of [#struct].
    String viewSql(String stream) {
        return "SELECT "
                + IntStream.range(0, columns.getFields().size())
                        .mapToObj(i -> "struct_extract(" + struct(i) + ", '" + member(i) + "') AS \""
                                + columns.getFields().get(i).getName().replace("\"", "\"\"") + '"')
                        .collect(Collectors.joining(", "))
                + " FROM " + stream + " TABLESAMPLE SYSTEM(100 PERCENT)";
    }

    private static String member(int column) {
        return "c" + column;
    }

    private static String group(int column) {
        return "g" + column / MAX_MEMBERS;
    }

    private boolean isGrouped() {
        return isGrouped(columns);
    }

    private static boolean isGrouped(Schema columns) {
        return columns.getFields().size() > MAX_MEMBERS;
    }

    /// The struct that a column is a member of.
    private String struct(int column) {
        return isGrouped() ? "struct_extract(" + ROW + ", '" + group(column) + "')" : ROW;
    }

    /// The members of the row: the columns, or structs of them.
    private static List<Field> members(Schema columns) {
        List<Field> members = new ArrayList<>();
        for (Field column : columns.getFields()) {
            members.add(new Field(member(members.size()), column.getFieldType(), column.getChildren()));
        }
        if (!isGrouped(columns)) {
            return members;
        }
        List<Field> groups = new ArrayList<>();
        for (int start = 0; start < members.size(); start += MAX_MEMBERS) {
            groups.add(new Field(
                    group(start),
                    FieldType.nullable(ArrowType.Struct.INSTANCE),
                    members.subList(start, Math.min(start + MAX_MEMBERS, members.size()))));
        }
        return groups;
    }

    MemorySegment struct() {
        return struct;
    }

    /// Why a scan of the rows failed, if one did; DuckDB's own message only says that one failed.
    synchronized Optional<Throwable> failure() {
        return Optional.ofNullable(reading).map(Reading::failure);
    }

    /// Closes the stream. DuckDB must have let go of all views, statements and results that read it before.
    @Override
    public void close() {
        try {
            detach();
        } finally {
            schema.release();
            schema.close();
            schemaMemory.close();
            arena.close();
        }
    }

    /// The rows that the table has for now, and all scans of them.
    private static final class Reading implements AutoCloseable {
        private final ArrowTable table;
        private final BufferAllocator allocator;
        private final StructVector row;
        private final VectorSchemaRoot rows;

        /// The row, and the structs in it that have its columns, if they are many.
        private final List<StructVector> structs = new ArrayList<>();

        private final List<ArrowTable.Scan> scans = new ArrayList<>();
        private @Nullable Throwable failure;

        Reading(ArrowTable table, BufferAllocator allocator) {
            this.table = table;
            this.allocator = allocator;
            this.row = StructVector.empty(ROW, allocator);
            row.initializeChildrenFromFields(members(table.schema()));
            this.rows = new VectorSchemaRoot(List.of(row));
            structs.add(row);
            if (isGrouped(table.schema())) {
                row.getChildrenFromFields().forEach(group -> structs.add((StructVector) group));
            }
        }

        private ValueVector member(int column) {
            return structs.size() == 1
                    ? row.getChildByOrdinal(column)
                    : structs.get(1 + column / MAX_MEMBERS).getChildByOrdinal(column % MAX_MEMBERS);
        }

        /// The scan that a copy of the struct reads.
        synchronized ArrowTable.Scan scanOf(MemorySegment copy) {
            long number = copy.get(JAVA_LONG, PRIVATE_DATA);
            if (number == 0) {
                scans.add(table.openScan());
                number = scans.size();
                copy.set(JAVA_LONG, PRIVATE_DATA, number);
            }
            return scans.get((int) number - 1);
        }

        synchronized void export(VectorSchemaRoot batch, ArrowArray array) {
            rows.clear();
            for (int i = 0; i < batch.getFieldVectors().size(); i++) {
                batch.getVector(i).makeTransferPair(member(i)).transfer();
            }
            for (StructVector struct : structs) {
                struct.setInitialCapacity(batch.getRowCount());
            }
            row.setValueCount(batch.getRowCount());
            for (StructVector struct : structs) {
                struct.getValidityBuffer().setOne(0, (batch.getRowCount() + 7L) / 8);
            }
            rows.setRowCount(batch.getRowCount());
            Data.exportVectorSchemaRoot(allocator, rows, null, array);
            rows.clear();
        }

        synchronized void fail(Throwable t) {
            if (failure == null) {
                failure = t;
            }
        }

        synchronized @Nullable Throwable failure() {
            return failure;
        }

        @Override
        public void close() {
            List<ArrowTable.Scan> open;
            synchronized (this) {
                open = List.copyOf(scans);
                scans.clear();
            }
            try {
                open.forEach(ArrowTable.Scan::close);
            } finally {
                rows.close();
            }
        }
    }

    // Callbacks follow. An exception that leaves one of them ends the JVM.

    /// Hands out copies of one schema that this keeps: `duckdb_arrow_scan` releases none that it gets.
    private int copySchema(MemorySegment out) {
        try {
            MemorySegment copy = out.reinterpret(SCHEMA_STRUCT_BYTES);
            copy.copyFrom(MemorySegment.ofAddress(schema.memoryAddress()).reinterpret(SCHEMA_STRUCT_BYTES));
            copy.set(ADDRESS, SCHEMA_RELEASE, schemaRelease);
            copy.set(JAVA_LONG, SCHEMA_PRIVATE_DATA, 0);
            return 0;
        } catch (Throwable t) {
            return failed(t);
        }
    }

    private int next(MemorySegment stream, MemorySegment out) {
        Reading now = current();
        if (now == null) {
            return FAILED;
        }
        try {
            next(now.scanOf(stream.reinterpret(STRUCT_BYTES)), now, ArrowArray.wrap(out.address()));
            return 0;
        } catch (Throwable t) {
            return failed(t);
        }
    }

    private static void next(ArrowTable.Scan scan, Reading reading, ArrowArray array) {
        VectorSchemaRoot batch = scan.next();
        if (batch == null) {
            array.markReleased();
            scan.close();
        } else {
            reading.export(batch, array);
        }
    }

    private synchronized @Nullable Reading current() {
        return reading;
    }

    private int failed(Throwable t) {
        Reading now = current();
        if (now != null) {
            now.fail(t);
        }
        return FAILED;
    }

    /// `int (*)(struct ArrowArrayStream *, struct *out)`
    private MemorySegment producer(ToIntBiFunction<MemorySegment, MemorySegment> callback) {
        return stub(
                ToIntBiFunction.class,
                "applyAsInt",
                callback,
                MethodType.methodType(int.class, Object.class, Object.class),
                FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    }

    /// `const char *(*)(struct ArrowArrayStream *)`
    private MemorySegment description(UnaryOperator<MemorySegment> callback) {
        return stub(
                UnaryOperator.class,
                "apply",
                callback,
                MethodType.methodType(Object.class, Object.class),
                FunctionDescriptor.of(ADDRESS, ADDRESS));
    }

    /// `void (*)(struct ArrowArrayStream *)`
    private MemorySegment releasing(Consumer<MemorySegment> callback) {
        return stub(
                Consumer.class,
                "accept",
                callback,
                MethodType.methodType(void.class, Object.class),
                FunctionDescriptor.ofVoid(ADDRESS));
    }

    private MemorySegment stub(
            Class<?> shape, String method, Object callback, MethodType erased, FunctionDescriptor descriptor) {
        try {
            MethodHandle handle = MethodHandles.lookup()
                    .findVirtual(shape, method, erased)
                    .bindTo(callback)
                    .asType(descriptor.toMethodType());
            return LINKER.upcallStub(handle, descriptor, arena);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a callback has another shape than was said: " + shape, e);
        }
    }
}
