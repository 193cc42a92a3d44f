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
package dev.wings.benchmarks.figures;

import dev.wings.benchmarks.load.DataSet;
import dev.wings.client.Address;
import dev.wings.client.ControlPlaneClient;
import dev.wings.client.Endpoint;
import dev.wings.common.proto.CreateTopicRequest;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.Schema;
import dev.wings.common.proto.Topic;
import dev.wings.common.resource.ResourceId;

/// Makes the topics of the benchmarks.
final class Topics {

    private static final String PARENT = "tenants/default/namespaces/default";

    private Topics() {}

    /// Creates `id` for sample rows, without a partition key.
    static void create(int controlPlanePort, String id) {
        create(controlPlanePort, id, DataSet.SENSORS, LakeSpec.getDefaultInstance());
    }

    /// Creates `id` for rows of this data set, without a partition key.
    static void create(int controlPlanePort, String id, DataSet rows, LakeSpec lake) {
        create(controlPlanePort, id, rows.topicSchema(), lake);
    }

    /// Creates `id` for rows of this schema, without a partition key.
    static void create(int controlPlanePort, String id, Schema schema, LakeSpec lake) {
        CreateTopicRequest request = CreateTopicRequest.newBuilder()
                .setParent(PARENT)
                .setTopicId(id)
                .setTopic(Topic.newBuilder().setSchema(schema).setLake(lake))
                .build();
        Endpoint endpoint =
                Endpoint.of(new Address("control plane", "127.0.0.1", controlPlanePort), ResourceId.DEFAULT);
        try (ControlPlaneClient client = ControlPlaneClient.open(endpoint)) {
            client.call(stub -> stub.createTopic(request));
        }
    }
}
