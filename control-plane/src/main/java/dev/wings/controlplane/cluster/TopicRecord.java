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

/// A topic as it is stored.
///
/// @param namespaceUid the uid of the namespace that the name is in
/// @param partitionFieldId the top-level field that rows are partitioned by; 0 for none
/// @param lake how the rows are laid out in the topic's table
/// @param policy what becomes of columns that the topic does not have
/// @param intake which rows it takes, and what becomes of others
/// @param revision counts up from 1 with each change
public record TopicRecord(
        TopicName name,
        UUID uid,
        Instant createTime,
        UUID namespaceUid,
        TopicSchema schema,
        int partitionFieldId,
        LakeSpec lake,
        SchemaPolicy policy,
        IntakeRules intake,
        long revision) {

    /// What tells whether the topic has been changed since it was read.
    public String etag() {
        return Long.toString(revision);
    }

    /// The topic after a change.
    public TopicRecord changed(TopicSchema nextSchema, LakeSpec nextLake, SchemaPolicy nextPolicy) {
        return changed(nextSchema, nextLake, nextPolicy, intake);
    }

    /// The topic after a change, also of what it takes.
    public TopicRecord changed(
            TopicSchema nextSchema, LakeSpec nextLake, SchemaPolicy nextPolicy, IntakeRules nextIntake) {
        return new TopicRecord(
                name,
                uid,
                createTime,
                namespaceUid,
                nextSchema,
                partitionFieldId,
                nextLake,
                nextPolicy,
                nextIntake,
                revision + 1);
    }
}
