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
package dev.wings.worker.table;

import dev.wings.common.error.WingsException;
import dev.wings.common.lake.LakeTable;
import dev.wings.common.lake.StoreFileIO;
import dev.wings.common.lake.TableLocations;
import dev.wings.common.lake.TableMetadataFiles;
import dev.wings.common.proto.CommitTableRequest;
import dev.wings.common.proto.CommitTableResponse;
import dev.wings.common.proto.WatermarkMove;
import dev.wings.worker.task.TaskLease;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.regex.Pattern;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotUpdate;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadata.MetadataLogEntry;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.apache.iceberg.metrics.MetricsReporter;
import org.jspecify.annotations.Nullable;

/// A topic's table as one task sees it: from the metadata file that it started from, to the one that it
/// commits.
///
/// A commit stores the new metadata file and then asks the control plane to move the pointer, together with
/// watermarks and pages. Nothing is ever rebased: if the pointer is not where the task found it, the commit
/// fails and the task's files are garbage. Nothing is ever deleted here either: after a commit whose outcome is
/// unknown, a file that looks like garbage may be the table.
public final class LeasedTable implements TableOperations {

    private static final MetricsReporter NO_REPORTS = report -> {};

    private static final Pattern ICEBERGS_ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private final TaskLease lease;
    private final TaskTables worker;
    private final StoreFileIO io;
    private final TableLocations locations;
    private final UUID topicUid;
    private final TableTimes times;
    /// The metadata that updates are made on: those that are stored, or the same with times that Iceberg takes.
    private @Nullable TableMetadata current;

    private @Nullable TableMetadata stored;
    private List<WatermarkMove> watermarks = List.of();
    private Collection<String> dropped = List.of();
    private final UUID commitId;

    private LeasedTable(
            TaskLease lease,
            TaskTables worker,
            StoreFileIO io,
            TableLocations locations,
            UUID topicUid,
            @Nullable TableMetadata stored) {
        this.lease = lease;
        this.worker = worker;
        this.io = io;
        this.locations = locations;
        this.topicUid = topicUid;
        this.times = TableTimes.from(worker.ids().clock());
        this.stored = stored;
        this.current = stored == null ? null : times.updatable(stored);
        this.commitId = worker.ids().next();
    }

    /// A table that does not exist yet: its first commit creates it.
    public static LeasedTable absent(
            TaskLease lease, TaskTables worker, StoreFileIO io, TableLocations locations, UUID topicUid) {
        return new LeasedTable(lease, worker, io, locations, topicUid, null);
    }

    /// The table at `metadataLocation`. Fails with DATA_LOSS if the file, or the list of manifests that it
    /// names, is missing or damaged.
    public static LeasedTable open(
            TaskLease lease,
            TaskTables worker,
            StoreFileIO io,
            TableLocations locations,
            UUID topicUid,
            String metadataLocation) {
        LeasedTable table =
                new LeasedTable(lease, worker, io, locations, topicUid, TableMetadataFiles.read(io, metadataLocation));
        Snapshot snapshot = table.current().currentSnapshot();
        if (snapshot != null) {
            // The snapshot remembers the manifests; where Iceberg needs them, nobody would say which file is
            // damaged.
            List<ManifestFile> ignored = TableReads.reading(
                    "manifest list of a table: location=" + snapshot.manifestListLocation(),
                    () -> snapshot.allManifests(io));
        }
        return table;
    }

    /// The table for Iceberg's updates, which commit through this.
    public BaseTable table() {
        return new BaseTable(this, locations.tableKey(), NO_REPORTS);
    }

    /// Brings the table up to what the topic is now: the update that follows commits that, too. So the table's
    /// columns become those of the topic in the same transaction as rows that are written with them (I10). The
    /// topic must have been read under this lease: the columns of a table then never go back to earlier ones.
    public void follow(LakeTable topic) {
        TableMetadata before = current();
        Schema columns = topic.schemaAfter(before);
        Map<String, String> wanted = new HashMap<>(topic.properties());
        wanted.putAll(LakeTable.propertiesOf(columns));
        Map<String, String> changed = new HashMap<>();
        wanted.forEach((name, value) -> {
            if (!value.equals(before.properties().get(name))) {
                changed.put(name, value);
            }
        });
        boolean sameColumns = before.schema().sameSchema(columns);
        if (sameColumns && changed.isEmpty()) {
            return;
        }
        TableMetadata.Builder builder =
                TableMetadata.buildFrom(PartitionNames.freed(before, columns)).setProperties(changed);
        if (!sameColumns) {
            // Engines that know nothing of defaults refuse a later version, rather than read nulls.
            builder.upgradeFormatVersion(Math.max(before.formatVersion(), LakeTable.formatVersion(columns)));
            builder.setCurrentSchema(columns, Math.max(before.lastColumnId(), LakeTable.TIMESTAMP_FIELD_ID));
        }
        current = times.unlogged(before, builder.build());
    }

