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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.lake.LakeTable;
import dev.wings.common.lake.TableLocations;
import dev.wings.common.rpc.Retries;
import dev.wings.common.store.ObjectStore;
import dev.wings.common.time.World;
import dev.wings.compactor.segment.Segment;
import dev.wings.compactor.segment.SegmentMaker;
import dev.wings.compactor.segment.TableLayout;
import dev.wings.compactor.segment.TopicPage;
import dev.wings.worker.task.TaskLease;
import dev.wings.worker.topic.TopicTarget;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;

/// Makes the files of tables, in Java alone.
record SimulatedSegments(World world, Flaw flaw) implements SegmentMaker {

    @Override
    public Job open(TopicTarget topic, TableLayout layout, ObjectStore store, TaskLease lease) {
        return new LineJob(
                topic.locations(), layout, store, lease, Retries.defaults(world.scheduler(), world.random()));
    }

    private final class LineJob implements Job {
        private final TableLocations locations;
        private final TableLayout layout;
        private final ObjectStore store;
        private final TaskLease lease;
        private final Retries calls;
        private final List<DataFile> files = new ArrayList<>();

        LineJob(TableLocations locations, TableLayout layout, ObjectStore store, TaskLease lease, Retries calls) {
            this.locations = locations;
            this.layout = layout;
            this.store = store;
            this.lease = lease;
            this.calls = calls;
        }

        @Override
        public void addPages(List<TopicPage> pages) {
            // the rows by partition of the table: each partition of the topic has one
            Map<String, List<StoredRow>> rows = new TreeMap<>();
            for (TopicPage page : pages) {
                rows.computeIfAbsent(page.partitionValue(), value -> new ArrayList<>())
                        .addAll(calls.idempotent(() -> StoredRow.ofPage(store, page.ref(), page.partitionValue())));
            }
            rows.values().forEach(this::make);
        }

        @Override
        public void addSegments(List<Segment> segments) {
            List<StoredRow> rows = new ArrayList<>();
            for (Segment segment : segments) {
                String key = locations.store().key(segment.file().location());
                rows.addAll(calls.idempotent(() -> StoredRow.ofFile(store, key, segment.bytes())));
            }
            make(rows);
        }

        private void make(List<StoredRow> unordered) {
            List<StoredRow> rows = new ArrayList<>(unordered);
            rows.sort(Comparator.comparing(StoredRow::position));
            if (flaw == Flaw.SLOPPY_SEGMENTS) {
                rows.set(rows.size() - 1, rows.getFirst());
            }
            ByteBuffer content = StoredRow.file(rows);
            String location = locations.segment(world.ids().next());
            lease.check();
            create(locations.store().key(location), content);
            files.add(DataFiles.builder(layout.partitioning())
                    .withPath(location)
                    .withFormat(FileFormat.PARQUET)
                    .withPartition(partition(rows.getFirst().position().partition()))
                    .withFileSizeInBytes(content.limit())
                    .withMetrics(new Metrics(
                            (long) rows.size(), null, null, null, null, bound(rows.getFirst()), bound(rows.getLast())))
                    .build());
        }

        private PartitionData partition(String value) {
            PartitionData partition = new PartitionData(layout.partitioning().partitionType());
            if (partition.size() > 0) {
                partition.set(0, Long.parseLong(value));
            }
            return partition;
        }

        private static Map<Integer, ByteBuffer> bound(StoredRow row) {
            return Map.of(
                    LakeTable.OFFSET_FIELD_ID,
                    Conversions.toByteBuffer(
                            Types.LongType.get(), row.position().offset()));
        }

        private void create(String key, ByteBuffer content) {
            AtomicInteger attempts = new AtomicInteger();
            calls.idempotent(() -> {
                try {
                    store.create(key, List.of(content.duplicate()));
                } catch (WingsException e) {
                    // an attempt before this one may have stored the file
                    if (attempts.get() == 0 || e.kind() != ErrorKind.ALREADY_EXISTS) {
                        throw e;
                    }
                } finally {
                    attempts.incrementAndGet();
                }
                return key;
            });
        }

        @Override
        public List<DataFile> finish() {
            return List.copyOf(files);
        }

        @Override
        public void close() {}
    }
}
