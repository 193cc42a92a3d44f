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

import java.lang.foreign.MemorySegment;
import org.apache.arrow.memory.util.MemoryUtil;

/// `struct ArrowArray` of the Arrow C data interface, by its address: an array that its producer has filled.
/// <https://arrow.apache.org/docs/format/CDataInterface.html>
///
/// @param address of the struct, which outlives this
record CArray(long address) {

    static final long STRUCT_BYTES = 80;

    private static final long NULL_COUNT = 8;
    private static final long OFFSET = 16;
    private static final long BUFFER_COUNT = 24;
    private static final long CHILD_COUNT = 32;
    private static final long BUFFERS = 40;
    private static final long CHILDREN = 48;
    private static final long RELEASE = 64;

    /// How many values it has. None of DuckDB's arrays begins in the middle of its buffers.
    int length() {
        if (MemoryUtil.getLong(address + OFFSET) != 0) {
            throw new IllegalStateException("an array does not begin where its buffers do");
        }
        return Math.toIntExact(MemoryUtil.getLong(address));
    }

    int nullCount() {
        return Math.toIntExact(MemoryUtil.getLong(address + NULL_COUNT));
    }

    /// The address of a buffer; 0 if there is none.
    long buffer(int index) {
        if (index >= MemoryUtil.getLong(address + BUFFER_COUNT)) {
            throw new IllegalStateException("an array has less buffers than its type: expected_more_than=" + index);
        }
        return MemoryUtil.getLong(MemoryUtil.getLong(address + BUFFERS) + index * (long) Long.BYTES);
    }

    int childCount() {
        return Math.toIntExact(MemoryUtil.getLong(address + CHILD_COUNT));
    }

    CArray child(int index) {
        return new CArray(MemoryUtil.getLong(MemoryUtil.getLong(address + CHILDREN) + index * (long) Long.BYTES));
    }

    /// Gives the array back to its producer, unless that was done.
    void release() throws Throwable {
        long function = MemoryUtil.getLong(address + RELEASE);
        if (function != 0) {
            CApi.RELEASE_ARRAY.invokeExact(MemorySegment.ofAddress(function), MemorySegment.ofAddress(address));
        }
    }
}
