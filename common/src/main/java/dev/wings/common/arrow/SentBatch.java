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

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/// A batch as it comes in from a producer: the header of its message, and its body in one piece. Closing it
/// gives the body back.
public record SentBatch(IpcHeader.RecordBatch header, ArrowBuf body) implements AutoCloseable {

    private static final int PREFIX_BYTES = 8;

    /// The rows of `root`, copied.
    public static SentBatch open(VectorSchemaRoot root, BufferAllocator allocator) {
        try (IpcMessage message = IpcMessage.open(root)) {
            List<ByteBuffer> parts = message.byteBuffers();
            ByteBuffer head = parts.removeFirst();
            byte[] header = new byte[head.remaining() - PREFIX_BYTES];
            head.position(PREFIX_BYTES).get(header);
            ArrowBuf body = allocator.buffer(message.byteLength() - header.length - PREFIX_BYTES);
            for (ByteBuffer part : parts) {
                int length = part.remaining();
                body.setBytes(body.writerIndex(), part);
                body.writerIndex(body.writerIndex() + length);
            }
            return new SentBatch((IpcHeader.RecordBatch) IpcHeader.parse(header), body);
        }
    }

    @Override
    public void close() {
        body.close();
    }
}
