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

import dev.wings.common.lake.LakeTable;
import dev.wings.common.lake.StoreLocations;
import dev.wings.common.lake.TableLocations;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.net.URI;
import java.util.Optional;
import java.util.UUID;

/// A topic and where its table is.
///
/// @param objectStore root of the namespace's object store
/// @param objectPrefix what all of the namespace's keys start with, without a slash at the end
/// @param lake the topic's layout, complete, with the ids of the fields
public record TopicTarget(
        TopicName name,
        UUID uid,
        TopicSchema schema,
        Optional<TopicField> partitionKey,
        LakeSpec lake,
        URI objectStore,
        String objectPrefix) {

    public LakeTable table() {
        return LakeTable.of(uid, schema, partitionKey.map(TopicField::id).orElse(0), lake);
    }

    public TableLocations locations() {
        return TableLocations.of(StoreLocations.of(objectStore), objectPrefix, name.topic(), uid);
    }
}
