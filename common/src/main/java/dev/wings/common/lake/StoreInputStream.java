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

import dev.wings.common.error.WingsException;
import dev.wings.common.store.ObjectStore;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import org.apache.iceberg.io.FileRange;
import org.apache.iceberg.io.RangeReadable;
import org.apache.iceberg.io.SeekableInputStream;

/// Reads an object by ranges. Small reads are served from a buffer that is filled ahead; the buffer's size doubles
/// while the object is read on and on, so that a whole file takes few reads of the store and a footer little more
/// than itself.
final class StoreInputStream extends SeekableInputStream implements RangeReadable {

    private static final int FIRST_READ_BYTES = 64 * 1024;
    private static final int LARGEST_READ_BYTES = 4 * 1024 * 1024;

    private final ObjectStore store;
    private final String key;
    private final String location;
    private final long length;
    private long position;
    private ByteBuffer ahead = ByteBuffer.allocate(0);
    /// Where the first byte of `ahead` is in the object.
    private long aheadStart;

    private int nextReadBytes = FIRST_READ_BYTES;

    StoreInputStream(ObjectStore store, String key, String location, long length) {
        this.store = store;
        this.key = key;
        this.location = location;
        this.length = length;
    }

    @Override
    public long getPos() {
        return position;
    }

    @Override
    public void seek(long newPosition) {
        if (newPosition < 0) {
            throw new IllegalArgumentException("bad position: position=" + newPosition + ", file=" + location);
        }
        position = newPosition;
    }

    @Override
    public int read() {
        if (position >= length) {
            return -1;
        }
        fill();
        byte next = ahead.get((int) (position - aheadStart));
        position++;
        return next & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int count) {
        Objects.checkFromIndexSize(offset, count, into.length);
        if (count == 0) {
            return 0;
        }
        if (position >= length) {
            return -1;
        }
        int wanted = (int) Math.min(count, length - position);
        if (!isAhead() && wanted >= nextReadBytes) {
            fetch(position, ByteBuffer.wrap(into, offset, wanted));
            position += wanted;
            return wanted;
        }
        fill();
        int start = (int) (position - aheadStart);
        int served = Math.min(wanted, ahead.limit() - start);
        ahead.get(start, into, offset, served);
        position += served;
        return served;
    }

    @Override
    public long skip(long count) {
        long skipped = Math.clamp(length - position, 0, Math.max(0, count));
        position += skipped;
        return skipped;
    }

    @Override
    public int available() {
        return isAhead() ? (int) (aheadStart + ahead.limit() - position) : 0;
    }

    @Override
    public void readFully(long start, byte[] into, int offset, int count) throws EOFException {
        if (start < 0 || start + count > length) {
            throw new EOFException("file ends before the range does: file=" + location + ", start=" + start + ", bytes="
                    + count + ", file_bytes=" + length);
        }
        fetch(start, ByteBuffer.wrap(into, offset, count));
    }

    @Override
    public int readTail(byte[] into, int offset, int count) {
        int read = (int) Math.min(count, length);
        fetch(length - read, ByteBuffer.wrap(into, offset, read));
        return read;
    }

    @Override
    public void readVectored(List<FileRange> ranges, IntFunction<ByteBuffer> allocate) {
        for (FileRange range : ranges) {
            ByteBuffer into = allocate.apply(range.length()).limit(range.length());
            fetch(range.offset(), into);
            range.byteBuffer().complete(into.flip());
        }
    }

    @Override
    public void close() {
        ahead = ByteBuffer.allocate(0);
    }

    private boolean isAhead() {
        return position >= aheadStart && position < aheadStart + ahead.limit();
    }

    /// Makes sure that the byte at `position` is in the buffer.
    private void fill() {
        if (isAhead()) {
            return;
        }
        boolean goesOn = position == aheadStart + ahead.limit() && ahead.limit() > 0;
        nextReadBytes = goesOn ? Math.min(nextReadBytes * 2, LARGEST_READ_BYTES) : FIRST_READ_BYTES;
        ByteBuffer read = ByteBuffer.allocate((int) Math.min(nextReadBytes, length - position));
        fetch(position, read);
        ahead = read.flip();
        aheadStart = position;
    }

    private void fetch(long start, ByteBuffer into) {
        if (!into.hasRemaining()) {
            return;
        }
        try {
            store.read(key, start, into);
        } catch (WingsException e) {
            throw StoreInputFile.translated(e, location);
        }
    }
}
