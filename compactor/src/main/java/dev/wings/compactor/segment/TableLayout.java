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
package dev.wings.compactor.segment;

import dev.wings.common.lake.LakeTable;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortDirection;
import org.apache.iceberg.SortField;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.types.Types.NestedField;

/// How a topic's rows lie in the segments of its table.
///
/// @param topic the schema that rows are read with
/// @param partitionKey the topic's
/// @param targetSegmentBytes a segment ends at this size
public record TableLayout(
        TopicSchema topic,
        Optional<TopicField> partitionKey,
        Schema schema,
        PartitionSpec partitioning,
        SortOrder sortOrder,
        MetricsConfig metrics,
        long targetSegmentBytes) {

    public static TableLayout of(
            TopicSchema topic, Optional<TopicField> partitionKey, TableMetadata table, long targetSegmentBytes) {
        return new TableLayout(
                topic,
                partitionKey,
                table.schema(),
                table.spec(),
                table.sortOrder(),
                MetricsConfig.from(table.properties(), table.schema(), table.sortOrder()),
                targetSegmentBytes);
    }

    /// Whether each partition of the topic lies in one partition of the table, which its value tells.
    boolean followsTopicPartitions() {
        return partitioning.fields().stream().allMatch(this::isPartitionKey);
    }

    private boolean isPartitionKey(PartitionField field) {
        return field.transform().isIdentity()
                && partitionKey.map(TopicField::id).equals(Optional.of(field.sourceId()));
    }

    /// Whether rows are ordered by the topic's partitions and then by offset: the order in which they are read.
    boolean isInTopicOrder() {
        List<Integer> topicOrder = new ArrayList<>();
        partitionKey.ifPresent(key -> topicOrder.add(key.id()));
        topicOrder.add(LakeTable.OFFSET_FIELD_ID);
        return sortOrder.isUnsorted()
                || (sortOrder.fields().stream()
                                .map(SortField::sourceId)
                                .toList()
                                .equals(topicOrder)
                        && sortOrder.fields().stream().allMatch(field -> field.direction() == SortDirection.ASC));
    }

    /// Whether a segment holds rows of one partition of the topic only.
    private boolean separatesTopicPartitions() {
        return partitionKey.isEmpty() || partitioning.fields().stream().anyMatch(this::isPartitionKey);
    }

    /// Whether the rows of segments, one after the other, are in the table's order already.
    ///
    /// @param segments are of one partition of the table, ordered by their lowest offsets
    boolean isSorted(List<Segment> segments) {
        boolean disjoint = true;
        for (int i = 1; i < segments.size(); i++) {
            disjoint &= segments.get(i - 1).maxOffset() < segments.get(i).minOffset();
        }
        return disjoint && isInTopicOrder() && separatesTopicPartitions();
    }

    /// How the table keeps times.
    KeptTimes times() {
        return KeptTimes.of(topic, schema);
    }

    NestedField column(int fieldId) {
        return schema.columns().stream()
                .filter(column -> column.fieldId() == fieldId)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("not a column of the table: field_id=" + fieldId));
    }
}
