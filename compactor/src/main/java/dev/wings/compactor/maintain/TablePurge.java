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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.lake.TableMetadataFiles;
import dev.wings.common.proto.EngineTable;
import dev.wings.common.proto.PurgedTable;
import dev.wings.worker.task.TaskLease;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes the files of tables that other engines have dropped together with them.
///
/// What is in such a table is the word of an engine. So a file is removed only if the table's last metadata reach it,
/// it is below the table's own location, that is below the namespace's `external/`, and no other table is there.
/// Files that were found through others go before those, the metadata file at the very end: whoever takes over from a
/// killed collector finds all that is left. A table with a file that is there but has no key is left alone, since
/// nobody would know of that file afterwards.
final class TablePurge {

    private static final Logger LOG = LoggerFactory.getLogger(TablePurge.class);

    private final TaskLease lease;
    private final GarbageClient client;
    private final EngineFiles files;
    private final Removal removal;

    TablePurge(TaskLease lease, GarbageClient client, EngineFiles files, Removal removal) {
        this.lease = lease;
        this.client = client;
        this.files = files;
        this.removal = removal;
    }

    /// Removes the files of all tables that are due. Returns why one was left alone, if one was.
    Optional<WingsException> run() {
        @Nullable WingsException failure = null;
        String after = "";
        while (true) {
            lease.check();
            List<PurgedTable> page = client.listPurged(lease, after);
            if (page.isEmpty()) {
                return Optional.ofNullable(failure);
            }
            for (PurgedTable table : page) {
                try {
                    purge(table.getMetadataLocation());
                    client.forgetPurged(lease, table);
                } catch (WingsException e) {
                    lease.check();
                    failure = new WingsException(
                            e.kind(),
                            "files of a purged table are left alone: table_uid=" + table.getUid() + ", cause="
                                    + e.getMessage(),
                            e);
                    LOG.warn("namespace={}, {}", lease.task().getTarget(), failure.getMessage());
                }
            }
            after = page.getLast().getUid();
        }
    }

    private void purge(String location) {
        String pointer = files.key(location);
        if (!files.newInputFile(location).exists()) {
            // it is removed last
            return;
        }
        TableMetadata metadata = read(() -> TableMetadataFiles.read(files, location));
        String directory = read(() -> files.key(metadata.location())) + "/";
        // All files are looked at to the end before anything is removed.
        tell(metadata, file -> checkHasKey(file, directory));
        checkUnused(directory);
        tell(metadata, file -> remove(file, directory, pointer));
        if (pointer.startsWith(directory)) {
            removal.remove(pointer);
        }
    }

    private void checkHasKey(String location, String directory) {
        if (EngineFiles.mayBeIn(directory, location) && files.findKey(location).isEmpty()) {
            throw new WingsException(
                    ErrorKind.PRECONDITION,
                    "a file below the table's location has a name that no object has: location="
                            + EngineFiles.printable(location));
        }
    }

    private void remove(String location, String directory, String pointer) {
        files.findKey(location)
                .filter(key -> key.startsWith(directory) && !key.equals(pointer))
                .ifPresent(removal::remove);
    }

    /// Tells what the metadata reach, without what an earlier collector has removed: what comes first was found
    /// through what comes later.
    private void tell(TableMetadata metadata, Consumer<String> locations) {
        // This is Iceberg's way to say that other tables have the data too.
        boolean withData = metadata.propertyAsBoolean(TableProperties.GC_ENABLED, TableProperties.GC_ENABLED_DEFAULT);
        Set<String> manifests = new LinkedHashSet<>();
        for (Snapshot snapshot : metadata.snapshots()) {
            lease.check();
            for (ManifestFile manifest : manifests(snapshot)) {
                if (manifests.add(manifest.path()) && withData) {
                    dataFiles(metadata, manifest).forEach(locations);
                }
            }
        }
        manifests.forEach(locations);
        metadata.snapshots().forEach(snapshot -> locations.accept(snapshot.manifestListLocation()));
        metadata.statisticsFiles().forEach(file -> locations.accept(file.path()));
        metadata.partitionStatisticsFiles().forEach(file -> locations.accept(file.path()));
        metadata.previousFiles().forEach(entry -> locations.accept(entry.file()));
    }

    private List<ManifestFile> manifests(Snapshot snapshot) {
        return read(() -> files.newInputFile(snapshot.manifestListLocation()).exists()
                ? snapshot.allManifests(files)
                : List.of());
    }

    private List<String> dataFiles(TableMetadata metadata, ManifestFile manifest) {
        lease.check();
        return read(() -> {
            List<String> found = new ArrayList<>();
            if (files.newInputFile(manifest.path()).exists()) {
                TableReferences.tellFiles(files, manifest, metadata.specsById(), found::add);
            }
            return found;
        });
    }

    /// Fails with PRECONDITION if a table or view that exists has anything in a directory, or has the directory
    /// in its own.
    private void checkUnused(String directory) {
        String after = "";
        while (true) {
            List<EngineTable> page = client.listEngineTables(lease, after);
            if (page.isEmpty()) {
                return;
            }
            for (EngineTable table : page) {
                lease.check();
                checkUnused(directory, table);
            }
            after = page.getLast().getUid();
        }
    }

    private void checkUnused(String directory, EngineTable table) {
        Consumer<String> check = location -> {
            if (EngineFiles.mayBeIn(directory, location)) {
                throw used(directory, table);
            }
        };
        check.accept(table.getMetadataLocation());
        if (table.getIsView()) {
            return;
        }
        boolean unused = read(() -> {
            TableMetadata metadata = TableMetadataFiles.read(files, table.getMetadataLocation());
            check.accept(metadata.location());
            TableReferences.tell(files, metadata, check, lease::check);
            return !directory.startsWith(files.key(metadata.location()) + "/");
        });
        if (!unused) {
            throw used(directory, table);
        }
    }

    private static WingsException used(String directory, EngineTable table) {
        return new WingsException(
                ErrorKind.PRECONDITION,
                "another table has files there: directory=" + directory + ", other_table_uid=" + table.getUid());
    }

    /// Reads what engines have written, which may fail its readers in every way.
    private <T> T read(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (WingsException e) {
            throw e;
        } catch (RuntimeException e) {
            lease.check();
            throw WingsException.dataLoss("cannot read a table of another engine: cause=" + e, e);
        }
    }
}
