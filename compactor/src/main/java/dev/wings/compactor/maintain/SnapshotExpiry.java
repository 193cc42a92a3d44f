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

import dev.wings.worker.table.LeasedTable;
import dev.wings.worker.table.TableSummary;
import dev.wings.worker.table.TaskTables;
import dev.wings.worker.task.TaskHandler;
import dev.wings.worker.task.TaskLease;
import dev.wings.worker.topic.TopicTarget;
import dev.wings.worker.topic.Topics;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.jspecify.annotations.Nullable;

/// Takes old snapshots out of a table. Nothing is deleted here: what only they referred to is listed as garbage by
/// the same commit, and removed after the grace.
///
/// @param clock the one of snapshots
public record SnapshotExpiry(Topics topics, TaskTables tables, Retention retention, InstantSource clock)
        implements TaskHandler {

    /// Which snapshots stay.
    ///
    /// @param age older ones go
    /// @param minSnapshots so many of the newest stay, however old they are
    /// @param maxSnapshots when there are more, the oldest go, however young they are
    /// @param maxExpired go at once
    /// @param maxDroppedBytes of locations of files that go with them, so that a commit is of bounded size; but one
    ///     snapshot always goes
    public record Retention(Duration age, int minSnapshots, int maxSnapshots, int maxExpired, long maxDroppedBytes) {
        public Retention {
            if (minSnapshots < 1 || maxSnapshots < minSnapshots || maxExpired < 1) {
                throw new IllegalArgumentException("at least one snapshot stays, and no fewer at most than at least: "
                        + "min=" + minSnapshots + ", max=" + maxSnapshots);
            }
        }

        /// How many of the oldest go.
        ///
        /// @param timesMillis of the snapshots, ascending
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
        List<Long> times = base.snapshots().stream()
                .map(Snapshot::timestampMillis)
                .sorted()
                .toList();
        int wanted = retention.expired(times, clock.millis());
        int expired = Math.min(wanted, retention.maxExpired());
        if (expired == 0) {
            return new Result(Optional.of(TableSummary.stats(base)), false);
        }
        Expiry expiry = rehearse(lease, topic, table, times, expired);
        while (expiry.droppedBytes() > retention.maxDroppedBytes() && expired > 1) {
            expired /= 2;
            expiry = rehearse(lease, topic, table, times, expired);
        }
        int gone = base.snapshots().size() - expiry.left().snapshots().size();
        if (gone > 0) {
            lease.progress("taking out " + TaskLease.count(gone, "snapshot") + " and "
                    + TaskLease.count(expiry.dropped().size(), "file"));
            table.commit(base, expiry.left(), expiry.dropped());
        }
        return new Result(Optional.of(TableSummary.stats(table.current())), gone > 0 && wanted > gone);
    }

    /// What becomes of a table.
    ///
    /// @param dropped locations of what no snapshot refers to any more
    private record Expiry(TableMetadata left, Set<String> dropped) {
        long droppedBytes() {
            return dropped.stream().mapToLong(String::length).sum();
        }
    }

    /// Takes so many of the oldest snapshots out, and commits nothing.
    private Expiry rehearse(TaskLease lease, TopicTarget topic, LeasedTable table, List<Long> times, int expired) {
        lease.check();
        lease.progress("looking for what only snapshots to be taken out refer to: " + expired);
        Rehearsal rehearsal = new Rehearsal(table);
        Set<String> dropped = ConcurrentHashMap.newKeySet();
        new BaseTable(rehearsal, topic.name().toString())
                .expireSnapshots()
                .planWith(table.helpers())
                .expireOlderThan(times.get(expired))
                .retainLast(retention.minSnapshots())
                .deleteWith(dropped::add)
                .commit();
        return new Expiry(rehearsal.current(), dropped);
    }

    /// Takes Iceberg's commit without making it: what a commit drops has to be known before it is made, and Iceberg
    /// looks for it after.
    private static final class Rehearsal implements TableOperations {
        private final LeasedTable table;
        private TableMetadata current;

        Rehearsal(LeasedTable table) {
            this.table = table;
            this.current = table.current();
        }

        @Override
        public TableMetadata current() {
            return current;
        }

        @Override
        public TableMetadata refresh() {
            return current;
        }

        @Override
        public void commit(@Nullable TableMetadata base, TableMetadata metadata) {
            current = metadata;
        }

        @Override
        public FileIO io() {
            return table.io();
        }

        @Override
        public String metadataFileLocation(String name) {
            return table.metadataFileLocation(name);
        }

        @Override
        public LocationProvider locationProvider() {
            return table.locationProvider();
        }
    }
}
