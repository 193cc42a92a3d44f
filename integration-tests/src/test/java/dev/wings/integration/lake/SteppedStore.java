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

/// An object store whose every call is a step.
record SteppedStore(ObjectStore store, Steps steps) implements ObjectStore {

    @Override
    public void create(String key, List<ByteBuffer> content) {
        int step = steps.before("create " + key);
        store.create(key, content);
        steps.after(step);
    }

    @Override
    public void read(String key, long start, ByteBuffer into) {
        int step = steps.before("read " + key);
        store.read(key, start, into);
        steps.after(step);
    }

    @Override
    public Optional<ObjectInfo> find(String key) {
        int step = steps.before("find " + key);
        Optional<ObjectInfo> found = store.find(key);
        steps.after(step);
        return found;
    }

    @Override
    public List<ObjectInfo> list(String prefix, String startAfter, int limit) {
        return store.list(prefix, startAfter, limit);
    }

    @Override
    public void delete(String key) {
        throw new AssertionError("a worker deletes nothing: key=" + key);
    }

    @Override
    public void close() {}
}
