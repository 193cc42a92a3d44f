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

import com.github.luben.zstd.Zstd;
import dev.wings.common.error.WingsException;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.compression.AbstractCompressionCodec;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.compression.NoCompressionCodec;

/// The codecs of compressed IPC bodies, for Arrow's readers and writers: ZSTD on zstd-jni, LZ4_FRAME on
/// [Lz4Frame].
///
/// Each buffer is compressed by itself and starts with its uncompressed length; -1 says that it is stored as it
/// is. The length is not believed: a buffer that claims more than the factory's limit fails with INVALID before
/// anything is allocated, and so does one that does not decompress to the length it claims.
public final class BodyCompression implements CompressionCodec.Factory {

    private static final int LENGTH_BYTES = Long.BYTES;

    private final long maxBufferBytes;

    /// @param maxBufferBytes the longest a single buffer may be once it is decompressed
    public BodyCompression(long maxBufferBytes) {
        this.maxBufferBytes = maxBufferBytes;
    }

    @Override
    public CompressionCodec createCodec(CompressionUtil.CodecType type) {
        return createCodec(type, Zstd.defaultCompressionLevel());
    }

    @Override
    public CompressionCodec createCodec(CompressionUtil.CodecType type, int compressionLevel) {
        return switch (type) {
            case NO_COMPRESSION -> NoCompressionCodec.INSTANCE;
            case LZ4_FRAME -> new Codec(IpcHeader.Compression.LZ4_FRAME, type, compressionLevel, maxBufferBytes);
            case ZSTD -> new Codec(IpcHeader.Compression.ZSTD, type, compressionLevel, maxBufferBytes);
        };
    }

    /// The buffer as it was before it was compressed: a part of `compressed`, or memory from `memory`. Fails
    /// with INVALID.
    static Buf decompress(IpcHeader.Compression compression, Buf compressed, BatchMemory memory) {
        if (compressed.length() < LENGTH_BYTES) {
            throw WingsException.invalid("a compressed buffer is too short: bytes=" + compressed.length());
        }
        long length = compressed.segment().get(ArrayData.LONG, 0);
        Buf content = compressed.slice(LENGTH_BYTES, compressed.length() - LENGTH_BYTES);
        if (length == CompressionUtil.NO_COMPRESSION_LENGTH) {
            return content;
        }
        // The codecs count in ints.
        if (length < 0 || length > Integer.MAX_VALUE) {
            throw WingsException.invalid("a compressed buffer claims a bad length: bytes=" + length);
        }
        Buf target = memory.allocate(length);
        if (length > 0) {
            decompress(compression, content, target);
        }
        return target;
    }

    private static void decompress(IpcHeader.Compression compression, Buf content, Buf target) {
        switch (compression) {
            case NONE -> throw new IllegalArgumentException("nothing is compressed");
            case LZ4_FRAME -> Lz4Frame.decompress(content.segment(), target.segment());
            case ZSTD -> {
                long found = Zstd.decompressUnsafe(
                        target.segment().address(),
                        target.length(),
                        content.segment().address(),
                        content.length());
                if (Zstd.isError(found)) {
                    throw WingsException.invalid("a buffer is not what ZSTD made: " + Zstd.getErrorName(found));
                }
                if (found != target.length()) {
                    throw WingsException.invalid("a compressed buffer has another length than it claims: bytes=" + found
                            + ", claimed=" + target.length());
                }
            }
        }
    }

    /// One codec as Arrow asks for it.
    private static final class Codec extends AbstractCompressionCodec {

        private final IpcHeader.Compression compression;
        private final CompressionUtil.CodecType type;
        private final int level;
        private final long maxBufferBytes;

        Codec(IpcHeader.Compression compression, CompressionUtil.CodecType type, int level, long maxBufferBytes) {
            this.compression = compression;
            this.type = type;
            this.level = level;
            this.maxBufferBytes = maxBufferBytes;
        }

        @Override
        public CompressionUtil.CodecType getCodecType() {
            return type;
        }

        @Override
        protected ArrowBuf doDecompress(BufferAllocator allocator, ArrowBuf compressed) {
            Buf content = Buf.of(
                    compressed,
                    compressed.readerIndex() + LENGTH_BYTES,
                    compressed.writerIndex() - compressed.readerIndex() - LENGTH_BYTES);
            long length = readUncompressedLength(compressed);
            if (length < 0 || length > Math.min(maxBufferBytes, Integer.MAX_VALUE)) {
                throw WingsException.invalid(
                        "a compressed buffer claims a bad length: bytes=" + length + ", limit=" + maxBufferBytes);
            }
            ArrowBuf target = allocator.buffer(length);
            try {
                BodyCompression.decompress(compression, content, Buf.of(target, 0, length));
            } catch (RuntimeException | Error e) {
                target.close();
                throw e;
            }
            return target.writerIndex(length);
        }

        @Override
        protected ArrowBuf doCompress(BufferAllocator allocator, ArrowBuf uncompressed) {
            Buf source = Buf.of(uncompressed, 0, uncompressed.writerIndex());
            long bound = switch (compression) {
                case NONE -> throw new IllegalArgumentException("nothing to compress with");
                case LZ4_FRAME -> Lz4Frame.maxCompressedBytes(source.length());
                case ZSTD -> Zstd.compressBound(source.length());
            };
            ArrowBuf target = allocator.buffer(LENGTH_BYTES + bound);
            try {
                return target.writerIndex(LENGTH_BYTES + compress(source, Buf.of(target, LENGTH_BYTES, bound)));
            } catch (RuntimeException | Error e) {
                target.close();
                throw e;
            }
        }

        private long compress(Buf source, Buf target) {
            if (compression == IpcHeader.Compression.LZ4_FRAME) {
                return Lz4Frame.compress(source.segment(), target.segment());
            }
            long length = Zstd.compressUnsafe(
                    target.segment().address(),
                    target.length(),
                    source.segment().address(),
                    source.length(),
                    level);
            if (Zstd.isError(length)) {
                throw new IllegalStateException("ZSTD failed: " + Zstd.getErrorName(length));
            }
            return length;
        }
    }
}
