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
package dev.wings.ingestor.batch;

import dev.wings.common.arrow.IpcMessage;
import dev.wings.common.arrow.ValueBounds;
import java.nio.ByteBuffer;
import java.util.List;

/// Rows of one partition, ready for a page.
///
/// @param partitionValue canonical text of the partition key's value; empty for a topic without one
/// @param rows more than 0
/// @param message the rows as a record batch message, owned by this
/// @param bounds what is known of the values
public record PartitionBatch(
        PageLayout layout, String partitionValue, int rows, IpcMessage message, List<ValueBounds> bounds)
        implements AutoCloseable {

    /// What an encapsulated message starts with: a continuation marker and the length of its flatbuffer.
    private static final int PREFIX_BYTES = 8;

    public PartitionBatch {
        bounds = List.copyOf(bounds);
        if (rows <= 0) {
            throw new IllegalArgumentException("a batch of a page has rows: rows=" + rows);
        }
    }

    /// How many bytes are to be stored.
    public long bytes() {
        return message.byteLength();
    }

    /// The Arrow `Message` flatbuffer, with padding at its end.
    public ByteBuffer header() {
        ByteBuffer head = message.byteBuffers().getFirst();
        return head.position(head.position() + PREFIX_BYTES);
    }

    /// The message's body in pieces, without a copy; valid until this is closed.
    public List<ByteBuffer> body() {
        List<ByteBuffer> parts = message.byteBuffers();
        return parts.subList(1, parts.size());
    }

    @Override
    public void close() {
        message.close();
    }
}
