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
package dev.wings.common.lake;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.store.ObjectStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.iceberg.io.PositionOutputStream;

/// Gathers an object in memory; [#close] stores it.
final class StoreOutputStream extends PositionOutputStream {

    private static final int FIRST_CHUNK_BYTES = 16 * 1024;
    private static final int LARGEST_CHUNK_BYTES = 4 * 1024 * 1024;

    private final ObjectStore store;
    private final String key;
    private final String location;
    /// All chunks except the last are full and flipped.
    private final List<ByteBuffer> chunks = new ArrayList<>();

    private ByteBuffer last = ByteBuffer.allocate(FIRST_CHUNK_BYTES);
    private long position;
    private boolean closed;

    StoreOutputStream(ObjectStore store, String key, String location) {
        this.store = store;
        this.key = key;
        this.location = location;
    }

    @Override
    public long getPos() {
        return position;
    }

    @Override
    public void write(int value) {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) {
        Objects.checkFromIndexSize(offset, count, bytes.length);
        if (closed) {
            throw new IllegalStateException("the file is closed: " + location);
        }
        int written = 0;
        while (written < count) {
            if (!last.hasRemaining()) {
                chunks.add(last.flip());
                last = ByteBuffer.allocate(Math.min(last.capacity() * 2, LARGEST_CHUNK_BYTES));
            }
            int part = Math.min(count - written, last.remaining());
            last.put(bytes, offset + written, part);
            written += part;
        }
        position += count;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        chunks.add(last.flip());
        try {
            store.create(key, chunks);
        } catch (WingsException e) {
            throw e.kind() == ErrorKind.ALREADY_EXISTS ? StoreOutputFile.taken(location) : e;
        } finally {
            chunks.clear();
        }
    }
}
