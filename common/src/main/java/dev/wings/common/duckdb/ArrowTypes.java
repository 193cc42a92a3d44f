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

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.BufferUnderflowException;
import java.util.List;
import org.apache.arrow.c.ArrowSchema;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Schema;

/// Logical types of DuckDB as Arrow types.
final class ArrowTypes {

    /// `DUCKDB_TYPE_ENUM`
    private static final int ENUM = 23;

    private ArrowTypes() {}

    /// The schema of columns with these logical types.
    static Schema schema(MemorySegment options, MemorySegment types, List<String> names, BufferAllocator allocator)
            throws Throwable {
        try (Arena scope = Arena.ofConfined();
                ArrowSchema schema = ArrowSchema.allocateNew(allocator)) {
            MemorySegment texts = scope.allocate(ADDRESS, names.size());
            for (int i = 0; i < names.size(); i++) {
                texts.setAtIndex(ADDRESS, i, scope.allocateFrom(names.get(i)));
            }
            MemorySegment error = (MemorySegment) CApi.TO_ARROW_SCHEMA.invokeExact(
                    options, types, texts, (long) names.size(), MemorySegment.ofAddress(schema.memoryAddress()));
            check(error);
            return Data.importSchema(allocator, schema, null);
        } catch (BufferUnderflowException e) {
            // Arrow looks no further for the end of a name
            throw new DuckDbException("Invalid Input Error: the name of a column, or of a member of one, is too long,"
                    + " which may be what a column without a name is called: name it with AS: limit="
                    + (Short.MAX_VALUE - 1) + " bytes");
        }
    }

    /// The number of a logical type in `duckdb.h`. Fails for an enum, which would be a dictionary in Arrow.
    static int checkedId(MemorySegment type) throws Throwable {
        int id = (int) CApi.TYPE_ID.invokeExact(type);
        if (id == ENUM) {
            throw new DuckDbException("Not implemented Error: a result or parameter of type ENUM: cast it to VARCHAR");
        }
        return id;
    }

    /// Frees an array of logical types.
    static void destroy(MemorySegment types, int count) throws Throwable {
        for (int i = 0; i < count; i++) {
            MemorySegment slot = types.asSlice(i * ADDRESS.byteSize(), ADDRESS.byteSize());
            if (slot.get(ADDRESS, 0).address() != 0) {
                CApi.DESTROY_LOGICAL_TYPE.invokeExact(slot);
            }
        }
    }

    /// Frees one logical type.
    static void destroy(MemorySegment type) throws Throwable {
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment slot = scope.allocate(ADDRESS);
            slot.set(ADDRESS, 0, type);
            destroy(slot, 1);
        }
    }

    /// Fails with what a `duckdb_error_data` says, and frees it.
    static void check(MemorySegment error) throws Throwable {
        if (error.address() == 0) {
            return;
        }
        try (Arena scope = Arena.ofConfined()) {
            boolean failed = (boolean) CApi.ERROR_HAS.invokeExact(error);
            String message = failed ? DuckDb.message((MemorySegment) CApi.ERROR_MESSAGE.invokeExact(error)) : "";
            MemorySegment slot = scope.allocate(ADDRESS);
            slot.set(ADDRESS, 0, error);
            CApi.DESTROY_ERROR.invokeExact(slot);
            if (failed) {
                throw new DuckDbException(message);
            }
        }
    }
}
