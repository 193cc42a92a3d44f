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
package dev.wings.controlplane.cluster;

import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.IntakeRules;
import dev.wings.common.schema.LakeSpec;
import dev.wings.common.schema.SchemaPolicy;
import dev.wings.common.schema.TopicSchema;
import java.time.Instant;
import java.util.UUID;

/// A topic that is to be stored. Which namespace it is in is found out when it is stored.
///
/// @param partitionFieldId the top-level field that rows are partitioned by; 0 for none
/// @param lake how the rows are laid out in the topic's table
/// @param policy what becomes of columns that the topic does not have
/// @param intake which rows it takes, and what becomes of others
public record NewTopic(
        TopicName name,
        UUID uid,
        Instant createTime,
        TopicSchema schema,
        int partitionFieldId,
        LakeSpec lake,
        SchemaPolicy policy,
        IntakeRules intake) {

    /// A topic that takes all rows that fit its schema.
    public NewTopic(
            TopicName name,
            UUID uid,
            Instant createTime,
            TopicSchema schema,
            int partitionFieldId,
            LakeSpec lake,
            SchemaPolicy policy) {
        this(name, uid, createTime, schema, partitionFieldId, lake, policy, IntakeRules.DEFAULT);
    }

    public NewTopic {
        if (partitionFieldId != 0 && schema.find(partitionFieldId).isEmpty()) {
            throw new IllegalStateException(
                    "the partition key must be a field: topic=" + name + ", field_id=" + partitionFieldId);
        }
    }

    public TopicRecord in(UUID namespaceUid) {
        return new TopicRecord(name, uid, createTime, namespaceUid, schema, partitionFieldId, lake, policy, intake, 1);
    }
}
