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
package dev.wings.controlplane.grpc;

import dev.wings.common.fair.FairPlaces;
import dev.wings.common.proto.PlanScanResponse;
import dev.wings.common.rpc.ActingTenant;
import dev.wings.controlplane.log.LogPage;
import dev.wings.controlplane.log.LogProtos;
import dev.wings.controlplane.log.PlanSink;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/// Packs a plan into messages of bounded size; each of them has a folio's key once.
///
/// Messages that the caller does not take yet wait here, so that a slow caller does not hold a snapshot and a
/// connection of the database; only when the budget for that is used up does the plan itself wait.
final class PlanWriter implements PlanSink, AutoCloseable {

    private static final int MESSAGE_BYTES = 1 << 20;

    private final StreamWriter<PlanScanResponse> stream;
    private final FairPlaces budgetBytes;
    private final Queue<Waiting> waiting = new ArrayDeque<>();

    private record Waiting(PlanScanResponse message, FairPlaces.Place place) {}

    private PlanScanResponse.Builder message = PlanScanResponse.newBuilder();
    private final Map<String, Integer> folios = new HashMap<>();
    private int bytes;

    /// @param budgetBytes for messages that wait, shared by the plans of all tenants
    PlanWriter(StreamWriter<PlanScanResponse> stream, FairPlaces budgetBytes) {
        this.stream = stream;
        this.budgetBytes = budgetBytes;
    }

    @Override
    public void topics(List<TopicSnapshot> topics) {
        for (TopicSnapshot topic : topics) {
            dev.wings.common.proto.TopicSnapshot.Builder snapshot = dev.wings.common.proto.TopicSnapshot.newBuilder()
                    .setTopicUid(topic.topicUid().toString())
                    .setSchemaVersion(topic.schemaVersion())
                    .setNamespaceUid(topic.namespaceUid().toString())
                    .setCommitNumber(topic.commitNumber())
                    .setTableMetadataLocation(topic.tableLocation());
            topic.pages()
                    .ifPresent(pages -> snapshot.setPageRows(pages.rows()).setFirstPageOffset(pages.firstOffset()));
            topic.pageCount().ifPresent(snapshot::setPageCount);
            message.addTopics(snapshot);
        }
    }

    @Override
    public void pages(int scanIndex, List<PlannedPage> pages) {
        for (PlannedPage planned : pages) {
            dev.wings.common.proto.PlannedPage page = toProto(planned.page(), planned.commitNumber())
                    .setTopicIndex(scanIndex)
                    .setFolioIndex(folioIndex(planned.objectKey()))
                    .build();
            message.addPages(page);
            bytes += page.getSerializedSize();
            if (bytes >= MESSAGE_BYTES) {
                send();
            }
        }
    }

    /// Sends what is left; a plan has at least one message. The database is no longer needed for that.
    void finish() {
        if (bytes > 0 || message.getTopicsCount() > 0) {
            send();
        }
        while (!waiting.isEmpty()) {
            sendWaiting();
        }
    }

    private void send() {
        PlanScanResponse full = message.build();
        message = PlanScanResponse.newBuilder();
        folios.clear();
        bytes = 0;
        while (!waiting.isEmpty() && stream.isReady()) {
            sendWaiting();
        }
        boolean mayWait = !waiting.isEmpty() || !stream.isReady();
        while (mayWait) {
            Optional<FairPlaces.Place> place = budgetBytes.tryAcquire(ActingTenant.current(), full.getSerializedSize());
            if (place.isPresent()) {
                waiting.add(new Waiting(full, place.get()));
                return;
            }
            mayWait = !waiting.isEmpty();
            if (mayWait) {
                sendWaiting();
            }
        }
        stream.writeUninterrupted(full);
    }

    private void sendWaiting() {
        stream.writeUninterrupted(waiting.element().message);
        waiting.remove().place.close();
    }

    /// Gives back what was taken of the budget.
    @Override
    public void close() {
        waiting.forEach(left -> left.place.close());
        waiting.clear();
    }

    private int folioIndex(String objectKey) {
        Integer known = folios.get(objectKey);
        if (known != null) {
            return known;
        }
        int index = folios.size();
        folios.put(objectKey, index);
        message.addFolioKeys(objectKey);
        bytes += objectKey.length();
        return index;
    }

    static dev.wings.common.proto.PlannedPage.Builder toProto(LogPage page, long commitNumber) {
        dev.wings.common.proto.PlannedPage.Builder proto = dev.wings.common.proto.PlannedPage.newBuilder()
                .setPartitionValue(page.partition().value())
                .setByteOffset(page.byteOffset())
                .setByteLength(page.byteLength())
                .setCrc32C(page.crc32c())
                .setSchemaVersion(page.schemaVersion())
                .setStartOffset(page.startOffset())
                .setEndOffset(page.endOffset())
                .setCommitNumber(commitNumber);
        LogProtos.addBatches(proto, page.batches());
        return proto;
    }
}
