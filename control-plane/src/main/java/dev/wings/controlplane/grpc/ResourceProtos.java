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

import com.google.protobuf.Timestamp;
import dev.wings.common.proto.Namespace;
import dev.wings.common.proto.ObjectStore;
import dev.wings.common.proto.Tenant;
import dev.wings.common.proto.Topic;
import dev.wings.common.schema.LakeSpecProtos;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.controlplane.cluster.NamespaceRecord;
import dev.wings.controlplane.cluster.ObjectStoreRecord;
import dev.wings.controlplane.cluster.SchemaVersion;
import dev.wings.controlplane.cluster.TenantRecord;
import dev.wings.controlplane.cluster.TopicRecord;
import java.time.Instant;

/// Resources in protobuf.
final class ResourceProtos {

    private ResourceProtos() {}

    static Tenant toProto(TenantRecord tenant) {
        return Tenant.newBuilder()
                .setName(tenant.name().toString())
                .setUid(tenant.uid().toString())
                .setCreateTime(toProto(tenant.createTime()))
                .build();
    }

    static ObjectStore toProto(ObjectStoreRecord objectStore) {
        return ObjectStore.newBuilder()
                .setName(objectStore.name().toString())
                .setUid(objectStore.uid().toString())
                .setCreateTime(toProto(objectStore.createTime()))
                .setUri(objectStore.uri().toString())
                .build();
    }

    static Namespace toProto(NamespaceRecord namespace) {
        return Namespace.newBuilder()
                .setName(namespace.name().toString())
                .setUid(namespace.uid().toString())
                .setCreateTime(toProto(namespace.createTime()))
                .setObjectStore(namespace.objectStore().toString())
                .setObjectPrefix(namespace.objectPrefix())
                .build();
    }

    static Topic toProto(TopicRecord topic) {
        return Topic.newBuilder()
                .setName(topic.name().toString())
                .setUid(topic.uid().toString())
                .setCreateTime(toProto(topic.createTime()))
                .setSchema(SchemaProtos.toProto(topic.schema()))
                .setPartitionFieldId(topic.partitionFieldId())
                .setNamespaceUid(topic.namespaceUid().toString())
                .setLake(LakeSpecProtos.toProto(topic.lake(), topic.schema()))
                .setEtag(topic.etag())
                .setSchemaPolicy(topic.policy().toProto())
                .setIntake(topic.intake().toProto(topic.schema()))
                .build();
    }

    static dev.wings.common.proto.SchemaVersion toProto(SchemaVersion version) {
        return dev.wings.common.proto.SchemaVersion.newBuilder()
                .setSchema(SchemaProtos.toProto(version.schema()))
                .setCreateTime(toProto(version.createTime()))
                .build();
    }

    static Timestamp toProto(Instant time) {
        return Timestamp.newBuilder()
                .setSeconds(time.getEpochSecond())
                .setNanos(time.getNano())
                .build();
    }
}
