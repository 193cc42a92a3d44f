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
package dev.wings.controlplane.log;

import dev.wings.common.error.WingsException;
import dev.wings.common.schema.PartitionValue;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.UUID;

/// Names a partition.
///
/// @param value canonical text of the partition key's value; empty for a topic without one
public record PartitionKey(UUID topicUid, String value) {

    /// The order of partition values everywhere: by their UTF-8 bytes. (Not that of `String`, whose UTF-16 units
    /// order supplementary characters before some others.)
    public static final Comparator<String> VALUE_ORDER = (left, right) ->
            Arrays.compareUnsigned(left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));

    public PartitionKey {
        if (value.length() > PartitionValue.MAX_BYTES
                || value.getBytes(StandardCharsets.UTF_8).length > PartitionValue.MAX_BYTES) {
            throw WingsException.invalid("the partition value is too long: limit_bytes=" + PartitionValue.MAX_BYTES
                    + ", topic_uid=" + topicUid);
        }
    }
}
