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
package dev.wings.server.catalog;

import dev.wings.common.error.WingsException;
import dev.wings.common.proto.ClusterMetadataGrpc;
import dev.wings.common.proto.ListNamespacesRequest;
import dev.wings.common.proto.ListNamespacesResponse;
import dev.wings.common.proto.ListPartitionsRequest;
import dev.wings.common.proto.ListPartitionsResponse;
import dev.wings.common.proto.ListTasksRequest;
import dev.wings.common.proto.ListTasksResponse;
import dev.wings.common.proto.ListTopicsRequest;
import dev.wings.common.proto.ListTopicsResponse;
import dev.wings.common.proto.LogMetadataGrpc;
import dev.wings.common.proto.Partition;
import dev.wings.common.proto.PlanScanRequest;
import dev.wings.common.proto.PlanScanResponse;
import dev.wings.common.proto.Task;
import dev.wings.common.proto.TasksGrpc;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.TenantName;
import dev.wings.common.resource.TopicName;
import dev.wings.common.rpc.Retries;
import dev.wings.common.topic.ResolvedTopic;
import dev.wings.server.table.TopicTable;
import io.grpc.Channel;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The control plane's answers as the server needs them. The control plane is asked each time: what exists and
/// what it holds must be as fresh as the call. Two things are remembered: where a namespace's objects are kept,
/// which never changes, and what a topic was when it was last seen. Whoever reads that topic next learns from
/// the snapshot whether it still is so.
///
/// Safe for use by many threads. Failures are those of the control plane; calls that failed with UNAVAILABLE
/// were repeated before.
public final class Catalog {

    private static final int PAGE_SIZE = 1000;

    /// For how many namespaces the object store is remembered.
    private static final int MAX_NAMESPACES = 10_000;

    /// How many columns the topics that are remembered have together; they take about 30 MB.
    private static final int MAX_KNOWN_COLUMNS = 30_000;

