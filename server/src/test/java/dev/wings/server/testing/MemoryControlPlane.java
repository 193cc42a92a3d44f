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
package dev.wings.server.testing;

import dev.wings.common.error.GrpcErrors;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.ClusterMetadataGrpc;
import dev.wings.common.proto.CommitFolioRequest;
import dev.wings.common.proto.GetTenantRequest;
import dev.wings.common.proto.ListNamespacesRequest;
import dev.wings.common.proto.ListNamespacesResponse;
import dev.wings.common.proto.ListPartitionsRequest;
import dev.wings.common.proto.ListPartitionsResponse;
import dev.wings.common.proto.ListTopicsRequest;
import dev.wings.common.proto.ListTopicsResponse;
import dev.wings.common.proto.LogMetadataGrpc;
import dev.wings.common.proto.Namespace;
import dev.wings.common.proto.ObjectStore;
import dev.wings.common.proto.PageBatch;
import dev.wings.common.proto.PageCommit;
import dev.wings.common.proto.Partition;
import dev.wings.common.proto.PlanScanRequest;
import dev.wings.common.proto.PlanScanResponse;
import dev.wings.common.proto.PlannedPage;
import dev.wings.common.proto.ResolveTopicRequest;
import dev.wings.common.proto.ResolveTopicResponse;
import dev.wings.common.proto.Tenant;
import dev.wings.common.proto.Topic;
import dev.wings.common.proto.TopicScan;
import dev.wings.common.proto.TopicSnapshot;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.TopicName;
import dev.wings.common.rpc.GrpcServer;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.TopicSchema;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;

/// The parts of the control plane that a server calls, in memory, over real gRPC.
public final class MemoryControlPlane implements AutoCloseable {

    private static final String DEFAULT = "tenants/default/namespaces/default/topics/";

    private final URI storeRoot;
    private final GrpcServer server;
    private final SortedMap<String, Topic> topics = new TreeMap<>();
    private final SortedMap<String, SortedMap<String, List<StoredPage>>> pages = new TreeMap<>();
    private final Map<String, Long> watermarks = new HashMap<>();
    private final Map<String, String> tables = new HashMap<>();
    private final Set<String> restless = new HashSet<>();
    private final List<PlanScanRequest> plans = new ArrayList<>();
    private long commits;
    private int topicsMade;
    private int topicLookups;

    private record StoredPage(String folioKey, PlannedPage page) {}

