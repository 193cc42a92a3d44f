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
package dev.wings.common.lake;

import dev.wings.common.store.ObjectStore;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;

/// An object to be written. It is held in memory until its stream is closed, and then stored as a whole: meant for
/// metadata and manifests.
final class StoreOutputFile implements OutputFile {

    private final ObjectStore store;
    private final String key;
    private final String location;

    StoreOutputFile(ObjectStore store, String key, String location) {
        this.store = store;
        this.key = key;
        this.location = location;
    }

    /// Fails early if the object exists, so that nothing is computed in vain; the store decides when the stream
    /// is closed.
    @Override
    public PositionOutputStream create() {
        if (store.find(key).isPresent()) {
            throw taken(location);
        }
        return createOrOverwrite();
    }

    @Override
    public PositionOutputStream createOrOverwrite() {
        return new StoreOutputStream(store, key, location);
    }

    @Override
    public String location() {
        return location;
    }

    @Override
    public InputFile toInputFile() {
        return new StoreInputFile(store, key, location, StoreInputFile.UNKNOWN_LENGTH);
    }

    @Override
    public String toString() {
        return location;
    }

    static AlreadyExistsException taken(String location) {
        return new AlreadyExistsException("file exists: %s", location);
    }
}
