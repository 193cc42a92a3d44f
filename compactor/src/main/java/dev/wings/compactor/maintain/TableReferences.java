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
package dev.wings.compactor.maintain;

import dev.wings.common.lake.TableMetadataFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileIO;

/// All files that a table refers to: those that any of its snapshots reads, and its log of metadata files.
final class TableReferences {

    private final FileIO io;
    private final TableMetadata metadata;
    private final Consumer<String> locations;
    private final Runnable check;

    private TableReferences(FileIO io, TableMetadata metadata, Consumer<String> locations, Runnable check) {
        this.io = io;
        this.metadata = metadata;
        this.locations = locations;
        this.check = check;
    }

    /// Tells all of them, some more than once. Fails with DATA_LOSS if the metadata file is missing or damaged.
    ///
    /// @param check is called now and then; fails if nobody waits for the result any more
    static void tell(FileIO io, String metadataLocation, Consumer<String> locations, Runnable check) {
        TableMetadata metadata = TableMetadataFiles.read(io, metadataLocation);
        locations.accept(metadataLocation);
        tell(io, metadata, locations, check);
    }

    /// As the other, for a metadata file that was read before.
    static void tell(FileIO io, TableMetadata metadata, Consumer<String> locations, Runnable check) {
        new TableReferences(io, metadata, locations, check).tell();
    }

    private void tell() {
        metadata.previousFiles().forEach(entry -> locations.accept(entry.file()));
        metadata.statisticsFiles().forEach(file -> locations.accept(file.path()));
        metadata.partitionStatisticsFiles().forEach(file -> locations.accept(file.path()));
        Set<String> read = new HashSet<>();
        for (Snapshot snapshot : metadata.snapshots()) {
            check.run();
            locations.accept(snapshot.manifestListLocation());
            for (ManifestFile manifest : snapshot.allManifests(io)) {
                // most snapshots have most of their manifests in common
                if (read.add(manifest.path())) {
                    locations.accept(manifest.path());
                    tellFiles(io, manifest, metadata.specsById(), locations);
                }
            }
        }
    }

    /// Tells the files with data or deletes that a manifest lists.
    static void tellFiles(
            FileIO io, ManifestFile manifest, Map<Integer, PartitionSpec> specs, Consumer<String> locations) {
        try {
            if (manifest.content() == ManifestContent.DELETES) {
                try (ManifestReader<DeleteFile> files = ManifestFiles.readDeleteManifest(manifest, io, specs)) {
                    files.forEach(file -> locations.accept(file.location()));
                }
            } else {
                try (CloseableIterable<String> files = ManifestFiles.readPaths(manifest, io, specs)) {
                    files.forEach(locations);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read a manifest: location=" + manifest.path(), e);
        }
    }
}
