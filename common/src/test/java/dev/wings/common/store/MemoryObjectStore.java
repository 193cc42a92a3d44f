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
package dev.wings.common.store;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/// Objects on the heap, for tests of what uses a store. It passes the same contract as the real stores: an
/// object is there as a whole or not at all, whatever becomes of whoever made it. `beforeCreate` runs first in
/// each [#create] and may block or throw.
public final class MemoryObjectStore implements ObjectStore {

    private final InstantSource clock;
    private final ConcurrentNavigableMap<String, Stored> objects = new ConcurrentSkipListMap<>();

    private volatile Hook beforeCreate = key -> {};

    private record Stored(ObjectInfo info, ByteBuffer content) {}

    /// Sees each object before it is there.
    public interface Hook {
        void run(String key) throws InterruptedException;
    }

    public MemoryObjectStore() {
        this(InstantSource.system());
    }

    public MemoryObjectStore(InstantSource clock) {
        this.clock = clock;
    }

    public void beforeCreate(Hook hook) {
        beforeCreate = hook;
    }

    /// What is there now, by key.
    public SortedMap<String, byte[]> objects() {
        SortedMap<String, byte[]> copies = new TreeMap<>();
        objects.forEach((key, stored) -> {
            byte[] copy = new byte[stored.content.remaining()];
            stored.content.duplicate().get(copy);
            copies.put(key, copy);
        });
        return copies;
    }

    @Override
    public void create(String key, List<ByteBuffer> content) {
        ObjectKey.check(key);
        try {
            beforeCreate.run(key);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw WingsException.unavailable("interrupted: key=" + key, e);
        }
        int bytes = content.stream().mapToInt(ByteBuffer::remaining).reduce(0, Math::addExact);
        ByteBuffer copy = ByteBuffer.allocate(bytes);
        content.forEach(buffer -> copy.put(buffer.duplicate()));
        Stored stored = new Stored(new ObjectInfo(key, bytes, clock.instant()), copy.flip());
        if (objects.putIfAbsent(key, stored) != null) {
            throw new WingsException(ErrorKind.ALREADY_EXISTS, "object exists: key=" + key);
        }
    }

    @Override
    public void read(String key, long start, ByteBuffer into) {
        Stored stored = objects.get(ObjectKey.check(key));
        if (start < 0) {
            throw WingsException.invalid("bad range: key=" + key + ", start=" + start);
        }
        if (stored == null) {
            throw WingsException.notFound("object does not exist: key=" + key);
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new WingsException(ErrorKind.CANCELLED, "interrupted: key=" + key);
        }
        if (start > stored.content.limit() || into.remaining() > stored.content.limit() - start) {
            throw WingsException.invalid("object ends before the range does: key=" + key);
        }
        into.put(stored.content.slice((int) start, into.remaining()));
    }

    @Override
    public Optional<ObjectInfo> find(String key) {
        return Optional.ofNullable(objects.get(ObjectKey.check(key))).map(Stored::info);
    }

    @Override
    public List<ObjectInfo> list(String prefix, String startAfter, int limit) {
        ObjectKey.checkPrefix(prefix);
        return objects.tailMap(startAfter, false).values().stream()
                .map(Stored::info)
                .filter(info -> info.key().startsWith(prefix))
                .limit(limit)
                .toList();
    }

    @Override
    public void delete(String key) {
        objects.remove(ObjectKey.check(key));
    }

    @Override
    public void close() {}
}
