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
package dev.wings.ingestor.testing;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.store.ObjectInfo;
import dev.wings.common.store.ObjectStore;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/// Objects in memory. `beforeCreate` runs first in each [#create] and may block or throw.
public final class MemoryObjectStore implements ObjectStore {

    /// Sees each upload before it happens.
    public interface Hook {
        void run(String key) throws InterruptedException;
    }

    private final ConcurrentSkipListMap<String, byte[]> objects = new ConcurrentSkipListMap<>();
    private volatile Hook beforeCreate = key -> {};

    public void beforeCreate(Hook hook) {
        beforeCreate = hook;
    }

    public SortedMap<String, byte[]> objects() {
        return new TreeMap<>(objects);
    }

    @Override
    public void create(String key, List<ByteBuffer> content) {
        try {
            beforeCreate.run(key);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw WingsException.unavailable("interrupted", e);
        }
        ByteBuffer object = ByteBuffer.allocate(
                content.stream().mapToInt(ByteBuffer::remaining).sum());
        content.forEach(part -> object.put(part.duplicate()));
        if (objects.putIfAbsent(key, object.array()) != null) {
            throw new WingsException(ErrorKind.ALREADY_EXISTS, "object exists: key=" + key);
        }
    }

    @Override
    public void read(String key, long start, ByteBuffer into) {
        byte[] object = objects.get(key);
        if (object == null) {
            throw WingsException.notFound("no object: key=" + key);
        }
        if (start + into.remaining() > object.length) {
            throw WingsException.invalid("the object ends before: key=" + key);
        }
        into.put(object, Math.toIntExact(start), into.remaining());
    }

    @Override
    public Optional<ObjectInfo> find(String key) {
        return Optional.ofNullable(objects.get(key)).map(object -> new ObjectInfo(key, object.length, Instant.EPOCH));
    }

    @Override
    public List<ObjectInfo> list(String prefix, String startAfter, int limit) {
        return objects.tailMap(startAfter, false).entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .limit(limit)
                .map(entry -> new ObjectInfo(entry.getKey(), entry.getValue().length, Instant.EPOCH))
                .toList();
    }

    @Override
    public void delete(String key) {
        objects.remove(key);
    }

    @Override
    public void close() {}
}
