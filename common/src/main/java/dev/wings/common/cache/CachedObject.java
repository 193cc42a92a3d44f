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

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/// An object that somebody uses: it stays in the cache until this is closed. Safe for use by many threads.
public interface CachedObject extends AutoCloseable {

    /// What [#load] found.
    ///
    /// @param cachedBytes bytes that were there before, in whole blocks
    /// @param fetchedBytes bytes that were not there, and that this call or one at the same time fetched
    record Loaded(long cachedBytes, long fetchedBytes) {

        public static final Loaded NONE = new Loaded(0, 0);

        public Loaded plus(Loaded other) {
            return new Loaded(cachedBytes + other.cachedBytes, fetchedBytes + other.fetchedBytes);
        }
    }

    /// Which object it is.
    ObjectId id();

    /// Blocks until these ranges are in the local file. Fails as the object store does, with EXHAUSTED if the cache is
    /// full of what is in use, and with UNAVAILABLE if the disk fails; what could be fetched stays.
    Loaded load(List<ByteRange> ranges);

    /// How many bytes of the blocks that hold these ranges are in the local file.
    long cachedBytes(List<ByteRange> ranges);

    /// Loads and reads bytes `[start, start + into.remaining())`, whose position moves to its limit.
    Loaded read(long start, ByteBuffer into);

    /// Makes another name of the local file in a directory, for readers that want to open it themselves. It has
    /// the size of the object and, in the loaded ranges, its bytes; elsewhere it may read as zeros. Whoever asks
    /// removes the name before closing this. The directory is on the file system of the cache, so best below
    /// [RangeCache#links].
    ///
    /// The name is the one of an earlier call only if nothing was added to the file since, and never that of
    /// another file: what a reader remembers by it stays true.
    Path link(Path directory);

    /// Ends the use of the object. No other call may be going on any more.
    @Override
    void close();
}
