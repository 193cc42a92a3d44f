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

import org.apache.arrow.vector.types.pojo.Schema;

/// The header of an Arrow IPC message, read out of its flatbuffer.
///
/// The bytes may be of hostile origin: [#parse] answers with a header whose counts are as large as the bytes
/// that carry them, or fails with INVALID. What the header says about a body is checked by [BatchReader].
public sealed interface IpcHeader {

    /// Longer headers are refused; that of a schema with 2,000 long names has a tenth of it.
    int MAX_BYTES = 8 * 1024 * 1024;

    /// The schema of the stream, as it stands in the message: a dictionary-encoded field has the type of its
    /// values.
    record SchemaMessage(Schema schema) implements IpcHeader {}

    /// Rows.
    ///
    /// @param rows as claimed by the header
    /// @param nodes two per array, depth first: its length and its number of nulls
    /// @param buffers two per buffer, in the order of the arrays: offset in the body and length
    /// @param variadicCounts per array of a view type the number of its data buffers
    /// @param compression how the buffers of the body are compressed
    /// @param bodyBytes length of the body
    @SuppressWarnings("ArrayRecordComponent") // read-only by convention; a copy per batch would buy nothing
    record RecordBatch(
            long rows, long[] nodes, long[] buffers, long[] variadicCounts, Compression compression, long bodyBytes)
            implements IpcHeader {}

    /// The values that dictionary-encoded arrays of later batches point to.
    ///
    /// @param delta whether the values are added to those that are there
    record DictionaryBatch(long id, boolean delta, RecordBatch values) implements IpcHeader {}

    /// How the buffers of a body are compressed.
    enum Compression {
        NONE,
        LZ4_FRAME,
        ZSTD
    }

    /// Reads the flatbuffer of a message, without the length prefix of the encapsulated format.
    static IpcHeader parse(byte[] header) {
        return HeaderReader.read(header);
    }
}
