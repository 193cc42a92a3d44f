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

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// A disk in memory that forgets, at [#crash], any part of what was not synced.
final class LosingDisk implements CacheDisk {

    private final Map<String, byte[]> files = new HashMap<>();
    private final Map<String, List<ByteRange>> unsynced = new HashMap<>();
    private final Map<String, byte[]> olderNames = new HashMap<>();
    private boolean crashed;
    private int falseClaims;

    /// The disk as the next process finds it. The old one fails from now on.
    synchronized LosingDisk crash(Random random) {
        crashed = true;
        LosingDisk after = new LosingDisk();
        // what was removed or replaced may come back
        olderNames.forEach((name, content) -> {
            if (random.nextInt(3) == 0) {
                after.files.put(name, content.clone());
            }
        });
        files.forEach((name, content) -> {
            byte[] left = content.clone();
            for (ByteRange range : unsynced.getOrDefault(name, List.of())) {
                if (random.nextBoolean()) {
                    int cut = random.nextInt((int) range.length() + 1);
                    java.util.Arrays.fill(left, (int) range.start() + cut, (int) range.end(), (byte) 0);
                }
            }
            boolean torn = name.endsWith(".index") && random.nextInt(4) == 0;
            if (!torn || !after.files.containsKey(name)) {
                after.files.put(name, torn ? java.util.Arrays.copyOf(left, random.nextInt(left.length)) : left);
            }
        });
        return after;
    }

    /// How many indexes said more than what was synced.
    synchronized int falseClaims() {
        return falseClaims;
    }

    private boolean claimsUnsynced(String name, byte[] content) {
        CacheIndex index = CacheIndex.decode(content).orElseThrow();
        return unsynced.getOrDefault(CachedFile.dataFile(CachedFile.nameOfIndex(name)), List.of()).stream()
                .anyMatch(range -> index.blocks()
                                .get(
                                        (int) (range.start() / index.blockBytes()),
                                        (int) ((range.end() - 1) / index.blockBytes()) + 1)
                                .cardinality()
                        > 0);
    }

    private void check() throws IOException {
        if (crashed) {
            throw new IOException("the machine is down");
        }
    }

    private byte[] file(String name) throws IOException {
        byte[] file = files.get(name);
        if (file == null) {
            throw new IOException("no such file: " + name);
        }
        return file;
    }

    @Override
    public synchronized List<String> list() {
        return List.copyOf(files.keySet());
    }

    @Override
    public synchronized void create(String name, long bytes) throws IOException {
        check();
        files.put(name, new byte[(int) bytes]);
    }

    @Override
    public synchronized long size(String name) throws IOException {
        return file(name).length;
    }

    @Override
    public synchronized void write(String name, long position, ByteBuffer from) throws IOException {
        check();
        int bytes = from.remaining();
        unsynced.computeIfAbsent(name, missing -> new ArrayList<>()).add(new ByteRange(position, position + bytes));
        from.get(file(name), (int) position, bytes);
    }

    @Override
    public synchronized void read(String name, long position, ByteBuffer into) throws IOException {
        check();
        into.put(file(name), (int) position, into.remaining());
    }

    @Override
    public synchronized void sync(String name) throws IOException {
        check();
        file(name);
        unsynced.remove(name);
    }

    @Override
    public synchronized void replace(String name, byte[] content) throws IOException {
        check();
        falseClaims += CachedFile.isIndex(name) && claimsUnsynced(name, content) ? 1 : 0;
        byte[] old = files.put(name, content.clone());
        if (old != null) {
            olderNames.put(name, old);
        }
    }

    @Override
    public synchronized byte[] load(String name) throws IOException {
        return file(name).clone();
    }

    @Override
    public synchronized void delete(String name) throws IOException {
        check();
        byte[] old = files.remove(name);
        if (old != null) {
            olderNames.put(name, old);
        }
    }

    @Override
    public void link(String name, Path link) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Path links() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        // there is nothing to close
    }
}
