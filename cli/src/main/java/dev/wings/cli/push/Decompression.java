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

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream;

/// Files of text that are compressed as a whole.
final class Decompression {

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MAX_MAGIC_BYTES = 6;
    private static final int XZ_MEMORY_KIB = 128 << 10;

    private static final byte[] GZIP = {0x1F, (byte) 0x8B};
    private static final byte[] ZSTANDARD = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD};
    private static final byte[] BZIP2 = {'B', 'Z', 'h'};
    private static final byte[] XZ = {(byte) 0xFD, '7', 'z', 'X', 'Z', 0};

    private Decompression() {}

    /// Whether the file is compressed: text does not start so.
    static boolean isCompressed(byte[] head) {
        return FileFormat.startsWith(head, GZIP)
                || FileFormat.startsWith(head, ZSTANDARD)
                || FileFormat.startsWith(head, XZ)
                || isBzip2(head);
    }

    /// Whether what follows is a digit and the start of a block.
    private static boolean isBzip2(byte[] head) {
        return FileFormat.startsWith(head, BZIP2)
                && head.length > 4
                && head[3] >= '1'
                && head[3] <= '9'
                && head[4] == '1';
    }

    /// The content of the file. Takes over `in`.
    static InputStream open(BufferedInputStream in) throws IOException {
        in.mark(MAX_MAGIC_BYTES);
        byte[] head = in.readNBytes(MAX_MAGIC_BYTES);
        in.reset();
        if (FileFormat.startsWith(head, GZIP)) {
            return new GZIPInputStream(in, BUFFER_BYTES);
        }
        if (FileFormat.startsWith(head, ZSTANDARD)) {
            return new ZstdCompressorInputStream(in);
        }
        if (FileFormat.startsWith(head, XZ)) {
            InputStream unpacked = XZCompressorInputStream.builder()
                    .setInputStream(in)
                    .setDecompressConcatenated(true)
                    .setMemoryLimitKiB(XZ_MEMORY_KIB)
                    .get();
            return new BufferedInputStream(unpacked, BUFFER_BYTES);
        }
        return isBzip2(head) ? new BufferedInputStream(new BZip2CompressorInputStream(in, true), BUFFER_BYTES) : in;
    }
}
