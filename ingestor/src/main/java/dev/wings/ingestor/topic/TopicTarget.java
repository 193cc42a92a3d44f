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
package dev.wings.ingestor.topic;

import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.IntakeRules;
import dev.wings.common.schema.SchemaPolicy;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.util.Optional;

/// A topic as batches are written to it: one of its schema versions, and where its folios go.
///
/// @param uid tells the topic from one that was created later under the same name
/// @param partitionKey the field whose value decides the partition; absent if the topic has a single partition
/// @param policy what becomes of columns that it does not have
/// @param intake which rows it takes, and what becomes of others
public record TopicTarget(
        TopicName name,
        String uid,
        TopicSchema schema,
        Optional<TopicField> partitionKey,
        SchemaPolicy policy,
        IntakeRules intake,
        NamespaceTarget namespace) {

    /// A topic that takes all rows that fit its schema.
    public TopicTarget(
            TopicName name,
            String uid,
            TopicSchema schema,
            Optional<TopicField> partitionKey,
            SchemaPolicy policy,
            NamespaceTarget namespace) {
        this(name, uid, schema, partitionKey, policy, IntakeRules.DEFAULT, namespace);
    }
}
