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

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/// What the cache knows of one object's local file. Guarded by the lock of its [CacheState]; only the constants may be
/// read without.
final class CachedFile {

    private static final String DATA = ".data";
    private static final String INDEX = ".index";

    private final ObjectId object;
    private final String name;
    private final int blockBytes;
    private final BitSet present;
    private final BitSet claimed = new BitSet();
    private final List<Flight> flights = new ArrayList<>();
    private int users;
    private long lastUseMillis;
    /// Goes up with each arrival, so that links have new names.
    private long version;

    /// Whether blocks came that the index on disk does not claim yet.
    private boolean grown;

    private boolean used;
    /// Whether the data file exists. Guarded by this object's monitor, which is held while it is made.
    private boolean hasData;

    /// Blocks that are on their way. The future ends when they are there, or with why they are not.
    record Flight(int startBlock, int endBlock, CompletableFuture<Void> done) {

        boolean overlaps(BitSet blocks) {
            int next = blocks.nextSetBit(startBlock);
            return next >= 0 && next < endBlock;
        }
    }

    private CachedFile(ObjectId object, String name, int blockBytes, BitSet present, long lastUseMillis) {
        this.object = object;
        this.name = name;
        this.blockBytes = blockBytes;
        this.present = present;
        this.lastUseMillis = lastUseMillis;
    }

    /// A file of an object of which nothing is there yet. The name is new for each file that ever was, so that
    /// an index that a crash brings back belongs to no other file's data.
    static CachedFile create(ObjectId object, UUID name, int blockBytes) {
        return new CachedFile(object, name.toString(), blockBytes, new BitSet(), 0);
    }

    /// A file of an object that a former process left.
    static CachedFile restore(String name, CacheIndex index) {
        CachedFile file = new CachedFile(
                index.object(),
                name,
                index.blockBytes(),
                (BitSet) index.blocks().clone(),
                index.lastUseMillis());
        file.hasData = true;
        return file;
    }

    /// Whether a file of the cache is an index, by its name.
    static boolean isIndex(String file) {
        return file.endsWith(INDEX);
    }

    static String nameOfIndex(String file) {
        return file.substring(0, file.length() - INDEX.length());
    }

    static String dataFile(String name) {
        return name + DATA;
    }

    static String indexFile(String name) {
        return name + INDEX;
    }

    /// A name for the data as they are now: it is another one as soon as something arrives.
    String linkName() {
        return name + "." + version + DATA;
    }

    boolean hasData() {
        return hasData;
    }

    void dataMade() {
        hasData = true;
    }

    ObjectId object() {
        return object;
    }

    String dataFile() {
        return dataFile(name);
    }

    String indexFile() {
        return indexFile(name);
    }

    int blockCount() {
        return blockCount(object, blockBytes);
    }

    static int blockCount(ObjectId object, int blockBytes) {
        return Math.toIntExact(Math.ceilDiv(object.bytes(), (long) blockBytes));
    }

    /// The blocks that hold these ranges.
    BitSet blocks(List<ByteRange> ranges) {
        BitSet blocks = new BitSet();
        for (ByteRange range : ranges) {
            if (range.end() > object.bytes()) {
                throw new IllegalArgumentException("beyond the object: object=" + object + ", range=" + range);
            }
            if (range.length() > 0) {
                blocks.set((int) (range.start() / blockBytes), (int) Math.ceilDiv(range.end(), (long) blockBytes));
            }
        }
        return blocks;
    }

    /// The bytes of blocks `[startBlock, endBlock)`.
    ByteRange bytes(int startBlock, int endBlock) {
        return new ByteRange((long) startBlock * blockBytes, Math.min((long) endBlock * blockBytes, object.bytes()));
    }

    long bytes(BitSet blocks) {
        long bytes = (long) blocks.cardinality() * blockBytes;
        boolean last = blockCount() > 0 && blocks.get(blockCount() - 1);
        return last ? bytes - ((long) blockCount() * blockBytes - object.bytes()) : bytes;
    }

    /// The blocks among `wanted` that are there.
    BitSet present(BitSet wanted) {
        BitSet found = (BitSet) wanted.clone();
        found.and(present);
        return found;
    }

    /// How many bytes of a range are there.
    long presentBytes(ByteRange range) {
        long bytes = 0;
        for (int block : present(blocks(List.of(range))).stream().toArray()) {
            ByteRange found = bytes(block, block + 1);
            bytes += Math.min(found.end(), range.end()) - Math.max(found.start(), range.start());
        }
        return bytes;
    }

    /// The blocks among `wanted` that are not there and that nobody fetches.
    BitSet missing(BitSet wanted) {
        BitSet missing = (BitSet) wanted.clone();
        missing.andNot(present);
        missing.andNot(claimed);
        return missing;
    }

    /// The flights that bring any of the blocks `wanted`.
    List<Flight> flights(BitSet wanted) {
        return flights.stream().filter(flight -> flight.overlaps(wanted)).toList();
    }

    List<Flight> flights() {
        return List.copyOf(flights);
    }

    Flight claim(int startBlock, int endBlock) {
        claimed.set(startBlock, endBlock);
        Flight flight = new Flight(startBlock, endBlock, new CompletableFuture<>());
        flights.add(flight);
        users++;
        return flight;
    }

    /// Ends a flight: its blocks are there, or nobody fetches them any more.
    void land(Flight flight, boolean arrived) {
        flights.remove(flight);
        claimed.clear(flight.startBlock(), flight.endBlock());
        users--;
        if (arrived) {
            present.set(flight.startBlock(), flight.endBlock());
            version++;
            grown = true;
        }
    }

    void use(long nowMillis) {
        users++;
        lastUseMillis = Math.max(lastUseMillis, nowMillis);
        used = true;
    }

    void release() {
        users--;
    }

    boolean inUse() {
        return users > 0;
    }

    long lastUseMillis() {
        return lastUseMillis;
    }

    /// The bytes of all blocks that are there or on their way.
    long heldBytes() {
        BitSet held = (BitSet) present.clone();
        held.or(claimed);
        return bytes(held);
    }

    boolean isEmpty() {
        return present.isEmpty();
    }

    boolean grown() {
        return grown;
    }

    /// Whether the index on disk is behind what is there.
    boolean changed() {
        return grown || (used && !present.isEmpty());
    }

    /// The index as it is to be on disk once the data are synced; it counts as written from now on.
    CacheIndex takeIndex() {
        grown = false;
        used = false;
        return new CacheIndex(object, blockBytes, lastUseMillis, (BitSet) present.clone());
    }

    /// Takes back [#takeIndex]: the index could not be written after all.
    void keepIndex() {
        grown = true;
    }
}