    private final ClusterMetadataGrpc.ClusterMetadataBlockingStub cluster;
    private final LogMetadataGrpc.LogMetadataBlockingStub log;
    private final TasksGrpc.TasksBlockingStub tasks;
    private final Retries calls;
    private final Duration planTimeout;
    private final KnownTopics known = new KnownTopics(MAX_KNOWN_COLUMNS);
    private final Map<String, URI> storesOfNamespaces =
            Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, URI> eldest) {
                    return size() > MAX_NAMESPACES;
                }
            });

    /// @param planTimeout how long a plan, and reading by it, may take
    public Catalog(Channel controlPlane, Retries calls, Duration planTimeout) {
        this.cluster = ClusterMetadataGrpc.newBlockingStub(controlPlane);
        this.log = LogMetadataGrpc.newBlockingStub(controlPlane);
        this.tasks = TasksGrpc.newBlockingStub(controlPlane);
        this.calls = calls;
        this.planTimeout = planTimeout;
    }

    /// Returns the topic as it was last seen; it may have changed since, or be gone. Whoever reads it compares
    /// it with the snapshot and, if they differ, says so with [#forget]. A topic that is not known is asked
    /// for. Fails with NOT_FOUND if there is no such topic, which is not remembered.
    public TopicTable topic(TopicName name) {
        Optional<TopicTable> last = known.find(name);
        if (last.isPresent()) {
            return last.get();
        }
        TopicTable topic = TopicTable.of(resolve(name));
        known.put(topic);
        return topic;
    }

    /// The topic as it is now.
    public TopicTable latest(TopicName name) {
        TopicTable topic = TopicTable.of(resolve(name));
        known.put(topic);
        return topic;
    }

    /// All that is known of the topic as it is now.
    public ResolvedTopic resolve(TopicName name) {
        ResolvedTopic topic = calls.idempotent(() -> ResolvedTopic.ask(cluster, name));
        storesOfNamespaces.put(topic.namespaceUid(), topic.objectStore());
        return topic;
    }

    /// Forgets a topic that is another one by now, or gone, so that the control plane is asked for it next
    /// time.
    public void forget(TopicTable topic) {
        known.remove(topic);
    }

    /// Shows the ids of the tenant's namespaces, ordered.
    public void namespaces(String tenant, Consumer<String> consumer) {
        String token = "";
        do {
            ListNamespacesRequest request = ListNamespacesRequest.newBuilder()
                    .setParent(new TenantName(tenant).toString())
                    .setPageSize(PAGE_SIZE)
                    .setPageToken(token)
                    .build();
            ListNamespacesResponse page = calls.idempotent(() -> cluster.listNamespaces(request));
            page.getNamespacesList()
                    .forEach(namespace -> consumer.accept(
                            NamespaceName.parse(namespace.getName()).namespace()));
            token = page.getNextPageToken();
        } while (!token.isEmpty());
    }

    /// Shows all topics of the tenant, ordered by name.
    public void topics(String tenant, Consumer<TopicTable> consumer) {
        String token = "";
        do {
            token = topics(tenant, token, consumer);
        } while (!token.isEmpty());
    }

    /// Shows as many of the tenant's topics as one request gives, ordered by name.
    public void firstTopics(String tenant, Consumer<TopicTable> consumer) {
        topics(tenant, "", consumer);
    }

    /// Shows one page of topics. Returns the token of the next page; empty at the end.
    private String topics(String tenant, String token, Consumer<TopicTable> consumer) {
        ListTopicsRequest request = ListTopicsRequest.newBuilder()
                .setParent(new TenantName(tenant) + "/namespaces/-")
                .setPageSize(PAGE_SIZE)
                .setPageToken(token)
                .build();
        ListTopicsResponse page = calls.idempotent(() -> cluster.listTopics(request));
        page.getTopicsList().forEach(topic -> consumer.accept(TopicTable.of(topic)));
        return page.getNextPageToken();
    }

    /// Gives `consumer` all partitions of a topic, ordered by value.
    public void partitions(TopicName topic, Consumer<List<Partition>> consumer) {
        String token = "";
        do {
            ListPartitionsRequest request = ListPartitionsRequest.newBuilder()
                    .setTopic(topic.toString())
                    .setPageSize(PAGE_SIZE)
                    .setPageToken(token)
                    .build();
            ListPartitionsResponse page = calls.idempotent(() -> log.listPartitions(request));
            consumer.accept(page.getPartitionsList());
            token = page.getNextPageToken();
        } while (!token.isEmpty());
    }

    /// Gives `consumer` all tasks of a tenant, newest first.
    public void tasks(String tenant, Consumer<List<Task>> consumer) {
        String token = "";
        do {
            ListTasksRequest request = ListTasksRequest.newBuilder()
                    .setParent(new TenantName(tenant).toString())
                    .setPageSize(PAGE_SIZE)
                    .setPageToken(token)
                    .build();
            ListTasksResponse page = calls.idempotent(() -> tasks.listTasks(request));
            consumer.accept(page.getTasksList());
            token = page.getNextPageToken();
        } while (!token.isEmpty());
    }

    /// Takes one consistent snapshot; `consumer` gets the parts of the answer in order. The call is not
    /// repeated after a failure, because a part may have been consumed.
    public void plan(PlanScanRequest request, Consumer<PlanScanResponse> consumer) {
        PlanScanRequest timed =
                request.toBuilder().setReadMillis(planTimeout.toMillis()).build();
        Retries.streaming(
                () -> log.withDeadline(calls.scheduler().deadline(planTimeout)).planScan(timed), answers -> {
                    answers.forEachRemaining(consumer);
                    return true;
                });
    }

    /// Returns the beginning of a plan, in messages of at most so many bytes together but at least one, and
    /// whether that is all of it.
    public PlanBeginning beginPlan(PlanScanRequest request, long maxBytes) {
        PlanScanRequest timed =
                request.toBuilder().setReadMillis(planTimeout.toMillis()).build();
        return calls.idempotent(() -> Retries.streaming(
                () -> log.withDeadline(calls.scheduler().deadline(planTimeout)).planScan(timed),
                answers -> PlanBeginning.read(answers, maxBytes)));
    }

    /// Returns the root of the object store that holds the pages of a topic.
    public URI objectStore(TopicTable topic) {
        URI known = storesOfNamespaces.get(topic.namespaceUid());
        if (known != null) {
            return known;
        }
        ResolvedTopic now = resolve(topic.name());
        if (!now.namespaceUid().equals(topic.namespaceUid())) {
            throw WingsException.notFound("topic was deleted: topic=" + topic.name());
        }
        return now.objectStore();
    }
}
