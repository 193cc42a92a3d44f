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

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A flat map from keys to immutable objects. Implementations are safe for use by many threads; methods block and are
/// called on virtual threads.
///
/// A key is one or more segments divided by `/`, of characters that [ObjectKey] says. Failures are
/// `WingsException`: NOT_FOUND for a missing object, ALREADY_EXISTS for a key taken, INVALID for a bad key or range,
/// UNAVAILABLE for what a retry may mend.
public interface ObjectStore extends AutoCloseable {

    /// Stores an object under a key that no object has yet. When this returns, the object is durable and visible as a
    /// whole; when it fails, no reader ever sees a part of it. Of several racing calls with one key exactly one
    /// succeeds.
    ///
    /// The buffers' remaining bytes, one after the other, are the object. Their positions are not moved; their
    /// contents must not change until the call returns. After UNAVAILABLE, and after CANCELLED because the thread
    /// was interrupted, the outcome is unknown: the object may or may not exist.
    void create(String key, List<ByteBuffer> content);

    /// Stores the content of a file, as the other does. Nobody may write to the file from now on, also not when
    /// this has returned: a store may make the object of the file itself. The caller may remove its name then.
    default void create(String key, Path file) {
        FileContent.use(file, content -> create(key, content));
    }

    /// Makes the store ready for objects below `directory` that others will write past this interface. A store
    /// in which keys are no more than names has nothing to do.
    default void makeRoom(String directory) {}

    /// Reads bytes `[start, start + into.remaining())` of an object into `into`, whose position moves to its limit.
    /// Fails with INVALID if the object ends before.
    void read(String key, long start, ByteBuffer into);

    /// Describes an object, if it exists.
    Optional<ObjectInfo> find(String key);

    /// One page of the objects whose keys start with `prefix`, ordered by key (as UTF-8 bytes), after `startAfter`
    /// (empty for the first page). At most `limit`; fewer do not mean the end, an empty page does.
    List<ObjectInfo> list(String prefix, String startAfter, int limit);

    /// Removes an object; a missing one is no error.
    void delete(String key);

    @Override
    void close();
}
