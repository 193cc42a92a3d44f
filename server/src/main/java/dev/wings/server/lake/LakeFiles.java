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
package dev.wings.server.lake;

import dev.wings.common.cache.CachedObject;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.lake.LakeTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;

/// Reads the files that tables are made of, and remembers what they say: files never change.
final class LakeFiles {

    private static final long MAX_MANIFESTS = 100_000;
    /// How many statistics are remembered; each takes about a hundred bytes.
    private static final long MAX_STATISTICS = 500_000;
    /// How many statistics a data file counts for, in addition to those of its columns.
    private static final int OWN_STATISTICS = 8;

    private static final long MAX_CHUNKS = 1_000_000;

    private final Memo<String, LakeSnapshot> snapshots =
            new Memo<>(MAX_MANIFESTS, snapshot -> 1 + snapshot.manifests().size());
    private final Memo<String, List<DataFile>> manifests = new Memo<>(MAX_STATISTICS, LakeFiles::statistics);
    private final Memo<String, SegmentLayout> layouts = new Memo<>(MAX_CHUNKS, SegmentLayout::chunkCount);

    LakeSnapshot snapshot(FileIO io, String location) {
        return snapshots.get(location, missing -> LakeErrors.reading(missing, () -> read(io, missing)));
    }

    static TableMetadata metadata(FileIO io, String location) {
        return LakeErrors.reading(location, () -> TableMetadataParser.read(io, location));
    }

    private static LakeSnapshot read(FileIO io, String location) {
        TableMetadata table = TableMetadataParser.read(io, location);
        String topicUid = table.properties().getOrDefault(LakeTable.TOPIC_UID_PROPERTY, "");
        Snapshot current = table.currentSnapshot();
        List<ManifestFile> manifests = current == null
                ? List.of()
                : LakeErrors.reading(current.manifestListLocation(), () -> current.allManifests(io));
        for (ManifestFile manifest : manifests) {
            if (manifest.content() != org.apache.iceberg.ManifestContent.DATA) {
                throw new WingsException(
                        ErrorKind.INTERNAL, "the table of a topic has delete files: metadata=" + location);
            }
        }
        return new LakeSnapshot(location, topicUid, table.schema(), table.specsById(), List.copyOf(manifests));
    }

    /// Returns the data files of a manifest, with their bounds.
    List<DataFile> dataFiles(FileIO io, LakeSnapshot snapshot, ManifestFile manifest) {
        return manifests.get(manifest.path(), path -> LakeErrors.reading(path, () -> read(io, snapshot, manifest)));
    }

    private static long statistics(List<DataFile> files) {
        long statistics = 1;
        for (DataFile file : files) {
            statistics += OWN_STATISTICS
                    + size(file.columnSizes())
                    + size(file.valueCounts())
                    + size(file.nullValueCounts())
                    + size(file.nanValueCounts())
                    + size(file.lowerBounds())
                    + size(file.upperBounds());
        }
        return statistics;
    }

    private static int size(@Nullable Map<?, ?> statistics) {
        return statistics == null ? 0 : statistics.size();
    }

    private static List<DataFile> read(FileIO io, LakeSnapshot snapshot, ManifestFile manifest) {
        List<DataFile> files = new ArrayList<>();
        try (ManifestReader<DataFile> reader = ManifestFiles.read(manifest, io, snapshot.partitionings())) {
            for (DataFile file : reader) {
                files.add(file.copy());
            }
            return List.copyOf(files);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Returns where the columns are in a data file.
    SegmentLayout layout(String location, CachedObject object) {
        return layouts.get(location, file -> LakeErrors.reading(file, () -> readLayout(object)));
    }

    private static SegmentLayout readLayout(CachedObject object) {
        long bytes = object.id().bytes();
        ByteBuffer tail = ByteBuffer.allocate((int) Math.min(bytes, SegmentLayout.FIRST_READ_BYTES));
        object.read(bytes - tail.capacity(), tail);
        long footerStart = SegmentLayout.footerStart(tail.flip(), bytes);
        ByteBuffer footer = ByteBuffer.allocate(Math.toIntExact(bytes - footerStart));
        object.read(footerStart, footer);
        return SegmentLayout.parse(footer.flip(), footerStart, bytes);
    }
}