    /// Readies an update to be committed once, as this task's.
    ///
    /// @param moves rows that the update moves out of pages, ordered by partition value
    public <U extends SnapshotUpdate<U>> U prepare(U update, List<WatermarkMove> moves) {
        watermarks = List.copyOf(moves);
        update.scanManifestsWith(worker.helpers());
        update.set(TableSummary.COMMIT_ID, commitId.toString());
        update.set(TableSummary.TASK, lease.task().getName());
        // Iceberg would delete the manifests of a commit that it thinks has failed.
        return update.deleteWith(location -> {});
    }

    @Override
    public TableMetadata current() {
        if (current == null) {
            throw new IllegalStateException("the table does not exist yet: " + locations.tableKey());
        }
        return current;
    }

    /// Gives the same metadata again: what others have committed meanwhile would make the commit of this task
    /// fail.
    @Override
    public TableMetadata refresh() {
        return current();
    }

    @Override
    // Metadata are the task's own only if they are the same object: equal ones could be of another commit.
    @SuppressWarnings("ReferenceEquality")
    public void commit(@Nullable TableMetadata base, TableMetadata update) {
        if (base != current) {
            throw new IllegalStateException("the update is not of this task's table: " + locations.tableKey());
        }
        TableMetadata metadata = times.told(stored, base, update);
        String baseLocation = base == null ? "" : base.metadataFileLocation();
        long version = base == null ? 0 : TableLocations.metadataVersion(baseLocation) + 1;
        String location = locations.metadata(version, worker.ids().next());
        lease.check();
        TableMetadataFiles.write(io, metadata, location);
        lease.check();
        CommitTableResponse response = worker.tasks()
                .commit(CommitTableRequest.newBuilder()
                        .setLease(lease.ref())
                        .setCommitId(com.google.protobuf.UnsafeByteOperations.unsafeWrap(bytes(commitId)))
                        .setTopicUid(topicUid.toString())
                        .setBaseMetadataLocation(baseLocation)
                        .setMetadataLocation(location)
                        .setTableUuid(metadata.uuid())
                        .addAllWatermarks(watermarks)
                        .addAllObsoleteLocations(obsolete(base, metadata))
                        .addAllObsoleteLocations(dropped)
                        .build());
        long moved = watermarks.stream()
                .mapToLong(move -> move.getEndOffset() - move.getStartOffset())
                .sum();
        if (response.getRows() != moved) {
            throw new IllegalStateException("a commit moved another number of rows than it was to: expected=" + moved
                    + ", moved=" + response.getRows() + ", commit_id=" + commitId);
        }
        current = TableMetadata.buildFrom(metadata)
                .discardChanges()
                .withMetadataLocation(location)
                .build();
        stored = current;
    }

    /// Commits an update that takes files out of the table.
    ///
    /// @param files locations of files that no snapshot refers to any more
    public void commit(TableMetadata base, TableMetadata metadata, Collection<String> files) {
        dropped = List.copyOf(files);
        commit(base, metadata);
    }

    /// Metadata files that the log of the new metadata has dropped.
    private static List<String> obsolete(@Nullable TableMetadata base, TableMetadata metadata) {
        if (base == null) {
            return List.of();
        }
        Set<String> kept = new HashSet<>();
        metadata.previousFiles().forEach(entry -> kept.add(entry.file()));
        List<String> dropped = new ArrayList<>();
        for (MetadataLogEntry entry : base.previousFiles()) {
            if (!kept.contains(entry.file())) {
                dropped.add(entry.file());
            }
        }
        return dropped;
    }

    private static byte[] bytes(UUID id) {
        return ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }

    @Override
    public FileIO io() {
        return io;
    }

    /// The id of the commit: Iceberg puts an id of its own into the names of a commit's files.
    @Override
    public String metadataFileLocation(String name) {
        return locations.metadataFile(ICEBERGS_ID.matcher(name).replaceFirst(commitId.toString()));
    }

    @Override
    public long newSnapshotId() {
        return worker.ids().random().nextLong() & Long.MAX_VALUE;
    }

    /// Threads that help with reading manifests.
    public ExecutorService helpers() {
        return worker.helpers();
    }

    @Override
    public LocationProvider locationProvider() {
        return LocationProviders.locationsFor(locations.table(), current().properties());
    }

    /// Fails with DATA_LOSS if the table is not the topic's: only a pointer gone wrong can make that so.
    public void checkIsOf(UUID topic) {
        String found = current().properties().get(LakeTable.TOPIC_UID_PROPERTY);
        if (!topic.toString().equals(found)) {
            throw WingsException.dataLoss(
                    "the table is another topic's: location=" + current().metadataFileLocation() + ", topic=" + topic
                            + ", found=" + found,
                    null);
        }
    }
}
