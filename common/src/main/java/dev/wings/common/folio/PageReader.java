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

import dev.wings.common.arrow.IpcHeader;
import dev.wings.common.error.WingsException;
import dev.wings.common.store.ObjectRange;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.arrow.memory.ArrowBuf;
import org.jspecify.annotations.Nullable;

/// Takes the bytes of a page apart, without copying bodies. Whatever the bytes are, the only failure is DATA_LOSS
/// that names the object and the range. The values in a body are not looked at: they were validated before they were
/// acknowledged, and [#checkCrc] tells whether they are still the same.
public final class PageReader {

    private static final int CRC_STEP_BYTES = 1 << 30;

    private final ObjectRange range;
    private final ArrowBuf bytes;
    private long position;

    private PageReader(ObjectRange range, ArrowBuf bytes) {
        if (bytes.capacity() < range.length()) {
            throw new IllegalArgumentException(
                    "fewer bytes than the page has: " + range + ", capacity=" + bytes.capacity());
        }
        this.range = range;
        this.bytes = bytes;
    }

    /// Takes a page apart.
    ///
    /// @param range where the page came from, for messages; as long as the page
    /// @param bytes `[0, range.length())` of it are the page. The bodies of the result are slices of it, valid as
    ///     long as it is: nothing is retained
    public static Page read(ObjectRange range, ArrowBuf bytes) {
        return new PageReader(range, bytes).read();
    }

    /// Fails with DATA_LOSS if the checksum of the page is another than the one that was committed.
    public static void checkCrc(ObjectRange range, ArrowBuf bytes, int expectedCrc32c) {
        CRC32C crc = new CRC32C();
        for (long checked = 0; checked < range.length(); checked += CRC_STEP_BYTES) {
            crc.update(bytes.nioBuffer(checked, (int) Math.min(range.length() - checked, CRC_STEP_BYTES)));
        }
        int found = (int) crc.getValue();
        if (found != expectedCrc32c) {
            throw WingsException.dataLoss(
                    "page has another checksum than was committed: " + range + ", expected="
                            + Integer.toHexString(expectedCrc32c) + ", found=" + Integer.toHexString(found),
                    null);
        }
    }

    private Page read() {
        byte[] schemaHeader = nextHeader();
        if (schemaHeader == null || !(parse(schemaHeader) instanceof IpcHeader.SchemaMessage schema)) {
            throw damaged("page does not start with a schema", null);
        }
        List<PageBatch> batches = new ArrayList<>();
        for (byte[] header = nextHeader(); header != null; header = nextHeader()) {
            if (!(parse(header) instanceof IpcHeader.RecordBatch batch) || batch.rows() < 0) {
                throw damaged("page holds something else than record batches", null);
            }
            batches.add(new PageBatch(header, batch, nextBody(batch)));
        }
        if (position != range.length()) {
            throw damaged("page goes on after its end of stream", null);
        }
        return new Page(schema.schema(), schemaHeader, batches);
    }

    /// The header of the message at the position; null at the end of the stream.
    private byte @Nullable [] nextHeader() {
        if (range.length() - position < IpcFormat.PREFIX_BYTES) {
            throw damaged("page ends without its end of stream", null);
        }
        int continuation = bytes.getInt(position);
        int headerBytes = bytes.getInt(position + 4);
        if (continuation != IpcFormat.CONTINUATION) {
            throw damaged("page has no message where one is expected", null);
        }
        position += IpcFormat.PREFIX_BYTES;
        if (headerBytes == 0) {
            return null;
        }
        if (headerBytes < 0
                || headerBytes > IpcHeader.MAX_BYTES
                || headerBytes % IpcFormat.ALIGNMENT != 0
                || headerBytes > range.length() - position) {
            throw damaged("page's message cannot have such a header: header_bytes=" + headerBytes, null);
        }
        byte[] header = new byte[headerBytes];
        bytes.getBytes(position, header);
        position += headerBytes;
        return header;
    }

    private IpcHeader parse(byte[] header) {
        try {
            return IpcHeader.parse(header);
        } catch (WingsException e) {
            throw damaged("page's message cannot be parsed, " + e.getMessage(), e);
        }
    }

    /// The body at the position, with all buffers of the batch in it.
    private ArrowBuf nextBody(IpcHeader.RecordBatch batch) {
        long bodyBytes = batch.bodyBytes();
        if (bodyBytes < 0 || bodyBytes % IpcFormat.ALIGNMENT != 0 || bodyBytes > range.length() - position) {
            throw damaged("page's message cannot have such a body: body_bytes=" + bodyBytes, null);
        }
        long[] buffers = batch.buffers();
        for (int i = 0; i < buffers.length; i += 2) {
            long offset = buffers[i];
            long length = buffers[i + 1];
            if (offset < 0 || length < 0 || offset > bodyBytes || length > bodyBytes - offset) {
                throw damaged("page's buffer is not in its body: offset=" + offset + ", length=" + length, null);
            }
        }
        ArrowBuf body = bytes.slice(position, bodyBytes);
        position += bodyBytes;
        return body;
    }

    private WingsException damaged(String what, @Nullable Throwable cause) {
        return WingsException.dataLoss(what + ": " + range + ", position=" + (range.start() + position), cause);
    }
}
