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
package dev.wings.common.topic;

import dev.wings.common.proto.ClusterMetadataGrpc.ClusterMetadataBlockingStub;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.ResolveTopicRequest;
import dev.wings.common.proto.ResolveTopicResponse;
import dev.wings.common.proto.Topic;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.IntakeRules;
import dev.wings.common.schema.SchemaPolicy;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.net.URI;
import java.util.Optional;

/// All that a service needs to know of a topic before it writes or reads it, as it was at one moment.
///
/// @param uid tells the topic from one that was created later under the same name
/// @param partitionKey the field whose value decides the partition; absent if the topic has a single partition
/// @param lake how its rows are laid out in its table: complete, with the ids of the fields
/// @param policy what becomes of columns that it does not have
/// @param intake which rows it takes, and what becomes of others
/// @param objectStore root of its namespace's object store
/// @param objectPrefix what all of the namespace's keys start with, without a slash at the end
public record ResolvedTopic(
        TopicName name,
        String uid,
        TopicSchema schema,
        Optional<TopicField> partitionKey,
        LakeSpec lake,
        SchemaPolicy policy,
        IntakeRules intake,
        String namespaceUid,
        URI objectStore,
        String objectPrefix) {

    /// Asks the control plane once. Failures are those of the stub: NOT_FOUND if there is no such topic.
    public static ResolvedTopic ask(ClusterMetadataBlockingStub controlPlane, TopicName name) {
        return of(controlPlane.resolveTopic(
                ResolveTopicRequest.newBuilder().setName(name.toString()).build()));
    }

    private static ResolvedTopic of(ResolveTopicResponse answer) {
        Topic topic = answer.getTopic();
        TopicSchema schema = SchemaProtos.fromProto(topic.getSchema());
        return new ResolvedTopic(
                TopicName.parse(topic.getName()),
                topic.getUid(),
                schema,
                partitionKey(topic, schema),
                topic.getLake(),
                SchemaPolicy.fromProto(topic.getSchemaPolicy()),
                IntakeRules.fromProto(topic.getIntake()),
                topic.getNamespaceUid(),
                URI.create(answer.getObjectStore().getUri()),
                answer.getNamespace().getObjectPrefix());
    }

    /// The partition key of a topic as it is in an answer.
    public static Optional<TopicField> partitionKey(Topic topic, TopicSchema schema) {
        return topic.getPartitionFieldId() == 0
                ? Optional.empty()
                : Optional.of(schema.partitionKey(topic.getPartitionFieldId()));
    }
}
