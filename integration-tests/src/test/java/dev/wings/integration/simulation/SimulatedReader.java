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
import dev.wings.common.lake.StoreLocations;
import dev.wings.common.proto.LogMetadataGrpc;
import dev.wings.common.proto.LogMetadataGrpc.LogMetadataBlockingStub;
import dev.wings.common.proto.PlanScanRequest;
import dev.wings.common.proto.PlanScanResponse;
import dev.wings.common.proto.PlannedPage;
import dev.wings.common.proto.TopicScan;
import dev.wings.common.proto.TopicSnapshot;
import dev.wings.common.rpc.Retries;
import dev.wings.common.scan.PageRef;
import dev.wings.common.store.ObjectStore;
import io.grpc.Channel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.exceptions.NotFoundException;

/// Reads topics as a server does: it asks for one plan, and reads the pages and the table that the plan names.
/// No query engine runs.
final class SimulatedReader {

    /// The longest time that a query may take: what it has found when it began stays for so long.
    private static final Duration LONGEST = SimulatedCluster.GRACE;

    private final Simulation simulation;
    private final SimulatedProcess process;
    private final LogMetadataBlockingStub log;
    private final ObjectStore store;
    private final StoredObjects objects;
    private final Retries calls;

    /// @param store a store without faults: an object that it does not find is missing
    /// @param objects the objects of all readers
    SimulatedReader(
            Simulation simulation,
            SimulatedProcess process,
            Channel controlPlane,
            ObjectStore store,
            StoredObjects objects) {
        this.simulation = simulation;
        this.process = process;
        this.log = LogMetadataGrpc.newBlockingStub(controlPlane);
        this.store = store;
        this.objects = objects;
        this.calls =
                Retries.defaults(process.world().scheduler(), process.world().random());
    }

    SimulatedProcess process() {
        return process;
    }

    /// A snapshot, as the control plane tells it.
    ///
    /// @param start when the plan was asked for
    private record Plan(Instant start, List<String> names, List<PlanScanResponse> answers) {

        TopicSnapshot topic(int index) {
            return answers.getFirst().getTopics(index);
        }
    }

    /// Reads what the topics hold now. The result is empty if that took longer than a query may take. Fails with
    /// NOT_FOUND if one of the topics does not exist.
    ///
    /// @param pause the time between the plan and the first look at what it names
    Optional<List<FoundRows>> read(List<String> topics, Duration pause) {
        Plan plan = plan(topics);
        sleep(pause);
        List<FoundRows> found = new ArrayList<>();
        try {
            for (int i = 0; i < topics.size(); i++) {
                FoundRows rows = new FoundRows(topics.get(i), plan.topic(i).getTopicUid());
                readTable(plan.topic(i), rows);
                found.add(rows);
            }
            for (PlanScanResponse answer : plan.answers) {
                for (PlannedPage page : answer.getPagesList()) {
                    String key = answer.getFolioKeys(page.getFolioIndex());
                    objects.page(store, PageRef.of(page, key), page.getPartitionValue())
                            .forEach(row -> found.get(page.getTopicIndex()).add(row, key));
                }
            }
            return Optional.of(found);
        } catch (WingsException | NotFoundException e) {
            if (simulation.now().isBefore(plan.start.plus(LONGEST))) {
                throw new AssertionError("I8: what a query may read is not there: planned=" + plan.start, e);
            }
            return Optional.empty();
        }
    }

    private Plan plan(List<String> topics) {
        PlanScanRequest.Builder request = PlanScanRequest.newBuilder().setReadMillis(LONGEST.toMillis());
        topics.forEach(topic ->
                request.addTopics(TopicScan.newBuilder().setTopic(topic).setAllPartitions(true)));
        Instant start = simulation.now();
        return calls.idempotent(() -> {
            List<PlanScanResponse> answers = new ArrayList<>();
            Iterator<PlanScanResponse> stream = log.planScan(request.build());
            stream.forEachRemaining(answers::add);
            return new Plan(start, topics, answers);
        });
    }

    private void readTable(TopicSnapshot topic, FoundRows into) {
        if (topic.getTableMetadataLocation().isEmpty()) {
            return;
        }
        TableMetadata table = objects.table(store, topic.getTableMetadataLocation());
        Snapshot snapshot = table.currentSnapshot();
        if (snapshot == null) {
            return;
        }
        for (ManifestFile manifest : objects.manifests(store, snapshot)) {
            for (DataFile file : objects.files(store, manifest, table)) {
                List<StoredRow> rows = objects.segment(store, file);
                if (rows.size() != file.recordCount()) {
                    throw new AssertionError(
                            "a segment has another number of rows than its manifest says: location=" + file.location());
                }
                rows.forEach(row -> into.add(row, file.location()));
            }
        }
    }

    /// Returns the keys of all objects that the topics' tables refer to now.
    Set<String> filesOfTables(List<String> topics) {
        Plan plan = plan(topics);
        Set<String> locations = new HashSet<>();
        for (int i = 0; i < topics.size(); i++) {
            String location = plan.topic(i).getTableMetadataLocation();
            if (!location.isEmpty()) {
                try {
                    addFiles(location, locations);
                } catch (WingsException | NotFoundException e) {
                    throw new AssertionError("I8: what a table refers to is not there: location=" + location, e);
                }
            }
        }
        StoreLocations stored = StoreLocations.of(SimulatedCluster.STORE);
        return locations.stream().map(stored::key).collect(Collectors.toSet());
    }

    private void addFiles(String location, Set<String> locations) {
        locations.add(location);
        TableMetadata table = objects.table(store, location);
        table.previousFiles().forEach(file -> locations.add(file.file()));
        for (Snapshot snapshot : table.snapshots()) {
            locations.add(snapshot.manifestListLocation());
            for (ManifestFile manifest : objects.manifests(store, snapshot)) {
                locations.add(manifest.path());
                objects.files(store, manifest, table).forEach(file -> locations.add(file.location()));
            }
        }
    }

    private void sleep(Duration time) {
        try {
            process.world().scheduler().sleep(time);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
