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
package dev.wings.integration.simulation;

import dev.wings.common.error.WingsException;
import dev.wings.common.lake.StoreFileIO;
import dev.wings.common.lake.TableMetadataFiles;
import dev.wings.common.scan.PageRef;
import dev.wings.common.store.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;

/// What readers find in objects. An object never changes, so that each is read once for all readers; whether it
/// is still there is asked each time.
final class StoredObjects {

    private final Map<String, TableMetadata> tables = new HashMap<>();
    private final Map<String, List<ManifestFile>> manifests = new HashMap<>();
    private final Map<String, List<DataFile>> files = new HashMap<>();
    private final Map<String, List<StoredRow>> segments = new HashMap<>();
    private final Map<String, List<StoredRow>> pages = new HashMap<>();

    TableMetadata table(ObjectStore store, String location) {
        StoreFileIO io = io(store);
        return find(tables, location, store, key(io, location), () -> TableMetadataFiles.read(io, location));
    }

    List<ManifestFile> manifests(ObjectStore store, Snapshot snapshot) {
        StoreFileIO io = io(store);
        String location = snapshot.manifestListLocation();
        return find(manifests, location, store, key(io, location), () -> snapshot.allManifests(io));
    }

    /// Returns the files that a manifest of a table lists.
    List<DataFile> files(ObjectStore store, ManifestFile manifest, TableMetadata table) {
        StoreFileIO io = io(store);
        return find(files, manifest.path(), store, key(io, manifest.path()), () -> read(manifest, io, table));
    }

    private static List<DataFile> read(ManifestFile manifest, StoreFileIO io, TableMetadata table) {
        List<DataFile> listed = new ArrayList<>();
        try (ManifestReader<DataFile> reader = ManifestFiles.read(manifest, io, table.specsById())) {
            reader.forEach(file -> listed.add(file.copy()));
            return listed;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<StoredRow> segment(ObjectStore store, DataFile file) {
        String key = key(io(store), file.location());
        return find(segments, key, store, key, () -> StoredRow.ofFile(store, key, file.fileSizeInBytes()));
    }

    List<StoredRow> page(ObjectStore store, PageRef page, String partition) {
        String key = page.range().key();
        // a page that is committed twice is found twice
        String id = key + "/" + page.range().start() + "/" + page.startOffset();
        return find(pages, id, store, key, () -> StoredRow.ofPage(store, page, partition));
    }

    private static StoreFileIO io(ObjectStore store) {
        return new StoreFileIO(store, SimulatedCluster.STORE);
    }

    private static String key(StoreFileIO io, String location) {
        return io.locations().key(location);
    }

    private static <T> T find(Map<String, T> known, String id, ObjectStore store, String key, Supplier<T> read) {
        T before = known.get(id);
        if (before == null) {
            T content = read.get();
            known.put(id, content);
            return content;
        }
        if (store.find(key).isEmpty()) {
            throw WingsException.notFound("object does not exist: key=" + key);
        }
        return before;
    }
}
