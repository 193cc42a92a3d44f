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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.store.ObjectInfo;
import dev.wings.common.store.ObjectStore;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SeekableInputStream;

/// An object to be read.
final class StoreInputFile implements InputFile {

    static final long UNKNOWN_LENGTH = -1;

    private final ObjectStore store;
    private final String key;
    private final String location;
    private long length;

    StoreInputFile(ObjectStore store, String key, String location, long length) {
        this.store = store;
        this.key = key;
        this.location = location;
        this.length = length;
    }

    @Override
    public long getLength() {
        if (length == UNKNOWN_LENGTH) {
            length = store.find(key).map(ObjectInfo::bytes).orElseThrow(() -> missing(location));
        }
        return length;
    }

    @Override
    public SeekableInputStream newStream() {
        return new StoreInputStream(store, key, location, getLength());
    }

    @Override
    public String location() {
        return location;
    }

    @Override
    public boolean exists() {
        return store.find(key).isPresent();
    }

    @Override
    public String toString() {
        return location;
    }

    static NotFoundException missing(String location) {
        return new NotFoundException("file does not exist: %s", location);
    }

    static RuntimeException translated(WingsException failure, String location) {
        return failure.kind() == ErrorKind.NOT_FOUND ? missing(location) : failure;
    }
}
