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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.xxhash.XXHash32;
import net.jpountz.xxhash.XXHashFactory;

/// The LZ4 frame format (lz4_Frame_format.md, version 1.6.4): what Arrow calls LZ4_FRAME.
///
/// Blocks are decoded here and not by lz4-java: that takes only frames with independent blocks, and Arrow's C++
/// writes blocks that refer to the ones before them.
final class Lz4Frame {

    private static final int MAGIC = 0x184D2204;
    private static final int VERSION_MASK = 0xC0;
    private static final int VERSION = 0x40;
    private static final int INDEPENDENT_BLOCKS = 0x20;
    private static final int BLOCK_CHECKSUMS = 0x10;
    private static final int CONTENT_SIZE = 0x08;
    private static final int CONTENT_CHECKSUM = 0x04;
    private static final int RESERVED = 0x02;
    private static final int DICTIONARY = 0x01;
    private static final int UNCOMPRESSED_BLOCK = 0x80000000;
    private static final int SMALLEST_BLOCK_ID = 4;
    private static final int LARGEST_BLOCK_ID = 7;
    private static final int LARGEST_BLOCK_BYTES = 4 * 1024 * 1024;

    private static final int MIN_MATCH = 4;
    private static final int RUN_MASK = 15;

    private final MemorySegment source;
    private final MemorySegment target;
    private final XXHash32 hash = XXHashFactory.fastestInstance().hash32();
    private long in;
    private long out;

    private Lz4Frame(MemorySegment source, MemorySegment target) {
        this.source = source;
        this.target = target;
    }

    /// Decodes one frame that fills `target` exactly. Fails with INVALID for anything else; writes nowhere but
    /// there.
    static void decompress(MemorySegment source, MemorySegment target) {
        try {
            new Lz4Frame(source, target).frame();
        } catch (IndexOutOfBoundsException e) {
            throw new WingsException(ErrorKind.INVALID, "the LZ4 frame is corrupt, or longer than it says", e);
        }
    }

    /// Bytes that a frame of that much data has at most.
    static long maxCompressedBytes(long bytes) {
        long blocks = bytes / LARGEST_BLOCK_BYTES + 1;
        // Header, sizes of blocks, end mark; a block that does not shrink is stored as it is.
        return 7 + blocks * Integer.BYTES + bytes + Integer.BYTES;
    }

    /// Encodes one frame of independent blocks; returns its length. `target` has [#maxCompressedBytes].
    static long compress(MemorySegment source, MemorySegment target) {
        target.set(ArrayData.INT, 0, MAGIC);
        target.set(ValueLayout.JAVA_BYTE, 4, (byte) (VERSION | INDEPENDENT_BLOCKS));
        target.set(ValueLayout.JAVA_BYTE, 5, (byte) (LARGEST_BLOCK_ID << 4));
        XXHash32 hash = XXHashFactory.fastestInstance().hash32();
        target.set(ValueLayout.JAVA_BYTE, 6, headerChecksum(hash, target, 4, 6));
        long out = 7;
        for (long in = 0; in < source.byteSize(); in += LARGEST_BLOCK_BYTES) {
            int length = (int) Math.min(LARGEST_BLOCK_BYTES, source.byteSize() - in);
            ByteBuffer block = source.asSlice(in, length).asByteBuffer();
            byte[] packed =
                    new byte[LZ4Factory.fastestInstance().fastCompressor().maxCompressedLength(length)];
            int packedLength = LZ4Factory.fastestInstance()
                    .fastCompressor()
                    .compress(block, 0, length, ByteBuffer.wrap(packed), 0, packed.length);
            if (packedLength < length) {
                target.set(ArrayData.INT, out, packedLength);
                MemorySegment.copy(packed, 0, target, ValueLayout.JAVA_BYTE, out + Integer.BYTES, packedLength);
                out += Integer.BYTES + packedLength;
            } else {
                target.set(ArrayData.INT, out, length | UNCOMPRESSED_BLOCK);
                MemorySegment.copy(source, in, target, out + Integer.BYTES, length);
                out += Integer.BYTES + length;
            }
        }
        target.set(ArrayData.INT, out, 0);
        return out + Integer.BYTES;
    }

