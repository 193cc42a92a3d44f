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

import dev.wings.common.cache.CachedFile.Flight;
import dev.wings.common.error.WingsException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Knows which blocks of objects are on the local disk, which are on their way, and which have to go to make
/// room for others. It does no I/O. Safe for use by many threads: one lock guards all of it, and is held for
/// microseconds.
final class CacheState {

    private final long capacityBytes;
    private final int blockBytes;
    private final int requestBlocks;
    private final int gapBlocks;
    private final Map<ObjectId, CachedFile> files = new HashMap<>();
    private long usedBytes;

    /// @param capacityBytes the bytes of all blocks that are there or on their way
    /// @param requestBlocks how many blocks one request fetches at most
    /// @param gapBlocks so many blocks that nobody asked for are fetched as well if that saves a request
    CacheState(long capacityBytes, int blockBytes, int requestBlocks, int gapBlocks) {
        this.capacityBytes = capacityBytes;
        this.blockBytes = blockBytes;
        this.requestBlocks = requestBlocks;
        this.gapBlocks = gapBlocks;
    }

    /// What one caller has to do.
    ///
    /// @param own blocks that the caller fetches, each flight followed by [#land]
    /// @param others blocks that others fetch, which the caller waits for
    /// @param evicted files that the caller deletes
    record Work(List<Flight> own, List<Flight> others, List<CachedFile> evicted, CachedObject.Loaded loaded) {}

    /// Takes over a file that a former process left. False if there is another file of the same object: a crash
    /// can bring back one that was evicted.
    synchronized boolean restore(CachedFile file) {
        if (files.putIfAbsent(file.object(), file) != null) {
            return false;
        }
        usedBytes += file.heldBytes();
        return true;
    }

    /// The file of an object, in use until [#release]. `name` is for one that is not known yet.
    synchronized CachedFile use(ObjectId object, UUID name, long nowMillis) {
        CachedFile file = files.computeIfAbsent(object, missing -> CachedFile.create(missing, name, blockBytes));
        file.use(nowMillis);
        return file;
    }

    /// Ends the use of a file. True if nothing is known of it any more.
    synchronized boolean release(CachedFile file) {
        file.release();
        return forgetIfUseless(file);
    }

    private boolean forgetIfUseless(CachedFile file) {
        return !file.inUse() && file.isEmpty() && files.remove(file.object(), file);
    }

    /// Claims what is missing of `wanted`, and of short gaps if there is room. EXHAUSTED, with nothing claimed, if all
    /// that could go is in use. The file is in use by the caller.
    synchronized Work claim(CachedFile file, List<ByteRange> wanted) {
        if (files.get(file.object()) != file) {
            // what a forgotten file holds would count for ever, since only those that are known are evicted
            throw new IllegalStateException("closed while it was loaded: " + file.object());
        }
        BitSet blocks = file.blocks(wanted);
        BitSet needed = file.missing(blocks);
        BitSet joined = withGaps(file, needed);
        BitSet missing = fits(file.bytes(joined)) ? joined : needed;
        List<CachedFile> evicted = makeRoom(file.bytes(missing));
        List<Flight> others = file.flights(blocks);
        List<Flight> own = new ArrayList<>();
        for (int start = missing.nextSetBit(0); start >= 0; start = missing.nextSetBit(start)) {
            int end = Math.min(missing.nextClearBit(start), start + requestBlocks);
            own.add(file.claim(start, end));
            start = end;
        }
        usedBytes += file.bytes(missing);
        long cached = file.bytes(file.present(blocks));
        return new Work(own, others, evicted, new CachedObject.Loaded(cached, file.bytes(blocks) - cached));
    }

    synchronized String linkName(CachedFile file) {
        return file.linkName();
    }

    synchronized long presentBytes(CachedFile file, List<ByteRange> ranges) {
        return ranges.stream().mapToLong(file::presentBytes).sum();
    }

    /// Joins runs of missing blocks over short gaps of blocks that are missing too.
    private BitSet withGaps(CachedFile file, BitSet missing) {
        BitSet joined = (BitSet) missing.clone();
        for (int end = missing.nextClearBit(Math.max(0, missing.nextSetBit(0))); ; ) {
            int next = missing.nextSetBit(end);
            if (next < 0) {
                return joined;
            }
            if (next - end <= gapBlocks) {
                BitSet gap = new BitSet();
                gap.set(end, next);
                if (file.missing(gap).equals(gap)) {
                    joined.or(gap);
                }
            }
            end = missing.nextClearBit(next);
        }
    }

    private boolean fits(long bytes) {
        if (usedBytes + bytes <= capacityBytes) {
            return true;
        }
        long inUse = files.values().stream()
                .filter(CachedFile::inUse)
                .mapToLong(CachedFile::heldBytes)
                .sum();
        return inUse + bytes <= capacityBytes;
    }

    private List<CachedFile> makeRoom(long bytes) {
        if (usedBytes + bytes <= capacityBytes) {
            return List.of();
        }
        List<CachedFile> evicted = new ArrayList<>();
        List<CachedFile> idle = files.values().stream()
                .filter(file -> !file.inUse())
                .sorted(Comparator.comparingLong(CachedFile::lastUseMillis))
                .toList();
        long free = capacityBytes - usedBytes;
        for (CachedFile file : idle) {
            if (free >= bytes) {
                break;
            }
            evicted.add(file);
            free += file.heldBytes();
        }
        if (free < bytes) {
            throw WingsException.exhausted("the cache is full of what is being read: limit_bytes=" + capacityBytes
                    + ", wanted_bytes=" + bytes);
        }
        evicted.forEach(this::remove);
        return evicted;
    }

    private void remove(CachedFile file) {
        files.remove(file.object());
        usedBytes -= file.heldBytes();
    }

    /// Ends a claim. True if nothing is known of the file any more.
    synchronized boolean land(CachedFile file, Flight flight, boolean arrived) {
        if (!arrived) {
            usedBytes -= file.bytes(flight.startBlock(), flight.endBlock()).length();
        }
        file.land(flight, arrived);
        return forgetIfUseless(file);
    }

    /// The files whose index on disk is behind, in use until [#release].
    synchronized List<CachedFile> useChanged() {
        List<CachedFile> changed =
                files.values().stream().filter(CachedFile::changed).toList();
        changed.forEach(file -> file.use(0));
        return changed;
    }

    /// An index that is to be written.
    ///
    /// @param grown whether the index claims blocks that may not be synced
    record Taken(CacheIndex index, boolean grown) {}

    /// Takes the index of what is there now. The caller syncs the data if it has grown, then writes the index,
    /// or says [#keepIndex]. Index and growth are answered together: what arrives between two answers would be
    /// claimed without a sync.
    synchronized Taken takeIndex(CachedFile file) {
        boolean grown = file.grown();
        return new Taken(file.takeIndex(), grown);
    }

    synchronized void keepIndex(CachedFile file) {
        file.keepIndex();
    }

    /// All blocks that are on their way.
    synchronized List<Flight> flights() {
        return files.values().stream().flatMap(file -> file.flights().stream()).toList();
    }

    /// Takes the files that have to go because the cache became smaller.
    synchronized List<CachedFile> shrink() {
        return makeRoom(0);
    }

    synchronized long usedBytes() {
        return usedBytes;
    }

    synchronized int fileCount() {
        return files.size();
    }
}
