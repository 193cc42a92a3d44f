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
package dev.wings.common.folio;

import dev.wings.common.arrow.ValueBounds;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Schema;

/// Gathers the batches of one page as an Arrow IPC stream. Bodies are not copied: they belong to the caller,
/// who must neither change nor release them until the folio is stored or dropped.
///
/// Not safe for use by many threads.
public final class PageBuilder {

    private final PageKey key;
    private final List<ByteBuffer> content = new ArrayList<>();
    private final List<FolioBatch> batches = new ArrayList<>();
    private final CRC32C crc = new CRC32C();
    private List<ValueBounds> bounds = List.of();
    private long bytes;
    private boolean finished;

    /// Starts a page whose batches all have this schema.
    ///
    /// @param schemaMessage an Arrow `Message` flatbuffer of type Schema, without prefix, as [#schemaMessage]
    ///     makes it
    public PageBuilder(PageKey key, byte[] schemaMessage) {
        this.key = key;
        Message message = Message.getRootAsMessage(ByteBuffer.wrap(schemaMessage));
        if (message.headerType() != MessageHeader.Schema) {
            throw new IllegalArgumentException("a page starts with its schema: header_type=" + message.headerType());
        }
        append(IpcFormat.frame(ByteBuffer.wrap(schemaMessage)));
    }

    /// The `Message` flatbuffer that describes `schema`.
    public static byte[] schemaMessage(Schema schema) {
        ByteBuffer serialized = MessageSerializer.serializeMetadata(schema, IpcOption.DEFAULT);
        byte[] message = new byte[serialized.remaining()];
        serialized.get(message);
        return message;
    }

    /// As [#add(ByteBuffer, List, long, String, List)], for a batch that goes with no other topic.
    public void add(
            ByteBuffer header, List<ByteBuffer> body, long requestedTimestampMicros, List<ValueBounds> columns) {
        add(header, body, requestedTimestampMicros, "", columns);
    }

    /// Adds a batch after those already there.
    ///
    /// @param header an Arrow `Message` flatbuffer of type RecordBatch, without prefix; copied
    /// @param body the buffers of the message's body, with their padding: together as many bytes as the header
    ///     says, a
    ///     multiple of 8; kept, their positions are not moved
    /// @param requestedTimestampMicros microseconds UTC, asked for by the producer; 0 for none
    /// @param withTopicUid another topic of the folio without which the batch is not taken, either; empty for
    ///     none
    /// @param columns what is known of the batch's columns, of the same ones as in each batch of the page; none
    ///     if nothing is
    public void add(
            ByteBuffer header,
            List<ByteBuffer> body,
            long requestedTimestampMicros,
            String withTopicUid,
            List<ValueBounds> columns) {
        if (finished) {
            throw new IllegalStateException("the page is sealed: key=" + key);
        }
        Message message = Message.getRootAsMessage(header.slice());
        if (message.headerType() != MessageHeader.RecordBatch) {
            throw new IllegalArgumentException("a page holds record batches: header_type=" + message.headerType());
        }
        if (!(message.header(new RecordBatch()) instanceof RecordBatch batch)) {
            throw new IllegalArgumentException("a record batch message must have a record batch");
        }
        long bodyBytes = 0;
        for (ByteBuffer buffer : body) {
            bodyBytes += buffer.remaining();
        }
        if (bodyBytes != message.bodyLength() || bodyBytes % IpcFormat.ALIGNMENT != 0) {
            throw new IllegalArgumentException("the body must be as long as its header says, a multiple of 8: expected="
                    + message.bodyLength() + ", found=" + bodyBytes);
        }
        FolioBatch entry = new FolioBatch(batch.length(), requestedTimestampMicros, withTopicUid);
        append(IpcFormat.frame(header));
        for (ByteBuffer buffer : body) {
            if (buffer.hasRemaining()) {
                append(buffer.duplicate());
            }
        }
        bounds = batches.isEmpty() ? columns : both(bounds, columns);
        batches.add(entry);
    }

    private static List<ValueBounds> both(List<ValueBounds> some, List<ValueBounds> others) {
        if (some.size() != others.size()) {
            return List.of();
        }
        List<ValueBounds> all = new ArrayList<>(some.size());
        for (int i = 0; i < some.size(); i++) {
            all.add(some.get(i).and(others.get(i)));
        }
        return all;
    }

    public PageKey key() {
        return key;
    }

    /// The batches added so far, in order.
    public List<FolioBatch> batches() {
        return List.copyOf(batches);
    }

    /// Size of the page so far, with the end of its stream.
    public long bytes() {
        return finished ? bytes : bytes + IpcFormat.END_OF_STREAM_BYTES;
    }

    /// Ends the stream; nothing can be added any more.
    void finish() {
        if (!finished) {
            append(IpcFormat.endOfStream());
            finished = true;
        }
    }

    /// The bytes of the page. Each call gives buffers with positions of their own.
    List<ByteBuffer> content() {
        return content.stream().map(ByteBuffer::duplicate).toList();
    }

    /// What is known of the columns of all batches.
    List<ValueBounds> bounds() {
        return bounds;
    }

    int crc32c() {
        return (int) crc.getValue();
    }

    private void append(ByteBuffer buffer) {
        crc.update(buffer.duplicate());
        bytes += buffer.remaining();
        content.add(buffer);
    }
}
