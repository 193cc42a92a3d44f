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

import dev.wings.common.error.WingsException;
import dev.wings.worker.table.LeasedTable;
import dev.wings.worker.table.TableReads;
import dev.wings.worker.table.TableSummary;
import dev.wings.worker.table.TaskTables;
import dev.wings.worker.task.TaskHandler;
import dev.wings.worker.task.TaskLease;
import dev.wings.worker.topic.TopicTarget;
import dev.wings.worker.topic.Topics;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotChanges;
import org.apache.iceberg.TableMetadata;

/// Takes old snapshots out of a table. Nothing is deleted here: what only they referred to is listed as garbage by
/// the same commit, and removed after the grace.
///
/// @param clock the clock that snapshots are stamped by
public record SnapshotExpiry(Topics topics, TaskTables tables, Retention retention, InstantSource clock)
        implements TaskHandler {

    /// Which snapshots stay.
    ///
    /// @param age older ones go
    /// @param minSnapshots so many of the newest stay, however old they are
    /// @param maxSnapshots when there are more, the oldest go, however young they are
    /// @param maxExpired how many go at once
    /// @param maxDroppedBytes how many bytes the locations of files may have that go with them, so that a
    ///     commit is of bounded size; but one snapshot always goes
    public record Retention(Duration age, int minSnapshots, int maxSnapshots, int maxExpired, long maxDroppedBytes) {
        public Retention {
            if (minSnapshots < 1 || maxSnapshots < minSnapshots || maxExpired < 1) {
                throw new IllegalArgumentException("at least one snapshot stays, and no fewer at most than at least: "
                        + "min=" + minSnapshots + ", max=" + maxSnapshots);
            }
        }

        /// How many of the oldest snapshots go.
        ///
        /// @param timesMillis the times of the snapshots, ascending
        int expired(List<Long> timesMillis, long nowMillis) {
            long oldestKept = nowMillis - age.toMillis();
            int old =
                    (int) timesMillis.stream().filter(time -> time < oldestKept).count();
            return Math.clamp(
                    Math.max(old, timesMillis.size() - maxSnapshots),
                    0,
                    Math.max(0, timesMillis.size() - minSnapshots));
        }
    }

    @Override
    public Result run(TaskLease lease) {
        lease.progress("planning");
        TopicTarget topic = topics.load(lease.task());
        LeasedTable table = tables.open(lease, topic, topics.snapshot(topic).getTableMetadataLocation());
        TableMetadata base = table.current();
        List<Snapshot> snapshots = history(base);
        int wanted = retention.expired(
                snapshots.stream().map(Snapshot::timestampMillis).toList(), clock.millis());
        if (wanted == 0) {
            return new Result(Optional.of(TableSummary.stats(base)), false);
        }
        Expiry expiry = TableReads.reading(
                "old snapshots of a table: topic=" + topic.name(),
                () -> expiry(lease, table, snapshots, Math.min(wanted, retention.maxExpired())));
        lease.progress("taking out " + TaskLease.count(expiry.snapshots().size(), "snapshot") + " and "
                + TaskLease.count(expiry.dropped().size(), "file"));
        TableMetadata left = TableMetadata.buildFrom(base)
                .removeSnapshots(expiry.snapshots())
                .build();
        table.commit(base, left, expiry.dropped());
        return new Result(
                Optional.of(TableSummary.stats(table.current())),
                wanted > expiry.snapshots().size());
    }

    /// The snapshots of a table, the oldest first. Each follows from the one before: only tasks commit to the table of
    /// a
    /// topic. DATA_LOSS if that is not so, since then nobody knows what only one of them refers to.
    private static List<Snapshot> history(TableMetadata table) {
        List<Snapshot> snapshots = table.snapshots().stream()
                .sorted(Comparator.comparingLong(Snapshot::sequenceNumber))
                .toList();
        for (int i = 1; i < snapshots.size(); i++) {
            if (!Objects.equals(
                    snapshots.get(i).parentId(), snapshots.get(i - 1).snapshotId())) {
                throw notALine(table, snapshots.get(i));
            }
        }
        if (table.refs().values().stream()
                .anyMatch(ref -> ref.snapshotId() != snapshots.getLast().snapshotId())) {
            throw notALine(table, snapshots.getLast());
        }
        return snapshots;
    }

    private static WingsException notALine(TableMetadata table, Snapshot snapshot) {
        return WingsException.dataLoss(
                "the snapshots of a table do not follow from each other: location=" + table.metadataFileLocation()
                        + ", snapshot_id=" + snapshot.snapshotId(),
                null);
    }

    /// What is taken out of a table.
    ///
    /// @param dropped locations of what no other snapshot refers to
    private record Expiry(List<Snapshot> snapshots, Set<String> dropped) {}

    private Expiry expiry(TaskLease lease, LeasedTable table, List<Snapshot> snapshots, int limit) {
        Set<String> dropped = new HashSet<>();
        long bytes = 0;
        int gone = 0;
        for (; gone < limit; gone++) {
            lease.check();
            lease.progress("looking for what only old snapshots refer to: " + TaskLease.count(gone, "snapshot"));
            Set<String> more = onlyOf(snapshots.get(gone), snapshots.get(gone + 1), table);
            bytes += more.stream().mapToLong(String::length).sum();
            if (gone > 0 && bytes > retention.maxDroppedBytes()) {
                break;
            }
            dropped.addAll(more);
        }
        return new Expiry(snapshots.subList(0, gone), dropped);
    }

    /// What nothing refers to any more once the oldest snapshot is gone: what the next one has left behind.
    ///
    /// Iceberg's own expiry gives up segments only with the snapshot that has replaced them. Nobody could read them
    /// until then, but nothing would have them listed: they would be taken for orphans, which have no grace.
    private static Set<String> onlyOf(Snapshot oldest, Snapshot next, LeasedTable table) {
        Set<String> only = new HashSet<>(Set.of(oldest.manifestListLocation()));
        oldest.allManifests(table.io()).forEach(manifest -> only.add(manifest.path()));
        next.allManifests(table.io()).forEach(manifest -> only.remove(manifest.path()));
        if (!DataOperations.APPEND.equals(next.operation())) {
            SnapshotChanges.builderFor(table.table())
                    .snapshot(next)
                    .executeWith(table.helpers())
                    .build()
                    .removedDataFiles()
                    .forEach(file -> only.add(file.location()));
        }
        TableMetadata metadata = table.current();
        metadata.statisticsFiles().stream()
                .filter(file -> file.snapshotId() == oldest.snapshotId())
                .forEach(file -> only.add(file.path()));
        metadata.partitionStatisticsFiles().stream()
                .filter(file -> file.snapshotId() == oldest.snapshotId())
                .forEach(file -> only.add(file.path()));
        return only;
    }
}
