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
package dev.wings.server.engine;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;

/// Rows as they go through a socket: what an Arrow record batch is made of, without its flatbuffer. Each buffer
/// is at a place where any of DuckDB's loads may read it.
final class Batch implements AutoCloseable {

    private static final int ALIGNMENT = 64;

    private static final int MAX_PIECE_BYTES = 1 << 30;

    private final ArrowRecordBatch batch;

    /// Takes the rows of `root`, whose buffers stay alive until [#close].
    Batch(VectorSchemaRoot root) {
        this.batch = new VectorUnloader(root, true, NoCompressionCodec.INSTANCE, false).getRecordBatch();
    }

    long bodyBytes() {
        return batch.getBuffers().stream()
                .mapToLong(buffer -> padded(buffer.readableBytes()))
                .sum();
    }

    void writeHead(DataOutputStream out) throws IOException {
        out.writeInt(batch.getLength());
        out.writeInt(batch.getNodes().size());
        for (ArrowFieldNode node : batch.getNodes()) {
            out.writeInt(node.getLength());
            out.writeInt(node.getNullCount());
        }
        out.writeInt(batch.getBuffers().size());
        for (ArrowBuf buffer : batch.getBuffers()) {
            out.writeLong(buffer.readableBytes());
        }
    }

    void addBody(List<ByteBuffer> buffers) {
        byte[] padding = new byte[ALIGNMENT];
        for (ArrowBuf buffer : batch.getBuffers()) {
            long bytes = buffer.readableBytes();
            for (long position = 0; position < bytes; position += MAX_PIECE_BYTES) {
                buffers.add(buffer.nioBuffer(
                        buffer.readerIndex() + position, (int) Math.min(bytes - position, MAX_PIECE_BYTES)));
            }
            if (padded(bytes) > bytes) {
                buffers.add(ByteBuffer.wrap(padding, 0, (int) (padded(bytes) - bytes)));
            }
        }
    }

    /// Puts rows that came through a socket into `root`. Takes over `body`.
    static void load(DataInputStream head, ArrowBuf body, VectorSchemaRoot root) throws IOException {
        int rows = head.readInt();
        List<ArrowFieldNode> nodes = new ArrayList<>();
        for (int left = head.readInt(); left > 0; left--) {
            nodes.add(new ArrowFieldNode(head.readInt(), head.readInt()));
        }
        List<ArrowBuf> buffers = new ArrayList<>();
        long position = 0;
        for (int left = head.readInt(); left > 0; left--) {
            long bytes = head.readLong();
            buffers.add(body.slice(position, bytes));
            position += padded(bytes);
        }
        try (body;
                ArrowRecordBatch batch = new ArrowRecordBatch(rows, nodes, buffers)) {
            root.clear();
            new VectorLoader(root).load(batch);
        }
    }

    private static long padded(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    @Override
    public void close() {
        batch.close();
    }
}
