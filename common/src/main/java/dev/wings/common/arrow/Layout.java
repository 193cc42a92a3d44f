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
package dev.wings.common.arrow;

/// How an Arrow array lies in memory. All but [#NULL] start with a validity bitmap; what follows is said here.
enum Layout {
    /// Nothing: every value is null.
    NULL(0),
    /// A bit per value.
    BITS(1),
    /// A fixed number of bytes per value.
    FIXED(1),
    /// 32-bit offsets, then data.
    VARIABLE(2),
    /// 64-bit offsets, then data.
    LARGE_VARIABLE(2),
    /// 16-byte views, then any number of data buffers.
    VIEW(1),
    /// No buffers; a child per member, as long as the array.
    STRUCT(0),
    /// 32-bit offsets into the child. Maps, too.
    LIST(1),
    /// 64-bit offsets into the child.
    LARGE_LIST(1),
    /// 32-bit offsets and sizes in the child.
    LIST_VIEW(2),
    /// 64-bit offsets and sizes in the child.
    LARGE_LIST_VIEW(2),
    /// No buffers; a fixed number of values of the child per list.
    FIXED_LIST(0);

    private final int buffers;

    Layout(int buffers) {
        this.buffers = buffers;
    }

    /// Buffers of an array beside the validity bitmap; views have more.
    int buffers() {
        return buffers;
    }
}
