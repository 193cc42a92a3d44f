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
package dev.wings.cli.push;

import dev.wings.common.arrow.IpcHeader;
import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ReadChannel;
import org.apache.arrow.vector.ipc.message.MessageChannelReader;
import org.apache.arrow.vector.ipc.message.MessageResult;

/// The messages of an Arrow stream. Each is checked before Arrow's reader takes it, which would take memory for
/// whatever lengths it finds, and bytes in any order.
final class ArrowMessages extends MessageChannelReader {

    private static final int CONTINUATION = 0xFFFFFFFF;
    private static final int PREFIX_BYTES = 8;
    private static final int MAGIC_BYTES = 6;
    private static final int FOOTER_END_BYTES = Integer.BYTES + MAGIC_BYTES;

    private final InputStream bytes;
    private boolean started;

    /// @param in can go back to a mark
    ArrowMessages(InputStream in, BufferAllocator allocator) {
        super(new ReadChannel(Channels.newChannel(in)), allocator);
        this.bytes = in;
    }

    @Override
    public MessageResult readNext() throws IOException {
        check();
        return super.readNext();
    }

    private void check() throws IOException {
        bytes.mark(PREFIX_BYTES + IpcHeader.MAX_BYTES);
        ByteBuffer prefix = ByteBuffer.wrap(bytes.readNBytes(PREFIX_BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        // older streams have no word before the length
        boolean old = prefix.remaining() >= Integer.BYTES && prefix.getInt(0) != CONTINUATION;
        int needed = old ? Integer.BYTES : PREFIX_BYTES;
        if (prefix.remaining() >= needed) {
            int length = prefix.getInt(needed - Integer.BYTES);
            if (length < 0 || length > IpcHeader.MAX_BYTES) {
                throw WingsException.invalid(
                        "what follows is not an Arrow message: header_bytes=" + Integer.toUnsignedString(length));
            }
            if (!started && length > 0) {
                bytes.reset();
                bytes.skipNBytes(needed);
                // this fails if it is big-endian
                IpcHeader.parse(bytes.readNBytes(length));
                started = true;
            }
        }
        bytes.reset();
    }

    /// Checks a file with a footer, as messages of a stream are checked. Fails with INVALID for a footer that
    /// cannot be.
    static void checkFooter(FileChannel file) throws IOException {
        long size = file.size();
        ByteBuffer end = read(file, size - FOOTER_END_BYTES, FOOTER_END_BYTES);
        long length = end.getInt(0);
        if (length <= 0 || length > size - FOOTER_END_BYTES - MAGIC_BYTES || length > IpcHeader.MAX_BYTES * 8L) {
            throw WingsException.invalid("it is not a whole Arrow file: footer_bytes=" + length + ", bytes=" + size);
        }
        Footer footer = Footer.getRootAsFooter(read(file, size - FOOTER_END_BYTES - length, (int) length));
        if (footer.schema().endianness() != Endianness.Little) {
            throw WingsException.invalid("the Arrow schema is big-endian: only little-endian data is taken");
        }
        for (int i = 0; i < footer.dictionariesLength(); i++) {
            check(footer.dictionaries(i), size);
        }
        for (int i = 0; i < footer.recordBatchesLength(); i++) {
            check(footer.recordBatches(i), size);
        }
    }

    private static void check(Block block, long size) {
        boolean inside = block.offset() >= 0
                && block.metaDataLength() > 0
                && block.bodyLength() >= 0
                && block.bodyLength() <= size
                && block.offset() <= size - block.metaDataLength() - block.bodyLength();
        if (!inside) {
            throw WingsException.invalid("a batch of the Arrow file lies outside of it: offset=" + block.offset()
                    + ", header_bytes=" + block.metaDataLength() + ", body_bytes=" + block.bodyLength() + ", bytes="
                    + size);
        }
    }

    private static ByteBuffer read(FileChannel file, long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (position < 0 || file.read(bytes, position + bytes.position()) < 0) {
                throw WingsException.invalid("it is not a whole Arrow file: bytes=" + file.size());
            }
        }
        return bytes.flip();
    }
}
