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

import com.google.flatbuffers.Table;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.nio.ByteBuffer;
import org.apache.arrow.flatbuf.BodyCompressionMethod;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.jspecify.annotations.Nullable;

/// Reads the flatbuffers of messages. The one place where failures of Arrow's flatbuffer code become INVALID:
/// it has no verifier, but every read of a heap array is checked against its bounds.
final class HeaderReader {

    private HeaderReader() {}

    static IpcHeader read(byte[] header) {
        if (header.length > IpcHeader.MAX_BYTES) {
            throw WingsException.invalid("the header of the Arrow message is too long: bytes=" + header.length
                    + ", limit=" + IpcHeader.MAX_BYTES);
        }
        try {
            return message(header);
        } catch (WingsException e) {
            throw e;
        } catch (RuntimeException | AssertionError e) {
            throw new WingsException(ErrorKind.INVALID, "the header of the Arrow message is corrupt", e);
        }
    }

    private static IpcHeader message(byte[] header) {
        Message message = Message.getRootAsMessage(ByteBuffer.wrap(header));
        short version = message.version();
        if (version != MetadataVersion.V4 && version != MetadataVersion.V5) {
            throw WingsException.invalid("the Arrow message has a version that is not known: version=" + version);
        }
        byte kind = message.headerType();
        long bodyBytes = message.bodyLength();
        return switch (kind) {
            case MessageHeader.Schema ->
                new IpcHeader.SchemaMessage(SchemaReader.read(
                        present(message.header(new org.apache.arrow.flatbuf.Schema())), header.length));
            case MessageHeader.RecordBatch ->
                batch(present(message.header(new org.apache.arrow.flatbuf.RecordBatch())), bodyBytes, header.length);
            case MessageHeader.DictionaryBatch -> {
                org.apache.arrow.flatbuf.DictionaryBatch dictionary = (org.apache.arrow.flatbuf.DictionaryBatch)
                        present(message.header(new org.apache.arrow.flatbuf.DictionaryBatch()));
                yield new IpcHeader.DictionaryBatch(
                        dictionary.id(),
                        dictionary.isDelta(),
                        batch(present(dictionary.data()), bodyBytes, header.length));
            }
            default -> throw WingsException.invalid("the Arrow message is of a kind that is not known: kind=" + kind);
        };
    }

    private static IpcHeader.RecordBatch batch(Table table, long bodyBytes, int headerBytes) {
        org.apache.arrow.flatbuf.RecordBatch batch = (org.apache.arrow.flatbuf.RecordBatch) table;
        long[] nodes = new long[2 * checkCount(batch.nodesLength(), 2 * Long.BYTES, headerBytes)];
        org.apache.arrow.flatbuf.FieldNode node = new org.apache.arrow.flatbuf.FieldNode();
        for (int i = 0; i < nodes.length / 2; i++) {
            batch.nodes(node, i);
            nodes[2 * i] = node.length();
            nodes[2 * i + 1] = node.nullCount();
        }
        long[] buffers = new long[2 * checkCount(batch.buffersLength(), 2 * Long.BYTES, headerBytes)];
        org.apache.arrow.flatbuf.Buffer buffer = new org.apache.arrow.flatbuf.Buffer();
        for (int i = 0; i < buffers.length / 2; i++) {
            batch.buffers(buffer, i);
            buffers[2 * i] = buffer.offset();
            buffers[2 * i + 1] = buffer.length();
        }
        long[] variadicCounts = new long[checkCount(batch.variadicBufferCountsLength(), Long.BYTES, headerBytes)];
        for (int i = 0; i < variadicCounts.length; i++) {
            variadicCounts[i] = batch.variadicBufferCounts(i);
        }
        return new IpcHeader.RecordBatch(
                batch.length(), nodes, buffers, variadicCounts, compression(batch.compression()), bodyBytes);
    }

    private static IpcHeader.Compression compression(org.apache.arrow.flatbuf.@Nullable BodyCompression compression) {
        if (compression == null) {
            return IpcHeader.Compression.NONE;
        }
        if (compression.method() != BodyCompressionMethod.BUFFER) {
            throw WingsException.invalid(
                    "the body is compressed by a method that is not known: method=" + compression.method());
        }
        return switch (compression.codec()) {
            case CompressionType.LZ4_FRAME -> IpcHeader.Compression.LZ4_FRAME;
            case CompressionType.ZSTD -> IpcHeader.Compression.ZSTD;
            default ->
                throw WingsException.invalid(
                        "the body is compressed by a codec that is not known: codec=" + compression.codec());
        };
    }

    /// A vector of `count` elements takes that many bytes of the header, so nobody can make us allocate more.
    private static int checkCount(int count, int elementBytes, int headerBytes) {
        if (count < 0 || (long) count * elementBytes > headerBytes) {
            throw WingsException.invalid("the header of the Arrow message is corrupt: count=" + count);
        }
        return count;
    }

    static <T> T present(@Nullable T table) {
        if (table == null) {
            throw WingsException.invalid("the header of the Arrow message is corrupt: a part is missing");
        }
        return table;
    }
}