    private void frame() {
        check(readInt() == MAGIC, "it has no frame header");
        long descriptor = in;
        int flags = readByte();
        int blockDescriptor = readByte();
        int blockId = blockDescriptor >>> 4;
        check((flags & VERSION_MASK) == VERSION && (flags & RESERVED) == 0, "its version is not known");
        check((flags & DICTIONARY) == 0, "it needs a dictionary");
        check(
                (blockDescriptor & 0x8F) == 0 && blockId >= SMALLEST_BLOCK_ID && blockId <= LARGEST_BLOCK_ID,
                "its block size is not known");
        if ((flags & CONTENT_SIZE) != 0) {
            check(readLong() == target.byteSize(), "its content has another size");
        }
        byte checksum = headerChecksum(hash, source, descriptor, in);
        check((byte) readByte() == checksum, "the checksum of its header is wrong");
        blocks(1 << (2 * blockId + 8), (flags & BLOCK_CHECKSUMS) != 0, (flags & INDEPENDENT_BLOCKS) != 0);
        check(out == target.byteSize(), "its content is too short");
        if ((flags & CONTENT_CHECKSUM) != 0) {
            check(
                    readInt() == hash.hash(target.asByteBuffer(), 0, (int) target.byteSize(), 0),
                    "its checksum is wrong");
        }
        check(in == source.byteSize(), "something follows its end");
    }

    private void blocks(int maxBlockBytes, boolean checksums, boolean independent) {
        for (int size = readInt(); size != 0; size = readInt()) {
            int length = size & ~UNCOMPRESSED_BLOCK;
            check(length <= maxBlockBytes && length <= source.byteSize() - in, "a block is too long");
            long start = in;
            long outLimit = Math.min(target.byteSize(), out + maxBlockBytes);
            if ((size & UNCOMPRESSED_BLOCK) != 0) {
                check(length <= outLimit - out, "its content is too long");
                MemorySegment.copy(source, in, target, out, length);
                in += length;
                out += length;
            } else {
                block(start + length, outLimit, independent ? out : 0);
            }
            if (checksums) {
                check(
                        readInt() == hash.hash(source.asSlice(start, length).asByteBuffer(), 0, length, 0),
                        "the checksum of a block is wrong");
            }
        }
    }

    /// Decodes the sequences in `[in, inEnd)`: each some literal bytes, then a match, which the last one has
    /// not. Matches reach back to `matchFloor` at most.
    private void block(long inEnd, long outLimit, long matchFloor) {
        while (true) {
            int token = readByte();
            long literals = length(token >>> 4, inEnd);
            check(literals <= inEnd - in && literals <= outLimit - out, "a literal run is too long");
            copyLiterals(literals);
            if (in == inEnd) {
                return;
            }
            check(inEnd - in >= Short.BYTES, "a block ends within a sequence");
            int distance = source.get(ArrayData.SHORT, in) & 0xFFFF;
            in += Short.BYTES;
            long match = length(token & RUN_MASK, inEnd) + MIN_MATCH;
            check(distance != 0 && distance <= out - matchFloor && match <= outLimit - out, "a match is out of range");
            copyMatch(distance, match);
            check(in < inEnd, "a block ends within a sequence");
        }
    }

    private long length(int nibble, long inEnd) {
        long length = nibble;
        if (nibble == RUN_MASK) {
            int more;
            do {
                check(in < inEnd, "a block ends within a sequence");
                more = readByte();
                length += more;
            } while (more == 0xFF);
        }
        return length;
    }

    private void copyLiterals(long length) {
        if (length <= 2 * Long.BYTES
                && source.byteSize() - in >= 2 * Long.BYTES
                && target.byteSize() - out >= 2 * Long.BYTES) {
            // The common case: more is copied than needed, and written over later.
            target.set(ArrayData.LONG, out, source.get(ArrayData.LONG, in));
            target.set(ArrayData.LONG, out + Long.BYTES, source.get(ArrayData.LONG, in + Long.BYTES));
        } else {
            MemorySegment.copy(source, in, target, out, length);
        }
        in += length;
        out += length;
    }

    private void copyMatch(int distance, long length) {
        long end = out + length;
        if (distance >= Long.BYTES && target.byteSize() - end >= Long.BYTES) {
            for (; out < end; out += Long.BYTES) {
                target.set(ArrayData.LONG, out, target.get(ArrayData.LONG, out - distance));
            }
            out = end;
        } else {
            // A match may reach into itself: byte by byte repeats what was just written.
            for (; out < end; out++) {
                target.set(ValueLayout.JAVA_BYTE, out, target.get(ValueLayout.JAVA_BYTE, out - distance));
            }
        }
    }

    private static byte headerChecksum(XXHash32 hash, MemorySegment memory, long from, long to) {
        int length = (int) (to - from);
        return (byte) (hash.hash(memory.asSlice(from, length).asByteBuffer(), 0, length, 0) >>> 8);
    }

    private int readByte() {
        return source.get(ValueLayout.JAVA_BYTE, in++) & 0xFF;
    }

    private int readInt() {
        int value = source.get(ArrayData.INT, in);
        in += Integer.BYTES;
        return value;
    }

    private long readLong() {
        long value = source.get(ArrayData.LONG, in);
        in += Long.BYTES;
        return value;
    }

    private static void check(boolean holds, String problem) {
        if (!holds) {
            throw WingsException.invalid("the LZ4 frame is corrupt: " + problem);
        }
    }
}