    /// @param storeRoot the root of the only object store
    public MemoryControlPlane(URI storeRoot) {
        this.storeRoot = storeRoot;
        this.server = GrpcServer.on("127.0.0.1", 0, new SimpleMeterRegistry())
                .service(new Cluster())
                .service(new Log())
                .service(new MemoryViews())
                .open();
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + server.port());
    }

    /// Makes a topic; its namespace exists with it.
    public synchronized Topic createTopic(TopicName name, TopicSchema schema, String partitionBy) {
        Topic topic = Topic.newBuilder()
                .setName(name.toString())
                .setUid(new UUID(0x7000, Long.MIN_VALUE + topicsMade++).toString())
                .setNamespaceUid(name.parent().toString())
                .setSchema(SchemaProtos.toProto(schema))
                .setPartitionFieldId(
                        partitionBy.isEmpty()
                                ? 0
                                : schema.partitionKey(partitionBy).id())
                .build();
        topics.put(name.toString(), topic);
        return topic;
    }

    /// A topic of tenant and namespace `default`, by its id.
    public Topic topic(String id) {
        return find(DEFAULT + id);
    }

    /// Gives it another schema.
    public synchronized void changeSchema(String id, TopicSchema schema) {
        topics.put(
                DEFAULT + id,
                topic(id).toBuilder().setSchema(SchemaProtos.toProto(schema)).build());
    }

    public synchronized void deleteTopic(String id) {
        topics.remove(DEFAULT + id);
    }

    /// From now on, the topic has another version of its schema each time that somebody plans.
    public synchronized void changeAtEachPlan(String id) {
        restless.add(DEFAULT + id);
    }

    /// How often a server asked for anything that queries need: topics and plans.
    public synchronized int calls() {
        return topicLookups + plans.size();
    }

    /// How often somebody asked for a topic.
    public synchronized int topicLookups() {
        return topicLookups;
    }

    /// Commits a folio; batches of page `skippedPage` are rejected.
    public synchronized void commit(CommitFolioRequest request, int skippedPage, long timestampMicros) {
        commits++;
        for (int i = 0; i < request.getPagesCount(); i++) {
            PageCommit page = request.getPages(i);
            List<StoredPage> partition =
                    pagesOf(page.getTopicUid()).computeIfAbsent(page.getPartitionValue(), ignored -> new ArrayList<>());
            long start = partition.isEmpty()
                    ? watermark(page.getTopicUid(), page.getPartitionValue())
                    : partition.getLast().page().getEndOffset();
            PlannedPage.Builder planned = PlannedPage.newBuilder()
                    .setPartitionValue(page.getPartitionValue())
                    .setByteOffset(page.getByteOffset())
                    .setByteLength(page.getByteLength())
                    .setCrc32C(page.getCrc32C())
                    .setSchemaVersion(page.getSchemaVersion())
                    .setStartOffset(start)
                    .setCommitNumber(commits);
            long end = start;
            for (int batch = 0; batch < page.getBatchesCount(); batch++) {
                boolean skipped = i == skippedPage && batch == 0;
                planned.addBatches(PageBatch.newBuilder()
                        .setRows(page.getBatches(batch).getRows())
                        .setTimestampMicros(timestampMicros)
                        .setSkipped(skipped));
                end += skipped ? 0 : page.getBatches(batch).getRows();
            }
            partition.add(new StoredPage(
                    request.getObjectKey(), planned.setEndOffset(end).build()));
        }
    }

    /// The rows of the first pages of a partition are in the table from now on: the commit of a compaction.
    public synchronized void compacted(String topicUid, String partition, int pageCount, String metadataLocation) {
        List<StoredPage> ofPartition = Objects.requireNonNull(pagesOf(topicUid).get(partition));
        for (int i = 0; i < pageCount; i++) {
            watermarks.put(
                    topicUid + partition, ofPartition.removeFirst().page().getEndOffset());
        }
        tables.put(topicUid, metadataLocation);
    }

    /// All rows of a partition below `watermark` are in the table; it has no pages yet.
    public synchronized void startAt(String topicUid, String partition, long watermark, String metadataLocation) {
        watermarks.put(topicUid + partition, watermark);
        tables.put(topicUid, metadataLocation);
    }

    private long watermark(String topicUid, String partition) {
        return watermarks.getOrDefault(topicUid + partition, 0L);
    }

    /// The plans that were asked for.
    public synchronized List<PlanScanRequest> plans() {
        return List.copyOf(plans);
    }

    @Override
    public void close() {
        server.close();
    }

    private synchronized SortedMap<String, List<StoredPage>> pagesOf(String topicUid) {
        return pages.computeIfAbsent(topicUid, ignored -> new TreeMap<>());
    }

    private synchronized Topic find(String name) {
        Topic topic = topics.get(name);
        if (topic == null) {
            throw WingsException.notFound("topic does not exist: topic=" + name);
        }
        return topic;
    }

    private static <T> void answer(StreamObserver<T> observer, Supplier<T> work) {
        T answer;
        try {
            answer = work.get();
        } catch (RuntimeException e) {
            observer.onError(GrpcErrors.toStatus(e));
            return;
        }
        observer.onNext(answer);
        observer.onCompleted();
    }

    private final class Cluster extends ClusterMetadataGrpc.ClusterMetadataImplBase {

        /// All but those whose names say that they are none.
        @Override
        public void getTenant(GetTenantRequest request, StreamObserver<Tenant> observer) {
            if (request.getName().startsWith("tenants/none")) {
                observer.onError(GrpcErrors.toStatus(WingsException.notFound("no such tenant: " + request.getName())));
                return;
            }
            observer.onNext(Tenant.newBuilder().setName(request.getName()).build());
            observer.onCompleted();
        }

        @Override
        public void resolveTopic(ResolveTopicRequest request, StreamObserver<ResolveTopicResponse> observer) {
            answer(observer, () -> {
                synchronized (MemoryControlPlane.this) {
                    topicLookups++;
                    TopicName name = TopicName.parse(request.getName());
                    return ResolveTopicResponse.newBuilder()
                            .setTopic(find(request.getName()))
                            .setNamespace(namespace(name.parent()))
                            .setObjectStore(ObjectStore.newBuilder().setUri(storeRoot.toString()))
                            .build();
                }
            });
        }

        @Override
        public void listTopics(ListTopicsRequest request, StreamObserver<ListTopicsResponse> observer) {
            answer(observer, () -> {
                String parent = request.getParent().replace("namespaces/-", "namespaces/");
                synchronized (MemoryControlPlane.this) {
                    return ListTopicsResponse.newBuilder()
                            .addAllTopics(topics.values().stream()
                                    .filter(topic -> topic.getName().startsWith(parent))
                                    .toList())
                            .build();
                }
            });
        }

        @Override
        public void listNamespaces(ListNamespacesRequest request, StreamObserver<ListNamespacesResponse> observer) {
            answer(observer, () -> {
                synchronized (MemoryControlPlane.this) {
                    return ListNamespacesResponse.newBuilder()
                            .addAllNamespaces(topics.keySet().stream()
                                    .map(name -> TopicName.parse(name).parent())
                                    .filter(name -> name.toString().startsWith(request.getParent() + "/"))
                                    .distinct()
                                    .map(MemoryControlPlane::namespace)
                                    .toList())
                            .build();
                }
            });
        }
    }

    private static Namespace namespace(NamespaceName name) {
        return Namespace.newBuilder()
                .setName(name.toString())
                .setUid(name.toString())
                .setObjectStore("tenants/" + name.tenant() + "/objectStores/default")
                .setObjectPrefix("")
                .build();
    }

    private final class Log extends LogMetadataGrpc.LogMetadataImplBase {

        @Override
        public void planScan(PlanScanRequest request, StreamObserver<PlanScanResponse> observer) {
            answer(observer, () -> plan(request));
        }

        @Override
        public void listPartitions(ListPartitionsRequest request, StreamObserver<ListPartitionsResponse> observer) {
            answer(observer, () -> {
                ListPartitionsResponse.Builder answer = ListPartitionsResponse.newBuilder();
                synchronized (MemoryControlPlane.this) {
                    pagesOf(find(request.getTopic()).getUid())
                            .forEach((value, list) -> answer.addPartitions(Partition.newBuilder()
                                    .setValue(value)
                                    .setWatermark(
                                            watermark(find(request.getTopic()).getUid(), value))
                                    .setNextOffset(
                                            list.isEmpty()
                                                    ? watermark(
                                                            find(request.getTopic())
                                                                    .getUid(),
                                                            value)
                                                    : list.getLast().page().getEndOffset())
                                    .setLastTimestampMicros(ServerFixture.TIMESTAMP_MICROS)));
                }
                return answer.build();
            });
        }
    }

    private synchronized PlanScanResponse plan(PlanScanRequest request) {
        plans.add(request);
        PlanScanResponse.Builder answer = PlanScanResponse.newBuilder();
        for (int i = 0; i < request.getTopicsCount(); i++) {
            TopicScan scan = request.getTopics(i);
            if (restless.contains(scan.getTopic())) {
                topics.computeIfPresent(
                        scan.getTopic(),
                        (name, topic) -> topic.toBuilder()
                                .setSchema(topic.getSchema().toBuilder()
                                        .setVersion(topic.getSchema().getVersion() + 1))
                                .build());
            }
            Topic topic = find(scan.getTopic());
            TopicSnapshot.Builder snapshot = TopicSnapshot.newBuilder()
                    .setTopicUid(topic.getUid())
                    .setSchemaVersion(topic.getSchema().getVersion())
                    .setNamespaceUid(topic.getNamespaceUid())
                    .setTableMetadataLocation(tables.getOrDefault(topic.getUid(), ""))
                    .setCommitNumber(commits);
            if (scan.getRowsOnly()) {
                answer.addTopics(countRows(snapshot, pagesOf(topic.getUid()).values()));
                continue;
            }
            if (scan.getCountPages()) {
                countRows(snapshot, pagesOf(topic.getUid()).values())
                        .setPageCount(pagesOf(topic.getUid()).values().stream()
                                .mapToLong(List::size)
                                .sum());
            }
            answer.addTopics(snapshot);
            int index = i;
            pagesOf(topic.getUid()).forEach((value, list) -> {
                if (scan.getAllPartitions() || scan.getPartitionValuesList().contains(value)) {
                    list.stream().filter(page -> matches(scan, page.page())).forEach(page -> {
                        answer.addFolioKeys(page.folioKey());
                        answer.addPages(page.page().toBuilder()
                                .setTopicIndex(index)
                                .setFolioIndex(answer.getFolioKeysCount() - 1));
                    });
                }
            });
        }
        return answer.build();
    }

    private static TopicSnapshot.Builder countRows(
            TopicSnapshot.Builder snapshot, Collection<List<StoredPage>> partitions) {
        return snapshot.setPageRows(partitions.stream()
                        .flatMap(List::stream)
                        .mapToLong(stored ->
                                stored.page().getEndOffset() - stored.page().getStartOffset())
                        .sum())
                .setFirstPageOffset(partitions.stream()
                        .flatMap(List::stream)
                        .mapToLong(stored -> stored.page().getStartOffset())
                        .min()
                        .orElse(0));
    }

    private static boolean matches(TopicScan scan, PlannedPage page) {
        return (!scan.hasStartOffset() || page.getEndOffset() > scan.getStartOffset())
                && (!scan.hasEndOffset() || page.getStartOffset() < scan.getEndOffset());
    }
}
