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

import dev.wings.common.error.WingsException;
import dev.wings.common.store.ObjectRange;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// Takes the bytes of a page apart, without copying bodies. Whatever the bytes are, the only failure is DATA_LOSS
/// that names the object and the range. What lies inside a body is not looked at: it was validated before it was
/// acknowledged, and [#checkCrc] tells whether it is still the same.
public final class PageReader {

    private static final int MAX_SCHEMA_DEPTH = 64;
    private static final int MAX_SCHEMA_FIELDS = 16_384;

    private final ObjectRange range;
    private final ArrowBuf bytes;
    private long position;

    private PageReader(ObjectRange range, ArrowBuf bytes) {
        this.range = range;
        this.bytes = bytes;
    }

    /// Takes a page apart.
    ///
    /// @param range where the page came from, for messages; as long as the page
    /// @param bytes `[0, range.length())` of it are the page. The bodies of the result are slices of it, valid as
    ///     long as it is: nothing is retained
    public static Page read(ObjectRange range, ArrowBuf bytes) {
        if (bytes.capacity() < range.length()) {
            throw new IllegalArgumentException(
                    "fewer bytes than the page has: " + range + ", capacity=" + bytes.capacity());
        }
        PageReader reader = new PageReader(range, bytes);
        try {
            return reader.read();
        } catch (WingsException e) {
            throw e;
        } catch (RuntimeException | AssertionError e) {
            // whatever the accessors of Flatbuffers and the constructors of Arrow's types think of it
            throw reader.damaged("page's metadata cannot be parsed", e);
        }
    }

    /// Fails with DATA_LOSS if the checksum of the page is another than the one that was committed.
    public static void checkCrc(ObjectRange range, ArrowBuf bytes, int expectedCrc32c) {
        CRC32C crc = new CRC32C();
        long checked = 0;
        while (checked < range.length()) {
            int step = (int) Math.min(range.length() - checked, 1 << 30);
            crc.update(bytes.nioBuffer(checked, step));
            checked += step;
        }
        if ((int) crc.getValue() != expectedCrc32c) {
            throw WingsException.dataLoss(
                    "page has another checksum than was committed: " + range
                            + ", expected=" + Integer.toHexString(expectedCrc32c)
                            + ", found=" + Integer.toHexString((int) crc.getValue()),
                    null);
        }
    }

    private Page read() {
        Frame first = next();
        if (first == null || first.message.headerType() != MessageHeader.Schema || first.body.capacity() != 0) {
            throw damaged("page does not start with a schema", null);
        }
        Schema schema = schema(first.message);
        List<PageBatch> batches = new ArrayList<>();
        for (Frame frame = next(); frame != null; frame = next()) {
            if (frame.message.headerType() != MessageHeader.RecordBatch
                    || !(frame.message.header(new RecordBatch()) instanceof RecordBatch batch)
                    || batch.length() < 0) {
                throw damaged("page holds something else than record batches", null);
            }
            batches.add(new PageBatch(frame.header(), frame.body, batch.length()));
        }
        if (position != range.length()) {
            throw damaged("page goes on after its end of stream", null);
        }
        return new Page(schema, first.header(), batches);
    }

    /// The message at the position; null at the end of the stream.
    private @Nullable Frame next() {
        if (range.length() - position < IpcFormat.PREFIX_BYTES) {
            throw damaged("page ends without its end of stream", null);
        }
        int continuation = bytes.getInt(position);
        int headerBytes = bytes.getInt(position + 4);
        position += IpcFormat.PREFIX_BYTES;
        if (continuation != IpcFormat.CONTINUATION) {
            throw damaged("page has no message where one is expected", null);
        }
        if (headerBytes == 0) {
            return null;
        }
        if (headerBytes < 0 || headerBytes % IpcFormat.ALIGNMENT != 0 || headerBytes > range.length() - position) {
            throw damaged("page's message cannot have such a header: header_bytes=" + headerBytes, null);
        }
        byte[] header = new byte[headerBytes];
        bytes.getBytes(position, header);
        position += headerBytes;
        Message message = Message.getRootAsMessage(ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN));
        if (message.version() != MetadataVersion.V5 && message.version() != MetadataVersion.V4) {
            throw damaged("page's message has an unknown version: version=" + message.version(), null);
        }
        long bodyBytes = message.bodyLength();
        if (bodyBytes < 0 || bodyBytes % IpcFormat.ALIGNMENT != 0 || bodyBytes > range.length() - position) {
            throw damaged("page's message cannot have such a body: body_bytes=" + bodyBytes, null);
        }
        ArrowBuf body = bytes.slice(position, bodyBytes);
        position += bodyBytes;
        return new Frame(message, body);
    }

    private Schema schema(Message message) {
        if (!(message.header(new org.apache.arrow.flatbuf.Schema())
                instanceof org.apache.arrow.flatbuf.Schema schema)) {
            throw damaged("page does not start with a schema", null);
        }
        // offsets in a flatbuffer may form cycles and shared subtrees: bounded before anything recursive sees them
        int fields = 0;
        for (int i = 0; i < schema.fieldsLength(); i++) {
            fields = countFields(schema.fields(i), 1, fields);
        }
        return Schema.convertSchema(schema);
    }

    private int countFields(Field field, int depth, int countBefore) {
        int count = countBefore + 1;
        if (depth > MAX_SCHEMA_DEPTH || count > MAX_SCHEMA_FIELDS) {
            throw damaged("page's schema is too deep or too wide", null);
        }
        for (int i = 0; i < field.childrenLength(); i++) {
            count = countFields(field.children(i), depth + 1, count);
        }
        return count;
    }

    private WingsException damaged(String what, @Nullable Throwable cause) {
        return WingsException.dataLoss(what + ": " + range + ", position=" + (range.start() + position), cause);
    }

    private record Frame(Message message, ArrowBuf body) {
        byte[] header() {
            return message.getByteBuffer().array();
        }
    }
}
