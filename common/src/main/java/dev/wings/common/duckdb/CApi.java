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
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The functions of `duckdb.h` that are used here, by their C names. Handles are pointers; a function that takes a
/// pointer to a handle also clears it.
///
/// Which thread may call what: one at a time per connection, except `duckdb_interrupt` and those for tasks.
@SuppressWarnings("restricted")
final class CApi {

    /// `duckdb_result`: six words, passed by value to `duckdb_fetch_chunk`.
    static final StructLayout RESULT =
            MemoryLayout.structLayout(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    /// `duckdb_decimal`: width, scale, then a 128-bit integer, low word first.
    static final StructLayout DECIMAL =
            MemoryLayout.structLayout(JAVA_BYTE, JAVA_BYTE, MemoryLayout.paddingLayout(6), JAVA_LONG, JAVA_LONG);

    /// `duckdb_date`
    static final StructLayout DATE = MemoryLayout.structLayout(JAVA_INT);

    /// `duckdb_string_t`
    private static final long STRING_BYTES = 16;

    private static final int INLINED_BYTES = 12;

    /// `duckdb_interval`: months, days, microseconds
    static final StructLayout INTERVAL = MemoryLayout.structLayout(JAVA_INT, JAVA_INT, JAVA_LONG);

    /// `duckdb_time`, `duckdb_timestamp`
    static final StructLayout MICROS = MemoryLayout.structLayout(JAVA_LONG);

    /// Names the native library, where it is not to be unpacked once more.
    private static final String LIBRARY_PROPERTY = "wings.duckdb.library";

    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup LIBRARY = library();

    static final MethodHandle CREATE_CONFIG = function("duckdb_create_config", JAVA_INT, ADDRESS);
    static final MethodHandle SET_CONFIG = function("duckdb_set_config", JAVA_INT, ADDRESS, ADDRESS, ADDRESS);
    static final MethodHandle DESTROY_CONFIG = procedure("duckdb_destroy_config", ADDRESS);
    static final MethodHandle OPEN = function("duckdb_open_ext", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    static final MethodHandle CLOSE = procedure("duckdb_close", ADDRESS);
    static final MethodHandle CONNECT = function("duckdb_connect", JAVA_INT, ADDRESS, ADDRESS);
    static final MethodHandle DISCONNECT = procedure("duckdb_disconnect", ADDRESS);
    static final MethodHandle INTERRUPT = procedure("duckdb_interrupt", ADDRESS);
    static final MethodHandle FREE = procedure("duckdb_free", ADDRESS);

    static final MethodHandle QUERY = function("duckdb_query", JAVA_INT, ADDRESS, ADDRESS, ADDRESS);
    static final MethodHandle RESULT_ERROR = function("duckdb_result_error", ADDRESS, ADDRESS);
    static final MethodHandle DESTROY_RESULT = procedure("duckdb_destroy_result", ADDRESS);
    static final MethodHandle ARROW_SCAN = function("duckdb_arrow_scan", JAVA_INT, ADDRESS, ADDRESS, ADDRESS);

    static final MethodHandle PREPARE = function("duckdb_prepare", JAVA_INT, ADDRESS, ADDRESS, ADDRESS);
    static final MethodHandle PREPARE_ERROR = function("duckdb_prepare_error", ADDRESS, ADDRESS);
    static final MethodHandle DESTROY_PREPARE = procedure("duckdb_destroy_prepare", ADDRESS);
    static final MethodHandle PARAMETER_COUNT = function("duckdb_nparams", JAVA_LONG, ADDRESS);
    static final MethodHandle PARAMETER_NAME = function("duckdb_parameter_name", ADDRESS, ADDRESS, JAVA_LONG);
    static final MethodHandle PARAMETER_LOGICAL_TYPE =
            function("duckdb_param_logical_type", ADDRESS, ADDRESS, JAVA_LONG);
    static final MethodHandle COLUMN_COUNT = function("duckdb_prepared_statement_column_count", JAVA_LONG, ADDRESS);
    static final MethodHandle COLUMN_NAME =
            function("duckdb_prepared_statement_column_name", ADDRESS, ADDRESS, JAVA_LONG);
    static final MethodHandle COLUMN_LOGICAL_TYPE =
            function("duckdb_prepared_statement_column_logical_type", ADDRESS, ADDRESS, JAVA_LONG);
    static final MethodHandle TYPE_ID = function("duckdb_get_type_id", JAVA_INT, ADDRESS);
    static final MethodHandle DESTROY_LOGICAL_TYPE = procedure("duckdb_destroy_logical_type", ADDRESS);

    static final MethodHandle BIND_NULL = function("duckdb_bind_null", JAVA_INT, ADDRESS, JAVA_LONG);
    static final MethodHandle BIND_LONG = function("duckdb_bind_int64", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
    static final MethodHandle BIND_VARCHAR =
            function("duckdb_bind_varchar_length", JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG);

    static final MethodHandle PENDING = function("duckdb_pending_prepared_streaming", JAVA_INT, ADDRESS, ADDRESS);
    static final MethodHandle PENDING_ERROR = function("duckdb_pending_error", ADDRESS, ADDRESS);
    static final MethodHandle EXECUTE_PENDING = function("duckdb_execute_pending", JAVA_INT, ADDRESS, ADDRESS);
    static final MethodHandle DESTROY_PENDING = procedure("duckdb_destroy_pending", ADDRESS);
    static final MethodHandle CREATE_TASK_STATE = function("duckdb_create_task_state", ADDRESS, ADDRESS);
    static final MethodHandle EXECUTE_TASKS = procedure("duckdb_execute_tasks_state", ADDRESS);
    static final MethodHandle FINISH_TASKS = procedure("duckdb_finish_execution", ADDRESS);
    static final MethodHandle DESTROY_TASK_STATE = procedure("duckdb_destroy_task_state", ADDRESS);
    static final MethodHandle RESULT_COLUMN_COUNT = function("duckdb_column_count", JAVA_LONG, ADDRESS);
    static final MethodHandle RESULT_COLUMN_NAME = function("duckdb_column_name", ADDRESS, ADDRESS, JAVA_LONG);
    static final MethodHandle RESULT_COLUMN_LOGICAL_TYPE =
            function("duckdb_column_logical_type", ADDRESS, ADDRESS, JAVA_LONG);
    static final MethodHandle FETCH_CHUNK = function("duckdb_fetch_chunk", ADDRESS, RESULT);
    static final MethodHandle DESTROY_CHUNK = procedure("duckdb_destroy_data_chunk", ADDRESS);

    static final MethodHandle CREATE_CHUNK = function("duckdb_create_data_chunk", ADDRESS, ADDRESS, JAVA_LONG);
    static final MethodHandle CHUNK_SIZE = function("duckdb_data_chunk_get_size", JAVA_LONG, ADDRESS);
    static final MethodHandle SET_CHUNK_SIZE = procedure("duckdb_data_chunk_set_size", ADDRESS, JAVA_LONG);
    static final MethodHandle CHUNK_VECTOR = function("duckdb_data_chunk_get_vector", ADDRESS, ADDRESS, JAVA_LONG);
    static final MethodHandle VECTOR_TYPE = function("duckdb_vector_get_column_type", ADDRESS, ADDRESS);
    static final MethodHandle VECTOR_DATA = function("duckdb_vector_get_data", ADDRESS, ADDRESS);
    static final MethodHandle VECTOR_VALIDITY = function("duckdb_vector_get_validity", ADDRESS, ADDRESS);
    static final MethodHandle LIST_SIZE = function("duckdb_list_vector_get_size", JAVA_LONG, ADDRESS);
    static final MethodHandle LIST_CHILD = function("duckdb_list_vector_get_child", ADDRESS, ADDRESS);
    static final MethodHandle ARRAY_CHILD = function("duckdb_array_vector_get_child", ADDRESS, ADDRESS);
    static final MethodHandle STRUCT_CHILD = function("duckdb_struct_vector_get_child", ADDRESS, ADDRESS, JAVA_LONG);
    static final MethodHandle REFERENCE_VECTOR = procedure("duckdb_vector_reference_vector", ADDRESS, ADDRESS);
    static final MethodHandle SLICE_VECTOR = procedure("duckdb_slice_vector", ADDRESS, ADDRESS, JAVA_LONG);
    static final MethodHandle CREATE_SELECTION = function("duckdb_create_selection_vector", ADDRESS, JAVA_LONG);
    static final MethodHandle SELECTION_DATA = function("duckdb_selection_vector_get_data_ptr", ADDRESS, ADDRESS);
    static final MethodHandle DESTROY_SELECTION = procedure("duckdb_destroy_selection_vector", ADDRESS);

    static final MethodHandle LIST_TYPE = function("duckdb_list_type_child_type", ADDRESS, ADDRESS);
    static final MethodHandle ARRAY_TYPE = function("duckdb_array_type_child_type", ADDRESS, ADDRESS);
    static final MethodHandle ARRAY_LENGTH = function("duckdb_array_type_array_size", JAVA_LONG, ADDRESS);
    static final MethodHandle MAP_KEY_TYPE = function("duckdb_map_type_key_type", ADDRESS, ADDRESS);
    static final MethodHandle MAP_VALUE_TYPE = function("duckdb_map_type_value_type", ADDRESS, ADDRESS);
    static final MethodHandle STRUCT_COUNT = function("duckdb_struct_type_child_count", JAVA_LONG, ADDRESS);
    static final MethodHandle STRUCT_TYPE = function("duckdb_struct_type_child_type", ADDRESS, ADDRESS, JAVA_LONG);
    static final MethodHandle UNION_COUNT = function("duckdb_union_type_member_count", JAVA_LONG, ADDRESS);
    static final MethodHandle UNION_TYPE = function("duckdb_union_type_member_type", ADDRESS, ADDRESS, JAVA_LONG);

    static final MethodHandle ARROW_OPTIONS = procedure("duckdb_connection_get_arrow_options", ADDRESS, ADDRESS);
    static final MethodHandle DESTROY_ARROW_OPTIONS = procedure("duckdb_destroy_arrow_options", ADDRESS);
    static final MethodHandle TO_ARROW_SCHEMA =
            function("duckdb_to_arrow_schema", ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
    static final MethodHandle CHUNK_TO_ARROW =
            function("duckdb_data_chunk_to_arrow", ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    static final MethodHandle ERROR_MESSAGE = function("duckdb_error_data_message", ADDRESS, ADDRESS);
    static final MethodHandle ERROR_HAS = function("duckdb_error_data_has_error", JAVA_BOOLEAN, ADDRESS);
    static final MethodHandle DESTROY_ERROR = procedure("duckdb_destroy_error_data", ADDRESS);

    /// The function at the first pointer: `release` of a `struct ArrowArray`.
    static final MethodHandle RELEASE_ARRAY = LINKER.downcallHandle(FunctionDescriptor.ofVoid(ADDRESS));

    private CApi() {}

    /// The text at a pointer, which stays the callee's; null for NULL.
    static @Nullable String text(MemorySegment pointer) {
        return pointer.address() == 0
                ? null
                : pointer.reinterpret(Long.MAX_VALUE).getString(0);
    }

    static String textOrEmpty(MemorySegment pointer) {
        String text = text(pointer);
        return text == null ? "" : text;
    }

    /// The first text of a vector's `duckdb_string_t`s, which are a length and either up to twelve bytes or, after the
    /// first four of them, where all are. Valid for as long as the vector.
    static ByteBuffer firstText(MemorySegment texts) {
        MemorySegment entry = texts.reinterpret(STRING_BYTES);
        long length = Integer.toUnsignedLong(entry.get(JAVA_INT, 0));
        MemorySegment bytes = length <= INLINED_BYTES
                ? entry.asSlice(Integer.BYTES, length)
                : entry.get(ADDRESS, STRING_BYTES - Long.BYTES).reinterpret(length);
        return bytes.asByteBuffer();
    }

    /// What no call of the C API does: a downcall throws nothing but errors of the VM.
    static RuntimeException unexpected(Throwable failure) {
        return switch (failure) {
            case RuntimeException runtime -> runtime;
            case Error error -> throw error;
            default -> new IllegalStateException("a native call failed", failure);
        };
    }

    private static SymbolLookup library() {
        String file = System.getProperty(LIBRARY_PROPERTY);
        if (file != null) {
            return SymbolLookup.libraryLookup(Path.of(file), Arena.global());
        }
        try {
            // loads the library, into the class loader that the lookup below sees
            Class.forName("org.duckdb.DuckDBNative", true, CApi.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("the DuckDB library is not on the class path", e);
        }
        return SymbolLookup.loaderLookup();
    }

    static MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(symbol(name), FunctionDescriptor.of(result, arguments));
    }

    static MethodHandle procedure(String name, MemoryLayout... arguments) {
        return LINKER.downcallHandle(symbol(name), FunctionDescriptor.ofVoid(arguments));
    }

    private static MemorySegment symbol(String name) {
        return LIBRARY.find(name)
                .orElseThrow(() -> new IllegalStateException("the DuckDB library has no function " + name));
    }
}
