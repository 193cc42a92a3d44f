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
import java.net.URI;
import java.util.Map;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;

/// Iceberg's files as objects of a store. Safe for use by many threads.
///
/// A missing object is Iceberg's [NotFoundException], a taken key its [AlreadyExistsException]; all other failures of
/// the store, and locations that are not in it (INVALID), come through as they are. Objects never change: writing to
/// a location that has an object fails, also where Iceberg would overwrite.
public final class StoreFileIO implements FileIO {

    private static final long serialVersionUID = 1;

    private final transient ObjectStore store;
    private final transient StoreLocations locations;

    /// @param store stays the caller's
    /// @param uri the store's
    public StoreFileIO(ObjectStore store, URI uri) {
        this.store = store;
        this.locations = StoreLocations.of(uri);
    }

    public StoreLocations locations() {
        return locations;
    }

    @Override
    public InputFile newInputFile(String location) {
        return new StoreInputFile(store, locations.key(location), location, StoreInputFile.UNKNOWN_LENGTH);
    }

    @Override
    public InputFile newInputFile(String location, long length) {
        return new StoreInputFile(store, locations.key(location), location, length);
    }

    @Override
    public OutputFile newOutputFile(String location) {
        return new StoreOutputFile(store, locations.key(location), location);
    }

    @Override
    public void deleteFile(String location) {
        store.delete(locations.key(location));
    }

    @Override
    public Map<String, String> properties() {
        return Map.of();
    }
}
