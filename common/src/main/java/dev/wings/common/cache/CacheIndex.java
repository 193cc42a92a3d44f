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
package dev.wings.common.cache;

import java.net.URI;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import java.util.zip.CRC32C;

/// What is on disk of one object: the small file beside its data. Little endian:
///
/// | bytes | what |
/// |---|---|
/// | 8 | `WINGSCA1` |
/// | 4 | bytes of a block |
/// | 8 | bytes of the object |
/// | 8 | time of the last use, Unix milliseconds |
/// | 4 + n, 4 + n, 4 + n | store, key (UTF-8), bitmap of the blocks that are there |
/// | 4 | CRC32C of all before |
///
/// It is written after the data that it claims was synced, so a block in the bitmap is there as a whole. A file that is
/// torn, or of another version, says nothing.
record CacheIndex(ObjectId object, int blockBytes, long lastUseMillis, BitSet blocks) {

    private static final byte[] MAGIC = "WINGSCA1".getBytes(StandardCharsets.US_ASCII);

    private static final int FIXED_BYTES = MAGIC.length + 4 + 8 + 8 + 3 * 4 + 4;

    byte[] encode() {
        byte[] store = object.store().toString().getBytes(StandardCharsets.UTF_8);
        byte[] key = object.key().getBytes(StandardCharsets.UTF_8);
        byte[] bitmap = blocks.toByteArray();
        ByteBuffer out = ByteBuffer.allocate(FIXED_BYTES + store.length + key.length + bitmap.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(MAGIC)
                .putInt(blockBytes)
                .putLong(object.bytes())
                .putLong(lastUseMillis);
        for (byte[] part : new byte[][] {store, key, bitmap}) {
            out.putInt(part.length).put(part);
        }
        out.putInt(crc(out.array(), out.position()));
        return out.array();
    }

    /// Empty for anything that [#encode] does not make.
    static Optional<CacheIndex> decode(byte[] bytes) {
        try {
            ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            byte[] magic = new byte[MAGIC.length];
            in.get(magic);
            if (!Arrays.equals(magic, MAGIC)
                    || in.getInt(bytes.length - Integer.BYTES) != crc(bytes, bytes.length - Integer.BYTES)) {
                return Optional.empty();
            }
            int blockBytes = in.getInt();
            long objectBytes = in.getLong();
            long lastUseMillis = in.getLong();
            URI store = URI.create(new String(part(in), StandardCharsets.UTF_8));
            String key = new String(part(in), StandardCharsets.UTF_8);
            BitSet blocks = BitSet.valueOf(part(in));
            return Optional.of(
                    new CacheIndex(new ObjectId(store, key, objectBytes), blockBytes, lastUseMillis, blocks));
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    private static byte[] part(ByteBuffer in) {
        byte[] part = new byte[in.getInt()];
        in.get(part);
        return part;
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
