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
package dev.wings.worker.topic;

import dev.wings.common.error.WingsException;
import dev.wings.common.proto.ClusterMetadataGrpc;
import dev.wings.common.proto.ClusterMetadataGrpc.ClusterMetadataBlockingStub;
import dev.wings.common.proto.LogMetadataGrpc;
import dev.wings.common.proto.LogMetadataGrpc.LogMetadataBlockingStub;
import dev.wings.common.proto.PlanScanRequest;
import dev.wings.common.proto.PlanScanResponse;
import dev.wings.common.proto.Task;
import dev.wings.common.proto.TopicScan;
import dev.wings.common.proto.TopicSnapshot;
import dev.wings.common.resource.TopicName;
import dev.wings.common.rpc.Retries;
import dev.wings.common.topic.ResolvedTopic;
import io.grpc.Channel;
import java.time.Duration;
import java.util.Iterator;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// What the control plane knows of the topics that tasks work on. Failures are `WingsException`: NOT_FOUND if
/// the topic is gone, also if another topic has its name.
public final class Topics {

    private final ClusterMetadataBlockingStub clusterMetadata;
    private final LogMetadataBlockingStub logMetadata;
    private final Retries calls;
    private final Duration callTimeout;
    private final Duration planTimeout;

    /// @param callTimeout how long one call may take
    /// @param planTimeout how long one plan may take: a topic whose compaction was away for long has very many
    ///     pages
    public Topics(Channel controlPlane, Retries calls, Duration callTimeout, Duration planTimeout) {
        this.clusterMetadata = ClusterMetadataGrpc.newBlockingStub(controlPlane);
        this.logMetadata = LogMetadataGrpc.newBlockingStub(controlPlane);
        this.calls = calls;
        this.callTimeout = callTimeout;
        this.planTimeout = planTimeout;
    }

    /// The topic that a task is for.
    public TopicTarget load(Task task) {
        TopicName name = TopicName.parse(task.getTarget());
        ResolvedTopic topic = calls.idempotent(() ->
                ResolvedTopic.ask(clusterMetadata.withDeadline(calls.scheduler().deadline(callTimeout)), name));
        if (!topic.uid().equals(task.getTargetUid())) {
            throw replaced(name);
        }
        return new TopicTarget(
                name,
                UUID.fromString(topic.uid()),
                topic.schema(),
                topic.partitionKey(),
                topic.lake(),
                topic.objectStore(),
                topic.objectPrefix());
    }

    /// A snapshot of the topic: where its table is. The answers with all of its pages are given to `pages`.
    public TopicSnapshot plan(TopicTarget topic, Consumer<PlanScanResponse> pages) {
        return plan(topic, TopicScan.newBuilder().setAllPartitions(true), pages);
    }

    /// Where the topic's table is.
    public TopicSnapshot snapshot(TopicTarget topic) {
        return calls.idempotent(() -> plan(topic, TopicScan.newBuilder(), answer -> {}));
    }

    private TopicSnapshot plan(TopicTarget topic, TopicScan.Builder scan, Consumer<PlanScanResponse> pages) {
        PlanScanRequest request = PlanScanRequest.newBuilder()
                .addTopics(scan.setTopic(topic.name().toString()))
                .build();
        Supplier<Iterator<PlanScanResponse>> call = () -> logMetadata
                .withDeadline(calls.scheduler().deadline(planTimeout))
                .planScan(request);
        return Retries.streaming(call, answers -> {
            PlanScanResponse first = answers.next();
            TopicSnapshot snapshot = first.getTopics(0);
            if (!snapshot.getTopicUid().equals(topic.uid().toString())) {
                throw replaced(topic.name());
            }
            pages.accept(first);
            answers.forEachRemaining(pages);
            return snapshot;
        });
    }

    private static WingsException replaced(TopicName name) {
        return WingsException.notFound("the topic was deleted; another has its name now: topic=" + name);
    }
}
