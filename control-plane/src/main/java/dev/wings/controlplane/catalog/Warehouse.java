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
package dev.wings.controlplane.catalog;

import dev.wings.common.error.WingsException;
import dev.wings.common.lake.StoreLocations;
import dev.wings.common.store.ObjectKey;
import dev.wings.controlplane.lake.LakeFiles;
import dev.wings.controlplane.lake.LakeHome;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.iceberg.PartitionStatisticsFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadata.MetadataLogEntry;
import org.apache.iceberg.view.ViewMetadata;
import org.jspecify.annotations.Nullable;

/// Where the tables and views of other engines have their files: below `{namespace prefix}/external` in the namespace's
/// object store, each in a directory of its own.
///
/// A location anywhere else is refused, wherever in a request it stands (I9): Wings would read, and after a purge
/// delete, what belongs to somebody else.
record Warehouse(LakeHome home) {

    private static final String DIRECTORY = "external";
    private static final int MAX_NAME_LENGTH = 64;
    private static final Pattern NOT_IN_KEYS = Pattern.compile("[^A-Za-z0-9_-]");

    /// The location of all that other engines have, without a slash at the end.
    String root() {
        return store().location(rootKey());
    }

    private String rootKey() {
        return home.objectPrefix() + "/" + DIRECTORY;
    }

    private StoreLocations store() {
        return StoreLocations.of(home.objectStore());
    }

    /// A location that no other table has.
    String newLocation(String table, UUID id) {
        String name = NOT_IN_KEYS.matcher(table).replaceAll("_");
        String shortName = name.substring(0, Math.min(name.length(), MAX_NAME_LENGTH));
        return root() + "/" + shortName + "-" + id;
    }

    /// The key of a file of this object store, of any table, those of topics too. Fails with INVALID for a
    /// location elsewhere.
    String key(String location) {
        return store().key(location);
    }

    /// The location of a file of this object store as Wings writes it.
    String canonical(String location) {
        return store().location(key(location));
    }

    /// Returns `location`, of a file or a directory; fails with INVALID if it is outside of the warehouse.
    String check(String what, @Nullable String location) {
        if (location == null || !isInside(location)) {
            throw WingsException.invalid(
                    "the " + what + " is not below the namespace's own location: expected=" + root() + "/..., found=\""
                            + printable(location) + "\"; leave locations out, and they are chosen for you");
        }
        return location;
    }

    private boolean isInside(String location) {
        String directory = location.endsWith("/") ? location.substring(0, location.length() - 1) : location;
        try {
            return ObjectKey.check(key(directory)).startsWith(rootKey() + "/");
        } catch (WingsException e) {
            return false;
        }
    }

    /// Checks all locations that the metadata name.
    void check(TableMetadata metadata) {
        check("table's location", metadata.location());
        checkProperties(metadata.properties());
        for (Snapshot snapshot : metadata.snapshots()) {
            if (snapshot.manifestListLocation() == null) {
                throw WingsException.invalid(
                        "snapshots without a manifest list are not taken: snapshot=" + snapshot.snapshotId());
            }
            check("manifest list's location", snapshot.manifestListLocation());
        }
        for (StatisticsFile file : metadata.statisticsFiles()) {
            check("statistics file's location", file.path());
        }
        for (PartitionStatisticsFile file : metadata.partitionStatisticsFiles()) {
            check("partition statistics file's location", file.path());
        }
        for (MetadataLogEntry entry : metadata.previousFiles()) {
            check("earlier metadata file's location", entry.file());
        }
    }

    /// Checks all locations that the metadata name.
    void check(ViewMetadata metadata) {
        check("view's location", metadata.location());
        checkProperties(metadata.properties());
    }

    /// The files that belong to a table with these metadata, which are checked.
    ///
    /// @param deletable see [LakeFiles]
    LakeFiles files(TableMetadata metadata, boolean deletable) {
        Set<String> elsewhere = new HashSet<>();
        metadata.snapshots().forEach(snapshot -> elsewhere.add(canonical(snapshot.manifestListLocation())));
        metadata.statisticsFiles().forEach(file -> elsewhere.add(canonical(file.path())));
        metadata.partitionStatisticsFiles().forEach(file -> elsewhere.add(canonical(file.path())));
        metadata.previousFiles().forEach(file -> elsewhere.add(canonical(file.file())));
        return files(metadata.location(), metadata.properties(), elsewhere, deletable);
    }

    /// As [#files], with the metadata file, which another engine has written.
    LakeFiles filesOfRegistered(TableMetadata metadata, String location) {
        return files(metadata, false).with(canonical(location));
    }

    /// The files that belong to a view with these metadata, which are checked.
    LakeFiles files(ViewMetadata metadata) {
        return files(metadata.location(), metadata.properties(), Set.of(), false);
    }

    LakeFiles filesOfRegistered(ViewMetadata metadata, String location) {
        return files(metadata).with(canonical(location));
    }

    private LakeFiles files(String location, Map<String, String> properties, Set<String> elsewhere, boolean deletable) {
        Set<String> directories = new HashSet<>();
        directories.add(directory(location));
        properties.forEach((name, value) -> {
            if (isLocation(name)) {
                directories.add(directory(value));
            }
        });
        // A directory that lies in another one of the same table adds nothing.
        Set<String> outermost = directories.stream()
                .filter(inner -> directories.stream().noneMatch(outer -> inner.startsWith(outer + "/")))
                .collect(Collectors.toSet());
        return LakeFiles.of(outermost, elsewhere, deletable);
    }

    private String directory(String location) {
        return canonical(location.endsWith("/") ? location.substring(0, location.length() - 1) : location);
    }

    private static boolean isLocation(String property) {
        return property.startsWith("write.") && property.endsWith(".path");
    }

    /// Checks Iceberg's properties that hold a location: `write.data.path`, `write.metadata.path` and older
    /// ones.
    private void checkProperties(Map<String, String> properties) {
        properties.forEach((name, value) -> {
            if (isLocation(name)) {
                check("property " + name, value);
            }
        });
    }

    private static String printable(@Nullable String location) {
        String clean = String.valueOf(location).replaceAll("\\p{Cntrl}", "?");
        return clean.length() <= 300 ? clean : clean.substring(0, 300) + "...";
    }
}
