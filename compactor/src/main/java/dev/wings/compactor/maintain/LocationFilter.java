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
package dev.wings.compactor.maintain;

/// Remembers locations in a fixed amount of memory, however many they are: a Bloom filter.
///
/// It may take a location for one that was added, never the other way round. So a file that is referred to is never
/// missed, and an orphan may be: it stays until a filter with another seed looks at it.
final class LocationFilter {

    /// 8 MiB: among 5 million files one orphan in some hundreds is missed.
    private static final int BITS = 1 << 26;

    private static final int HASHES = 7;

    private final long[] bits = new long[BITS / Long.SIZE];
    private final long seed;

    LocationFilter(long seed) {
        this.seed = seed;
    }

    void add(String location) {
        long hash = hash(location);
        long step = step(hash);
        for (int i = 0; i < HASHES; i++) {
            int bit = (int) (hash + i * step) & (BITS - 1);
            bits[bit / Long.SIZE] |= 1L << bit;
        }
    }

    boolean mayContain(String location) {
        long hash = hash(location);
        long step = step(hash);
        for (int i = 0; i < HASHES; i++) {
            int bit = (int) (hash + i * step) & (BITS - 1);
            if ((bits[bit / Long.SIZE] & 1L << bit) == 0) {
                return false;
            }
        }
        return true;
    }

    private long hash(String location) {
        long hash = mixed(seed);
        for (int i = 0; i < location.length(); i++) {
            hash = mixed(hash ^ location.charAt(i));
        }
        return hash;
    }

    /// The distance between the bits of a location; it is odd, so that they differ.
    private static long step(long hash) {
        return mixed(hash ^ 0x9E37_79B9_7F4A_7C15L) | 1;
    }

    /// The finalizer of SplitMix64.
    private static long mixed(long value) {
        long mixed = value + 0x9E37_79B9_7F4A_7C15L;
        mixed = (mixed ^ mixed >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D0_49BB_1331_11EBL;
        return mixed ^ mixed >>> 31;
    }
}
