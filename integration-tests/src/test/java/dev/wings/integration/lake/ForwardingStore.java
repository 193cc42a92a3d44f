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
package dev.wings.integration.lake;

import dev.wings.common.store.ObjectInfo;
import dev.wings.common.store.ObjectStore;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/// A store that does what another store does, to be extended by those that differ in one call. Files are
/// created as their content is, so that one call sees all that is created. The other store stays open.
abstract class ForwardingStore implements ObjectStore {

    private final ObjectStore store;

    ForwardingStore(ObjectStore store) {
        this.store = store;
    }

    @Override
    public void create(String key, List<ByteBuffer> content) {
        store.create(key, content);
    }

    @Override
    public void read(String key, long start, ByteBuffer into) {
        store.read(key, start, into);
    }

    @Override
    public Optional<ObjectInfo> find(String key) {
        return store.find(key);
    }

    @Override
    public List<ObjectInfo> list(String prefix, String startAfter, int limit) {
        return store.list(prefix, startAfter, limit);
    }

    @Override
    public void delete(String key) {
        store.delete(key);
    }

    @Override
    public void close() {}
}
